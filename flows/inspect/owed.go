package inspect

import (
	"fmt"

	"sosin/flows"
)

// owed: 116 006 is named wherever help by day and night is owed (P-48; promise 7): at every closed door, in every danger
// (with 112), at every end after yes but an erasure, and in what the program says when it fails.
func owed(p *prover) {
	for _, pa := range p.paths {
		said := keysOf(pa.said)
		switch {
		case p.intoDanger(pa):
			p.owes(pa, said, emergencyNumber, "in danger")
			p.owes(pa, said, crisisLine, "in danger")
		case pa.known.holds("not duty") && len(said) > 0:
			p.owes(pa, said, crisisLine, "where nobody is on duty")
		case pa.ended && p.endsForGood(pa):
			p.owes(pa, said, crisisLine, "at an end")
		}
	}
	for _, key := range p.Elsewhere {
		for _, number := range []string{crisisLine, emergencyNumber} {
			p.lacks([]string{key}, number, func(lang flows.Lang, ch flows.Channel) {
				p.add(p.placeOf(key, lang, ch), fmt.Sprintf("the text %q is said when the program fails, and does not name %s", key, number), "name it")
			})
		}
	}
}

// intoDanger tells whether a path leads from anywhere else to where danger was said.
func (p *prover) intoDanger(pa path) bool {
	from := p.state(pa.from.state)
	return (from == nil || !from.Danger || from.Live) && p.endangered([]path{pa})
}

// endsForGood: an end after yes at which nothing was erased. Before yes, and where somebody leaves at once, the line is
// neutral on purpose.
func (p *prover) endsForGood(pa path) bool {
	s := p.state(pa.through[len(pa.through)-1])
	return !s.Open && !s.Effects.Erase
}

func (p *prover) owes(pa path, said []string, number, when string) {
	p.lacks(said, number, func(lang flows.Lang, ch flows.Channel) {
		at := pa.way.Pos
		if n := len(pa.said); n > 0 {
			at = pa.said[n-1].pos
		}
		p.add(at, fmt.Sprintf("%s is owed %s, and not named by %s in %s on %s", number, when, list(said), lang, ch), "name it in one of these texts")
	})
}

// lacks tells of the first language and channel in which no text names a number.
func (p *prover) lacks(keys []string, number string, tell func(flows.Lang, flows.Channel)) {
	for _, lang := range flows.Langs {
		for _, ch := range flows.Channels {
			if !p.mention(keys, number, lang, ch) {
				tell(lang, ch)
				return
			}
		}
	}
}

func list(keys []string) string {
	if len(keys) == 0 {
		return "silence"
	}
	out := keys[0]
	for _, k := range keys[1:] {
		out += ", " + k
	}
	return out
}
