package inspect

import "sosin/flows"

// menuItems: every answer leads to a text or a person (DESIGN.md section 2, "every menu item leads to a text or a person").
// An answer that says nothing, or only asks the same again, tells a person that nobody is there.
func menuItems(p *prover) {
	for _, at := range p.stands {
		s := p.state(at.state)
		if len(s.Say) == 0 && !s.Ticket && !s.Live {
			p.add(s.Pos, "the state "+s.Name+" says nothing and goes nowhere", "give it `say:`, or `then:`")
		}
		for i := range s.Choices {
			ch := &s.Choices[i]
			for _, pa := range p.chosen(ch, at) {
				p.item(s, ch, pa)
			}
		}
	}
}

func (p *prover) item(s *flows.State, ch *flows.ChoiceDef, pa path) {
	again := !pa.ended && !pa.back && pa.to == pa.from
	fresh := pa.back // the interrupted prompt comes again
	for _, l := range pa.said {
		fresh = fresh || !again || l.state != s.Name
	}
	for _, name := range pa.through {
		fresh = fresh || p.state(name).Handoff != nil
	}
	if !fresh && !again { // into a silent state: only a person's own words go there
		fresh = p.handsOver(pa)
	}
	switch {
	case fresh:
	case again:
		p.add(ch.Pos, "answer "+ch.Key+" of "+s.Name+" says nothing new and asks the same again", "give it `say:`, or lead on")
	default:
		p.add(ch.Pos, "answer "+ch.Key+" of "+s.Name+" leads to silence", "give it `say:`, or lead to a state that says something")
	}
}
