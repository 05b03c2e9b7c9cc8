package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var queue = []check{
	{"one person is not given to two counsellors", rivals},
	{"the most urgent is taken first, then who waits longest", order},
	{"desk and language are filters, and fall away for a HIGH after a minute", filters},
	{"who asks for a woman is given to a woman", women},
	{"who is under 18 is given to who is trained for it, whatever the hurry", minors},
	{"a wish for a woman can be taken back, being under 18 cannot", wishes},
	{"nobody holds more people than they can serve", caps},
	{"nobody off duty is given a person", offDuty},
	{"a ticket that is no more is not given out", orphans},
	{"a place is kept for who left, and given up after half an hour", left},
	{"who left while somebody had them is not forgotten", leftWhileClaimed},
	{"the queue is counted as it is", overview},
}

func rivals(t *testing.T, h *Harness) {
	instances := []*store.Store{h.Store(t), h.Store(t)}
	h.asks(t, instances[0], "general", flows.Rest, "x")
	var members []handoff.Member
	for i := range 50 {
		members = append(members, counsellor(t, instances[0], fmt.Sprint("m", i)))
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for i, m := range members {
		wg.Go(func() {
			_, err := instances[i%2].Claim(context.Background(), m)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, handoff.ErrEmpty):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d of 50 got the same person", won)
	}
}

// waits lets a person ask and then makes the next one ask later.
func (h *Harness) waits(t *testing.T, s *store.Store, at *time.Duration, desk string, band flows.Band) contact {
	t.Helper()
	*at += time.Second
	s.Shift(*at)
	return h.asks(t, s, desk, band, "x")
}

// of tells whose ticket it is.
func of(t *testing.T, s *store.Store, h *Harness, tid string, c contact) bool {
	t.Helper()
	return h.Redis.HGet(t.Context(), h.key("k:"+tid), "pid").Val() == c.pid()
}

func order(t *testing.T, h *Harness) {
	s, at := h.Store(t), time.Duration(0)
	last := h.waits(t, s, &at, "general", flows.Rest)
	second := h.waits(t, s, &at, "general", flows.Violence)
	third := h.waits(t, s, &at, "general", flows.Violence)
	first := h.waits(t, s, &at, "general", flows.High)
	raised := h.waits(t, s, &at, "general", flows.Rest)
	turn(t, s, raised.writes("y"), func(out *flows.Outcome) {
		does(flows.Touch, "y")(out)
		out.Handoff.Band = flows.Check
	})
	turn(t, s, second.writes("still here"), does(flows.Touch, "still here"))
	for i, want := range []contact{first, raised, second, third, last} {
		m := counsellor(t, s, fmt.Sprint("m", i))
		if tid := claim(t, s, m); !of(t, s, h, tid, want) {
			t.Errorf("place %d went to somebody else", i+1)
		}
	}
}

func filters(t *testing.T, h *Harness) {
	s := h.Store(t)
	m := counsellor(t, s, "a")
	m.Desks, m.Langs = []string{"women"}, []flows.Lang{flows.Estonian}
	h.asks(t, s, "prostitution", flows.Violence, "x")
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("another desk's person: %v", err)
	}
	h.asks(t, s, "women", flows.Rest, "english")
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("a person whose language they do not speak: %v", err)
	}
	h.asks(t, s, "prostitution", flows.High, "x")
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("a HIGH of another desk at once: %v", err)
	}
	s.Shift(61 * time.Second)
	counsellor(t, s, "a")
	tid := claim(t, s, m)
	if got := read(t, s, tid).Chat.Dropped; !slices.Equal(got, []handoff.Filter{handoff.ByLanguage, handoff.ByDesk}) {
		t.Errorf("a HIGH after a minute: said to fit but for %v", got)
	}
	reply(t, s, m, tid, "", staffAct(flows.Requeue, ""))
	other := counsellor(t, s, "c")
	if got := read(t, s, claim(t, s, other)).Chat.Dropped; len(got) != 0 {
		t.Errorf("somebody it fits is told that it does not: %v", got)
	}
	general := h.asks(t, s, flows.AnyDesk, flows.Rest, "x")
	n := counsellor(t, s, "b")
	n.Desks = []string{"women"}
	n.Langs = []flows.Lang{flows.English}
	claim(t, s, n) // the women's desk, waiting longer
	if !of(t, s, h, claim(t, s, n), general) {
		t.Error("a person who has not said what it is about is nobody's")
	}
}

// skilled is a member of staff on duty with skills.
func skilled(t *testing.T, s *store.Store, id string, skills ...string) handoff.Member {
	t.Helper()
	m := handoff.Member{ID: id, Alias: "Alias " + id, Skills: skills}
	if err := s.OnDuty(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m
}

// needs makes a person ask for somebody particular.
func (h *Harness) needs(t *testing.T, s *store.Store, band flows.Band, woman, minor bool) contact {
	t.Helper()
	c := h.somebody(flows.Telegram)
	turn(t, s, c.writes("person"), wants("general", band, woman, minor))
	return c
}

func wants(desk string, band flows.Band, woman, minor bool) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		opens(desk, band, "x")(out)
		out.Handoff.Woman, out.Handoff.Minor = woman, minor
	}
}

func nobody(t *testing.T, s *store.Store, m handoff.Member, why string) {
	t.Helper()
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("%s: %v", why, err)
	}
}

func women(t *testing.T, h *Harness) {
	s := h.Store(t)
	asked, urgent := h.needs(t, s, flows.Violence, true, false), h.needs(t, s, flows.High, true, false)
	m := skilled(t, s, "a", "legal", "child_qualified")
	nobody(t, s, m, "a person who asked for a woman")
	her := skilled(t, s, "b", "psych", "female")
	tid := claim(t, s, her)
	if chat := read(t, s, tid).Chat; !of(t, s, h, tid, urgent) || !chat.Woman || chat.Minor || len(chat.Dropped) != 0 {
		t.Errorf("she took %+v", chat.Ticket)
	}
	reply(t, s, her, tid, "", staffAct(flows.Requeue, ""))
	s.Shift(61 * time.Second)
	m = skilled(t, s, "a", "legal", "child_qualified")
	tid = claim(t, s, m)
	if chat := read(t, s, tid).Chat; !of(t, s, h, tid, urgent) || !slices.Equal(chat.Dropped, []handoff.Filter{handoff.ByWoman}) {
		t.Errorf("after a minute he took %+v", chat.Ticket)
	}
	nobody(t, s, m, "a person who asked for a woman and is not in danger, after a minute")
	if !of(t, s, h, claim(t, s, skilled(t, s, "b", "psych", "female")), asked) {
		t.Error("she was not given who asked for her")
	}
}

func minors(t *testing.T, h *Harness) {
	s := h.Store(t)
	child, girl := h.needs(t, s, flows.High, false, true), h.needs(t, s, flows.Rest, true, true)
	s.Shift(time.Hour)
	nobody(t, s, skilled(t, s, "a", "female", "child_psych"), "a HIGH under 18, after an hour")
	trained := skilled(t, s, "b", "child_qualified")
	tid := claim(t, s, trained)
	if chat := read(t, s, tid).Chat; !of(t, s, h, tid, child) || !chat.Minor || len(chat.Dropped) != 0 {
		t.Errorf("took %+v", chat.Ticket)
	}
	nobody(t, s, skilled(t, s, "c", "child_qualified"), "under 18 and asked for a woman")
	if !of(t, s, h, claim(t, s, skilled(t, s, "d", "child_qualified", "female")), girl) {
		t.Error("a woman trained for it was not given the girl")
	}
}

func wishes(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.needs(t, s, flows.Rest, true, true)
	again := func(desk string, woman bool) {
		turn(t, s, c.writes("y"), func(out *flows.Outcome) {
			wants(desk, flows.NoBand, woman, false)(out)
			out.Handoff.Act = flows.Touch
		})
	}
	k := h.key("k:" + h.Redis.HGet(t.Context(), c.key("c"), "t").Val())
	is := func(woman string) {
		t.Helper()
		got := h.Redis.HMGet(t.Context(), k, "woman", "minor").Val()
		if got[0] != woman || got[1] != "1" {
			t.Errorf("woman, minor are %v, want %s, 1", got, woman)
		}
	}
	again("", false) // speaks of no desk, so of no wish either
	is("1")
	again("general", false)
	is("0")
	m := skilled(t, s, "a", "child_qualified")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "hello", func(out *flows.Outcome) { out.Handoff.Desk, out.Handoff.Woman = "general", true })
	is("0") // a counsellor's turn wishes nothing
}

func caps(t *testing.T, h *Harness) {
	s := h.Store(t)
	m := counsellor(t, s, "a")
	for range 3 {
		h.asks(t, s, "general", flows.Rest, "x")
	}
	first := claim(t, s, m)
	claim(t, s, m)
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrCap) {
		t.Errorf("a third chat: %v, want %v", err, handoff.ErrCap)
	}
	h.asks(t, s, "general", flows.High, "x")
	high := claim(t, s, m) // may exceed the cap
	for _, tid := range []string{first, high} {
		reply(t, s, m, tid, "bye", staffAct(flows.Close, "helped"))
	}
	claim(t, s, m)
	n := counsellor(t, s, "b")
	h.asks(t, s, "general", flows.High, "x")
	claim(t, s, n)
	h.asks(t, s, "general", flows.Rest, "x")
	if _, err := s.Claim(t.Context(), n); !errors.Is(err, handoff.ErrCap) {
		t.Errorf("a second chat beside a HIGH: %v, want %v", err, handoff.ErrCap)
	}
	if mine, err := s.Mine(t.Context(), "b"); err != nil || len(mine) != 1 || mine[0].Band != flows.High {
		t.Errorf("mine: %+v %v", mine, err)
	}
}

func offDuty(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.asks(t, s, "general", flows.High, "x")
	if _, err := s.Claim(t.Context(), handoff.Member{ID: "a"}); !errors.Is(err, handoff.ErrOffDuty) {
		t.Errorf("never on duty: %v", err)
	}
	m := counsellor(t, s, "a")
	s.Shift(61 * time.Second)
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrOffDuty) {
		t.Errorf("heartbeat too old: %v", err)
	}
	if d, err := s.Duties(t.Context()); err != nil || len(d) != 0 {
		t.Errorf("said to be on duty: %v %v", d, err)
	}
	counsellor(t, s, "a")
	if d, err := s.Duties(t.Context()); err != nil || len(d) != 1 || d[0].Member.Alias != "Alias a" {
		t.Errorf("on duty: %v %v", d, err)
	}
	if err := s.OffDuty(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrOffDuty) {
		t.Errorf("went home: %v", err)
	}
}

func orphans(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.Redis.ZAdd(t.Context(), h.key("q"), redis.Z{Score: 1, Member: "gone"})
	h.Redis.ZAdd(t.Context(), h.key("watch"), redis.Z{Score: 1, Member: "gone"})
	c := h.asks(t, s, "general", flows.Rest, "x")
	if tid := claim(t, s, counsellor(t, s, "a")); !of(t, s, h, tid, c) {
		t.Errorf("took %q", tid)
	}
	if n := h.Redis.ZCard(t.Context(), h.key("q")).Val(); n != 0 {
		t.Errorf("%d tickets that are no more stay in the queue", n)
	}
	overdue(t, s, 0)
	if h.Redis.ZScore(t.Context(), h.key("watch"), "gone").Err() == nil {
		t.Error("a clock without a ticket stays")
	}
}

func overdue(t *testing.T, s *store.Store, want int) {
	t.Helper()
	if n, err := s.Overdue(t.Context()); err != nil || n != want {
		t.Errorf("the clocks changed %d tickets (%v), want %d", n, err, want)
	}
}

func left(t *testing.T, h *Harness) {
	s := h.Store(t)
	rest, high, back := h.asks(t, s, "general", flows.Rest, "x"), h.asks(t, s, "general", flows.High, "x"), h.asks(t, s, "general", flows.Rest, "x")
	for _, c := range []contact{rest, high, back} {
		turn(t, s, c.writes("0"), does(flows.Leave))
	}
	m := counsellor(t, s, "a")
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Fatalf("who left is offered: %v", err)
	}
	if o, err := s.Overview(t.Context()); err != nil || o.High != 1 || o.Waiting["general"] != 1 {
		t.Errorf("staff see %+v %v, want the HIGH only", o, err)
	}
	s.Shift(29 * time.Minute)
	overdue(t, s, 0)
	turn(t, s, back.writes("here again"), does(flows.Return))
	s.Shift(31 * time.Minute)
	overdue(t, s, 1)
	if l := load(t, s, rest.writes("x")); l.Ticket.Open() {
		t.Error("the place is still kept")
	}
	if ttl := h.Redis.PTTL(t.Context(), rest.key("c")).Val(); ttl > flows.KeepClosed.For() {
		t.Errorf("the address is kept for %v after the close", ttl)
	}
	if l := load(t, s, high.writes("x")); !l.Ticket.Open() {
		t.Error("a HIGH that left is closed")
	}
	counsellor(t, s, "a")
	if !of(t, s, h, claim(t, s, m), back) {
		t.Error("who came back is not offered")
	}
}

func leftWhileClaimed(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	claim(t, s, counsellor(t, s, "a"))
	turn(t, s, c.writes("0"), does(flows.Leave))
	s.Shift(3 * time.Minute)
	overdue(t, s, 1) // the counsellor never answered
	if _, err := s.Claim(t.Context(), counsellor(t, s, "b")); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("who left is offered: %v", err)
	}
	s.Shift(31 * time.Minute)
	overdue(t, s, 1)
	if load(t, s, c.writes("x")).Ticket.Open() {
		t.Error("the ticket stays open for ever")
	}
}

func overview(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.asks(t, s, "women", flows.High, "x")
	h.asks(t, s, "women", flows.Rest, "x")
	h.asks(t, s, "general", flows.Rest, "x")
	s.Shift(5 * time.Minute)
	counsellor(t, s, "a")
	o, err := s.Overview(t.Context())
	if err != nil || o.Waiting["women"] != 2 || o.Waiting["general"] != 1 || o.High != 1 || o.OnDuty != 1 || o.Longest < 5*time.Minute {
		t.Errorf("overview: %+v %v", o, err)
	}
}
