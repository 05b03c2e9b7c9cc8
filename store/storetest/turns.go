package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store"
)

var turns = []check{
	{"a message delivered a hundred times is answered once", copiesAreOne},
	{"an answer lost on the way back from Redis is not taken for a copy", ownAttempt},
	{"two messages at once are both heard", bothAreHeard},
	{"what is remembered comes back as it was", remembered},
	{"a message that is too late is kept and not answered", tooLate},
	{"a full lane never stops a person or a danger text", fullLane},
	{"a message that breaks the program is put away after three tries", quarantined},
}

func copiesAreOne(t *testing.T, h *Harness) {
	instances := []*store.Store{h.Store(t), h.Store(t)}
	c := h.somebody(flows.Telegram)
	turn(t, instances[0], c.writes("before"), nil)
	in := c.writes("hello")
	var mu sync.Mutex
	var wg sync.WaitGroup
	committed, copies := 0, 0
	flying := make(chan struct{}, 20) // more at once only wait for a connection
	for i := range 100 {
		wg.Go(func() {
			flying <- struct{}{}
			defer func() { <-flying }()
			ok, err := once(t.Context(), instances[i%2], in)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Errorf("doubt about a copy: %v", err)
			case ok:
				committed++
			default:
				copies++
			}
		})
	}
	wg.Wait()
	if committed != 1 || copies != 99 {
		t.Errorf("%d committed and %d copies of 100", committed, copies)
	}
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 1 {
		t.Errorf("%d answers wait to be sent, want 1", n)
	}
}

// once does what the engine does: load, commit, and again when the conversation moved.
func once(ctx context.Context, s *store.Store, in bot.Inbound) (committed bool, err error) {
	for {
		l, err := s.Load(ctx, in)
		if err != nil || l.Seen {
			return false, err
		}
		_, err = s.Commit(ctx, l, in, answer(l, "menu.main"))
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, bot.ErrDuplicate):
			return false, nil
		case !errors.Is(err, bot.ErrMoved):
			return false, err
		}
	}
}

// recorder keeps the last script call a client sent, as it went over the wire.
type recorder struct{ args []any }

func (*recorder) DialHook(next redis.DialHook) redis.DialHook { return next }

func (*recorder) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (r *recorder) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		r.args = cmd.Args()
		return next(ctx, cmd)
	}
}

func ownAttempt(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	turn(t, s, c.writes("before"), nil)
	var r recorder
	s.Client().AddHook(&r)
	in := c.writes("hello")
	turn(t, s, in, nil, "menu.main")
	before := h.dump(t)
	v, err := h.Redis.Do(t.Context(), r.args...).Slice()
	if err != nil || len(v) != 1 || v[0] != "own" {
		t.Fatalf("the same attempt again: %v %v, want own", v, err)
	}
	h.same(t, before)
	if l := load(t, s, in); !l.Seen {
		t.Error("the provider's next copy is not recognised")
	}
}

func bothAreHeard(t *testing.T, h *Harness) {
	a, b, c := h.Store(t), h.Store(t), h.somebody(flows.Telegram)
	typed, tap := c.writes("hello"), c.writes("")
	tap.Message, tap.Input = "", flows.Input{Kind: flows.Tapped}
	l1, l2 := load(t, a, typed), load(t, b, tap)
	if _, err := a.Commit(t.Context(), l1, typed, answer(l1)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), l2, tap, answer(l2)); !errors.Is(err, bot.ErrMoved) {
		t.Fatalf("the later of two got %v, want %v", err, bot.ErrMoved)
	}
	turn(t, b, tap, nil)
	if l := load(t, a, c.writes("x")); l.Conversation.Turn != 2 {
		t.Errorf("%d of two messages counted", l.Conversation.Turn)
	}
	if !load(t, a, typed).Seen || !load(t, a, tap).Seen {
		t.Error("a message heard is not recognised when it comes again")
	}
}

func remembered(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.SMS)
	turn(t, s, c.writes("x"), func(out *flows.Outcome) {
		out.Conversation.Lang = flows.Russian
		out.Conversation.Words = []string{"canary words"}
		out.Conversation.Answers = map[string]string{"desk": "general"}
	})
	got := load(t, h.Store(t), c.writes("y")).Conversation
	if got.Lang != flows.Russian || len(got.Words) != 1 || got.Words[0] != "canary words" || got.Answers["desk"] != "general" || !got.Safe {
		t.Errorf("came back as %+v", got)
	}
	if l := load(t, s, h.somebody(flows.SMS).writes("z")); l.Conversation.State != "" {
		t.Error("a stranger is met as somebody else")
	}
}

func tooLate(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	lease := turn(t, s, c.writes("x"), func(out *flows.Outcome) { out.NotAfter = out.NotAfter.Add(-11 * minute) }, "menu.main")
	if lease != nil {
		t.Error("an answer that has become untrue is sent")
	}
	l := load(t, s, c.writes("y"))
	if l.Conversation.State != "menu.main" || !l.Undelivered {
		t.Errorf("state %q, undelivered %v: the next message would answer a question never asked", l.Conversation.State, l.Undelivered)
	}
	settle(t, s, turn(t, s, c.writes("z"), nil, "menu.main"), bot.Sent)
	if load(t, s, c.writes("y")).Undelivered {
		t.Error("a prompt that arrived still counts as undelivered")
	}
}

func fullLane(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	for range 20 {
		turn(t, s, c.writes("x"), nil, "menu.main")
	}
	in := c.writes("y")
	l := load(t, s, in)
	out := answer(l, "menu.main")
	if _, err := s.Commit(t.Context(), l, in, out); !errors.Is(err, bot.ErrFull) {
		t.Fatalf("the 21st row: %v, want %v", err, bot.ErrFull)
	}
	out.NotAfter = l.Now // what the engine does
	if _, err := s.Commit(t.Context(), l, in, out); err != nil {
		t.Fatalf("without its messages: %v", err)
	}
	if l := load(t, s, c.writes("z")); !l.Undelivered {
		t.Error("a prompt left out counts as said")
	}
	turn(t, s, c.writes("danger"), opens("general", flows.High, "danger"), "danger.text")
	turn(t, s, c.writes("0"), func(out *flows.Outcome) { out.Cancel = true }, "exit.decoy")
	if n := h.Redis.LLen(t.Context(), c.key("o")).Val(); n != 2 {
		t.Errorf("after 0 %d rows wait, want the one being sent and the neutral line", n)
	}
}

func quarantined(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	in, other := c.writes("canary"), c.writes("canary")
	for try := 1; try <= 3; try++ {
		sealed, err := s.Quarantine(t.Context(), in)
		if err != nil || sealed != (try == 3) {
			t.Errorf("try %d: sealed %v, %v", try, sealed, err)
		}
	}
	if sealed, _ := s.Quarantine(t.Context(), other); sealed {
		t.Error("another message was put away with it")
	}
	if n := h.Redis.LLen(t.Context(), h.key("bad")).Val(); n != 1 {
		t.Errorf("%d updates put away, want 1", n)
	}
}
