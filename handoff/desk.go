package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sosin/flows"
)

// Loaded is a ticket with the conversation behind it, at one moment.
type Loaded struct {
	Chat         Chat
	Conversation flows.Conversation
	Facts        flows.Facts // of the moment; Now is the store's clock
	Private      any         // the store's own; handed back to Commit untouched
}

// Lease names a lane that a commit leased to this instance.
type Lease struct {
	Lane  string
	Fence int64 // 0: nothing to send, or somebody is already sending
}

// Tickets keeps the tickets. Every change is one script.
type Tickets interface {
	// LoadTicket reads a ticket and its conversation. ErrNotFound for unknown, erased and expired ones alike.
	LoadTicket(ctx context.Context, id string) (Loaded, error)
	// CommitTicket writes the outcome of a holder's action. ErrNotYours, ErrConflict (load again), ErrNotFound.
	CommitTicket(ctx context.Context, l Loaded, holder Member, out flows.Outcome) (Lease, error)
	// Claim takes the next ticket for a member. ErrEmpty, ErrCap, ErrOffDuty.
	Claim(ctx context.Context, m Member) (string, error)
	// Mine lists the tickets a member holds, oldest first.
	Mine(ctx context.Context, member string) ([]Ticket, error)
	// Overview counts the queue.
	Overview(ctx context.Context) (Overview, error)
}

// Clocks returns tickets whose time is up.
type Clocks interface {
	// Overdue puts unanswered tickets back at the head of the queue and closes those whose person left long ago.
	Overdue(ctx context.Context) (int, error)
	// Sign notes that the holder is looking at a ticket.
	Sign(ctx context.Context, ticket, member string) error
}

// Shifts keeps who is on duty.
type Shifts interface {
	// OnDuty extends a member's heartbeat to Fresh from now.
	OnDuty(ctx context.Context, m Member) error
	// OffDuty ends it.
	OffDuty(ctx context.Context, member string) error
	// Duties lists the fresh heartbeats.
	Duties(ctx context.Context) ([]Duty, error)
}

// Act is one line of the audit log: who did what to which ticket. It has no content.
type Act struct {
	Staff, What, Ticket string
}

// Audit keeps who read and did what; written before the act.
type Audit interface {
	Audit(ctx context.Context, a Act) error
}

// Flows is the pure part of a staff action. *flows.Machine implements it.
type Flows interface {
	Reply(c flows.Conversation, alias, words string, f flows.Facts) flows.Outcome
	End(c flows.Conversation, code string, f flows.Facts) flows.Outcome
	Remark(c flows.Conversation, alias, words string, f flows.Facts) flows.Outcome
	GiveBack(c flows.Conversation, alias string, f flows.Facts) flows.Outcome
	Consent(c flows.Conversation, alias, provider string, f flows.Facts) flows.Outcome
}

// Today is what a staff action may rely on beyond the ticket; the same that a person's own turn is told.
type Today struct {
	Duty    map[string]bool          // by [flows.DutyKey]; at most five seconds stale (promise 6)
	Wait    map[string]time.Duration // median waiting time by desk
	Service flows.Service
}

// Desk is what a counsellor can do.
type Desk struct {
	Tickets Tickets
	Clocks  Clocks
	Shifts  Shifts
	Log     Audit
	Flows   Flows
	// Secret tells whether words give away where a shelter is (N-51). Such words are never sent.
	Secret func(words string) bool
	// Today tells what is true for people of a language. Its maps are shared and not changed.
	Today func(ctx context.Context, lang flows.Lang) (Today, error)
	// Partners lists whom a person can be handed over to, as of now.
	Partners func(now time.Time) []Partner
	// Send wakes the sender for a lane leased to us. It does not block.
	Send func(Lease)
}

// Take claims the next ticket: the most urgent this member can serve, then the one waiting longest. There is no list to
// pick from.
func (d *Desk) Take(ctx context.Context, m Member) (string, error) {
	id, err := d.Tickets.Claim(ctx, m)
	if err != nil {
		return "", err
	}
	return id, d.audit(ctx, m, "take", id)
}

// Read opens a chat for its holder. The audit line is written before the read; nobody else gets a word of it.
func (d *Desk) Read(ctx context.Context, m Member, id string) (Chat, error) {
	if err := d.audit(ctx, m, "read", id); err != nil {
		return Chat{}, err
	}
	l, err := d.mine(ctx, m, id)
	if err != nil {
		return Chat{}, err
	}
	return l.Chat, d.Clocks.Sign(ctx, id, m.ID)
}

// Reply answers. Held tells that the words wait for the person's yes, because they were silent for ten minutes.
func (d *Desk) Reply(ctx context.Context, m Member, id, words string) (held bool, err error) {
	words = flows.Tidy(words)
	if words == "" || utf8.RuneCountInString(words) > MaxWords {
		return false, ErrWords
	}
	if d.Secret(words) {
		return false, ErrSecret
	}
	err = d.act(ctx, m, id, "reply", func(l Loaded) (flows.Outcome, error) {
		if l.Chat.Held >= MaxHeld {
			return flows.Outcome{}, ErrHeld
		}
		out := d.Flows.Reply(l.Conversation, m.Alias, words, l.Facts)
		held = len(out.Hold) > 0
		return out, nil
	})
	return held, err
}

// Close ends the chat with a code. Someone who is there is asked one question; on someone silent nothing is sent.
func (d *Desk) Close(ctx context.Context, m Member, id, code string) error {
	if !slices.Contains(Codes, code) {
		return ErrCode
	}
	return d.act(ctx, m, id, "close", func(l Loaded) (flows.Outcome, error) {
		return d.Flows.End(l.Conversation, code, l.Facts), nil
	})
}

// Note adds a private remark between staff; it is never sent.
func (d *Desk) Note(ctx context.Context, m Member, id, words string) error {
	words = strings.TrimSpace(flows.Tidy(words))
	if words == "" || utf8.RuneCountInString(words) > MaxWords {
		return ErrWords
	}
	return d.act(ctx, m, id, "note", func(l Loaded) (flows.Outcome, error) {
		return d.Flows.Remark(l.Conversation, m.Alias, words, l.Facts), nil
	})
}

// GiveBack puts the ticket at the head of the queue again.
func (d *Desk) GiveBack(ctx context.Context, m Member, id string) error {
	return d.act(ctx, m, id, "give back", func(l Loaded) (flows.Outcome, error) {
		return d.Flows.GiveBack(l.Conversation, m.Alias, l.Facts), nil
	})
}

// tries bounds how often a staff action is evaluated anew because the person wrote in between.
const tries = 5

// act is the straight line: audit, load, pure step, commit, wake the sender.
func (d *Desk) act(ctx context.Context, m Member, id, what string, step func(Loaded) (flows.Outcome, error)) error {
	if err := d.audit(ctx, m, what, id); err != nil {
		return err
	}
	for range tries {
		l, err := d.mine(ctx, m, id)
		if err != nil {
			return err
		}
		today, err := d.Today(ctx, l.Conversation.Lang)
		if err != nil {
			return fmt.Errorf("read what is true today: %w", err)
		}
		l.Facts.Duty, l.Facts.Wait, l.Facts.Service = today.Duty, today.Wait, today.Service
		out, err := step(l)
		if err != nil {
			return err
		}
		lease, err := d.Tickets.CommitTicket(ctx, l, m, out)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err == nil && lease.Fence != 0 {
			d.Send(lease)
		}
		return err
	}
	return ErrConflict
}

// mine loads an open ticket of this member. A foreign, closed, erased or unknown one is ErrNotFound for reading, so that
// its id tells nothing.
func (d *Desk) mine(ctx context.Context, m Member, id string) (Loaded, error) {
	l, err := d.Tickets.LoadTicket(ctx, id)
	if err != nil {
		return Loaded{}, err
	}
	if l.Chat.Holder != m.ID || !(flows.TicketFacts{Phase: l.Chat.Phase}).Open() {
		return Loaded{}, ErrNotFound
	}
	return l, nil
}

func (d *Desk) audit(ctx context.Context, m Member, what, id string) error {
	if err := d.Log.Audit(ctx, Act{Staff: m.ID, What: what, Ticket: id}); err != nil {
		return fmt.Errorf("audit before %s: %w", what, err)
	}
	return nil
}
