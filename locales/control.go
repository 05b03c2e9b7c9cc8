package locales

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations are written in capitals and are nothing to type: offices, a card, and a way to send.
var abbreviations = []string{"SMS", "SKA", "SAK", "PPA", "KOV", "NTK", "ID", "PIN", "EU", "EL", "ЕС", "OK", "ОК", "HIV", "ВИЧ"}

// ControlWords lists, sorted and as they are written, the words in capitals by which a text in this language and on this
// channel tells the person what to type: INIMENE, ЧЕЛОВЕК, DELETE. Each has to be a control word that is valid where the
// text is said. Known abbreviations are none. Nil for none, and for a text there is not.
func (t *Texts) ControlWords(key, lang, channel string) []string {
	var out []string
	for _, text := range t.blind(key, lang, channel) {
		out = append(out, controlWords(text)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func controlWords(text string) []string {
	var out []string
	for _, w := range words(text) {
		if utf8.RuneCountInString(w) > 1 && strings.IndexFunc(w, notCapital) < 0 && !slices.Contains(abbreviations, w) {
			out = append(out, w)
		}
	}
	return out
}

func notCapital(r rune) bool { return !unicode.IsUpper(r) }
