package inspect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sosin/flows"
)

// Speaker says the texts in a picture. *locales.Texts is one.
type Speaker interface {
	Say(lang, key, channel string, args map[string]any) (string, error)
	Vars(key string) []string
}

// Picture is one map: of all flows, or of the states of one. It is the same for the same flows and texts, and can be written
// as SVG or as Mermaid.
type Picture struct {
	Name  string // for a file: "map", or the flow's name
	Title string
	boxes []box
}

// box is a flow or a state.
type box struct {
	id    string
	kind  kind
	lines []string // what is said there, or what it is about
	rows  []row
	aside bool // `back` leads to where somebody came from
}

// row is one way out of a box, in the order it is tried.
type row struct {
	label string
	to    string // id of a box, in this picture or another; "" for an answer that leads nowhere by itself
}

// kind is how a box is coloured.
type kind string

// The kinds of boxes.
const (
	plain  kind = "plain"
	open   kind = "open"
	danger kind = "danger"
	ticket kind = "ticket"
	live   kind = "live"
	end    kind = "end"
	aside  kind = "aside"
	route  kind = "route"
)

// Pictures draws a map of all flows, first, and one of each flow, by name; texts in the language given.
func Pictures(m *flows.Machine, texts Speaker, lang flows.Lang) []Picture {
	d := drawing{def: m.Definition(), texts: texts, lang: lang, byFlow: map[string][]*flows.State{}}
	for _, s := range d.def.States {
		d.byFlow[s.Table] = append(d.byFlow[s.Table], s)
	}
	for name, states := range d.byFlow {
		d.flows = append(d.flows, name)
		slices.SortFunc(states, func(a, b *flows.State) int {
			return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
	}
	slices.Sort(d.flows)
	out := []Picture{d.overview()}
	for _, name := range d.flows {
		out = append(out, d.flow(name))
	}
	return out
}

type drawing struct {
	def    *flows.Definition
	texts  Speaker
	lang   flows.Lang
	flows  []string
	byFlow map[string][]*flows.State
}

// flow is the picture of one flow: a box for each state, in the order of the file.
func (d *drawing) flow(name string) Picture {
	p := Picture{Name: name, Title: "Flow " + name}
	for _, s := range d.byFlow[name] {
		p.boxes = append(p.boxes, d.box(s))
	}
	return p
}

func (d *drawing) box(s *flows.State) box {
	b := box{id: s.Name, kind: kindOf(s), aside: s.Aside}
	for _, key := range s.Say {
		b.lines = append(b.lines, d.words(key))
	}
	if len(s.Say) == 0 {
		b.lines = []string{quiet(s)}
	}
	for _, ch := range s.Choices {
		label := ch.Key + " " + d.words(ch.Label)
		if ch.When != "" {
			label += " [" + ch.When + "]"
		}
		arcs := ch.Arcs
		if len(arcs) == 0 {
			arcs = d.word(ch.Key, s.Open)
		}
		d.ways(&b, label, arcs)
		if len(arcs) == 0 { // one of several answers
			b.rows = append(b.rows, row{label: label})
		}
	}
	d.ways(&b, "words", s.Text)
	d.ways(&b, "several answers", s.Many)
	if !slices.Equal(targets(s.Unknown), targets(d.def.Unknown)) {
		d.ways(&b, "not understood twice", s.Unknown)
	}
	d.ways(&b, "said again", s.Again)
	d.ways(&b, "", s.Route)
	if s.Then != "" {
		d.ways(&b, "then", []flows.Arc{{To: s.Then}})
	}
	return b
}

// word is where a control word leads that is offered as an answer.
func (d *drawing) word(key string, open bool) []flows.Arc {
	for _, ctl := range d.def.Controls {
		if !slices.Contains(ctl.Words, key) {
			continue
		}
		if open && len(ctl.Open) > 0 {
			return ctl.Open
		}
		return ctl.Arcs
	}
	return nil
}

func targets(arcs []flows.Arc) (out []string) {
	for _, a := range arcs {
		out = append(out, a.When+" "+a.To)
	}
	return out
}

// ways adds a row for each way: what was done, the guard it is behind, and what is said on it.
func (d *drawing) ways(b *box, label string, arcs []flows.Arc) {
	for i, a := range arcs {
		said := label
		switch {
		case a.When != "":
			said += " [" + a.When + "]"
		case len(arcs) > 1 && i == len(arcs)-1:
			said += " [otherwise]"
		}
		for _, key := range a.Say {
			said += " \u201c" + d.words(key) + "\u201d"
		}
		b.rows = append(b.rows, row{label: strings.TrimSpace(said), to: a.To})
	}
}

func kindOf(s *flows.State) kind {
	switch {
	case len(s.Route) > 0:
		return route
	case s.Live:
		return live
	case s.Danger:
		return danger
	case s.End:
		return end
	case s.Ticket:
		return ticket
	case s.Open:
		return open
	case s.Aside:
		return aside
	}
	return plain
}

// quiet says what a state is for that says nothing.
func quiet(s *flows.State) string {
	switch {
	case len(s.Route) > 0:
		return "(chooses the way)"
	case s.Live:
		return "(the bot is silent)"
	case s.Then != "":
		return "(does something and goes on)"
	}
	return "(waits for words)"
}

// words says a text on one line; variables stand as {name}.
func (d *drawing) words(key string) string {
	args := map[string]any{}
	for _, v := range d.texts.Vars(key) {
		args[v] = "{" + v + "}"
	}
	text, err := d.texts.Say(string(d.lang), key, string(flows.Telegram), args)
	if err != nil {
		return key
	}
	return strings.Join(strings.Fields(text), " ")
}

// everywhere is the box of the control words.
const everywhere = "control words"

// overview is the map of all flows: how many ways lead from each to each other, and where control words lead.
func (d *drawing) overview() Picture {
	p := Picture{Name: "map", Title: "All flows"}
	words := box{id: everywhere, kind: aside, lines: []string{"work everywhere"}}
	for _, ctl := range d.def.Controls {
		for _, a := range ctl.Arcs {
			to, _, _ := strings.Cut(a.To, ".")
			if r := (row{label: ctl.Name, to: to}); !slices.Contains(words.rows, r) {
				words.rows = append(words.rows, r)
			}
		}
	}
	for _, name := range d.order() {
		p.boxes = append(p.boxes, d.summary(name))
	}
	p.boxes = append(p.boxes, words)
	return p
}

// order puts the flow with the first question first, then the one with the menu.
func (d *drawing) order() []string {
	first := []string{}
	for _, state := range []string{d.def.Start, d.def.Back} {
		if s := d.def.States[state]; s != nil && !slices.Contains(first, s.Table) {
			first = append(first, s.Table)
		}
	}
	for _, name := range d.flows {
		if !slices.Contains(first, name) {
			first = append(first, name)
		}
	}
	return first
}

// summary is one flow in the map.
func (d *drawing) summary(name string) box {
	ways, order := map[string]int{}, []string{}
	kinds := map[kind]bool{}
	for _, s := range d.byFlow[name] {
		kinds[kindOf(s)] = true
		for _, r := range d.box(s).rows {
			to, _, ok := strings.Cut(r.to, ".")
			if !ok || to == name {
				continue
			}
			if ways[to]++; ways[to] == 1 {
				order = append(order, to)
			}
		}
	}
	b := box{id: name, kind: summaryKind(kinds), lines: []string{fmt.Sprintf("%d states", len(d.byFlow[name]))}}
	for _, to := range order {
		label := fmt.Sprintf("%d ways to %s", ways[to], to)
		if ways[to] == 1 {
			label = "1 way to " + to
		}
		b.rows = append(b.rows, row{label: label, to: to})
	}
	return b
}

// summaryKind colours a flow by the most telling of its states.
func summaryKind(kinds map[kind]bool) kind {
	for _, k := range []kind{danger, ticket, open, end} {
		if kinds[k] {
			return k
		}
	}
	return plain
}
