package service

import (
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"sosin/flows"
)

// validity is how long a fact holds, and where it stands in the file.
type validity struct {
	known   bool // a day was given
	lasting bool
	last    date   // the last day on which it holds
	source  string // where it was read
	fault   flows.Fault
}

func (v validity) holds(now time.Time) bool {
	return v.lasting || v.known && !v.last.before(dateOf(now))
}

// number is a helpline's number as people are shown it, such as "116 006"; empty while nobody has verified it.
type number struct {
	id, text, abroad string

	validity validity
}

// The numbers every file must hold, without an end: they come in every danger and at every closed door (promise 7).
const (
	Emergency     = "112"
	CrisisLine    = "116006"
	ChildHelpline = "116111"
)

// Number returns a number as people are shown it. ok is false when it is not in the file, not verified, or has run out.
func (f *File) Number(id string, now time.Time) (text string, ok bool) {
	n := f.number(id, now)
	return n.text, n.text != ""
}

// NumberAbroad is [File.Number] for who calls from outside Estonia.
func (f *File) NumberAbroad(id string, now time.Time) (text string, ok bool) {
	n := f.number(id, now)
	return n.abroad, n.abroad != ""
}

func (f *File) number(id string, now time.Time) number {
	for _, n := range f.numbers {
		if n.id == id && n.validity.holds(now) {
			return n
		}
	}
	return number{}
}

// Provider is an organisation a person can turn to in a county.
type Provider struct {
	ID       string
	Name     string
	What     string // such as ntk or sak
	Counties []string
	Phone    string // never empty when given out: 116 006 if its own is not verified (B-11)
	OwnPhone bool   // Phone is the provider's own
	URL      string

	validity validity
}

// Providers returns who offers this in the county (its id) and has not run out, in the order of the file.
func (f *File) Providers(what, county string, now time.Time) (found []Provider) {
	for _, p := range f.providers {
		if p.What != what || !slices.Contains(p.Counties, county) || !p.validity.holds(now) {
			continue
		}
		p.Counties = slices.Clone(p.Counties)
		if p.OwnPhone = p.Phone != ""; !p.OwnPhone {
			p.Phone, _ = f.Number(CrisisLine, now)
		}
		found = append(found, p)
	}
	return found
}

// link is a page people are shown.
type link struct {
	id, url string

	validity validity
}

// Link returns a page's address. ok is false when it is not in the file, not verified, or has run out.
func (f *File) Link(id string, now time.Time) (url string, ok bool) {
	for _, l := range f.links {
		if l.id == id && l.url != "" && l.validity.holds(now) {
			return l.url, true
		}
	}
	return "", false
}

// Expired lists the facts that have run out and are no longer given, each with its place in the file. It is a warning for
// check and doctor: the program goes on without them.
func (f *File) Expired(now time.Time) (out flows.Faults) {
	each := func(v validity) {
		if v.known && !v.holds(now) {
			v.fault.Mend = "check it where it was read (" + v.source + "), and write a new valid_until"
			out = append(out, v.fault)
		}
	}
	for _, n := range f.numbers {
		each(n.validity)
	}
	for _, p := range f.providers {
		each(p.validity)
	}
	for _, l := range f.links {
		each(l.validity)
	}
	slices.SortStableFunc(out, func(a, b flows.Fault) int { return a.Line - b.Line })
	return out
}

var (
	phoneForm = regexp.MustCompile(`^\+?\d[\d ]{1,18}\d$`)
	urlForm   = regexp.MustCompile(`^(https?://)?([a-z0-9-]+\.)+[a-z]{2,}(/[^\s]*)?$`)
	mailForm  = regexp.MustCompile(`^[^\s@]+@([a-z0-9-]+\.)+[a-z]{2,}$`)
)

// form reads a value that may be empty, and else must look like one.
func (r *reader) form(n *yaml.Node, form *regexp.Regexp, what, mend string) string {
	s := r.optional(n)
	if s != "" && !form.MatchString(s) {
		r.add(n, what, mend)
		return ""
	}
	return s
}

func (r *reader) phone(n *yaml.Node) string {
	return r.form(n, phoneForm, "this is not a telephone number", `use digits and blanks, such as 116 006, or leave it empty ("")`)
}

func (r *reader) url(n *yaml.Node) string {
	return r.form(n, urlForm, "this is not a web address", `write it as example.ee or https://example.ee/page, or leave it empty ("")`)
}

// fact reads a mapping that says besides its own fields where it was read, and its last day; `lasting` has no end.
func (r *reader) fact(k, v *yaml.Node, kind string, own map[string]func(*yaml.Node)) (holds validity) {
	own["source"] = func(n *yaml.Node) { holds.source = r.text(n) }
	own["valid_until"] = func(n *yaml.Node) {
		if holds.lasting = r.optional(n) == "lasting"; holds.lasting {
			return
		}
		holds.last, holds.known = r.date(n)
		holds.fault = r.fault(n, kind+" "+k.Value+" ran out on "+holds.last.String()+" and is no longer given", "")
	}
	r.fields(v, own)
	r.require(k, v, "source", "valid_until")
	return holds
}

func (r *reader) numbers(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) { r.file.numbers = append(r.file.numbers, r.number(k, v)) })
	r.later(func() {
		for _, id := range []string{Emergency, CrisisLine, ChildHelpline} {
			has := slices.ContainsFunc(r.file.numbers, func(n number) bool { return n.id == id })
			if !has && n.Kind == yaml.MappingNode {
				r.add(n, "there is no number "+id, "add it: it comes in every danger and at every closed door")
			}
		}
	})
}

func (r *reader) number(k, v *yaml.Node) number {
	num := number{id: k.Value}
	num.validity = r.fact(k, v, "number", map[string]func(*yaml.Node){
		"text":   func(n *yaml.Node) { num.text = r.phone(n) },
		"abroad": func(n *yaml.Node) { num.abroad = r.phone(n) },
	})
	r.require(k, v, "text")
	switch num.id {
	case Emergency, CrisisLine, ChildHelpline:
		if !num.validity.lasting || num.text == "" {
			r.add(k, "number "+num.id+" may not be empty or run out", "write its text, and valid_until: lasting")
		}
	}
	return num
}

func (r *reader) providers(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) {
		p := Provider{ID: k.Value}
		at := len(r.file.providers)
		p.validity = r.fact(k, v, "provider", map[string]func(*yaml.Node){
			"name": func(n *yaml.Node) { p.Name = r.text(n) },
			"what": func(n *yaml.Node) { p.What = r.text(n) },
			"where": func(n *yaml.Node) {
				r.list(n, func(n *yaml.Node, s string) {
					r.later(func() { r.place(n, s, &r.file.providers[at].Counties) })
				})
			},
			"phone": func(n *yaml.Node) { p.Phone = r.phone(n) },
			"url":   func(n *yaml.Node) { p.URL = r.url(n) },
		})
		r.require(k, v, "name", "what", "where")
		r.file.providers = append(r.file.providers, p)
	})
}

func (r *reader) links(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) {
		l := link{id: k.Value}
		l.validity = r.fact(k, v, "link", map[string]func(*yaml.Node){
			"url": func(n *yaml.Node) { l.url = r.url(n) },
		})
		r.require(k, v, "url")
		r.file.links = append(r.file.links, l)
	})
}
