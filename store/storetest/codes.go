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

var codes = []check{
	{"a return code leads back, and a wrong one to nothing", leadsBack},
	{"guessing return codes ends after five tries", guessing},
	{"guessing from many phones ends after two hundred tries", guessingTogether},
	{"a return code lives as long as what it leads to", codeLives},
	{"there is one return code, and nobody else's", oneCode},
}

// codeOf is a return code nobody else has.
func codeOf() string {
	n := updates.Add(1)
	var random [9]byte
	for i := range random {
		random[i] = byte(n >> (5 * i) & 31)
	}
	return flows.NewReturnCode(random)
}

// gives makes a turn give a return code.
func gives(code string) func(*flows.Outcome) {
	return func(out *flows.Outcome) {
		out.Code, out.Conversation.Code, out.Keep = code, true, flows.KeepCode
	}
}

// look asks what stands behind a code, as the engine does.
func look(t *testing.T, s *store.Store, in bot.Inbound, code string) (bot.Loaded, flows.Behind) {
	t.Helper()
	l := load(t, s, in)
	b, err := s.Behind(t.Context(), l, code)
	if err != nil {
		t.Fatalf("behind: %v", err)
	}
	return l, b
}

func found(t *testing.T, s *store.Store, c contact, code string) bool {
	t.Helper()
	_, b := look(t, s, c.writes(code), code)
	if !b.Found && (b.Live || b.Ticket != flows.TicketFacts{} || b.Held != nil || b.Conversation.State != "") {
		t.Errorf("a wrong code answers %+v", b)
	}
	return b.Found
}

func leadsBack(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	code := codeOf()
	turn(t, s, c.writes("x"), opens("women", flows.Violence, "x"))
	turn(t, s, c.writes("code"), func(out *flows.Outcome) {
		does(flows.Touch)(out)
		gives(code)(out)
		out.Conversation.Words = []string{"canary words"}
		out.Conversation.Word = "digest"
	})
	for _, channel := range flows.Channels {
		_, b := look(t, h.Store(t), h.somebody(channel).writes(code), code)
		if !b.Found || b.Live || b.Conversation.Words[0] != "canary words" || b.Conversation.Word != "digest" ||
			b.Ticket != (flows.TicketFacts{Phase: flows.Waiting, Band: flows.Violence}) {
			t.Errorf("behind the code: %+v", b)
		}
	}
	if found(t, s, c, code) {
		t.Error("one's own conversation is moved to oneself")
	}
	if found(t, s, h.somebody(flows.SMS), codeOf()) {
		t.Error("a code nobody has leads somewhere")
	}
	h.Redis.Del(t.Context(), c.key("c")) // its time is over
	if found(t, s, h.somebody(flows.SMS), code) {
		t.Error("a code outlives what it leads to")
	}
	turn(t, s, c.writes("x"), func(out *flows.Outcome) { out.Code, out.Conversation.Code = "", true })
	if found(t, s, h.somebody(flows.SMS), code) {
		t.Error("a code leads to a conversation it was not given in")
	}
	if where := h.found(t, code); len(where) > 0 {
		t.Errorf("the code stands in Redis as %v", where)
	}
}

func guessing(t *testing.T, h *Harness) {
	s, c, guesser := h.Store(t), h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	code := codeOf()
	turn(t, s, c.writes("x"), gives(code))
	wrong := codeOf()
	for range 3 { // a turn stepped anew, a message delivered again: one try
		found(t, s, guesser, wrong)
	}
	for range 3 {
		found(t, s, guesser, codeOf())
	}
	if !found(t, s, guesser, code) {
		t.Error("the fifth code is not looked up")
	}
	turn(t, s, guesser.writes("x"), erases) // begins the conversation, not the count, anew
	for range 20 {
		found(t, s, guesser, codeOf())
	}
	other := codeOf()
	d := h.somebody(flows.Telegram)
	turn(t, s, d.writes("x"), gives(other))
	if found(t, s, guesser, other) {
		t.Error("the sixth code of an hour is looked up")
	}
	if !found(t, s, guesser, code) {
		t.Error("a code that was looked up within the hour is not known any more")
	}
	if !found(t, s, h.somebody(flows.Telegram), other) {
		t.Error("one person's guesses keep another out")
	}
	turn(t, s, guesser.writes("x"), func(out *flows.Outcome) { out.Conversation.Pending = other })
	if !found(t, s, guesser, other) {
		t.Error("the code word for a code that was looked up before is judged without it")
	}
	for _, key := range h.names(t) {
		if ttl := h.Redis.PTTL(t.Context(), key).Val(); h.kind(key) == "rate:" && (ttl > time.Hour || ttl < 59*time.Minute) {
			t.Errorf("tries are counted for %v", ttl)
		}
	}
}

func guessingTogether(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	code := codeOf()
	turn(t, s, c.writes("x"), gives(code))
	for range 40 {
		guesser := h.somebody(flows.SMS)
		l := load(t, s, guesser.writes("x"))
		for range 7 { // two of them are beyond its own limit and cost nobody else
			if _, err := s.Behind(t.Context(), l, codeOf()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found(t, s, h.somebody(flows.Telegram), code) {
		t.Error("the two hundred and first code of an hour is looked up")
	}
	h.Redis.Del(t.Context(), h.key("rate:codes")) // the hour is over
	if !found(t, s, h.somebody(flows.Telegram), code) {
		t.Error("the next hour finds nothing either")
	}
}

func codeLives(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	code := codeOf()
	turn(t, s, c.writes("x"), gives(code))
	key := h.key("code:" + h.Ring.Pseudonym("return code", code))
	day := 24 * time.Hour
	lives := func(when string) {
		t.Helper()
		a, b := h.Redis.PTTL(t.Context(), key).Val(), h.Redis.PTTL(t.Context(), c.key("c")).Val()
		if a > 30*day || a < 30*day-time.Minute || b > a+time.Second || b < a-time.Minute {
			t.Errorf("%s the code lives for %v and its conversation for %v", when, a, b)
		}
	}
	lives("given,")
	h.Redis.PExpire(t.Context(), key, time.Minute)
	h.Redis.PExpire(t.Context(), c.key("c"), time.Minute)
	turn(t, s, c.writes("y"), func(out *flows.Outcome) { out.Keep = flows.KeepCode })
	lives("after another message")
	turn(t, s, c.writes("person"), func(out *flows.Outcome) { opens("general", flows.Rest, "x")(out); out.Keep = flows.KeepCode })
	turn(t, s, c.writes("0"), func(out *flows.Outcome) { does(flows.Leave)(out); out.Keep = flows.KeepCode })
	s.Shift(31 * time.Minute)
	overdue(t, s, 1)
	lives("after a clock closed the ticket")
	s.Shift(25 * day)
	load(t, s, c.writes("z"))
	turn(t, s, c.writes("z"), func(out *flows.Outcome) { out.Keep = flows.KeepCode })
	s.Shift(54 * day)
	now, _ := s.Now(t.Context())
	r := s.Ring().Clone()
	r.Expire(now) // keys of past months are destroyed, and the conversation must still open
	s.Turn(r)
	if load(t, s, c.writes("z")).Conversation.State == "" {
		t.Error("the conversation's key did not live for 30 days")
	}
}

func oneCode(t *testing.T, h *Harness) {
	s, c, d := h.Store(t), h.somebody(flows.Telegram), h.somebody(flows.Telegram)
	first, second := codeOf(), codeOf()
	turn(t, s, c.writes("x"), gives(first))
	turn(t, s, c.writes("x"), gives(second))
	if found(t, s, d, first) || !found(t, s, d, second) {
		t.Error("the first code must lead nowhere, the second to the conversation")
	}
	in := d.writes("x")
	l := load(t, s, in)
	out := answer(l)
	gives(second)(&out)
	before := h.dump(t)
	if _, err := s.Commit(t.Context(), l, in, out); !errors.Is(err, bot.ErrMoved) {
		t.Errorf("somebody else's code is given: %v, want %v, to make another", err, bot.ErrMoved)
	}
	h.same(t, before)
	turn(t, s, c.writes("x"), func(out *flows.Outcome) { out.Conversation.Code = false }) // somebody else goes on here
	turn(t, s, c.writes("x"), nil)
	if found(t, s, d, second) {
		t.Error("the code leads to whoever writes there now")
	}
	if left := h.holding(t, h.Ring.Pseudonym("return code", second)); len(left) != 0 {
		t.Errorf("of the code %v is left", left)
	}
	if keys := h.names(t); slices.ContainsFunc(keys, func(key string) bool { return h.kind(key) == "code:" }) {
		t.Errorf("a code is left among %v", keys)
	}
	turn(t, s, c.writes("x"), gives(first))
	turn(t, s, c.writes("yes, erase"), erases)
	if left := h.holding(t, c.pid()); !slices.Equal(left, []string{"x:" + c.pid()}) {
		t.Errorf("after an erasure %v is left", left)
	}
	if found(t, s, h.somebody(flows.SMS), first) {
		t.Error("a code leads to what was erased")
	}
}
