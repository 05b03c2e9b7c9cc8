package storetest

import (
	"testing"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var held = []check{
	{"words written to somebody silent wait for a yes", heldUntilYes},
	{"words that were held are marked on their own line", heldOnTheirLine},
	{"words whose time passed twice are still held", heldWhenLate},
	{"0 drops the words that were held", heldIsCancelled},
	{"closing drops the words that were held", heldIsClosed},
}

// silentChat is a chat whose counsellor has written two messages to somebody who is not there.
func silentChat(t *testing.T, h *Harness, s *store.Store) (c contact, m handoff.Member, tid string) {
	t.Helper()
	c = h.asks(t, s, "general", flows.Rest, "x")
	m = counsellor(t, s, "a")
	tid = claim(t, s, m)
	for _, words := range []string{"one", "two"} {
		if lease := reply(t, s, m, tid, words, holds); lease.Fence != 0 {
			t.Fatal("words for somebody silent are sent")
		}
	}
	return c, m, tid
}

// yes releases what is held.
func yes(l bot.Loaded) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		does(flows.Return, "yes")(out)
		out.Release, out.Messages = true, append(out.Messages, l.Held...)
	}
}

func heldUntilYes(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, _, tid := silentChat(t, h, s)
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 0 {
		t.Fatalf("%d rows wait to be sent", n)
	}
	if chat := read(t, s, tid).Chat; chat.Held != 2 {
		t.Errorf("the counsellor sees %d held", chat.Held)
	}
	in := c.writes("yes")
	l := load(t, s, in)
	if len(l.Held) != 2 || l.Held[0].Words != "one" || l.Held[1].Words != "two" || l.Held[0].Class != flows.FromCounsellor {
		t.Fatalf("held: %+v", l.Held)
	}
	lease := turn(t, s, in, yes(l))
	for _, want := range []string{"one", "two"} {
		if lease == nil || lease.Row.Message.Words != want {
			t.Fatalf("sent: %+v, want %q", lease, want)
		}
		lease = settle(t, s, lease, bot.Sent)
	}
	if left := load(t, s, c.writes("z")).Held; len(left) != 0 {
		t.Errorf("still held: %+v", left)
	}
}

func heldOnTheirLine(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, _, tid := silentChat(t, h, s)
	turn(t, s, c.writes("who is it"), does(flows.Touch, "who is it"))
	in := c.writes("yes")
	lease := turn(t, s, in, yes(load(t, s, in)))
	settle(t, s, settle(t, s, lease, bot.Sent), bot.Refused)
	log := read(t, s, tid).Chat.Log // x, one, two, who is it, yes
	for i, want := range []string{"", "sent", "refused", "", ""} {
		if log[i].Delivery != want {
			t.Errorf("line %d (%q) is marked %q, want %q", i+1, log[i].Words, log[i].Delivery, want)
		}
	}
}

func heldWhenLate(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, _, tid := silentChat(t, h, s)
	in := c.writes("yes")
	l := load(t, s, in)
	if turn(t, s, in, func(out *flows.Outcome) {
		yes(l)(out)
		out.NotAfter = l.Now.Add(-minute) // the yes itself came late
	}) != nil {
		t.Error("a late yes is answered")
	}
	if left := load(t, s, c.writes("z")).Held; len(left) != 2 || left[0].Words != "one" {
		t.Errorf("a counsellor's words are lost: %+v", left)
	}
	if log := read(t, s, tid).Chat.Log; log[1].Delivery != "held" || log[2].Delivery != "held" {
		t.Errorf("the counsellor sees %q and %q", log[1].Delivery, log[2].Delivery)
	}
}

func heldIsCancelled(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, _, _ := silentChat(t, h, s)
	turn(t, s, c.writes("0"), does(flows.Leave), "exit.decoy")
	if l := load(t, s, c.writes("z")); len(l.Held) != 0 || !l.Ticket.Open() {
		t.Errorf("held %+v, ticket open %v", l.Held, l.Ticket.Open())
	}
}

func heldIsClosed(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, m, tid := silentChat(t, h, s)
	reply(t, s, m, tid, "", staffAct(flows.Close, "no_answer"))
	if l := load(t, s, c.writes("z")); len(l.Held) != 0 {
		t.Errorf("held %+v", l.Held)
	}
	if h.Redis.Exists(t.Context(), c.key("h")).Val() != 0 {
		t.Error("the record stays")
	}
}
