package inspect

import (
	"strings"

	"sosin/flows"
)

// numbers: from every place after yes, one typed word shows 112 and 116 006 (promise 7), and does nothing else. In a live
// chat a counsellor reads the word, and 112 still works.
func numbers(p *prover) {
	failed, tried := []stand{}, 0
	for _, at := range p.stands {
		if !at.safe || p.state(at.state).Live {
			continue
		}
		tried++
		if !p.oneWordShows(at) {
			failed = append(failed, at)
		}
	}
	if len(failed) == tried && tried > 0 {
		p.add(p.controlsPos(), "no control word shows 112 and 116 006", "add one with `to: {to: back, say: [info.numbers]}` and `always: true`")
		return
	}
	for _, at := range failed {
		p.add(p.state(at.state).Pos, "in the state "+at.state+" no word shows 112 and 116 006", "let the word for the numbers work here: `always: true`")
	}
}

func (p *prover) oneWordShows(at stand) bool {
	for i := range p.def.Controls {
		paths := p.commands(&p.def.Controls[i], at)
		shows := len(paths) > 0
		for _, pa := range paths {
			moves := pa.ended || !pa.back && pa.to != at
			shows = shows && !moves && p.mentionsAll(keysOf(pa.said), crisisLine) && p.mentionsAll(keysOf(pa.said), emergencyNumber)
		}
		if shows {
			return true
		}
	}
	return false
}

// controlsPos is where the control words stand.
func (p *prover) controlsPos() flows.Pos {
	if len(p.def.Controls) == 0 {
		return p.state(p.def.Start).Pos
	}
	return p.def.Controls[0].Pos
}

func keysOf(said []line) (keys []string) {
	for _, l := range said {
		keys = append(keys, l.key)
	}
	return keys
}

// mention tells whether one of the texts names a number in a language on a channel.
func (p *prover) mention(keys []string, number string, lang flows.Lang, ch flows.Channel) bool {
	for _, key := range keys {
		if strings.Contains(p.say(key, lang, ch), number) {
			return true
		}
	}
	return false
}

// say renders a text with its longest values; each is wanted many times.
func (p *prover) say(key string, lang flows.Lang, ch flows.Channel) string {
	at := [3]string{key, string(lang), string(ch)}
	text, known := p.rendered[at]
	if !known {
		text, _ = p.Texts.Say(string(lang), key, string(ch), flows.Longest(lang)) // one that cannot be said is a fault of fit.go
		p.rendered[at] = text
	}
	return text
}
