package locales

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bound is how hard a text may be in one language.
type bound struct {
	words int // in the longest sentence
	lix   float64
}

// bounds come from our own texts, measured in November 2026 after a second reader had made them as plain as he could: the
// next whole numbers that all but three texts met, and those were to be reworded. They differ as the languages do:
// Estonian glues words together and so has few and long ones, Russian has long ones, English many short ones. Of the texts
// with lixFrom words or more the median LIX was 33 in Estonian (highest 63, next 57), 40 in Russian (59) and 14 in English
// (32); the longest sentences had 24, 18 and 22 words (next 19, 18, 20). Do not raise a bound for a text: reword the text.
var bounds = map[string]bound{
	"et": {words: 19, lix: 58},
	"ru": {words: 18, lix: 60},
	"en": {words: 20, lix: 34},
}

// lixFrom is from how many words on the LIX is looked at: in fewer, a single long word moves it by more than ten.
const lixFrom = 8

// longWord is how many letters a long word has more than.
const longWord = 6

// Reading is how a text reads. Numbers and web addresses are no words: nobody reads them as such. A name, or a word to
// type, is not a long one: a capital inside a sentence tells. A sentence ends at
// . ! ? or :, or with the line, and has a word in it.
type Reading struct {
	Words, Sentences int
	Longest          int     // words in the longest sentence
	LIX              float64 // Björnsson 1968: words a sentence + percentage of words with more than six letters
}

// Read measures a text.
func Read(text string) Reading {
	var r Reading
	long := 0
	for _, s := range sentences(text) {
		w := slices.DeleteFunc(words(s), address)
		if len(w) == 0 {
			continue
		}
		r.Sentences++
		r.Words += len(w)
		r.Longest = max(r.Longest, len(w))
		for i, word := range w {
			if letters(word) > longWord && (i == 0 || !capital(word)) {
				long++
			}
		}
	}
	if r.Words > 0 {
		r.LIX = float64(r.Words)/float64(r.Sentences) + 100*float64(long)/float64(r.Words)
	}
	return r
}

// sentences cuts at the end of lines and after a sign that ends a sentence, if nothing follows it at once: the dot in a
// web address ends nothing.
func sentences(text string) []string {
	var out []string
	from := 0
	runes := []rune(text)
	for i, r := range runes {
		last := i+1 == len(runes) || unicode.IsSpace(runes[i+1])
		if r == '\n' || strings.ContainsRune(".!?:", r) && last {
			out = append(out, string(runes[from:i+1]))
			from = i + 1
		}
	}
	return append(out, string(runes[from:]))
}

// words lists what begins with a letter. A hyphen, a dot or an apostrophe between two letters belongs to the word.
func words(text string) []string {
	var out []string
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return !wordRune(r) && !joint(r) }) {
		field = strings.TrimFunc(field, joint)
		if field != "" && unicode.IsLetter([]rune(field)[0]) {
			out = append(out, field)
		}
	}
	return out
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

func joint(r rune) bool { return strings.ContainsRune("-.'’", r) }

func capital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// address finds palunabi.ee.
func address(word string) bool { return strings.Contains(word, ".") }

func letters(word string) int {
	n := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// forStaff is how the ids begin of lines that are never sent: what happened, for the transcript.
const forStaff = "event."

// spared: LIX is for what a person has to read in their own language.
func (t *Texts) spared(e *entry) bool {
	return strings.HasPrefix(e.id, forStaff) || t.sameEverywhere(e)
}

// hard returns a fault for each text that is harder than its language's bounds.
func (t *Texts) hard() Faults {
	var faults Faults
	for e := range t.each() {
		b := bounds[e.lang]
		for _, f := range e.forms {
			r := Read(f.blind)
			if r.Longest > b.words {
				faults = append(faults, f.fault(fmt.Sprintf("%q has a sentence of %d words, at most %d are read easily", e.id, r.Longest, b.words),
					"make two sentences of it"))
			}
			if r.Words >= lixFrom && r.LIX > b.lix && !t.spared(e) {
				faults = append(faults, f.fault(fmt.Sprintf("%q has LIX %.0f, at most %.0f is read easily", e.id, r.LIX, b.lix),
					"use shorter words or shorter sentences"))
			}
		}
	}
	return faults
}
