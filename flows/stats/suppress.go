package stats

import "slices"

// primary marks the small numbers and the zeros that would tell of a small group (D2.3).
func (g *grid) primary() {
	for _, p := range g.places() {
		v := g.at(p)
		if g.isTotal(p) {
			g.masked[p.i][p.j] = true
			if v < g.k && !g.empty(p) {
				g.mark[p.i][p.j] = small
			}
			continue
		}
		g.masked[p.i][p.j] = g.thin(p)
		switch {
		case g.whole(p.i):
			g.mark[p.i][p.j] = merged
		case v == 0 && g.impossible(p):
		case v > 0 && v < g.k, v == 0 && g.thin(p):
			g.mark[p.i][p.j] = small
		}
	}
}

func (g *grid) impossible(p at) bool {
	return slices.Contains(g.t.Impossible[g.t.Rows.Keys[p.i]], g.t.Columns.Keys[p.j])
}

// whole tells whether a row is shown as its total only.
func (g *grid) whole(i int) bool {
	return i < g.rows && slices.Contains(g.t.Whole, g.t.Rows.Keys[i])
}

// empty: the total of a column in which nobody was counted and every 0 is shown. (Cells are marked before it.)
func (g *grid) empty(p at) bool {
	if p.j == g.columns || g.at(p) != 0 {
		return false
	}
	return !slices.ContainsFunc(g.columnLine(p.j).cells, g.concealed)
}

// thin tells whether a zero of this cell would tell of a few persons: its row counts fewer than k (D2.3), or its column
// some, but fewer than k. Where cells are not parts of a whole the largest one counts. A cell that is alone in its row
// has only its column, and the other way round; then fewer than k is too few even if it is none.
func (g *grid) thin(p at) bool {
	row := g.rowLine(p.i).cells
	column := slices.DeleteFunc(g.columnLine(p.j).cells, func(q at) bool { return q.i != p.i && g.whole(q.i) })
	if len(row) == 1 {
		return g.size(column, ColumnSums) < g.k
	}
	some := g.size(column, ColumnSums)
	return g.size(row, RowSums) < g.k || len(column) > 1 && some > 0 && some < g.k
}

func (g *grid) size(cells []at, sums Sums) int64 {
	if g.t.Sums&sums != 0 {
		return g.sum(cells)
	}
	var largest int64
	for _, p := range cells {
		largest = max(largest, g.at(p))
	}
	return largest
}

// protect hides until every line obeys D2.4 and the audit finds every hidden number wide enough. It tells whether it hid
// anything. Each turn hides one more number, so it ends.
func (g *grid) protect() (changed bool) {
	for !g.withheld {
		if g.secondary() {
			changed = true
			continue
		}
		p, found := g.narrow()
		if !found {
			return changed
		}
		changed = true
		g.widen(p)
	}
	return changed
}

// secondary makes one pass over the lines (D2.4).
func (g *grid) secondary() (changed bool) {
	for _, l := range g.lines {
		for g.exposed(l) && g.hideNext(l) {
			changed = true
		}
	}
	return changed
}

// exposed: one hidden cell in a line, or several that together are fewer than k.
func (g *grid) exposed(l line) bool {
	var n, sum int64
	for _, p := range l.cells {
		if g.concealed(p) {
			n++
			sum += g.at(p)
		}
	}
	return n == 1 || n > 1 && sum < g.k
}

// hideNext hides the smallest shown cell of a line that is not zero, the first of equals; without one, the total.
func (g *grid) hideNext(l line) bool {
	if p, ok := g.smallest(l.cells); ok {
		g.hide(p)
		return true
	}
	if g.marked(l.total) == open {
		g.hide(l.total)
		return true
	}
	return false
}

func (g *grid) smallest(cells []at) (best at, found bool) {
	for _, p := range cells {
		if g.marked(p) == open && g.at(p) > 0 && (!found || g.at(p) < g.at(best)) {
			best, found = p, true
		}
	}
	return best, found
}

// widen hides one more number for the sake of p: in a line of p, then beside it, then anywhere; else the whole table.
func (g *grid) widen(p at) {
	for _, l := range g.lines {
		if (slices.Contains(l.cells, p) || l.total == p) && g.hideNext(l) {
			return
		}
	}
	for _, near := range [][]at{g.rowLine(p.i).cells, g.columnLine(p.j).cells, g.places()} {
		near = slices.DeleteFunc(near, func(q at) bool { return g.marked(q) == absent })
		if q, ok := g.smallest(near); ok {
			g.hide(q)
			return
		}
	}
	g.withheld = true
}
