package stats

import (
	"fmt"
	"slices"
	"strconv"

	"sosin/flows"
)

// Report is the running month, for staff only: bands instead of numbers, and no totals (DESIGN.md section 6).
type Report struct {
	K        int64   `json:"k"`
	Invented bool    `json:"invented,omitempty"`
	Sheets   []Sheet `json:"sheets"`
}

// Running shows the month that is not over in the bands 0, 1-4, 5-9 and 10+ (with another k: 0, below k, below 2k, more).
func Running(cells map[flows.Count]int64, o Options) Report {
	r := Report{K: o.k(), Invented: o.Invented}
	for _, t := range Tables(o) {
		s := Sheet{ID: t.ID, Corner: t.Rows.corner(), Columns: keys(t.Columns), Whole: len(t.Whole) > 0}
		for i, key := range keys(t.Rows) {
			row := Row{Key: key}
			for _, column := range t.Columns.Keys {
				if slices.Contains(t.Whole, t.Rows.Keys[i]) {
					row.Cells = append(row.Cells, Cell{Text: dash})
					continue
				}
				row.Cells = append(row.Cells, band(t.value(cells, t.Rows.Keys[i], column), o.k()))
			}
			s.Rows = append(s.Rows, row)
		}
		r.Sheets = append(r.Sheets, s)
	}
	return r
}

// bands is how many there are above zero.
const bands = 3

func band(v, k int64) Cell {
	switch {
	case v <= 0:
		return Cell{Text: "0"}
	case v < k:
		return Cell{Text: fmt.Sprintf("1-%d", k-1), Band: 1}
	case v < 2*k:
		return Cell{Text: fmt.Sprintf("%d-%d", k, 2*k-1), Band: 2}
	default:
		return Cell{Text: strconv.FormatInt(2*k, 10) + "+", Band: bands}
	}
}
