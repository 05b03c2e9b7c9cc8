package inspect

import (
	"fmt"
	"slices"
	"strings"

	"sosin/flows"
)

// named: every digit a text names is an answer or control word where the person then stands, and every word in capitals is
// a control word that works there (DESIGN.md section 2). "Write PERSON" that does nothing is worse than silence.
func named(p *prover) {
	for _, pa := range p.paths {
		for _, l := range pa.said {
			switch {
			case pa.ended:
				p.atEnd(l, pa)
			case !pa.back:
				p.tells(l.pos, l.key, pa.to)
			}
		}
	}
	for _, at := range p.stands {
		s := p.state(at.state)
		for _, ch := range s.Choices {
			p.tells(ch.Pos, ch.Label, at)
		}
		if len(s.Many) > 0 {
			p.tells(s.Pos, "many.more", at)
		}
		if !at.safe || p.detour(at) {
			continue
		}
		p.tells(s.Pos, "media.unsupported", at)
		if !at.locked && len(p.leads[at]["unknown"]) > 0 { // behind a code word the question alone is said again
			p.tells(s.Pos, "unknown.input", at)
		}
	}
}

// tells checks what a text tells somebody to type who then stands in a place.
func (p *prover) tells(pos flows.Pos, key string, at stand) {
	seen := advice{pos, key, at}
	if p.told[seen] {
		return
	}
	p.told[seen] = true
	p.typed(pos, key, " in the state "+at.state+before(at), func(typed string, digit bool) bool {
		if digit {
			return p.answers(typed, at)
		}
		ctl := p.spoken(typed)
		return ctl != nil && p.works(ctl, at)
	})
}

// advice is a text said to somebody who then stands in a place.
type advice struct {
	pos flows.Pos
	key string
	at  stand
}

// typed reports what a text tells somebody to type and does not work, once for all languages.
func (p *prover) typed(pos flows.Pos, key, when string, works func(typed string, digit bool) bool) {
	n := p.namedIn(key)
	var idle []string
	for _, d := range n.digits {
		if !works(d, true) {
			idle = append(idle, d)
		}
	}
	for _, w := range n.words {
		if !works(w, false) {
			idle = append(idle, w)
		}
	}
	if len(idle) > 0 {
		p.add(pos, fmt.Sprintf("the text %s tells people to type %s, which does not work%s", key, strings.Join(idle, ", "), when),
			"let it work there, without `when:`, or reword the text")
	}
}

// typeable is what a text tells people to type, in any language and on any channel.
type typeable struct{ digits, words []string }

func (p *prover) namedIn(key string) *typeable {
	if n := p.typeables[key]; n != nil {
		return n
	}
	n := &typeable{}
	for _, lang := range flows.Langs {
		for _, ch := range flows.Channels {
			n.digits = append(n.digits, p.Texts.Named(key, string(lang), string(ch))...)
			n.words = append(n.words, p.Texts.ControlWords(key, string(lang), string(ch))...)
		}
	}
	for _, list := range []*[]string{&n.digits, &n.words} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	p.typeables[key] = n
	return n
}

// answers tells whether a number is always understood in a place: as an answer, or as a control word.
func (p *prover) answers(digit string, at stand) bool {
	s := p.state(at.state)
	for _, ch := range s.Choices {
		if flows.Word(ch.Key) == digit {
			return ch.When == ""
		}
	}
	ctl := p.spoken(digit)
	return ctl != nil && p.works(ctl, at) && (!s.Live || ctl.Live == "all")
}

// atEnd checks a text after which nothing stands any more: the next message is met as a stranger's, so only what works
// before yes works then. A word that would work after yes leads there all the same, with the first question in between.
func (p *prover) atEnd(l line, pa path) {
	p.typed(l.pos, l.key, " once the conversation has ended", func(typed string, digit bool) bool {
		ctl := p.spoken(typed)
		return ctl != nil && (len(ctl.Open) > 0 || !digit && pa.to.safe)
	})
}
