package inspect

import (
	"fmt"
	"io/fs"
	"strings"

	"sosin/flows"
	"sosin/locales"
)

// wording: every text is there in every language and for every channel (loading has refused anything else), is used, fits
// and reads well by itself (package locales).
func wording(p *prover) {
	for _, f := range p.Texts.Check(longestValues()) {
		p.fromTexts(f)
	}
	for _, f := range p.Texts.CheckLabels(labels(p.Flows.Prompts())) {
		p.fromTexts(f)
	}
	used := p.used()
	for _, key := range p.Texts.Keys() {
		if !used[key] {
			p.add(p.placeOf(key, flows.Langs[0], flows.Telegram), fmt.Sprintf("no flow says the text %q", key), "say it, or remove it from all three files")
		}
	}
}

func (p *prover) fromTexts(f locales.Fault) {
	p.add(flows.Pos{File: f.File, Line: f.Line, Column: f.Column}, f.What, f.Mend)
}

// labels lists what stands on buttons, each with the number before it.
func labels(prompts []flows.Message) (out []locales.Label) {
	for _, m := range prompts {
		for _, ch := range m.Choices {
			out = append(out, locales.Label{Key: ch.Label, Typed: ch.Key})
		}
	}
	return out
}

// used are the texts that flows, the code or the program can say.
func (p *prover) used() map[string]bool {
	used := map[string]bool{}
	mark := func(keys ...string) {
		for _, key := range keys {
			used[key], used["any."+key] = true, true
		}
	}
	mark(flows.OwnTexts()...)
	mark(p.Elsewhere...)
	for _, name := range p.names {
		s := p.state(name)
		mark(s.Say...)
		mark(s.Notice)
		if s.Handoff != nil {
			mark(s.Handoff.Note)
		}
		for _, ch := range s.Choices {
			mark(ch.Label)
		}
		for _, w := range p.ways[name] {
			mark(w.Say...)
		}
	}
	return used
}

// placeOf is where a text stands in its file.
func (p *prover) placeOf(key string, lang flows.Lang, ch flows.Channel) flows.Pos {
	file := string(lang) + ".toml"
	if p.lines[file] == nil {
		raw, _ := fs.ReadFile(p.Sources, file) // it was read before; without it the place is the file's beginning
		p.lines[file] = strings.Split(strings.TrimPrefix(string(raw), "\ufeff"), "\n")
	}
	for _, id := range []string{key + ".both", key + "." + string(ch)} {
		for n, l := range p.lines[file] {
			begin := strings.TrimLeft(l, " \t[")
			if strings.HasPrefix(begin, `"`+id+`"`) || strings.HasPrefix(begin, `'`+id+`'`) {
				return flows.Pos{File: file, Line: n + 1, Column: len(l) - len(begin) + 1}
			}
		}
	}
	return flows.Pos{File: file, Line: 1, Column: 1}
}
