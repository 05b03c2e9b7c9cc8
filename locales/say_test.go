package locales

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// A person reads the text of their language and channel, with the right plural.
func TestSay(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	type args = map[string]any
	for _, c := range []struct {
		lang, key, channel string
		args               args
		want               string
	}{
		{"et", "hello", Telegram, nil, "Tere!"},
		{"ru", "hello", SMS, nil, "Здравствуйте!"},
		{"en", "hello", SMS, args{"unused": 1}, "Hello!"},
		{"et", "who", Telegram, args{"number": "116 006"}, "Tere.\nNumber on 116 006."},
		{"et", "who", SMS, args{"number": "116 006"}, "Number on 116 006."},
		{"en", "who", SMS, args{"number": 112}, "Number: 112"},
		{"en", "who", SMS, args{"number": "{{.count}} <b>&"}, "Number: {{.count}} <b>&"},
		{"et", "wait", SMS, args{"count": 1}, "Oota 1 minut."},
		{"et", "wait", SMS, args{"count": 21}, "Oota 21 minutit."},
		{"et", "wait", SMS, args{"count": 0}, "Oota 0 minutit."},
		{"en", "wait", SMS, args{"count": 1}, "Wait one minute."},
		{"ru", "wait", SMS, args{"count": 0}, "0 минут"},
		{"ru", "wait", SMS, args{"count": 1}, "1 минута"},
		{"ru", "wait", SMS, args{"count": 3}, "3 минуты"},
		{"ru", "wait", SMS, args{"count": 11}, "11 минут"},
		{"ru", "wait", SMS, args{"count": 21}, "21 минута"},
		{"ru", "wait", SMS, args{"count": uint8(22)}, "22 минуты"},
		{"ru", "wait", SMS, args{"count": float64(5)}, "5 минут"},
		{"ru", "wait", SMS, args{"count": json.Number("104")}, "104 минуты"},
		{"en", "who", SMS, args{"number": float64(37200000001)}, "Number: 37200000001"},
	} {
		got, err := texts.Say(c.lang, c.key, c.channel, c.args)
		if err != nil || got != c.want {
			t.Errorf("Say(%s, %s, %s, %v) = %q, %v; want %q", c.lang, c.key, c.channel, c.args, got, err, c.want)
		}
	}
}

// Nothing half-said reaches a person, and no error carries what was said.
func TestSayRefuses(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	type args = map[string]any
	for name, c := range map[string]struct {
		lang, key, channel string
		args               args
		want               error
	}{
		"unknown key":           {"et", "hi", SMS, nil, ErrNoText},
		"id instead of key":     {"et", "hello.both", SMS, nil, ErrNoText},
		"unknown language":      {"fi", "hello", SMS, nil, ErrNoText},
		"no language":           {"", "hello", SMS, nil, ErrNoText},
		"unknown channel":       {"et", "hello", "mail", nil, ErrNoText},
		"both is no channel":    {"et", "hello", "both", nil, ErrNoText},
		"no arguments":          {"ru", "who", SMS, nil, ErrArgument},
		"other argument":        {"ru", "who", SMS, args{"count": 1}, ErrArgument},
		"nil":                   {"ru", "who", SMS, args{"number": nil}, ErrArgument},
		"nil pointer":           {"ru", "who", SMS, args{"number": (*string)(nil)}, ErrArgument},
		"list":                  {"ru", "who", SMS, args{"number": []string{"canary-name"}}, ErrArgument},
		"speaks English itself": {"ru", "who", SMS, args{"number": time.Monday}, ErrArgument},
		"fraction":              {"ru", "who", SMS, args{"number": 1.5}, ErrArgument},
		"inexact":               {"ru", "who", SMS, args{"number": 1e300}, ErrArgument},
		"truth":                 {"ru", "who", SMS, args{"number": true}, ErrArgument},
		"plural without count":  {"ru", "wait", SMS, args{"number": "canary-name"}, ErrArgument},
		"count in words":        {"ru", "wait", SMS, args{"count": "canary-name"}, ErrArgument},
		"negative count":        {"ru", "wait", SMS, args{"count": -1}, ErrArgument},
		"fraction as count":     {"ru", "wait", SMS, args{"count": "1.5"}, ErrArgument},
		"count beyond int64":    {"ru", "wait", SMS, args{"count": uint64(1) << 63}, ErrArgument},
	} {
		got, err := texts.Say(c.lang, c.key, c.channel, c.args)
		if !errors.Is(err, c.want) || got != "" {
			t.Errorf("%s: Say = %q, %v; want no text and %v", name, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary-name") {
			t.Errorf("%s: the error repeats an argument: %v", name, err)
		}
	}
}

// Should a text vanish from one language in spite of Load, go-i18n must find no
// other language to answer in.
func TestNoLanguageToFallBackTo(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	for _, lang := range Langs {
		for _, missing := range []*entry{
			{lang: lang, id: "gone.both"},
			{lang: lang, id: "hello.both", plural: true}, // has no form "one"
		} {
			data := map[string]any{countVar: int64(1)}
			if text, err := texts.localize(missing, data); err == nil || text != "" {
				t.Errorf("%s %s: got %q, %v; want an error and no text", lang, missing.id, text, err)
			}
		}
		if text, err := texts.localize(&entry{lang: lang, id: "who.sms"}, map[string]any{}); err == nil || text != "" {
			t.Errorf("%s: a missing variable gave %q, %v", lang, text, err)
		}
	}
}

func TestKeysAndVars(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	texts.Keys()[0] = "changed" // a caller's copy: the texts stay as they were
	texts.Vars("who")[0] = "changed"
	if got, want := texts.Keys(), []string{"hello", "wait", "who"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Keys = %q, want %q", got, want)
	}
	if !texts.Has("hello") || texts.Has("hello.both") || texts.Has("changed") {
		t.Error("Has does not follow the keys")
	}
	for key, want := range map[string][]string{"hello": nil, "wait": {"count"}, "who": {"number"}, "unknown": nil} {
		if got := texts.Vars(key); len(got) != len(want) || (len(want) > 0 && got[0] != want[0]) {
			t.Errorf("Vars(%s) = %q, want %q", key, got, want)
		}
	}
}

// Many people are answered at once, in all languages, the first time a template
// is used included (for the race detector).
func TestSayAtOnce(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	var group sync.WaitGroup
	for range 8 {
		for _, lang := range Langs {
			group.Go(func() {
				for n := range 50 {
					if _, err := texts.Say(lang, "wait", SMS, map[string]any{"count": n}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
}

func BenchmarkSay(b *testing.B) {
	texts := mustLoad(b, goodET, goodRU, goodEN)
	for _, c := range []struct {
		name, key string
		args      map[string]any
	}{
		{"plain", "hello", nil},
		{"variable", "who", map[string]any{"number": "116 006"}},
		{"plural", "wait", map[string]any{"count": 5}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := texts.Say("ru", c.key, SMS, c.args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
