package simulator

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrRunning is returned by Run when the stand-in is running already.
var ErrRunning = errors.New("simulator: already running")

// job is one thing to do outside the lock, such as one webhook request.
type job func(context.Context)

// loop starts jobs when they fall due. It holds no state of a provider: due is
// asked for it, and whoever changes that state calls poke.
type loop struct {
	running sync.Mutex
	wake    chan struct{}
}

func newLoop() *loop { return &loop{wake: make(chan struct{}, 1)} }

// poke makes the loop look again; it never blocks.
func (l *loop) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run starts due jobs until ctx ends and then waits for those under way. due
// returns the jobs to start now and the time of the next one (zero: none known).
func (l *loop) run(ctx context.Context, clock Clock, due func(time.Time) ([]job, time.Time)) error {
	if !l.running.TryLock() {
		return ErrRunning
	}
	defer l.running.Unlock()
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		jobs, next := due(clock.Now())
		for _, j := range jobs {
			wg.Go(func() { j(ctx) })
		}
		if !l.rest(ctx, clock, next) {
			return nil
		}
	}
}

// rest waits for a poke, the next due time or the end; false means the end.
func (l *loop) rest(ctx context.Context, clock Clock, next time.Time) bool {
	var fire <-chan time.Time
	if !next.IsZero() {
		ch, stop := clock.At(next)
		defer stop()
		fire = ch
	}
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
	case <-fire:
	}
	return true
}

// hub tells watchers that something changed; not what. A watcher that is slow
// misses repeats, never the last change.
type hub struct {
	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
}

func (h *hub) watch() (<-chan struct{}, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = map[chan struct{}]struct{}{}
	}
	ch := make(chan struct{}, 1)
	h.watchers[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, ch)
	}
}

func (h *hub) changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.watchers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// await returns nil once cond holds, or ctx's error. cond is called again after
// each change.
func (h *hub) await(ctx context.Context, cond func() bool) error {
	ch, stop := h.watch()
	defer stop()
	for !cond() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ch:
		}
	}
	return nil
}
