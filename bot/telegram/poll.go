package telegram

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"sosin/bot"
)

// pace is how fast a Poller goes.
type pace struct {
	poll     time.Duration // how long Telegram holds an empty poll
	ttl      time.Duration // of the lease
	first    time.Duration // rest after a failure, doubling up to:
	store    time.Duration // if an update could not be committed: people are waiting for a word
	network  time.Duration // if Telegram could not be asked
	conflict time.Duration // rest after meeting another poller
}

var usualPace = pace{
	poll: 25 * time.Second, ttl: 30 * time.Second, first: time.Second, store: retryAfter,
	network: 30 * time.Second, conflict: 5 * time.Second,
}

// Poller fetches updates for machines without a public address. Telegram's queue is the only place where an update
// waits: it is confirmed after its commit and never before, so a crash at any point loses nothing.
//
// One instance polls, by lease. While nobody can tell whose the lease is (Redis is away), the last holder goes on
// reading, so that the Receiver can tell people where else to turn, and confirms nothing; Telegram then shows it the
// oldest 100 updates and no more.
type Poller struct {
	client   *Client
	receiver Receiver
	leader   Leader
	log      *slog.Logger
	count    Counter
	pace     pace

	offset  int64   // confirms all below it; 0: nothing to confirm
	backlog backlog // handled, not confirmed
	rest    time.Duration
	trouble bool // said once, until a poll succeeds
}

// NewPoller makes a Poller; count may be nil. A webhook must be removed first (Client.Unregister): Telegram serves
// either one or the other.
func NewPoller(c *Client, r Receiver, l Leader, log *slog.Logger, count Counter) *Poller {
	return &Poller{client: c, receiver: r, leader: l, log: log, count: count, pace: usualPace, backlog: backlog{}}
}

// Run polls until ctx ends, and returns nil then.
func (p *Poller) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	l := newLease(p.leader, p.pace.ttl)
	wg.Go(func() { l.keep(ctx) })
	for {
		term, ok := l.enter(ctx)
		if !ok {
			return nil
		}
		p.round(term, l)
		if term.Err() != nil {
			p.offset = 0 // somebody else may have gone on
		}
	}
}

// round makes one poll and handles what it brings.
func (p *Poller) round(ctx context.Context, l *lease) {
	offset := int64(0)
	if l.now() == leader {
		offset = p.offset
	}
	batch, failed := p.client.fetch(ctx, offset, p.pace.poll)
	switch {
	case ctx.Err() != nil:
		return
	case failed != nil:
		p.failed(ctx, l, failed)
		return
	case offset != 0:
		// Confirmed. It is not sent again: after a quiet week Telegram begins at another number (Bot API, Update).
		p.offset = 0
	}
	p.recovered()
	p.backlog.keep(batch)
	if len(batch) == 0 {
		p.rest = 0
		return
	}
	var open bool
	p.offset, open = p.handle(ctx, batch)
	if open || l.now() != leader {
		// The same updates come again at once, so without a rest this would spin.
		p.pause(ctx, 0, p.pace.store)
		return
	}
	p.rest = 0
}

func (p *Poller) recovered() {
	if p.trouble {
		p.trouble = false
		p.log.Info("telegram: updates can be fetched again")
	}
}

// failed says once that and why polling does not work, and waits.
func (p *Poller) failed(ctx context.Context, l *lease, e *bot.SendError) {
	conflict := e.Code == http.StatusConflict
	if !p.trouble {
		p.trouble = true
		if conflict {
			p.log.Warn("telegram: another poller is active or a webhook is set; waiting")
		} else {
			p.log.Warn("telegram: updates cannot be fetched; trying again", "reason", e.Reason.String(), "code", e.Code)
		}
	}
	if conflict {
		l.yield(ctx)
		rest(ctx, p.pace.conflict)
		return
	}
	p.pause(ctx, e.After, p.pace.network)
}

// pause rests a little longer each time, and at least as long as asked.
func (p *Poller) pause(ctx context.Context, atLeast, atMost time.Duration) {
	p.rest = min(max(2*p.rest, p.pace.first), atMost)
	rest(ctx, max(p.rest, atLeast))
}
