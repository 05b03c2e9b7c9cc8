package risk

import (
	_ "embed" // rules.json
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

//go:embed data/rules.json
var rulesJSON []byte

// minor is the rules' name for "says to be under 18": a badge and a filter, not a danger (see [Scanner.Minor]).
const minor Category = "minor"

// Russian written in Cyrillic is also looked for in the second reading of Latin letters.
const russian = "ru"

// ruleFile is data/rules.json.
type ruleFile struct {
	Rules []ruleEntry `json:"rules"`
	Masks []maskEntry `json:"masks"`
}

// ruleEntry is one pattern. Strong: it stands whatever the model says; every other one the model may lower.
type ruleEntry struct {
	ID       string   `json:"id"`
	Lang     string   `json:"lang"`
	Category Category `json:"category"`
	Level    string   `json:"level"`
	Strong   bool     `json:"strong,omitempty"`
	Pattern  string   `json:"re"`
}

// maskEntry is a harmless phrase that is cut out before the rules look.
type maskEntry struct {
	ID      string `json:"id"`
	Lang    string `json:"lang"`
	Pattern string `json:"re"`
}

// pattern is a compiled regular expression with the literals one of which every match holds; none means "always try".
type pattern struct {
	id       string
	lang     string
	re       *regexp.Regexp
	literals []string
}

type rule struct {
	pattern
	category Category
	level    Level
	strong   bool
}

// ruleSet is every rule and mask, compiled once, with an index by literal so that a text meets only a few of them.
type ruleSet struct {
	rules     []rule
	masks     []pattern
	ruleIndex index
	maskIndex index
}

func loadRules(data []byte) (*ruleSet, error) {
	var file ruleFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("reading risk rules: %w", err)
	}
	set := &ruleSet{}
	seen := map[string]bool{}
	for _, e := range file.Rules {
		p, err := compile(e.ID, e.Lang, e.Pattern, seen)
		if err != nil {
			return nil, err
		}
		level, ok := levelOf(e.Level)
		if !ok || level == None || categoryIndex(e.Category) < 0 && e.Category != minor || e.Category == Trafficking && level == High {
			return nil, fmt.Errorf("risk rule %s: level %q of category %q", e.ID, e.Level, e.Category)
		}
		set.rules = append(set.rules, rule{pattern: p, category: e.Category, level: level, strong: e.Strong})
		set.ruleIndex.add(p.literals)
	}
	for _, e := range file.Masks {
		p, err := compile(e.ID, e.Lang, e.Pattern, seen)
		if err != nil {
			return nil, err
		}
		set.masks = append(set.masks, p)
		set.maskIndex.add(p.literals)
	}
	return set, nil
}

func compile(id, lang, expr string, seen map[string]bool) (pattern, error) {
	if id == "" || seen[id] {
		return pattern{}, fmt.Errorf("risk rule %q: id missing or used twice", id)
	}
	seen[id] = true
	re, err := regexp.Compile(expr)
	if err != nil {
		return pattern{}, fmt.Errorf("risk rule %s: %w", id, err)
	}
	return pattern{id: id, lang: lang, re: re, literals: requiredLiterals(expr)}, nil
}

// hits is what the rules see in one reading.
type hits struct {
	rules  []int    // indices, ascending, each once
	masked []string // ids of the masks that cut something out
}

// find cuts out the masks and lists the rules that still match, in the plain and the Cyrillic reading.
func (s *ruleSet) find(r reading) hits {
	var h hits
	plain := s.mask(r.plain, &h, func(string) bool { return true })
	s.match(plain, &h, func(string) bool { return true })
	if r.cyrillic != "" {
		onlyRussian := func(lang string) bool { return lang == russian }
		s.match(s.mask(r.cyrillic, &h, onlyRussian), &h, onlyRussian)
	}
	sort.Ints(h.rules)
	h.rules = unique(h.rules)
	return h
}

// mask replaces what a mask matches by a bar, which no pattern can cross.
func (s *ruleSet) mask(text string, h *hits, wanted func(lang string) bool) string {
	for _, i := range s.maskIndex.candidates(text) {
		m := s.masks[i]
		if !wanted(m.lang) || !m.re.MatchString(text) {
			continue
		}
		text = m.re.ReplaceAllLiteralString(text, " | ")
		h.masked = append(h.masked, m.id)
	}
	return text
}

func (s *ruleSet) match(text string, h *hits, wanted func(lang string) bool) {
	for _, i := range s.ruleIndex.candidates(text) {
		if r := s.rules[i]; wanted(r.lang) && r.re.MatchString(text) {
			h.rules = append(h.rules, i)
		}
	}
}

func unique(sorted []int) []int {
	out := sorted[:0]
	for i, n := range sorted {
		if i == 0 || n != sorted[i-1] {
			out = append(out, n)
		}
	}
	return out
}

// index finds the patterns that can match a text at all: those one of whose literals it holds.
type index struct {
	count  int
	always []int
	byHead map[[headBytes]byte][]entry
}

type entry struct {
	literal string
	pattern int
}

// headBytes is the shortest literal worth an index entry: a blank and two Latin letters, or one and a half Cyrillic.
const headBytes = 3

func (x *index) add(literals []string) {
	if x.byHead == nil {
		x.byHead = map[[headBytes]byte][]entry{}
	}
	for _, l := range literals {
		key := [headBytes]byte([]byte(l[:headBytes]))
		x.byHead[key] = append(x.byHead[key], entry{l, x.count})
	}
	if len(literals) == 0 {
		x.always = append(x.always, x.count)
	}
	x.count++
}

// candidates lists patterns in ascending order, each once.
func (x *index) candidates(text string) []int {
	found := append([]int(nil), x.always...)
	seen := make([]bool, x.count)
	for i := 0; i+headBytes <= len(text); i++ {
		for _, e := range x.byHead[[headBytes]byte([]byte(text[i:i+headBytes]))] {
			if !seen[e.pattern] && strings.HasPrefix(text[i:], e.literal) {
				seen[e.pattern] = true
				found = append(found, e.pattern)
			}
		}
	}
	sort.Ints(found)
	return found
}
