package locales

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A label that the phone cuts off is a choice nobody can read.
func TestCheckLabels(t *testing.T) {
	et := `"fits.both" = "Ainult veebis või telefonis"
"long.both" = "Ainult veebis või telefonis x"
"sms.telegram" = "Lühike"
"sms.sms" = "Sõnumis võib olla ka pikem, sest see on rida"
"eight.both" = "a b c d e f g h"
"unused.both" = "See on terve lause ja mitte ühegi nupu nimi"`
	ru := `"fits.both" = "Только онлайн или телефон xx"
"long.both" = "Сексуальное принуждение, друго"
"sms.telegram" = "a"
"sms.sms" = "a"
"eight.both" = "a"
"unused.both" = "a"`
	en := `"fits.both" = "a b c d e f g"
"long.both" = "a"
"sms.telegram" = "a"
"sms.sms" = "a"
"eight.both" = "a"
"unused.both" = "a"`
	want := []string{
		`et.toml:2:1: the button "long.both" has 31 letters with its number, a phone shows 30; shorten it by 1`,
		`et.toml:2:1: the button "long.both" has 32 letters with its number, a phone shows 30; shorten it by 2`,
		`et.toml:4:1: the button "sms.sms" has 9 words, at most 7 are a label; say the rest in the text above it`,
		`et.toml:5:1: the button "eight.both" has 8 words, at most 7 are a label; say the rest in the text above it`,
		`ru.toml:2:1: the button "long.both" has 32 letters with its number, a phone shows 30; shorten it by 2`,
		`ru.toml:2:1: the button "long.both" has 33 letters with its number, a phone shows 30; shorten it by 3`,
	}
	labels := []Label{{"fits", "1"}, {"long", "1"}, {"long", "10"}, {"long", "1"}, {"sms", "2"}, {"eight", "3"}, {"nowhere", "4"}}
	got := []string{}
	for _, f := range mustLoad(t, et, ru, en).CheckLabels(labels) {
		got = append(got, f.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
