package locales

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Who asked for Russian and gets English cannot answer, although a text is there.
func TestCheckUntranslated(t *testing.T) {
	const lines = "\"name.both\" = \"Sosin OU\"\n\"all.both\" = \"Tere tulemast! Добро пожаловать! Be welcome!\"\n"
	et := lines + "\"a.both\" = \"Kirjuta siia oma sõnum.\"\n\"b.telegram\" = \"Please write your message.\"\n\"b.sms\" = \"Kirjuta.\"\n"
	ru := lines + "\"a.both\" = \"Please write it here.\"\n\"b.telegram\" = \"Please write your message.\"\n\"b.sms\" = \"Пишите.\"\n"
	en := lines + "\"a.both\" = \"Please write it here.\"\n\"b.telegram\" = \"Please write your message!\"\n\"b.sms\" = \"Please write your message.\"\n"
	want := []string{
		`en.toml:3:1: "a.both" is the same as in ru.toml; translate one of them`,
		`ru.toml:4:1: "b.telegram" is the same as in et.toml; translate one of them`,
	}
	if diff := cmp.Diff(want, checkLines(mustLoad(t, et, ru, en), nil)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
