package bot

import (
	"context"
	"errors"
	"time"

	"sosin/flows"
)

// Inbound is one update of a provider, verified and decoded: who, which update, and what was done.
type Inbound struct {
	Address Address
	// Update is the provider's own identifier of this update (update_id, MessageSid). Copies carry the same.
	Update string
	// Message is the provider's identifier of the person's message, for deleting it later; empty where there is none.
	Message string
	Input   flows.Input
	// Later is the record of a chosen time that this turn keeps ([Engine.Call]); empty for what a person or a provider did.
	// The commit is refused as a duplicate when the record is gone: kept before, cancelled, erased or moved.
	Later string
}

// Loaded is what the store knows of a person at one moment.
type Loaded struct {
	Conversation flows.Conversation
	Now          time.Time // the store's clock
	Ticket       flows.TicketFacts
	Undelivered  bool            // the last prompt never reached the person
	Held         []flows.Message // a counsellor's words waiting for a yes
	Seen         bool            // this update was committed before, by any instance
	Private      any             // the store's own; handed back to Commit untouched
}

// Committed is what a commit leaves to do: a lane leased to us, or nothing.
type Committed struct {
	Lease *Lease // nil when somebody else is already sending in this lane, or there is nothing to send
}

// The reasons a commit is refused; nothing was written then.
var (
	ErrDuplicate = errors.New("bot: update already committed")
	ErrMoved     = errors.New("bot: conversation moved on")
	ErrFull      = errors.New("bot: lane is full")
)

// Store keeps conversations. Any error but the three above means doubt: the update must not be acknowledged.
type Store interface {
	// Load reads the conversation of the person this update comes from, and whether it is already in it.
	Load(ctx context.Context, in Inbound) (Loaded, error)
	// Commit writes one turn, all of it or nothing.
	Commit(ctx context.Context, l Loaded, in Inbound, out flows.Outcome) (Committed, error)
	// Behind reads the conversation a return code leads to, as far as this person may still try codes; zero for a wrong one.
	// An Outcome.Take of the same turn moves what was read here; if it has changed since, Commit returns ErrMoved.
	Behind(ctx context.Context, l Loaded, code string) (flows.Behind, error)
	// Quarantine counts an update whose step panicked; at the third time it seals the update away and returns true.
	Quarantine(ctx context.Context, in Inbound) (bool, error)
}

// Lease is the right to send the head of one lane, until it ends or is settled.
type Lease struct {
	Lane    string // pseudonym of the conversation
	Fence   int64  // a settle under an older fence is refused
	Address Address
	Row     Row
	Rows    []Row     // further rows already in memory, in order
	Doubt   bool      // an earlier attempt may have reached the provider
	Now     time.Time // the store's clock when the lease was given
	Taken   time.Time // ours, monotonic
	Private any       // the store's own
}

// Row is one message in a lane.
type Row struct {
	Seq      int64
	NotAfter time.Time
	Lang     flows.Lang
	Doubts   int // attempts whose end was never seen
	Message  flows.Message
	Token    string // opaque name of this row, for delivery reports; identifies nobody
}

// Verdict is how an attempt to send ended.
type Verdict string

// The verdicts.
const (
	Sent        Verdict = "sent"
	Later       Verdict = "later"       // nothing was sent: try again after a while
	Unsure      Verdict = "unsure"      // the request was written, its answer never seen
	Stale       Verdict = "stale"       // not_after has passed: a bot's row is dropped, a counsellor's held
	Refused     Verdict = "refused"     // this message will never be accepted
	Unreachable Verdict = "unreachable" // this person cannot be written to any more
)

// Result settles a lease.
type Result struct {
	Verdict Verdict
	After   time.Duration // for Later and Unsure
	Message string        // the provider's message id, for deleting it later
}

// Lanes is the outbox.
type Lanes interface {
	// Settle ends a lease and returns the lease on the next row, if there is one. A stale fence is ErrMoved.
	Settle(ctx context.Context, l Lease, r Result) (*Lease, error)
	// Take claims a lane that a commit leased to us under this fence, when row and address are not in memory.
	Take(ctx context.Context, lane string, fence int64) (*Lease, error)
	// Due leases up to n lanes whose time has come.
	Due(ctx context.Context, n int) ([]Lease, error)
}
