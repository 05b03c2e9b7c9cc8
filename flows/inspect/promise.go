package inspect

import (
	"cmp"
	"fmt"
	"strings"

	"sosin/flows"
)

// readers: no text promises a reader but behind `duty`, a counsellor's heartbeat (promise 6). Where such a text is a
// prompt, it may be said again much later: then `again:` asks anew.
func readers(p *prover) {
	p.behind(func(key string) (string, string) {
		if p.Texts.PromisesReader(key) {
			return "duty", "promises a reader"
		}
		return "", ""
	})
}

// behind proves that texts which need a guard are said only where it holds.
func (p *prover) behind(need func(key string) (guard, why string)) {
	open := map[string]line{} // by what is wrong, the first way that leads there
	for _, pa := range p.paths {
		for _, l := range pa.said {
			g, why := need(l.key)
			switch {
			case g == "" || l.at.holds(g):
			case l.state == "":
				p.add(l.pos, fmt.Sprintf("the text %s %s, and this way is not behind `%s`", l.key, why, g), "guard it with `when: "+g+"`, with another way beside it")
			default:
				what := fmt.Sprintf("the text %s %s, and the state %s can be entered without `%s`", l.key, why, l.state, g)
				if first, seen := open[what]; !seen || earlier(pa.way.Pos, first.pos) {
					open[what] = line{key: g, state: l.state, pos: pa.way.Pos}
				}
			}
		}
	}
	for what, l := range open {
		p.add(p.state(l.state).Pos, what, "guard every way there with `when: "+l.key+"`, first that of "+place(l.pos))
	}
	p.saidAgain(need)
}

// saidAgain: a prompt may be said again much later, when what it said has passed.
func (p *prover) saidAgain(need func(key string) (guard, why string)) {
	for _, at := range p.stands {
		s := p.state(at.state)
		for _, key := range s.Say {
			if g, why := need(key); g != "" && len(s.Again) == 0 {
				p.add(s.Pos, fmt.Sprintf("the text %s %s, and the state %s may say it again when `%s` has passed", key, why, s.Name, g),
					"add `again:` with a state that asks for `"+g+"` anew")
			}
		}
	}
}

func earlier(a, b flows.Pos) bool {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) < 0
}

// place is where a fault lies that is told of somewhere else.
func place(pos flows.Pos) string { return fmt.Sprintf("%s:%d:%d", pos.File, pos.Line, pos.Column) }
