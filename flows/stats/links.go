package stats

import (
	"slices"

	"sosin/flows"
)

// Place names one number of a release. An empty Row or Column means the total in that direction.
type Place struct{ Table, Row, Column string }

// Link joins two numbers of different tables that count about the same: if one is hidden, the other is too.
type Link struct{ A, B Place }

// Links lists the numbers that two tables share. Tables of the same shape and the same numbers need none: the same rule
// hides the same cells in both.
func Links() []Link {
	first, asked := Place{"funnel.entry", "language", ""}, Place{"funnel.entry", "language", none}
	links := []Link{
		{Place{"contacts", "", "all"}, Place{"language", "", ""}},
		{Place{"contacts", "", "all"}, first},
		{Place{"contacts", "", "all"}, asked},
		{Place{"language", "", ""}, Place{"funnel.entry", "safety", ""}},
	}
	for _, c := range flows.Channels {
		links = append(links, Link{Place{"contacts", string(c), "all"}, Place{"language", "", string(c)}})
	}
	for _, l := range flows.Langs {
		links = append(links, Link{Place{"language", string(l), ""}, Place{"funnel.entry", "safety", string(l)}})
	}
	return append(links, same()...)
}

// same are the answers that lead to a state of their own: those who gave it are those who were there.
func same() (links []Link) {
	for _, s := range []struct{ table, row, flow, state, column string }{
		{"shelter", "now", "shelter", "now", ""},
		{"risk", "started", "risk", "kind", ""},
		{"trafficking", "started", "force", "documents", "all"},
		{"age", "under18", "young", "help", "all"},
		{"consent", "yes", "chat", "consent_yes", ""},
		{"consent", "no", "chat", "consent_no", ""},
		{"consent", "question", "chat", "consent_question", ""},
		{"own", "code", "own", "code_given", ""},
		{"own", "wipe", "own", "wiped", ""},
	} {
		links = append(links, Link{Place{s.table, s.row, "all"}, Place{"funnel." + s.flow, s.state, s.column}})
	}
	links = append(links, Link{Place{"feedback", "", ""}, Place{"funnel.chat", "more", ""}})
	for _, l := range languages.Keys {
		links = append(links, Link{Place{"feedback", "", l}, Place{"funnel.chat", "more", l}})
	}
	return links
}

// spread hides what a hidden number of another table would be read from. It tells whether it hid anything.
func spread(grids map[string]*grid, links []Link) (changed bool) {
	for _, l := range links {
		changed = follow(grids, l.A, l.B) || changed
		changed = follow(grids, l.B, l.A) || changed
	}
	return changed
}

func follow(grids map[string]*grid, from, to Place) bool {
	a, b := grids[from.Table], grids[to.Table]
	if a == nil || b == nil {
		return false
	}
	p, okP := a.find(from)
	q, okQ := b.find(to)
	if !okP || !okQ || !a.concealed(p) && !a.withheld || b.marked(q) != open {
		return false
	}
	if apart := a.at(p) - b.at(q); apart >= a.k || -apart >= a.k {
		return false // as many people lie between the two as a cell must have
	}
	if b.hide(q); b.at(q) == 0 {
		b.mark[q.i][q.j], b.masked[q.i][q.j] = small, true
	}
	return true
}

func (g *grid) find(p Place) (at, bool) {
	i, j := slices.Index(g.t.Rows.Keys, p.Row), slices.Index(g.t.Columns.Keys, p.Column)
	if p.Row == "" {
		i = g.rows
	}
	if p.Column == "" {
		j = g.columns
	}
	if i < 0 || j < 0 || g.mark[i][j] == absent {
		return at{}, false
	}
	return at{i, j}, true
}
