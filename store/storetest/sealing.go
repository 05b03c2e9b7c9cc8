package storetest

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
	"sosin/store/seal"
)

var sealing = []check{
	{"whoever steals Redis reads no address and no word", nothingInClear},
	{"a state or a message moved to another place is refused", tampered},
	{"a state rolled back is refused", rolledBack},
	{"another key file is refused at start", wrongKeys},
	{"keys are turned while people write", keysTurned},
	{"what had to be gone is gone, and its writer is met as a stranger", monthGone},
	{"a key file that was not copied loses nobody", keyAhead},
}

// spellings are the ways a planted word could stand in Redis unsealed.
func spellings(word string) []string {
	raw := []byte(word)
	out := []string{word, strings.ToUpper(hex.EncodeToString(raw)), hex.EncodeToString(raw)}
	for shift := range 3 { // base64 depends on where the word begins
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(append(make([]byte, shift), raw...))
			out = append(out, text[(shift*8+5)/6:len(text)-1])
		}
	}
	var big, little []byte
	for _, u := range utf16.Encode([]rune(word)) {
		big = append(big, byte(u>>8), byte(u))
		little = append(little, byte(u), byte(u>>8))
	}
	return append(out, string(big), string(little))
}

// found lists where a word stands, whatever its spelling.
func (h *Harness) found(t *testing.T, word string) (where []string) {
	t.Helper()
	var all strings.Builder
	for key, content := range h.dump(t) {
		fmt.Fprintf(&all, "%s\x00%s\x00", key, strings.Join(content, "\x00"))
	}
	for _, s := range spellings(word) {
		if strings.Contains(all.String(), s) {
			where = append(where, fmt.Sprintf("%q", s))
		}
	}
	return where
}

func nothingInClear(t *testing.T, h *Harness) {
	s := h.Store(t)
	everything(t, h, s)
	tg, phone := h.somebody(flows.Telegram), h.somebody(flows.SMS)
	for _, c := range []contact{tg, phone} {
		turn(t, s, c.writes("x"), func(out *flows.Outcome) {
			opens("general", flows.High, "canary-person")(out)
			out.Conversation.Words = []string{"canary-session"}
			out.Conversation.Answers = map[string]string{"k": "canary-answer"}
			out.Messages = append(out.Messages, flows.Message{Text: "x", Args: map[string]string{"alias": "canary-argument"}})
		}, "canary-key")
	}
	m := counsellor(t, s, "z")
	tid := claim(t, s, m)
	reply(t, s, m, tid, "canary-counsellor", nil)
	reply(t, s, m, tid, "canary-held", holds)
	poison := phone.writes("canary-poison")
	for range 3 {
		if _, err := s.Quarantine(t.Context(), poison); err != nil {
			t.Fatal(err)
		}
	}
	turn(t, s, tg.writes("x"), erases) // leaves deletions and a tombstone
	for _, word := range []string{tg.address.Reveal(), phone.address.Reveal(), phone.address.Reveal()[1:], "canary"} {
		if where := h.found(t, word); len(where) > 0 {
			t.Errorf("%q stands in Redis as %v", word, where)
		}
	}
	for _, s := range spellings("canary-planted") { // the search is not blind
		h.Redis.Set(t.Context(), h.key("planted"), "xy"+s+"z", time.Minute)
		if len(h.found(t, "canary-planted")) == 0 {
			t.Errorf("a word planted as %q was not found", s)
		}
	}
}

func tampered(t *testing.T, h *Harness) {
	s := h.Store(t)
	ctx := t.Context()
	a, b := h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	for _, c := range []contact{a, b} {
		turn(t, s, c.writes("x"), nil, "one", "two")
	}
	swap := func(field string) {
		x, y := h.Redis.HGet(ctx, a.key("c"), field).Val(), h.Redis.HGet(ctx, b.key("c"), field).Val()
		h.Redis.HSet(ctx, a.key("c"), field, y)
		h.Redis.HSet(ctx, b.key("c"), field, x)
	}
	for _, fields := range [][]string{{"s"}, {"k"}, {"s", "k"}} {
		for _, f := range fields {
			swap(f)
		}
		if l, err := s.Load(ctx, a.writes("y")); !errors.Is(err, seal.ErrTampered) {
			t.Errorf("%v of two people swapped: %+v, %v", fields, l.Conversation, err)
		}
		for _, f := range fields {
			swap(f)
		}
	}
	load(t, s, a.writes("y"))
	swap("a")
	a.lapse(t)
	if l, err := s.Due(ctx, 10); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("addresses swapped: %+v, %v: a message would go to somebody else", l, err)
	}
	swap("a")
	// The bodies of two rows of one lane, then of two lanes.
	bodies := func(c contact, i int64) (head, body string) {
		row := h.Redis.LIndex(ctx, c.key("o"), i).Val()
		cut := 0
		for range 5 {
			cut += strings.IndexByte(row[cut:], ':') + 1
		}
		return row[:cut], row[cut:]
	}
	for _, other := range []struct {
		c contact
		i int64
	}{{a, 1}, {b, 0}} {
		head, body := bodies(a, 0)
		_, foreign := bodies(other.c, other.i)
		h.Redis.LSet(ctx, a.key("o"), 0, head+foreign)
		a.lapse(t)
		if l, err := s.Due(ctx, 10); !errors.Is(err, seal.ErrTampered) {
			t.Errorf("rows swapped: %+v, %v", l, err)
		}
		h.Redis.LSet(ctx, a.key("o"), 0, head+body)
	}
	// A transcript's lines.
	m := counsellor(t, s, "m")
	h.asks(t, s, "general", flows.Rest, "one", "two")
	tid := claim(t, s, m)
	x, y := h.Redis.LIndex(ctx, h.key("t:"+tid), 0).Val(), h.Redis.LIndex(ctx, h.key("t:"+tid), 1).Val()
	h.Redis.LSet(ctx, h.key("t:"+tid), 0, y)
	h.Redis.LSet(ctx, h.key("t:"+tid), 1, x)
	if _, err := s.LoadTicket(ctx, tid); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("lines of a transcript swapped: %v", err)
	}
}

func rolledBack(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("x"), nil)
	old := h.Redis.HGet(t.Context(), c.key("c"), "s").Val()
	turn(t, s, c.writes("y"), nil)
	h.Redis.HSet(t.Context(), c.key("c"), "s", old)
	if l, err := s.Load(t.Context(), c.writes("z")); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("an older state was put back: %+v, %v", l.Conversation, err)
	}
}

func wrongKeys(t *testing.T, h *Harness) {
	s := h.Store(t)
	ctx := t.Context()
	if err := s.Ready(ctx); err != nil {
		t.Fatalf("a new namespace: %v", err)
	}
	if err := h.Store(t).Ready(ctx); err != nil {
		t.Errorf("the same keys again: %v", err)
	}
	right := h.Ring
	h.Ring, _ = seal.New(time.Now())
	before := h.dump(t)
	if err := h.Store(t).Ready(ctx); !errors.Is(err, store.ErrWrongKeys) {
		t.Errorf("another key file: %v, want %v", err, store.ErrWrongKeys)
	}
	h.same(t, before)
	h.Ring = right.Clone()
	h.Ring.Rotate(time.Now().AddDate(0, 2, 0))
	if err := h.Store(t).Ready(ctx); err != nil {
		t.Errorf("the same file, rotated: %v", err)
	}
	h.Redis.HSet(ctx, h.key("meta"), "schema", "0")
	if err := s.Ready(ctx); !errors.Is(err, store.ErrSchema) {
		t.Errorf("another version's data: %v, want %v", err, store.ErrSchema)
	}
}

func keysTurned(t *testing.T, h *Harness) {
	now := time.Now()
	var err error
	if h.Ring, err = seal.New(now.AddDate(0, -3, 0)); err != nil { // three of its months are over, three are missing
		t.Fatal(err)
	}
	s := h.Store(t)
	var wg sync.WaitGroup
	var talkers []contact
	for range 8 {
		talkers = append(talkers, h.somebody(flows.Telegram))
	}
	for _, c := range talkers {
		wg.Go(func() {
			for range 20 {
				if ok, err := once(t.Context(), s, c.writes("x")); err != nil && !errors.Is(err, bot.ErrFull) || !ok && err == nil {
					t.Errorf("a message while keys were turned: %v %v", ok, err)
				}
			}
		})
	}
	old := s.Ring()
	for range 20 {
		r := old.Clone()
		if added, dropped := r.Rotate(now); added == 0 || dropped == 0 {
			t.Errorf("%d months added, %d dropped: nothing was turned", added, dropped)
		}
		s.Turn(r)
	}
	wg.Wait()
	for _, c := range talkers {
		if l := load(t, s, c.writes("y")); l.Conversation.State == "" {
			t.Error("somebody was forgotten")
		}
	}
}

func monthGone(t *testing.T, h *Harness) {
	s := h.Store(t)
	c, m, tid := silentChat(t, h, s)
	d := h.somebody(flows.Telegram)
	turn(t, s, d.writes("x"), nil, "one")
	s.Shift(70 * 24 * time.Hour) // the keys of both months are destroyed; Redis brought back from a backup still has the records
	now, _ := s.Now(t.Context())
	r := s.Ring().Clone()
	r.Expire(now)
	s.Turn(r)
	for _, who := range []contact{c, d} {
		in := who.writes("hello")
		l := load(t, s, in)
		if l.Conversation.State != "" || l.Conversation.Safe || l.Ticket.Open() || len(l.Held) != 0 {
			t.Errorf("met as %+v, ticket open %v", l.Conversation, l.Ticket.Open())
		}
		lease := turn(t, s, in, nil, "lang.choose")
		if lease == nil || lease.Row.Message.Text != "lang.choose" {
			t.Fatalf("the first question is not sent: %+v", lease)
		}
		settle(t, s, lease, bot.Sent)
		if l := load(t, s, who.writes("1")); l.Conversation.State != "menu.main" {
			t.Error("the new conversation was not kept")
		}
	}
	if _, err := s.LoadTicket(t.Context(), tid); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("the old ticket: %v", err)
	}
	if left := h.holding(t, tid); len(left) != 1 { // in mine, dropped at the next claim
		t.Errorf("the old ticket is left in %v", left)
	}
	counsellor(t, s, "a")
	if _, err := s.Claim(t.Context(), m); !errors.Is(err, handoff.ErrEmpty) {
		t.Errorf("the old ticket is offered: %v", err)
	}
}

func keyAhead(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	r := s.Ring().Clone()
	turn(t, s, c.writes("x"), nil)
	now, _ := s.Now(t.Context())
	past, err := seal.New(now.AddDate(0, -30, 0)) // its months end before this one
	if err != nil {
		t.Fatal(err)
	}
	s.Turn(past)
	if _, err := s.Commit(t.Context(), load(t, s, c.writes("y")), c.writes("y"), flows.Outcome{}); !errors.Is(err, seal.ErrKeyAhead) {
		t.Errorf("sealing without a key for the month: %v, want %v", err, seal.ErrKeyAhead)
	}
	s.Turn(r)
	if load(t, s, c.writes("z")).Conversation.State == "" {
		t.Error("somebody was forgotten")
	}
}
