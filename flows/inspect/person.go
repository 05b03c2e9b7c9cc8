package inspect

import "sosin/flows"

// person: from every place after yes a person is reached within two messages (DESIGN.md section 2; promise 6), whatever the
// facts are: by the word for one, or by answers. Reached is a ticket, or the honest answer of a closed door that offers to
// leave a message.
func person(p *prover) {
	for _, at := range p.stands {
		if !at.safe || p.detour(at) || p.reachesPerson(at, 2) {
			continue
		}
		if door := p.shut(at); door != nil {
			p.add(door.Pos, "who asks for a person may come to the state "+door.Name+", which is no person and no honest closed door", "name 116 006 there, and offer to leave a message")
			continue
		}
		s := p.state(at.state)
		p.add(s.Pos, "from the state "+s.Name+" a person is more than two messages away", "offer an answer that leads to a person, or let the word for one work here")
	}
}

// shut finds the state that keeps the word for a person from leading to one: the word leads to a ticket, but not always.
func (p *prover) shut(at stand) *flows.State {
	for i := range p.def.Controls {
		var door *flows.State
		asks := false
		for _, pa := range p.commands(&p.def.Controls[i], at) {
			opens := false
			for _, name := range pa.through {
				opens = opens || p.state(name).Handoff != nil
			}
			asks = asks || opens
			if !p.handsOver(pa) && !p.door(pa) {
				door = p.state(pa.to.state)
			}
		}
		if asks && door != nil {
			return door
		}
	}
	return nil
}

// reachesPerson tells whether one of the messages that can be sent here leads to a person in so many messages, however the
// facts turn out.
func (p *prover) reachesPerson(at stand, messages int) bool {
	if p.state(at.state).Live {
		return true
	}
	for _, paths := range p.messages(at) {
		all := len(paths) > 0
		for _, pa := range paths {
			all = all && (p.handsOver(pa) || p.door(pa) || messages > 1 && !pa.ended && !pa.back && p.reachesPerson(pa.to, messages-1))
		}
		if all {
			return true
		}
	}
	return false
}

// messages are what a person can send here to go on: answers that are always offered, and control words that neither leave
// nor cry for help.
func (p *prover) messages(at stand) (out [][]path) {
	s := p.state(at.state)
	for i := range s.Choices {
		if s.Choices[i].When == "" {
			out = append(out, p.chosen(&s.Choices[i], at))
		}
	}
	for i := range p.def.Controls {
		if paths := p.commands(&p.def.Controls[i], at); !p.endangered(paths) {
			out = append(out, paths)
		}
	}
	return out
}

// endangered tells whether paths lead to where danger was said.
func (p *prover) endangered(paths []path) bool {
	for _, pa := range paths {
		for _, name := range pa.through {
			if s := p.state(name); s.Danger && !s.Live {
				return true
			}
		}
	}
	return false
}

// door tells whether a path ends at a closed door that is honest: it names the crisis line and takes a message.
func (p *prover) door(pa path) bool {
	s := p.state(pa.to.state)
	return !pa.ended && !pa.back && s != nil && p.mentionsAll(s.Say, crisisLine) && p.takesMessage(pa.to)
}

// takesMessage tells whether an answer here leads to a ticket, at once or by a text that is asked for.
func (p *prover) takesMessage(at stand) bool {
	s := p.state(at.state)
	for i := range s.Choices {
		for _, pa := range p.chosen(&s.Choices[i], at) {
			if p.handsOver(pa) || !pa.ended && !pa.back && p.asksForWords(pa.to) {
				return true
			}
		}
	}
	return false
}

func (p *prover) asksForWords(at stand) bool {
	words := p.leads[at]["text"]
	for _, pa := range words {
		if !p.handsOver(pa) {
			return false
		}
	}
	return len(words) > 0
}

// The numbers that are owed (P-48; promise 7), as texts write them.
const (
	emergencyNumber = "112"
	crisisLine      = "116 006"
)

// mentionsAll tells whether one of the texts names a number, in every language and on every channel.
func (p *prover) mentionsAll(keys []string, number string) bool {
	for _, lang := range flows.Langs {
		for _, ch := range flows.Channels {
			if !p.mention(keys, number, lang, ch) {
				return false
			}
		}
	}
	return true
}
