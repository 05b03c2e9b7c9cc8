package inspect

import "sosin/flows"

// quickExit: 0 leaves from everywhere, with one neutral line (promise 3).
func quickExit(p *prover) {
	ctl := p.spoken("0")
	if ctl == nil {
		p.add(p.controlsPos(), "0 is no control word, so nobody can leave at once", "add it to a control word with `does: [leave]` behind it")
		return
	}
	const mend = "give it `live: all`, `always: true`, and `to:` and `open:` that name an open state with `end: true` and `does: [leave]`"
	if ctl.Live != "all" || !ctl.Always {
		p.add(ctl.Pos, "0 does not leave from everywhere", mend)
	}
	for _, at := range p.stands {
		paths := p.commands(ctl, at)
		left := len(paths) > 0
		for _, pa := range paths {
			left = left && p.left(pa)
		}
		if !left {
			p.add(ctl.Pos, "0 does not leave from everywhere", mend)
		}
	}
}

// left tells whether a path is one out: into silence, with a line that may be read by anybody.
func (p *prover) left(pa path) bool {
	if !pa.ended {
		return false
	}
	for _, name := range pa.through {
		if s := p.state(name); s.Effects.Leave && s.Open && !s.Danger {
			return true
		}
	}
	return false
}

// languageChange: the language can be changed everywhere by one word, or by an answer (P-51).
func languageChange(p *prover) {
	failed, tried := []stand{}, 0
	for _, at := range p.stands {
		tried++
		if !p.detour(at) && !p.offersLanguages(at.state) && !p.leadsToLanguages(at) {
			failed = append(failed, at)
		}
	}
	if len(failed) == tried && tried > 0 {
		p.add(p.controlsPos(), "no control word changes the language", "add one with `to:` and `open:` that lead to the choice of all languages, and `live: words`")
		return
	}
	for _, at := range failed {
		p.add(p.state(at.state).Pos, "in the state "+at.state+" the language cannot be changed"+before(at), "offer an answer that leads to the choice of language, or let the word for it work here")
	}
}

func before(at stand) string {
	if at.safe {
		return ""
	}
	return " before yes"
}

func (p *prover) leadsToLanguages(at stand) bool {
	var messages [][]path
	for i := range p.def.Controls {
		messages = append(messages, p.commands(&p.def.Controls[i], at))
	}
	s := p.state(at.state)
	for i := range s.Choices {
		if s.Choices[i].When == "" {
			messages = append(messages, p.chosen(&s.Choices[i], at))
		}
	}
	for _, paths := range messages {
		all := len(paths) > 0
		for _, pa := range paths {
			all = all && !pa.ended && !pa.back && p.offersLanguages(pa.to.state)
		}
		if all {
			return true
		}
	}
	return false
}

// offersLanguages tells whether a state has an answer for every language.
func (p *prover) offersLanguages(name string) bool {
	offered := map[flows.Lang]bool{}
	for _, ch := range p.state(name).Choices {
		if ch.Set["lang"] != "" && ch.When == "" {
			offered[flows.Lang(ch.Set["lang"])] = true
		}
	}
	return len(offered) == len(flows.Langs)
}
