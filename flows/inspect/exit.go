package inspect

// exits: every place has an exit (DESIGN.md section 2, "has an exit") that a person finds by answering what they are asked:
// to the menu, to a person, or to an end. Whoever has to know a word to get out is caught.
func exits(p *prover) {
	free := map[stand]bool{}
	for again := true; again; {
		again = false
		for _, at := range p.stands {
			if !free[at] && p.leaves(at, free) {
				free[at], again = true, true
			}
		}
	}
	for _, at := range p.stands {
		if s := p.state(at.state); !free[at] {
			p.add(s.Pos, "no answer leads out of the state "+s.Name, "offer an answer that leads to the menu, a person or an end")
		}
	}
}

// leaves tells whether an answer, or words, lead out of a place or to one that is known to be free.
func (p *prover) leaves(at stand, free map[stand]bool) bool {
	s := p.state(at.state)
	if s.Ticket || s.Live || s.Name == p.def.Back {
		return true
	}
	var ways []path
	for i := range s.Choices {
		ways = append(ways, p.chosen(&s.Choices[i], at)...)
	}
	for _, trigger := range []string{"text", "many"} {
		ways = append(ways, p.leads[at][trigger]...)
	}
	for _, pa := range ways {
		if pa.ended || pa.back || pa.to != at && free[pa.to] {
			return true
		}
	}
	return false
}
