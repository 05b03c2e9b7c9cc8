package storetest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/store"
)

var threads = []check{
	{"a code word typed is off the screen within two minutes", forgets},
	{"a return code shown is off the screen within two minutes", brief},
	{"a wiped thread is empty, and the conversation goes on", wipes},
	{"a message on its way when the thread was wiped goes too", wipesInFlight},
	{"a wiped SMS owes nothing new", wipesSMS},
}

// sends settles a lease as sent and returns the provider's id of the message.
func sends(t *testing.T, s *store.Store, l *bot.Lease) string {
	t.Helper()
	if l == nil {
		t.Fatal("there is no lease to settle")
	}
	id := strconv.FormatInt(8000+updates.Add(1), 10)
	if _, err := s.Settle(t.Context(), *l, bot.Result{Verdict: bot.Sent, Message: id}); err != nil {
		t.Fatalf("settle: %v", err)
	}
	return id
}

// soon fails unless exactly these are owed after the given time, with the deleter's pace still within two minutes.
func soon(t *testing.T, s *store.Store, after time.Duration, want ...string) {
	t.Helper()
	s.Shift(after - 5*time.Second)
	if got := owed(t, s); len(got) != 0 {
		t.Errorf("%v before its time is owed %v", 5*time.Second, got)
	}
	s.Shift(after + time.Second)
	if got := owed(t, s); !slices.Equal(got, want) {
		t.Errorf("after %v is owed %v, want %v", after, got, want)
	}
}

func forgets(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), nil)
	in := c.writes("the word")
	turn(t, s, in, func(out *flows.Outcome) { out.Forget = true })
	soon(t, s, 100*time.Second, in.Message)
	// Written a minute ago and come only now: the two minutes count from when it was sent.
	h = h.anew(t)
	s, c = h.Store(t), h.somebody(flows.Telegram)
	in = c.writes("the word")
	now, _ := s.Now(t.Context())
	in.Input.At = now.Add(-time.Minute)
	turn(t, s, in, func(out *flows.Outcome) { out.Forget = true })
	soon(t, s, 40*time.Second, in.Message)
	s.Shift(0)
	in = c.writes("the word")
	in.Input.At = now.Add(-time.Hour)
	turn(t, s, in, func(out *flows.Outcome) { out.Forget = true })
	if !slices.Contains(owed(t, s), in.Message) {
		t.Error("what was sent an hour ago is not deleted at once")
	}
	tap := c.writes("")
	tap.Message, tap.Input.Kind = "", flows.Tapped
	turn(t, s, tap, func(out *flows.Outcome) { out.Forget = true }) // has no message to delete
	phone := h.somebody(flows.SMS)
	turn(t, s, phone.writes("the word"), func(out *flows.Outcome) { out.Forget = true })
	if n := h.Redis.ZCard(t.Context(), h.key("del")).Val(); n != 3 {
		t.Errorf("%d deletions are owed, want the two above and Twilio's record", n)
	}
}

func brief(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	code := func(out *flows.Outcome) { out.Messages[0].Brief = true }
	lease := turn(t, s, c.writes("x"), code, "code.given", "menu.main")
	id := strconv.FormatInt(8000+updates.Add(1), 10)
	next, err := s.Settle(t.Context(), *lease, bot.Result{Verdict: bot.Sent, Message: id})
	if err != nil {
		t.Fatal(err)
	}
	sends(t, s, next)
	soon(t, s, 100*time.Second, id)
	// Sent by another instance, which reads the row.
	s.Shift(0)
	settle(t, s, turn(t, s, c.writes("x"), code, "code.given"), bot.Later)
	c.lapse(t)
	again := due(t, s)
	if len(again) != 1 || !again[0].Row.Message.Brief {
		t.Fatalf("again: %+v", again)
	}
	id = sends(t, s, &again[0])
	s.Shift(101 * time.Second)
	if got := owed(t, s); !slices.Contains(got, id) {
		t.Errorf("owed %v, want %s", got, id)
	}
	phone := h.somebody(flows.SMS)
	before := h.Redis.ZCard(t.Context(), h.key("del")).Val()
	sends(t, s, turn(t, s, phone.writes("x"), code, "code.given"))
	if n := h.Redis.ZCard(t.Context(), h.key("del")).Val(); n != before+2 {
		t.Errorf("%d records are owed to Twilio, want both", n-before)
	}
}

// wiping makes a turn wipe the thread.
func wiping(out *flows.Outcome) { out.Wipe = true }

func wipes(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	var want []string
	for range 2 {
		in := c.writes("x")
		want = append(want, in.Message, sends(t, s, turn(t, s, in, nil, "one")))
	}
	for range 20 { // nothing more fits into the lane: the engine commits such a turn twice
		turn(t, s, c.writes("y"), nil, "waits")
	}
	in := c.writes("wipe")
	l := load(t, s, in)
	out := answer(l, "wiped")
	wiping(&out)
	if _, err := s.Commit(t.Context(), l, in, out); err == nil {
		t.Fatal("the lane is not full")
	}
	out.NotAfter = l.Now
	if _, err := s.Commit(t.Context(), l, in, out); err != nil {
		t.Fatal(err)
	}
	got := owed(t, s)
	for _, id := range append(want, in.Message) {
		if !slices.Contains(got, id) {
			t.Errorf("message %s stays on the screen", id)
		}
	}
	if load(t, s, c.writes("y")).Conversation.State != "menu.main" {
		t.Error("the conversation is gone")
	}
	// What comes after stays, until it is wiped or erased itself.
	d := h.somebody(flows.Telegram)
	old := d.writes("x")
	turn(t, s, old, nil)
	stays := sends(t, s, turn(t, s, d.writes("wipe"), wiping, "wiped"))
	if got := owed(t, s); !slices.Contains(got, old.Message) || slices.Contains(got, stays) {
		t.Errorf("owed %v", got)
	}
	turn(t, s, d.writes("yes, erase"), erases)
	if got := owed(t, s); !slices.Contains(got, stays) || slices.Contains(got, old.Message) {
		t.Errorf("owed by the erasure: %v", got)
	}
}

func wipesInFlight(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	flying := turn(t, s, c.writes("x"), nil, "one")
	turn(t, s, c.writes("wipe"), wiping, "wiped")
	first := strconv.FormatInt(8000+updates.Add(1), 10)
	owed(t, s)
	next, err := s.Settle(t.Context(), *flying, bot.Result{Verdict: bot.Sent, Message: first})
	if err != nil || next == nil || next.Row.Message.Text != "wiped" {
		t.Fatalf("next: %+v %v", next, err)
	}
	if got := owed(t, s); !slices.Equal(got, []string{first}) {
		t.Errorf("owed %v, want the message that was on its way", got)
	}
	sends(t, s, next)
	if got := owed(t, s); len(got) != 0 {
		t.Errorf("the answer to the wiping is deleted: %v", got)
	}
	// A message went out between reading and writing: the turn is stepped anew, and knows it.
	flying = turn(t, s, c.writes("x"), nil, "two")
	in := c.writes("wipe")
	l := load(t, s, in)
	late := sends(t, s, flying)
	out := answer(l)
	wiping(&out)
	if _, err := s.Commit(t.Context(), l, in, out); err == nil {
		t.Error("a message nobody has read of stays on the screen")
	}
	turn(t, s, in, wiping)
	if got := owed(t, s); !slices.Contains(got, late) {
		t.Errorf("owed %v, want %s", got, late)
	}
}

func wipesSMS(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.SMS)
	turn(t, s, c.writes("x"), nil)
	turn(t, s, c.writes("wipe"), wiping)
	if n := h.Redis.ZCard(t.Context(), h.key("del")).Val(); n != 2 {
		t.Errorf("%d deletions, want Twilio's two records", n)
	}
}
