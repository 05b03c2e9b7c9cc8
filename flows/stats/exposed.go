package stats

import (
	"slices"

	"sosin/flows"
)

// paths is the flows as a graph of the states that are counted: junctions are walked through.
type paths struct {
	d    *flows.Definition
	from map[string][]string // a state's predecessors
}

func newPaths(d *flows.Definition) paths {
	p := paths{d, map[string][]string{}}
	for name, s := range d.States {
		if len(s.Route) > 0 {
			continue
		}
		for _, to := range p.counted(ways(s), map[string]bool{}) {
			p.from[to] = append(p.from[to], name)
		}
	}
	return p
}

// ways are all that lead out of a state.
func ways(s *flows.State) []flows.Arc {
	arcs := slices.Concat(s.Text, s.Many, s.Unknown, s.Again)
	for _, ch := range s.Choices {
		arcs = append(arcs, ch.Arcs...)
	}
	if s.Then != "" {
		arcs = append(arcs, flows.Arc{To: s.Then})
	}
	return arcs
}

// counted are the states that arcs lead to, through junctions.
func (p paths) counted(arcs []flows.Arc, seen map[string]bool) (to []string) {
	for _, a := range arcs {
		s := p.d.States[a.To]
		switch {
		case s == nil || seen[a.To]:
		case len(s.Route) > 0:
			seen[a.To] = true
			to = append(to, p.counted(s.Route, seen)...)
		default:
			to = append(to, a.To)
		}
	}
	return to
}

// exposed are the states whose numbers by language would tell the language of those who came from a national flow.
//
// Whoever enters a state came from one of the states before it. So if more Russian speakers asked to leave a message than
// were told, in the states for everybody, that nobody is on duty, the others were told so in the state for people under
// 18. Such a state is shown as a total only, and so are those that can only follow it, from which it could be computed
// again. No such bound follows where people arrive from everywhere (a control word leads there, or the program), nor where
// everybody who has a language has been in the state before it: whatever is counted there is fewer than that.
func (p paths) exposed() map[string]bool {
	everywhere, everybody := p.everywhere(), p.everybody()
	hidden := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for name, s := range p.d.States {
			if hidden[name] || everywhere[name] || p.d.National[s.Table] || slices.ContainsFunc(p.from[name], func(f string) bool { return everybody[f] }) {
				continue
			}
			if slices.ContainsFunc(p.from[name], func(f string) bool { return hidden[f] || p.d.National[p.d.States[f].Table] }) {
				hidden[name], changed = true, true
			}
		}
	}
	return hidden
}

// everywhere are the states that a word or the program leads to from any other. Danger found in free text is not among
// them: it is counted, so a bound follows.
func (p paths) everywhere() map[string]bool {
	arcs := slices.Concat(p.d.Code, p.d.Unknown)
	for _, c := range p.d.Controls {
		arcs = slices.Concat(arcs, c.Arcs, c.Open)
	}
	for _, name := range []string{p.d.Start, p.d.Back, p.d.Live, p.d.Ping, p.d.Closed, p.d.Lost, p.d.Shop, p.d.Consent, p.d.Locked} {
		arcs = append(arcs, flows.Arc{To: name})
	}
	return set(p.counted(arcs, map[string]bool{}))
}

// everybody are the states that choosing a language leads to.
func (p paths) everybody() map[string]bool {
	var arcs []flows.Arc
	for _, s := range p.d.States {
		for _, ch := range s.Choices {
			if ch.Set["lang"] != "" {
				arcs = append(arcs, ch.Arcs...)
			}
		}
	}
	return set(p.counted(arcs, map[string]bool{}))
}

func set(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}
