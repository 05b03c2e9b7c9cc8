package locales

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever reads in fear reads badly: the measure must not be fooled by numbers, addresses and lists.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want Reading
	}{
		{"", Reading{}},
		{"112. 116 006!", Reading{}},
		{"I am. You are.", Reading{Words: 4, Sentences: 2, Longest: 2, LIX: 2}},
		{"Call somebody now", Reading{Words: 3, Sentences: 1, Longest: 3, LIX: 3 + 100./3}},
		{"Six letter words are not long here", Reading{Words: 7, Sentences: 1, Longest: 7, LIX: 7}},
		{"In danger: call 112 (free).\nWrite here", Reading{Words: 6, Sentences: 3, Longest: 2, LIX: 2}},
		{"Vestlus: palunabi.ee, 24h", Reading{Words: 1, Sentences: 1, Longest: 1, LIX: 101}},
		{"Кто-то рядом? Да!", Reading{Words: 3, Sentences: 2, Longest: 2, LIX: 1.5}},
		{"It's your friend's", Reading{Words: 3, Sentences: 1, Longest: 3, LIX: 3 + 100./3}},
		{"Write PERSON or Kohtla-Järve. Somebody answers", Reading{Words: 6, Sentences: 2, Longest: 4, LIX: 3 + 200./6}},
		{"эст/рус/англ", Reading{Words: 3, Sentences: 1, Longest: 3, LIX: 3}},
		{"Võrumaa õigusabi ei", Reading{Words: 3, Sentences: 1, Longest: 3, LIX: 3 + 200./3}},
		{"- 'a' -", Reading{Words: 1, Sentences: 1, Longest: 1, LIX: 1}},
	} {
		got := Read(c.text)
		if math.Abs(got.LIX-c.want.LIX) > 1e-9 {
			t.Errorf("Read(%q).LIX = %v, want %v", c.text, got.LIX, c.want.LIX)
		}
		got.LIX = c.want.LIX
		if got != c.want {
			t.Errorf("Read(%q) = %+v, want %+v", c.text, got, c.want)
		}
	}
}

// One word more than the bound, one long word more than the bound: each is told with its place, in its language only.
func TestCheckReadability(t *testing.T) {
	const et, ru, en = "aa", "яя", "oo" // a short word of each language
	sentence := func(short string, n int) string { return strings.TrimSpace(strings.Repeat(short+" ", n)) }
	// Ten words in two sentences: LIX is 5 + 10 for each long word.
	long := func(short string, n int) string {
		w := strings.Fields(strings.Repeat("longish ", n) + strings.Repeat(short+" ", 10-n))
		return strings.Join(w[:5], " ") + ". " + strings.Join(w[5:], " ")
	}
	row := func(text string) string { return fmt.Sprintf("\"a.both\" = \"A\"\n\"b.both\" = %q", text) }
	plural := func(text string) string {
		return fmt.Sprintf("\"a.both\" = \"A\"\n[\"b.both\"]\none = \"{{.count}} a\"\nother = \"{{.count}} %s\"", text)
	}
	pluralRU := "\"a.both\" = \"A\"\n[\"b.both\"]\none = \"{{.count}} a\"\nfew = \"{{.count}} a\"\nmany = \"{{.count}} a\"\nother = \"{{.count}} a\""
	for name, c := range map[string]struct {
		et, ru, en string
		want       []string
	}{
		"longest allowed": {row(sentence(et, 19)), row(sentence(ru, 18)), row(sentence(en, 20)), []string{}},
		"one word more": {row(sentence(et, 20)), row(sentence(ru, 19)), row("Go. " + sentence(en, 21) + ". Go."), []string{
			`en.toml:2:1: "b.both" has a sentence of 21 words, at most 20 are read easily; make two sentences of it`,
			`et.toml:2:1: "b.both" has a sentence of 20 words, at most 19 are read easily; make two sentences of it`,
			`ru.toml:2:1: "b.both" has a sentence of 19 words, at most 18 are read easily; make two sentences of it`,
		}},
		"longest words allowed": {row(long(et, 5)), row(long(ru, 5)), row(long(en, 2)), []string{}},
		"one long word more": {row(long(et, 6)), row(long(ru, 6)), row(long(en, 3)), []string{
			`en.toml:2:1: "b.both" has LIX 35, at most 34 is read easily; use shorter words or shorter sentences`,
			`et.toml:2:1: "b.both" has LIX 65, at most 58 is read easily; use shorter words or shorter sentences`,
			`ru.toml:2:1: "b.both" has LIX 65, at most 60 is read easily; use shorter words or shorter sentences`,
		}},
		"too few words for LIX":    {row("Statistikasse jäävad ainult koguarvud inimeste kohta kokkuvõttes"), row("a"), row("a"), []string{}},
		"in all languages at once": {row("Statistikasse Статистика Statistics " + long(en, 5)), row("Statistikasse Статистика Statistics " + long(en, 5)), row("Statistikasse Статистика Statistics " + long(en, 5)), []string{}},
		"a plural form": {plural(sentence(et, 20)), pluralRU, plural(sentence(en, 20)), []string{
			`et.toml:4:1: "b.both" has a sentence of 20 words, at most 19 are read easily; make two sentences of it`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkLines(mustLoad(t, c.et, c.ru, c.en), map[string]any{"count": 9})); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// A text of its own for each channel is told at its own line.
func TestCheckReadabilityByChannel(t *testing.T) {
	hard := strings.TrimSpace(strings.Repeat("aa ", 21))
	en := "\"a.sms\" = \"A\"\n\"a.telegram\" = \"" + hard + "\""
	other := "\"a.sms\" = \"A\"\n\"a.telegram\" = \"A\""
	want := []string{`en.toml:2:1: "a.telegram" has a sentence of 21 words, at most 20 are read easily; make two sentences of it`}
	if diff := cmp.Diff(want, checkLines(mustLoad(t, other, other, en), nil)); diff != "" {
		t.Error(diff)
	}
}

// Lines for staff are read at a desk: only their sentences are bounded.
func TestCheckReadabilityOfLinesForStaff(t *testing.T) {
	const hard = "Possible sign, to be checked: self-harm or suicide. "
	texts := mustLoad(t, `"event.a.both" = "A"`, `"event.a.both" = "A"`, `"event.a.both" = "`+strings.Repeat(hard, 2)+strings.Repeat("go ", 20)+`on."`)
	want := []string{`en.toml:1:1: "event.a.both" has a sentence of 21 words, at most 20 are read easily; make two sentences of it`}
	if diff := cmp.Diff(want, checkLines(texts, nil)); diff != "" {
		t.Error(diff)
	}
}

// Every language we speak has its bound: without one, no text would be refused, or each.
func TestBounds(t *testing.T) {
	for _, lang := range Langs {
		if b := bounds[lang]; b.words < 10 || b.lix < 20 {
			t.Errorf("%s has the bounds %+v", lang, b)
		}
	}
}
