package locales

import "unicode/utf16"

// Encodings of an SMS.
const (
	GSM7 = "GSM-7" // 3GPP TS 23.038, default alphabet with its extension table
	UCS2 = "UCS-2" // UTF-16 in practice: characters beyond the BMP take two units
)

// Room in one SMS, in septets or UTF-16 units. A message of several segments
// loses six octets of each to the concatenation header (3GPP TS 23.040,
// 9.2.3.24.1).
const (
	gsmAlone, gsmJoined = 160, 153
	ucsAlone, ucsJoined = 70, 67
)

// Cost is what a text costs as SMS. Units are septets in GSM-7 and UTF-16 code
// units in UCS-2; Left is how many more fit before another segment is needed.
// A text of no characters has no segment.
type Cost struct {
	Encoding              string
	Segments, Units, Left int
}

// Segments counts as a network does that sends the text as it is written: one
// character outside GSM-7 makes all of it UCS-2. Twilio's option to replace
// such characters is not assumed. A byte that is not valid UTF-8 counts as the
// character U+FFFD, which is what would be sent.
func Segments(text string) Cost {
	if widths, ok := septets(text); ok {
		return pack(GSM7, widths, gsmAlone, gsmJoined)
	}
	widths := make([]int, 0, len(text))
	for _, r := range text {
		widths = append(widths, utf16.RuneLen(r))
	}
	return pack(UCS2, widths, ucsAlone, ucsJoined)
}

// Fits says whether the text takes at most that many segments.
func Fits(text string, segments int) bool { return Segments(text).Segments <= segments }

// septets gives each character's width in GSM-7: two for those behind the
// escape. It reports false if there is a character GSM-7 does not have.
func septets(text string) ([]int, bool) {
	widths := make([]int, 0, len(text))
	for _, r := range text {
		w, ok := gsm7[r]
		if !ok {
			return nil, false
		}
		widths = append(widths, w)
	}
	return widths, true
}

// pack fills segments in order. A character of two units never straddles two
// segments: when one unit is left, it stays empty.
func pack(encoding string, widths []int, alone, joined int) Cost {
	c := Cost{Encoding: encoding}
	for _, w := range widths {
		c.Units += w
	}
	if c.Units <= alone {
		c.Segments, c.Left = min(c.Units, 1), alone-c.Units
		return c
	}
	c.Segments, c.Left = 1, joined
	for _, w := range widths {
		if w > c.Left {
			c.Segments, c.Left = c.Segments+1, joined
		}
		c.Left -= w
	}
	return c
}
