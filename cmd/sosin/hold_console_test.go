package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sosin/flows"
)

// counsellor is one member of staff at a browser, signed in at an instance.
type counsellor struct {
	w       *world
	account account
	cookies []*http.Cookie
}

// account is what `sosin staff add --json` prints.
type account struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret"`
}

// hire makes an account by the command line and signs it in at an instance.
func (w *world) hire(p *program, name string) *counsellor {
	w.Helper()
	c := &counsellor{w: w}
	if err := json.Unmarshal([]byte(w.command("staff", "add", "--name", name, "--role", "counsellor", "--json")), &c.account); err != nil {
		w.Fatalf("read the new account: %v", err)
	}
	code, err := totp.GenerateCode(c.account.TOTP, time.Now())
	if err != nil {
		w.Fatal(err)
	}
	form := url.Values{"name": {name}, "password": {c.account.Password}, "code": {code}}
	r, err := http.NewRequest(http.MethodPost, "http://"+p.public+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.client.Transport.RoundTrip(r) // follows no redirect
	if err != nil {
		w.Fatal(err)
	}
	_ = resp.Body.Close()
	if c.cookies = resp.Cookies(); len(c.cookies) == 0 {
		w.Fatalf("signing in was answered with %s", resp.Status)
	}
	return c
}

// do asks an instance for something, as the page does, and returns the ticket it names.
func (c *counsellor) do(p *program, path string, body map[string]any) string {
	c.w.Helper()
	got := c.ask(p, path, body)
	if got.status != http.StatusOK {
		c.w.Fatalf("%s was answered with %d %s", path, got.status, got.body)
	}
	var done struct{ Ticket string }
	if err := json.Unmarshal([]byte(got.body), &done); err != nil {
		c.w.Fatalf("%s: %v", path, err)
	}
	return done.Ticket
}

// ask sends what the page would send, and returns the answer, which is none from a program that dies.
func (c *counsellor) ask(p *program, path string, body map[string]any) answer {
	c.w.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		c.w.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+p.public+path, bytes.NewReader(raw))
	if err != nil {
		c.w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, k := range c.cookies {
		r.AddCookie(k)
	}
	return p.do(r)
}

// takes goes on duty and takes the next person.
func (c *counsellor) takes(p *program) (ticket string) {
	c.w.Helper()
	c.do(p, "/desk/duty", map[string]any{"on": true})
	return c.do(p, "/desk/take", map[string]any{})
}

// answers writes to a person, who should then hear it.
func (c *counsellor) answers(p *program, ticket, words string, h *human) {
	c.w.Helper()
	h.want = append(h.want, words)
	c.do(p, "/desk/reply", map[string]any{"ticket": ticket, "words": words})
}

// joined is the line before a counsellor's first words.
func (h *human) joined(alias string) string {
	s, err := h.oracle.texts.Say("en", "counsellor.joined", string(h.channel), map[string]any{"alias": alias})
	if err != nil {
		h.w.Fatal(err)
	}
	return s
}

// TestAProgramKilledWithACounsellorsWordsLosesNone: the console said "sent to them". Lost otherwise: the one sentence
// that somebody waited for, or the same sentence again and again.
func TestAProgramKilledWithACounsellorsWordsLosesNone(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for _, k := range killPoints[3:] { // before that the console has not said that it was taken
		for _, ch := range flows.Channels {
			all.Go(func() {
				t.Run(string(ch)+" "+k.name, func(t *testing.T) { killReply(t, k, ch) })
			})
		}
	}
	all.Wait()
}

func killReply(t *testing.T, k killPoint, ch flows.Channel) {
	w := newWorld(t, nil)
	p := w.ready()
	h := w.human(ch)
	h.ask("canary: I would like some advice")
	c := w.hire(p, "Kadri")
	ticket := c.takes(p)
	h.want = append(h.want, h.joined("Kadri"))
	c.answers(p, ticket, "canary: I am here", h)
	if !h.wait(20 * time.Second) {
		t.Fatalf("a counsellor's words do not arrive; heard %q", h.heard())
	}
	w.until(20*time.Second, "everything is settled", w.idle)
	dead := make(chan struct{})
	k.arm(w, func() { p.kill(); close(dead) })
	c.answersIntoTheDark(p, ticket, lastWords, h)
	select {
	case <-dead:
	case <-time.After(20 * time.Second):
		t.Fatal("the program never came to this point; the test is blind")
	}
	p = w.ready()
	if !h.wait(40 * time.Second) {
		t.Fatalf("the console took a counsellor's words, and they never arrive; heard %q", h.heard())
	}
	w.until(40*time.Second, "the words are settled after the restart", w.idle)
	c.answers(p, ticket, "canary: still with you", h)
	if !h.wait(20 * time.Second) {
		t.Fatalf("after the restart a counsellor's words do not arrive; heard %q", h.heard())
	}
	twice := 0
	if k.window && ch == flows.Telegram { // Twilio can be asked whether it has it
		twice = 1
	}
	if _, fault := h.verdict(twice); fault != "" {
		t.Error(fault)
	}
}

// answersIntoTheDark writes to a person while the program dies: there may be no answer from the console.
func (c *counsellor) answersIntoTheDark(p *program, ticket, words string, h *human) {
	c.w.Helper()
	h.want = append(h.want, words)
	c.ask(p, "/desk/reply", map[string]any{"ticket": ticket, "words": words})
}
