package telegram

import (
	"context"
	"sync"
	"time"
)

// Leader lets one of several instances do a job.
type Leader interface {
	// Lead takes or renews the lease on a job for ttl and tells whether it is ours; an error means that nobody can tell.
	Lead(ctx context.Context, job string, ttl time.Duration) (bool, error)
}

// pollJob names the lease.
const pollJob = "telegram-poll"

// standing is what an instance knows of its right to poll.
type standing int

const (
	follower standing = iota // another instance polls, or may
	leader                   // the lease is ours
	blind                    // it was ours when last anybody could tell
)

// lease keeps asking for the right to poll. Losing it ends the term, and with it a long poll under way.
type lease struct {
	leader     Leader
	ttl, renew time.Duration

	mu       sync.Mutex
	standing standing
	term     context.Context
	end      context.CancelFunc
	changed  chan struct{} // closed and replaced at each change
}

func newLease(l Leader, ttl time.Duration) *lease {
	return &lease{leader: l, ttl: ttl, renew: ttl / 3, changed: make(chan struct{})}
}

// keep asks until ctx ends.
func (l *lease) keep(ctx context.Context) {
	defer l.become(ctx, follower)
	for {
		l.ask(ctx)
		if !rest(ctx, l.renew) {
			return
		}
	}
}

func (l *lease) ask(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, l.renew)
	defer cancel()
	ours, err := l.leader.Lead(within, pollJob, l.ttl)
	switch {
	case err == nil && ours:
		l.become(ctx, leader)
	case err == nil:
		l.become(ctx, follower)
	case l.now() == leader:
		l.become(ctx, blind)
	}
}

func (l *lease) now() standing {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.standing
}

// yield gives way to another poller when we cannot tell whose turn it is.
func (l *lease) yield(ctx context.Context) {
	if l.now() == blind {
		l.become(ctx, follower)
	}
}

func (l *lease) become(ctx context.Context, s standing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.standing == s {
		return
	}
	switch {
	case s == follower:
		l.end()
	case l.standing == follower:
		l.term, l.end = context.WithCancel(ctx)
	}
	l.standing = s
	close(l.changed)
	l.changed = make(chan struct{})
}

// enter waits for the right to poll and returns a context that ends with it; false if ctx ended first.
func (l *lease) enter(ctx context.Context) (context.Context, bool) {
	for {
		l.mu.Lock()
		s, term, changed := l.standing, l.term, l.changed
		l.mu.Unlock()
		if ctx.Err() != nil {
			return nil, false
		}
		if s != follower {
			return term, true
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

// rest waits for d; false if ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
