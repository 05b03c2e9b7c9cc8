package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store"
)

var lanes = []check{
	{"answers go out in the order they were given", inOrder},
	{"a second instance does not send what the first is sending", oneSender},
	{"a dead instance's message is sent by another, and counted as a doubt", leaseEnds},
	{"each waiting lane is sent by one instance", dueIsShared},
	{"a message not sent goes again, in its place", againInPlace},
	{"a message that may have arrived is marked so", unsureIsCounted},
	{"a counsellor's late words are held and the bot's are dropped", lateRows},
	{"somebody who cannot be reached gets nothing more", unreachable},
	{"0 leaves only the message being sent, and gives it no second try", cancelled},
	{"a counsellor's answer is sent by the instance that took it", takes},
	{"one lane that cannot be opened does not silence the others", poisonedLane},
	{"a delivery report ends a doubt", delivered},
}

// lapse ends the lease of a lane, as if its time had run out.
func (c contact) lapse(t *testing.T) {
	t.Helper()
	if err := c.h.Redis.ZAdd(t.Context(), c.h.key("due"), redis.Z{Score: 1, Member: c.pid()}).Err(); err != nil {
		t.Fatal(err)
	}
}

func due(t *testing.T, s *store.Store) []bot.Lease {
	t.Helper()
	out, err := s.Due(t.Context(), 50)
	if err != nil {
		t.Fatalf("due: %v", err)
	}
	return out
}

func inOrder(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	l := turn(t, s, c.writes("x"), nil, "one", "two")
	if more := turn(t, h.Store(t), c.writes("y"), nil, "three"); more != nil {
		t.Fatal("a lane that is being sent was given to a second sender")
	}
	for _, want := range []string{"one", "two", "three"} {
		if l == nil || l.Row.Message.Text != want {
			t.Fatalf("the head is %+v, want %q", l, want)
		}
		if l.Address != c.address || l.Row.Lang != flows.English || l.Row.Token == "" {
			t.Errorf("row %q goes to %v in %q", want, l.Address, l.Row.Lang)
		}
		l = settle(t, s, l, bot.Sent)
	}
	if l != nil || len(due(t, s)) != 0 {
		t.Error("an empty lane still has something to send")
	}
}

func oneSender(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.Telegram)
	first := turn(t, a, c.writes("x"), nil, "one", "two")
	if len(due(t, b)) != 0 {
		t.Error("a lane that is being sent is due")
	}
	second := settle(t, a, first, bot.Sent)
	if _, err := a.Settle(t.Context(), *first, bot.Result{Verdict: bot.Sent}); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a stale fence: %v, want %v", err, bot.ErrMoved)
	}
	if second.Fence <= first.Fence {
		t.Errorf("fence %d after %d", second.Fence, first.Fence)
	}
}

func leaseEnds(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.Telegram)
	dead := turn(t, a, c.writes("x"), nil, "one", "two")
	c.lapse(t)
	leases := due(t, b)
	if len(leases) != 1 || leases[0].Row.Message.Text != "one" || leases[0].Row.Doubts != 1 || !leases[0].Doubt {
		t.Fatalf("after the lease's end: %+v, want row one in doubt", leases)
	}
	if _, err := a.Settle(t.Context(), *dead, bot.Result{Verdict: bot.Sent}); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("the old owner settles: %v, want %v", err, bot.ErrMoved)
	}
	if next := settle(t, b, &leases[0], bot.Sent); next == nil || next.Row.Message.Text != "two" {
		t.Errorf("the next row is %+v", next)
	}
}

func dueIsShared(t *testing.T, h *Harness) {
	instances := []*store.Store{h.Store(t), h.Store(t)}
	want := map[string]int{}
	for range 20 {
		c := h.somebody(flows.Telegram)
		settle(t, instances[0], turn(t, instances[0], c.writes("x"), nil, "one"), bot.Later)
		want[c.pid()] = 1
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string]int{}
	for i := range 8 {
		wg.Go(func() {
			leases, err := instances[i%2].Due(t.Context(), 5)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, l := range leases {
				got[l.Lane]++
			}
		})
	}
	wg.Wait()
	if len(got) != len(want) {
		t.Errorf("%d of %d lanes were taken", len(got), len(want))
	}
	for lane, n := range got {
		if n != 1 || want[lane] != 1 {
			t.Errorf("a lane was taken %d times", n)
		}
	}
}

func againInPlace(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	l := turn(t, s, c.writes("x"), nil, "one", "two")
	if _, err := s.Settle(t.Context(), *l, bot.Result{Verdict: bot.Later, After: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if len(due(t, s)) != 0 {
		t.Error("it is sent before the provider's time")
	}
	if !load(t, s, c.writes("y")).Undelivered {
		t.Error("a prompt that waits counts as said")
	}
	c.lapse(t)
	again := due(t, s)
	if len(again) != 1 || again[0].Row.Message.Text != "one" || again[0].Row.Doubts != 0 {
		t.Errorf("again: %+v, want row one without doubt", again)
	}
}

func unsureIsCounted(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	lease := reply(t, s, m, tid, "words", nil)
	l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
	if err != nil || l == nil {
		t.Fatalf("take: %v %v", l, err)
	}
	settle(t, s, l, bot.Unsure)
	c.lapse(t)
	again := due(t, s)
	if len(again) != 1 || again[0].Row.Doubts != 1 {
		t.Fatalf("again: %+v, want one doubt", again)
	}
	settle(t, s, &again[0], bot.Sent)
	if log := read(t, s, tid).Chat.Log; log[len(log)-1].Delivery != "unsure" {
		t.Errorf("the counsellor sees %q, want unsure: it may have arrived twice", log[len(log)-1].Delivery)
	}
}

func lateRows(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	lease := reply(t, s, m, tid, "words", nil)
	turn(t, s, c.writes("y"), does(flows.Touch, "y"), "queue.noted", "menu.main")
	l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
	if err != nil {
		t.Fatal(err)
	}
	l = settle(t, s, l, bot.Stale)
	if held := load(t, s, c.writes("z")).Held; len(held) != 1 || held[0].Words != "words" {
		t.Errorf("held: %+v, want the counsellor's words", held)
	}
	if l = settle(t, s, l, bot.Stale); l == nil || l.Row.Message.Text != "menu.main" {
		t.Fatalf("next: %+v", l)
	}
	if !load(t, s, c.writes("z")).Undelivered {
		t.Error("a dropped prompt counts as said")
	}
	if chat := read(t, s, tid).Chat; chat.Held != 1 || chat.Log[1].Delivery != "held" {
		t.Errorf("the counsellor sees %d held and %q", chat.Held, chat.Log[1].Delivery)
	}
}

func unreachable(t *testing.T, h *Harness) {
	s := h.Store(t)
	c := h.somebody(flows.Telegram)
	l := turn(t, s, c.writes("x"), opens("general", flows.Rest, "x"), "one", "two")
	if next := settle(t, s, l, bot.Unreachable); next != nil {
		t.Error("the next row is tried")
	}
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 0 || len(due(t, s)) != 0 {
		t.Errorf("%d rows wait", n)
	}
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	if !read(t, s, tid).Chat.Dead {
		t.Error("the counsellor is not told")
	}
	turn(t, s, c.writes("back"), does(flows.Touch, "back"))
	if read(t, s, tid).Chat.Dead {
		t.Error("somebody who writes again still counts as unreachable")
	}
}

func cancelled(t *testing.T, h *Harness) {
	for _, v := range []bot.Verdict{bot.Later, bot.Unsure, bot.Stale, bot.Sent} {
		s, c := h.Store(t), h.somebody(flows.Telegram)
		l := turn(t, s, c.writes("x"), nil, "flying", "waiting")
		if turn(t, s, c.writes("0"), func(out *flows.Outcome) { out.Cancel = true }, "exit.decoy") != nil {
			t.Fatal("two senders in one lane")
		}
		next := settle(t, s, l, v)
		if next == nil || next.Row.Message.Text != "exit.decoy" {
			t.Fatalf("after %q of the flying row comes %+v, want only the neutral line", v, next)
		}
		if settle(t, s, next, bot.Sent) != nil {
			t.Error("something follows the neutral line")
		}
	}
	// The instance that was sending is dead: the row it had is not sent by another.
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), nil, "flying")
	turn(t, s, c.writes("0"), func(out *flows.Outcome) { out.Cancel = true }, "exit.decoy")
	c.lapse(t)
	if l := due(t, s); len(l) != 1 || l[0].Row.NotAfter.After(l[0].Now) {
		t.Errorf("a cancelled row may still be sent: %+v", l)
	}
	// Nothing is being sent: everything goes.
	settle(t, s, turn(t, s, h.somebody(flows.Telegram).writes("y"), nil, "one"), bot.Later)
	d := h.somebody(flows.Telegram)
	settle(t, s, turn(t, s, d.writes("x"), nil, "one", "two"), bot.Later)
	if l := turn(t, s, d.writes("0"), func(out *flows.Outcome) { out.Cancel = true }, "exit.decoy"); l == nil || l.Row.Message.Text != "exit.decoy" {
		t.Errorf("the neutral line waits: %+v", l)
	}
}

func takes(t *testing.T, h *Harness) {
	s := h.Store(t)
	h.asks(t, s, "general", flows.Rest, "x")
	m := counsellor(t, s, "a")
	lease := reply(t, s, m, claim(t, s, m), "words", nil)
	before := h.Redis.ZScore(t.Context(), h.key("due"), lease.Lane).Val()
	if l, err := s.Take(t.Context(), lease.Lane, lease.Fence-1); l != nil || err != nil {
		t.Errorf("an older fence takes %+v, %v", l, err)
	}
	l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
	if err != nil || l == nil || l.Row.Message.Words != "words" {
		t.Fatalf("take: %+v %v", l, err)
	}
	if after := h.Redis.ZScore(t.Context(), h.key("due"), lease.Lane).Val(); after < before {
		t.Errorf("the lease ends %v ms earlier than before", before-after)
	}
}

func poisonedLane(t *testing.T, h *Harness) {
	s := h.Store(t)
	bad, good := h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	for _, c := range []contact{bad, good} {
		settle(t, s, turn(t, s, c.writes("x"), nil, "one"), bot.Later)
	}
	row := h.Redis.LIndex(t.Context(), bad.key("o"), 0).Val()
	h.Redis.LSet(t.Context(), bad.key("o"), 0, row[:len(row)-1]+"?")
	leases, err := s.Due(t.Context(), 10)
	if err == nil {
		t.Error("nobody is told of a row that cannot be opened")
	}
	if len(leases) != 1 || leases[0].Lane != good.pid() {
		t.Errorf("the other lane is not sent: %+v", leases)
	}
}

func delivered(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.SMS)
	l := turn(t, s, c.writes("x"), nil, "one", "two")
	settle(t, s, l, bot.Unsure)
	if err := s.Delivered(t.Context(), l.Row.Token+"x", bot.Sent); err != nil {
		t.Errorf("a forged report: %v", err)
	}
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 2 {
		t.Fatal("a forged report was believed")
	}
	if err := s.Delivered(t.Context(), l.Row.Token, bot.Sent); err != nil {
		t.Fatal(err)
	}
	next := due(t, s)
	if len(next) != 1 || next[0].Row.Message.Text != "two" {
		t.Errorf("after the report: %+v, want row two", next)
	}
	if err := s.Delivered(t.Context(), l.Row.Token, bot.Unreachable); err != nil {
		t.Fatal(err)
	}
	if !load(t, s, c.writes("y")).Undelivered {
		t.Error("a message that failed later counts as said")
	}
}
