package simulator

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// visit opens the page as a browser with cookies would.
type visit struct {
	t      *testing.T
	base   string
	client *http.Client
}

func open(t *testing.T, p *Phones) *visit {
	t.Helper()
	srv := httptest.NewServer(p.Handler())
	t.Cleanup(func() { p.Close(); srv.Close() })
	return &visit{t: t, base: srv.URL + strings.TrimSuffix(p.Prefix, "/"), client: browser(t)}
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (v *visit) get(path string) (*http.Response, string) {
	v.t.Helper()
	resp, err := v.client.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp, string(body)
}

func (v *visit) press(path string, fields url.Values) int {
	v.t.Helper()
	resp, err := v.client.PostForm(v.base+path, fields)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// events returns a function that reads states until one satisfies cond.
func (v *visit) events() func(cond func(pageState) bool) pageState {
	v.t.Helper()
	req, err := http.NewRequestWithContext(deadline(v.t), http.MethodGet, v.base+"/events", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	resp, err := v.client.Do(req)
	if err != nil || resp.Header.Get("Content-Type") != "text/event-stream" {
		v.t.Fatalf("events: %v", err)
	}
	v.t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func(cond func(pageState) bool) pageState {
		v.t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var s pageState
			if ok && json.Unmarshal([]byte(data), &s) == nil && cond(s) {
				return s
			}
		}
		v.t.Fatalf("the stream ended: %v", lines.Err())
		return pageState{}
	}
}

func standIns(t *testing.T) *Phones {
	t.Helper()
	tg, _ := newTelegram(t, nil)
	tw, _ := newTwilio(t, nil)
	return &Phones{Telegram: tg, Twilio: tw, Prefix: "/phones/"}
}

func TestPhonesPage(t *testing.T) {
	p := standIns(t)
	p.Doors = []Door{{"Console", "Answer as a <counsellor>", "http://127.0.0.1:1/door"}}
	v := open(t, p)
	resp, body := v.get("/")
	for _, want := range []string{"nothing here is a real phone", "Answer as a &lt;counsellor&gt;", `href="http://127.0.0.1:1/door"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	csp := resp.Header.Get("Content-Security-Policy")
	if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	if strings.Contains(body, "style=") || strings.Contains(body, "onclick") || strings.Contains(body, "<style") {
		t.Error("inline style or script")
	}
	for _, path := range []string{"/static/app.js", "/static/app.css"} {
		if resp, _ := v.get(path); resp.StatusCode != 200 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// Both directions, through the stand-ins; a second browser is a second person.
func TestPhonesConversation(t *testing.T) {
	p := standIns(t)
	v := open(t, p)
	v.get("/")
	next := v.events()
	s := next(func(pageState) bool { return true })
	me, number := s.Telegram.Person, s.SMS.Person
	if !e164Pattern.MatchString(number) || !strings.HasPrefix(number, numberPrefix) {
		t.Errorf("number %s", number)
	}
	v.press("/telegram/write", url.Values{"text": {"<b>hello</b>"}})
	must(t, p.Telegram, "sendMessage", url.Values{"chat_id": {me}, "text": {"?"}, "protect_content": {"true"}, "reply_markup": {keyboard("yes", 1)}})
	s = next(func(s pageState) bool { return len(s.Telegram.Messages) == 2 })
	if m := s.Telegram.Messages; !m[0].Mine || m[0].Text != "<b>hello</b>" || m[1].Mine || m[1].Notes[0] != "cannot be forwarded" {
		t.Errorf("the phone shows %+v", m)
	}
	v.press("/telegram/tap", url.Values{"message": {"2"}, "data": {"yes"}})
	s = next(func(s pageState) bool { return len(s.Telegram.Messages[1].Waiting) == 1 })
	v.press("/telegram/block", nil)
	next(func(s pageState) bool { return s.Telegram.Blocked })
	v.press("/telegram/unblock", nil)
	next(func(s pageState) bool { return !s.Telegram.Blocked })
	v.press("/sms/write", url.Values{"text": {"õ"}})
	s = next(func(s pageState) bool { return len(s.SMS.Messages) == 1 })
	if n := s.SMS.Messages[0].Notes; n[0] != "1 segment" || n[1] != "UCS-2" {
		t.Errorf("notes %v", n)
	}
	v.press("/sms/write", url.Values{"text": {"STOP"}})
	next(func(s pageState) bool { return s.SMS.OptedOut && len(s.SMS.Messages) == 3 })
	if again := v.events()(func(pageState) bool { return true }); again.Telegram.Person != me || len(again.Telegram.Messages) != 2 {
		t.Error("a reload must keep the conversation")
	}
	other := &visit{t: t, base: v.base, client: browser(t)}
	other.get("/")
	if s := other.events()(func(pageState) bool { return true }); s.Telegram.Person == me || s.SMS.Person == number {
		t.Error("two browsers share a person")
	}
	v.press("/telegram/new", url.Values{"language": {"ru"}})
	v.press("/sms/new", nil)
	s = next(func(s pageState) bool { return s.Telegram.Person != me && s.SMS.Person != number })
	if len(s.Telegram.Messages) != 0 || len(s.SMS.Messages) != 0 {
		t.Error("a new person sees the old one's messages")
	}
}

// Nobody writes for a visitor from another site, or without a page.
func TestPhonesRefuseForeignRequests(t *testing.T) {
	p := standIns(t)
	v := open(t, p)
	if got := v.press("/telegram/write", url.Values{"text": {"x"}}); got != http.StatusConflict {
		t.Errorf("without a page: %d", got)
	}
	v.get("/")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.base+"/telegram/write", strings.NewReader("text=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || p.Telegram.Pending() != 0 {
		t.Errorf("cross-site: %d", resp.StatusCode)
	}
	for path, fields := range map[string]url.Values{
		"/telegram/write": {"text": {"  "}}, "/telegram/tap": {"message": {"x"}}, "/telegram/new": {"language": {"<b>"}},
	} {
		if got := v.press(path, fields); got != http.StatusNoContent || p.Telegram.Pending() != 0 {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// A demo with one channel off shows one phone.
func TestPhonesWithOneChannel(t *testing.T) {
	p := standIns(t)
	p.Telegram = nil
	v := open(t, p)
	if _, body := v.get("/"); strings.Contains(body, `id="telegram"`) || !strings.Contains(body, `id="sms"`) {
		t.Error("the wrong phones")
	}
	v.events()(func(s pageState) bool { return s.Telegram == nil && s.SMS != nil })
}

func TestPhonesForgetTheOldestVisitor(t *testing.T) {
	p := standIns(t)
	p.begin()
	first := p.admit()
	for range visitorsMax {
		p.admit()
	}
	if p.visitors[first] != nil || len(p.visitors) != visitorsMax || len(p.recent) != visitorsMax {
		t.Errorf("%d visitors kept", len(p.visitors))
	}
}
