package inspect

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/BurntSushi/toml"

	"sosin/flows"
)

// openList: before "safe to write = yes" only states marked open speak; what they say names no service, no subject and no
// number, but where danger was said (DESIGN.md section 2). Somebody else may be holding the phone.
func openList(p *prover) {
	told := map[string]bool{}
	for _, pa := range p.paths {
		if pa.to.safe { // a yes was said
			continue
		}
		p.mayspeak(pa)
		p.dangerSaid(pa)
		for _, l := range pa.said {
			if !p.inDanger(pa, l) {
				told[l.key] = true
			}
		}
	}
	for _, at := range p.stands {
		if s := p.state(at.state); !at.safe && !s.Danger {
			for _, ch := range s.Choices {
				told[ch.Label] = true
			}
		}
	}
	for key := range told {
		p.gives(key)
		if any := "any." + key; p.Texts.Has(any) {
			p.gives(any)
		}
	}
}

// mayspeak: every state that speaks on the way is marked open.
func (p *prover) mayspeak(pa path) {
	for _, name := range pa.through {
		if s := p.state(name); len(s.Say) > 0 && !s.Open {
			p.add(s.Pos, "the state "+name+" may speak before yes, and is not open", "mark it `open: true` if anybody may read it, or lead there only after yes")
		}
	}
}

// dangerSaid: numbers and danger come before yes only to somebody who said that they are in danger: by an answer, by 112, or
// in their own words.
func (p *prover) dangerSaid(pa path) {
	if pa.from.state != "" && p.state(pa.from.state).Danger {
		return
	}
	kind, name, _ := strings.Cut(pa.way.Trigger, ":")
	if kind == "choice" || kind == "hit" || kind == "open" && p.spoken(emergencyNumber) == p.control(name) {
		return
	}
	for _, name := range pa.through {
		if s := p.state(name); s.Danger && len(s.Say) > 0 {
			p.add(pa.way.Pos, "this leads to "+name+" before yes, but nobody has said danger", "lead to a state that is open and names no number")
			return
		}
	}
}

// inDanger tells whether a line is said because danger was.
func (p *prover) inDanger(pa path, l line) bool {
	if l.state != "" {
		return p.state(l.state).Danger
	}
	for _, name := range append([]string{pa.from.state}, pa.through...) {
		if s := p.state(name); s != nil && s.Danger {
			return true
		}
	}
	return false
}

// gives finds what a text gives away.
func (p *prover) gives(key string) {
	for _, lang := range flows.Langs {
		for _, ch := range flows.Channels {
			if word := telling(p.say(key, lang, ch)); word != "" {
				p.add(p.placeOf(key, lang, ch), fmt.Sprintf("the text %q may be read before yes, and gives away %q", key, word), "reword it: it names no service, no subject, no number")
			}
		}
	}
}

//go:embed telling.toml
var tellingSource string

// tellingWords is the content of telling.toml.
type tellingWords struct {
	Begins  map[string][]string `toml:"begins"`
	Numbers []string            `toml:"numbers"`
}

// readTelling reads the list once: it is part of the program.
var readTelling = sync.OnceValue(func() tellingWords {
	var w tellingWords
	if _, err := toml.Decode(tellingSource, &w); err != nil {
		panic("inspect: telling.toml: " + err.Error())
	}
	return w
})

// telling returns the first word of a text that names a service, a subject or a number. All languages are looked for in
// each: texts mix them.
func telling(text string) string {
	list := readTelling()
	for _, number := range list.Numbers {
		if strings.Contains(strings.ReplaceAll(text, " ", ""), number) {
			return number
		}
	}
	low := strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	for _, word := range strings.FieldsFunc(low, func(r rune) bool { return !unicode.IsLetter(r) }) {
		for _, begins := range list.Begins {
			for _, begin := range begins {
				if strings.HasPrefix(word, begin) {
					return word
				}
			}
		}
	}
	return ""
}
