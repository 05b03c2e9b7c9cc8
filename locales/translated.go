package locales

import (
	"fmt"
	"unicode"
)

// untranslatedFrom is from how many words on a text cannot be the same in two languages by chance, as a name can.
const untranslatedFrom = 4

// untranslated returns a fault for each text that stands in a second language as it does in the first: somebody meant to
// translate it later. A text in both scripts is meant to be the same: it is said before a language is known.
func (t *Texts) untranslated() Faults {
	var faults Faults
	for e := range t.each() {
		for _, f := range e.forms {
			if Read(f.blind).Words < untranslatedFrom || bothScripts(f.blind) {
				continue
			}
			if other := t.sameBefore(e, f); other != "" {
				faults = append(faults, f.fault(fmt.Sprintf("%q is the same as in %s.toml", e.id, other), "translate one of them"))
			}
		}
	}
	return faults
}

// sameBefore names the first language before this text's own that says the same.
func (t *Texts) sameBefore(e *entry, f form) string {
	for _, lang := range Langs {
		if lang == e.lang {
			return ""
		}
		if t.says(lang, e.id, f.text) {
			return lang
		}
	}
	return ""
}

// sameEverywhere: a text in all languages at once.
func (t *Texts) sameEverywhere(e *entry) bool {
	for _, lang := range Langs {
		if !t.says(lang, e.id, e.forms[0].text) {
			return false
		}
	}
	return bothScripts(e.forms[0].text)
}

// says: whether this very text stands under an id in a language.
func (t *Texts) says(lang, id, text string) bool {
	key, ending, _ := splitID(id)
	if ending == both {
		ending = SMS
	}
	e := t.entries[slot{lang, key, ending}]
	if e == nil {
		return false
	}
	for _, f := range e.forms {
		if f.text == text {
			return true
		}
	}
	return false
}

func bothScripts(text string) bool {
	latin, cyrillic := false, false
	for _, r := range text {
		latin = latin || unicode.Is(unicode.Latin, r)
		cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
	}
	return latin && cyrillic
}
