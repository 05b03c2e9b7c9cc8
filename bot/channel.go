package bot

import (
	"context"
	"fmt"
	"time"

	"sosin/flows"
)

// Outbound is a message as a channel sends it.
type Outbound struct {
	Text    string
	Buttons []Button
	// Token is an opaque name of the row, for a provider that reports delivery later. It identifies nobody.
	Token string
}

// Button is one offered answer.
type Button struct {
	Label string
	Data  string // at most 64 bytes (Telegram Bot API, InlineKeyboardButton)
}

// Channel sends to one provider.
type Channel interface {
	// Send delivers one message and returns the provider's id of it. An error is a *SendError.
	Send(ctx context.Context, a Address, m Outbound) (id string, err error)
}

// Reconciler is a Channel that can find out whether a message whose answer was never seen did arrive.
type Reconciler interface {
	// Reconcile looks for m among what the provider sent to a since then.
	Reconcile(ctx context.Context, a Address, m Outbound, since time.Time) (id string, found bool, err error)
}

// Reason sorts send errors by what to do about them.
type Reason int

// The reasons.
const (
	NotSent     Reason = iota // nothing reached the provider: try again
	Unknown                   // the request was written, no answer seen
	Throttled                 // the provider asks us to wait
	Forbidden                 // the person blocked us, opted out or is gone
	Permanent                 // this message will never be accepted
	Credentials               // our token is refused: nobody can be reached until an operator acts
)

var reasonNames = map[Reason]string{NotSent: "not sent", Unknown: "unknown", Throttled: "throttled",
	Forbidden: "forbidden", Permanent: "permanent", Credentials: "credentials refused"}

// String names the reason, for logs and metrics.
func (r Reason) String() string { return reasonNames[r] }

// SendError is a failed attempt. It never holds text, address or token; Code is the provider's number, if it gave one.
type SendError struct {
	Reason Reason
	After  time.Duration // how long the provider asked to wait
	Code   int
}

// Error names reason and code.
func (e *SendError) Error() string { return fmt.Sprintf("send: %s (code %d)", e.Reason, e.Code) }

// Channels are the channels switched on.
type Channels map[flows.Channel]Channel
