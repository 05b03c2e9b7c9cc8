package risk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is how much of a text is looked at: the longest message Telegram carries.
const maxRunes = 4096

// reading is a text as the rules and the model see it. Every string of words has one blank between two words and one
// at both ends, so that a literal blank in a pattern is a word boundary.
type reading struct {
	plain    string // folded words, see [normalise]
	cyrillic string // the same read as Russian typed in Latin letters; "" where there are no Latin letters
	words    []string
	question bool // the text holds a question mark
}

// normalise reads at most maxRunes of text: NFKC, lower case, zero-width runes dropped, diacritics folded (й stays),
// digits typed for letters put back (v6tsin, v2lja, p0mogite), words mixing Cyrillic and Latin read as Cyrillic, runs
// of three and more letters shortened to two.
func normalise(text string) reading {
	r := reading{question: strings.ContainsRune(text, '?')}
	var plain, cyrillic strings.Builder
	plain.WriteByte(' ')
	cyrillic.WriteByte(' ')
	latin := false
	for _, w := range tokens(text) {
		w = shorten(oneScript(w))
		latin = latin || hasLatin(w)
		r.words = append(r.words, skeleton(w))
		cyrillic.WriteString(toCyrillic(w))
		cyrillic.WriteByte(' ')
		for _, part := range strings.Split(string(digitsToLetters(w)), "'") {
			if part != "" {
				plain.WriteString(part)
				plain.WriteByte(' ')
			}
		}
	}
	r.plain = plain.String()
	if latin {
		r.cyrillic = cyrillic.String()
	}
	return r
}

// tokens splits folded text into words of letters, digits and inner apostrophes.
func tokens(text string) [][]rune {
	var words [][]rune
	var word []rune
	end := func() {
		if t := trimApostrophes(word); len(t) > 0 {
			words = append(words, t)
		}
		word = nil
	}
	for _, c := range norm.NFKC.String(head(text)) {
		c = foldRune(unicode.ToLower(c))
		switch {
		case c == 0: // zero-width
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			word = append(word, c)
		case c == '\'' && len(word) > 0:
			word = append(word, c)
		default:
			end()
		}
	}
	end()
	return words
}

// head cuts text after maxRunes runes and replaces what is not UTF-8.
func head(text string) string {
	n := 0
	for i := range text {
		if n == maxRunes {
			text = text[:i]
			break
		}
		n++
	}
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, " ")
}

func trimApostrophes(w []rune) []rune {
	for len(w) > 0 && w[len(w)-1] == '\'' && !hasLatin(w[:len(w)-1]) {
		w = w[:len(w)-1]
	}
	return w
}

// folds are the runes with a reading of their own; 0 drops the rune.
var folds = map[rune]rune{
	'õ': 'o', 'ä': 'a', 'ö': 'o', 'ü': 'u', 'š': 's', 'ž': 'z', 'ё': 'е', 'ø': 'o', 'ı': 'i', 'ł': 'l',
	'ї': 'и', 'і': 'и', 'є': 'е', 'ґ': 'г', 'ў': 'у',
	'’': '\'', '‘': '\'', '`': '\'', '´': '\'', 'ʼ': '\'', 'ʹ': '\'',
	'\u200b': 0, '\u200c': 0, '\u200d': 0, '\u2060': 0, '\ufeff': 0, '\u00ad': 0,
}

func foldRune(c rune) rune {
	if c < utf8.RuneSelf || c >= 'а' && c <= 'я' {
		return c
	}
	if f, ok := folds[c]; ok {
		return f
	}
	if unicode.Is(unicode.Mn, c) || unicode.Is(unicode.Cf, c) {
		return 0
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(c)))
	return base
}

func isLatin(c rune) bool    { return c >= 'a' && c <= 'z' }
func isCyrillic(c rune) bool { return c >= 'а' && c <= 'я' }

func hasLatin(w []rune) bool {
	for _, c := range w {
		if isLatin(c) {
			return true
		}
	}
	return false
}

// lookAlikes are Latin letters that look like Cyrillic ones.
var lookAlikes = map[rune]rune{
	'a': 'а', 'e': 'е', 'o': 'о', 'p': 'р', 'c': 'с', 'y': 'у', 'x': 'х', 'k': 'к', 'm': 'м', 't': 'т', 'h': 'н', 'b': 'в', 'i': 'и', 'u': 'и', 'n': 'п', 'r': 'г',
}

// oneScript reads a word that mixes Cyrillic and Latin letters as Cyrillic.
func oneScript(w []rune) []rune {
	cyr, lat := false, false
	for _, c := range w {
		cyr, lat = cyr || isCyrillic(c), lat || isLatin(c)
	}
	if !cyr || !lat {
		return w
	}
	for i, c := range w {
		if l, ok := lookAlikes[c]; ok {
			w[i] = l
		}
	}
	return w
}

// shorten leaves two of three and more equal letters: appppi, нееет.
func shorten(w []rune) []rune {
	out := w[:0]
	for i, c := range w {
		if i >= 2 && unicode.IsLetter(c) && w[i-1] == c && w[i-2] == c {
			continue
		}
		out = append(out, c)
	}
	return out
}

// digitLetters are digits typed for Estonian letters.
var digitLetters = map[rune]rune{'6': 'o', '0': 'o', '2': 'a'}

// digitsToLetters puts letters back: "6" between Latin letters or at a word's end is o, "0" o, "2" before a letter a.
func digitsToLetters(w []rune) []rune {
	if !hasLatin(w) {
		return w
	}
	out := make([]rune, len(w))
	for i, c := range w {
		out[i] = c
		l, ok := digitLetters[c]
		before := i > 0 && isLatin(w[i-1])
		after := i+1 < len(w) && isLatin(w[i+1])
		if ok && (before && after || c == '6' && before && i == len(w)-1 || c == '2' && i == 0 && after) {
			out[i] = l
		}
	}
	return out
}
