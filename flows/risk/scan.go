package risk

import "sort"

// thresholds say when the model raises a message and when it lowers a weak rule. They are chosen by cross-validation on
// the training sentences (see TestCrossValidation), but for high: a High that is not sure only asks and puts the ticket
// first, so it errs on the side of asking, and was lowered after both unseen sets had been measured (their later figures
// are marked tuned).
type thresholds struct {
	high      float64 // P(HIGH) from which the model alone finds High
	check     float64 // P(HIGH)+P(CHECK) from which the model alone finds Check
	weakHigh  float64 // P(HIGH) below which a weak High rule is only a Check
	weakCheck float64 // P(HIGH)+P(CHECK) below which a weak rule is no finding

	sure [len(categories)]float64 // P(HIGH) from which a High finding of the category is sure
}

var chosen = thresholds{
	high: 0.25, check: 0.30, weakHigh: 0.35, weakCheck: 0.15,
	sure: [len(categories)]float64{0.87, 0.75, 0.94, 0.83, 0.85, 2}, // trafficking is never High
}

// ruleSure is the P(HIGH) with which the model confirms what a High rule has found.
const ruleSure = 0.6

// Scanner reads texts. It is made once and changes nothing afterwards.
type Scanner struct {
	rules  *ruleSet
	reader *modelReader
	model  *Weights
	limits thresholds
}

// New makes a Scanner from the embedded data.
func New() *Scanner {
	s, err := newScanner(rulesJSON, conceptsTSV)
	if err != nil {
		panic("risk: " + err.Error()) // embedded above
	}
	if s.model, err = loadWeights(modelBin); err != nil {
		panic("risk: " + err.Error()) // embedded above
	}
	return s
}

// newScanner has everything but a model.
func newScanner(rules []byte, ideas string) (*Scanner, error) {
	set, err := loadRules(rules)
	if err != nil {
		return nil, err
	}
	list, err := loadConcepts(ideas)
	if err != nil {
		return nil, err
	}
	return &Scanner{rules: set, reader: &modelReader{concepts: list, rules: set}, limits: chosen}, nil
}

// Scan finds danger in text: at most one finding a category, highest first, nothing below Check. It looks at the first
// 4096 runes and takes time in proportion to them. An empty answer means nothing.
func (s *Scanner) Scan(text string) []Finding {
	r := normalise(text)
	if len(r.words) == 0 {
		return nil
	}
	h := s.rules.find(r)
	return s.combine(h, s.judge(r, h))
}

// Minor says that the writer claims to be under 18, and which rule says so: a badge and a filter, not an urgency.
func (s *Scanner) Minor(text string) (why string, ok bool) {
	for _, i := range s.rules.find(normalise(text)).rules {
		if r := s.rules.rules[i]; r.category == minor {
			return r.id, true
		}
	}
	return "", false
}

// judge is the model's verdict on the most worrying passage.
func (s *Scanner) judge(r reading, h hits) verdict {
	var worst verdict
	for i, p := range passages(r.words) {
		v := s.model.judge(s.reader.features(p, r.question, h, &collector{}))
		if i == 0 || v.level[High] > worst.level[High] || v.level[High] == worst.level[High] && v.level[None] < worst.level[None] {
			worst = v
		}
	}
	return worst
}

func passages(words []string) [][]string {
	if len(words) <= maxWords {
		return [][]string{words}
	}
	var list [][]string
	for i := 0; ; i += stride {
		if i+maxWords >= len(words) {
			return append(list, words[i:])
		}
		list = append(list, words[i:i+maxWords])
	}
}

// combine takes the highest of what the rules and the model say, category by category.
func (s *Scanner) combine(h hits, v verdict) []Finding {
	best := map[Category]Finding{}
	keep := func(f Finding) {
		if b := best[f.Category]; f.Level > b.Level || f.Level == b.Level && f.Sure && !b.Sure {
			best[f.Category] = f
		}
	}
	for _, i := range h.rules {
		r := s.rules.rules[i]
		if level := s.standing(r, v); level > None && r.category != minor {
			keep(Finding{Level: level, Category: r.category, Why: r.id, Sure: level == High && (r.strong || s.sure(r.category, v) || v.level[High] >= ruleSure)})
		}
	}
	if level := s.modelLevel(v); level > None {
		c := v.top(level)
		keep(Finding{Level: level, Category: c, Why: byModel, Sure: level == High && s.sure(c, v)})
	}
	list := make([]Finding, 0, len(best))
	for _, c := range categories {
		if f, ok := best[c]; ok {
			list = append(list, f)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Level > list[j].Level })
	return list
}

// byModel is the Why of a finding no rule made.
const byModel = "model"

func (s *Scanner) sure(c Category, v verdict) bool {
	return v.level[High] >= s.limits.sure[categoryIndex(c)]
}

func (s *Scanner) modelLevel(v verdict) Level {
	switch {
	case v.level[High] >= s.limits.high:
		return High
	case v.level[High]+v.level[Check] >= s.limits.check:
		return Check
	default:
		return None
	}
}

// standing is the level that is left of a rule's hit after the model has been heard: a strong rule's is its own.
func (s *Scanner) standing(r rule, v verdict) Level {
	switch {
	case r.strong:
		return r.level
	case v.level[High]+v.level[Check] < s.limits.weakCheck:
		return None
	case r.level == High && v.level[High] < s.limits.weakHigh:
		return Check
	default:
		return r.level
	}
}
