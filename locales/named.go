package locales

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Named lists, sorted, the numbers a text in this language and on this channel tells the person to type: "Menu: 9",
// "8 = skip", "write 0", "1 Yes, 2 No". What the program says must work, so each of them has to be valid where the text is
// said.
//
// A single digit that stands alone counts as named, unless it measures or orders something ("5 minutes", "2 short
// questions", "1/5", "9:00", "2. jaanuar", "24/7"): better one too many, which is seen, than one that leads nowhere. A
// number of two digits counts only where it is offered as an answer ("11 = Harju", "write 12", a line of a list); longer
// ones are telephone numbers. Nil for none, and for a text there is not.
func (t *Texts) Named(key, lang, channel string) []string {
	found := map[int]bool{}
	for _, text := range t.blind(key, lang, channel) {
		for _, n := range typed(lang, text) {
			found[n] = true
		}
	}
	var out []string
	for _, n := range slices.Sorted(maps.Keys(found)) {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// blind returns what stands behind a key, every plural form, without its variables.
func (t *Texts) blind(key, lang, channel string) []string {
	e := t.entries[slot{lang, key, channel}]
	if e == nil {
		return nil
	}
	var out []string
	for _, f := range e.forms {
		out = append(out, f.blind)
	}
	return out
}

// numerals are words by which a number that is typed is told from one that is not, in the notation of phrases.toml.
type numerals struct {
	typing string // before a number that is to be typed
	units  string // after a number: what is counted
	never  string // right before a number that is not typed: the time of day, "5 of 8"
}

var numeralsOf = map[string]numerals{
	"et": {
		typing: "kirjuta|vasta|vali|saada|vajuta|trüki|sisesta|number|numbri|numbrit|numbriga",
		units: "minut*|min|tund*|tunni*|t|h|päev*|ööpäev*|nädal*|kuu|kuud|kuus|aasta*|a|sekund*|küsimus*|sõnum*|kiri|kirja|kord|korda|" +
			"laps|last|lapse|inimest|inimese|sammu|euro*|segment*|märki|tähte|numbrit|osa|osas",
		never: "kell|kella",
	},
	"ru": {
		typing: "напишите|ответьте|выберите|отправьте|пришлите|нажмите|наберите|введите|цифру|номер",
		units: "минут*|мин|час|часа|часов|ч|утра|вечера|день|дня|дней|сутки|суток|недел*|месяц*|год|года|лет|секунд*|вопрос*|сообщен*|" +
			"раз|раза|детей|ребенок|ребенка|человек|человека|людей|шаг|шага|шагов|евро|знак*|букв*|цифр*|части|частей|из",
		never: "из",
	},
	"en": {
		typing: "write|type|answer|reply|choose|send|press|text|enter|tap|number",
		units: "minute*|min|hour*|h|day|days|week*|month*|year*|second|seconds|question*|message*|time|times|child|children|people|" +
			"person|step|steps|euro*|segment*|character*|letter*|digit*|part|parts|am|pm|of",
		never: "at|of",
	},
}

// numberPattern finds whole numbers; rangePattern the end of "1-7" behind its beginning; chainPattern what stands before
// the last of "11, 12 or 13".
var (
	numberPattern = regexp.MustCompile(`[0-9]+`)
	rangePattern  = regexp.MustCompile(`^ ?[-–] ?([0-9])([^0-9]|$)`)
	chainPattern  = regexp.MustCompile(`[0-9]+(,| või| ja| или| и| or| and) $`)
)

func typed(lang, text string) []int {
	var out []int
	for _, at := range numberPattern.FindAllStringIndex(text, -1) {
		digits, before, after := text[at[0]:at[1]], text[:at[0]], text[at[1]:]
		if len(digits) > 2 {
			continue
		}
		from, _ := strconv.Atoi(digits) // at most two digits
		to := from
		if m := rangePattern.FindStringSubmatchIndex(after); m != nil && len(digits) == 1 {
			to, _ = strconv.Atoi(after[m[2]:m[3]])
			after = after[m[3]:]
		}
		if part(before, after) || !numeralsOf[lang].offered(len(digits), before, after) {
			continue
		}
		out = append(out, from)
		for n := from + 1; n <= to; n++ {
			out = append(out, n)
		}
	}
	return out
}

// part: the number belongs to something longer: a telephone number, a fraction, a time, a code, an ordinal.
func part(before, after string) bool {
	b, _ := utf8.DecodeLastRuneInString(before)
	a, size := utf8.DecodeRuneInString(after)
	beyond := after[size:]
	next, _ := utf8.DecodeRuneInString(beyond)
	switch {
	case wordRune(b), wordRune(a) && !keycap(a), strings.ContainsRune("+/", b), strings.ContainsRune("/%€°", a):
		return true
	case strings.ContainsRune("-:.", b) && digitsAtEnd(before[:len(before)-1]) > 0, strings.ContainsRune(":.", a) && unicode.IsDigit(next):
		return true
	case b == ' ' && digitsAtEnd(before[:len(before)-1]) > 1, a == ' ' && digitsAtStart(beyond) > 1: // groups of a telephone number
		return true
	}
	return a == '-' && unicode.IsLetter(next) || a == '.' && ordinal(beyond)
}

// keycap: what stands behind the digit in the picture of a key.
func keycap(r rune) bool { return r == '\ufe0f' || r == '\u20e3' }

func digitsAtEnd(s string) int { return len(s) - len(strings.TrimRight(s, "0123456789")) }

func digitsAtStart(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// ordinal: after a dot that ends a sentence, no small letter follows.
func ordinal(rest string) bool { return strings.HasPrefix(rest, " ") && small(rest) }

// small: the next letter is a small one. What is counted goes on in small letters, a label begins with a capital.
func small(after string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, " "))
	return unicode.IsLower(r)
}

// offered says whether a number is there to be typed, by the words around it.
func (n numerals) offered(digits int, before, after string) bool {
	for chainPattern.MatchString(before) {
		before = chainPattern.ReplaceAllString(before, "")
	}
	last, next := lastWord(before), nextWords(after)
	typing := oneOf(last, n.typing)
	switch {
	case small(after) && len(next) > 0 && oneOf(next[0], n.units):
		return false
	case strings.HasSuffix(before, "\n"): // an item of a list
		return digits == 1 || listed(before, after)
	case small(after) && len(next) > 1 && oneOf(next[1], n.units) && !typing: // 5 short questions
		return false
	case oneOf(last, n.never) && strings.HasSuffix(before, " "):
		return false
	}
	return digits == 1 || typing || listed(before, after)
}

// listItem is how a line begins that lists answers.
var listItem = regexp.MustCompile(`^[0-9]{1,2} \p{Lu}`)

// listed: "11 = Harju", or "11 Harju 12 Hiiu" on lines of their own.
func listed(before, after string) bool {
	if strings.HasPrefix(strings.TrimLeft(after, " "), "=") {
		return true
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(after, " "))
	return strings.HasPrefix(after, " ") && unicode.IsUpper(r) && (line == "" || listItem.MatchString(line))
}

// lastWord is the word right before; a colon may stand between.
func lastWord(before string) string {
	s := strings.TrimRight(before, ": ")
	return fold(strings.TrimPrefix(s, strings.TrimRightFunc(s, wordRune)))
}

// nextWords are up to two words that follow with nothing but a blank before each.
func nextWords(after string) []string {
	var out []string
	for range 2 {
		rest, blank := strings.CutPrefix(after, " ")
		after = strings.TrimLeftFunc(rest, wordRune)
		if word := strings.TrimSuffix(rest, after); blank && word != "" {
			out = append(out, fold(word))
			continue
		}
		break
	}
	return out
}
