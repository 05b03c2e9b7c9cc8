package risk

import (
	"math"
	"strconv"
)

// The model's weights are a table of buckets by outputs; a feature's name is hashed to its bucket.
const (
	bucketBits = 16
	buckets    = 1 << bucketBits
)

// maxWords is how many words of a text are one passage for the model: a long message is read in overlapping passages,
// so that one sentence about danger is not drowned by a page of others.
const (
	maxWords = 32
	stride   = 20
)

// feature is one bucket and how much it counts.
type feature struct {
	bucket uint32
	value  float32
}

// groups of features, each scaled to the same length, so that many letters do not outweigh few ideas.
const (
	groupLetters = iota
	groupWords
	groupIdeas
	groupFlags
	groupCount
)

// groupWeight was chosen by cross-validation: ideas help most on wording never seen, letters least.
var groupWeight = [groupCount]float64{0.7, 1.2, 2.5, 2}

// collector gathers the features of one passage.
type collector struct {
	found [groupCount][]uint32
	names map[uint32]string // only for Explain: bucket to what it stood for
}

func (c *collector) add(group int, kind byte, parts ...string) {
	h := uint64(14695981039346656037) // FNV-1a
	h = (h ^ uint64(kind)) * 1099511628211
	for _, p := range parts {
		for i := 0; i < len(p); i++ {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	bucket := uint32((h ^ h>>29 ^ h>>47) & (buckets - 1))
	c.found[group] = append(c.found[group], bucket)
	if c.names != nil {
		name := string(kind)
		for _, p := range parts {
			name += " " + p
		}
		c.names[bucket] = name
	}
}

// features of one passage: letters (2-5 in a row), words and stems (one, two in a row, two with one between), ideas
// (one and every two within reach), and the rules it hits.
func (m *modelReader) features(words []string, question bool, h hits, c *collector) []feature {
	m.letters(words, c)
	m.words(words, c)
	m.ideas(words, c)
	m.flags(words, question, h, c)
	var all []feature
	for g, list := range c.found {
		if len(list) == 0 {
			continue
		}
		value := float32(groupWeight[g] / math.Sqrt(float64(len(list))))
		if g == groupFlags {
			value = float32(groupWeight[g] / 2)
		}
		for _, b := range list {
			all = append(all, feature{b, value})
		}
	}
	return all
}

func (m *modelReader) letters(words []string, c *collector) {
	for _, w := range words {
		padded := " " + w + " "
		starts := make([]int, 0, len(padded)+1)
		for i := range padded {
			starts = append(starts, i)
		}
		starts = append(starts, len(padded))
		for i := range starts {
			for n := 2; n <= 5 && i+n < len(starts); n++ {
				c.add(groupLetters, 'c', padded[starts[i]:starts[i+n]])
			}
		}
	}
}

// stem is the beginning of a word: Estonian and Russian change its end.
func stem(w string) string {
	runes := 0
	for i := range w {
		if runes == 5 {
			return w[:i]
		}
		runes++
	}
	return w
}

func (m *modelReader) words(words []string, c *collector) {
	for i, w := range words {
		s := stem(w)
		c.add(groupWords, 'w', w)
		if s != w {
			c.add(groupWords, 's', s)
		}
		if i > 0 {
			c.add(groupWords, 'b', stem(words[i-1]), s)
		}
		if i > 1 {
			c.add(groupWords, 'k', stem(words[i-2]), s)
		}
	}
}

// reach is how many words apart two ideas may stand to be one.
const reach = 7

func (m *modelReader) ideas(words []string, c *collector) {
	type at struct {
		name string
		word int
	}
	var seen []at
	for i, w := range words {
		for _, id := range m.concepts.of(w) {
			name := m.concepts.names[id]
			c.add(groupIdeas, 'i', name)
			for j := len(seen) - 1; j >= 0 && i-seen[j].word <= reach; j-- {
				a, b := seen[j].name, name
				if seen[j].word == i || a == b {
					continue
				}
				if a > b {
					a, b = b, a
				}
				c.add(groupIdeas, 'p', a, b)
			}
			seen = append(seen, at{name, i})
		}
	}
}

func (m *modelReader) flags(words []string, question bool, h hits, c *collector) {
	c.add(groupFlags, 'f', "always")
	if question {
		c.add(groupFlags, 'f', "question")
	}
	c.add(groupFlags, 'f', "length", strconv.Itoa(min(len(words)/3, 6)))
	seen := map[string]bool{}
	for _, i := range h.rules {
		r := m.rules.rules[i]
		key := string(r.category) + " " + r.level.String()
		if r.strong {
			key += " strong"
		}
		if !seen[key] {
			seen[key] = true
			c.add(groupFlags, 'r', key)
		}
	}
}
