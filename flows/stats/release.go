package stats

import (
	"strconv"

	"sosin/flows"
)

// Release is a month's published statistics. It is a frozen value: it holds nothing that is not shown, and the store
// keeps the first one written for a month for good (D2.1).
type Release struct {
	Month    Month   `json:"month"`
	K        int64   `json:"k"`
	Invented bool    `json:"invented,omitempty"` // nobody's contacts stand behind these numbers
	Sheets   []Sheet `json:"sheets"`
}

// Sheet is one table ready to be shown: every row has a cell for each column.
type Sheet struct {
	ID      string   `json:"id"`      // its label key is "table.ID"
	Corner  string   `json:"corner"`  // label key of what the rows are
	Columns []string `json:"columns"` // label keys; "total" for the totals of the rows
	Rows    []Row    `json:"rows"`
	// Rounded: totals are to the nearest 5, because the table holds a hidden cell (D2.5).
	Rounded bool `json:"rounded,omitempty"`
	// Whole: some rows are shown as their total only ("–"); the note is "note.national".
	Whole bool `json:"whole,omitempty"`
	// Withheld: too small to show at all.
	Withheld bool `json:"withheld,omitempty"`
}

// Row is one line of a sheet.
type Row struct {
	Key   string `json:"key"` // label key; "total" for the totals of the columns
	Cells []Cell `json:"cells"`
	Total bool   `json:"total,omitempty"`
}

// Cell is one number as it is shown.
type Cell struct {
	Text   string `json:"text"`
	Hidden bool   `json:"hidden,omitempty"`
	Value  int64  `json:"value,omitempty"` // the number in Text; 0 if hidden or a band
	Share  string `json:"share,omitempty"` // whole percent of the column, such as "64%"; empty if not to be shown
	Band   int    `json:"band,omitempty"`  // 0 to 3 in a Report: which band
}

// Total is the key of a total's row or column.
const Total = "total"

// Key is the sheet's label key.
func (s Sheet) Key() string { return "table." + s.ID }

// star is shown for a number that is not small but would give a small one away.
const star = "*"

// dash is shown for what is published in its row's total only (D2.2).
const dash = "–"

// Publish makes the release of a closed month from its counters. The caller sees to it that the month is closed
// (Month.Closed) and writes the first release only. Equal arguments give equal bytes.
func Publish(month Month, cells map[flows.Count]int64, o Options) Release {
	tables := Tables(o)
	grids := make(map[string]*grid, len(tables))
	for _, t := range tables {
		grids[t.ID] = newGrid(t, cells, o.k())
	}
	settle(tables, grids, Links())
	r := Release{Month: month, K: o.k(), Invented: o.Invented}
	for _, t := range tables {
		r.Sheets = append(r.Sheets, grids[t.ID].sheet())
	}
	return r
}

// settle hides until every table is safe by itself and beside the others.
func settle(tables []Table, grids map[string]*grid, links []Link) {
	for changed := true; changed; {
		changed = false
		for _, t := range tables {
			changed = grids[t.ID].protect() || changed
		}
		changed = spread(grids, links) || changed
	}
}

// sheet renders what the marks allow; nothing else leaves this package.
func (g *grid) sheet() Sheet {
	s := Sheet{ID: g.t.ID, Corner: g.t.Rows.corner(), Rounded: g.anyConcealed() && !g.withheld, Withheld: g.withheld, Whole: len(g.t.Whole) > 0}
	s.Columns = keys(g.t.Columns)
	if g.t.Sums&RowSums != 0 {
		s.Columns = append(s.Columns, Total)
	}
	rows := keys(g.t.Rows)
	if g.t.Sums&ColumnSums != 0 {
		rows = append(rows, Total)
	}
	for i, key := range rows {
		row := Row{Key: key, Total: i == g.rows}
		for j := range s.Columns {
			row.Cells = append(row.Cells, g.cell(at{i, j}, s.Rounded))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// corner is the label key of what an axis's names are.
func (a Axis) corner() string { return "dimension." + a.Of }

func keys(a Axis) []string {
	out := make([]string, 0, len(a.Keys)+1)
	for _, k := range a.Keys {
		out = append(out, a.ID+"."+k)
	}
	return out
}

func (g *grid) cell(p at, rounded bool) Cell {
	switch {
	case g.marked(p) == merged && !g.withheld:
		return Cell{Text: dash, Hidden: true}
	case g.withheld || g.marked(p) == hidden:
		return Cell{Text: star, Hidden: true}
	case g.marked(p) == small:
		return Cell{Text: "<" + strconv.FormatInt(g.k, 10), Hidden: true}
	}
	v := g.at(p)
	if rounded && g.isTotal(p) {
		v = round(v, g.k)
	}
	return Cell{Text: strconv.FormatInt(v, 10), Value: v, Share: g.share(p)}
}

// step is what totals are rounded to (D2.5).
const step = 5

// round goes to the nearest step, but never to a number that would itself have to be hidden.
func round(v, k int64) int64 {
	r := (v + step/2) / step * step
	if v > 0 && r < k {
		r += step
	}
	return r
}

// window holds all the totals that are shown like v.
func window(v, k int64) (low, high int64) {
	low, high = v, v
	for low > k && round(low-1, k) == round(v, k) {
		low--
	}
	for round(high+1, k) == round(v, k) {
		high++
	}
	return low, high
}

// share is a whole percent of the column, if at least 20 stand behind it and k on either side (D2.6). Both numbers are
// shown, and the audit assumes them known exactly, so the percentage tells nothing new.
func (g *grid) share(p at) string {
	if !g.t.Shares || p.i == g.rows {
		return ""
	}
	whole := at{g.rows, p.j}
	part, all := g.at(p), g.at(whole)
	if g.marked(whole) != open || all < 20 || part < g.k || all-part < g.k {
		return ""
	}
	return strconv.FormatInt((part*100+all/2)/all, 10) + "%"
}
