package risk

import (
	_ "embed" // concepts.tsv
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed data/concepts.tsv
var conceptsTSV string

// concepts maps words of all languages to ideas (DIE, DOOR, CHILD, FILM), so that what the model learns from an English
// sentence also helps with an Estonian one. Words are kept as skeletons.
type concepts struct {
	names  []string
	hashes []uint64 // of the names
	whole  map[string][]int
	stems  map[string][]int
	maxLen int // runes of the longest stem
}

func loadConcepts(tsv string) (*concepts, error) {
	c := &concepts{whole: map[string][]int{}, stems: map[string][]int{}}
	for n, line := range strings.Split(strings.TrimSpace(tsv), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 2 {
			return nil, fmt.Errorf("risk concepts: line %d holds no words", n+1)
		}
		id := len(c.names)
		c.names = append(c.names, words[0])
		c.hashes = append(c.hashes, hashEnd(hashString(hashKind('i'), words[0])))
		for _, w := range words[1:] {
			c.add(id, w)
		}
	}
	return c, nil
}

func (c *concepts) add(id int, word string) {
	stem, isStem := strings.CutSuffix(word, "*")
	table := c.whole
	if isStem {
		table = c.stems
	}
	for _, t := range tokens(stem) {
		s := skeleton(t)
		if len(table[s]) == 0 || table[s][len(table[s])-1] != id {
			table[s] = append(table[s], id)
		}
		c.maxLen = max(c.maxLen, utf8.RuneCountInString(s))
	}
}

// of lists the ideas of one skeleton word: those of the whole word and those of its longest stem of two runes and more.
func (c *concepts) of(word string) []int {
	whole := c.whole[word]
	runes := 0
	var stems []int
	for i := range word {
		if runes >= 2 && runes <= c.maxLen {
			if ids := c.stems[word[:i]]; ids != nil {
				stems = ids
			}
		}
		runes++
	}
	if ids := c.stems[word]; ids != nil {
		stems = ids
	}
	if whole == nil {
		return stems
	}
	found := slices.Clone(whole)
	for _, id := range stems {
		if !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}
