package telegram

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sosin/flows"
)

// FuzzDecode: whatever arrives, the program goes on, what is kept is valid text, and an answer can only go to the person
// whose id stands in the update (T9).
func FuzzDecode(f *testing.F) {
	for _, p := range payloads {
		f.Add([]byte(p.raw))
	}
	for _, raw := range malformed {
		f.Add([]byte(raw))
	}
	for _, text := range []string{"\xff\xfe", `\u0000`, `\u2028`, `\ud800`, `\udc00\ud800`, "a" + strings.Repeat("\u0301", 4096),
		strings.Repeat("\u0301", 64), "\u202e\u2066\u200d\U000E0041", `/start \ud800`, " \u0301"} {
		f.Add([]byte(msg(`,"text":"` + text + `"`)))
	}
	f.Add([]byte(msg(`,"x":` + strings.Repeat(`{"a":`, 64) + `1` + strings.Repeat(`}`, 64))))
	f.Add([]byte(`{"update_id":1,"update_id":2,"message":{` + head + `},"message":{"text":"x","chat":{"id":5}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := decode(raw)
		if err != nil {
			return
		}
		text := u.in.Input.Text
		if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) {
			t.Errorf("text is not valid NFC: %q", text)
		}
		if !u.useful {
			return
		}
		id, err := strconv.ParseInt(u.in.Address.Reveal(), 10, 64)
		if err != nil || id <= 0 || id != u.person || u.in.Address.Channel != flows.Telegram {
			t.Errorf("address %q of person %d", u.in.Address.Reveal(), u.person)
		}
		if u.in.Update != "tg:"+strconv.FormatInt(u.id, 10) {
			t.Errorf("update %q", u.in.Update)
		}
	})
}
