package telegram

import (
	"context"
	"errors"
	"time"

	"sosin/bot"
)

// Receiver takes an update that was verified and decoded.
type Receiver interface {
	// Receive returns nil once the update is committed, was committed before, or is put aside for good; only then is it
	// acknowledged. After any error Telegram keeps the update. An error with a method RetryAfter() time.Duration asks
	// Telegram to wait that long.
	Receive(ctx context.Context, in bot.Inbound) error
}

// receiveWithin bounds one Receive: well under Telegram's patience with a webhook, and enough for several tries of a
// commit (DESIGN.md section 4).
const receiveWithin = 8 * time.Second

// Disposition is what became of an update: a closed list, safe as a metric's label.
type Disposition string

// The dispositions.
const (
	Committed Disposition = "committed" // acknowledged after the commit
	Deferred  Disposition = "deferred"  // the store was in doubt: Telegram keeps it
	Ignored   Disposition = "ignored"   // authentic, of no use to us: groups, channels, bots, unknown kinds
	Malformed Disposition = "malformed" // authentic, not an update we can read
	Refused   Disposition = "refused"   // wrong secret, method, encoding or size
)

// Counter counts dispositions. It may be nil, and is called from several goroutines.
type Counter func(Disposition)

func (c Counter) add(d Disposition) {
	if c != nil {
		c(d)
	}
}

// How long Telegram is asked to keep an update. The server obeys up to an hour (telegram-bot-api, WebhookActor).
const (
	retryAfter    = 5 * time.Second
	retryAfterMax = time.Hour
)

// waitAsked is how long to wait before an update is offered again: what the error asks for, within bounds.
func waitAsked(err error) time.Duration {
	var longer interface{ RetryAfter() time.Duration }
	if errors.As(err, &longer) {
		return min(max(longer.RetryAfter(), retryAfter), retryAfterMax)
	}
	return retryAfter
}
