package stats

import "sosin/flows"

// mark says how one number of a table is shown.
type mark int

const (
	open   mark = iota // as it is (a total perhaps rounded)
	small              // "<k": primary
	hidden             // "*": it would give a small one away
	merged             // "–": shown in its row's total only
	absent             // there is no such total
)

// at is a place in a grid. Row len(rows) holds the totals of the columns, column len(columns) those of the rows.
type at struct{ i, j int }

// line is a sum: the total of some cells.
type line struct {
	cells []at
	total at
}

// grid is a table with its totals while it is decided what may be shown.
type grid struct {
	t        Table
	k        int64
	rows     int
	columns  int
	value    [][]int64
	mark     [][]mark
	masked   [][]bool // "<k" here may also be a zero
	lines    []line
	withheld bool
}

func newGrid(t Table, cells map[flows.Count]int64, k int64) *grid {
	g := &grid{t: t, k: k, rows: len(t.Rows.Keys), columns: len(t.Columns.Keys)}
	for i := range g.rows + 1 {
		g.value = append(g.value, make([]int64, g.columns+1))
		g.mark = append(g.mark, make([]mark, g.columns+1))
		g.masked = append(g.masked, make([]bool, g.columns+1))
		for j := range g.columns + 1 {
			if i == g.rows && t.Sums&ColumnSums == 0 || j == g.columns && t.Sums&RowSums == 0 {
				g.mark[i][j] = absent
			}
		}
	}
	for i, row := range t.Rows.Keys {
		for j, column := range t.Columns.Keys {
			g.value[i][j] = t.value(cells, row, column)
		}
	}
	g.addLines()
	for _, l := range g.lines {
		g.set(l.total, g.sum(l.cells))
	}
	g.primary()
	return g
}

func (g *grid) at(p at) int64     { return g.value[p.i][p.j] }
func (g *grid) set(p at, v int64) { g.value[p.i][p.j] = v }
func (g *grid) marked(p at) mark  { return g.mark[p.i][p.j] }
func (g *grid) hide(p at)         { g.mark[p.i][p.j] = hidden }
func (g *grid) isTotal(p at) bool { return p.i == g.rows || p.j == g.columns }
func (g *grid) concealed(p at) bool {
	m := g.marked(p)
	return m == small || m == hidden || m == merged
}

func (g *grid) sum(cells []at) (total int64) {
	for _, p := range cells {
		total += g.at(p)
	}
	return total
}

// addLines lists the sums of the table; in a two-way table the totals add up to the grand total both ways. Cells come
// before totals, so that a total is known when it is added.
func (g *grid) addLines() {
	lastRow, lastColumn := g.rows, g.columns
	if g.t.Sums == RowSums|ColumnSums {
		lastRow, lastColumn = g.rows+1, g.columns+1
	}
	if g.t.Sums&RowSums != 0 {
		for i := range g.rows {
			g.lines = append(g.lines, g.rowLine(i))
		}
	}
	if g.t.Sums&ColumnSums != 0 {
		for j := range lastColumn {
			g.lines = append(g.lines, g.columnLine(j))
		}
	}
	if lastRow > g.rows {
		g.lines = append(g.lines, g.rowLine(g.rows))
	}
}

func (g *grid) rowLine(i int) line {
	l := line{total: at{i, g.columns}}
	for j := range g.columns {
		l.cells = append(l.cells, at{i, j})
	}
	return l
}

func (g *grid) columnLine(j int) line {
	l := line{total: at{g.rows, j}}
	for i := range g.rows {
		l.cells = append(l.cells, at{i, j})
	}
	return l
}

// places lists every number of the grid in the fixed order: row by row.
func (g *grid) places() []at {
	var all []at
	for i := range g.rows + 1 {
		for j := range g.columns + 1 {
			if g.mark[i][j] != absent {
				all = append(all, at{i, j})
			}
		}
	}
	return all
}

func (g *grid) anyConcealed() bool {
	for _, p := range g.places() {
		if g.concealed(p) {
			return true
		}
	}
	return false
}
