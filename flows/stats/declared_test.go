package stats

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sosin/flows"
	"sosin/flows/library"
)

func embedded(t testing.TB) *flows.Definition {
	t.Helper()
	d, err := flows.Decode(library.Files)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func formTable(id string) bool {
	return id == "wait" || slices.ContainsFunc(Forms(), func(f Form) bool { return f.ID == id })
}

// A counter that someone adds to a flow without a table would silently be missing from every report.
func TestEveryCounterOfTheFlowsHasATable(t *testing.T) {
	d := embedded(t)
	cells := counted(d)
	if len(cells) < 400 {
		t.Fatalf("only %d counters found in the flows", len(cells))
	}
	if unknown := Unknown(cells, Options{Order: Order(d)}); len(unknown) > 0 {
		t.Errorf("published nowhere: %v", unknown)
	}
	want := []flows.Count{
		{Table: "age", Row: "under18", Column: "fi"}, {Table: "contacts", Row: "fax", Column: "all"},
		{Table: "funnel.young", Row: "ask", Column: "ru"}, {Table: "weather", Row: "rain", Column: "all"},
	}
	for _, c := range want {
		cells[c] = 1
	}
	if got := Unknown(cells, Options{Order: Order(d)}); !slices.Equal(got, want) {
		t.Errorf("Unknown = %v, want %v", got, want)
	}
}

// counted is one of every counter the embedded flows can move, in every column they can move it in.
func counted(d *flows.Definition) map[flows.Count]int64 {
	cells := map[flows.Count]int64{}
	for _, s := range d.States {
		columns := languages.Keys
		if d.National[s.Table] {
			columns = []string{"all"}
		}
		for _, column := range columns {
			if len(s.Route) == 0 {
				cells[flows.Count{Table: "funnel." + s.Table, Row: strings.TrimPrefix(s.Name, s.Table+"."), Column: column}] = 9
			}
			for _, ch := range s.Choices {
				if table, row, ok := strings.Cut(ch.Count, "."); ok {
					cells[flows.Count{Table: table, Row: row, Column: column}] = 9
				}
			}
		}
		if s.Open && len(s.Route) == 0 {
			cells[flows.Count{Table: "funnel." + s.Table, Row: strings.TrimPrefix(s.Name, s.Table+"."), Column: none}] = 9
		}
		for _, ch := range s.Choices {
			if l := ch.Set["lang"]; l != "" {
				cells[flows.Count{Table: "language", Row: l, Column: "sms"}] = 9
			}
			if desk := ch.Set["desk"]; desk != "" {
				cells[flows.Count{Table: "handoff", Row: desk, Column: "asked"}] = 9
			}
		}
		if desk := s.Set["desk"]; desk != "" {
			cells[flows.Count{Table: "handoff", Row: desk, Column: "asked"}] = 9
		}
	}
	for _, category := range flows.Categories {
		for _, level := range []string{"high", "check"} {
			cells[flows.Count{Table: "danger", Row: category, Column: level}] = 9
		}
	}
	return cells
}

// What is promised to those who pay for the service (requirements.md D1) must be in some table.
func TestEveryMeasureIsAnsweredByATable(t *testing.T) {
	served := Served(options(t))
	for i := 1; i <= 23; i++ {
		code := fmt.Sprintf("S-%02d", i)
		if len(served[code]) == 0 {
			t.Errorf("%s is answered by no table", code)
		}
		delete(served, code)
	}
	if len(served) > 0 {
		t.Errorf("no such measures: %v", served)
	}
	if got, want := Served(Options{Order: Order(embedded(t))})["S-12"], []string{"trafficking"}; !slices.Equal(got, want) {
		t.Errorf("without forms S-12 is answered by %v, want %v", got, want)
	}
}

// The forms' lists are closed lists: a counsellor picks a code, and what is picked is counted somewhere.
func TestWhatAFormCountsIsPublishedOnceThereAreForms(t *testing.T) {
	o := options(t)
	cells := map[flows.Count]int64{}
	for _, f := range Forms() {
		for _, row := range f.Rows {
			for _, column := range f.Columns {
				cells[flows.Count{Table: f.ID, Row: row, Column: column}] = 40
			}
		}
	}
	if len(cells) < 115 {
		t.Fatalf("only %d counters in the forms", len(cells))
	}
	if unknown := Unknown(cells, o); len(unknown) > 0 {
		t.Errorf("published nowhere: %v", unknown)
	}
	for _, s := range Publish("2026-05", cells, o).Sheets {
		if _, isForm := cells[flows.Count{Table: s.ID, Row: strings.TrimPrefix(s.Rows[0].Key, s.ID+"."), Column: strings.TrimPrefix(s.Columns[0], "count.")}]; isForm && s.Rows[0].Cells[0].Text != "40" {
			t.Errorf("%s: 40 counted, %q published", s.ID, s.Rows[0].Cells[0].Text)
		}
	}
	o.Forms = false
	for _, s := range Publish("2026-05", cells, o).Sheets {
		if formTable(s.ID) {
			t.Errorf("%s is published though there are no forms: an empty table on every page", s.ID)
		}
	}
}

// D2 rule 2, N-65: a county is never shown by the month, in a release or to staff, and still it is counted. The region is shown,
// and says nothing of the language it was chosen in.
func TestCountiesAreCountedAndShownInNoMonth(t *testing.T) {
	o, cells := options(t), map[flows.Count]int64{}
	for _, lang := range languages.Keys {
		cells[flows.Count{Table: "county", Row: "tartu", Column: lang}] = 40
		cells[flows.Count{Table: "region", Row: "south", Column: lang}] = 40
	}
	if unknown := Unknown(cells, o); len(unknown) > 0 {
		t.Errorf("counted and lost: %v", unknown)
	}
	cells[flows.Count{Table: "county", Row: "canary-county", Column: "et"}] = 40
	if unknown := Unknown(cells, o); len(unknown) != 1 {
		t.Errorf("a county that is none is taken: %v", unknown)
	}
	south := ""
	for _, s := range append(Publish("2026-05", cells, o).Sheets, Running(cells, o).Sheets...) {
		for _, row := range s.Rows {
			if strings.HasPrefix(row.Key, "county.") || s.ID == "county" {
				t.Errorf("%s shows %s", s.ID, row.Key)
			}
			if row.Key == "region.south" && len(row.Cells) == 1 {
				south += row.Cells[0].Text + " "
			}
		}
	}
	if south != "120 10+ " {
		t.Errorf("120 conversations from the south are shown as %q", south)
	}
}

// A misspelt field would change what is published without a word.
func TestTheTableFileIsReadStrictly(t *testing.T) {
	for name, file := range map[string]string{
		"misspelt field":    "[[table]]\nid = 'a'\nof = 'x'\nrows = ['b']\nserve = ['S-01']",
		"no rows":           "[[table]]\nid = 'a'\nof = 'x'",
		"no kind of row":    "[[table]]\nid = 'a'\nrows = ['b']",
		"twice":             "[[table]]\nid = 'a'\nof = 'x'\nrows = ['b']\n[[table]]\nid = 'a'\nof = 'x'\nrows = ['b']",
		"columns by halves": "[[table]]\nid = 'a'\nof = 'x'\nrows = ['b']\ncolumns = ['c']",
		"not TOML":          "[[table",
	} {
		if _, err := read(file); err == nil {
			t.Errorf("%s: read without a word", name)
		}
	}
}

// A missing label would show staff a raw identifier; a long one would not fit a small phone; one nobody needs is a row
// that was renamed.
func TestEveryLabelExistsInThreeLanguagesAndFits(t *testing.T) {
	needed := map[string]bool{}
	for _, s := range Publish("2026-05", nil, options(t)).Sheets {
		for _, key := range append(append([]string{s.Key(), s.Corner}, s.Columns...), Total) {
			needed[key] = true
		}
		for _, row := range s.Rows {
			needed[row.Key] = true
		}
	}
	for _, tbl := range everyTable(options(t)) { // also those that no month shows
		for _, key := range append(keys(tbl.Rows), "table."+tbl.ID, tbl.Rows.corner()) {
			needed[key] = true
		}
	}
	for _, key := range []string{"csv.month", "csv.table", "csv.row", "csv.column", "csv.value", "csv.share", "csv.remark",
		"note.invented", "note.rounded", "note.withheld", "note.small", "note.star", "note.national", "note.running", "note.counted"} {
		needed[key] = true
	}
	for _, lang := range flows.Langs {
		for key := range needed {
			if labels[lang][key] == "" {
				t.Errorf("%s: no label for %s", lang, key)
			}
		}
		for key, text := range labels[lang] {
			if !needed[key] {
				t.Errorf("%s: nothing is called %s", lang, key)
			}
			if utf8.RuneCountInString(text) > 40 && !strings.HasPrefix(key, "note.") {
				t.Errorf("%s: %s: %q is longer than 40", lang, key, text)
			}
		}
	}
	if got := Label(flows.Russian, "desk.tallinn"); got != "tallinn" {
		t.Errorf("a desk of one's own is called %q", got)
	}
	if got := Label("fi", "lang.et"); got != "Estonian" {
		t.Errorf("in a language we do not have, Estonian is called %q", got)
	}
}

func TestFunnelsStandInTheOrderAPersonMeetsThem(t *testing.T) {
	order := Order(embedded(t))
	var names []string
	for _, f := range order {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, way) {
		t.Errorf("flows in the order %v, want %v", names, way)
	}
	if want := []string{"language", "nearest", "other_language", "safety", "not_now", "met_in_queue", "interpreter", "interpreter_wanted", "welcome"}; !slices.Equal(order[0].States, want) {
		t.Errorf("entry: %v, want %v", order[0].States, want)
	}
}
