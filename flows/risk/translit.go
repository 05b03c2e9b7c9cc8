package risk

import "strings"

// spelling is one way to type a sound: the longest one that fits is taken.
type spelling struct{ from, to string }

// cyrillicSpellings reads Russian typed in Latin letters, with the habits of people who have no Cyrillic keyboard.
var cyrillicSpellings = byFirst([]spelling{
	{"shch", "щ"}, {"sch", "щ"}, {"tsh", "ч"}, {"zh", "ж"}, {"kh", "х"}, {"ch", "ч"}, {"sh", "ш"}, {"ts", "тс"}, {"tz", "ц"},
	{"yo", "е"}, {"jo", "е"}, {"ju", "ю"}, {"yu", "ю"}, {"iu", "ю"}, {"ja", "я"}, {"ya", "я"}, {"ia", "я"}, {"je", "е"}, {"ye", "е"}, {"ji", "жи"},
	{"a", "а"}, {"b", "б"}, {"v", "в"}, {"w", "ш"}, {"g", "г"}, {"d", "д"}, {"e", "е"}, {"z", "з"}, {"i", "и"}, {"j", "й"}, {"y", "ы"},
	{"k", "к"}, {"l", "л"}, {"m", "м"}, {"n", "н"}, {"o", "о"}, {"p", "п"}, {"r", "р"}, {"s", "с"}, {"t", "т"}, {"u", "у"}, {"f", "ф"},
	{"h", "х"}, {"x", "х"}, {"c", "ц"}, {"q", "к"}, {"4", "ч"}, {"6", "ш"}, {"9", "я"}, {"0", "о"}, {"3", "з"}, {"'", "ь"},
})

// skeletonSpellings map every spelling of a sound to one, for all languages alike: the model then reads "убьёт",
// "ubjot" and "ub'yot" almost the same. It loses distinctions on purpose; nothing is shown to anyone from it.
var skeletonSpellings = byFirst([]spelling{
	{"shch", "s"}, {"sch", "s"}, {"tsh", "c"}, {"tch", "c"}, {"zh", "z"}, {"kh", "h"}, {"ch", "c"}, {"sh", "s"}, {"ts", "s"}, {"tz", "s"}, {"ck", "k"}, {"ph", "f"},
	{"je", "e"}, {"ye", "e"}, {"ce", "se"}, {"ci", "si"}, {"cy", "si"}, {"c", "k"},
	{"j", "i"}, {"y", "i"}, {"w", "v"}, {"x", "h"}, {"q", "k"}, {"4", "c"}, {"9", "ia"}, {"0", "o"}, {"6", "o"}, {"3", "z"}, {"2", "a"}, {"'", ""},
	{"ье", "e"}, {"а", "a"}, {"б", "b"}, {"в", "v"}, {"г", "g"}, {"д", "d"}, {"е", "e"}, {"ж", "z"}, {"з", "z"}, {"и", "i"}, {"й", "i"}, {"к", "k"}, {"л", "l"},
	{"м", "m"}, {"н", "n"}, {"о", "o"}, {"п", "p"}, {"р", "r"}, {"с", "s"}, {"т", "t"}, {"тс", "s"}, {"у", "u"}, {"ф", "f"}, {"х", "h"}, {"ц", "s"}, {"ч", "c"},
	{"ш", "s"}, {"щ", "s"}, {"ъ", ""}, {"ы", "i"}, {"ь", ""}, {"э", "e"}, {"ю", "iu"}, {"я", "ia"},
})

// byFirst sorts spellings by their first rune, longest first as given.
func byFirst(list []spelling) map[rune][]spelling {
	m := map[rune][]spelling{}
	for _, s := range list {
		for _, c := range s.from {
			m[c] = append(m[c], s)
			break
		}
	}
	for _, group := range m {
		for i := 1; i < len(group); i++ { // a handful: insertion keeps the given order among equals
			for j := i; j > 0 && len(group[j].from) > len(group[j-1].from); j-- {
				group[j], group[j-1] = group[j-1], group[j]
			}
		}
	}
	return m
}

// respell rewrites w; runes without a spelling stay.
func respell(w string, table map[rune][]spelling) string {
	var out strings.Builder
	out.Grow(len(w) + 4)
	for i := 0; i < len(w); {
		size := 0
		for j, c := range w[i:] {
			if j > 0 {
				break
			}
			size = len(string(c))
			for _, s := range table[c] {
				if strings.HasPrefix(w[i:], s.from) {
					out.WriteString(s.to)
					size = len(s.from)
					c = 0
					break
				}
			}
			if c != 0 {
				out.WriteRune(c)
			}
		}
		i += size
	}
	return out.String()
}

// toCyrillic is the second reading of a word typed in Latin letters; Cyrillic words and numbers stay as they are.
func toCyrillic(w []rune) string {
	if !hasLatin(w) {
		return strings.ReplaceAll(string(w), "'", "")
	}
	return respell(string(w), cyrillicSpellings)
}

// skeleton is how the model sees a word: one spelling per sound, single consonants, ages and other numbers by kind.
func skeleton(w []rune) string {
	letters := false
	for _, c := range w {
		letters = letters || c < '0' || c > '9'
	}
	if !letters {
		return numberKind(w)
	}
	return singleConsonants(respell(string(w), skeletonSpellings))
}

// numberKind tells an age under 18 from other numbers.
func numberKind(w []rune) string {
	n := 0
	for _, c := range w {
		if n = n*10 + int(c-'0'); n > 999 {
			break
		}
	}
	switch {
	case n >= 8 && n < 18:
		return "#teen"
	case n < 8:
		return "#few"
	case n == 112:
		return "112"
	default:
		return "#many"
	}
}

func singleConsonants(w string) string {
	var out strings.Builder
	out.Grow(len(w))
	var last rune
	for _, c := range w {
		if c != last || strings.ContainsRune("aeiou", c) {
			out.WriteRune(c)
		}
		last = c
	}
	return out.String()
}
