package storetest

import (
	"fmt"
	"maps"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

// contact is somebody who writes in.
type contact struct {
	address bot.Address
	h       *Harness
}

var people, updates atomic.Int64

// somebody is a new person on a channel. The numbers are from ranges nobody has.
func (h *Harness) somebody(ch flows.Channel) contact {
	n := people.Add(1)
	id := strconv.FormatInt(900000000+n, 10)
	if ch == flows.SMS {
		id = fmt.Sprintf("+372000%05d", n)
	}
	return contact{bot.NewAddress(ch, id), h}
}

// pid is the pseudonym this person's keys carry.
func (c contact) pid() string {
	return c.h.Ring.Pseudonym("addr", string(c.address.Channel)+"\x00"+c.address.Reveal())
}

func (c contact) key(kind string) string { return c.h.key(kind + ":" + c.pid()) }

func (h *Harness) key(name string) string { return "{" + h.Namespace + "}" + name }

// writes is the next update of this person.
func (c contact) writes(text string) bot.Inbound {
	n := updates.Add(1)
	in := bot.Inbound{Address: c.address, Update: fmt.Sprint("u", n), Input: flows.Input{Kind: flows.Typed, Text: text}}
	in.Message = strconv.FormatInt(5000+n, 10)
	if c.address.Channel == flows.SMS {
		in.Message = fmt.Sprintf("SM%032x", n)
		in.Update = in.Message
	}
	return in
}

// answer is an ordinary outcome: the state moves on and the given lines are said.
func answer(l bot.Loaded, lines ...string) flows.Outcome {
	l.Conversation.Lang = flows.English
	out := flows.Outcome{Conversation: l.Conversation, Lang: flows.English, NotAfter: l.Now.Add(flows.Present)}
	out.Conversation.State, out.Conversation.Safe = "menu.main", true
	out.Conversation.Last, out.Conversation.Turn = l.Now.UnixMilli(), l.Conversation.Turn+1
	out.Conversation.Answers = maps.Clone(l.Conversation.Answers)
	for _, line := range lines {
		out.Messages = append(out.Messages, flows.Message{Text: line, Class: flows.FromBot})
	}
	if l.Ticket.Open() {
		out.Keep = flows.KeepTicket
	}
	return out
}

func load(t *testing.T, s *store.Store, in bot.Inbound) bot.Loaded {
	t.Helper()
	l, err := s.Load(t.Context(), in)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return l
}

// turn takes one update through load and commit; change edits the outcome (nil: as it is).
func turn(t *testing.T, s *store.Store, in bot.Inbound, change func(*flows.Outcome), lines ...string) *bot.Lease {
	t.Helper()
	l := load(t, s, in)
	if l.Seen {
		t.Fatal("a new update is taken for a copy")
	}
	out := answer(l, lines...)
	if change != nil {
		change(&out)
	}
	done, err := s.Commit(t.Context(), l, in, out)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return done.Lease
}

// settle ends a lease and returns the next.
func settle(t *testing.T, s *store.Store, l *bot.Lease, v bot.Verdict) *bot.Lease {
	t.Helper()
	if l == nil {
		t.Fatal("there is no lease to settle")
	}
	next, err := s.Settle(t.Context(), *l, bot.Result{Verdict: v, Message: strconv.FormatInt(7000+updates.Add(1), 10)})
	if err != nil {
		t.Fatalf("settle: %v", err)
	}
	return next
}

// opens makes a turn ask for a person: a ticket with the words in it.
func opens(desk string, band flows.Band, words ...string) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		out.Handoff = flows.Handoff{Act: flows.Open, Desk: desk, Band: band}
		out.Keep = flows.KeepTicket
		for _, w := range words {
			out.Record = append(out.Record, flows.Entry{From: flows.Person, Words: w, At: out.Conversation.Last})
		}
	}
}

// does makes a turn of a person with a ticket.
func does(act flows.Act, words ...string) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		opens("", flows.NoBand, words...)(out)
		out.Handoff.Act = act
		if act == flows.Leave {
			out.Cancel = true
		}
	}
}

// asks lets a new person ask for a counsellor and returns them.
func (h *Harness) asks(t *testing.T, s *store.Store, desk string, band flows.Band, words ...string) contact {
	t.Helper()
	c := h.somebody(flows.Telegram)
	turn(t, s, c.writes("person"), opens(desk, band, words...))
	return c
}

// counsellor is a member of staff on duty.
func counsellor(t *testing.T, s *store.Store, id string) handoff.Member {
	t.Helper()
	m := handoff.Member{ID: id, Alias: "Alias " + id}
	if err := s.OnDuty(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func claim(t *testing.T, s *store.Store, m handoff.Member) string {
	t.Helper()
	tid, err := s.Claim(t.Context(), m)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return tid
}

func read(t *testing.T, s *store.Store, tid string) handoff.Loaded {
	t.Helper()
	l, err := s.LoadTicket(t.Context(), tid)
	if err != nil {
		t.Fatalf("load ticket: %v", err)
	}
	return l
}

// reply lets the holder answer; change edits the outcome.
func reply(t *testing.T, s *store.Store, m handoff.Member, tid, words string, change func(*flows.Outcome)) handoff.Lease {
	t.Helper()
	l := read(t, s, tid)
	lease, err := s.CommitTicket(t.Context(), l, m, replied(l, words, change))
	if err != nil {
		t.Fatalf("reply: %v", err)
	}
	return lease
}

func replied(l handoff.Loaded, words string, change func(*flows.Outcome)) flows.Outcome {
	l.Conversation.Lang = flows.English
	out := flows.Outcome{Conversation: l.Conversation, Lang: flows.English, NotAfter: l.Facts.Now.Add(flows.Present),
		Keep: flows.KeepTicket, Handoff: flows.Handoff{Act: flows.Answer}}
	out.Record = []flows.Entry{{From: flows.Counsellor, Words: words, By: "Alias", At: l.Facts.Now.UnixMilli()}}
	out.Messages = []flows.Message{{Words: words, Class: flows.FromCounsellor, Entry: 1}}
	if change != nil {
		change(&out)
	}
	return out
}

// holds keeps the words for the person's yes instead of sending them.
func holds(out *flows.Outcome) { out.Hold, out.Messages = out.Messages, nil }

// staffAct is a holder's act without a message.
func staffAct(act flows.Act, code string) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		out.Messages = nil
		out.Handoff = flows.Handoff{Act: act, Code: code}
		if act == flows.Close {
			out.Cancel, out.Keep = true, flows.KeepClosed
		}
	}
}

const minute = time.Minute
