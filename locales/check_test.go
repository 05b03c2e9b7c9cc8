package locales

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func checkLines(texts *Texts, values map[string]any) []string {
	lines := []string{}
	for _, f := range texts.Check(values) {
		lines = append(lines, f.String())
	}
	return lines
}

// both channels, all languages, one text
func same(text string) (et, ru, en string) { return text, text, text }

// What a person would get torn or not at all is found before anything is sent.
func TestCheck(t *testing.T) {
	x := strings.Repeat
	short := `"a.both" = "A"` + "\n"
	for name, c := range map[string]struct {
		et, ru, en string
		values     map[string]any
		want       []string
	}{
		"fits": {goodET, goodRU, goodEN, map[string]any{"number": "116 006", "count": 999, "unused": nil}, []string{}},
		"SMS too long": {
			short + `"b.both" = "` + x("b", 307) + `"`, short + `"b.both" = "` + x("я", 134) + `"`, short + `"b.both" = "` + x("b", 306) + `"`, nil,
			[]string{`et.toml:2:1: "b.both" takes 3 SMS segments with its longest values (GSM-7, 307 units), at most 2 may be sent; shorten it by 1, or write .telegram and .sms apart`},
		},
		"SMS of its own": {
			"\"b.sms\" = \"" + x("b", 308) + "\"\n\"b.telegram\" = \"b\"", "\"b.sms\" = \"b\"\n\"b.telegram\" = \"b\"", "\"b.sms\" = \"b\"\n\"b.telegram\" = \"b\"", nil,
			[]string{`et.toml:1:1: "b.sms" takes 3 SMS segments with its longest values (GSM-7, 308 units), at most 2 may be sent; shorten it by 2`},
		},
		"one letter makes it UCS-2": {
			`"b.both" = "` + x("b", 139) + `õ"`, `"b.both" = "b"`, `"b.both" = "b"`, nil,
			[]string{`et.toml:1:1: "b.both" takes 3 SMS segments with its longest values (UCS-2, 140 units), at most 2 may be sent; shorten it by 6, or write .telegram and .sms apart; without õ it would be GSM-7`},
		},
		"pair at the seam": {
			`"b.both" = "` + x("я", 66) + "😀" + x("я", 66) + `"`, `"b.both" = "b"`, `"b.both" = "b"`, nil,
			[]string{`et.toml:1:1: "b.both" takes 3 SMS segments with its longest values (UCS-2, 134 units), at most 2 may be sent; shorten it by 1, or write .telegram and .sms apart`},
		},
		"the value makes it too long": {
			`"b.both" = "` + x("b", 300) + `{{.x}}"`, `"b.both" = "{{.x}}"`, `"b.both" = "{{.x}}"`, map[string]any{"x": "1234567"},
			[]string{`et.toml:1:1: "b.both" takes 3 SMS segments with its longest values (GSM-7, 307 units), at most 2 may be sent; shorten it by 1, or write .telegram and .sms apart`},
		},
		"the rarest form makes it too long": {
			`"b.both" = { one = "b", other = "{{.count}} b" }`,
			`"b.both" = { one = "{{.count}}` + x("я", 132) + `", few = "{{.count}} я", many = "{{.count}} я", other = "{{.count}} я" }`,
			`"b.both" = { one = "b", other = "{{.count}} b" }`,
			map[string]any{"count": 120},
			[]string{`ru.toml:1:1: "b.both" takes 3 SMS segments with its longest values (UCS-2, 135 units), at most 2 may be sent; shorten it by 1, or write .telegram and .sms apart`},
		},
		"values by language": {
			`"b.both" = "` + x("b", 280) + `{{.day}}"`, `"b.both" = "{{.day}}"`, `"b.both" = "{{.day}}"`,
			map[string]any{"day": ByLang{"et": "esmaspäeval", "ru": "в понедельник", "en": "on Wednesday"}}, []string{},
		},
		"no longest value": {
			short + "\"b.both\" = \"{{.x}} {{.y}}\"\n\"c.both\" = \"{{.x}} {{.z}}\"", short + "\"c.both\" = \"{{.x}} {{.z}}\"\n\"b.both\" = \"{{.x}} {{.y}}\"", short + "\"b.both\" = \"{{.x}} {{.y}}\"\n\"c.both\" = \"{{.x}} {{.z}}\"",
			map[string]any{"y": ByLang{"et": "1", "ru": "2"}, "z": ""},
			[]string{
				`en.toml:2:1: {{.x}} has no longest value; name one: a text or a whole number, for every language`,
				`en.toml:2:1: {{.y}} has no longest value; name one: a text or a whole number, for every language`,
				`en.toml:3:1: {{.z}} has no longest value; name one: a text or a whole number, for every language`,
				`et.toml:2:1: {{.x}} has no longest value; name one: a text or a whole number, for every language`,
				`et.toml:3:1: {{.z}} has no longest value; name one: a text or a whole number, for every language`,
				`ru.toml:2:1: {{.x}} has no longest value; name one: a text or a whole number, for every language`,
				`ru.toml:2:1: {{.z}} has no longest value; name one: a text or a whole number, for every language`,
			},
		},
		"a count that is no number": {
			goodET, goodRU, goodEN, map[string]any{"number": "116 006", "count": "many"},
			[]string{
				`en.toml:4:2: {{.count}} has no longest value; name one: a text or a whole number, for every language`,
				`et.toml:8:2: {{.count}} has no longest value; name one: a text or a whole number, for every language`,
				`ru.toml:2:1: {{.count}} has no longest value; name one: a text or a whole number, for every language`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkLines(mustLoad(t, c.et, c.ru, c.en), c.values)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// Telegram refuses a longer message: the person would get nothing. Characters
// beyond the BMP count twice there.
func TestCheckTelegram(t *testing.T) {
	for _, c := range []struct {
		text string
		over int
	}{
		{strings.Repeat("я", 4096), 0}, {strings.Repeat("я", 4097), 1}, {strings.Repeat("😀", 2048), 0}, {strings.Repeat("😀", 2049), 2},
	} {
		et, ru, en := same(`"b.sms" = "b"` + "\n" + `"b.telegram" = "` + c.text + `"`)
		want := []string{}
		for _, file := range []string{"en", "et", "ru"} {
			if c.over > 0 {
				want = append(want, fmt.Sprintf(`%s.toml:2:1: "b.telegram" has %d units with its longest values, a Telegram message holds 4096; shorten it by %d`, file, 4096+c.over, c.over))
			}
		}
		if diff := cmp.Diff(want, checkLines(mustLoad(t, et, ru, en), nil)); diff != "" {
			t.Error(diff)
		}
	}
}
