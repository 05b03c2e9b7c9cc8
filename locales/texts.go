package locales

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// Langs are the languages spoken, as ISO 639-1 codes and names of text files.
var Langs = []string{"et", "ru", "en"}

// The channels a text can be for, and the endings of ids that are for one.
const (
	Telegram = "telegram"
	SMS      = "sms"
)

// both is the ending of an id that serves every channel.
const both = "both"

// Channels are the channels [Texts.Say] knows.
var Channels = []string{Telegram, SMS}

// ErrNoText is returned for a key, language or channel there is no text for.
var ErrNoText = errors.New("no such text")

// Texts are all texts in all languages. They never change after [Load], so they
// may be used from any number of goroutines.
type Texts struct {
	localizers map[string]*i18n.Localizer
	entries    map[slot]*entry
	vars       map[string][]string // by key; every language and channel agrees
	keys       []string
	flags      flags
	unsigned   []signer
}

// slot is what a text is looked up by.
type slot struct{ lang, key, channel string }

// entry is one text in one language.
type entry struct {
	lang, id string
	plural   bool
	vars     []string
	plain    string // rendered at load if nothing in it varies
	at       Fault  // the place, for later faults
	forms    []form // the texts behind it; a plain text is one
}

// Say renders the text of a key for a language and channel. The arguments must
// hold every variable that [Texts.Vars] lists; more are ignored. A value is a
// text or a whole number (also as float64 or json.Number, which is what numbers
// become on their way through JSON); types that print themselves are refused,
// because they speak one language. A plural text is chosen by the argument
// "count", a whole number from 0.
//
// Returns [ErrNoText] or [ErrArgument]; errors name keys and variables, never
// values. The text is plain: it is not escaped for any markup.
func (t *Texts) Say(lang, key, channel string, args map[string]any) (string, error) {
	e := t.entries[slot{lang, key, channel}]
	if e == nil {
		return "", fmt.Errorf("text %q in %q on %q: %w", key, lang, channel, ErrNoText)
	}
	if len(e.vars) == 0 {
		return e.plain, nil
	}
	data, err := arguments(e, args)
	if err != nil {
		return "", fmt.Errorf("text %q in %q on %q: %w", key, lang, channel, err)
	}
	return t.localize(e, data)
}

// strict refuses to print "<no value>". The parser is one for all: go-i18n
// keeps what the first one made of a text.
var strict = &template.TextParser{Option: "missingkey=error"}

// localize drops the text go-i18n returns along with an error: it would be the
// plural form "other".
func (t *Texts) localize(e *entry, data map[string]any) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: e.id, TemplateData: data, TemplateParser: strict}
	if e.plural {
		config.PluralCount = data[countVar]
	}
	text, err := t.localizers[e.lang].Localize(config)
	if err != nil {
		return "", fmt.Errorf("rendering text %q in %q: %w", e.id, e.lang, err)
	}
	return text, nil
}

// Has says whether the key has a text; if so, it has one in every language and
// on every channel.
func (t *Texts) Has(key string) bool {
	_, ok := t.vars[key]
	return ok
}

// Keys lists every key, without the ending for the channel, sorted.
func (t *Texts) Keys() []string { return slices.Clone(t.keys) }

// Vars lists the variables that Say needs for the key, sorted: nil for none and
// for an unknown key. A plural text needs "count" even where it does not show it.
func (t *Texts) Vars(key string) []string { return slices.Clone(t.vars[key]) }

// splitID parts an id into key and ending.
func splitID(id string) (key, ending string, ok bool) {
	i := strings.LastIndexByte(id, '.')
	if i < 1 {
		return "", "", false
	}
	key, ending = id[:i], id[i+1:]
	return key, ending, ending == both || slices.Contains(Channels, ending)
}
