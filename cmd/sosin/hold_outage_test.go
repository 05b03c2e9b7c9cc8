package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/bot/simulator"
	"sosin/flows"
	"sosin/handoff"
)

// run runs an instance in the test's process until the test ends.
func (w *world) run(a *app) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := a.run(ctx); err != nil {
			w.Errorf("a loop ended: %v", err)
		}
	})
	w.Cleanup(func() { cancel(); running.Wait() })
	if err := a.ready(ctx, false); err != nil {
		w.Fatalf("the instance is not ready: %v", err)
	}
}

// hear hands an update to an instance in the test's process.
func (a *app) hear(raw []byte) answer {
	r := httptest.NewRequest(http.MethodPost, "/telegram", bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", rigSecret)
	out := httptest.NewRecorder()
	a.public.ServeHTTP(out, r)
	return answer{out.Code, out.Header(), out.Body.String()}
}

// tell hands over what a person wrote at a time, and expects it to be taken.
func (h *human) tell(a *app, text string, at time.Time) {
	h.w.Helper()
	if got := a.hear(h.update(rawUpdate(), text, at)); got.status != http.StatusOK {
		h.w.Fatalf("an update was answered with %d", got.status)
	}
}

// known makes Telegram let the bot write to this person; no update comes of it.
func (h *human) known() { h.w.telegram.Write(h.chat, "hello") }

// arrive walks in at a time, by the store's clock and the provider's dates, and is answered.
func (h *human) arrive(a *app, at time.Time) {
	h.w.Helper()
	for _, text := range []string{"hello", "3", "1"} {
		h.want = append(h.want, h.oracle.step(flows.Input{Text: text})...)
		h.tell(a, text, at)
		if !h.wait(20 * time.Second) {
			h.w.Fatalf("a person wrote %q and was left without an answer; heard %q", text, h.heard())
		}
	}
}

var onDuty = handoff.Member{ID: "canary-staff", Alias: "Kadri"}

// lateWorld is one instance without webhook deliveries, so that every update is the test's.
func lateWorld(t *testing.T) (*world, *app) {
	w := newWorld(t, nil)
	a := w.inside()
	w.run(a)
	return w, a
}

// TestWhatWasWrittenAnHourAgoIsKeptAndNotAnswered: an answer to what somebody wrote an hour ago may come up on a screen
// that another person is holding by now. Lost otherwise: safety; or, if it were dropped, the cry for help itself.
func TestWhatWasWrittenAnHourAgoIsKeptAndNotAnswered(t *testing.T) {
	t.Parallel()
	w, a := lateWorld(t)
	ctx := context.Background()
	hourAgo := time.Now().Add(-time.Hour)
	if err := a.store.OnDuty(ctx, onDuty); err != nil {
		t.Fatal(err)
	}
	asks, danger, stranger := w.human(flows.Telegram), w.human(flows.Telegram), w.human(flows.Telegram)
	for _, h := range []*human{asks, danger, stranger} {
		h.known()
	}
	a.store.Shift(-time.Hour - 5*time.Minute)
	asks.arrive(a, hourAgo.Add(-5*time.Minute))
	danger.arrive(a, hourAgo.Add(-5*time.Minute))
	a.store.Shift(0)

	asks.tell(a, "person", hourAgo)
	danger.tell(a, "112", hourAgo)
	stranger.tell(a, "hello", hourAgo)
	ping := danger.oracle.text("ping.neutral")
	w.until(20*time.Second, "only the neutral question has gone, to the one in danger", func() bool {
		got := danger.heard()
		return len(got) > 0 && got[len(got)-1] == ping && w.idle()
	})
	danger.want = append(danger.want, ping)
	for _, h := range []*human{asks, danger, stranger} {
		if len(h.heard()) != len(h.want) {
			t.Errorf("an hour late a person was told %q", h.heard()[len(h.want):])
		}
	}
	counted := w.redis.key("n:" + time.Now().In(flows.Tallinn).Format("2006-01"))
	if n, err := w.redis.db.HLen(ctx, counted).Result(); err != nil || n == 0 {
		t.Errorf("what was written during the outage is not counted (%v)", err)
	}
	lateTickets(w, a)
	asks.want = append(asks.want, ping) // the counsellor's; the one in danger was asked already
	w.until(20*time.Second, "the neutral question is out", func() bool { return asks.wait(0) && w.idle() })
	for h, key := range map[*human]string{asks: "safety.check", danger: "safety.check", stranger: "lang.choose"} {
		h.tell(a, "hello", time.Now())
		h.want = append(h.want, h.oracle.text(key))
		if !h.wait(20 * time.Second) {
			t.Errorf("after the outage a person wrote again and heard %q; %s should come", h.heard(), key)
		}
	}
	w.until(20*time.Second, "everything is settled", w.idle)
	w.check([]*human{asks, danger, stranger}, 0)
}

// lateTickets: both who asked for somebody are in the queue, the one in danger first; and a counsellor's words to them
// are held, for they are not here now.
func lateTickets(w *world, a *app) {
	w.Helper()
	ctx := context.Background()
	for i, band := range []flows.Band{flows.High, flows.Rest} {
		m := handoff.Member{ID: onDuty.ID + string(rune('a'+i)), Alias: "Kadri"}
		if err := a.store.OnDuty(ctx, m); err != nil {
			w.Fatal(err)
		}
		id, err := a.desk.Take(ctx, m)
		if err != nil {
			w.Fatalf("a person asked for somebody during the outage and is in no queue: %v", err)
		}
		chat, err := a.desk.Read(ctx, m, id)
		if err != nil {
			w.Fatal(err)
		}
		if chat.Band != band {
			w.Errorf("ticket %d has band %d, not %d", i, chat.Band, band)
		}
		if chat.CanWrite {
			w.Errorf("the counsellor is told that a person who wrote an hour ago is here now")
		}
		if held, err := a.desk.Reply(ctx, m, id, "canary: I am here"); err != nil || !held {
			w.Errorf("words to a person who wrote an hour ago: held %v, error %v; they must wait for a yes", held, err)
		}
	}
}

// TestAnSMSFoundAnHourLateIsKeptAndNotAnswered: Twilio asks once; what it could not hand over lies in its list.
func TestAnSMSFoundAnHourLateIsKeptAndNotAnswered(t *testing.T) {
	t.Parallel()
	clock := simulator.NewManualClock(time.Now().Add(-time.Hour))
	w := newWorld(t, func(_ *simulator.TelegramConfig, tw *simulator.TwilioConfig) { tw.Clock = clock })
	h := w.human(flows.SMS)
	h.post("hello")
	w.until(20*time.Second, "Twilio has given the webhook and the fallback up", func() bool { return len(w.twilio.Deliveries()) == 2 })
	clock.Set(time.Now())
	w.ready()
	w.until(20*time.Second, "the sweep has found the message", func() bool {
		n, err := w.redis.db.Exists(context.Background(), w.redis.key("mark:twilio-sweep")).Result()
		return err == nil && n == 1
	})
	w.until(20*time.Second, "everything is settled", w.idle)
	if got := h.heard(); len(got) != 0 {
		t.Errorf("an hour late a person was told %q", got)
	}
	clock.Set(time.Now())
	h.oracle.step(flows.Input{Text: "hello"})
	h.say("hello")
	w.check([]*human{h}, 0)
}

// TestACounsellorsWordsThatBecameStaleAreHeld: Telegram takes nothing for ten minutes. The words must not arrive then, on
// a phone that may have changed hands, and must not vanish.
func TestACounsellorsWordsThatBecameStaleAreHeld(t *testing.T) {
	t.Parallel()
	w, a := lateWorld(t)
	ctx := context.Background()
	h := w.human(flows.Telegram)
	h.known()
	if err := a.store.OnDuty(ctx, onDuty); err != nil {
		t.Fatal(err)
	}
	h.arrive(a, time.Now())
	h.tell(a, "person", time.Now())
	w.until(20*time.Second, "the queue's text is there", func() bool { return len(h.heard()) > len(h.want) && w.idle() })
	id, err := a.desk.Take(ctx, onDuty)
	if err != nil {
		t.Fatal(err)
	}
	w.telegram.Fail(simulator.Fault{Operation: "sendMessage", To: h.id, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	const words = "canary: can you get to a safe place"
	if held, err := a.desk.Reply(ctx, onDuty, id, words); err != nil || held {
		t.Fatalf("an answer to a person who is here: held %v, error %v", held, err)
	}
	w.until(20*time.Second, "Telegram has refused it", func() bool {
		calls := w.telegram.Calls("sendMessage")
		return calls[len(calls)-1].Code == http.StatusTooManyRequests
	})
	a.store.Shift(11 * time.Minute)
	w.telegram.ClearFaults()
	w.until(20*time.Second, "the lane is empty", w.idle)
	chat, err := a.desk.Read(ctx, onDuty, id)
	if err != nil {
		t.Fatal(err)
	}
	if chat.Held == 0 {
		t.Errorf("the counsellor's words are neither sent nor held: they are lost")
	}
	for _, line := range h.heard() {
		if strings.Contains(line, words) {
			t.Errorf("the counsellor's words arrived eleven minutes after the person was last here")
		}
	}
}

// TestTheNumbersComeOnceWhileRedisIsAway: nobody may stand at a dumb door. After 20 seconds each person on Telegram who
// writes gets 112 and 116 006 once, however often Telegram repeats the update, and again only in another outage.
func TestTheNumbersComeOnceWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	w, a := lateWorld(t)
	var mu sync.Mutex
	now := time.Now()
	a.engine.Outage.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	later := func(d time.Duration) { mu.Lock(); now = now.Add(d); mu.Unlock() }
	people := w.crowd(2, flows.Telegram)
	for _, h := range people {
		h.known()
	}
	told := func(h *human) (n int) {
		for _, line := range h.heard() {
			if strings.Contains(line, "112") && strings.Contains(line, "116 006") {
				n++
			}
		}
		return n
	}
	for outage := 1; outage <= 2; outage++ {
		w.wire.sever(true)
		updates := map[*human][]byte{}
		for _, h := range people {
			updates[h] = h.update(rawUpdate(), "hello", time.Now())
			if got := a.hear(updates[h]); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
				t.Errorf("while Redis is away an update is answered with %d and Retry-After %q", got.status, got.header.Get("Retry-After"))
			}
		}
		later(19 * time.Second)
		for _, h := range people {
			a.hear(updates[h])
			if told(h) != outage-1 {
				t.Errorf("outage %d: the numbers came before 20 seconds had passed", outage)
			}
		}
		later(2 * time.Second)
		for range 3 {
			for _, h := range people {
				a.hear(updates[h])
			}
		}
		w.until(20*time.Second, "both have the numbers", func() bool { return told(people[0]) >= outage && told(people[1]) >= outage })
		w.wire.sever(false)
		for _, h := range people {
			before := len(h.heard())
			if !eventually(10*time.Second, func() bool { return a.hear(updates[h]).status == http.StatusOK }) {
				t.Fatal("Redis is back and updates are still refused")
			}
			w.until(20*time.Second, "the answer comes", func() bool { return len(h.heard()) > before && w.idle() })
		}
		for _, h := range people {
			if told(h) != outage {
				t.Errorf("in %d outages a person got the numbers %d times", outage, told(h))
			}
		}
	}
}

// TestRedisAwayLosesNothing: the doors say 503 and when to come again, SMS is answered with the numbers all the same, and
// afterwards every message is there.
func TestRedisAwayLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.ready()
	chat, text := w.human(flows.Telegram), w.human(flows.SMS)
	chat.come()
	text.come()
	w.until(20*time.Second, "everything is settled", w.idle)
	w.wire.sever(true)
	chat.write("numbers")
	text.write("5")
	w.until(20*time.Second, "Telegram is told to come again", func() bool {
		d := w.telegram.Deliveries()
		return d[len(d)-1].Status == http.StatusServiceUnavailable
	})
	got := p.telegramPost(chat.update(rawUpdate(), "limits", time.Now()))
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("while Redis is away an update is answered with %d and Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	if status, says := p.operations("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(says, "redis") {
		t.Errorf("while Redis is away /readyz answers %d %q", status, says)
	}
	if p.get("/livez") != http.StatusOK {
		t.Error("while Redis is away the program calls itself dead; a supervisor would restart it for nothing")
	}
	numbers := text.oracle.text("static.fallback")
	if !strings.Contains(numbers, "112") || !strings.Contains(numbers, "116 006") {
		t.Errorf("the fallback does not name the numbers: %q", numbers)
	}
	w.until(20*time.Second, "the SMS fallback has answered with the numbers", func() bool {
		return slices.ContainsFunc(w.twilio.Texts(text.id), func(m simulator.Text) bool { return m.Received && m.Body == numbers })
	})
	w.wire.sever(false)
	if status := p.terminate(20 * time.Second); status != 0 { // and the sweep's lease of two minutes passes
		t.Errorf("the program stopped with status %d", status)
	}
	w.passJobs()
	w.ready()
	for _, h := range []*human{chat, text} {
		if !h.wait(30 * time.Second) {
			t.Errorf("%s: Redis is back, and what a person wrote meanwhile is lost\nheard: %q\nshould have: %q", h.channel, h.heard(), h.want)
		}
	}
	w.until(20*time.Second, "everything is settled", w.idle)
	w.check([]*human{chat, text}, 0)
}
