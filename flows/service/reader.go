package service

import (
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"sosin/flows"
)

// reader collects faults while it fills a File.
type reader struct {
	file   *File
	faults flows.Faults
	checks []func() // run once everything is read: what one section says of another
}

// fault names a place; no node means the file as a whole.
func (r *reader) fault(n *yaml.Node, what, mend string) flows.Fault {
	line, column := 1, 1
	if n != nil {
		line, column = n.Line, n.Column
	}
	return flows.Fault{File: r.file.name, Line: line, Column: column, What: what, Mend: mend}
}

func (r *reader) add(n *yaml.Node, what, mend string) {
	r.faults = append(r.faults, r.fault(n, what, mend))
}

func (r *reader) later(check func()) { r.checks = append(r.checks, check) }

// fields hands each known field of a mapping to its reader; an unknown or doubled one is a fault.
func (r *reader) fields(n *yaml.Node, known map[string]func(*yaml.Node)) {
	r.pairs(n, func(k, v *yaml.Node) {
		read, ok := known[k.Value]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			sort.Strings(names)
			r.add(k, "unknown field "+k.Value, "known here: "+strings.Join(names, ", "))
			return
		}
		read(v)
	})
}

func (r *reader) pairs(n *yaml.Node, visit func(k, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.add(n, "a list of `name: value` lines is expected here", "write one name and value per line")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if seen[k.Value] {
			r.add(k, k.Value+" stands here twice", "keep one of them")
			continue
		}
		seen[k.Value] = true
		visit(k, n.Content[i+1])
	}
}

// text reads a value that must be given.
func (r *reader) text(n *yaml.Node) string {
	s, ok := r.scalar(n)
	if ok && s == "" {
		r.add(n, "a value is missing here", "write it, or leave the line out")
	}
	return s
}

// optional reads a value that may be empty: not known, or not verified.
func (r *reader) optional(n *yaml.Node) string {
	s, _ := r.scalar(n)
	return s
}

func (r *reader) scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.add(n, "a single value is expected here", "write one value, without a list or an alias")
		return "", false
	}
	if n.Tag == "!!null" {
		return "", true
	}
	return strings.TrimSpace(n.Value), true
}

func (r *reader) bool(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
		r.add(n, "true or false is expected here", "write true or false")
	}
	return n.Value == "true"
}

// list visits the items of a sequence, or a single one.
func (r *reader) list(n *yaml.Node, visit func(n *yaml.Node, item string)) {
	items := []*yaml.Node{n}
	switch n.Kind {
	case yaml.SequenceNode:
		items = n.Content
	case yaml.ScalarNode:
	default:
		r.add(n, "a list is expected here", "write [one, two]")
		return
	}
	seen := map[string]bool{}
	for _, item := range items {
		s := r.text(item)
		switch {
		case s == "":
		case seen[s]:
			r.add(item, "this stands in the list twice", "keep one of them")
		default:
			seen[s] = true
			visit(item, s)
		}
	}
}

// oneOf reads a word out of a closed list.
func (r *reader) oneOf(n *yaml.Node, what string, known ...string) string {
	s := r.text(n)
	for _, k := range known {
		if s == k {
			return s
		}
	}
	if s != "" {
		r.add(n, "unknown "+what+" "+s, "use one of: "+strings.Join(known, ", "))
	}
	return ""
}

// date reads a day written 2027-12-24.
func (r *reader) date(n *yaml.Node) (date, bool) {
	t, err := time.Parse(time.DateOnly, r.optional(n))
	if err != nil {
		r.add(n, "a date is expected here", "write it as year-month-day, such as 2027-12-24")
		return date{}, false
	}
	return date{t.Year(), t.Month(), t.Day()}, true
}

// languages reads a text in all three languages (P-51).
func (r *reader) languages(n *yaml.Node) map[flows.Lang]string {
	out := map[flows.Lang]string{}
	known := map[string]func(*yaml.Node){}
	for _, lang := range flows.Langs {
		known[string(lang)] = func(n *yaml.Node) { out[lang] = r.text(n) }
	}
	before := len(r.faults)
	r.fields(n, known)
	for _, lang := range flows.Langs {
		if _, ok := out[lang]; !ok && len(r.faults) == before {
			r.add(n, "has no "+string(lang), "write it in et, ru and en")
		}
	}
	return out
}

// require faults fields that were not given. The mapping's own key is where the eye goes.
func (r *reader) require(at, n *yaml.Node, names ...string) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, name := range names {
		found := false
		for i := 0; i < len(n.Content); i += 2 {
			found = found || n.Content[i].Value == name
		}
		if !found {
			r.add(at, at.Value+" has no "+name, "add a line "+name+":")
		}
	}
}
