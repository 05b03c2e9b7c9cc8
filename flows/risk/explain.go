package risk

import (
	"fmt"
	"sort"
	"strings"
)

// Explanation says how a verdict came about. It holds parts of the text: a tool for developers and for training
// sentences, never to be logged, stored or shown with a person's message.
type Explanation struct {
	Findings []Finding
	Masked   []string // ids of masks that cut something out
	Lowered  []string // ids of weak rules the model lowered
	High     float64  // the model's P(HIGH)
	Check    float64  // the model's P(CHECK)
	Weighed  []string // the features that moved the model most towards or away from danger, strongest first
}

// weighedFeatures is how many features an explanation names.
const weighedFeatures = 8

// Explain scans text and says why the answer is what it is. Developer tool only.
func (s *Scanner) Explain(text string) Explanation {
	r := normalise(text)
	if len(r.words) == 0 {
		return Explanation{}
	}
	h := s.rules.find(r)
	v := s.judge(r, h)
	e := Explanation{Findings: s.combine(h, v), Masked: h.masked, High: v.level[High], Check: v.level[Check]}
	for _, i := range h.rules {
		if rule := s.rules.rules[i]; rule.category != minor && s.standing(rule, v) < rule.level {
			e.Lowered = append(e.Lowered, rule.id)
		}
	}
	e.Weighed = s.weighed(r, h)
	return e
}

// weighed names the features of the first passage by their pull: the danger weights less the weight for None.
func (s *Scanner) weighed(r reading, h hits) []string {
	c := &collector{names: map[uint32]string{}}
	pull := map[uint32]float64{}
	for _, f := range s.reader.features(passages(r.words)[0], r.question, h, c) {
		row := s.model.table[int(f.bucket)*outputs:]
		danger := max(float64(row[High])*float64(s.model.scale[High]), float64(row[Check])*float64(s.model.scale[Check]))
		pull[f.bucket] += float64(f.value) * (danger - float64(row[None])*float64(s.model.scale[None]))
	}
	order := make([]uint32, 0, len(pull))
	for b := range pull {
		order = append(order, b)
	}
	sort.Slice(order, func(i, j int) bool {
		x, y := pull[order[i]]*pull[order[i]], pull[order[j]]*pull[order[j]]
		return x > y || x == y && order[i] < order[j]
	})
	var list []string
	for _, b := range order[:min(len(order), weighedFeatures)] {
		list = append(list, fmt.Sprintf("%+.2f %s", pull[b], strings.TrimSpace(c.names[b])))
	}
	return list
}
