package stats

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sosin/flows"
)

// attacker is somebody who tries every table that fits what they hold. It shares no code with the audit: it reads the
// sheet's texts and searches.
type attacker struct {
	low, high [][]int64 // what each cell may be
	row, col  [][2]int64
	grand     [2]int64
	cell      [][]int64
}

const (
	endless = 400 // larger than any total of what these tests plant
	starred = 40  // larger than any number they plant; the attacker who tries fewer finds fewer, which is held against us
)

// attack reads a sheet. Totals known from elsewhere (exact) replace what the sheet says of them.
func attack(s Sheet, t Table, k int64) *attacker {
	a := &attacker{grand: [2]int64{0, endless}}
	rows, cols := len(t.Rows.Keys), len(t.Columns.Keys)
	for i := range rows {
		a.low, a.high, a.cell = append(a.low, make([]int64, cols)), append(a.high, make([]int64, cols)), append(a.cell, make([]int64, cols))
		a.row = append(a.row, [2]int64{0, endless})
		for j := range cols {
			a.low[i][j], a.high[i][j] = span(s.Rows[i].Cells[j], s, k, false)
		}
		if t.Sums&RowSums != 0 {
			a.row[i] = pair(span(s.Rows[i].Cells[cols], s, k, true))
		}
	}
	for j := range cols {
		a.col = append(a.col, [2]int64{0, endless})
		if t.Sums&ColumnSums != 0 {
			a.col[j] = pair(span(s.Rows[rows].Cells[j], s, k, true))
		}
	}
	if t.Sums == RowSums|ColumnSums {
		a.grand = pair(span(s.Rows[rows].Cells[cols], s, k, true))
	}
	// A reader knows where a "<k" may be a zero: where a whole row or column is "<k", and nowhere else.
	for i := range rows {
		for j := range cols {
			if a.low[i][j] == 0 && a.high[i][j] == k-1 && !allSmall(s, i, j, rows, cols) {
				a.low[i][j] = 1
			}
		}
	}
	return a
}

func allSmall(s Sheet, i, j, rows, cols int) bool {
	row, col := cols > 1, rows > 1
	for c := range cols {
		row = row && strings.HasPrefix(s.Rows[i].Cells[c].Text, "<")
	}
	for r := range rows {
		col = col && strings.HasPrefix(s.Rows[r].Cells[j].Text, "<")
	}
	return row || col
}

func pair(a, b int64) [2]int64 { return [2]int64{a, b} }

// span is what a shown text allows.
func span(c Cell, s Sheet, k int64, total bool) (int64, int64) {
	switch {
	case s.Withheld:
		return 0, endless
	case strings.HasPrefix(c.Text, "<"):
		return 0, k - 1
	case c.Text == "*":
		return k, starred
	case c.Text == dash:
		return 0, endless
	}
	v, err := strconv.ParseInt(c.Text, 10, 64)
	if err != nil {
		panic("a cell is neither hidden nor a number: " + c.Text)
	}
	if total && s.Rounded {
		return v - 2, v + 2
	}
	return v, v
}

// possible: is there a table in which cell (i, j) is v?
func (a *attacker) possible(i, j int, v int64) bool {
	low, high := a.low[i][j], a.high[i][j]
	if v < low || v > high {
		return false
	}
	a.low[i][j], a.high[i][j] = v, v
	defer func() { a.low[i][j], a.high[i][j] = low, high }()
	return a.search(0)
}

func (a *attacker) search(n int) bool {
	cols := len(a.col)
	if n == len(a.row)*cols {
		return a.fits(n)
	}
	if !a.fits(n) {
		return false
	}
	i, j := n/cols, n%cols
	for v := a.low[i][j]; v <= a.high[i][j]; v++ {
		a.cell[i][j] = v
		if a.search(n + 1) {
			return true
		}
	}
	return false
}

// fits: with the first n cells chosen, can every sum still be met?
func (a *attacker) fits(n int) bool {
	cols := len(a.col)
	var all [2]int64
	columns := make([][2]int64, cols)
	for i := range a.row {
		var row [2]int64
		for j := range cols {
			low, high := a.low[i][j], a.high[i][j]
			if i*cols+j < n {
				low, high = a.cell[i][j], a.cell[i][j]
			}
			for _, sum := range []*[2]int64{&row, &columns[j], &all} {
				sum[0], sum[1] = sum[0]+low, sum[1]+high
			}
		}
		if row[0] > a.row[i][1] || row[1] < a.row[i][0] {
			return false
		}
	}
	for j := range cols {
		if columns[j][0] > a.col[j][1] || columns[j][1] < a.col[j][0] {
			return false
		}
	}
	return all[0] <= a.grand[1] && all[1] >= a.grand[0]
}

// narrowed names the first hidden cell about which the attacker learns more than its mark says.
func (a *attacker) narrowed(s Sheet, k int64, least int) string {
	for i := range a.row {
		for j := range a.col {
			c := s.Rows[i].Cells[j]
			if !c.Hidden || s.Withheld || c.Text == dash {
				continue
			}
			n := 0
			top := k - 1
			if c.Text == "*" {
				top = a.high[i][j]
			}
			for v := int64(1); v <= top && n < int(k)+1; v++ {
				if a.possible(i, j, v) {
					n++
				}
			}
			want := least
			if c.Text != "*" {
				want = int(k) - 1
			}
			if n < want {
				return s.Rows[i].Key + " " + s.Columns[j] + ": " + strconv.Itoa(n) + " values left"
			}
		}
	}
	return ""
}

// sheetOf publishes one table of raw numbers by itself.
func sheetOf(t Table, raw [][]int64, k int64) (Sheet, *grid) {
	g := newGrid(t, counters(t, raw), k)
	g.protect()
	return g.sheet(), g
}

func counters(t Table, raw [][]int64) map[flows.Count]int64 {
	cells := map[flows.Count]int64{}
	for i, row := range raw {
		for j, v := range row {
			cells[flows.Count{Table: t.ID, Row: t.Rows.Keys[i], Column: t.Columns.Keys[j]}] = v
		}
	}
	return cells
}

func table(rows, cols int, sums Sums) Table {
	names := []string{"a", "b", "c", "d"}
	return Table{ID: "test", Rows: Axis{"r", "r", names[:rows]}, Columns: Axis{"c", "c", names[:cols]}, Sums: sums}
}

func show(s Sheet) string {
	var rows []string
	for _, r := range s.Rows {
		var texts []string
		for _, c := range r.Cells {
			texts = append(texts, c.Text)
		}
		rows = append(rows, strings.Join(texts, " "))
	}
	return strings.Join(rows, " | ")
}

// T39. If this broke, a reader of the published table could work out how many of three people said what.
func TestEveryRowOfThreeWithstandsSubtraction(t *testing.T) {
	tbl := table(1, 3, RowSums)
	shown := 0
	for a := range int64(19) {
		for b := range int64(19) {
			for c := range int64(19) {
				raw := [][]int64{{a, b, c}}
				s, g := sheetOf(tbl, raw, 5)
				if bad := attack(s, tbl, 5).narrowed(s, 5, 5); bad != "" {
					t.Fatalf("%v published as %s: %s", raw, show(s), bad)
				}
				if bad := insiderView(s, tbl, raw, g, 5).narrowed(s, 5, 4); bad != "" {
					t.Fatalf("%v published as %s, totals known: %s", raw, show(s), bad)
				}
				if !s.Rows[0].Cells[0].Hidden {
					shown++
				}
			}
		}
	}
	if shown < 3500 {
		t.Errorf("only %d of 6859 first cells were shown: the audit hides nearly everything", shown)
	}
}

// insiderView knows every total that is not hidden exactly, from another table, and the last band of each hidden cell.
func insiderView(s Sheet, tbl Table, raw [][]int64, g *grid, k int64) *attacker {
	a := attack(s, tbl, k)
	rows, cols := len(tbl.Rows.Keys), len(tbl.Columns.Keys)
	for i := range rows {
		for j := range cols {
			if s.Rows[i].Cells[j].Text == "*" && raw[i][j] < 2*k {
				a.high[i][j] = 2*k - 1
			} else if s.Rows[i].Cells[j].Text == "*" {
				a.low[i][j] = 2 * k
			}
		}
		if tbl.Sums&RowSums != 0 && !s.Rows[i].Cells[cols].Hidden {
			a.row[i] = pair(g.value[i][cols], g.value[i][cols])
		}
	}
	for j := range cols {
		if tbl.Sums&ColumnSums != 0 && !s.Rows[rows].Cells[j].Hidden {
			a.col[j] = pair(g.value[rows][j], g.value[rows][j])
		}
	}
	if tbl.Sums == RowSums|ColumnSums && !s.Rows[rows].Cells[cols].Hidden {
		a.grand = pair(g.value[rows][cols], g.value[rows][cols])
	}
	return a
}

// The attacker above must be able to win, or its silence means nothing: D2.4 and D2.5 alone lose this row.
func TestTheAttackBreaksWhatTheRuleAloneWouldPublish(t *testing.T) {
	tbl := table(1, 3, RowSums)
	naive := Sheet{Columns: []string{"c.a", "c.b", "c.c", Total}, Rounded: true, Rows: []Row{{Key: "r.a", Cells: []Cell{
		{Text: "11", Value: 11}, {Text: "*", Hidden: true}, {Text: "<5", Hidden: true}, {Text: "15", Value: 15},
	}}}}
	if attack(naive, tbl, 5).narrowed(naive, 5, 5) == "" {
		t.Fatal("11 * <5, total 15 gives away 5 and 1, and the attacker did not notice")
	}
	s, _ := sheetOf(tbl, [][]int64{{11, 5, 1}}, 5)
	if got := show(s); got != "* * <5 *" {
		t.Errorf("11, 5, 1 published as %q", got)
	}
}

func TestTwoWayTablesWithstandSubtraction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(2, 3).Draw(t, "rows"), rapid.IntRange(2, 3).Draw(t, "columns")
		sums := rapid.SampledFrom([]Sums{RowSums, ColumnSums, RowSums | ColumnSums}).Draw(t, "sums")
		k := rapid.SampledFrom([]int64{3, 5}).Draw(t, "k")
		tbl := table(rows, cols, sums)
		raw := make([][]int64, rows)
		for i := range raw {
			raw[i] = rapid.SliceOfN(rapid.Int64Range(0, 14), cols, cols).Draw(t, "row")
		}
		s, g := sheetOf(tbl, raw, k)
		if bad := attack(s, tbl, k).narrowed(s, k, int(k)); bad != "" {
			t.Fatalf("%v published as %s: %s", raw, show(s), bad)
		}
		if bad := insiderView(s, tbl, raw, g, k).narrowed(s, k, int(k)-1); bad != "" {
			t.Fatalf("%v published as %s, totals known: %s", raw, show(s), bad)
		}
	})
}

// Somebody who knows this program can ask which rows it would have published like this. They too must be left in doubt.
func TestKnowingTheProgramDoesNotGiveASmallNumberAway(t *testing.T) {
	tbl := table(1, 3, RowSums)
	const limit = 42 // what rounds to 40
	values := map[string][3]map[int64]bool{}
	for a := range int64(limit + 1) {
		for b := range limit + 1 - a {
			for c := range limit + 1 - a - b {
				s, _ := sheetOf(tbl, [][]int64{{a, b, c}}, 5)
				key, _ := json.Marshal(s)
				seen, ok := values[string(key)]
				if !ok {
					seen = [3]map[int64]bool{{}, {}, {}}
					values[string(key)] = seen
				}
				seen[0][a], seen[1][b], seen[2][c] = true, true, true
			}
		}
	}
	least := 99
	for key, seen := range values {
		var s Sheet
		if err := json.Unmarshal([]byte(key), &s); err != nil {
			t.Fatal(err)
		}
		for j := range 3 {
			if c := s.Rows[0].Cells[j]; c.Hidden && c.Text != "*" {
				least = min(least, len(seen[j]))
				if len(seen[j]) < 4 {
					t.Errorf("%s in column %d can only come from %v", show(s), j, seen[j])
				}
			}
		}
	}
	t.Logf("of each small number at least %d values remain", least)
}

// Tables that share totals: the contacts by channel and the first step of the funnel are exact totals of the table of
// languages. If this broke, one table would unlock the other.
func TestTablesThatShareTotalsDoNotUnlockEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Order: []Flow{{Name: "entry", States: []string{"language", "safety"}, Open: []string{"language", "safety"}}}}
		language := Tables(o)[1]
		raw := make([][]int64, 3)
		cells := map[flows.Count]int64{}
		for i := range raw { // everybody who has a language is asked whether it is safe
			raw[i] = rapid.SliceOfN(rapid.Int64Range(0, 13), 2, 2).Draw(t, "row")
			for j, v := range raw[i] {
				lang, channel := language.Rows.Keys[i], language.Columns.Keys[j]
				cells[flows.Count{Table: "language", Row: lang, Column: channel}] += v
				cells[flows.Count{Table: "contacts", Row: channel, Column: "all"}] += v
				cells[flows.Count{Table: "funnel.entry", Row: "safety", Column: lang}] += v
				cells[flows.Count{Table: "funnel.entry", Row: "language", Column: "-"}] += v
			}
		}
		r := Publish("2026-05", cells, o)
		s := r.Sheets[1]
		a := attack(s, language, 5)
		for j := range 2 { // contacts
			learn(&a.col[j], r.Sheets[0].Rows[j].Cells[0], false)
		}
		learn(&a.grand, r.Sheets[0].Rows[2].Cells[0], r.Sheets[0].Rounded)
		for i := range 3 { // funnel.entry, safety
			learn(&a.row[i], r.Sheets[2].Rows[1].Cells[i], false)
		}
		learn(&a.grand, r.Sheets[2].Rows[0].Cells[3], false)
		if bad := a.narrowed(s, 5, 4); bad != "" {
			t.Fatalf("%v published as %s, contacts %s, funnel %s: %s", raw, show(s), show(r.Sheets[0]), show(r.Sheets[2]), bad)
		}
	})
}

// learn narrows a total by the number another table shows for it.
func learn(known *[2]int64, c Cell, rounded bool) {
	if c.Hidden {
		return
	}
	low, high := c.Value, c.Value
	if rounded {
		low, high = low-2, high+2
	}
	known[0], known[1] = max(known[0], low), min(known[1], high)
}

func TestTheAuditEndsOnLargeTables(t *testing.T) {
	raw := make([][]int64, 4)
	for i := range raw {
		raw[i] = []int64{1, int64(5 + i), 0, 4000}
	}
	for _, sums := range []Sums{RowSums, ColumnSums, RowSums | ColumnSums} {
		tbl := table(4, 4, sums)
		tbl.Nested = true
		s, _ := sheetOf(tbl, raw, 5)
		if slices.ContainsFunc(s.Rows, func(r Row) bool { return len(r.Cells) == 0 }) {
			t.Errorf("a row of %v lost its cells", s)
		}
	}
}
