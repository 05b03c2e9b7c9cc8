package locales

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// Nobody may be told that somebody reads when nobody does (promise 6). These say so.
func TestPromise(t *testing.T) {
	for lang, texts := range map[string][]string{
		"et": {
			"Töötaja loeb seda.", "Töötaja vastab siin niipea, kui saab.", "Sinuga räägib töötaja, kellel on väljaõpe.", "Vastame sulle 10 minuti jooksul.",
			"Annan su kirja töötajale.", "Nõustaja kirjutab\nsulle siia.", "Keegi vastab sulle.", "Loen sinu sõnumeid.", "Ära muretse, töötaja loeb.",
			"Varsti kirjutame.", "Nad kirjutavad sulle siia.", "Siis vastab lastega töötav inimene.", "Kõik jõuab temani.",
		},
		"ru": {
			"Консультант ответит.", "Консультант прочтёт, повторять не нужно.", "Консультант сейчас читает.", "Мы на связи.", "Читаю вас.",
			"С вами будет говорить специалист.", "Вам напишут здесь.", "Передаю ваше сообщение.", "Ответит человек.", "Как только сможет, напишет.",
			"Скоро напишем.", "Женщина ответит примерно через час.", "Теперь с вами Анна.",
		},
		"en": {
			"A worker reads this.", "A worker will answer here.", "A counsellor is reading.", "I read what you write.", "We will reply.", "You will hear from us.",
			"I am passing your message to a worker.", "Someone will read it.", "You get an answer as soon as possible.", "They will write to you.",
			"What you write reaches them.", "A person trained for children answers.", "Anna is with you now.", "You are back in the chat.",
		},
	} {
		for _, text := range texts {
			if promise(lang, text) == "" {
				t.Errorf("%s: %q does not sound like a promise", lang, text)
			}
		}
	}
}

// These promise nobody: an alarm for each would teach us to pass over alarms.
func TestNoPromise(t *testing.T) {
	for lang, texts := range map[string][]string{
		"et": {
			"Praegu ei ole siin kedagi valves.", "Töötaja ei näe siis enam, mida rääkisid.", "Räägin töötajaga", "Rohkem me sulle ei kirjuta.", "Kirjuta INIMENE.",
			"Töötaja. Loeb.", "Kas keegi võtab sinu raha ära?", "Rääkida saad kohe: 116 006.", "Sotsiaaltöötaja aitab sind.",
		},
		"ru": {
			"Сейчас здесь никто не дежурит.", "Консультант больше не увидит, что вы писали.", "Поговорить с консультантом", "Больше мы вам писать не будем.",
			"Чтобы ответил человек, напишите ЧЕЛОВЕК.", "Кто-то забирает ваши деньги?", "Поддержка рядом: 116 006.", "Мы здесь не отвечаем.",
		},
		"en": {
			"Nobody is on duty here now.", "The worker will no longer see what you wrote.", "Talk to a worker", "We will not write to you again.",
			"Write PERSON to talk to a person.", "Does someone take your money?", "Support is there: 116 006.", "If we can, we tell you first.",
		},
	} {
		for _, text := range texts {
			if found := promise(lang, text); found != "" {
				t.Errorf("%s: %q is taken for a promise: %s", lang, text, found)
			}
		}
	}
}

// An unflagged promise is told in the language that makes it; a flag holds for all languages and both channels.
func TestCheckPromises(t *testing.T) {
	et := "\"a.telegram\" = \"A\"\n\"a.sms\" = \"A\"\n[\"wait.both\"]\none = \"Oota.\"\nother = \"Töötaja kirjutab {{.count}} minuti pärast.\""
	ru := "\"a.telegram\" = \"A\"\n\"a.sms\" = \"Консультант сейчас читает.\"\n[\"wait.both\"]\none = \"{{.count}}\"\nfew = \"{{.count}}\"\nmany = \"{{.count}}\"\nother = \"{{.count}}\""
	en := "\"a.telegram\" = \"A\"\n\"a.sms\" = \"A\"\n[\"wait.both\"]\none = \"Wait.\"\nother = \"Wait {{.count}}.\""
	const (
		inET = `et.toml:5:1: "wait.both" sounds as if somebody reads ("töötaja kirjutab"); reword it; or list "wait" in flags.toml: under reader if it is said only while somebody is on duty, under later if it promises nobody now`
		inRU = `ru.toml:2:1: "a.sms" sounds as if somebody reads ("консультант читает"); reword it; or list "a" in flags.toml: under reader if it is said only while somebody is on duty, under later if it promises nobody now`
	)
	for name, c := range map[string]struct {
		flags  string
		want   []string
		reader []string
	}{
		"no file":             {"", []string{inET, inRU}, nil},
		"reader":              {`reader = ["wait"]`, []string{inRU}, []string{"wait"}},
		"later":               {`later = ["a"]`, []string{inET}, nil},
		"all":                 {"reader = [\"wait\"]\nlater = [\"a\"]", []string{}, []string{"wait"}},
		"a flag for more":     {`reader = ["a", "wait"]`, []string{}, []string{"a", "wait"}},
		"the id of one file":  {`reader = ["a", "wait.both"]`, []string{inET, `flags.toml:1:16: there is no text "wait.both"; remove it, or correct the id`}[1:], nil},
		"both":                {"reader = [\n  'a',\n  \"wait\",\n]\nlater = [\n  # \"wait\"\n  'wait' ]", []string{`flags.toml:7:3: "wait" stands under reader and under later; decide: does it promise somebody now?`}, []string{"a", "wait"}},
		"a text that is gone": {"reader = [\"a\", \"wait\"]\nlater = [\"gone\"]", []string{`flags.toml:2:10: there is no text "gone"; remove it, or correct the id`}, []string{"a", "wait"}},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := folder(et, ru, en)
			if c.flags != "" {
				fsys[flagsFile] = &fstest.MapFile{Data: []byte(c.flags)}
			}
			texts, err := Load(fsys)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if name == "the id of one file" {
				want = []string{inET, c.want[0]}
			}
			if diff := cmp.Diff(want, checkLines(texts, map[string]any{"count": 9})); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			for _, key := range texts.Keys() {
				if got := texts.PromisesReader(key); name != "the id of one file" && got != slices.Contains(c.reader, key) {
					t.Errorf("PromisesReader(%s) = %v", key, got)
				}
			}
		})
	}
}

// An exception nobody needs would be there for the next wording.
func TestCheckUnneededException(t *testing.T) {
	texts, err := Load(withFile(flagsFile, `later = ["anon.info"]`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`flags.toml:1:10: "anon.info" does not sound like a promise in any language; remove it here`}
	if diff := cmp.Diff(want, checkLines(texts, nil)); diff != "" {
		t.Error(diff)
	}
}

// Every phrase can be met: in the spelling texts are folded to, and in a language we speak.
func TestPhrases(t *testing.T) {
	lists := phraseLists()
	if len(lists) != len(Langs) {
		t.Errorf("phrases in %d languages, want %d", len(lists), len(Langs))
	}
	for _, lang := range Langs {
		if len(lists[lang].Phrases) < 10 || len(lists[lang].Not) < 4 {
			t.Errorf("%s has %d phrases and %d words for not", lang, len(lists[lang].Phrases), len(lists[lang].Not))
		}
		for _, phrase := range lists[lang].Phrases {
			var example []string
			for _, place := range strings.Fields(phrase) {
				for _, word := range strings.Split(place, "|") {
					if w := words(fold(strings.TrimSuffix(word, "*"))); len(w) != 1 || w[0] != strings.TrimSuffix(word, "*") {
						t.Errorf("%s: %q in %q is no folded word: it would never be met", lang, word, phrase)
					}
				}
				word, _, _ := strings.Cut(place, "|")
				example = append(example, strings.TrimSuffix(word, "*"))
			}
			if promise(lang, strings.Join(example, " ")) == "" {
				t.Errorf("%s: %q does not find %q", lang, phrase, example)
			}
		}
	}
}
