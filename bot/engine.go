package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sosin/flows"
)

// Stepper is the pure part of a turn. *flows.Machine implements it.
type Stepper interface {
	Step(c flows.Conversation, in flows.Input, f flows.Facts) flows.Outcome
	// Call is a step of nobody's doing: a time has come that the person chose (promise 2).
	Call(c flows.Conversation, f flows.Facts) flows.Outcome
}

// Deliverer takes what a commit left to send. *Sender implements it; neither method blocks on a provider.
type Deliverer interface {
	Deliver(l Lease)
	// Once sends from memory, outside any lane and without retries: the confirmation of an erasure, the text of an outage.
	Once(a Address, m Outbound)
}

// Engine takes an Inbound through load, step and commit.
type Engine struct {
	Store   Store
	Flows   Stepper
	Today   TodayFunc
	Send    Deliverer
	Texts   Texts
	Outage  *Outage
	Log     *slog.Logger
	Metrics Metrics

	rivals rivals
}

// Metrics counts; implementations carry no label that belongs to a person.
type Metrics interface {
	Turn(ch flows.Channel, result string, took time.Duration)
	Attempt(ch flows.Channel, verdict string)
}

// tries bounds how often a turn is stepped anew because the same person's other message came first.
const tries = 6

var (
	errBusy     = errors.New("bot: conversation keeps moving")
	errPanicked = errors.New("bot: step panicked; to be tried again")
)

// Receive handles one update. A nil error means it may be acknowledged: it is committed, was committed before, or is
// sealed away because it cannot be stepped. Any error means the provider must keep it.
func (e *Engine) Receive(ctx context.Context, in Inbound) error {
	start := time.Now()
	result, err := e.receive(ctx, in)
	if err != nil {
		result = "doubt"
		if !errors.Is(err, errPanicked) && !errors.Is(err, errBusy) { // the store is there
			e.Outage.Failed(in.Address)
		}
		e.Log.Warn("an update was not committed; the provider keeps it", "channel", in.Address.Channel, "error", err)
	} else {
		e.Outage.Over()
	}
	e.Metrics.Turn(in.Address.Channel, result, time.Since(start))
	return err
}

func (e *Engine) receive(ctx context.Context, in Inbound) (string, error) {
	return e.turn(ctx, turn{in: in, step: func(c flows.Conversation, f flows.Facts) flows.Outcome {
		return e.Flows.Step(c, in.Input, f)
	}})
}

// turn is one pure step to be committed.
type turn struct {
	in   Inbound
	lang flows.Lang // where the conversation has none
	step func(c flows.Conversation, f flows.Facts) flows.Outcome
}

// turn loads, steps and commits, anew for as long as the conversation moves in between.
func (e *Engine) turn(ctx context.Context, t turn) (string, error) {
	var asked int64 // when the prompt was committed that stood at our first look
	for try := range tries {
		if try == 1 { // somebody else of this person's was first
			leave, err := e.rivals.enter(ctx, t.in.Address)
			if err != nil {
				return "", errBusy
			}
			defer leave()
		}
		l, err := e.Store.Load(ctx, t.in)
		if err != nil {
			return "", err
		}
		if l.Seen {
			return "duplicate", nil
		}
		if replayed(t.in, l.Now) {
			return "too old", nil
		}
		if try == 0 {
			asked = l.Conversation.Asked
		}
		if l.Conversation.Lang == "" {
			l.Conversation.Lang = t.lang
		}
		facts, err := e.facts(ctx, l, t.in)
		if err != nil {
			return "", err
		}
		// A prompt came since our first look at the conversation: this message is no answer to it.
		facts.Raced = l.Conversation.Asked != asked
		out, ok := e.step(l, t, facts)
		if !ok {
			return e.quarantine(ctx, t.in, l.Conversation.Lang)
		}
		done, err := e.commit(ctx, l, t.in, out)
		switch {
		case err == nil:
			e.after(t.in, out, done)
			return "committed", nil
		case errors.Is(err, ErrDuplicate):
			return "duplicate", nil
		case !errors.Is(err, ErrMoved):
			return "", err
		}
	}
	return "", errBusy
}

// facts gathers what a step may rely on at this moment.
func (e *Engine) facts(ctx context.Context, l Loaded, in Inbound) (flows.Facts, error) {
	today, err := e.Today(ctx, l.Conversation.Lang)
	if err != nil {
		return flows.Facts{}, fmt.Errorf("read what is true today: %w", err)
	}
	f := flows.Facts{
		Now: l.Now, Channel: in.Address.Channel, Duty: today.Duty, Wait: today.Wait, Service: today.Service,
		Ticket: l.Ticket, Undelivered: l.Undelivered, Held: l.Held, Fresh: fresh(),
	}
	if code := codeIn(l, in); code != "" {
		if f.Behind, err = e.Store.Behind(ctx, l, code); err != nil {
			return flows.Facts{}, fmt.Errorf("look behind a return code: %w", err)
		}
	}
	return f, nil
}

// fresh makes a return code nobody has. It is made for every turn: half a microsecond.
func fresh() string {
	var random [9]byte
	_, _ = rand.Read(random[:])
	return flows.NewReturnCode(random)
}

// codeIn is the return code to look behind: the one typed now, or the one that waits for its code word.
func codeIn(l Loaded, in Inbound) string {
	if in.Later != "" {
		return "" // nobody wrote
	}
	if in.Input.Kind == flows.Typed {
		if code, ok := flows.ReturnCode(in.Input.Text); ok {
			return code
		}
	}
	return l.Conversation.Pending
}

// oldest is the age at which a Telegram message can only be a captured webhook, replayed: Telegram itself forgets an
// update after 24 hours (T5).
const oldest = 26 * time.Hour

func replayed(in Inbound, now time.Time) bool {
	return in.Address.Channel == flows.Telegram && !in.Input.At.IsZero() && now.Sub(in.Input.At) > oldest
}

// step runs the pure step. A panic in it must not silence one person for a day: it is caught here.
func (e *Engine) step(l Loaded, t turn, f flows.Facts) (out flows.Outcome, ok bool) {
	defer func() {
		if recover() != nil { // the value may hold the person's words: it is not logged
			e.Log.Error("a step panicked", "channel", f.Channel, "state", l.Conversation.State)
			ok = false
		}
	}()
	return t.step(l.Conversation, f), true
}

// commit writes the turn. A lane that is full never blocks what the person did: only the new messages are left out, as if
// their time had passed, so that the next message is not taken for an answer to a prompt that never went out.
func (e *Engine) commit(ctx context.Context, l Loaded, in Inbound, out flows.Outcome) (Committed, error) {
	done, err := e.Store.Commit(ctx, l, in, out)
	if !errors.Is(err, ErrFull) {
		return done, err
	}
	out.NotAfter = l.Now
	return e.Store.Commit(ctx, l, in, out)
}

// after sends what the commit left to send.
func (e *Engine) after(in Inbound, out flows.Outcome, done Committed) {
	if done.Lease != nil {
		e.Send.Deliver(*done.Lease)
	}
	if !out.Erase {
		return
	}
	for _, m := range out.Messages {
		text, err := Render(e.Texts, out.Lang, in.Address.Channel, m)
		if err != nil {
			e.Log.Error("a confirmation could not be rendered", "text", m.Text, "error", err)
			continue
		}
		e.Send.Once(in.Address, text)
	}
}

// broken is what somebody is told whose message broke something here: in their language, or the text in all three.
func (e *Engine) broken(lang flows.Lang, ch flows.Channel) string {
	if lang != "" {
		if text, err := e.Texts.Say(string(lang), "system.error", string(ch), nil); err == nil {
			return text
		}
	}
	return e.Outage.Text
}

// quarantine puts an update away that makes the step panic: tried three times, then sealed and acknowledged (T16).
func (e *Engine) quarantine(ctx context.Context, in Inbound, lang flows.Lang) (string, error) {
	sealed, err := e.Store.Quarantine(ctx, in)
	if err != nil {
		return "", err
	}
	if !sealed {
		return "", errPanicked
	}
	e.Log.Error("an update was quarantined: its step panicked three times", "channel", in.Address.Channel)
	if in.Later == "" { // somebody wrote, and is answered
		e.Send.Once(in.Address, Outbound{Text: e.broken(lang, in.Address.Channel)})
	}
	return "quarantined", nil
}
