package stats

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sosin/flows"
	"sosin/flows/library"
)

func options(t testing.TB) Options {
	t.Helper()
	d, err := flows.Decode(library.Files)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Order: Order(d), Forms: true}
}

// The examples of requirements.md D2 and what follows from them, table by table.
func TestSuppressionFollowsTheRule(t *testing.T) {
	for name, c := range map[string]struct {
		t    Table
		raw  [][]int64
		want string
	}{
		"12, 7, 3: 7 would give 3 away, the total is rounded": {table(1, 3, RowSums), [][]int64{{12, 7, 3}}, "12 * <5 20"},
		"nothing small: nothing hidden, the total exact":      {table(1, 3, RowSums), [][]int64{{12, 7, 5}}, "12 7 5 24"},
		"nobody in a row: no 0 leaks":                         {table(2, 3, RowSums), [][]int64{{0, 0, 0}, {9, 9, 9}}, "<5 <5 <5 <5 | 9 9 9 25"},
		"a zero among many is a zero":                         {table(1, 3, RowSums), [][]int64{{0, 20, 30}}, "0 20 30 50"},
		"a zero beside a few is hidden":                       {table(1, 3, RowSums), [][]int64{{0, 0, 3}}, "<5 <5 <5 <5"},
		"a zero beside a few in its column too":               {table(3, 2, RowSums|ColumnSums), [][]int64{{90, 0}, {80, 0}, {70, 3}}, "* <5 90 | * <5 80 | * <5 75 | * <5 245"},
		"a channel nobody used is no secret":                  {table(3, 2, RowSums|ColumnSums), [][]int64{{90, 0}, {80, 0}, {70, 0}}, "90 0 90 | 80 0 80 | 70 0 70 | 240 0 240"},
		"ties: the first in table order":                      {table(1, 4, RowSums), [][]int64{{20, 1, 20, 20}}, "* <5 20 20 60"},
		"two small that make less than k need a third":        {table(1, 4, RowSums), [][]int64{{1, 2, 9, 30}}, "<5 <5 * 30 40"},
		"columns are lines too":                               {table(3, 1, ColumnSums), [][]int64{{12}, {7}, {3}}, "12 | * | <5 | 20"},
	} {
		s, _ := sheetOf(c.t, c.raw, 5)
		if got := show(s); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestKIsNeverBelowThree(t *testing.T) {
	for k, want := range map[int]int64{0: 5, 1: 3, 2: 3, 3: 3, 5: 5, 10: 10} {
		if got := (Options{K: k}).k(); got != want {
			t.Errorf("K %d counts as %d, want %d", k, got, want)
		}
	}
}

// T38. Whatever is counted, no number below k is ever published, nor one nobody declared.
func TestNoSmallNumberIsEverPublished(t *testing.T) {
	o := options(t)
	rapid.Check(t, func(t *rapid.T) {
		o.K = rapid.SampledFrom([]int{3, 5, 7, 10}).Draw(t, "k")
		cells := drawn(t, o)
		cells[flows.Count{Table: "secret", Row: "a", Column: "b"}] = 4711
		r := Publish("2026-05", cells, o)
		raw, err := json.Marshal(r)
		if err != nil || strings.Contains(string(raw), "4711") {
			t.Fatalf("an undeclared counter was published, or %v", err)
		}
		for _, s := range r.Sheets {
			for _, row := range s.Rows {
				if len(row.Cells) != len(s.Columns) {
					t.Fatalf("%s %s has %d cells for %d columns", s.ID, row.Key, len(row.Cells), len(s.Columns))
				}
				for _, c := range row.Cells {
					if c.Value != 0 && (c.Value < r.K || c.Hidden) || c.Hidden && c.Share != "" {
						t.Fatalf("%s %s published %+v with k %d", s.ID, row.Key, c, r.K)
					}
				}
			}
		}
	})
}

func drawn(t *rapid.T, o Options) map[flows.Count]int64 {
	cells := map[flows.Count]int64{}
	for _, tbl := range Tables(o) {
		for _, row := range tbl.Rows.Keys {
			for _, column := range tbl.Columns.Keys {
				n := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 12), rapid.Int64Range(0, 500)).Draw(t, "n")
				cells[flows.Count{Table: tbl.ID, Row: row, Column: column}] = n
			}
		}
	}
	return cells
}

// T40. A query repeated, on another machine, with the counters in another order, must not differ by a byte: the
// difference would be a person.
func TestTheSameCountersGiveTheSameBytes(t *testing.T) {
	o := options(t)
	rapid.Check(t, func(t *rapid.T) {
		cells := drawn(t, o)
		first, err := json.Marshal(Publish("2026-05", cells, o))
		if err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(Publish("2026-05", maps.Clone(cells), o))
		if string(first) != string(again) {
			t.Fatal("the same counters were published differently")
		}
		var back Release
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		if kept, _ := json.Marshal(back); string(kept) != string(first) {
			t.Fatal("a stored release changed by being read")
		}
	})
}

func TestAReleaseDoesNotFollowItsCounters(t *testing.T) {
	o, cells := options(t), Seed("2026-05", 1)
	r := Publish("2026-05", cells, o)
	before, _ := json.Marshal(r)
	for c := range cells {
		cells[c]++
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Error("a published release changed when one more person was counted")
	}
}

func TestATotalHiddenInOneTableIsNotReadInAnother(t *testing.T) {
	cells := map[flows.Count]int64{
		{Table: "contacts", Row: "telegram", Column: "all"}: 90, {Table: "contacts", Row: "sms", Column: "all"}: 6,
		{Table: "language", Row: "et", Column: "telegram"}: 50, {Table: "language", Row: "ru", Column: "telegram"}: 40,
		{Table: "language", Row: "et", Column: "sms"}: 5, {Table: "language", Row: "ru", Column: "sms"}: 1,
	}
	r := Publish("2026-05", cells, Options{})
	contacts, language := r.Sheets[0], r.Sheets[1]
	if total := language.Rows[3].Cells[1]; !total.Hidden {
		t.Fatalf("the total of SMS is shown (%s): nothing to protect", total.Text)
	}
	if !contacts.Rows[1].Cells[0].Hidden {
		t.Errorf("SMS total is hidden in %q and shown in %q", show(language), show(contacts))
	}
}

func TestSharesNeedEnoughOnBothSides(t *testing.T) {
	tbl := table(2, 1, ColumnSums)
	tbl.Shares = true
	for _, c := range []struct {
		yes, no int64
		want    string
	}{{15, 5, "75%"}, {14, 5, ""}, {100, 4, ""}, {100, 0, ""}, {200, 100, "67%"}} {
		s, _ := sheetOf(tbl, [][]int64{{c.yes}, {c.no}}, 5)
		if got := s.Rows[0].Cells[0].Share; got != c.want {
			t.Errorf("%d of %d: share %q, want %q", c.yes, c.yes+c.no, got, c.want)
		}
	}
}

func TestAWithheldTableShowsNothing(t *testing.T) {
	g := newGrid(table(2, 2, RowSums|ColumnSums), nil, 5)
	g.withheld = true
	for _, row := range g.sheet().Rows {
		for _, c := range row.Cells {
			if c != (Cell{Text: "*", Hidden: true}) {
				t.Errorf("withheld, and still %+v", c)
			}
		}
	}
}

// The running month is seen every day: an exact number in it would show each single person as they come.
func TestTheRunningMonthShowsBandsOnly(t *testing.T) {
	o := Options{}
	for v, want := range map[int64]string{-1: "0", 0: "0", 1: "1-4", 4: "1-4", 5: "5-9", 9: "5-9", 10: "10+", 812: "10+"} {
		r := Running(map[flows.Count]int64{{Table: "contacts", Row: "sms", Column: "all"}: v}, o)
		if got := r.Sheets[0].Rows[1].Cells[0]; got.Text != want || got.Value != 0 {
			t.Errorf("%d shown as %+v, want %s", v, got, want)
		}
	}
	allowed := []string{"0", "1-4", "5-9", "10+", dash}
	for _, s := range Running(Seed("2026-05", 3), options(t)).Sheets {
		for _, row := range s.Rows {
			for _, c := range row.Cells {
				if !slices.Contains(allowed, c.Text) || row.Total {
					t.Errorf("%s %s: %+v", s.ID, row.Key, c)
				}
			}
		}
	}
}

func TestMonths(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-13", "2026-5", "26-05", "2026-05-01", "2026-05 ", "../etc"} {
		if m, err := ParseMonth(s); err == nil {
			t.Errorf("%q read as %q", s, m)
		}
	}
	m, err := ParseMonth("2026-01")
	if err != nil || m.Before(1) != "2025-12" || m.Before(13) != "2024-12" {
		t.Errorf("%v %v %v", m, m.Before(1), err)
	}
	last := time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)
	if m.Closed(last) || !m.Closed(last.Add(time.Second)) {
		t.Error("January 2026 is closed from the first second of February, not before")
	}
}

func TestTheDemosPastMonthsLookLikeAHelpline(t *testing.T) {
	o := options(t)
	o.Invented = true
	cells := Seed("2026-04", 7)
	if !maps.Equal(cells, Seed("2026-04", 7)) {
		t.Error("the same seed gave other numbers")
	}
	if maps.Equal(cells, Seed("2026-03", 7)) {
		t.Error("two months are the same")
	}
	if unknown := Unknown(cells, o); len(unknown) > 0 {
		t.Errorf("invented counters without a table: %v", unknown)
	}
	r := Publish("2026-04", cells, o)
	if total := r.Sheets[0].Rows[2].Cells[0]; !r.Invented || total.Value < 300 {
		t.Errorf("invented %v, contacts %+v", r.Invented, total)
	}
	for _, s := range r.Sheets {
		if s.Withheld && !formTable(s.ID) {
			t.Errorf("%s is withheld: nothing to look at", s.ID)
		}
	}
}
