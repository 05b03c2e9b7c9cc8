package locales

import (
	"iter"
	"regexp"
)

// form is one text as it stands in the file: a plain text, or one plural form.
type form struct {
	text  string
	blind string // the text with a sign nobody types in place of each variable
	at    Fault  // where it stands
}

// fault reports something wrong with this very text.
func (f form) fault(what, mend string) Fault {
	at := f.at
	at.What, at.Mend = what, mend
	return at
}

var variablePattern = regexp.MustCompile(`\{\{.*?\}\}`)

// blinded hides variables from whoever reads the text as words and numbers. What stands in them is checked elsewhere.
func blinded(text string) string { return variablePattern.ReplaceAllLiteralString(text, "\ufffc") }

// formsIn lists a message's texts in the order of the plural forms.
func formsIn(s *source, m *message) []form {
	var out []form
	for _, name := range forms {
		if text, ok := m.texts[name]; ok {
			out = append(out, form{text: text, blind: blinded(text), at: s.fault(m.id, name, "", "")})
		}
	}
	return out
}

// each goes over every text of every language once, by language, key and channel; a text for both channels comes once.
func (t *Texts) each() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, lang := range Langs {
			for _, key := range t.keys {
				var before *entry
				for _, channel := range Channels {
					e := t.entries[slot{lang, key, channel}]
					if e != before && !yield(e) {
						return
					}
					before = e
				}
			}
		}
	}
}
