package sms

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"sosin/bot"
	"sosin/flows"
)

// What a person sent must arrive as it was meant, and what no person sent must open no conversation.
func TestInbound(t *testing.T) {
	typed := func(text string) *flows.Input { return &flows.Input{Kind: flows.Typed, Text: text} }
	for name, test := range map[string]struct {
		change map[string]string
		want   *flows.Input // nil: no use
	}{
		"text":                     {nil, typed("Tere")},
		"estonian, decomposed":     {map[string]string{"Body": "so\u0303num"}, typed("sõnum")},
		"russian":                  {map[string]string{"Body": "помогите"}, typed("помогите")},
		"control characters":       {map[string]string{"Body": " a\x00b\u2028c\r\n"}, typed("ab\nc")},
		"invalid UTF-8":            {map[string]string{"Body": "a\xffb"}, typed("a\uFFFDb")},
		"empty":                    {map[string]string{"Body": ""}, typed("")},
		"no NumMedia":              {map[string]string{"NumMedia": "-"}, typed("Tere")},
		"picture with words":       {map[string]string{"NumMedia": "1", "MessageSid": "MM" + someSID[2:]}, &flows.Input{Kind: flows.Media, Text: "Tere"}},
		"ten pictures, no words":   {map[string]string{"NumMedia": "10", "Body": ""}, &flows.Input{Kind: flows.Media}},
		"opted out":                {map[string]string{"OptOutType": "STOP", "Body": "STOP"}, &flows.Input{Kind: flows.Blocked}},
		"opted in":                 {map[string]string{"OptOutType": "START", "Body": "START"}, &flows.Input{Kind: flows.Resumed}},
		"help, answered by Twilio": {map[string]string{"OptOutType": "HELP", "Body": "HELP"}, nil},
		"new opt-out type":         {map[string]string{"OptOutType": "PAUSE"}, typed("Tere")},
		"stop without the feature": {map[string]string{"Body": "STOP"}, typed("STOP")},
		"alphanumeric sender":      {map[string]string{"From": "CanaryBank"}, nil},
		"short code":               {map[string]string{"From": "12345"}, nil},
		"short code with plus":     {map[string]string{"From": "+12345"}, nil},
		"local number":             {map[string]string{"From": "0037200000001"}, nil},
		"too long":                 {map[string]string{"From": "+3720000000112345"}, nil},
		"other channel":            {map[string]string{"From": "whatsapp:+37200000001"}, nil},
		"number and line feed":     {map[string]string{"From": anna + "\n"}, nil},
		"other digits":             {map[string]string{"From": "+٣٧٢٠٠٠٠٠٠٠١"}, nil},
		"no sender":                {map[string]string{"From": ""}, nil},
		"call":                     {map[string]string{"MessageSid": "CA" + someSID[2:]}, nil},
		"short SID":                {map[string]string{"MessageSid": "SM01"}, nil},
		"no SID":                   {map[string]string{"MessageSid": ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			form := aMessage(func(f url.Values) {
				for k, v := range test.change {
					f.Set(k, v)
				}
			})
			l := &ledger{}
			w := answer(mux(t, l, &reports{}), post(WebhookPath, form))
			// Authentic but useless is 200 as well: a refusal would bring the person the fallback's text.
			if w.Code != 200 || w.Body.String() != emptyTwiML || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
				t.Errorf("answer %d %q", w.Code, w.Body)
			}
			if test.want == nil {
				if l.count() != 0 {
					t.Error("reached the receiver")
				}
				return
			}
			if len(l.taken) != 1 {
				t.Fatalf("%d messages taken", len(l.taken))
			}
			in, sid := l.taken[0], form.Get("MessageSid")
			if in.Address != bot.NewAddress(flows.SMS, anna) || in.Update != "sms:"+sid || in.Message != sid {
				t.Error("address, update or message is wrong")
			}
			if d := cmp.Diff(*test.want, in.Input); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzForm: whatever is posted, nothing panics, what is taken is tidy text of one person.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		aMessage(nil).Encode(), "", "&", "=", "a=1&a=2", "%", "a=%ff", "Body=%00", "Body=%E2%80%A8", "Body=%ED%A0%80", "a;b",
		aMessage(func(f url.Values) { f.Set("Body", strings.Repeat("\u0301", 1600)) }).Encode(),
		aMessage(func(f url.Values) { f.Set("Body", "\xed\xa0\x80\u202e\u2067\u200d\U000e0041") }).Encode(),
		aMessage(func(f url.Values) { f.Set("NumMedia", "1e999") }).Encode(),
		aMessage(func(f url.Values) { f.Set("NumMedia", "-9223372036854775809") }).Encode(),
		aMessage(func(f url.Values) { f.Set("OptOutType", "stop") }).Encode(),
		strings.Repeat("a&", 300),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		form, status := parseForm(body)
		if (form == nil) == (status == 0) || len(form) > keysMax {
			t.Fatalf("status %d with %d keys", status, len(form))
		}
		deliveryStatus(form)
		in, ok := fromForm(form).inbound()
		if !ok {
			return
		}
		if !utf8.ValidString(in.Input.Text) || !norm.NFC.IsNormalString(in.Input.Text) || strings.ContainsRune(in.Input.Text, 0) {
			t.Errorf("untidy text %q", in.Input.Text)
		}
		if in.Address.Reveal() != form["From"] || in.Update != "sms:"+form["MessageSid"] {
			t.Error("not the person or the message that was sent")
		}
	})
}
