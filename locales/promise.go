package locales

import (
	_ "embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// flagsFile says of texts what their words alone do not.
const flagsFile = "flags.toml"

// flags are lists of keys.
type flags struct {
	lists
	// reader: these say that somebody reads or answers now. They may be said only behind a duty guard.
	reader []string
	// later: these speak of a worker, but promise nobody now: how the service works, or what happens another day.
	later []string
}

func readFlags(fsys fs.FS) (flags, Faults, error) {
	l, faults, err := readLists(fsys, flagsFile, "reader", "later")
	return flags{l, l.ids["reader"], l.ids["later"]}, faults, err
}

// PromisesReader says whether the text tells a person that somebody reads or answers now (DESIGN.md section 3, promise
// 6), as flags.toml beside the texts says. Such a text may be said only where a counsellor's heartbeat was seen.
// [Texts.Check] finds the ones that nobody has flagged.
func (t *Texts) PromisesReader(key string) bool { return slices.Contains(t.flags.reader, key) }

// promises returns a fault for each text that sounds like the promise of a reader and is not flagged, and for each flag
// that says nothing.
func (t *Texts) promises() Faults {
	var faults Faults
	sounds := map[string]bool{}
	for e := range t.each() {
		key, _, _ := splitID(e.id)
		for _, f := range e.forms {
			phrase := promise(e.lang, f.blind)
			if phrase == "" {
				continue
			}
			sounds[key] = true
			if !slices.Contains(t.flags.reader, key) && !slices.Contains(t.flags.later, key) {
				faults = append(faults, f.fault(fmt.Sprintf("%q sounds as if somebody reads (%q)", e.id, phrase),
					fmt.Sprintf("reword it; or list %q in %s: under reader if it is said only while somebody is on duty, under later if it promises nobody now", key, flagsFile)))
			}
		}
	}
	return append(faults, t.emptyFlags(sounds)...)
}

// emptyFlags: a flag for a text that is not there protects nobody, and an exception nobody needs any more would be there
// for the next wording.
func (t *Texts) emptyFlags(sounds map[string]bool) Faults {
	var faults Faults
	for _, name := range t.flags.names() {
		for _, key := range t.flags.ids[name] {
			switch {
			case !t.Has(key):
				faults = append(faults, t.flags.fault(name, key, fmt.Sprintf("there is no text %q", key), "remove it, or correct the id"))
			case name == "later" && t.PromisesReader(key):
				faults = append(faults, t.flags.fault(name, key, fmt.Sprintf("%q stands under reader and under later", key), "decide: does it promise somebody now?"))
			case name == "later" && !sounds[key]:
				faults = append(faults, t.flags.fault(name, key, fmt.Sprintf("%q does not sound like a promise in any language", key), "remove it here"))
			}
		}
	}
	return faults
}

//go:embed phrases.toml
var phrasesSource string

// phraseList is what phrases.toml holds for one language.
type phraseList struct {
	Not     []string `toml:"not"`
	Phrases []string `toml:"phrases"`
}

// phraseLists are read once: the file is part of the program.
var phraseLists = sync.OnceValue(func() map[string]phraseList {
	var lists map[string]phraseList
	if _, err := toml.Decode(phrasesSource, &lists); err != nil {
		panic("locales: phrases.toml: " + err.Error())
	}
	return lists
})

// promise returns the words in the text that the first phrase of the list found, or nothing.
func promise(lang, text string) string {
	list := phraseLists()[lang]
	for _, s := range sentences(text) {
		w := words(fold(s))
		for _, phrase := range list.Phrases {
			if found := stands(w, strings.Fields(phrase), list.Not); found != nil {
				return strings.Join(found, " ")
			}
		}
	}
	return ""
}

// fold is the spelling in which phrases are compared.
func fold(text string) string { return strings.ReplaceAll(strings.ToLower(text), "ё", "е") }

// stands returns the words of a sentence that a phrase finds: they follow each other, and while others may stand between
// two of them, none of those is a "not".
func stands(sentence, phrase, not []string) []string {
	for from := range sentence {
		if !oneOf(sentence[from], phrase[0]) {
			continue
		}
		if rest, ok := follows(sentence[from+1:], phrase[1:], not); ok {
			return append([]string{sentence[from]}, rest...)
		}
	}
	return nil
}

func follows(sentence, phrase, not []string) ([]string, bool) {
	if len(phrase) == 0 {
		return nil, true
	}
	for i, word := range sentence {
		switch {
		case oneOf(word, phrase[0]):
			rest, ok := follows(sentence[i+1:], phrase[1:], not)
			return append([]string{word}, rest...), ok
		case slices.Contains(not, word):
			return nil, false
		}
	}
	return nil, false
}

// oneOf says whether a word is one of those that may stand in a place: "reads|answer*".
func oneOf(word, place string) bool {
	for alternative := range strings.SplitSeq(place, "|") {
		if stem, open := strings.CutSuffix(alternative, "*"); word == alternative || open && strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}
