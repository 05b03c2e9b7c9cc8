package flows

import (
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The small strict readers under Decode: each reports what it refuses with its place.

// fields hands each known field of a mapping to its reader; an unknown or doubled one is a fault.
func (d *decoder) fields(n *yaml.Node, known map[string]func(*yaml.Node)) {
	d.pairs(n, func(k, v *yaml.Node) {
		read, ok := known[k.Value]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			sort.Strings(names)
			d.add(d.at(k), "unknown field "+k.Value, "known here: "+strings.Join(names, ", "))
			return
		}
		read(v)
	})
}

func (d *decoder) pairs(n *yaml.Node, visit func(k, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.add(d.at(n), "a list of `name: value` lines is expected here", "write one name and value per line")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if seen[k.Value] {
			d.add(d.at(k), k.Value+" stands here twice", "keep one of them")
			continue
		}
		seen[k.Value] = true
		visit(k, n.Content[i+1])
	}
}

func (d *decoder) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		d.add(d.at(n), "one word is expected here", "write a single value")
		return ""
	}
	return n.Value
}

func (d *decoder) bool(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
		d.add(d.at(n), "true or false is expected here", "write true or leave the line out")
	}
	return n.Value == "true"
}

// list reads a sequence of scalars, or a single one.
func (d *decoder) list(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{d.text(n)}
	}
	if n.Kind != yaml.SequenceNode {
		d.add(d.at(n), "a list is expected here", "write [one, two]")
		return nil
	}
	out := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		out = append(out, d.text(item))
	}
	return out
}
