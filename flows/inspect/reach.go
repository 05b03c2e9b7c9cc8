package inspect

import "sosin/flows"

// reachable: every state can be reached (DESIGN.md section 2, "reachable"). One that cannot is a promise in the data files
// that is never kept, or a guard nobody has thought through.
func reachable(p *prover) {
	seen := map[string]bool{}
	for _, pa := range p.paths {
		for _, name := range pa.through {
			seen[name] = true
		}
	}
	// A state that only routes is inlined where it is named: it counts where its namer does.
	for name := range seen {
		p.routes(p.state(name), seen)
	}
	for i := range p.def.Controls {
		p.routed(p.def.Controls[i].Arcs, seen)
		p.routed(p.def.Controls[i].Open, seen)
	}
	for _, arcs := range p.def.Hits {
		p.routed(arcs, seen)
	}
	p.routed(p.def.Code, seen)
	p.routed(p.def.Unknown, seen)
	for _, name := range p.names {
		if s := p.state(name); !seen[name] {
			p.add(s.Pos, "nothing leads to the state "+name, "lead to it, or remove it; a guard may exclude every way there")
		}
	}
}

// routes follows every way out of a state to the routes it names.
func (p *prover) routes(s *flows.State, seen map[string]bool) {
	for _, ch := range s.Choices {
		p.routed(ch.Arcs, seen)
	}
	for _, arcs := range [][]flows.Arc{s.Text, s.Many, s.Unknown, s.Again, s.Route, {{To: s.Then}}} {
		p.routed(arcs, seen)
	}
}

func (p *prover) routed(arcs []flows.Arc, seen map[string]bool) {
	for _, a := range arcs {
		if s := p.state(a.To); s != nil && len(s.Route) > 0 && !seen[a.To] {
			seen[a.To] = true
			p.routed(s.Route, seen)
		}
	}
}
