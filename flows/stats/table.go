package stats

import (
	"maps"
	"slices"
	"strings"

	"sosin/flows"
)

// Axis is one dimension of a table: the counters' names along it, in the order shown. The label key of a name is
// "ID.name".
type Axis struct {
	ID   string
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
}

// Options are the settings of a report.
type Options struct {
	K int // smallest number shown; 5 if zero, never below 3 (D2)
	// Desks are the service's desks in the order shown. Empty: those of the embedded flows.
	Desks []string
	// Order holds each flow's states in the order shown, without the flow's name. See Order.
	Order map[string][]string
	// Invented marks numbers that nobody's contacts stand behind (the demo).
	Invented bool
}

func (o Options) k() int64 {
	if o.K == 0 {
		return 5
	}
	return int64(max(o.K, 3))
}

// Order reads the states of each flow from its definition, in the order of the files. Junctions in which nobody stays
// are left out: they are never counted.
func Order(d *flows.Definition) map[string][]string {
	states := slices.SortedFunc(maps.Values(d.States), func(a, b *flows.State) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	order := map[string][]string{}
	for _, s := range states {
		if len(s.Route) == 0 {
			order[s.Table] = append(order[s.Table], strings.TrimPrefix(s.Name, s.Table+"."))
		}
	}
	return order
}

// none is the language of somebody who has not chosen one.
const none = "-"

var (
	channels  = Axis{"channel", []string{string(flows.Telegram), string(flows.SMS)}}
	languages = Axis{"lang", []string{string(flows.Estonian), string(flows.Russian), string(flows.English)}}
	stages    = Axis{"stage", []string{"asked", "answered", "closed"}}
	answers   = Axis{"answer", []string{"yes", "partly", "no"}}
)

// Tables lists the fixed tables in the order shown: contacts, language, one funnel for each flow, handoff, feedback.
func Tables(o Options) []Table {
	desks := o.Desks
	if len(desks) == 0 {
		desks = []string{"prostitution", "violence"}
	}
	if !slices.Contains(desks, flows.AnyDesk) {
		desks = append(slices.Clone(desks), flows.AnyDesk)
	}
	tables := []Table{
		{ID: "contacts", Rows: channels, Columns: Axis{"count", []string{"all"}}, Sums: ColumnSums},
		{ID: "language", Rows: languages, Columns: channels, Sums: RowSums | ColumnSums},
	}
	for _, flow := range flowNames(o.Order) {
		tables = append(tables, funnel(flow, o.Order[flow]))
	}
	return append(tables,
		Table{ID: "handoff", Rows: Axis{"desk", desks}, Columns: stages, Sums: ColumnSums, Nested: true},
		Table{ID: "feedback", Rows: answers, Columns: languages, Sums: RowSums | ColumnSums, Shares: true},
	)
}

// way is the order in which a person meets the flows; others follow by name.
var way = []string{"entry", "danger", "menu", "queue", "chat", "leave", "erase"}

func flowNames(order map[string][]string) []string {
	rank := func(flow string) int {
		if i := slices.Index(way, flow); i >= 0 {
			return i
		}
		return len(way)
	}
	return slices.SortedFunc(maps.Keys(order), func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// spoken are the flows of ours that nobody enters without a language.
var spoken = []string{"menu", "queue", "chat"}

// impossible holds the steps of ours that come only after, or only before, a language is chosen.
var impossible = map[string]map[string][]string{
	"entry": {"other_language": {none}, "safety": {none}, "not_now": {none}, "welcome": {none}},
	"danger": {
		"unspoken": languages.Keys, "now": {none}, "chatting": {none}, "queued": {none}, "nobody": {none},
	},
}

func funnel(flow string, states []string) Table {
	columns := languages
	if !slices.Contains(spoken, flow) {
		columns.Keys = append(slices.Clone(columns.Keys), none)
	}
	return Table{
		ID: "funnel." + flow, Rows: Axis{"state." + flow, states}, Columns: columns, Sums: RowSums,
		Impossible: impossible[flow],
	}
}

// Unknown lists, in order, the counters that belong to no declared cell and are therefore not published. Not empty means
// that somebody added a counter and forgot its table.
func Unknown(cells map[flows.Count]int64, o Options) []flows.Count {
	declared := map[string]Table{}
	for _, t := range Tables(o) {
		declared[t.ID] = t
	}
	var unknown []flows.Count
	for c := range cells {
		t := declared[c.Table]
		if !slices.Contains(t.Rows.Keys, c.Row) || !slices.Contains(t.Columns.Keys, c.Column) {
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
