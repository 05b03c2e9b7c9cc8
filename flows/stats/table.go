package stats

import (
	"slices"
	"strings"

	"sosin/flows"
)

// Axis is one dimension of a table: the counters' names along it, in the order shown. The label key of a name is
// "ID.name".
type Axis struct {
	ID   string
	Of   string // label key of what they are: "dimension.Of"
	Keys []string
}

// Sums says in which directions a table's cells are parts of a whole and may be added up.
type Sums int

// The directions.
const (
	RowSums    Sums = 1 << iota // the cells of a row
	ColumnSums                  // the cells of a column
)

// Table declares one fixed table. What is declared in no table is never published.
type Table struct {
	ID            string // counter's table; its label key is "table.ID"
	Rows, Columns Axis
	Sums          Sums
	// Nested: whoever is counted in a column was counted in the one before it (asked, answered, closed).
	Nested bool
	// Shares: cells are also shown as whole percent of their column (D2.6). Needs ColumnSums.
	Shares bool
	// Impossible holds cells, by row, that cannot be anything but zero.
	Impossible map[string][]string
	// Whole holds rows that are shown as their total only. Needs RowSums.
	Whole []string
	// Added holds the columns that are counted and added up to the one column shown.
	Added []string
	// Form: counted from a counsellor's form.
	Form bool
	// Quarterly: counted, but too fine for a month: neither a release nor the running month shows it (D2.2).
	Quarterly bool
	// Serves holds the codes of the measures in requirements.md D1 that the table answers.
	Serves []string
}

// value is what a cell counts.
func (t Table) value(cells map[flows.Count]int64, row, column string) (n int64) {
	counted := t.Added
	if len(counted) == 0 {
		counted = []string{column}
	}
	for _, c := range counted {
		n += max(cells[flows.Count{Table: t.ID, Row: row, Column: c}], 0)
	}
	return n
}

// counts tells whether a counter is one of the table's.
func (t Table) counts(c flows.Count) bool {
	columns := t.Added
	if len(columns) == 0 {
		columns = t.Columns.Keys
	}
	return slices.Contains(t.Rows.Keys, c.Row) && slices.Contains(columns, c.Column)
}

// Options are the settings of a report.
type Options struct {
	K int // smallest number shown; 5 if zero, never below 3 (D2)
	// Desks are the service's desks in the order shown. Empty: those of the embedded flows.
	Desks []string
	// Order holds the flows in the order shown. See Order.
	Order []Flow
	// Forms: the counsellors' forms are counted, so their tables are published too.
	Forms bool
	// Invented marks numbers that nobody's contacts stand behind (the demo).
	Invented bool
}

func (o Options) k() int64 {
	if o.K == 0 {
		return 5
	}
	return int64(max(o.K, 3))
}

// none is the language of somebody who has not chosen one.
const none = "-"

var (
	all       = Axis{"count", "count", []string{"all"}}
	channels  = Axis{"channel", "channel", []string{string(flows.Telegram), string(flows.SMS)}}
	languages = Axis{"lang", "lang", []string{string(flows.Estonian), string(flows.Russian), string(flows.English)}}
	stages    = Axis{"stage", "stage", []string{"asked", "answered", "closed"}}
	answers   = Axis{"answer", "answer", []string{"yes", "partly", "no"}}
	waits     = Axis{"wait", "wait", []string{"m2", "m5", "m15", "later", "left"}}
)

// Tables lists a month's fixed tables in the order shown: contacts, language, one funnel for each flow, handoff, feedback,
// then those of tables.toml.
func Tables(o Options) []Table {
	return slices.DeleteFunc(everyTable(o), func(t Table) bool { return t.Quarterly })
}

// everyTable are the tables that something is counted in, also those that no month shows.
func everyTable(o Options) []Table {
	desks := o.Desks
	if len(desks) == 0 {
		desks = []string{"prostitution", "violence"}
	}
	if !slices.Contains(desks, flows.AnyDesk) {
		desks = append(slices.Clone(desks), flows.AnyDesk)
	}
	desk := Axis{"desk", "desk", desks}
	tables := []Table{
		{ID: "contacts", Serves: []string{"S-01"}, Rows: channels, Columns: all, Sums: ColumnSums},
		{ID: "language", Serves: []string{"S-01", "S-07"}, Rows: languages, Columns: channels, Sums: RowSums | ColumnSums},
	}
	for _, flow := range o.Order {
		tables = append(tables, funnel(flow))
	}
	tables = append(tables,
		Table{ID: "handoff", Serves: []string{"S-01"}, Rows: desk, Columns: stages, Sums: ColumnSums, Nested: true},
		Table{ID: "feedback", Serves: []string{"S-18"}, Rows: answers, Columns: languages, Sums: RowSums | ColumnSums, Shares: true},
		Table{ID: "wait", Serves: []string{"S-05"}, Form: true, Rows: desk, Columns: waits, Sums: RowSums | ColumnSums},
	)
	for _, d := range declared {
		tables = append(tables, d.table())
	}
	return slices.DeleteFunc(tables, func(t Table) bool { return t.Form && !o.Forms })
}

// Served tells which tables answer each measure of requirements.md D1, in the order shown.
func Served(o Options) map[string][]string {
	served := map[string][]string{}
	for _, t := range Tables(o) {
		for _, code := range t.Serves {
			served[code] = append(served[code], t.ID)
		}
	}
	return served
}

// Unknown lists, in order, the counters that belong to no declared cell and are therefore never published. Not empty means
// that somebody added a counter and forgot its table.
func Unknown(cells map[flows.Count]int64, o Options) []flows.Count {
	byID := map[string]Table{}
	for _, t := range everyTable(o) {
		byID[t.ID] = t
	}
	var unknown []flows.Count
	for c := range cells {
		if !byID[c.Table].counts(c) {
			unknown = append(unknown, c)
		}
	}
	slices.SortFunc(unknown, compareCounts)
	return unknown
}

func compareCounts(a, b flows.Count) int {
	if d := strings.Compare(a.Table, b.Table); d != 0 {
		return d
	}
	if d := strings.Compare(a.Row, b.Row); d != 0 {
		return d
	}
	return strings.Compare(a.Column, b.Column)
}
