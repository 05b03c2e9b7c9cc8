package inspect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Mermaid writes the picture as a Mermaid flowchart, which many editors and wikis show.
func (p Picture) Mermaid() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "---\ntitle: %s\n---\nflowchart LR\n", p.Title)
	ids := p.ids()
	for _, bx := range p.boxes {
		fmt.Fprintf(&b, "  %s[\"%s\"]:::%s\n", ids[bx.id], quoted(strings.Join(append([]string{bx.id}, bx.lines...), "\n")), bx.kind)
	}
	for _, to := range p.elsewhere() {
		fmt.Fprintf(&b, "  %s([\"%s\"]):::elsewhere\n", ids[to], quoted(to))
	}
	for _, bx := range p.boxes {
		for _, r := range bx.rows {
			if r.to == "" {
				continue
			}
			if r.label == "" {
				fmt.Fprintf(&b, "  %s --> %s\n", ids[bx.id], ids[r.to])
				continue
			}
			fmt.Fprintf(&b, "  %s -->|\"%s\"| %s\n", ids[bx.id], quoted(r.label), ids[r.to])
		}
	}
	for _, k := range kinds {
		fmt.Fprintf(&b, "  classDef %s fill:%s,stroke:%s,color:#111\n", k.kind, k.fill, k.line)
	}
	b.WriteString("  classDef elsewhere fill:#fff,stroke:#888,color:#444,stroke-dasharray:4 3\n")
	return b.Bytes()
}

// elsewhere lists the ends of ways that are no box of this picture, sorted.
func (p Picture) elsewhere() (out []string) {
	for _, bx := range p.boxes {
		for _, r := range bx.rows {
			if r.to != "" && p.find(r.to) < 0 && !slices.Contains(out, r.to) {
				out = append(out, r.to)
			}
		}
	}
	slices.Sort(out)
	return out
}

// find is the place of a box in the picture, or -1.
func (p Picture) find(id string) int {
	return slices.IndexFunc(p.boxes, func(b box) bool { return b.id == id })
}

// ids gives each end of a way a name Mermaid takes: letters, digits and _, no word of its own.
func (p Picture) ids() map[string]string {
	ids, taken := map[string]string{}, map[string]bool{}
	names := p.elsewhere()
	for _, bx := range p.boxes {
		names = append(names, bx.id)
	}
	slices.Sort(names)
	for _, name := range names {
		id := "n_" + strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, name)
		for taken[id] {
			id += "_"
		}
		ids[name], taken[id] = id, true
	}
	return ids
}

// quoted makes words safe between quotes: Mermaid reads entities with # instead of &.
func quoted(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", "<br/>").Replace(s)
}
