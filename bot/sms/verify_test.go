package sms

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"sosin/bot/simulator"
)

// T2: a forged request must leave no trace: a stranger could otherwise write in a person's name, or learn whether a number
// is known.
func TestSignature(t *testing.T) {
	body := func(form url.Values) io.ReadCloser { return io.NopCloser(strings.NewReader(form.Encode())) }
	tests := map[string]struct {
		request func() *http.Request
		want    int
	}{
		"right": {func() *http.Request { return post(WebhookPath, aMessage(nil)) }, 200},
		"right with an unknown parameter": {func() *http.Request {
			return post(WebhookPath, aMessage(func(f url.Values) { f.Set("NewIn2027", "x") }))
		}, 200},
		"right with a query": {func() *http.Request {
			return post(WebhookPath+"?a=%20b&c", aMessage(nil))
		}, 200},
		"missing": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Header.Del("X-Twilio-Signature")
			return r
		}, 403},
		"empty": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Header.Set("X-Twilio-Signature", "")
			return r
		}, 403},
		"wrong token": {func() *http.Request {
			return signedBy("other", public+WebhookPath, WebhookPath, aMessage(nil))
		}, 403},
		"of the empty token": {func() *http.Request {
			return signedBy("", public+WebhookPath, WebhookPath, aMessage(nil))
		}, 403},
		"other scheme": {func() *http.Request {
			return signedBy(secret, "http://helpline.example/sms", WebhookPath, aMessage(nil))
		}, 403},
		"other door": {func() *http.Request {
			return signedBy(secret, public+FallbackPath, WebhookPath, aMessage(nil))
		}, 403},
		"query added": {func() *http.Request {
			return signedBy(secret, public+WebhookPath, WebhookPath+"?t=1", aMessage(nil))
		}, 403},
		"parameter added": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Body = body(aMessage(func(f url.Values) { f.Set("OptOutType", "STOP") }))
			return r
		}, 403},
		"parameter dropped": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Body = body(aMessage(func(f url.Values) { f.Del("NumMedia") }))
			return r
		}, 403},
		"parameter changed": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Body = body(aMessage(func(f url.Values) { f.Set("From", berta) }))
			return r
		}, 403},
		"key duplicated after signing": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Body = body(aMessage(func(f url.Values) { f.Add("From", berta) }))
			return r
		}, 403},
		"key duplicated and signed": {func() *http.Request {
			return post(WebhookPath, aMessage(func(f url.Values) { f.Add("From", berta) }))
		}, 403},
		"host of the request": {func() *http.Request {
			r := signedBy(secret, "https://attacker.example/sms", WebhookPath, aMessage(nil))
			r.Host = "attacker.example"
			return r
		}, 403},
		"forwarded host": {func() *http.Request {
			r := signedBy(secret, "https://attacker.example/sms", WebhookPath, aMessage(nil))
			r.Header.Set("X-Forwarded-Host", "attacker.example")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("Forwarded", "host=attacker.example;proto=https")
			return r
		}, 403},
		"forwarded path": {func() *http.Request {
			r := signedBy(secret, public+"/other", WebhookPath, aMessage(nil))
			r.Header.Set("X-Forwarded-Path", "/other")
			return r
		}, 403},
		"forwarded headers do not spoil a right one": {func() *http.Request {
			r := post(WebhookPath, aMessage(nil))
			r.Host = "attacker.example"
			r.Header.Set("X-Forwarded-Host", "attacker.example")
			return r
		}, 200},
		"of the body's hash": {func() *http.Request {
			return signedBy("other", public+WebhookPath, WebhookPath+"?bodySHA256=00", aMessage(nil))
		}, 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			w := answer(mux(t, l, &reports{}), test.request())
			if w.Code != test.want {
				t.Errorf("status %d, want %d", w.Code, test.want)
			}
			if want := map[bool]int{true: 1}[test.want == 200]; l.count() != want {
				t.Errorf("%d calls, want %d", l.count(), want)
			}
		})
	}
}

// Each door checks by itself: a report could mark a person as gone, a fallback could be used to send texts at our cost.
func TestEveryDoorIsLocked(t *testing.T) {
	for _, path := range []string{WebhookPath, StatusPath, FallbackPath} {
		l, d := &ledger{}, &reports{}
		form := aMessage(func(f url.Values) { f.Set("MessageStatus", "delivered") })
		w := answer(mux(t, l, d), signedBy("other", public+path+"?t=tok", path+"?t=tok", form))
		if w.Code != 403 || l.count() != 0 || len(d.got) != 0 || strings.Contains(w.Body.String(), "112") {
			t.Errorf("%s: status %d, %d calls, %d reports", path, w.Code, l.count(), len(d.got))
		}
	}
}

// While the token is rotated both are in use; without this every message in between is refused.
func TestRotation(t *testing.T) {
	v := must(NewVerifier(public+"/", NewAuthToken("new"), NewAuthToken("old")))(t)
	for token, want := range map[string]int{"new": 200, "old": 200, "older": 403} {
		w := answer(NewWebhook(v, &ledger{}), signedBy(token, public+WebhookPath, WebhookPath, aMessage(nil)))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", token, w.Code, want)
		}
	}
}

func TestVerifierNeedsTokenAndURL(t *testing.T) {
	for name, test := range map[string]struct {
		url   string
		token []string
	}{
		"empty token": {public, []string{""}}, "empty previous token": {public, []string{"a", ""}},
		"no URL": {"", []string{"a"}}, "relative": {"helpline.example", []string{"a"}}, "other scheme": {"ftp://helpline.example", []string{"a"}},
		"query": {public + "?a=b", []string{"a"}}, "user": {"https://u:p@helpline.example", []string{"a"}}, "no host": {"https:///sms", []string{"a"}},
	} {
		var previous []AuthToken
		for _, p := range test.token[1:] {
			previous = append(previous, NewAuthToken(p))
		}
		if v, err := NewVerifier(test.url, NewAuthToken(test.token[0]), previous...); err == nil || v != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewVerifier("http://127.0.0.1:8080/base/", NewAuthToken("a")); err != nil {
		t.Errorf("plain http for the demo: %v", err)
	}
}

// A public URL with a port or a base path is signed as written.
func TestPublicURLAsWritten(t *testing.T) {
	for _, base := range []string{"https://helpline.example:8443", "https://helpline.example/base", "http://127.0.0.1:9/x"} {
		v := must(NewVerifier(base, NewAuthToken(secret)))(t)
		if w := answer(NewWebhook(v, &ledger{}), signedBy(secret, base+WebhookPath, WebhookPath, aMessage(nil))); w.Code != 200 {
			t.Errorf("%s: %d", base, w.Code)
		}
	}
}

// endless is a body without an end or a length.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.read += len(p)
	return len(p), nil
}

// T10: nobody can fill the memory of a machine that helps others.
func TestLimits(t *testing.T) {
	plain := func(method, kind string, body io.Reader) *http.Request {
		r := httptest.NewRequest(method, WebhookPath, body)
		r.Header.Set("Content-Type", kind)
		return r
	}
	const form = "application/x-www-form-urlencoded"
	manyKeys := func(n int) url.Values {
		return aMessage(func(f url.Values) {
			for i := len(f); i < n; i++ {
				f.Set("k"+strconv.Itoa(i), "")
			}
		})
	}
	stream := &endless{}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(aMessage(nil).Encode()))
	_ = z.Close()
	gzipped := plain("POST", form, &zipped)
	gzipped.Header.Set("Content-Encoding", "gzip")
	pad := bodyMax - len(aMessage(func(f url.Values) { f.Set("pad", "") }).Encode())
	padded := func(n int) url.Values {
		return aMessage(func(f url.Values) { f.Set("pad", strings.Repeat("a", n)) })
	}
	for name, test := range map[string]struct {
		request *http.Request
		want    int
	}{
		"get":            {plain("GET", form, nil), 405},
		"put":            {plain("PUT", form, strings.NewReader("a=b")), 405},
		"json":           {plain("POST", "application/json", strings.NewReader("{}")), 415},
		"no type":        {plain("POST", "", strings.NewReader("a=b")), 415},
		"multipart":      {plain("POST", "multipart/form-data; boundary=x", strings.NewReader("--x--")), 415},
		"gzip":           {gzipped, 415},
		"64 KiB":         {post(WebhookPath, padded(pad)), 200},
		"64 KiB and one": {post(WebhookPath, padded(pad+1)), 413},
		"endless":        {plain("POST", form, stream), 413},
		"200 keys":       {post(WebhookPath, manyKeys(200)), 200},
		"201 keys":       {post(WebhookPath, manyKeys(201)), 400},
		"bad escape":     {plain("POST", form, strings.NewReader("a=%zz")), 400},
		"semicolon":      {plain("POST", form, strings.NewReader("a=b;c=d")), 400},
		"broken body":    {plain("POST", form, io.MultiReader(strings.NewReader("a=b"), errReader{})), 400},
		"empty":          {plain("POST", form, strings.NewReader("")), 403},
	} {
		l := &ledger{}
		w := answer(mux(t, l, &reports{}), test.request)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", name, w.Code, test.want)
		}
		if test.want != 200 && l.count() != 0 {
			t.Errorf("%s: reached the receiver", name)
		}
	}
	if stream.read > 2*bodyMax {
		t.Errorf("%d bytes of an endless body were read", stream.read)
	}
	if w := answer(mux(t, &ledger{}, &reports{}), plain("GET", form, nil)); w.Header().Get("Allow") != "POST" {
		t.Error("405 without Allow")
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Twilio's documented example, through the stand-in's independent signature and the library's check.
func TestDocumentedSignature(t *testing.T) {
	const address = "https://mycompany.com/myapp.php?foo=1&bar=2"
	form := map[string]string{
		"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
	}
	values := url.Values{}
	for k, v := range form {
		values.Set(k, v)
	}
	if got := simulator.Signature("12345", address, values); got != "RSOYDt4T1cUTdK1PDd93/VVr8B8=" {
		t.Fatal("the stand-in signs differently from the documentation")
	}
	v := must(NewVerifier("https://mycompany.com", NewAuthToken("12345")))(t)
	if !v.signed(signedBy("12345", address, "/myapp.php?foo=1&bar=2", values), "/myapp.php", form) {
		t.Error("the documented signature is refused")
	}
}
