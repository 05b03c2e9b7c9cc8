package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sosin/flows"
)

// D2.2. Under 18, trafficking and whether the police were told are never crossed with anything.
func TestNationalTotalsAreCrossedWithNothing(t *testing.T) {
	o := options(t)
	for _, id := range []string{"funnel.force", "funnel.young", "trafficking", "age", "police"} {
		i := slices.IndexFunc(Tables(o), func(tbl Table) bool { return tbl.ID == id })
		if i < 0 {
			t.Fatalf("no table %s", id)
		}
		if tbl := Tables(o)[i]; !slices.Equal(tbl.Columns.Keys, []string{"all"}) {
			t.Errorf("%s is crossed with %v", id, tbl.Columns.Keys)
		}
	}
	for _, tbl := range Tables(o) {
		for _, row := range tbl.Rows.Keys {
			secret := strings.Contains(row, "trafficking") || strings.Contains(row, "under18") || row == "ppa" || row == "police"
			if secret && len(tbl.Columns.Keys)-len(tbl.Impossible[row]) > 1 {
				t.Errorf("%s: %s is crossed with %v", tbl.ID, row, tbl.Columns.Keys)
			}
		}
	}
}

// The states for everybody that people from a national flow come through too.
func TestWhatFollowsANationalFlowIsATotalOnly(t *testing.T) {
	want := map[string][]string{
		"queue": {"message", "message_left", "message_times", "message_kept", "message_silent", "away_quietly", "later"},
	}
	for _, f := range Order(embedded(t)) {
		if !slices.Equal(f.Whole, want[f.Name]) {
			t.Errorf("%s: totals only for %v, want %v", f.Name, f.Whole, want[f.Name])
		}
	}
}

// follower is somebody who knows the flows and reads all funnels of a release: whoever stands in a state came from one
// before it. It shares the flows' arcs with what it attacks, and nothing else.
type follower struct {
	d     *flows.Definition
	paths paths
	cells map[string]map[string]Cell // by state and column
	free  int64                      // danger found in free text leads there too
}

func follow2(d *flows.Definition, r Release) follower {
	f := follower{d: d, paths: newPaths(d), cells: map[string]map[string]Cell{}}
	for _, s := range r.Sheets {
		flow, ok := strings.CutPrefix(s.ID, "funnel.")
		for _, row := range s.Rows {
			if !ok {
				if s.ID == "danger" {
					f.free += most(row.Cells[0], r.K) + most(row.Cells[1], r.K)
				}
				continue
			}
			name := flow + strings.TrimPrefix(row.Key, "state."+flow)
			f.cells[name] = map[string]Cell{}
			for j, c := range row.Cells {
				f.cells[name][strings.TrimPrefix(s.Columns[j], "lang.")] = c
			}
		}
	}
	return f
}

func most(c Cell, k int64) int64 {
	switch {
	case !c.Hidden:
		return c.Value
	case strings.HasPrefix(c.Text, "<"):
		return k - 1
	default:
		return math.MaxInt32
	}
}

// atLeast is how many speakers of a language must have been in each state.
func (f follower) atLeast(lang string, k int64) map[string]int64 {
	everywhere, everybody, hit := f.paths.everywhere(), f.paths.everybody(), map[string]bool{}
	for _, arcs := range f.d.Hits {
		for _, name := range f.paths.counted(arcs, map[string]bool{}) {
			hit[name] = true
		}
	}
	low := map[string]int64{}
	for name := range f.cells {
		if c := f.cells[name][lang]; !c.Hidden {
			low[name] = c.Value
		} else if c.Text == star {
			low[name] = k
		}
	}
	for range 12 {
		for to, before := range f.paths.from {
			if everywhere[to] || slices.ContainsFunc(before, func(b string) bool { return everybody[b] }) {
				continue
			}
			for _, one := range before {
				left := low[to]
				if hit[to] {
					left -= f.free
				}
				for _, other := range before {
					if other != one && !f.d.National[f.d.States[other].Table] {
						left -= most(f.cells[other][lang], k)
					}
				}
				low[one] = max(low[one], left)
			}
		}
	}
	return low
}

// told is what a reader learns about the language of people in national flows; empty if nothing.
func told(d *flows.Definition, r Release) string {
	f := follow2(d, r)
	for _, lang := range languages.Keys {
		for name, n := range f.atLeast(lang, r.K) {
			if d.National[d.States[name].Table] && n > 0 {
				return name + " in " + lang
			}
		}
	}
	return ""
}

// If this broke, the report would say that somebody under 18 who wrote in Russian asked for help and nobody was there.
func TestTheFunnelsDoNotTellTheLanguageOfPeopleUnder18(t *testing.T) {
	d := embedded(t)
	cells := map[flows.Count]int64{
		{Table: "funnel.queue", Row: "nobody", Column: "ru"}:        9,
		{Table: "funnel.queue", Row: "message", Column: "ru"}:       12,
		{Table: "funnel.queue", Row: "message", Column: "et"}:       30,
		{Table: "funnel.queue", Row: "nobody", Column: "et"}:        60,
		{Table: "funnel.queue", Row: "closed", Column: "et"}:        20, // and no Russian speaker: a 0 that is shown
		{Table: "funnel.queue", Row: "nobody_centre", Column: "et"}: 20,
		{Table: "funnel.young", Row: "nobody", Column: "all"}:       11,
	}
	naive := Options{Order: Order(d)}
	for i := range naive.Order {
		naive.Order[i].Whole = nil
	}
	if got := told(d, Publish("2026-05", cells, naive)); got != "young.nobody in ru" {
		t.Fatalf("12 of the 9 Russian speakers who could leave a message did, and the attacker noticed %q", got)
	}
	if got := told(d, Publish("2026-05", cells, options(t))); got != "" {
		t.Errorf("the release tells of %s", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Order: Order(d)}
		cells := map[flows.Count]int64{}
		for _, f := range o.Order {
			for _, state := range f.States {
				for _, column := range funnel(f).Columns.Keys {
					cells[flows.Count{Table: "funnel." + f.Name, Row: state, Column: column}] = rapid.SampledFrom([]int64{0, 3, 11, 60, 300}).Draw(t, "n")
				}
			}
		}
		if got := told(d, Publish("2026-05", cells, o)); got != "" {
			t.Fatalf("the release tells of %s", got)
		}
	})
}

// Small numbers in a row that is shown as a total only must not show in the row beside it either.
func TestARowShownAsATotalTellsNothingByColumn(t *testing.T) {
	tbl := table(2, 3, RowSums)
	tbl.Whole = []string{"b"}
	one, _ := sheetOf(tbl, [][]int64{{40, 0, 9}, {7, 2, 9}}, 5)
	two, _ := sheetOf(tbl, [][]int64{{40, 0, 9}, {9, 0, 9}}, 5)
	if got := show(one); got != "40 0 9 50 | – – – 20" || got != show(two) {
		t.Errorf("published %q and %q", got, show(two))
	}
	few, _ := sheetOf(tbl, [][]int64{{40, 0, 9}, {1, 2, 0}}, 5)
	if got := show(few); got != "40 0 9 50 | – – – <5" {
		t.Errorf("published %q", got)
	}
}

// An answer and the state it leads to are the same people: a small number hidden in one table must not stand in another.
func TestAnAnswerHiddenInOneTableIsNotReadInItsFunnel(t *testing.T) {
	o := options(t)
	rapid.Check(t, func(t *rapid.T) {
		cells := map[flows.Count]int64{}
		for _, l := range same() {
			for _, p := range []Place{l.A, l.B} {
				if p.Row == "" {
					continue
				}
				if p.Column == "" {
					p.Column = "ru"
				}
				cells[flows.Count(p)] = rapid.Int64Range(0, 12).Draw(t, "n")
			}
		}
		r := Publish("2026-05", cells, o)
		for _, l := range same() {
			a, b := look(r, l.A), look(r, l.B)
			apart := cells[flows.Count(l.A)] - total(cells, l.B)
			if l.A.Row != "" && a.Hidden != b.Hidden && apart > -5 && apart < 5 {
				t.Fatalf("%v shows %s, %v shows %s", l.A, a.Text, l.B, b.Text)
			}
		}
	})
}

func total(cells map[flows.Count]int64, p Place) (n int64) {
	for c, v := range cells {
		if c.Table == p.Table && c.Row == p.Row && (p.Column == "" || c.Column == p.Column) {
			n += v
		}
	}
	return n
}

func look(r Release, p Place) Cell {
	for _, s := range r.Sheets {
		for _, row := range s.Rows {
			for j, column := range s.Columns {
				if s.ID == p.Table && (strings.HasSuffix(row.Key, "."+p.Row) || p.Row == "" && row.Total) && (strings.HasSuffix(column, "."+p.Column) || p.Column == "" && column == Total) {
					return row.Cells[j]
				}
			}
		}
	}
	panic("no such place in the release")
}

// A counted answer that leads to a state nobody else enters needs a link, whoever adds it.
func TestEveryAnswerWithAStateOfItsOwnIsLinked(t *testing.T) {
	d := embedded(t)
	p := newPaths(d)
	everywhere := p.everywhere()
	found := 0
	for name, s := range d.States {
		for _, ch := range s.Choices {
			to := p.counted(ch.Arcs, map[string]bool{})
			if ch.Count == "" || len(to) != 1 || everywhere[to[0]] || alone(d, p, to[0]) != ch.Count {
				continue
			}
			found++
			table, row, _ := strings.Cut(ch.Count, ".")
			target := d.States[to[0]]
			if !slices.ContainsFunc(same(), func(l Link) bool {
				return l.A.Table == table && l.A.Row == row && l.B.Table+"."+l.B.Row == "funnel."+target.Name
			}) {
				t.Errorf("%s: %s is the number of %s: link them in links.go", name, ch.Count, to[0])
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d such answers found", found)
	}
}

// alone is the one counter that every way into a state moves, and nothing but these ways; empty if there is none.
func alone(d *flows.Definition, p paths, to string) (count string) {
	defer func() {
		for _, s := range d.States {
			for _, ch := range s.Choices {
				if ch.Count == count && !slices.Contains(p.counted(ch.Arcs, map[string]bool{}), to) {
					count = ""
				}
			}
		}
	}()
	for _, arcs := range d.Hits {
		if slices.Contains(p.counted(arcs, map[string]bool{}), to) {
			return ""
		}
	}
	for _, from := range p.from[to] {
		for _, ch := range d.States[from].Choices {
			if !slices.Contains(p.counted(ch.Arcs, map[string]bool{}), to) {
				continue
			}
			if ch.Count == "" || count != "" && count != ch.Count {
				return ""
			}
			count = ch.Count
		}
		s := *d.States[from]
		if s.Choices = nil; slices.Contains(p.counted(ways(&s), map[string]bool{}), to) {
			return ""
		}
	}
	return count
}

// T39 over the real tables: no row or column of any table gives a small number away, by itself or to somebody who knows
// its totals.
func TestEveryDeclaredTableWithstandsSubtraction(t *testing.T) {
	o := options(t)
	rapid.Check(t, func(t *rapid.T) {
		tbl := rapid.SampledFrom(Tables(o)).Draw(t, "table")
		tbl.Rows.Keys = tbl.Rows.Keys[:min(len(tbl.Rows.Keys), 3)]
		tbl.Columns.Keys = tbl.Columns.Keys[:min(len(tbl.Columns.Keys), 3)]
		raw := make([][]int64, len(tbl.Rows.Keys))
		for i := range raw {
			raw[i] = rapid.SliceOfN(rapid.Int64Range(0, 14), len(tbl.Columns.Keys), len(tbl.Columns.Keys)).Draw(t, "row")
			for j, column := range tbl.Columns.Keys {
				if slices.Contains(tbl.Impossible[tbl.Rows.Keys[i]], column) {
					raw[i][j] = 0
				}
			}
		}
		tbl.Nested, tbl.Impossible = false, nil
		s, g := sheetOf(tbl, raw, 5)
		if bad := attack(s, tbl, 5).narrowed(s, 5, 5); bad != "" {
			t.Fatalf("%s: %v published as %s: %s", tbl.ID, raw, show(s), bad)
		}
		if bad := insiderView(s, tbl, raw, g, 5).narrowed(s, 5, 4); bad != "" {
			t.Fatalf("%s: %v published as %s, totals known: %s", tbl.ID, raw, show(s), bad)
		}
	})
}

// Answers counted by language are added up: nobody asked for the language of those who need a safe place.
func TestAnswersAreShownWithoutTheLanguageTheyWereCountedIn(t *testing.T) {
	cells := map[flows.Count]int64{
		{Table: "shelter", Row: "now", Column: "et"}: 7, {Table: "shelter", Row: "now", Column: "ru"}: 2, {Table: "shelter", Row: "now", Column: "-"}: 1,
		{Table: "shelter", Row: "not_today", Column: "en"}: 4,
	}
	o := Options{}
	for _, s := range Publish("2026-05", cells, o).Sheets {
		if s.ID == "shelter" && show(s) != "10 | <5" {
			t.Errorf("published %q", show(s))
		}
	}
	for _, s := range Running(cells, o).Sheets {
		if s.ID == "shelter" && show(s) != "10+ | 1-4" {
			t.Errorf("the running month shows %q", show(s))
		}
	}
}
