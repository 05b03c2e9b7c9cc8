package inspect

import "strings"

// unknownNeverEnds: no answer ever ends the contact by misunderstanding it (DESIGN.md section 2): an end is reached by an
// answer or a control word, never by words that were scanned, not understood, or asked for.
func unknownNeverEnds(p *prover) {
	for _, pa := range p.paths {
		kind, _, _ := strings.Cut(pa.way.Trigger, ":")
		switch kind {
		case "text", "unknown", "again", "hit", "code", "many":
			if pa.ended {
				last := pa.through[len(pa.through)-1]
				p.add(pa.way.Pos, "words typed here may end the contact: this leads to "+last+", which is an end", "lead to a state that goes on; only an answer or a control word may end")
			}
		}
	}
}
