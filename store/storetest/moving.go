package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var moving = []check{
	{"a place in the queue comes along to another phone", movesWaiting},
	{"the counsellor who took it answers on the new phone", movesClaimed},
	{"held words come along and are marked on their own line", movesHeld},
	{"words that waited to be sent come along as held", movesUnsent},
	{"a live chat stays where it is", staysLive},
	{"what moved on meanwhile is looked at anew", movedMeanwhile},
	{"what was on its way to the old phone is deleted there", movedInFlight},
	{"the ticket somebody had on the new phone ends", ownTicketEnds},
	{"released words of a chat that ended are not sent", ownWordsEnd},
	{"a conversation without a ticket moves, and an own place is kept", movesBare},
	{"what was moved can still be erased", movedErased},
	{"a chosen time comes along", movesLater},
	{"an SMS number forgets as well", movesFromSMS},
}

// leaver is somebody who has a code and asked for a person, each as a turn.
func (h *Harness) leaver(t *testing.T, s *store.Store, ch flows.Channel, code string) contact {
	t.Helper()
	c := h.somebody(ch)
	turn(t, s, c.writes("x"), opens("women", flows.Violence, "first"))
	turn(t, s, c.writes("code"), func(out *flows.Outcome) { does(flows.Touch, "second")(out); gives(code)(out) })
	return c
}

// taking is the outcome of somebody who typed the code.
func taking(l bot.Loaded, b flows.Behind, code string, lines ...string) flows.Outcome {
	out := answer(l, lines...)
	turnNo := out.Conversation.Turn
	out.Conversation = b.Conversation
	out.Conversation.State, out.Conversation.Turn, out.Conversation.Code = "menu.main", turnNo, true
	out.Take, out.Keep, out.Hold = code, flows.KeepCode, b.Held
	if b.Ticket.Open() {
		out.Handoff.Act = flows.Return
		out.Record = []flows.Entry{{From: flows.Event, Text: "event.moved", At: l.Now.UnixMilli()}}
	}
	return out
}

// takes moves the conversation behind a code to somebody.
func (c contact) takes(t *testing.T, s *store.Store, code string, lines ...string) *bot.Lease {
	t.Helper()
	in := c.writes(code)
	l, b := look(t, s, in, code)
	if !b.Found {
		t.Fatal("the code leads nowhere")
	}
	done, err := s.Commit(t.Context(), l, in, taking(l, b, code, lines...))
	if err != nil {
		t.Fatalf("move: %v", err)
	}
	return done.Lease
}

func movesWaiting(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first := h.somebody(flows.Telegram)
	turn(t, s, first.writes("x"), opens("women", flows.Violence, "once")) // an older ticket of the same person, closed
	m := counsellor(t, s, "a")
	closed := claim(t, s, m)
	reply(t, s, m, closed, "", staffAct(flows.Close, "helped"))
	hello := first.writes("again")
	turn(t, s, hello, func(out *flows.Outcome) { opens("women", flows.Violence, "first")(out); gives(code)(out) })
	for range 3 {
		if _, err := s.Quarantine(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
	}
	s.Shift(time.Minute)
	h.asks(t, s, "women", flows.Violence, "came later")
	s.Shift(2 * time.Minute)
	second := h.somebody(flows.SMS)
	lease := second.takes(t, s, code, "menu.main")
	if lease == nil || lease.Address != second.address || lease.Row.Message.Text != "menu.main" {
		t.Fatalf("the answer goes %+v", lease)
	}
	settle(t, s, lease, bot.Sent)

	counsellor(t, s, "a")
	if got := claim(t, s, m); got != h.Redis.HGet(t.Context(), second.key("c"), "t").Val() {
		t.Error("the place in the queue was lost")
	} else if chat := read(t, s, got).Chat; len(chat.Log) != 2 || chat.Log[0].Words != "first" || chat.Log[1].Text != "event.moved" ||
		chat.Channel != flows.SMS || chat.Entries != 2 {
		t.Errorf("the counsellor reads %+v on %s", chat.Log, chat.Channel)
	}
	if l := load(t, s, second.writes("y")); l.Ticket.Phase != flows.Claimed || l.Conversation.State != "menu.main" {
		t.Errorf("the new phone stands at %+v, %+v", l.Ticket, l.Conversation)
	}
	if left := h.holding(t, first.pid()); !slices.Equal(left, []string{"x:" + first.pid()}) {
		t.Errorf("of the old phone %v is left, want the tombstone only", left)
	}
	if !slices.Contains(h.holding(t, closed), "i:"+second.pid()) {
		t.Error("an erasure would not find the older ticket")
	}
	if !load(t, s, hello).Seen {
		t.Error("a message of the old phone, delivered again, begins a conversation")
	}
	if l := load(t, s, first.writes("hello")); l.Seen || l.Conversation.State != "" || l.Ticket.Open() {
		t.Errorf("the old phone is met as %+v", l.Conversation)
	}
	if got := owed(t, s); !slices.Contains(got, hello.Message) {
		t.Errorf("deleted from the old phone: %v", got)
	}
	third := h.somebody(flows.Telegram)
	if !found(t, s, third, code) || found(t, s, second, code) {
		t.Error("the code must lead to the new phone")
	}
	if n := h.Redis.LLen(t.Context(), h.key("bad")).Val(); n != 1 || len(h.holding(t, second.pid())) == 0 {
		t.Error("the quarantined message is lost")
	}
}

func movesClaimed(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first := h.leaver(t, s, flows.Telegram, code)
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	slow := read(t, s, tid) // the counsellor is writing
	second := h.somebody(flows.Telegram)
	second.takes(t, s, code)
	if _, err := s.CommitTicket(t.Context(), slow, m, replied(slow, "words", nil)); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("an answer to the old phone: %v, want %v", err, handoff.ErrConflict)
	}
	lease := reply(t, s, m, tid, "words", nil)
	l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
	if err != nil || l.Address != second.address || l.Row.Message.Words != "words" {
		t.Fatalf("the answer goes %+v %v", l, err)
	}
	settle(t, s, l, bot.Sent)
	if log := read(t, s, tid).Chat.Log; log[len(log)-1].Delivery != "sent" {
		t.Errorf("the counsellor sees %+v", log[len(log)-1])
	}
	if mine, err := s.Mine(t.Context(), "a"); err != nil || len(mine) != 1 {
		t.Errorf("the counsellor holds %v %v", mine, err)
	}
	if h.Redis.Exists(t.Context(), first.key("c")).Val() != 0 {
		t.Error("the old conversation is there")
	}
}

func movesHeld(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	h.leaver(t, s, flows.Telegram, code) // first, second
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "one", holds)
	reply(t, s, m, tid, "two", holds)
	reply(t, s, m, tid, "", staffAct(flows.Requeue, "")) // lost: not live any more
	second := h.somebody(flows.SMS)
	in := second.writes(code)
	l, b := look(t, s, in, code)
	if len(b.Held) != 2 || b.Held[0].Words != "one" || b.Ticket.Phase != flows.Lost {
		t.Fatalf("behind the code: %+v", b)
	}
	if _, err := s.Commit(t.Context(), l, in, taking(l, b, code)); err != nil {
		t.Fatal(err)
	}
	in = second.writes("yes")
	l = load(t, s, in)
	if len(l.Held) != 2 || l.Held[1].Words != "two" {
		t.Fatalf("held on the new phone: %+v", l.Held)
	}
	lease := turn(t, s, in, yes(l))
	settle(t, s, settle(t, s, lease, bot.Sent), bot.Refused)
	claim(t, s, m)
	log := read(t, s, tid).Chat.Log
	for i, want := range []string{"", "", "sent", "refused"} {
		if log[i].Delivery != want {
			t.Errorf("line %d (%q) is marked %q, want %q", i+1, log[i].Words, log[i].Delivery, want)
		}
	}
}

func movesUnsent(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first := h.leaver(t, s, flows.Telegram, code)
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	lease := reply(t, s, m, tid, "words", nil)
	l, err := s.Take(t.Context(), lease.Lane, lease.Fence)
	if err != nil {
		t.Fatal(err)
	}
	settle(t, s, l, bot.Later) // the old phone cannot be reached just now
	reply(t, s, m, tid, "", staffAct(flows.Requeue, ""))
	second := h.somebody(flows.Telegram)
	second.takes(t, s, code)
	if held := load(t, s, second.writes("y")).Held; len(held) != 1 || held[0].Words != "words" {
		t.Errorf("a counsellor's words are lost: %+v", held)
	}
	first.lapse(t)
	if l := due(t, s); len(l) != 0 {
		t.Errorf("something is sent to the old phone: %+v", l)
	}
}

func staysLive(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first := h.leaver(t, s, flows.Telegram, code)
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	second := h.somebody(flows.Telegram)
	in := second.writes(code)
	l, b := look(t, s, in, code)
	if b.Live {
		t.Fatal("claimed counts as live")
	}
	reply(t, s, m, tid, "hello", nil)
	before := h.dump(t)
	if _, err := s.Commit(t.Context(), l, in, taking(l, b, code)); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a chat that came to life is moved: %v, want %v", err, bot.ErrMoved)
	}
	h.same(t, before)
	l, b = look(t, s, in, code)
	if !b.Found || !b.Live {
		t.Fatalf("behind the code: %+v", b)
	}
	if _, err := s.Commit(t.Context(), l, in, taking(l, b, code)); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a live chat is moved: %v", err)
	}
	turn(t, s, in, opens("women", flows.Violence, "x")) // a ticket of its own
	if l := load(t, s, first.writes("y")); l.Ticket.Phase != flows.Live {
		t.Errorf("the live chat is %s", l.Ticket.Phase)
	}
}

func movedMeanwhile(t *testing.T, h *Harness) {
	for name, meanwhile := range map[string]func(*store.Store, contact, contact, string){
		"the old phone wrote": func(s *store.Store, first, _ contact, _ string) {
			turn(t, s, first.writes("z"), func(out *flows.Outcome) { does(flows.Touch, "third")(out); out.Keep = flows.KeepCode })
		},
		"the old phone erased":      func(s *store.Store, first, _ contact, _ string) { turn(t, s, first.writes("z"), erases) },
		"another phone was quicker": func(s *store.Store, _, third contact, code string) { third.takes(t, s, code) },
		"a clock closed the ticket": func(s *store.Store, first, _ contact, _ string) {
			tid := h.Redis.HGet(t.Context(), first.key("c"), "t").Val() // as overdue does it: no turn of anybody
			h.Redis.HSet(t.Context(), h.key("k:"+tid), "phase", "closed")
			h.Redis.HDel(t.Context(), first.key("c"), "t")
		},
		"a message went out": func(s *store.Store, first, _ contact, _ string) {
			h.Redis.RPush(t.Context(), first.key("o"), "704:b:1:0:0:x")
		},
	} {
		for _, channel := range flows.Channels {
			s, code := h.Store(t), codeOf()
			first, second, third := h.leaver(t, s, channel, code), h.somebody(flows.SMS), h.somebody(flows.SMS)
			in := second.writes(code)
			l, b := look(t, s, in, code)
			meanwhile(s, first, third, code)
			before := h.dump(t)
			if _, err := s.Commit(t.Context(), l, in, taking(l, b, code)); !errors.Is(err, bot.ErrMoved) {
				t.Errorf("%s: %v, want %v", name, err, bot.ErrMoved)
			}
			h.same(t, before)
		}
	}
	// The other way round: the old phone's turn comes after the move.
	s, code := h.Store(t), codeOf()
	first, second := h.leaver(t, s, flows.Telegram, code), h.somebody(flows.SMS)
	in := first.writes("z")
	l := load(t, s, in)
	second.takes(t, s, code)
	out := answer(l, "late")
	does(flows.Touch, "z")(&out)
	if _, err := s.Commit(t.Context(), l, in, out); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("a turn of the old phone decided before the move: %v, want %v", err, bot.ErrMoved)
	}
	// And of a move without a look nothing comes.
	in = first.writes(code)
	l = load(t, s, in)
	if _, err := s.Commit(t.Context(), l, in, taking(l, flows.Behind{}, code)); err == nil {
		t.Error("a conversation is moved without having been looked at")
	}
}

func movedInFlight(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first, second := h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	flying := turn(t, s, first.writes("x"), gives(code), "one", "two")
	second.takes(t, s, code)
	if left := h.holding(t, first.pid()); !slices.Equal(left, []string{"x:" + first.pid()}) {
		t.Errorf("of the old phone %v is left", left)
	}
	for _, v := range []bot.Verdict{bot.Later, bot.Sent} {
		if _, err := s.Settle(t.Context(), *flying, bot.Result{Verdict: v, Message: "4242"}); !errors.Is(err, bot.ErrMoved) {
			t.Errorf("the old lease settles %q: %v, want %v", v, err, bot.ErrMoved)
		}
	}
	if !slices.Contains(owed(t, s), "4242") {
		t.Error("the message that was on its way stays on the old phone")
	}
	first.lapse(t)
	if l := due(t, s); len(l) != 0 {
		t.Errorf("the old lane is sent: %+v", l)
	}
}

func ownTicketEnds(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	second := h.somebody(flows.Telegram)
	flying := turn(t, s, second.writes("x"), func(out *flows.Outcome) {
		opens("general", flows.High, "on the new phone")(out)
		out.Record = append(out.Record, flows.Entry{From: flows.Bot, Text: "queue.waiting"})
		out.Messages[0].Entry, out.Messages[1].Entry = 2, 2
	}, "one", "two")
	m := counsellor(t, s, "a")
	own := claim(t, s, m)
	reply(t, s, m, own, "held there", holds)
	reply(t, s, m, own, "waits there", nil)
	h.leaver(t, s, flows.Telegram, code) // lines: first, second
	second.takes(t, s, code)
	last := settle(t, s, settle(t, s, flying, bot.Sent), bot.Refused)
	if last == nil || last.Row.NotAfter.After(last.Now) {
		t.Errorf("the words of a chat that ended are sent: %+v", last)
	}
	settle(t, s, last, bot.Stale)
	if _, err := s.LoadTicket(t.Context(), own); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("the ticket of the new phone opens: %v", err)
	}
	if got := h.Redis.HMGet(t.Context(), h.key("k:"+own), "phase", "code").Val(); got[0] != "closed" || got[1] != "moved" {
		t.Errorf("it is %v", got)
	}
	for _, key := range []string{"k:", "t:"} {
		if ttl := h.Redis.PTTL(t.Context(), h.key(key+own)).Val(); ttl < 29*24*time.Hour {
			t.Errorf("%s is kept for %v", key, ttl)
		}
	}
	if mine, _ := s.Mine(t.Context(), "a"); len(mine) != 0 {
		t.Error("the counsellor still holds it")
	}
	if held := load(t, s, second.writes("y")).Held; len(held) != 0 {
		t.Errorf("words of a ticket that ended are held: %+v", held)
	}
	tid := claim(t, s, m)
	if tid == own {
		t.Fatal("the ticket that ended is offered")
	}
	for i, line := range read(t, s, tid).Chat.Log {
		if line.Delivery != "" {
			t.Errorf("line %d of the moved ticket is marked %q by a row of the other", i+1, line.Delivery)
		}
	}
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("somebody else is offered: %v", err)
	}
	if !slices.Contains(h.holding(t, own), "i:"+second.pid()) {
		t.Error("an erasure would not find the ticket that ended")
	}
}

func ownWordsEnd(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	second, _, _ := silentChat(t, h, s)
	in := second.writes("yes")
	flying := turn(t, s, in, yes(load(t, s, in))) // "one" is being sent, "two" follows from memory
	h.leaver(t, s, flows.Telegram, code)
	second.takes(t, s, code)
	next := settle(t, s, flying, bot.Sent)
	if next == nil || next.Row.NotAfter.After(next.Now) {
		t.Errorf("next: %+v, want a row that is not sent any more", next)
	}
}

func movesBare(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first, second := h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	turn(t, s, first.writes("x"), func(out *flows.Outcome) {
		gives(code)(out)
		out.Conversation.Answers = map[string]string{"desk": "women"}
	})
	turn(t, s, second.writes("x"), opens("general", flows.Rest, "waits"))
	second.takes(t, s, code)
	l := load(t, s, second.writes("y"))
	if l.Conversation.Answers["desk"] != "women" || l.Ticket.Phase != flows.Waiting {
		t.Errorf("the new phone stands at %+v, %+v", l.Ticket, l.Conversation)
	}
	if log := read(t, s, claim(t, s, counsellor(t, s, "a"))).Chat.Log; len(log) != 1 || log[0].Words != "waits" {
		t.Errorf("the counsellor reads %+v", log)
	}
}

func movedErased(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first := h.leaver(t, s, flows.Telegram, code)
	tid := h.Redis.HGet(t.Context(), first.key("c"), "t").Val()
	second := h.somebody(flows.Telegram)
	turn(t, s, second.writes("x"), opens("general", flows.Rest, "x"))
	own := h.Redis.HGet(t.Context(), second.key("c"), "t").Val()
	second.takes(t, s, code, "menu.main")
	turn(t, s, second.writes("yes, erase"), erases)
	for _, c := range []contact{first, second} {
		if left := h.holding(t, c.pid()); !slices.Equal(left, []string{"x:" + c.pid()}) {
			t.Errorf("of a phone %v is left", left)
		}
	}
	for _, id := range []string{tid, own, h.Ring.Pseudonym("return code", code)} {
		if left := h.holding(t, id); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
	}
	if found(t, s, h.somebody(flows.SMS), code) {
		t.Error("the code leads to what was erased")
	}
}

func movesLater(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first, second := h.leaver(t, s, flows.Telegram, code), h.somebody(flows.SMS)
	turn(t, s, first.writes("z"), func(out *flows.Outcome) {
		does(flows.Touch)(out)
		out.Keep = flows.KeepCode
		chooses(t, s, 3*time.Hour)(out)
	})
	turn(t, s, second.writes("z"), chooses(t, s, 2*time.Hour)) // gives way to what comes
	second.takes(t, s, code)
	s.Shift(2*time.Hour + time.Minute)
	if c := calls(t, s); len(c) != 0 {
		t.Errorf("at another time: %+v", c)
	}
	s.Shift(3*time.Hour + time.Minute)
	c := calls(t, s)
	if len(c) != 1 || c[0].Address != second.address || c[0].Lang != flows.Russian {
		t.Fatalf("due: %+v, want the new phone", c)
	}
	turn(t, s, second.writes("yes, erase"), erases)
	if left := h.holding(t, c[0].ID); len(left) != 0 {
		t.Errorf("an erasure leaves %v", left)
	}
}

func movesFromSMS(t *testing.T, h *Harness) {
	s, code := h.Store(t), codeOf()
	first, second := h.leaver(t, s, flows.SMS, code), h.somebody(flows.Telegram)
	second.takes(t, s, code)
	if left := h.holding(t, first.pid()); !slices.Equal(left, []string{"x:" + first.pid()}) {
		t.Errorf("of the old number %v is left", left)
	}
	if got := owed(t, s); len(got) != 0 {
		t.Errorf("owed %v before Twilio is done with it", got)
	}
	s.Shift(3 * time.Minute)
	if got := owed(t, s); len(got) != 2 {
		t.Errorf("owed %v, want the two messages as ever", got)
	}
}
