package locales

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// The counsellor's counter and the check go by this: one more segment is a text
// that may arrive torn, and money.
func TestSegments(t *testing.T) {
	x := strings.Repeat
	for _, c := range []struct {
		name, text string
		want       Cost
	}{
		{"nothing", "", Cost{GSM7, 0, 0, 160}},
		{"one", "a", Cost{GSM7, 1, 1, 159}},
		{"Estonian in GSM-7", "ä ö ü Ä Ö Ü", Cost{GSM7, 1, 11, 149}},
		{"Estonian õ", "Sõnum", Cost{UCS2, 1, 5, 65}},
		{"š and ž", "šž", Cost{UCS2, 1, 2, 68}},
		{"full", x("a", 160), Cost{GSM7, 1, 160, 0}},
		{"over", x("a", 161), Cost{GSM7, 2, 161, 145}},
		{"two full", x("a", 306), Cost{GSM7, 2, 306, 0}},
		{"three", x("a", 307), Cost{GSM7, 3, 307, 152}},
		{"euro", "€", Cost{GSM7, 1, 2, 158}},
		{"80 euro", x("€", 80), Cost{GSM7, 1, 160, 0}},
		{"escape pair alone", x("a", 159) + "€", Cost{GSM7, 2, 161, 145}},
		{"escape pair at the seam", x("a", 152) + "€" + x("a", 151), Cost{GSM7, 2, 305, 0}},
		{"escape pair at the seam, over", x("a", 152) + "€" + x("a", 152), Cost{GSM7, 3, 306, 152}},
		{"Russian full", x("я", 70), Cost{UCS2, 1, 70, 0}},
		{"Russian over", x("я", 71), Cost{UCS2, 2, 71, 63}},
		{"Russian two full", x("я", 134), Cost{UCS2, 2, 134, 0}},
		{"Russian three", x("я", 135), Cost{UCS2, 3, 135, 66}},
		{"emoji", "😀", Cost{UCS2, 1, 2, 68}},
		{"35 emoji", x("😀", 35), Cost{UCS2, 1, 70, 0}},
		{"surrogate pair at the seam", x("я", 66) + "😀" + x("я", 65), Cost{UCS2, 2, 133, 0}},
		{"surrogate pair at the seam, over", x("я", 66) + "😀" + x("я", 66), Cost{UCS2, 3, 134, 66}},
		{"curly quote", "it’s", Cost{UCS2, 1, 4, 66}},
		{"small c cedilla", "ç", Cost{UCS2, 1, 1, 69}},
		{"capital C cedilla", "Ç", Cost{GSM7, 1, 1, 159}},
		{"backtick", "`", Cost{UCS2, 1, 1, 69}},
		{"escape is no character", "\x1b", Cost{UCS2, 1, 1, 69}},
		{"tab", "\t", Cost{UCS2, 1, 1, 69}},
		{"line ends", "\r\n\f", Cost{GSM7, 1, 4, 156}},
		{"broken byte", "\xff", Cost{UCS2, 1, 1, 69}},
	} {
		if got := Segments(c.text); got != c.want {
			t.Errorf("%s: Segments = %+v, want %+v", c.name, got, c.want)
		}
	}
	if !Fits("", 0) || Fits("a", 0) || !Fits(x("a", 306), 2) || Fits(x("a", 307), 2) {
		t.Error("Fits does not follow Segments")
	}
}

// slowGSM are the code points of 3GPP TS 23.038, typed from the code charts, to
// be independent of the table in the program.
var slowGSM = []struct{ from, to, septets rune }{
	{0x0A, 0x0A, 1}, {0x0D, 0x0D, 1}, {0x20, 0x23, 1}, {0x24, 0x24, 1}, {0x25, 0x5A, 1}, {0x5F, 0x5F, 1}, {0x61, 0x7A, 1},
	{0xA1, 0xA1, 1}, {0xA3, 0xA5, 1}, {0xA7, 0xA7, 1}, {0xBF, 0xBF, 1}, {0xC4, 0xC7, 1}, {0xC9, 0xC9, 1}, {0xD1, 0xD1, 1},
	{0xD6, 0xD6, 1}, {0xD8, 0xD8, 1}, {0xDC, 0xDC, 1}, {0xDF, 0xE0, 1}, {0xE4, 0xE6, 1}, {0xE8, 0xE9, 1}, {0xEC, 0xEC, 1},
	{0xF1, 0xF2, 1}, {0xF6, 0xF6, 1}, {0xF8, 0xF9, 1}, {0xFC, 0xFC, 1}, {0x393, 0x394, 1}, {0x398, 0x398, 1}, {0x39B, 0x39B, 1},
	{0x39E, 0x39E, 1}, {0x3A0, 0x3A0, 1}, {0x3A3, 0x3A3, 1}, {0x3A6, 0x3A6, 1}, {0x3A8, 0x3A9, 1},
	{0x0C, 0x0C, 2}, {0x5B, 0x5E, 2}, {0x7B, 0x7E, 2}, {0x20AC, 0x20AC, 2},
}

func slowSeptets(r rune) int {
	for _, g := range slowGSM {
		if g.from <= r && r <= g.to {
			return int(g.septets)
		}
	}
	return 0
}

// slowCost writes the units out one by one, a second unit of a pair as '+', and
// cuts segment after segment off the front.
func slowCost(text string) Cost {
	c := Cost{Encoding: "GSM-7"}
	alone, joined := 160, 153
	var gsm, ucs strings.Builder
	for _, r := range text {
		switch slowSeptets(r) {
		case 0:
			c.Encoding = "UCS-2"
		case 1:
			gsm.WriteByte('.')
		case 2:
			gsm.WriteString(".+")
		}
		ucs.WriteString(".+"[:len(utf16.Encode([]rune{r}))])
	}
	units := gsm.String()
	if c.Encoding == "UCS-2" {
		units, alone, joined = ucs.String(), 70, 67
	}
	c.Units = len(units)
	if len(units) <= alone {
		if units != "" {
			c.Segments = 1
		}
		c.Left = alone - len(units)
		return c
	}
	for units != "" {
		cut := min(joined, len(units))
		if cut < len(units) && units[cut] == '+' {
			cut--
		}
		c.Segments, c.Left, units = c.Segments+1, joined-cut, units[cut:]
	}
	return c
}

func TestAlphabet(t *testing.T) {
	if n := utf8.RuneCountInString(gsmDefault); n != 127 {
		t.Errorf("the default alphabet has %d characters, want 128 less the escape", n)
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if gsm7[r] != slowSeptets(r) {
			t.Errorf("%U takes %d septets, want %d", r, gsm7[r], slowSeptets(r))
		}
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("Tere", uint16(40))
	f.Add("я", uint16(134))
	f.Add("€a", uint16(102))
	f.Add("a😀", uint16(45))
	f.Add("\xf0\x9f", uint16(36))
	f.Fuzz(func(t *testing.T, text string, times uint16) {
		if len(text) > 200 {
			return
		}
		text = strings.Repeat(text, int(times)%400)
		if got, want := Segments(text), slowCost(text); got != want {
			t.Errorf("Segments = %+v, want %+v", got, want)
		}
	})
}
