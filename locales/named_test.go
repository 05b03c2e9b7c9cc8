package locales

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func namedIn(lang, text string) string {
	var out []string
	ns := typed(lang, text)
	slices.Sort(ns)
	for _, n := range slices.Compact(ns) {
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

// A digit the program names and then does not understand costs a person one of few tries.
func TestNamedNumbers(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en", "8 = skip", "8"}, {"et", "8 = jätan vahele. Kas sobib?", "8"}, {"ru", "пропустить: 8", "8"},
		{"en", "Menu: 9. In danger: 112.", "9"}, {"et", "Menüü: 9. Ohu korral: 112.", "9"}, {"ru", "Меню: 9.", "9"},
		{"en", "write 0", "0"}, {"et", "Lahkumiseks kirjuta 0.", "0"}, {"ru", "Выйти: 0", "0"}, {"ru", "Напишите язык или 8 (пропустить).", "8"},
		{"en", "Write it, or 8 to skip.", "8"}, {"et", "Kui ei vaja, vasta 8.", "8"}, {"en", "0 - leave, 9 - menu", "0 9"}, {"en", "(9)", "9"},
		{"en", "Answer 1 Yes, 2 No or 3 Not sure.", "1 2 3"}, {"et", "Vasta 1 Jah, 2 Ei või 3 Ei tea.", "1 2 3"}, {"ru", "Ответы: 1 Да, 2 Нет, 3 Не знаю.", "1 2 3"},
		{"en", "Did it happen\n1 once\n2 several times\n8 Skip", "1 2 8"}, {"ru", "Это было\n1 один раз\n2 несколько раз", "1 2"},
		{"en", "1 Yes\n2 Partly\n3 Person", "1 2 3"}, {"ru", "1 Да 2 Частично", "1 2"},
		{"en", "Write 1-7.", "1 2 3 4 5 6 7"}, {"et", "Vali 1–3", "1 2 3"}, {"en", "Write 1,3 or 1 3", "1 3"}, {"en", "Press 1️⃣", "1"},
		{"en", "Write 11, 12 or 13.", "11 12 13"}, {"et", "Vali 11 või 12", "11 12"}, {"ru", "Напишите 14", "14"}, {"en", "10 = Other", "10"},
		{"et", "Kus?\n11 Harju 12 Hiiu 13 Ida-Viru\n8 Jätan vahele", "8 11 12 13"},
		{"en", "Reply 5 minutes later, or reply 1 each time.", "1"},

		{"en", "Call 112, 116 006 or 116 111. Free, 24h.", ""}, {"et", "Välismaalt: +372 614 7393", ""}, {"en", "+1 23", ""}, {"en", "8 800", ""},
		{"ru", "24 ч: 116 006, 24/7", ""}, {"en", "1/5 Does someone keep your passport?", ""}, {"en", "Question 1 of 5", ""},
		{"en", "15 minutes, 5 minutes, 2 days, 3 h", ""}, {"et", "5 minutit, 2 päeva, 1 nädal, 3 h", ""}, {"ru", "5 минут, 2 дня, 1 час, до 3 часов", ""},
		{"en", "1-2 minutes", ""}, {"et", "1-2 minuti pärast", ""}, {"en", "5 short questions", ""}, {"et", "Küsime 5 lühikest küsimust.", ""},
		{"ru", "Зададим 5 коротких вопросов.", ""}, {"ru", "5 вопросов: 1 Да", "1"}, {"en", "at 9, 9:00, 9.30", ""}, {"et", "kell 9. Ja siis", ""},
		{"et", "2. jaanuaril", ""}, {"et", "Kirjuta 2. Jaanuaris", "2"}, {"en", "8-year-old, B2, h2o, 2nd, a1", ""}, {"ru", "2-го, 5%", ""}, {"en", "5€, 100, 2026", ""},
		{"en", "Are you under 18? A person under 18 in 12 months", ""}, {"et", "Kas oled alla 18?", ""}, {"ru", "младше 18 лет", ""}, {"en", "", ""},
		{"en", "10 minutes\n12 months\n12 people", ""},
	} {
		if got := namedIn(c.lang, c.text); got != c.want {
			t.Errorf("%s: %q names %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

// Each language and channel names its own; what a variable holds is never a digit to type.
func TestNamed(t *testing.T) {
	et := "\"a.telegram\" = \"Menüü: 9. Kirjuta INIMENE või kirjuta 0.\"\n\"a.sms\" = \"Menüü: {{.x}}\"\n[\"b.both\"]\none = \"1 minut. Vahele: 8\"\nother = \"{{.count}}. Menüü: 9\""
	et = strings.Replace(et, "kirjuta 0.", "kirjuta 0. {{.x}} 1 on Jah.", 1)
	ru := "\"a.telegram\" = \"{{.x}}\"\n\"a.sms\" = \"{{.x}}: напишите ЧЕЛОВЕК\"\n[\"b.both\"]\none = \"{{.count}}\"\nfew = \"{{.count}}\"\nmany = \"{{.count}}\"\nother = \"{{.count}}\""
	en := "\"a.telegram\" = \"{{.x}}\"\n\"a.sms\" = \"{{.x}}\"\n[\"b.both\"]\none = \"{{.count}}\"\nother = \"{{.count}}\""
	texts := mustLoad(t, et, ru, en)
	for _, c := range []struct {
		key, lang, channel string
		numbers, words     []string
	}{
		{"a", "et", Telegram, []string{"0", "1", "9"}, []string{"INIMENE"}},
		{"a", "et", SMS, nil, nil},
		{"a", "ru", Telegram, nil, nil},
		{"a", "ru", SMS, nil, []string{"ЧЕЛОВЕК"}},
		{"b", "et", Telegram, []string{"8", "9"}, nil},
		{"b", "et", SMS, []string{"8", "9"}, nil},
		{"b", "en", SMS, nil, nil},
		{"nowhere", "et", SMS, nil, nil},
		{"a", "fi", SMS, nil, nil},
		{"a", "et", "mail", nil, nil},
	} {
		if diff := cmp.Diff(c.numbers, texts.Named(c.key, c.lang, c.channel)); diff != "" {
			t.Errorf("Named(%s, %s, %s): %s", c.key, c.lang, c.channel, diff)
		}
		if diff := cmp.Diff(c.words, texts.ControlWords(c.key, c.lang, c.channel)); diff != "" {
			t.Errorf("ControlWords(%s, %s, %s): %s", c.key, c.lang, c.channel, diff)
		}
	}
}

// A word in capitals is an instruction: it must be found, and nothing else taken for one.
func TestControlWords(t *testing.T) {
	for text, want := range map[string]string{
		"write PERSON or call 116 006.":                   "PERSON",
		"Tagasi: kirjuta START. Kustutamiseks: KUSTUTA.":  "START KUSTUTA",
		"напишите ИСКЛЮЧЕНИЯ":                             "ИСКЛЮЧЕНИЯ",
		"Menüü: MENÜÜ. VÄLJU":                             "MENÜÜ VÄLJU",
		"(NUMBERS), \"LIMITS\", STOP!":                    "NUMBERS LIMITS STOP",
		"I can. A worker. Я пишу. ID-kaart, SMS, SKA. OK": "",
		"24H, palunabi.EE, McDonald, iPHONE":              "",
		"":                                                "",
	} {
		if got := strings.Join(controlWords(text), " "); got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}

// The shipped texts send nobody to a number or word by mistake: what they name is what the controls and answers can be.
func TestEmbeddedNamed(t *testing.T) {
	texts, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Langs {
		for _, channel := range Channels {
			if got := texts.Named("unknown.input", lang, channel); !slices.Contains(got, "9") {
				t.Errorf("unknown.input in %s on %s names %v, not the menu's 9", lang, channel, got)
			}
			if got := texts.ControlWords("unknown.input", lang, channel); len(got) != 1 {
				t.Errorf("unknown.input in %s on %s names the words %v, want one", lang, channel, got)
			}
			for _, key := range []string{"info.numbers", "danger.now", "static.fallback", "info.116006"} {
				if got := texts.Named(key, lang, channel); got != nil {
					t.Errorf("%s in %s on %s: a telephone number is taken for %v", key, lang, channel, got)
				}
			}
		}
	}
}

func FuzzNamed(f *testing.F) {
	for _, seed := range []string{"Menu: 9. 112", "1-7 minutes", "\n11 Harju 12 Hiiu", "5️⃣ +372 1", "я 8", "\xff9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range Langs {
			for _, n := range typed(lang, text) {
				if n < 0 || n > 99 {
					t.Errorf("%q names %d", text, n)
				}
			}
			promise(lang, text)
		}
		controlWords(text)
		if r := Read(text); r.Longest > r.Words || r.Sentences > r.Words || odd(r) {
			t.Errorf("Read(%q) = %+v", text, r)
		}
	})
}

// odd finds a LIX that is no number.
func odd(r Reading) bool { return r.LIX < 0 || r.LIX != r.LIX }
