package service

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded takes away the marks people leave out when they type in a hurry.
var folded = strings.NewReplacer(
	"õ", "o", "ä", "a", "ö", "o", "ü", "u", "š", "s", "ž", "z", "ё", "е",
	"Õ", "O", "Ä", "A", "Ö", "O", "Ü", "U", "Š", "S", "Ž", "Z", "Ё", "Е")

// fold normalises writing and keeps the case: capitals tell a name from a word.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf), strings.ContainsRune("'’ʼ`", r): // zero-width and direction marks; Khar'yumaa
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Pd):
			return '-'
		}
		return r
	}, s)
	return folded.Replace(norm.NFKC.String(s))
}

// plain is folded text in small letters, its words separated by one blank. "6" between Latin letters is õ, as in V6ru.
func plain(s string) string {
	runes := []rune(strings.ToLower(fold(s)))
	for i, r := range runes {
		switch {
		case r == '6' && i > 0 && i+1 < len(runes) && latin(runes[i-1]) && latin(runes[i+1]):
			runes[i] = 'o'
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			runes[i] = ' '
		}
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}

func latin(r rune) bool { return r >= 'a' && r <= 'z' }

// toLatin writes Cyrillic as Latin letters, so that a name is found in either script. It is for comparing only.
var toLatin = strings.NewReplacer(
	"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ж", "z", "з", "z", "и", "i", "й", "j", "к", "k", "л", "l",
	"м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "h", "ц", "ts", "ч", "ts",
	"ш", "s", "щ", "s", "ъ", "", "ы", "o", "ь", "", "э", "a", "ю", "ju", "я", "a")

// spelled is a text's words in Latin letters.
func spelled(s string) []string { return strings.Fields(toLatin.Replace(plain(s))) }
