package inspect

import (
	"slices"

	"sosin/flows"
)

// notices: what follows from an answer is said before the question, never after (DESIGN.md section 2, "Consequence before
// question"; B-18, C-08). An answer that makes a ticket urgent or speaks of force, says that somebody is under 18, or that a
// child is in danger, has consequences the person does not choose.
func notices(p *prover) {
	for _, name := range p.names {
		if s := p.state(name); s.Notice == "" {
			if ch := p.grave(s); ch != nil {
				p.add(s.Pos, "answer "+ch.Key+" of "+name+" has consequences, and no notice comes before it", "say what follows in a text before the question, and name it with `notice:`")
			}
		}
	}
	for _, key := range p.noticed() {
		p.notice(key)
	}
}

// grave returns the first answer with consequences.
func (p *prover) grave(s *flows.State) *flows.ChoiceDef {
	child := p.childDanger()
	for i := range s.Choices {
		ch := &s.Choices[i]
		if ch.Raise == flows.High || ch.Raise == flows.Trafficking || ch.Set["under18"] != "" {
			return ch
		}
		for _, a := range ch.Arcs {
			if slices.Contains(child, a.To) {
				return ch
			}
		}
	}
	return nil
}

// childDanger are the states that danger to a child leads to, but for those any danger does.
func (p *prover) childDanger() (out []string) {
	for _, a := range p.def.Hits["high.child"] {
		if !slices.ContainsFunc(p.def.Hits["high"], func(b flows.Arc) bool { return b.To == a.To }) {
			out = append(out, a.To)
		}
	}
	return out
}

// noticed lists the texts that are notices.
func (p *prover) noticed() (keys []string) {
	for _, name := range p.names {
		if key := p.state(name).Notice; key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// notice proves that whoever stands before a question has been given its notice: by the question's own messages, on the way
// there, or before, on every way that leads there.
func (p *prover) notice(key string) {
	given := map[stand]bool{}
	for _, at := range p.stands {
		given[at] = true
	}
	failed := map[stand]path{} // the way on which it is not given
	for again := true; again; {
		again = false
		for _, pa := range p.paths {
			if pa.ended || pa.back || !given[pa.to] || p.givenOn(pa, key) || pa.from.state != "" && given[pa.from] {
				continue
			}
			given[pa.to], failed[pa.to], again = false, pa, true
		}
	}
	for at, pa := range failed {
		before := p.state(pa.from.state)
		if s := p.state(at.state); s.Notice == key && (before == nil || before.Notice != key) { // the first of a row of questions
			p.add(s.Pos, "the question of "+s.Name+" can come before its notice "+key, "say the notice in `say:` before the question, or on every way there, also on that of "+place(pa.way.Pos))
		}
	}
}

// givenOn tells whether a notice is given on a path, or by the prompt it began at.
func (p *prover) givenOn(pa path, key string) bool {
	from := p.state(pa.from.state)
	return from != nil && slices.Contains(from.Say, key) || slices.Contains(keysOf(pa.said), key)
}
