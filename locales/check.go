package locales

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// MaxSegments is how many segments an SMS of ours may take with the longest
// values in it: each is paid for, and one that is late tears the text apart.
const MaxSegments = 2

// MaxTelegram is the longest Telegram message (Telegram Bot API, sendMessage:
// 4096 characters), taken as UTF-16 code units, the strictest reading.
const MaxTelegram = 4096

// ByLang is a longest value that differs by language: one value for each of
// [Langs]. A Russian weekday would turn an Estonian SMS into UCS-2.
type ByLang map[string]any

// Check renders every text in every language and channel with the longest value
// of each variable, by name, and returns a fault for each that does not fit: an
// SMS of more than [MaxSegments], a Telegram message of more than [MaxTelegram].
// A plural text is tried in each form, with the largest count up to the one
// given that takes this form. A variable without a longest value is a fault, at
// the first id of each file that uses it. Values nothing uses are ignored.
//
// It also returns a fault for each text that is hard to read ([Read]), that is
// not translated, or that promises a reader without a flag
// ([Texts.PromisesReader]).
func (t *Texts) Check(values map[string]any) []Fault {
	c := checker{texts: t, values: values, unknown: map[string]Fault{}}
	for _, lang := range Langs {
		for _, key := range t.keys {
			for _, channel := range Channels {
				c.check(t.entries[slot{lang, key, channel}], channel)
			}
		}
	}
	faults := append(c.faults, slices.Collect(maps.Values(c.unknown))...)
	return slices.Concat(faults, t.hard(), t.untranslated(), t.promises()).sorted()
}

// Longest returns the arguments with which a text can come out longest, given the
// longest value of each variable as for [Texts.Check]: one set for each plural
// form they can lead to. Nil for a text there is not, or if a value is missing.
func (t *Texts) Longest(lang, key, channel string, values map[string]any) []map[string]any {
	e := t.entries[slot{lang, key, channel}]
	if e == nil {
		return nil
	}
	c := checker{texts: t, values: values, unknown: map[string]Fault{}}
	args, ok := c.longest(e)
	if !ok {
		return nil
	}
	return variants(e, args)
}

type checker struct {
	texts   *Texts
	values  map[string]any
	faults  Faults
	unknown map[string]Fault // by language and variable
}

func (c *checker) check(e *entry, channel string) {
	args, ok := c.longest(e)
	if !ok {
		return
	}
	var worst fit
	for _, data := range variants(e, args) {
		text, err := c.texts.localize(e, data)
		if err != nil {
			c.fault(e, err.Error(), "mend the text")
			return
		}
		worst = worst.or(measure(e.id, text, channel))
	}
	if worst.over > 0 {
		c.fault(e, fmt.Sprintf("%q %s", e.id, worst.what), worst.mend)
	}
}

// longest gathers the longest values an entry needs.
func (c *checker) longest(e *entry) (map[string]any, bool) {
	data, complete := map[string]any{}, true
	for _, name := range e.vars {
		value := c.values[name]
		if byLang, ok := value.(ByLang); ok {
			value = byLang[e.lang]
		}
		usable, ok := e.argument(name, value)
		if !ok || usable == "" {
			complete = false
			c.noLongest(e, name)
			continue
		}
		data[name] = usable
	}
	return data, complete
}

// noLongest keeps the first place in each file that uses the variable.
func (c *checker) noLongest(e *entry, name string) {
	f := e.at
	f.What = fmt.Sprintf("{{.%s}} has no longest value", name)
	f.Mend = "name one: a text or a whole number, for every language"
	old, seen := c.unknown[e.lang+"."+name]
	if !seen || f.Line < old.Line {
		c.unknown[e.lang+"."+name] = f
	}
}

func (c *checker) fault(e *entry, what, mend string) {
	f := e.at
	f.What, f.Mend = what, mend
	c.faults = append(c.faults, f)
}

// variants are the arguments in each plural form they can lead to.
func variants(e *entry, args map[string]any) []map[string]any {
	if !e.plural {
		return []map[string]any{args}
	}
	longest := args[countVar].(int64) // as argument made it
	var all []map[string]any
	for _, n := range widestCounts(e.lang, longest) {
		v := maps.Clone(args)
		v[countVar] = n
		all = append(all, v)
	}
	return all
}

// fit is by how many units a text is too long, and the words for it.
type fit struct {
	over       int
	what, mend string
}

func (f fit) or(g fit) fit {
	if g.over > f.over {
		return g
	}
	return f
}

func measure(id, text, channel string) fit {
	if channel == SMS {
		return measureSMS(id, text)
	}
	n := len(utf16.Encode([]rune(text)))
	return fit{
		over: n - MaxTelegram,
		what: fmt.Sprintf("has %d units with its longest values, a Telegram message holds %d", n, MaxTelegram),
		mend: fmt.Sprintf("shorten it by %d", n-MaxTelegram),
	}
}

func measureSMS(id, text string) fit {
	cost := Segments(text)
	if cost.Segments <= MaxSegments {
		return fit{}
	}
	joined := gsmJoined
	if cost.Encoding == UCS2 {
		joined = ucsJoined
	}
	apart := ""
	if strings.HasSuffix(id, "."+both) {
		apart = ", or write .telegram and .sms apart"
	}
	// At least 1: a character of two units that moved on to a third segment can
	// leave the plain difference at nothing.
	over := max(cost.Units-MaxSegments*joined, 1)
	return fit{
		over: over,
		what: fmt.Sprintf("takes %d SMS segments with its longest values (%s, %d units), at most %d may be sent", cost.Segments, cost.Encoding, cost.Units, MaxSegments),
		mend: fmt.Sprintf("shorten it by %d%s%s", over, apart, foreign(text)),
	}
}

// foreign names the few characters that keep an otherwise plain text out of
// GSM-7; in Russian it is every letter, and naming them helps nobody.
func foreign(text string) string {
	var found []string
	for _, r := range text {
		if unicode.Is(unicode.Cyrillic, r) {
			return ""
		}
		if _, ok := gsm7[r]; !ok && !slices.Contains(found, string(r)) {
			found = append(found, string(r))
		}
	}
	if len(found) == 0 || len(found) > 5 {
		return ""
	}
	return "; without " + strings.Join(found, " ") + " it would be GSM-7"
}
