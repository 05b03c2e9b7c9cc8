package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sosin/flows"
	"sosin/locales"
)

// smallTexts are three languages of the same texts, and whatever else stands beside them.
func smallTexts(t *testing.T, beside map[string]string, et, ru, en string) *locales.Texts {
	t.Helper()
	fsys := fstest.MapFS{"et.toml": {Data: []byte(et)}, "ru.toml": {Data: []byte(ru)}, "en.toml": {Data: []byte(en)}}
	for name, src := range beside {
		fsys[name] = &fstest.MapFile{Data: []byte(src)}
	}
	texts, err := locales.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

const (
	menuET = "\"menu.telegram\" = \"Tere\"\n\"menu.sms\" = \"Vali\"\n\"yes.both\" = \"Jah\"\n\"bye.both\" = \"Nägemist kell {{.until}}\"\n\"event.left.both\" = \"Läks\"\n"
	menuRU = "\"menu.telegram\" = \"Привет\"\n\"menu.sms\" = \"Выбор\"\n\"yes.both\" = \"Да\"\n\"bye.both\" = \"До {{.until}}\"\n\"event.left.both\" = \"Вышел\"\n"
	menuEN = "\"menu.telegram\" = \"Hello\"\n\"menu.sms\" = \"Choose\"\n\"yes.both\" = \"Yes\"\n\"bye.both\" = \"Until {{.until}}\"\n\"event.left.both\" = \"Left\"\n"
)

func asked(state, text string, choices ...flows.Choice) flows.Message {
	return flows.Message{Text: text, State: state, Class: flows.FromBot, Choices: choices}
}

// Whoever pays for SMS sees what each costs as it is sent: with the answers under it, in the state with the most of them.
func TestCosts(t *testing.T) {
	many := strings.Repeat("х", 70)
	texts := smallTexts(t, nil, menuET, strings.Replace(menuRU, "Выбор", many, 1), menuEN)
	prompts := []flows.Message{
		asked("a.short", "menu", flows.Choice{Key: "1", Label: "yes"}),
		asked("a.long", "menu", flows.Choice{Key: "1", Label: "yes"}, flows.Choice{Key: "10", Label: "yes"}),
	}
	var out bytes.Buffer
	writeCosts(&out, smsCosts(subjectOf(nil, texts, nil, nil), prompts))
	want := `segments  units  encoding  language  text  answers of
2         81     UCS-2     ru        menu  a.long
1         19     GSM-7     et        bye   -
1         19     GSM-7     en        menu  a.long
1         17     GSM-7     et        menu  a.long
1         11     GSM-7     en        bye   -
1         8      UCS-2     ru        bye   -
total: 6 SMS, 7 segments; 4 in GSM-7, 2 in UCS-2
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A label that is also a text of its own is paid for as one.
func TestCostsOfALabelThatIsSaid(t *testing.T) {
	texts := smallTexts(t, nil, menuET, menuRU, menuEN)
	costs := smsCosts(subjectOf(nil, texts, nil, nil), []flows.Message{asked("a.a", "menu", flows.Choice{Key: "1", Label: "yes"}), asked("a.yes", "yes")})
	said := 0
	for _, c := range costs {
		if c.key == "yes" {
			said++
		}
	}
	if said != 3 {
		t.Errorf("the text is in %d languages of the table, want 3", said)
	}
}

// What is not signed is said and stops nothing.
func TestUnsignedIsANote(t *testing.T) {
	var out bytes.Buffer
	writeUnsigned(&out, smallTexts(t, map[string]string{"unsigned.toml": "\"legal owner\" = [\"menu\", \"y*\", \"age.ask\"]\n\"native counsellor\" = [\"*\"]\n\"editor\" = []"}, menuET, menuRU, menuEN))
	want := `note: legal owner has not signed 2 texts: menu yes
note: legal owner is to sign texts there are not: age.ask
note: native counsellor has not signed 4 texts: all
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
