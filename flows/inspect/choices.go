package inspect

import (
	"fmt"
	"slices"

	"sosin/flows"
)

// hiddenChoices: an answer that a channel does not list can be found all the same: it is typed by name, or the text names
// its number. And something is always listed where answers are all there is.
func hiddenChoices(p *prover) {
	for _, at := range p.stands {
		s := p.state(at.state)
		for _, ch := range s.Choices {
			if ch.Hide != "" && !p.findable(s, ch) {
				p.add(ch.Pos, fmt.Sprintf("answer %s of %s is not listed on %s, and nobody can know it", ch.Key, s.Name, ch.Hide),
					"give it words with `also:`, let the state read its name, or name the number in the text")
			}
		}
		for _, channel := range flows.Channels {
			if len(s.Choices) > 0 && len(s.Text) == 0 && !s.Ticket && !listed(s, channel) {
				p.add(s.Pos, fmt.Sprintf("the state %s may list no answer on %s", s.Name, channel), "offer one answer without `when:` and `hide:`")
			}
		}
	}
}

func (p *prover) findable(s *flows.State, ch flows.ChoiceDef) bool {
	if len(ch.Also) > 0 || ch.Words != "" || s.Reads == flows.ReadsCounty && ch.Set["county"] != "" {
		return true
	}
	for _, lang := range flows.Langs {
		named := false
		for _, key := range s.Say {
			named = named || slices.Contains(p.Texts.Named(key, string(lang), string(ch.Hide)), ch.Key)
		}
		if !named {
			return false
		}
	}
	return true
}

func listed(s *flows.State, channel flows.Channel) bool {
	return slices.ContainsFunc(s.Choices, func(ch flows.ChoiceDef) bool { return ch.When == "" && ch.Hide != channel })
}
