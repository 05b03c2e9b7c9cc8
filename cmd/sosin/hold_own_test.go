package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

var shownCode = regexp.MustCompile(`[0-9A-Z]{5} [0-9A-Z]{5}`)

// takesCode asks for a return code and notes it.
func (h *human) takesCode() string {
	h.w.Helper()
	before := len(h.heard())
	h.tells("code", "1")
	h.hears(before, "code.given")
	for _, line := range h.heard()[before:] {
		if code := shownCode.FindString(line); code != "" {
			return code
		}
	}
	h.w.Fatalf("no return code was shown: %q", h.heard()[before:])
	return ""
}

// gone waits until nothing in a Telegram chat has these words any more, less than two minutes after they were sent: 105
// seconds have passed on the clock, and the rest passes here.
func (h *human) gone(words string) {
	h.w.Helper()
	h.w.until(14*time.Second, "what must not stay on the phone is deleted within two minutes", func() bool {
		return !slices.ContainsFunc(h.thread(), func(text string) bool { return strings.Contains(text, words) })
	})
}

// TestAReturnCodeMovesTheConversationToAnotherPhone: somebody loses a phone, or it is taken from them. Lost otherwise: the
// chat that was going on; or, worse, the answer that comes up on the phone which somebody else is holding now.
func TestAReturnCodeMovesTheConversationToAnotherPhone(t *testing.T) {
	t.Parallel()
	e := newEra(t)
	ctx := context.Background()
	old, other := e.human(flows.Telegram), e.human(flows.Telegram)
	const words, answer = "canary: I would like some advice", "canary: good that you are back"
	old.ask(words)
	code := old.takesCode()
	if !slices.ContainsFunc(old.thread(), func(text string) bool { return strings.Contains(text, code) }) {
		t.Fatal("the message with the code is not on the phone; the test is blind")
	}
	e.pass(105 * time.Second)
	old.gone(code)
	if !slices.Contains(old.thread(), words) {
		t.Error("with the code the person's other messages were deleted from the phone")
	}

	other.come()
	before := len(other.heard())
	other.tells(strings.ToLower(code))
	other.hears(before, "code.moved", "queue.away")
	e.pass(105 * time.Second)
	other.gone(strings.ToLower(code))
	e.until(20*time.Second, "the old phone has forgotten the chat", func() bool { return len(old.thread()) == 0 })

	e.comesOn(e.app, onDuty)
	id := e.claims(e.app, onDuty)
	if chat := e.reads(e.app, onDuty, id); !wrote(chat, words) || !slices.Contains(events(chat), "event.moved") {
		t.Errorf("the counsellor does not read what was written before, or that the person came back: %+v", chat.Log)
	}
	before = len(old.heard())
	if e.replies(e.app, onDuty, id, answer) {
		t.Error("the person is here, on the new phone, and the words are held")
	}
	e.until(20*time.Second, "the answer reaches the new phone", func() bool { return other.latest() == answer && e.idle() })
	if got := old.heard()[before:]; len(got) > 0 {
		t.Errorf("the old phone was told %q", got)
	}
	old.tells("hello")
	if got := old.heard()[before:]; !slices.Equal(got, []string{old.oracle.text("lang.choose")}) {
		t.Errorf("the old phone is no stranger: it was told %q", got)
	}
	old.tells(code)
	if got := old.latest(); got != old.oracle.text("lang.choose") {
		t.Errorf("a code before yes is answered on the old phone with %q", got)
	}

	if err := e.app.store.OffDuty(ctx, onDuty.ID); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*human{other, old} {
		h.tells("delete", "1")
	}
	if got, err := e.app.desk.Read(ctx, onDuty, id); err == nil {
		t.Errorf("everything was erased, and the counsellor still reads %d lines", len(got.Log))
	}
	e.until(30*time.Second, "both phones are empty but for the confirmation", func() bool {
		return len(old.thread()) <= 1 && len(other.thread()) <= 1
	})
	e.pass(105 * time.Second) // the code typed last is still to be deleted
	if !eventually(20*time.Second, func() bool { return len(e.redis.personal()) == 0 }) {
		t.Errorf("both erased everything, and the store still has %q", e.redis.personal())
	}
}

// kept are the keys that may stay when nobody's conversation is left: the staff's, counters, marks of loops, what keeps an
// erased update from coming back, and how often codes were tried.
var kept = []string{"x:", "n:", "w:", "meta", "staff", "names", "sess:", "duty", "dutyas", "audit", "lead:", "mark:", "shred", "rate:"}

// personal are the keys of which that cannot be said.
func (r *redisServer) personal() (names []string) {
	r.t.Helper()
	all, err := r.db.Keys(context.Background(), "*").Result()
	if err != nil {
		r.t.Fatalf("list keys: %v", err)
	}
	for _, k := range all {
		name := strings.TrimPrefix(k, r.key(""))
		if !slices.ContainsFunc(kept, func(p string) bool { return name == p || strings.HasSuffix(p, ":") && strings.HasPrefix(name, p) }) {
			names = append(names, name)
		}
	}
	return names
}

// The two words of a person who may be made to show their phone.
const ownWord, duressWord = "lantern", "harbour"

// guards sets both words, from the menu.
func (h *human) guards() {
	h.w.Helper()
	before := len(h.heard())
	h.tells("6", "2", "1", ownWord, "1", duressWord)
	h.hears(before, "word.kept", "duress.kept")
}

// agrees chooses tomorrow at ten, from the menu.
func (h *human) agrees() {
	h.w.Helper()
	before := len(h.heard())
	h.tells("2", "5", "2", "2", "1", "1")
	h.hears(before, "later.agreed")
}

// TestAfterTheDuressWordAPhoneStaysQuiet: somebody stands over the person. From here on every message on that screen may
// cost them dearly; and those who could help must know.
func TestAfterTheDuressWordAPhoneStaysQuiet(t *testing.T) {
	t.Parallel()
	e := newEra(t)
	ctx := context.Background()
	h, control := e.human(flows.Telegram), e.human(flows.Telegram)
	control.come()
	control.agrees()
	h.come()
	h.guards()
	h.tells("9")
	h.agrees()
	e.comesOn(e.app, onDuty)
	e.refreshed()
	h.tells("4")
	id := e.claims(e.app, onDuty)
	e.replies(e.app, onDuty, id, "canary: I am here")
	e.until(20*time.Second, "the chat is live", func() bool { return h.latest() == "canary: I am here" && e.idle() })

	before := len(h.heard())
	h.tells(duressWord)
	shop := h.oracle.text("shop.closed")
	if got := h.heard()[before:]; !slices.Equal(got, []string{shop}) {
		t.Fatalf("the duress word is answered with %q", got)
	}
	before = len(h.heard())
	chat := e.reads(e.app, onDuty, id)
	if chat.Band != flows.High || !slices.Contains(events(chat), "event.duress") {
		t.Errorf("the counsellor sees band %d and %q", chat.Band, events(chat))
	}
	for _, line := range chat.Log {
		if strings.Contains(line.Words, duressWord) || strings.Contains(line.Words, ownWord) {
			t.Error("the transcript has a word that is the person's own")
		}
	}
	if !e.replies(e.app, onDuty, id, "canary: are you all right") {
		t.Error("the counsellor is not told that their words are not sent")
	}
	e.pass(105 * time.Second)
	h.gone(duressWord)
	e.tomorrowAtTen()
	e.until(45*time.Second, "somebody else who chose the same time is asked", func() bool { return control.latest() == control.oracle.text("ping.neutral") })
	e.comesOn(e.app, onDuty)
	if again, err := e.app.desk.Take(ctx, onDuty); err == nil { // it went back to the queue meanwhile
		id = again
	}
	e.replies(e.app, onDuty, id, "canary: we think of you")
	if err := e.app.desk.Close(ctx, onDuty, id, "left"); err != nil {
		t.Fatalf("close: %v", err)
	}
	e.until(20*time.Second, "everything is settled", e.idle)
	if got := h.heard()[before:]; len(got) > 0 {
		t.Errorf("after the duress word the phone was told %q", got)
	}
	h.tells("are you open")
	if got := h.heard()[before:]; !slices.Equal(got, []string{shop}) {
		t.Errorf("whoever looks is told %q", got)
	}
}

// TestAWipedThreadIsEmptyAndTheChatGoesOn: a person expects somebody to look through their phone. Lost otherwise: what
// they must not be seen to have written; or, with it, their place in the queue.
func TestAWipedThreadIsEmptyAndTheChatGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.ready()
	h := w.human(flows.Telegram)
	const words = "canary: I would like some advice"
	h.ask(words)
	w.until(20*time.Second, "everything is settled", w.idle)
	before := len(h.heard())
	h.tells("wipe", "1")
	h.hears(before, "wipe.done")
	keep := h.heard()[before+1:] // after the question
	w.until(30*time.Second, "nothing older than the confirmation stands in the thread", func() bool {
		return slices.Equal(h.thread(), keep)
	})
	c := w.hire(p, "Kadri")
	ticket := c.takes(p)
	if log := c.chat(p, ticket); !log.says(words) {
		t.Errorf("with the thread the counsellor's transcript was wiped: %+v", log.Log)
	}
	c.do(p, "/desk/reply", map[string]any{"ticket": ticket, "words": "canary: I am here"})
	w.until(20*time.Second, "the chat goes on", func() bool { return h.latest() == "canary: I am here" && w.idle() })
	h.post("canary: good")
	w.until(20*time.Second, "the counsellor reads on", func() bool { return c.chat(p, ticket).says("canary: good") })
}

// TestAChosenTimeIsKeptWithOneNeutralLine: the only message we ever begin with. Lost otherwise: a promise; or, with one word
// too many on a lock screen, a person's safety.
func TestAChosenTimeIsKeptWithOneNeutralLine(t *testing.T) {
	t.Parallel()
	e := newEra(t)
	var all []*human
	for _, ch := range flows.Channels {
		kept, forgotten, left, stopped, erased := e.human(ch), e.human(ch), e.human(ch), e.human(ch), e.human(ch)
		for _, h := range []*human{kept, forgotten, left, stopped, erased} {
			h.come()
			h.agrees()
		}
		left.tells("0")
		if ch == flows.SMS { // Twilio answers STOP itself, and tells us
			w := len(e.twilio.Deliveries())
			stopped.post("stop")
			e.until(20*time.Second, "we have heard of the STOP", func() bool { return len(e.twilio.Deliveries()) > w })
		} else {
			stopped.tells("stop")
		}
		erased.tells("delete", "1")
		all = append(all, kept, forgotten, left, stopped, erased)
	}
	if n := e.redis.db.ZCard(context.Background(), e.redis.key("later")).Val(); n != 4 {
		t.Errorf("%d chosen times are kept, not the 4 of those who did not leave", n)
	}
	said := map[*human]int{}
	for _, h := range all {
		said[h] = len(h.heard())
	}
	e.tomorrowAtTen()
	ping := all[0].oracle.text("ping.neutral")
	e.until(45*time.Second, "all who still want it are asked", func() bool {
		for i, h := range all {
			if i%5 < 2 && len(h.heard()) == said[h] {
				return false
			}
		}
		return e.idle()
	})
	for i, h := range all {
		want := 0
		if i%5 < 2 {
			want = 1
		}
		got := h.heard()[said[h]:]
		if len(got) != want || want == 1 && !like(got[0], []string{ping}) {
			t.Errorf("%s, person %d: at the chosen time came %q", h.channel, i%5, got)
		}
	}
	for i, h := range all {
		switch i % 5 {
		case 0:
			before := len(h.heard())
			h.tells("1")
			h.hears(before, "later.hello")
		case 1:
			h.tells("2")
			if got := h.latest(); got != h.oracle.text("safety.not_now") {
				t.Errorf("%s: a no at the chosen time is answered with %q", h.channel, got)
			}
		}
	}
}

// tomorrowAtTen passes the time until just after the hour that people chose.
func (e *era) tomorrowAtTen() {
	e.Helper()
	now := e.clock.Now().In(flows.Tallinn)
	at := time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 5, 0, flows.Tallinn)
	e.pass(at.Sub(now))
}
