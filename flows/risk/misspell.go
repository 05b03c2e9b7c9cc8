package risk

import (
	"math/rand/v2"
	"strings"
)

// latinHabits are the ways people type a Russian letter without a Cyrillic keyboard.
var latinHabits = map[rune][]string{
	'а': {"a"}, 'б': {"b"}, 'в': {"v", "v", "w"}, 'г': {"g"}, 'д': {"d"}, 'е': {"e", "e", "je"}, 'ё': {"e", "yo", "jo"}, 'ж': {"zh", "j", "z"},
	'з': {"z"}, 'и': {"i"}, 'й': {"j", "y", "i", ""}, 'к': {"k"}, 'л': {"l"}, 'м': {"m"}, 'н': {"n"}, 'о': {"o"}, 'п': {"p"}, 'р': {"r"},
	'с': {"s"}, 'т': {"t"}, 'у': {"u"}, 'ф': {"f"}, 'х': {"h", "x", "kh"}, 'ц': {"c", "ts"}, 'ч': {"ch", "4", "c"}, 'ш': {"sh", "6", "w"},
	'щ': {"sch", "w", "sh", "shch"}, 'ъ': {""}, 'ы': {"y", "i"}, 'ь': {"", "", "'"}, 'э': {"e"}, 'ю': {"ju", "yu", "u"}, 'я': {"ja", "ya", "a", "9"},
}

// hasty are slips that sound the same.
var hasty = map[rune][]string{
	'õ': {"o", "6", "o"}, 'ä': {"a", "2", "a"}, 'ö': {"o"}, 'ü': {"u", "y"}, 'š': {"s", "sh"}, 'ž': {"z"},
	'о': {"а"}, 'а': {"о"}, 'и': {"е"}, 'е': {"и"}, 'ё': {"е"}, 'ь': {""},
	'b': {"p"}, 'd': {"t"}, 'g': {"k"}, 'k': {"c"}, 'c': {"k"},
}

// misspell gives a copy of a sentence as somebody in a hurry would type it. Russian may come out in Latin letters.
func misspell(line Sentence, random *rand.Rand) string {
	text := strings.ToLower(line.Text)
	if line.Lang == russian && random.IntN(2) == 0 {
		text = latinise(text, random)
	}
	noDiacritics := random.IntN(2) == 0
	var out strings.Builder
	letters := []rune(text)
	for i := 0; i < len(letters); i++ {
		c := letters[i]
		switch slip := random.IntN(100); {
		case strings.ContainsRune("õäöüšž", c) && noDiacritics:
			out.WriteString(pick(hasty[c], random))
		case slip < 1 && c != ' ': // left out
		case slip < 2 && c != ' ' && i+1 < len(letters) && letters[i+1] != ' ': // swapped
			out.WriteRune(letters[i+1])
			out.WriteRune(c)
			i++
		case slip < 5 && len(hasty[c]) > 0:
			out.WriteString(pick(hasty[c], random))
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// latinise types Cyrillic in Latin letters with the habits of one person.
func latinise(text string, random *rand.Rand) string {
	habit := map[rune]string{}
	var out strings.Builder
	for _, c := range text {
		ways, ok := latinHabits[c]
		if !ok {
			out.WriteRune(c)
			continue
		}
		if _, ok := habit[c]; !ok {
			habit[c] = pick(ways, random)
		}
		out.WriteString(habit[c])
	}
	return out.String()
}

func pick(list []string, random *rand.Rand) string { return list[random.IntN(len(list))] }
