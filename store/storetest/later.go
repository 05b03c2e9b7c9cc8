package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/store"
)

var later = []check{
	{"a chosen time comes once, and not before", laterOnce},
	{"a chosen time outlives the conversation", laterAlone},
	{"0, stop and an erasure end a chosen time, also one that is just being kept", laterEnds},
	{"a counsellor closing the chat ends no chosen time", laterOutlivesTheChat},
	{"a new chosen time replaces the old", laterReplaced},
	{"a chosen time missed by half a day is not kept at another", laterMissed},
	{"one chosen time that cannot be opened keeps no other waiting", laterPoisoned},
}

// chooses makes a turn choose a time, in Russian.
func chooses(t *testing.T, s *store.Store, in time.Duration) func(*flows.Outcome) {
	t.Helper()
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(out *flows.Outcome) { out.Later = &flows.Later{At: now.Add(in), Lang: flows.Russian} }
}

// calls takes the chosen times that have come.
func calls(t *testing.T, s *store.Store) []bot.Call {
	t.Helper()
	due, err := s.DueCalls(t.Context(), 50)
	if err != nil {
		t.Fatalf("chosen times: %v", err)
	}
	return due
}

// keeps is the turn of a chosen time.
func keeps(c bot.Call) bot.Inbound {
	return bot.Inbound{Address: c.Address, Update: "later:" + c.ID, Later: c.ID}
}

func laterOnce(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.SMS)
	turn(t, a, c.writes("x"), chooses(t, a, 3*time.Hour))
	a.Shift(3*time.Hour - time.Minute)
	b.Shift(3*time.Hour + time.Minute)
	if len(calls(t, a)) != 0 {
		t.Fatal("before its time")
	}
	due := calls(t, b)
	if len(due) != 1 || due[0].Address != c.address || due[0].Lang != flows.Russian {
		t.Fatalf("due: %+v", due)
	}
	if len(calls(t, b)) != 0 {
		t.Error("two instances keep the same time")
	}
	b.Shift(3*time.Hour + 3*time.Minute) // the first has died
	again := calls(t, b)
	if len(again) != 1 {
		t.Fatal("a time that was not kept is forgotten")
	}
	l1, l2 := load(t, a, keeps(due[0])), load(t, b, keeps(again[0]))
	done, err := a.Commit(t.Context(), l1, keeps(due[0]), answer(l1, "ping.neutral"))
	if err != nil || done.Lease == nil || done.Lease.Address != c.address {
		t.Fatalf("kept: %+v %v", done.Lease, err)
	}
	if _, err := b.Commit(t.Context(), l2, keeps(again[0]), answer(l2, "ping.neutral")); !errors.Is(err, bot.ErrDuplicate) {
		t.Errorf("the second: %v, want %v", err, bot.ErrDuplicate)
	}
	if left := h.holding(t, due[0].ID); len(left) != 0 {
		t.Errorf("of the time kept %v is left", left)
	}
	if err := b.Called(t.Context(), again[0]); err != nil {
		t.Error(err)
	}
}

func laterAlone(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), chooses(t, s, 40*24*time.Hour))
	h.Redis.Del(t.Context(), c.key("c"), c.key("o"), c.key("m")) // its 24 hours are over
	s.Shift(40*24*time.Hour + time.Minute)
	due := calls(t, s)
	if len(due) != 1 {
		t.Fatal("a chosen time is forgotten with its conversation")
	}
	l := load(t, s, keeps(due[0]))
	if l.Conversation.State != "" || l.Seen {
		t.Errorf("met as %+v, seen %v", l.Conversation, l.Seen)
	}
	if _, err := s.Commit(t.Context(), l, keeps(due[0]), answer(l, "ping.neutral")); err != nil {
		t.Fatal(err)
	}
	if load(t, s, c.writes("yes")).Conversation.State != "menu.main" {
		t.Error("the answer finds no question")
	}
	want := 42 * 24 * time.Hour
	s.Shift(0)
	d := h.somebody(flows.Telegram)
	turn(t, s, d.writes("x"), chooses(t, s, 40*24*time.Hour))
	turn(t, s, d.writes("y"), opens("general", flows.Rest, "y")) // does not shorten it
	for _, key := range append(h.names(t), d.key("i")) {
		if kind := h.kind(key); kind != "l:" && key != d.key("i") {
			continue
		}
		if ttl := h.Redis.PTTL(t.Context(), key).Val(); ttl > want || ttl < want-time.Minute {
			t.Errorf("%s lives for %v, want %v", h.kind(key), ttl, want)
		}
	}
}

func laterOutlivesTheChat(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, m, tid := silentChat(t, h, s)
	turn(t, s, c.writes("later, please"), chooses(t, s, 24*time.Hour))
	reply(t, s, m, tid, "", staffAct(flows.Close, "no_answer"))
	s.Shift(24*time.Hour + time.Minute)
	if len(calls(t, s)) != 1 {
		t.Error("a time the person chose is forgotten because their chat was closed")
	}
}

func laterEnds(t *testing.T, h *Harness) {
	for name, end := range map[string]func(*flows.Outcome){
		"0":          func(out *flows.Outcome) { out.Cancel = true },
		"an erasure": erases,
	} {
		for _, gone := range []bool{false, true} {
			s, c := h.Store(t), h.somebody(flows.Telegram)
			turn(t, s, c.writes("x"), chooses(t, s, time.Hour))
			if gone {
				h.Redis.Del(t.Context(), c.key("c"))
			}
			s.Shift(2 * time.Hour)
			due := calls(t, s)
			if len(due) != 1 {
				t.Fatalf("due: %+v", due)
			}
			before := load(t, s, keeps(due[0]))
			turn(t, s, c.writes("0"), end)
			after := load(t, s, keeps(due[0])) // the other instance is just keeping it
			for _, l := range []bot.Loaded{before, after} {
				if l.Seen {
					continue
				}
				if done, err := s.Commit(t.Context(), l, keeps(due[0]), answer(l, "ping.neutral")); err == nil || done.Lease != nil {
					t.Errorf("after %s it is written all the same (conversation gone before: %v)", name, gone)
				} else if !errors.Is(err, bot.ErrDuplicate) && !errors.Is(err, bot.ErrMoved) {
					t.Errorf("after %s: %v", name, err)
				}
			}
			if left := h.holding(t, due[0].ID); len(left) != 0 {
				t.Errorf("after %s %v is left", name, left)
			}
			s.Shift(24 * time.Hour)
			if len(calls(t, s)) != 0 {
				t.Errorf("after %s it is still due", name)
			}
		}
	}
}

func laterReplaced(t *testing.T, h *Harness) {
	s, c, d := h.Store(t), h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	turn(t, s, d.writes("x"), chooses(t, s, time.Hour))
	turn(t, s, c.writes("x"), chooses(t, s, time.Hour))
	turn(t, s, c.writes("x"), chooses(t, s, 2*time.Hour))
	turn(t, s, c.writes("y"), nil) // an ordinary message leaves it
	s.Shift(61 * time.Minute)
	if due := calls(t, s); len(due) != 1 || due[0].Address != d.address {
		t.Errorf("due: %+v, want the other person's only", due)
	}
	s.Shift(121 * time.Minute)
	due := calls(t, s)
	if !slices.ContainsFunc(due, func(k bot.Call) bool { return k.Address == c.address }) {
		t.Errorf("due: %+v, want the second time", due)
	}
}

func laterMissed(t *testing.T, h *Harness) {
	s, c, d := h.Store(t), h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), chooses(t, s, time.Hour))
	turn(t, s, d.writes("x"), chooses(t, s, 2*time.Hour))
	s.Shift(13*time.Hour + time.Minute) // the program was down
	due := calls(t, s)
	if len(due) != 1 || due[0].Address != d.address {
		t.Fatalf("due: %+v, want the one that is not half a day late", due)
	}
	if h.Redis.ZCard(t.Context(), h.key("later")).Val() != 1 || h.Redis.Exists(t.Context(), c.key("i")).Val() != 0 {
		t.Error("the one missed is kept")
	}
	s.Shift(14*time.Hour + 2*time.Minute) // and was not kept for half a day after that either
	if len(calls(t, s)) != 0 || h.Redis.ZCard(t.Context(), h.key("later")).Val() != 0 {
		t.Error("a lease makes a missed time young again")
	}
}

func laterPoisoned(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	for _, who := range []contact{c, h.somebody(flows.Telegram)} {
		turn(t, s, who.writes("x"), chooses(t, s, time.Hour))
	}
	id := h.Redis.ZRange(t.Context(), h.key("later"), 0, 0).Val()[0]
	raw := h.Redis.Get(t.Context(), h.key("l:"+id)).Val()
	h.Redis.Set(t.Context(), h.key("l:"+id), raw[:len(raw)-1]+"?", time.Hour)
	s.Shift(61 * time.Minute)
	due, err := s.DueCalls(t.Context(), 10)
	if err == nil {
		t.Error("nobody is told of one that cannot be opened")
	}
	if len(due) != 1 {
		t.Errorf("due: %+v, want the other", due)
	}
}
