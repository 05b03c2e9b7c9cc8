package storetest

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var erasing = []check{
	{"erased means that nothing is left", everythingGone},
	{"what was sent before an erasure does not come back", buried},
	{"a copy that raced with an erasure does not bring the person back", racedErasure},
	{"a message on its way during an erasure is deleted too", inFlight},
	{"our messages and theirs are deleted from Telegram", telegramDeleted},
	{"somebody who comes back after a day can still have everything deleted", deletedAfterExpiry},
	{"Twilio's records are deleted, and name what was handled", twilioDeleted},
	{"a deletion is carried by one instance, and put off when it fails", deletionsShared},
	{"an erasure is followed by a rewrite of the file", rewritten},
}

// erases confirms an erasure.
func erases(out *flows.Outcome) {
	out.Conversation = flows.Conversation{}
	out.Erase, out.Cancel = true, true
	out.Counts = []flows.Count{{Table: "funnel.erase", Row: "done", Column: "en"}}
}

func everythingGone(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, m, tid := silentChat(t, h, s)
	closed := tid
	reply(t, s, m, tid, "", staffAct(flows.Close, "helped"))
	turn(t, s, c.writes("again"), opens("general", flows.High, "again"), "one", "two")
	tid = claim(t, s, m)
	reply(t, s, m, tid, "held", holds)
	poison := c.writes("poison")
	for range 3 {
		if _, err := s.Quarantine(t.Context(), poison); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.holding(t, c.pid())) < 6 || len(h.holding(t, tid)) < 4 || len(h.holding(t, closed)) < 2 {
		t.Fatalf("the scan is blind: %v %v %v", h.holding(t, c.pid()), h.holding(t, tid), h.holding(t, closed))
	}
	turn(t, s, c.writes("yes, erase"), erases)
	if left := h.holding(t, c.pid()); !slices.Equal(left, []string{"x:" + c.pid()}) {
		t.Errorf("of the person %v is left, want the tombstone only", left)
	}
	for _, id := range []string{tid, closed} {
		if left := h.holding(t, id); len(left) != 0 {
			t.Errorf("of a ticket %v is left", left)
		}
	}
	if _, err := s.LoadTicket(t.Context(), tid); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("the transcript opens: %v", err)
	}
	if ttl := h.Redis.PTTL(t.Context(), c.key("x")).Val(); ttl > 15*24*time.Hour || ttl < 14*24*time.Hour {
		t.Errorf("the tombstone stays for %v", ttl)
	}
	if mine, _ := s.Mine(t.Context(), "a"); len(mine) != 0 {
		t.Error("the counsellor still holds it")
	}
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if cells, err := s.Cells(t.Context(), now.In(flows.Tallinn).Format("2006-01")); err != nil || cells[flows.Count{Table: "funnel.erase", Row: "done", Column: "en"}] != 1 {
		t.Errorf("the erasure is not counted: %v %v", cells, err)
	}
}

func buried(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	first, last := c.writes("hello"), c.writes("yes, erase")
	turn(t, s, first, nil)
	turn(t, s, last, erases)
	for name, in := range map[string]bot.Inbound{"an update handled before": first, "the confirming update": last} {
		if !load(t, s, in).Seen {
			t.Errorf("%s comes again and begins a conversation", name)
		}
	}
	old := c.writes("written before")
	old.Input.At = time.Now().Add(-time.Hour)
	if !load(t, s, old).Seen {
		t.Error("a message written before the erasure begins a conversation")
	}
	fresh := c.writes("written after")
	fresh.Input.At = time.Now().Add(time.Minute)
	if l := load(t, s, fresh); l.Seen || l.Conversation.State != "" {
		t.Errorf("a later message: seen %v, state %q; want a stranger", l.Seen, l.Conversation.State)
	}
	turn(t, s, fresh, nil, "lang.choose")
	if !load(t, s, first).Seen || !load(t, s, last).Seen || !load(t, s, fresh).Seen {
		t.Error("the new conversation forgot the marks of the old one")
	}
}

func racedErasure(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.Telegram)
	first, last := c.writes("hello"), c.writes("yes, erase")
	slow := load(t, b, first) // a copy, read as a stranger's
	turn(t, a, first, nil)
	other := load(t, b, last) // a copy of the confirmation
	turn(t, a, last, erases)
	if _, err := b.Commit(t.Context(), slow, first, answer(slow, "lang.choose")); !errors.Is(err, bot.ErrDuplicate) {
		t.Errorf("the copy commits after the erasure: %v, want %v", err, bot.ErrDuplicate)
	}
	out := answer(other)
	erases(&out)
	if _, err := b.Commit(t.Context(), other, last, out); !errors.Is(err, bot.ErrMoved) && !errors.Is(err, bot.ErrDuplicate) {
		t.Errorf("the confirmation is handled twice: %v", err)
	}
	unseen := c.writes("between")
	if _, err := b.Commit(t.Context(), slow, unseen, answer(slow)); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a turn decided before the erasure: %v, want %v", err, bot.ErrMoved)
	}
	if h.Redis.Exists(t.Context(), c.key("c")).Val() != 0 {
		t.Error("the conversation is back")
	}
	// Two copies of an erasure by somebody unknown: one confirmation.
	d := h.somebody(flows.Telegram)
	in := d.writes("yes, erase")
	l1, l2 := load(t, a, in), load(t, b, in)
	out = answer(l1)
	erases(&out)
	if _, err := a.Commit(t.Context(), l1, in, out); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), l2, in, out); !errors.Is(err, bot.ErrDuplicate) {
		t.Errorf("the second copy: %v, want %v", err, bot.ErrDuplicate)
	}
}

func inFlight(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	flying := turn(t, s, c.writes("x"), nil, "one")
	turn(t, s, c.writes("yes, erase"), erases)
	again := turn(t, s, c.writes("hello"), nil, "fresh")
	if again == nil || again.Fence == flying.Fence {
		t.Fatalf("the new lane's lease is %+v, the old fence %d", again, flying.Fence)
	}
	for _, v := range []bot.Verdict{bot.Later, bot.Sent} {
		if _, err := s.Settle(t.Context(), *flying, bot.Result{Verdict: v, Message: "4242"}); !errors.Is(err, bot.ErrMoved) {
			t.Errorf("the old lease settles %q: %v, want %v", v, err, bot.ErrMoved)
		}
	}
	if !slices.Contains(owed(t, s), "4242") {
		t.Error("the message that was on its way stays on the person's phone")
	}
	if l := settle(t, s, again, bot.Sent); l != nil {
		t.Errorf("the new lane: %+v", l)
	}
}

// owed lists the message ids that providers must delete now.
func owed(t *testing.T, s *store.Store) (ids []string) {
	t.Helper()
	due, err := s.DueDeletions(t.Context(), 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		ids = append(ids, d.Messages...)
	}
	return ids
}

func telegramDeleted(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	var want []string
	for range 3 {
		in := c.writes("x")
		l := turn(t, s, in, nil, "one")
		id := strconv.FormatInt(8000+updates.Add(1), 10)
		if _, err := s.Settle(t.Context(), *l, bot.Result{Verdict: bot.Sent, Message: id}); err != nil {
			t.Fatal(err)
		}
		want = append(want, in.Message, id)
	}
	if got := owed(t, s); len(got) != 0 {
		t.Fatalf("deleted before anybody asked: %v", got)
	}
	last := c.writes("yes, erase")
	turn(t, s, last, erases)
	due, err := s.DueDeletions(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].Address != c.address {
		t.Fatalf("owed: %+v %v", due, err)
	}
	for _, id := range append(want, last.Message) {
		if !slices.Contains(due[0].Messages, id) {
			t.Errorf("message %s stays on the person's phone", id)
		}
	}
}

func deletedAfterExpiry(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	first := c.writes("x")
	turn(t, s, first, nil)
	h.Redis.Del(t.Context(), c.key("c")) // its 24 hours are over
	turn(t, s, c.writes("y"), nil)
	turn(t, s, c.writes("yes, erase"), erases)
	if !slices.Contains(owed(t, s), first.Message) {
		t.Error("a message of yesterday stays on the person's phone")
	}
}

func twilioDeleted(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.SMS)
	in := c.writes("x")
	l := turn(t, s, in, nil, "one")
	if _, err := s.Settle(t.Context(), *l, bot.Result{Verdict: bot.Sent, Message: "SMout"}); err != nil {
		t.Fatal(err)
	}
	if got := owed(t, s); len(got) != 0 {
		t.Errorf("deleted while Twilio still works on it: %v", got)
	}
	s.Shift(3 * time.Minute)
	if got := owed(t, s); !slices.Contains(got, in.Message) || !slices.Contains(got, "SMout") {
		t.Errorf("owed %v, want both", got)
	}
	h.Redis.Del(t.Context(), c.key("c"), c.key("x")) // the conversation is long over, the record could not be deleted yet
	if !load(t, s, in).Seen {
		t.Error("the sweep answers a message that was handled")
	}
	turn(t, s, c.writes("hello"), nil)
	last := c.writes("yes, erase")
	turn(t, s, last, erases)
	s.Shift(10 * time.Minute)
	if got := owed(t, s); !slices.Contains(got, last.Message) {
		t.Error("the confirming message stays at Twilio")
	}
	if !load(t, s, last).Seen {
		t.Error("the sweep brings the erased person back")
	}
}

func deletionsShared(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.Telegram)
	turn(t, a, c.writes("x"), nil)
	turn(t, a, c.writes("yes, erase"), erases)
	due, err := a.DueDeletions(t.Context(), 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("due: %+v %v", due, err)
	}
	if len(owed(t, b)) != 0 {
		t.Error("two instances carry the same deletion")
	}
	if err := a.PutOff(t.Context(), due[0].ID, 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	b.Shift(9 * time.Minute)
	if len(owed(t, b)) != 0 {
		t.Error("tried again before its time")
	}
	b.Shift(11 * time.Minute)
	if len(owed(t, b)) == 0 {
		t.Error("a deletion that failed is forgotten")
	}
	if err := b.Deleted(t.Context(), due[0].ID); err != nil {
		t.Fatal(err)
	}
	b.Shift(24 * time.Hour)
	if len(owed(t, b)) != 0 || h.Redis.Exists(t.Context(), h.key("p:"+due[0].ID)).Val() != 0 {
		t.Error("a deletion that is done is kept")
	}
}

func rewritten(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), nil)
	if begun, err := s.Rewrite(t.Context()); begun || err != nil {
		t.Fatalf("nothing was erased, yet: %v %v", begun, err)
	}
	turn(t, s, c.writes("yes, erase"), erases)
	if h.Redis.Exists(t.Context(), h.key("shred")).Val() != 1 {
		t.Error("nothing asks for the rewrite")
	}
}
