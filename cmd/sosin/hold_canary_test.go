package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sosin/flows"
)

// needle is one way in which a secret may lie somewhere.
type needle struct {
	how   string
	bytes []byte
}

// needles are a secret raw and in the encodings in which things get written down.
func needles(secret string) []needle {
	out := []needle{
		{"in clear", []byte(secret)},
		{"in hex", []byte(hex.EncodeToString([]byte(secret)))},
		{"in capital hex", []byte(strings.ToUpper(hex.EncodeToString([]byte(secret))))},
		{"in UTF-16LE", wide(secret, false)},
		{"in UTF-16BE", wide(secret, true)},
		{"backwards", backwards(secret)},
	}
	for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for at := range 3 {
			out = append(out, needle{fmt.Sprintf("in %s at %d", name, at), inside(e, secret, at)})
		}
	}
	return out
}

func wide(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		pair := []byte{byte(u), byte(u >> 8)}
		if big {
			pair[0], pair[1] = pair[1], pair[0]
		}
		out = append(out, pair...)
	}
	return out
}

func backwards(s string) []byte {
	b := []byte(s)
	slices.Reverse(b)
	return b
}

// inside is the part of a base64 text that depends on the secret alone, when it begins at the at-th of three bytes.
func inside(e *base64.Encoding, secret string, at int) []byte {
	all := e.EncodeToString(append(make([]byte, at), secret...))
	first := (at*8 + 5) / 6
	last := (at + len(secret)) * 8 / 6
	return []byte(all[first:last])
}

// found names what of the secrets lies in the haystacks, by haystack and way.
func found(haystacks map[string][]byte, secrets map[string]string) (hits []string) {
	for what, secret := range secrets {
		for _, n := range needles(secret) {
			for where, raw := range haystacks {
				if bytes.Contains(raw, n.bytes) {
					hits = append(hits, fmt.Sprintf("%s lies %s in %s", what, n.how, where))
				}
			}
		}
	}
	return hits
}

const (
	canaryWords   = "canary-words-of-the-person"
	canaryAnswer  = "canary-words-of-the-counsellor"
	canaryNote    = "canary-note-between-staff"
	canaryErased  = "canary-words-to-be-erased"
	canaryControl = "canary-planted-in-clear"
)

// TestNothingThatPointsAtAPersonLiesAnywhere walks both channels from the first word to the erasure and then reads
// everything that is left: Redis's append-only file and log, the program's output, its metrics. Whoever steals the disk
// or reads the logs must not learn who wrote, or what.
func TestNothingThatPointsAtAPersonLiesAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.ready()
	secrets := map[string]string{
		"the bot's token": rigToken, "the webhook's secret": rigSecret, "Twilio's auth token": rigAuth,
		"a first name": "canary-name", "a user name": "canary_username", "what a person wrote": canaryWords,
		"what a counsellor wrote": canaryAnswer, "a private note": canaryNote, "what a person erased": canaryErased,
	}
	c := w.hire(p, "Kadri")
	secrets["a counsellor's password"], secrets["a counsellor's TOTP secret"] = c.account.Password, c.account.TOTP
	for _, ch := range flows.Channels {
		h, erased := w.human(ch), w.human(ch)
		secrets[string(ch)+" address"], secrets[string(ch)+" address of somebody erased"] = h.id, erased.id
		canaryWalk(w, p, c, h)
		erased.ask(canaryErased)
		w.erases(erased)
	}
	canaryRefused(w, p, secrets)
	w.until(20*time.Second, "everything is settled", w.idle)
	_, metrics := p.operations("/metrics")
	if !strings.Contains(metrics, "sosin_turns_total") {
		t.Fatal("the metrics are not there to be searched")
	}
	if status := p.terminate(20 * time.Second); status != 0 {
		t.Fatalf("the program stopped with status %d", status)
	}
	haystacks := w.redis.files()
	haystacks["the program's output"], haystacks["the metrics"] = []byte(p.said()), []byte(metrics)
	for _, hit := range found(haystacks, secrets) {
		t.Error(hit)
	}
	blind(w)
}

// canaryWalk is one person's whole way, and a counsellor's.
func canaryWalk(w *world, p *program, c *counsellor, h *human) {
	w.Helper()
	h.ask(canaryWords)
	ticket := c.takes(p)
	h.want = append(h.want, h.joined("Kadri"))
	c.answers(p, ticket, canaryAnswer, h)
	if !h.wait(20 * time.Second) {
		w.Fatalf("%s: a counsellor's words do not arrive; heard %q", h.channel, h.heard())
	}
	before := len(h.heard())
	h.post(canaryWords + " again")
	c.do(p, "/desk/note", map[string]any{"ticket": ticket, "words": canaryNote})
	c.do(p, "/desk/chat", map[string]any{"ticket": ticket})
	c.do(p, "/desk/close", map[string]any{"ticket": ticket, "code": "helped"})
	w.until(20*time.Second, "the last question has come", func() bool { return len(h.heard()) > before && w.idle() })
	c.do(p, "/desk/duty", map[string]any{"on": false})
	w.until(20*time.Second, "nobody is on duty any more", func() bool { return w.dutyForgotten(p) })
}

// dutyForgotten: what an instance knows of duty is at most five seconds old; a fresh person then hears that nobody is
// here.
func (w *world) dutyForgotten(*program) bool {
	probe := w.human(flows.Telegram)
	probe.come()
	before := len(probe.heard())
	probe.post("4")
	return eventually(10*time.Second, func() bool { return len(probe.heard()) > before }) &&
		probe.heard()[before] == probe.oracle.text("queue.nobody")
}

// erases lets a person erase everything.
func (w *world) erases(h *human) {
	w.Helper()
	h.say("delete", "1")
}

// canaryRefused sends what is refused, with secrets in every place, so that refusals are logged with nothing of it.
func canaryRefused(w *world, p *program, secrets map[string]string) {
	w.Helper()
	h := w.human(flows.Telegram)
	secrets["the address of somebody refused"] = h.id
	h.say("hello")
	w.wire.sever(true)
	p.telegramPost(h.update(rawUpdate(), canaryWords, time.Now()))
	p.smsPost("/sms", "SM"+strings.Repeat("ab", 16), "+37200099999", canaryWords)
	secrets["a number refused"] = "+37200099999"
	w.wire.sever(false)
	w.until(20*time.Second, "the program is ready again", func() bool { return p.get("/readyz") == http.StatusOK })
	for _, path := range []string{"/sign-in?name=" + canaryWords, "/" + canaryWords, "/telegram?token=" + rigToken} {
		if p.getPublic(path) == 0 {
			w.Errorf("no answer to a strange request")
		}
	}
	w.doors.arm(func() {}, nil) // the provider hangs up
	h.write("2")
}

func (p *program) getPublic(path string) int {
	r, err := http.NewRequest(http.MethodGet, "http://"+p.public+path, nil)
	if err != nil {
		return 0
	}
	return p.do(r).status
}

// blind plants a secret in each encoding and expects to find every one: a search that finds nothing proves nothing.
func blind(w *world) {
	w.Helper()
	ctx := context.Background()
	all := needles(canaryControl)
	for _, n := range all {
		if err := w.redis.db.Set(ctx, "control "+n.how, n.bytes, 0).Err(); err != nil {
			w.Fatal(err)
		}
	}
	hits := found(w.redis.files(), map[string]string{"the control": canaryControl})
	for _, n := range all {
		if !slices.ContainsFunc(hits, func(h string) bool { return strings.Contains(h, n.how+" in ") }) {
			w.Errorf("the search is blind to a secret %s", n.how)
		}
	}
	if raw := []byte("x" + base64.StdEncoding.EncodeToString([]byte("ab"+canaryControl+"cd"))); !bytes.Contains(raw, inside(base64.StdEncoding, canaryControl, 2)) {
		w.Error("the search is blind to a secret in the middle of a base64 text")
	}
}
