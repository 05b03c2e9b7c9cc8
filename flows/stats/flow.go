package stats

import (
	"maps"
	"slices"
	"strings"

	"sosin/flows"
)

// Flow is what a report has to know of one flow.
type Flow struct {
	Name     string
	States   []string // in the order shown, without the flow's name; junctions in which nobody stays are left out
	Open     []string // of them those that may be entered before a language is chosen
	National bool     // counted as national totals only (`national:`, D2.2)
	Whole    []string // states shown as a total only; see exposed
}

// way is the order in which a person meets the flows; others follow by name.
var way = []string{
	"entry", "danger", "menu", "violence", "county", "shelter", "prostitution", "force", "young", "info", "queue", "risk",
	"wishes", "chat", "later", "own", "leave", "erase",
}

// Order reads the flows from their definition in the order shown; the states of each stand in the order of its file.
func Order(d *flows.Definition) []Flow {
	states := slices.SortedFunc(maps.Values(d.States), func(a, b *flows.State) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	whole := newPaths(d).exposed()
	byName := map[string]*Flow{}
	for _, s := range states {
		if len(s.Route) > 0 {
			continue
		}
		f := byName[s.Table]
		if f == nil {
			f = &Flow{Name: s.Table, National: d.National[s.Table]}
			byName[s.Table] = f
		}
		name := strings.TrimPrefix(s.Name, s.Table+".")
		f.States = append(f.States, name)
		if s.Open {
			f.Open = append(f.Open, name)
		}
		if whole[s.Name] {
			f.Whole = append(f.Whole, name)
		}
	}
	var order []Flow
	for _, name := range slices.SortedFunc(maps.Keys(byName), met) {
		order = append(order, *byName[name])
	}
	return order
}

func met(a, b string) int {
	rank := func(flow string) int {
		if i := slices.Index(way, flow); i >= 0 {
			return i
		}
		return len(way)
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// impossible holds the steps of ours that come only after, or only before, a language is chosen, though they are open.
var impossible = map[string]map[string][]string{
	"entry":  {"safety": {none}, "not_now": {none}},
	"danger": {"unspoken": languages.Keys, "now": {none}, "suicide": {none}, "held": {none}, "child": {none}, "queued": {none}, "nobody": {none}},
}

// funnel is the table of a flow: how many conversations reached each of its states, by language.
func funnel(f Flow) Table {
	t := Table{
		ID: "funnel." + f.Name, Serves: []string{"S-02", "S-03"}, Rows: Axis{ID: "state." + f.Name, Of: "state", Keys: f.States},
		Columns: languages, Sums: RowSums, Whole: f.Whole, Impossible: map[string][]string{},
	}
	if f.National {
		t.Columns, t.Sums = all, 0
		return t
	}
	if len(f.Open) == 0 {
		return t
	}
	t.Columns.Keys = append(slices.Clone(languages.Keys), none)
	for _, state := range f.States {
		if !slices.Contains(f.Open, state) {
			t.Impossible[state] = []string{none}
		}
	}
	maps.Copy(t.Impossible, impossible[f.Name])
	return t
}
