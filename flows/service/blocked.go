package service

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// What an outgoing text may not hold (N-51). It says the kind and never the words themselves.
const (
	ShelterName   = "shelter name"
	ShelterPlace  = "shelter place"
	KeptPattern   = "pattern of the service file"
	StreetAddress = "street address"
	MapLink       = "map link or coordinates"
)

// blocks is the section never_send.
type blocks struct {
	names, places []phrase
	patterns      []*regexp.Regexp
	allowed       []*regexp.Regexp // public addresses, such as a hospital's
}

// Blocked tells whether an outgoing text gives away where a shelter is: a name or place of the file in either script,
// declined or run together, something like a street address, or a map. what is one of the kinds above.
func (f *File) Blocked(text string) (what string, ok bool) {
	words := spelled(text)
	for _, p := range f.blocks.names {
		if p.in(words) {
			return ShelterName, true
		}
	}
	for _, p := range f.blocks.places {
		if p.in(words) {
			return ShelterPlace, true
		}
	}
	written := fold(text)
	for _, p := range f.blocks.patterns {
		if p.MatchString(text) || p.MatchString(written) {
			return KeptPattern, true
		}
	}
	if onMap.MatchString(written) {
		return MapLink, true
	}
	for _, a := range f.blocks.allowed {
		written = a.ReplaceAllString(written, "$1 ; $2")
	}
	if f.streetLike(written) {
		return StreetAddress, true
	}
	return "", false
}

// phrase is a name in Latin letters without blanks, and how many words it was.
type phrase struct {
	joined string
	words  int
}

// The shortest name that may carry an ending, and the shortest that is also found with its words run together or torn apart.
const (
	endable  = 4
	joinable = 6
	ending   = 4 // the longest ending, in letters
)

func (p phrase) in(words []string) bool {
	for i := range words {
		joined := ""
		for j := i; j < len(words) && len(joined) < len(p.joined); j++ {
			joined += words[j]
			asWritten := j-i+1 == p.words || len(p.joined) >= joinable
			if rest, ok := strings.CutPrefix(joined, p.joined); ok && asWritten && p.declined(rest) {
				return true
			}
		}
	}
	return false
}

// declined tells whether the rest of a word can be an ending: a few letters, after a house number one.
func (p phrase) declined(rest string) bool {
	if rest == "" {
		return true
	}
	most := ending
	if last := p.joined[len(p.joined)-1]; last >= '0' && last <= '9' {
		most = 1
	}
	return len(p.joined) >= endable && utf8.RuneCountInString(rest) <= most && !strings.ContainsAny(rest, "0123456789")
}

// neverSend reads the names and places of shelters. No fault repeats what stands there.
func (r *reader) neverSend(n *yaml.Node) {
	b := &r.file.blocks
	phrases := func(to *[]phrase) func(*yaml.Node) {
		return func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, s string) {
				words := spelled(s)
				p := phrase{strings.Join(words, ""), len(words)}
				if utf8.RuneCountInString(p.joined) < 3 {
					r.add(n, "this is too short to be looked for", "write three letters or more")
					return
				}
				*to = append(*to, p)
			})
		}
	}
	r.fields(n, map[string]func(*yaml.Node){
		"names":  phrases(&b.names),
		"places": phrases(&b.places),
		"patterns": func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, s string) {
				re, err := regexp.Compile("(?i:" + s + ")")
				if err != nil || re.MatchString("") {
					r.add(n, "this is not a pattern that can be used", "write a regular expression that does not match an empty text")
					return
				}
				b.patterns = append(b.patterns, re)
			})
		},
		"allowed": func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, s string) {
				if len(strings.Fields(plain(s))) < 2 {
					r.add(n, "this is no address", "write the street and the house number, such as Ristiku 1")
					return
				}
				b.allowed = append(b.allowed, asWritten(s))
			})
		},
	})
}

// asWritten finds a public address in a folded text, whatever stands between its words, with or without a word for street.
func asWritten(s string) *regexp.Regexp {
	between := `[\s.,]*(?:(?:tn|tanav|mnt|maantee|pst|puiestee)[\s.,]*)?`
	return regexp.MustCompile(`(?i)(^|[^\pL\pN])` + strings.Join(strings.Fields(plain(s)), between) + `($|[^\pL\pN])`)
}
