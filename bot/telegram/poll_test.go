package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
)

var errAway = errors.New("away")

// lead is a Leader that does as it is told.
type lead struct {
	mu    sync.Mutex
	ours  bool
	err   error
	asked int
	bell  chan struct{}
}

func newLead(ours bool) *lead { return &lead{ours: ours, bell: make(chan struct{}, 1)} }

func (l *lead) Lead(_ context.Context, job string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	select {
	case l.bell <- struct{}{}:
	default:
	}
	if job != "telegram-poll" || ttl <= 0 {
		return false, errors.New("wrong lease")
	}
	return l.ours, l.err
}

func (l *lead) set(ours bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ours, l.err, l.asked = ours, err, 0
}

// heard waits until the lease has been asked for twice since set, so that the first answer has been acted upon.
func (l *lead) heard(t *testing.T) {
	t.Helper()
	ctx := patience(t)
	for {
		l.mu.Lock()
		asked := l.asked
		l.mu.Unlock()
		if asked >= 2 {
			return
		}
		select {
		case <-l.bell:
		case <-ctx.Done():
			t.Fatal("the lease is not renewed")
		}
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) times(s string) int { return strings.Count(j.String(), s) }

type polling struct {
	*Poller
	in    *inbox
	lead  *lead
	log   *journal
	count *tally
}

func poller(t *testing.T, c *Client, in *inbox) polling {
	t.Helper()
	p := polling{in: in, lead: newLead(true), log: &journal{}, count: &tally{}}
	p.Poller = NewPoller(c, in, p.lead, slog.New(slog.NewTextHandler(p.log, nil)), p.count.add)
	p.pace = pace{poll: time.Second, ttl: 30 * time.Millisecond, first: time.Millisecond, store: 5 * time.Millisecond,
		network: 5 * time.Millisecond, conflict: 5 * time.Millisecond}
	t.Cleanup(func() {
		for _, s := range []string{"canary", "90000000", "127.0.0.1"} {
			if strings.Contains(p.log.String(), s) {
				t.Errorf("the log says %q: %s", s, p.log)
			}
		}
	})
	return p
}

// confirmed is the highest offset Telegram was ever sent: all below it is gone for good.
func confirmed(tg *simulator.Telegram) int64 {
	var top int64
	for _, c := range tg.Calls("getUpdates") {
		n, _ := strconv.ParseInt(c.Params["offset"], 10, 64)
		top = max(top, n)
	}
	return top
}

// What people write arrives in order and is then taken off Telegram's queue.
func TestPoll(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	tg.Write(ann, "1")
	tg.Write(ann, "2")
	start(t, p.Run)
	awaitProvider(t, tg, "confirmed", func() bool { return tg.Pending() == 0 && len(tg.Calls("getUpdates")) > 1 })
	tg.Write(ann, "3")
	p.in.await(t, "a later message", func() bool { return len(p.in.texts(ann)) == 3 })
	equal(t, p.in.texts(ann), []string{"1", "2", "3"})
	var req struct {
		Allowed []string `json:"allowed_updates"`
	}
	params := tg.Calls("getUpdates")[0].Params
	if json.Unmarshal([]byte(`{"allowed_updates":`+params["allowed_updates"]+`}`), &req) != nil || params["limit"] != "100" || params["timeout"] != "1" {
		t.Errorf("params %v", params)
	}
	equal(t, req.Allowed, allowedUpdates)
}

// A process killed between receiving and committing must not have told Telegram to forget the message.
func TestPollKilledBeforeCommit(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	p.in.set(func(ctx context.Context, _ bot.Inbound) error {
		<-ctx.Done() // the kill
		return ctx.Err()
	})
	stop := start(t, p.Run)
	id := tg.Write(ann, "aita")
	p.in.await(t, "received", func() bool { return p.in.attempts() == 1 })
	stop()
	if tg.Pending() != 1 || confirmed(tg) > id {
		t.Fatalf("pending %d, confirmed below %d of %d", tg.Pending(), confirmed(tg), id)
	}
	next := poller(t, c, newInbox())
	start(t, next.Run)
	next.in.await(t, "the next process has it", func() bool { return len(next.in.texts(ann)) == 1 })
	awaitProvider(t, tg, "confirmed", func() bool { return tg.Pending() == 0 })
}

// One person whose message cannot be committed holds up neither others nor the order of their own.
func TestPollOneStuckPerson(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	stuck := errors.New("stuck")
	p.in.set(func(_ context.Context, in bot.Inbound) error {
		if in.Input.Text == "a1" {
			return stuck
		}
		return nil
	})
	first := tg.Write(ann, "a1")
	tg.Write(bea, "b1")
	tg.Write(ann, "a2")
	tg.Write(bea, "b2")
	start(t, p.Run)
	p.in.await(t, "tried several times", func() bool { return p.in.attempts() >= 6 })
	equal(t, p.in.texts(bea), []string{"b1", "b2"})
	equal(t, p.in.texts(ann), nil)
	if confirmed(tg) > first {
		t.Errorf("the stuck message was confirmed")
	}
	p.in.set(nil)
	awaitProvider(t, tg, "all confirmed", func() bool { return tg.Pending() == 0 })
	equal(t, p.in.texts(ann), []string{"a1", "a2"})
	equal(t, p.in.texts(bea), []string{"b1", "b2"})
}

// Two people are served at once: nobody waits while somebody else's commit hangs.
func TestPollServesPeopleAtOnce(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	both := make(chan struct{}, 2)
	p.in.set(func(ctx context.Context, _ bot.Inbound) error {
		both <- struct{}{}
		for len(both) < 2 {
			if !rest(ctx, time.Millisecond) {
				return ctx.Err()
			}
		}
		return nil
	})
	tg.Write(ann, "a")
	tg.Write(bea, "b")
	start(t, p.Run)
	p.in.await(t, "both at once", func() bool { return len(p.in.texts(ann)) == 1 && len(p.in.texts(bea)) == 1 })
}

// The store tells 16 updates of a person as seen. Were more handled before Telegram knows, a crash would answer the
// oldest twice.
func TestPollNeverOutrunsTheMarks(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	p.in.set(func(_ context.Context, in bot.Inbound) error {
		if in.Address == address(ann) {
			return errAway
		}
		return nil
	})
	tg.Write(ann, "stuck")
	var want []string
	for i := range 40 {
		want = append(want, strconv.Itoa(i))
		tg.Write(bea, want[i])
	}
	start(t, p.Run)
	p.in.await(t, "several rounds", func() bool { return p.in.attempts() >= 16+5 })
	equal(t, p.in.texts(bea), want[:16])
	p.in.set(nil)
	awaitProvider(t, tg, "all confirmed", func() bool { return tg.Pending() == 0 })
	equal(t, p.in.texts(bea), want)
}

// What we cannot use must not come again for ever, and a tap must stop spinning.
func TestPollSetsAside(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	tg.Write(ann, "tere")
	if _, err := c.Send(t.Context(), address(ann), bot.Outbound{Text: "?", Buttons: []bot.Button{{Label: "1 jah", Data: "a|1|1"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := tg.Post(json.RawMessage(`{"message":{"text":7}}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := tg.Post(json.RawMessage(`{"telepathy":{}}`)); err != nil {
		t.Fatal(err)
	}
	tg.WriteInGroup(ann, -900000003, "hi")
	tg.WriteInGroup(ann, -900000003, "hi again")
	if tg.Tap(ann, tg.Chat(ann)[1].ID, "1 jah") == 0 {
		t.Fatal("no button")
	}
	p := poller(t, c, newInbox())
	start(t, p.Run)
	awaitProvider(t, tg, "all confirmed", func() bool { return tg.Pending() == 0 && confirmed(tg) > 0 })
	if p.in.attempts() != 2 || p.count.of(Committed) != 2 || p.count.of(Malformed) != 1 || p.count.of(Ignored) != 3 {
		t.Errorf("%d calls, counted %v", p.in.attempts(), p.count.seen)
	}
	if calls := tg.Calls("leaveChat"); len(calls) != 1 || !calls[0].Done {
		t.Errorf("leaveChat %+v", calls)
	}
	if calls := tg.Calls("answerCallbackQuery"); len(calls) != 1 || !calls[0].Done {
		t.Errorf("answerCallbackQuery %+v", calls)
	}
}

// A forgotten webhook makes polling impossible: the operator is told once, and it mends itself.
func TestPollConflict(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	secret, _ := ParseSecret(testSecret)
	if err := c.Register(t.Context(), "https://bot.example.org/telegram", secret); err != nil {
		t.Fatal(err)
	}
	p := poller(t, c, newInbox())
	start(t, p.Run)
	awaitProvider(t, tg, "several refusals", func() bool { return len(tg.Calls("getUpdates")) >= 4 })
	if p.log.times("another poller") != 1 {
		t.Errorf("log: %s", p.log)
	}
	if err := c.Unregister(t.Context()); err != nil {
		t.Fatal(err)
	}
	tg.Write(ann, "tere")
	p.in.await(t, "received", func() bool { return len(p.in.texts(ann)) == 1 })
	if p.log.times("can be fetched again") != 1 {
		t.Errorf("log: %s", p.log)
	}
}

// Telegram out of order for a while is said once and survived.
func TestPollTelegramAway(t *testing.T) {
	for _, f := range []simulator.Fault{
		{Status: 502, Body: "<html>canary"}, {Status: 500}, {Drop: simulator.DropBefore}, {Drop: simulator.DropAfter},
		{Status: 200, Body: `{"ok":true,"result":{}}`}, {Status: 200, Body: `{"ok":true,"result":[{"message":{}},7]}`},
	} {
		t.Run(fmt.Sprintf("%d %d", f.Status, f.Drop), func(t *testing.T) {
			tg, c := provider(t, simulator.TelegramConfig{})
			f.Operation, f.Times = "getUpdates", 4
			tg.Fail(f)
			p := poller(t, c, newInbox())
			start(t, p.Run)
			tg.Write(ann, "tere")
			p.in.await(t, "received", func() bool { return len(p.in.texts(ann)) == 1 })
			if p.log.times("cannot be fetched") != 1 {
				t.Errorf("log: %s", p.log)
			}
		})
	}
}

// With Redis away people must still be read, so that they can be told where else to turn; and nothing they write may be
// lost by that.
func TestPollRedisAway(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	start(t, p.Run)
	tg.Write(ann, "before")
	awaitProvider(t, tg, "confirmed", func() bool { return tg.Pending() == 0 && confirmed(tg) > 0 })
	before := confirmed(tg)

	p.in.set(func(context.Context, bot.Inbound) error { return errAway })
	p.lead.set(false, errAway)
	p.lead.heard(t)
	tg.Write(ann, "during")
	tg.Write(bea, "during too")
	p.in.await(t, "still read, again and again", func() bool { return p.in.attempts() >= 7 })
	if tg.Pending() != 2 || confirmed(tg) != before {
		t.Errorf("pending %d, confirmed %d, before %d", tg.Pending(), confirmed(tg), before)
	}

	p.in.set(nil)
	p.in.await(t, "committed once the store is back", func() bool {
		return len(p.in.texts(ann)) == 2 && len(p.in.texts(bea)) == 1
	})
	polls := len(tg.Calls("getUpdates"))
	awaitProvider(t, tg, "read on", func() bool { return len(tg.Calls("getUpdates")) >= polls+3 })
	if tg.Pending() != 2 || confirmed(tg) != before {
		t.Error("confirmed while nobody could tell whose the lease is")
	}
	p.lead.set(true, nil)
	awaitProvider(t, tg, "confirmed", func() bool { return tg.Pending() == 0 })
	equal(t, p.in.texts(ann), []string{"before", "during"})
}

// One instance polls; the other takes over when the first goes. Two at once would cut each other off.
func TestPollOneByLease(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	p.lead.set(false, nil)
	start(t, p.Run)
	p.lead.heard(t)
	tg.Write(ann, "tere")
	p.lead.set(false, errAway) // never held: must not start now
	p.lead.heard(t)
	if n := len(tg.Calls("getUpdates")); n != 0 {
		t.Fatalf("%d polls without the lease", n)
	}
	p.lead.set(true, nil)
	awaitProvider(t, tg, "took over", func() bool { return tg.Pending() == 0 })

	p.lead.set(false, nil)
	p.lead.heard(t)
	tg.Write(ann, "to the other instance")
	p.lead.set(false, nil)
	p.lead.heard(t)
	equal(t, p.in.texts(ann), []string{"tere"})
}

// Cut off from Redis while another instance has taken over, an instance gives way instead of fighting over the queue.
func TestPollYieldsWhenBlind(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	p := poller(t, c, newInbox())
	start(t, p.Run)
	awaitProvider(t, tg, "a poll has ended", func() bool { return len(tg.Calls("getUpdates")) > 0 })
	p.lead.set(false, errAway)
	p.lead.heard(t)
	other := client(t, serverOf(t, tg))
	awaitProvider(t, tg, "cut off", func() bool {
		if _, failed := other.fetch(t.Context(), 0, 0); failed != nil {
			return false
		}
		return p.log.times("another poller") == 1
	})
	polls := len(tg.Calls("getUpdates"))
	tg.Write(ann, "to the other instance")
	p.lead.set(false, errAway)
	p.lead.heard(t)
	if n := len(tg.Calls("getUpdates")); n != polls || p.in.attempts() != 0 {
		t.Errorf("%d polls after giving way", n-polls)
	}
	p.lead.set(true, nil)
	p.in.await(t, "back with the lease", func() bool { return len(p.in.texts(ann)) == 1 })
}

// With the store away the same updates come back at once: without a rest the program would hammer Telegram and be shut
// out just when people need it.
func TestPollRests(t *testing.T) {
	for name, fail := range map[string]func(polling, *simulator.Telegram){
		"store away": func(p polling, _ *simulator.Telegram) {
			p.in.set(func(context.Context, bot.Inbound) error { return errAway })
		},
		"throttled": func(_ polling, tg *simulator.Telegram) {
			tg.Fail(simulator.Fault{Operation: "getUpdates", Status: 429, RetryAfter: time.Hour})
		},
	} {
		t.Run(name, func(t *testing.T) {
			tg, c := provider(t, simulator.TelegramConfig{})
			p := poller(t, c, newInbox())
			p.pace.store = time.Hour
			if name == "store away" {
				p.pace.first = time.Hour
			}
			fail(p, tg)
			tg.Write(ann, "tere")
			start(t, p.Run)
			awaitProvider(t, tg, "a first poll", func() bool { return len(tg.Calls("getUpdates")) == 1 })
			p.lead.set(true, nil)
			p.lead.heard(t)
			if n := len(tg.Calls("getUpdates")); n != 1 {
				t.Errorf("%d polls without a rest", n)
			}
		})
	}
}
