package drill

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sosin/locales"
)

// book finds the text behind a message, as somebody could who has all texts in hand.
type book struct {
	texts *locales.Texts
	plain map[string][]string // keys by rendered text
	forms []form
}

// form is a text with variables.
type form struct {
	key  string
	like *regexp.Regexp
}

// gap stands for a variable while a text is rendered.
const gap = "§§§"

func newBook(texts *locales.Texts) (*book, error) {
	b := &book{texts: texts, plain: map[string][]string{}}
	for _, key := range texts.Keys() {
		for _, lang := range locales.Langs {
			for _, channel := range locales.Channels {
				if err := b.add(key, lang, channel); err != nil {
					return nil, err
				}
			}
		}
	}
	return b, nil
}

// counts reach every plural form of the three languages (CLDR: 1 one, 2 few, 5 many).
var counts = []int{1, 2, 5}

func (b *book) add(key, lang, channel string) error {
	vars := b.texts.Vars(key)
	for _, n := range counts {
		args := map[string]any{}
		for _, v := range vars {
			args[v] = gap
			if v == "count" {
				args[v] = n
			}
		}
		text, err := b.texts.Say(lang, key, channel, args)
		if err != nil {
			return fmt.Errorf("render every text: %w", err)
		}
		if len(vars) == 0 {
			if !slices.Contains(b.plain[text], key) {
				b.plain[text] = append(b.plain[text], key)
			}
			return nil
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(text), gap, ".{1,60}")
		b.forms = append(b.forms, form{key, regexp.MustCompile("^" + pattern + "$")})
	}
	return nil
}

// option is an answer as an SMS lists it and a button is labelled.
var option = regexp.MustCompile(`^(\d{1,2}) (\S.*)$`)

// read takes a message apart: its text's keys, and what an SMS offers in its last lines.
func (b *book) read(text string) (keys []string, offers []Offer) {
	for {
		if keys = b.find(text); len(keys) > 0 {
			slices.Reverse(offers)
			return keys, offers
		}
		rest, line := cut(text)
		found := option.FindStringSubmatch(line)
		if found == nil || rest == "" {
			return nil, nil
		}
		offers, text = append(offers, Offer{Digit: found[1], Label: found[2]}), rest
	}
}

// cut parts the last line from a text.
func cut(text string) (rest, line string) {
	i := strings.LastIndexByte(text, '\n')
	if i < 0 {
		return "", text
	}
	return text[:i], text[i+1:]
}

func (b *book) find(text string) []string {
	if keys := b.plain[text]; keys != nil {
		return keys
	}
	for _, f := range b.forms {
		if f.like.MatchString(text) {
			return []string{f.key}
		}
	}
	return nil
}

// labels are the ways a label can be shown: in the person's language, or, before one is known, in all.
func (b *book) labels(lang, channel, key string) []string {
	var all []string
	for _, k := range []string{key, "any." + key} {
		if text, err := b.texts.Say(lang, k, channel, nil); err == nil {
			all = append(all, text)
		}
	}
	return all
}

// button takes a Telegram button's label apart: it begins with the number to type.
func button(label string, message int) Offer {
	found := option.FindStringSubmatch(label)
	if found == nil {
		return Offer{Label: label, Message: message}
	}
	return Offer{Digit: found[1], Label: found[2], Message: message}
}
