package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var tickets = []check{
	{"what was written before reaches the counsellor, in order", transcriptInOrder},
	{"the counsellor sees what became of each answer", deliveryMarks},
	{"only the holder can answer", onlyTheHolder},
	{"a closed chat is over, and the next one is new", closes},
	{"a chat given back keeps its place at the head", givesBack},
	{"a note is never sent", notes},
	{"an unanswered claim returns after two minutes", unanswered},
	{"a person who keeps writing to nobody is passed on after ten minutes", unseen},
	{"a message to a ticket that a clock closed is not lost", closedMeanwhile},
	{"a waiting time is named when it was measured often enough and lately", waits},
	{"staff pages hear that something changed", hints},
}

func transcriptInOrder(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "women", flows.Violence, "first", "second")
	turn(t, s, c.writes("third"), does(flows.Touch, "third"))
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	chat := read(t, h.Store(t), tid).Chat
	if len(chat.Log) != 3 || chat.Entries != 3 {
		t.Fatalf("%d lines, want 3", len(chat.Log))
	}
	for i, want := range []string{"first", "second", "third"} {
		if chat.Log[i].Words != want || chat.Log[i].From != flows.Person {
			t.Errorf("line %d is %+v, want %q", i+1, chat.Log[i].Entry, want)
		}
	}
	if chat.Holder != "a" || chat.Alias != "Alias a" || chat.Phase != flows.Claimed || chat.Band != flows.Violence ||
		chat.Desk != "women" || chat.Lang != flows.English || chat.Channel != flows.Telegram || chat.Unread != 2 || !chat.Safe || !chat.CanWrite {
		t.Errorf("the ticket reads %+v", chat.Ticket)
	}
	if chat.Since.IsZero() || chat.Claimed.IsZero() || chat.Person.IsZero() {
		t.Errorf("times are missing: %+v", chat.Ticket)
	}
}

func deliveryMarks(t *testing.T, h *Harness) {
	for verdict, want := range map[bot.Verdict]string{bot.Sent: "sent", bot.Refused: "refused", bot.Unreachable: "unreachable", bot.Stale: "held"} {
		s := h.Store(t)
		h.asks(t, s, "general", flows.Rest, "x")
		m := counsellor(t, s, "a")
		tid := claim(t, s, m)
		lease := reply(t, s, m, tid, "words", nil)
		l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
		if err != nil {
			t.Fatal(err)
		}
		settle(t, s, l, verdict)
		chat := read(t, s, tid).Chat
		if got := chat.Log[1]; got.Delivery != want || got.Words != "words" || got.From != flows.Counsellor {
			t.Errorf("%s: the line reads %+v", verdict, got)
		}
		if chat.Phase != flows.Live || chat.Unread != 0 {
			t.Errorf("after the answer the chat is %s with %d unread", chat.Phase, chat.Unread)
		}
		reply(t, s, m, tid, "", staffAct(flows.Close, "test"))
	}
}

func onlyTheHolder(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	l := read(t, s, tid)
	before := h.dump(t)
	_, err := s.CommitTicket(t.Context(), l, handoff.Member{ID: "b"}, replied(l, "words", nil))
	if !errors.Is(err, handoff.ErrNotYours) {
		t.Errorf("somebody else answers: %v, want %v", err, handoff.ErrNotYours)
	}
	h.same(t, before)
	if err := s.Sign(t.Context(), tid, "b"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("somebody else gives a sign: %v", err)
	}
	if _, err := s.CommitTicket(t.Context(), l, m, replied(l, "one", nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CommitTicket(t.Context(), l, m, replied(l, "two", nil)); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("an answer to a chat that moved on: %v, want %v", err, handoff.ErrConflict)
	}
	if _, err := s.LoadTicket(t.Context(), "unknown"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("an unknown ticket: %v", err)
	}
}

func closes(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "bye", staffAct(flows.Close, "helped"))
	if _, err := s.LoadTicket(t.Context(), tid); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a closed chat opens: %v", err)
	}
	if mine, err := s.Mine(t.Context(), "a"); err != nil || len(mine) != 0 {
		t.Errorf("a closed chat is still held: %v %v", mine, err)
	}
	if code := h.Redis.HGet(t.Context(), h.key("k:"+tid), "code").Val(); code != "helped" {
		t.Errorf("closing code %q", code)
	}
	for key, most := range map[string]time.Duration{c.key("c"): flows.KeepClosed.For(), h.key("t:" + tid): 30 * 24 * time.Hour} {
		if ttl := h.Redis.PTTL(t.Context(), key).Val(); ttl <= most-time.Hour || ttl > most {
			t.Errorf("%s is kept for %v, want %v", key, ttl, most)
		}
	}
	if load(t, s, c.writes("y")).Ticket.Open() {
		t.Error("the person still counts as being in a chat")
	}
	turn(t, s, c.writes("again"), opens("general", flows.Rest, "again"))
	if next := claim(t, s, m); next == tid {
		t.Error("the old chat came back")
	} else if log := read(t, s, next).Chat.Log; len(log) != 1 {
		t.Errorf("the new chat begins with %d lines", len(log))
	}
}

func givesBack(t *testing.T, h *Harness) {
	s, at := h.Store(t), time.Duration(0)
	h.waits(t, s, &at, "general", flows.Rest)
	other := h.waits(t, s, &at, "general", flows.Rest)
	m, n := counsellor(t, s, "a"), counsellor(t, s, "b")
	claim(t, s, m)
	tid := claim(t, s, n)
	if !of(t, s, h, tid, other) {
		t.Fatal("the order is not as it was made")
	}
	reply(t, s, n, tid, "hello", nil)
	reply(t, s, n, tid, "", staffAct(flows.Requeue, ""))
	h.waits(t, s, &at, "general", flows.Rest)
	turn(t, s, other.writes("still here"), does(flows.Touch, "still here")) // does not cost the place
	if l := load(t, s, other.writes("z")); l.Ticket.Phase != flows.Lost {
		t.Errorf("the chat is %q, want lost", l.Ticket.Phase)
	}
	counsellor(t, s, "c")
	got := claim(t, s, handoff.Member{ID: "c"})
	if got != tid {
		t.Error("the chat given back is not the next")
	}
	if mine, _ := s.Mine(t.Context(), "b"); len(mine) != 0 {
		t.Error("who gave it back still holds it")
	}
}

func notes(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	lease := reply(t, s, m, tid, "", func(out *flows.Outcome) {
		out.Messages, out.Handoff = nil, flows.Handoff{}
		out.Record = []flows.Entry{{From: flows.Note, Words: "note", By: "Alias a"}}
	})
	if lease.Fence != 0 {
		t.Error("a note is to be sent")
	}
	chat := read(t, s, tid).Chat
	if chat.Phase != flows.Claimed || chat.Log[1].From != flows.Note || chat.Log[1].Words != "note" {
		t.Errorf("%s, %+v", chat.Phase, chat.Log[1])
	}
}

func unanswered(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	s.Shift(119 * time.Second)
	overdue(t, s, 0)
	s.Shift(121 * time.Second)
	overdue(t, s, 1)
	l := read(t, s, tid)
	if l.Chat.Phase != flows.Waiting || l.Chat.Holder != "" {
		t.Errorf("after two minutes: %s, held by %q", l.Chat.Phase, l.Chat.Holder)
	}
	if _, err := s.CommitTicket(t.Context(), l, m, replied(l, "late", nil)); !errors.Is(err, handoff.ErrNotYours) {
		t.Errorf("an answer after it was taken away: %v", err)
	}
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 0 {
		t.Error("a clock wrote to the person")
	}
	if claim(t, s, counsellor(t, s, "b")) != tid {
		t.Error("it is not at the head of the queue")
	}
	reply(t, s, handoff.Member{ID: "b"}, tid, "hello", nil)
	s.Shift(time.Hour)
	overdue(t, s, 0) // answered, nothing waits
}

// serves lets a person wait this long and be answered, and closes the chat.
func (h *Harness) serves(t *testing.T, s *store.Store, at *time.Duration, desk string, wait time.Duration) {
	t.Helper()
	h.asks(t, s, desk, flows.Rest, "x")
	*at += wait
	s.Shift(*at)
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "hello", nil)
	*at += time.Minute
	s.Shift(*at)
	reply(t, s, m, tid, "more", nil) // only the first answer ends the wait
	reply(t, s, m, tid, "", staffAct(flows.Close, "helped"))
}

func waits(t *testing.T, h *Harness) {
	s, at := h.Store(t), time.Duration(0)
	wait := func() map[string]time.Duration {
		t.Helper()
		got, err := s.Waits(t.Context(), []string{"women", "general", "none"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, minutes := range []int{5, 1, 9, 2} {
		h.serves(t, s, &at, "women", time.Duration(minutes)*time.Minute)
	}
	if got := wait(); len(got) != 0 {
		t.Errorf("after four answers: %v", got)
	}
	h.serves(t, s, &at, "general", time.Hour)
	h.serves(t, s, &at, "women", 3*time.Minute)
	if got := wait(); len(got) != 1 || got["women"].Round(time.Minute) != 3*time.Minute {
		t.Errorf("after five: %v, want 3m at one desk", got)
	}
	if ttl := h.Redis.PTTL(t.Context(), h.key("w:women")).Val(); ttl > handoff.WaitsWithin || ttl < handoff.WaitsWithin-minute {
		t.Errorf("waiting times live for %v", ttl)
	}
	for range 20 {
		h.serves(t, s, &at, "women", 0)
	}
	if n := h.Redis.LLen(t.Context(), h.key("w:women")).Val(); n != handoff.WaitsLast {
		t.Errorf("%d waiting times are kept, want %d", n, handoff.WaitsLast)
	}
	if got := wait()["women"]; got > time.Second {
		t.Errorf("of the last twenty: %v", got)
	}
	s.Shift(at + 2*time.Hour)
	if got := wait(); len(got) != 0 {
		t.Errorf("two hours later: %v", got)
	}
}

func unseen(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "hello", nil)
	for i := range 4 { // a message every three minutes, and nobody looks
		s.Shift(time.Duration(1+3*i) * time.Minute)
		turn(t, s, c.writes("are you there"), does(flows.Touch, "are you there"))
	}
	if err := s.Sign(t.Context(), tid, "a"); err != nil {
		t.Fatal(err)
	}
	s.Shift(12 * time.Minute)
	overdue(t, s, 0) // the holder has looked
	s.Shift(21 * time.Minute)
	turn(t, s, c.writes("hello?"), does(flows.Touch, "hello?"))
	overdue(t, s, 1)
	if phase := read(t, s, tid).Chat.Phase; phase != flows.Lost {
		t.Errorf("the chat is %s, want lost", phase)
	}
}

func closedMeanwhile(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	turn(t, s, c.writes("0"), does(flows.Leave))
	s.Shift(31 * time.Minute)
	in := c.writes("back")
	l := load(t, s, in)
	overdue(t, s, 1)
	out := answer(l)
	does(flows.Return, "back")(&out)
	if _, err := s.Commit(t.Context(), l, in, out); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a message to a closed ticket: %v, want %v", err, bot.ErrMoved)
	}
	turn(t, s, in, opens("general", flows.Rest, "back"))
	if log := read(t, s, claim(t, s, counsellor(t, s, "a"))).Chat.Log; len(log) != 1 || log[0].Words != "back" {
		t.Errorf("the counsellor reads %+v", log)
	}
}

func hints(t *testing.T, h *Harness) {
	s := h.Store(t)
	changed, end, err := h.Store(t).Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	h.asks(t, s, "general", flows.Rest, "x")
	select {
	case what := <-changed:
		if what == "" || what == "duty" {
			t.Errorf("hint %q, want the ticket's id", what)
		}
	case <-time.After(10 * time.Second):
		t.Error("the pages heard nothing")
	}
	if err := s.Audit(t.Context(), handoff.Act{Staff: "a", What: "read", Ticket: "tid"}); err != nil {
		t.Fatal(err)
	}
	if got := h.content(t, h.key("audit")); len(got) != 1 {
		t.Errorf("the audit log reads %v", fmt.Sprint(got))
	}
}
