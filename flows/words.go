package flows

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tidy makes a provider's text safe to keep and compare: valid UTF-8, NFC, no control characters but the line feed,
// trimmed. It never makes a text longer than it was, in runes.
func Tidy(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

// Word folds a whole message to what control words and choices are compared with: lower case, punctuation around it
// trimmed, one blank between words. A longer message folds to itself, lower-cased, and so matches nothing.
func Word(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Cf, r) ||
			r == '\ufe0f' || r == '\u20e3' // the emoji keycap around a digit
	})
	if len(s) > 64 {
		return s
	}
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}
