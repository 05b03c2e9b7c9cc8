package risk

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The model's weights are a table of buckets by outputs; a feature's name is hashed to its bucket.
const (
	bucketBits = 17
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

const (
	hashStart = uint64(14695981039346656037) // FNV-1a
	hashPrime = uint64(1099511628211)
)

func hashKind(kind byte) uint64 { return (hashStart ^ uint64(kind)) * hashPrime }

func hashString(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * hashPrime
	}
	return h
}

func hashEnd(h uint64) uint64 { return (h ^ 0xff) * hashPrime }

// put adds the feature with hash h; parts only name it.
func (c *collector) put(group int, h uint64, kind byte, parts ...string) {
	bucket := uint32((h ^ h>>29 ^ h>>47) & (buckets - 1))
	c.found[group] = append(c.found[group], bucket)
	if c.names != nil {
		c.names[bucket] = string(kind) + " " + strings.Join(parts, " ")
	}
}

func (c *collector) add(group int, kind byte, parts ...string) {
	h := hashKind(kind)
	for _, p := range parts {
		h = hashEnd(hashString(h, p))
	}
	c.put(group, h, kind, parts...)
}

// features of one passage: letters (2-5 in a row), words and stems (one, two in a row, two with one between), ideas
// (one, every two within reach, two in their order close to each other), and the rules it hits.
func (m *modelReader) features(words []string, question bool, h hits, c *collector) []feature {
	for g := range c.found {
		c.found[g] = make([]uint32, 0, 512)
	}
	m.letters(words, c)
	m.words(words, c)
	m.ideas(words, c)
	m.flags(words, question, h, c)
	total := 0
	for _, list := range c.found {
		total += len(list)
	}
	all := make([]feature, 0, total)
	for g, list := range c.found {
		value := float32(groupWeight[g] / math.Sqrt(float64(max(len(list), 1))))
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
		for start := range padded {
			h := hashKind('c')
			runes := 0
			for i, r := range padded[start:] {
				size := utf8.RuneLen(r)
				h = hashString(h, padded[start+i:start+i+size])
				if runes++; runes > 1 {
					c.put(groupLetters, hashEnd(h), 'c', padded[start:start+i+size])
				}
				if runes == 5 {
					break
				}
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

// near is how many words apart two ideas may stand for their order to count.
const near = 2

func (m *modelReader) ideas(words []string, c *collector) {
	type at struct{ id, word int }
	var seen []at
	for i, w := range words {
		for _, id := range m.concepts.of(w) {
			name, hash := m.concepts.names[id], m.concepts.hashes[id]
			c.put(groupIdeas, hash, 'i', name)
			for j := len(seen) - 1; j >= 0 && i-seen[j].word <= reach; j-- {
				if seen[j].word == i || seen[j].id == id {
					continue
				}
				other, otherName := m.concepts.hashes[seen[j].id], m.concepts.names[seen[j].id]
				c.put(groupIdeas, hashEnd(hash+other), 'p', otherName, name)
				if i-seen[j].word <= near {
					c.put(groupIdeas, hashEnd(hash*5+other*3), 'n', otherName, name)
				}
			}
			seen = append(seen, at{id, i})
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
