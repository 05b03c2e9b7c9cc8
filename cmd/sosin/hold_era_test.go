package main

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sosin/bot/simulator"
	"sosin/flows"
	"sosin/handoff"
)

// era is an installation whose time a test can move: the whole program in the test's process, with its listeners, its
// loops and its registration, between the providers; and one clock for all of them.
type era struct {
	*world
	app   *app
	p     *program
	clock *movedClock
}

// movedClock is the machine's clock, moved.
type movedClock struct{ by atomic.Int64 }

func (c *movedClock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

func (c *movedClock) At(t time.Time) (<-chan time.Time, func()) {
	timer := time.NewTimer(t.Sub(c.Now()))
	return timer.C, func() { timer.Stop() }
}

func newEra(t testing.TB) *era {
	t.Helper()
	clock := &movedClock{}
	w := newWorld(t, func(tg *simulator.TelegramConfig, tw *simulator.TwilioConfig) { tg.Clock, tw.Clock = clock, clock })
	a := w.inside()
	return &era{w, a, w.host(a), clock}
}

// pass lets time go by, for everybody at once.
func (e *era) pass(d time.Duration) {
	e.app.store.Shift(time.Duration(e.clock.by.Add(int64(d))))
}

// host lets an instance in the test's process listen, run and register as `sosin serve` does, until the test ends.
func (w *world) host(a *app) *program {
	w.Helper()
	public, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	ops, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	p := &program{w: w, public: public.Addr().String(), ops: ops.Addr().String(), gone: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: 20 * time.Second}}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := a.serveOn(ctx, public, ops); err != nil {
			w.Errorf("the instance stopped: %v", err)
		}
	})
	w.Cleanup(func() { p.leave(); p.client.CloseIdleConnections(); cancel(); running.Wait() })
	w.mu.Lock()
	w.programs = append(w.programs, p)
	w.mu.Unlock()
	w.until(20*time.Second, "the instance is ready and registered", func() bool {
		return p.get("/readyz") == http.StatusOK && len(w.telegram.Calls("setWebhook")) > 0
	})
	return p
}

// comesOn puts counsellors on duty, and everybody who asks knows it.
func (w *world) comesOn(a *app, members ...handoff.Member) {
	w.Helper()
	for _, m := range members {
		if err := a.store.OnDuty(context.Background(), m); err != nil {
			w.Fatalf("go on duty: %v", err)
		}
	}
}

// refreshed waits until what an instance may still believe of duty and waits has become true: it asks every few seconds.
func (w *world) refreshed() {
	w.Helper()
	from := time.Now()
	w.until(2*dutyFor, "what is known of duty is fresh", func() bool { return time.Since(from) > dutyFor })
}

// line is a text of ours as this person is told it, in English.
func (h *human) line(key string, args map[string]any) string {
	h.w.Helper()
	s, err := h.oracle.texts.Say("en", key, string(h.channel), args)
	if err != nil {
		h.w.Fatal(err)
	}
	return s
}

// tells writes messages one after another, each when the one before was answered. What is said is for hears to judge.
func (h *human) tells(texts ...string) {
	h.w.Helper()
	for _, text := range texts {
		before := len(h.heard())
		h.post(text)
		h.w.until(20*time.Second, "there is an answer to "+text, func() bool { return len(h.heard()) > before && h.w.idle() })
	}
}

// latest is what was heard last.
func (h *human) latest() string {
	got := h.heard()
	if len(got) == 0 {
		return ""
	}
	return got[len(got)-1]
}

// hears expects a text of ours among the answers since a moment; what it varies in may be anything.
func (h *human) hears(since int, keys ...string) {
	h.w.Helper()
	got := h.heard()[since:]
	for _, key := range keys {
		if !slices.ContainsFunc(got, func(line string) bool { return like(line, h.pattern(key)) }) {
			h.w.Errorf("%s: %s was not said, but %q", h.channel, key, got)
		}
	}
}

// pattern is a text in pieces, cut where something varies.
func (h *human) pattern(key string) []string {
	h.w.Helper()
	args := map[string]any{}
	for _, v := range h.oracle.texts.Vars(key) {
		args[v] = "\x00"
	}
	return strings.Split(h.line(key, args), "\x00")
}

// like tells whether a line has these pieces in this order, the first at its beginning and after the last nothing but, in
// an SMS, its answers.
func like(line string, pieces []string) bool {
	if !strings.HasPrefix(line, pieces[0]) {
		return false
	}
	for _, piece := range pieces {
		_, rest, found := strings.Cut(line, piece)
		if !found {
			return false
		}
		line = rest
	}
	return line == "" || answersFollow.MatchString(line) || pieces[len(pieces)-1] == ""
}

var answersFollow = regexp.MustCompile(`^(\n[0-9]+ [^\n]+)+$`)

// claims takes the next person for a member; fails if there is none.
func (w *world) claims(a *app, m handoff.Member) string {
	w.Helper()
	id, err := a.desk.Take(context.Background(), m)
	if err != nil {
		w.Fatalf("%s is on duty, somebody waits, and the claim ends with: %v", m.Alias, err)
	}
	return id
}

// reads opens a chat for its holder.
func (w *world) reads(a *app, m handoff.Member, id string) handoff.Chat {
	w.Helper()
	chat, err := a.desk.Read(context.Background(), m, id)
	if err != nil {
		w.Fatalf("the holder cannot read the chat: %v", err)
	}
	return chat
}

// replies writes to a person and tells whether the words wait for a yes.
func (w *world) replies(a *app, m handoff.Member, id, words string) (held bool) {
	w.Helper()
	held, err := a.desk.Reply(context.Background(), m, id, words)
	if err != nil {
		w.Fatalf("the holder cannot answer: %v", err)
	}
	return held
}

// events are the transcript's lines about what happened, in order.
func events(chat handoff.Chat) (keys []string) {
	for _, line := range chat.Log {
		if line.From == flows.Event {
			keys = append(keys, line.Text)
		}
	}
	return keys
}

// wrote tells whether a person's words stand in the transcript.
func wrote(chat handoff.Chat, words string) bool {
	return slices.ContainsFunc(chat.Log, func(l handoff.Line) bool { return l.From == flows.Person && l.Words == words })
}

// thread is what still stands in a Telegram chat.
func (h *human) thread() (texts []string) {
	for _, m := range h.w.telegram.Chat(h.chat) {
		texts = append(texts, m.Text)
	}
	return texts
}
