package bot

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// desk is what a turn needs around the engine, each part replaceable by a test.
type desk struct {
	load       func() (Loaded, error)
	commit     func(flows.Outcome) (Committed, error)
	step       func(flows.Facts) flows.Outcome
	quarantine func() (bool, error)
	behind     func(Loaded, string) (flows.Behind, error)
	call       func(flows.Conversation, flows.Facts) flows.Outcome

	inbound   []Inbound // committed
	delivered []Lease
	once      []Outbound
	turns     map[string]int
}

func (d *desk) Load(context.Context, Inbound) (Loaded, error) { return d.load() }

func (d *desk) Commit(_ context.Context, _ Loaded, in Inbound, out flows.Outcome) (Committed, error) {
	d.inbound = append(d.inbound, in)
	return d.commit(out)
}

func (d *desk) Behind(_ context.Context, l Loaded, code string) (flows.Behind, error) {
	return d.behind(l, code)
}

func (d *desk) Call(c flows.Conversation, f flows.Facts) flows.Outcome { return d.call(c, f) }

func (d *desk) Quarantine(context.Context, Inbound) (bool, error) { return d.quarantine() }

func (d *desk) Step(_ flows.Conversation, _ flows.Input, f flows.Facts) flows.Outcome {
	return d.step(f)
}

func (d *desk) Deliver(l Lease) { d.delivered = append(d.delivered, l) }

func (d *desk) Once(_ Address, m Outbound) { d.once = append(d.once, m) }

func (d *desk) Turn(_ flows.Channel, result string, _ time.Duration) { d.turns[result]++ }

func (d *desk) Attempt(flows.Channel, string) {}

func (d *desk) Say(_, key, _ string, _ map[string]any) (string, error) { return "said " + key, nil }

var someone = NewAddress(flows.Telegram, "900000001")

// newDesk is a healthy store and a flow that says "hello".
func newDesk() *desk {
	d := &desk{turns: map[string]int{}}
	d.load = func() (Loaded, error) { return Loaded{Now: time.Unix(1800000000, 0)}, nil }
	d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, nil }
	d.step = func(f flows.Facts) flows.Outcome {
		return flows.Outcome{NotAfter: f.Now.Add(flows.Present), Messages: []flows.Message{{Text: "hello"}}}
	}
	d.quarantine = func() (bool, error) { return false, nil }
	d.behind = func(Loaded, string) (flows.Behind, error) { return flows.Behind{}, nil }
	d.call = func(_ flows.Conversation, f flows.Facts) flows.Outcome { return d.step(f) }
	return d
}

func (d *desk) engine(now func() time.Time) *Engine {
	return &Engine{Store: d, Flows: d, Send: d, Texts: d, Metrics: d, Log: slog.New(slog.DiscardHandler),
		Today: func(context.Context, flows.Lang) (Today, error) {
			return Today{Duty: map[string]bool{"general": true}}, nil
		},
		Outage: &Outage{Text: "112", Send: func(a Address, m Outbound) { d.Once(a, m) }, Now: now}}
}

// An update is acknowledged exactly when it is safe: lose one of these and a message is lost or a chat is blocked.
func TestReceiveAcknowledges(t *testing.T) {
	away := errors.New("redis is away")
	for name, c := range map[string]struct {
		change func(*desk)
		ack    bool
		result string
	}{
		"committed":               {func(*desk) {}, true, "committed"},
		"seen before":             {func(d *desk) { d.load = func() (Loaded, error) { return Loaded{Seen: true}, nil } }, true, "duplicate"},
		"copy committed meantime": {func(d *desk) { d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, ErrDuplicate } }, true, "duplicate"},
		"load in doubt":           {func(d *desk) { d.load = func() (Loaded, error) { return Loaded{}, away } }, false, "doubt"},
		"commit in doubt":         {func(d *desk) { d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, away } }, false, "doubt"},
		"never stops moving":      {func(d *desk) { d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, ErrMoved } }, false, "doubt"},
		"panics, first time":      {func(d *desk) { d.step = func(flows.Facts) flows.Outcome { panic("canary") } }, false, "doubt"},
		"panics, third time": {func(d *desk) {
			d.step = func(flows.Facts) flows.Outcome { panic("canary") }
			d.quarantine = func() (bool, error) { return true, nil }
		}, true, "quarantined"},
		"panics, and the store is away": {func(d *desk) {
			d.step = func(flows.Facts) flows.Outcome { panic("canary") }
			d.quarantine = func() (bool, error) { return false, away }
		}, false, "doubt"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			c.change(d)
			err := d.engine(time.Now).Receive(t.Context(), Inbound{Address: someone})
			if (err == nil) != c.ack || d.turns[c.result] != 1 {
				t.Errorf("acknowledged %v (%v), counted %v; want %v, %s", err == nil, err, d.turns, c.ack, c.result)
			}
		})
	}
}

// Duty in doubt means that nobody can be promised a reader (promise 6).
func TestDutyInDoubtIsDoubt(t *testing.T) {
	d := newDesk()
	e := d.engine(time.Now)
	e.Today = func(context.Context, flows.Lang) (Today, error) { return Today{}, errors.New("away") }
	if e.Receive(t.Context(), Inbound{Address: someone}) == nil {
		t.Error("a turn was stepped without knowing who is on duty")
	}
}

// A step can only tell the truth about who is here, how long it takes and what there is, if it is told (promise 6).
func TestAStepIsToldWhatIsTrueToday(t *testing.T) {
	d := newDesk()
	l := Loaded{Now: time.Unix(1800000000, 0), Conversation: flows.Conversation{Lang: flows.Russian}}
	d.load = func() (Loaded, error) { return l, nil }
	var got flows.Facts
	d.step = func(f flows.Facts) flows.Outcome { got = f; return flows.Outcome{} }
	e := d.engine(time.Now)
	var asked flows.Lang
	e.Today = func(_ context.Context, lang flows.Lang) (Today, error) {
		asked = lang
		return Today{Duty: map[string]bool{"women": true}, Wait: map[string]time.Duration{"women": time.Minute}, Service: offers{}}, nil
	}
	if err := e.Receive(t.Context(), Inbound{Address: someone}); err != nil {
		t.Fatal(err)
	}
	if asked != flows.Russian || !got.Duty["women"] || got.Wait["women"] != time.Minute || got.Service != (offers{}) {
		t.Errorf("asked for %q, the step was told %+v", asked, got)
	}
}

// offers is a service that can be told from none.
type offers struct{ flows.Service }

// Of two messages at once the later is stepped anew, and told that a prompt came between.
func TestMovedIsSteppedAnew(t *testing.T) {
	d := newDesk()
	start := time.Unix(1800000000, 0)
	loads, commits := 0, 0
	var facts []flows.Facts
	d.load = func() (Loaded, error) {
		loads++
		l := Loaded{Now: start.Add(time.Duration(loads) * time.Second)}
		if loads > 1 {
			l.Conversation.Asked = l.Now.Add(-time.Millisecond).UnixMilli()
		}
		return l, nil
	}
	d.commit = func(flows.Outcome) (Committed, error) {
		if commits++; commits == 1 {
			return Committed{}, ErrMoved
		}
		return Committed{Lease: &Lease{Lane: "lane"}}, nil
	}
	d.step = func(f flows.Facts) flows.Outcome { facts = append(facts, f); return flows.Outcome{} }
	if err := d.engine(time.Now).Receive(t.Context(), Inbound{Address: someone}); err != nil {
		t.Fatal(err)
	}
	if len(facts) != 2 || facts[0].Raced || !facts[1].Raced {
		t.Errorf("stepped %d times; raced must be told the second time only", len(facts))
	}
	if len(d.delivered) != 1 || d.delivered[0].Lane != "lane" {
		t.Errorf("delivered %v, want the one lane", d.delivered)
	}
}

// A full lane never undoes what a person did; the prompt left out must not count as said.
func TestFullLaneCommitsWithoutMessages(t *testing.T) {
	d := newDesk()
	now := time.Unix(1800000000, 0)
	var commits []flows.Outcome
	d.commit = func(out flows.Outcome) (Committed, error) {
		if commits = append(commits, out); len(commits) == 1 {
			return Committed{}, ErrFull
		}
		return Committed{}, nil
	}
	if err := d.engine(time.Now).Receive(t.Context(), Inbound{Address: someone}); err != nil {
		t.Fatal(err)
	}
	if len(commits) != 2 || commits[1].NotAfter.After(now) || len(commits[1].Messages) != 1 {
		t.Errorf("committed %+v; want the messages as too late to send", commits)
	}
}

// The confirmation of an erasure goes from memory: afterwards nothing knows where to send it (promise 4).
func TestErasureIsConfirmedOnceFromMemory(t *testing.T) {
	d := newDesk()
	d.step = func(flows.Facts) flows.Outcome {
		return flows.Outcome{Erase: true, Lang: flows.Estonian, Messages: []flows.Message{{Text: "delete.done"}}}
	}
	e := d.engine(time.Now)
	if err := e.Receive(t.Context(), Inbound{Address: someone}); err != nil {
		t.Fatal(err)
	}
	if len(d.once) != 1 || d.once[0].Text != "said delete.done" || len(d.delivered) != 0 {
		t.Errorf("sent once %v, by lane %v", d.once, d.delivered)
	}
	d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, errors.New("away") }
	_ = e.Receive(t.Context(), Inbound{Address: someone})
	if len(d.once) != 1 {
		t.Error("an erasure that was not committed was confirmed")
	}
}

// With the store away a person on Telegram gets the numbers once per outage, not before 20 seconds (promise 7).
func TestOutageTellsOncePerOutage(t *testing.T) {
	now := time.Unix(1800000000, 0)
	d := newDesk()
	e := d.engine(func() time.Time { return now })
	healthy := d.load
	away := func() (Loaded, error) { return Loaded{}, errors.New("away") }
	other, phone := NewAddress(flows.Telegram, "900000002"), NewAddress(flows.SMS, "+37200000001")
	receive := func(a Address) { _ = e.Receive(t.Context(), Inbound{Address: a}) }
	d.load = away
	for _, step := range []struct {
		after time.Duration
		who   Address
		want  int
	}{
		{0, someone, 0}, {19 * time.Second, someone, 0}, {time.Second, someone, 1}, {time.Second, someone, 1},
		{time.Second, phone, 1}, {time.Second, other, 2}, {time.Hour, other, 2},
	} {
		now = now.Add(step.after)
		if receive(step.who); len(d.once) != step.want {
			t.Fatalf("at %v %d people were told, want %d", now, len(d.once), step.want)
		}
	}
	d.load = healthy
	receive(other)
	d.load = away
	receive(someone)
	if now = now.Add(21 * time.Second); len(d.once) != 2 {
		t.Error("a new outage began before its 20 seconds")
	}
	if receive(someone); len(d.once) != 3 || d.once[2].Text != "112" {
		t.Errorf("the second outage told %d", len(d.once)-2)
	}
}

// A message that breaks a step is no outage: its writer is not told that the service is down.
func TestAPanicIsNoOutage(t *testing.T) {
	now := time.Unix(1800000000, 0)
	d := newDesk()
	d.step = func(flows.Facts) flows.Outcome { panic("canary") }
	e := d.engine(func() time.Time { return now })
	for range 3 {
		_ = e.Receive(t.Context(), Inbound{Address: someone})
		now = now.Add(30 * time.Second)
	}
	if len(d.once) != 0 {
		t.Errorf("told %v", d.once)
	}
	d.quarantine = func() (bool, error) { return true, nil }
	if err := e.Receive(t.Context(), Inbound{Address: someone}); err != nil || len(d.once) != 1 {
		t.Errorf("put away: %v, told %v; want the numbers once", err, d.once)
	}
}

// What a person wrote never reaches a log, even when it breaks the program.
func TestLogsHoldNoWords(t *testing.T) {
	var log strings.Builder
	d := newDesk()
	d.step = func(flows.Facts) flows.Outcome { panic("canary-words") }
	e := d.engine(time.Now)
	e.Log = slog.New(slog.NewTextHandler(io.Writer(&log), &slog.HandlerOptions{Level: slog.LevelDebug}))
	_ = e.Receive(t.Context(), Inbound{Address: someone, Input: flows.Input{Text: "canary-text"}})
	if log.Len() == 0 || strings.Contains(log.String(), "canary") || strings.Contains(log.String(), someone.Reveal()) {
		t.Errorf("the log reads %q", log.String())
	}
}
