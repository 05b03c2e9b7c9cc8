package bot

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"sosin/flows"
)

const (
	providerTimeout = 8 * time.Second
	// startBy is how old a lease may be for a send to begin: send, time-out and settle must fit into its 12 seconds.
	startBy = 3500 * time.Millisecond
	// maxDoubts: a message whose end was never seen is tried once more, and no further.
	maxDoubts = 1
	// reconcileAfter gives a provider's report time to settle a doubt before anything is sent again.
	reconcileAfter = 60 * time.Second
	resendAfter    = 5 * time.Second
)

// Sender takes outbox rows out: one lane at a time in order, many lanes at once.
type Sender struct {
	Lanes    Lanes
	Channels Channels
	Texts    Texts
	Log      *slog.Logger
	Metrics  Metrics
	Workers  int // lanes sent at the same time

	once    sync.Once
	slots   chan struct{}
	jobs    sync.WaitGroup
	mu      sync.Mutex
	closing bool
	pauses  pauses
	settled map[string]sentRow // sent, but the store could not be told yet
}

type sentRow struct {
	seq    int64
	result Result
	at     time.Time
}

// knownFor is how long a send that could not be settled is remembered: longer than any row may still be sent.
const knownFor = 2 * flows.Present

func (s *Sender) init() {
	s.once.Do(func() {
		s.slots = make(chan struct{}, s.Workers)
		s.settled = map[string]sentRow{}
	})
}

// Run takes lanes whose time has come, at once and then once a second, until the context ends; then it waits for what is
// being sent.
func (s *Sender) Run(ctx context.Context) error {
	s.init()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			s.drain()
			return nil
		case <-tick.C:
		}
	}
}

func (s *Sender) sweep(ctx context.Context) {
	free := cap(s.slots) - len(s.slots)
	if free == 0 {
		return
	}
	call, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	due, err := s.Lanes.Due(call, free)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("due lanes could not be read; trying again", "error", err)
	}
	for _, l := range due {
		s.Deliver(l)
	}
}

// drain waits for the sends in flight; nothing new begins.
func (s *Sender) drain() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.jobs.Wait()
}

// Deliver sends a leased lane, in the background. With every worker busy, or at shutdown, the lane goes back to `due`.
func (s *Sender) Deliver(l Lease) {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return // the lease runs out and another instance, or our next start, goes on
	}
	s.jobs.Add(1)
	select {
	case s.slots <- struct{}{}:
		go s.work(l, true)
	default:
		go s.work(l, false)
	}
}

// Wake sends a lane that a counsellor's commit leased to us.
func (s *Sender) Wake(lane string, fence int64) {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.jobs.Add(1)
	go func() {
		s.slots <- struct{}{}
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		l, err := s.Lanes.Take(ctx, lane, fence)
		cancel()
		if err != nil || l == nil {
			<-s.slots
			s.jobs.Done()
			return
		}
		s.work(*l, true)
	}()
}

func (s *Sender) work(l Lease, slot bool) {
	defer s.jobs.Done()
	if !slot {
		s.settle(l, Result{Verdict: Later})
		return
	}
	defer func() { <-s.slots }()
	for next := &l; next != nil; {
		next = s.settle(*next, s.send(*next))
	}
}

// send makes one attempt and says how it ended.
func (s *Sender) send(l Lease) Result {
	if r, ok := s.known(l); ok {
		return r
	}
	now := l.Now.Add(time.Since(l.Taken))
	if !l.Row.NotAfter.After(now) {
		return Result{Verdict: Stale}
	}
	if l.Row.Doubts > maxDoubts {
		return Result{Verdict: Refused} // tried twice, end unseen both times
	}
	ch := s.Channels[l.Address.Channel]
	if ch == nil {
		return Result{Verdict: Later, After: time.Minute}
	}
	if wait := s.pauses.left(l.Address.Channel, time.Now()); wait > 0 || time.Since(l.Taken) > startBy {
		return Result{Verdict: Later, After: wait}
	}
	m, err := Render(s.Texts, l.Row.Lang, l.Address.Channel, l.Row.Message)
	if err != nil {
		s.Log.Error("a message could not be rendered", "text", l.Row.Message.Text, "error", err)
		return Result{Verdict: Refused}
	}
	m.Token = l.Row.Token
	ctx, cancel := context.WithTimeout(context.Background(), providerTimeout)
	defer cancel()
	if r, done := s.reconcile(ctx, ch, l, m); done {
		return r
	}
	id, err := ch.Send(ctx, l.Address, m)
	r := s.verdict(l, id, err)
	s.Metrics.Attempt(l.Address.Channel, string(r.Verdict))
	return r
}

// reconcile asks a provider that can tell whether a doubtful message arrived, before it is sent again.
func (s *Sender) reconcile(ctx context.Context, ch Channel, l Lease, m Outbound) (Result, bool) {
	rec, ok := ch.(Reconciler)
	if !ok || l.Row.Doubts == 0 {
		return Result{}, false
	}
	id, found, err := rec.Reconcile(ctx, l.Address, m, l.Row.NotAfter.Add(-flows.Present))
	if err != nil {
		return Result{Verdict: Later, After: resendAfter}, true
	}
	return Result{Verdict: Sent, Message: id}, found
}

func (s *Sender) verdict(l Lease, id string, err error) Result {
	ch := l.Address.Channel
	var e *SendError
	switch {
	case err == nil:
		return Result{Verdict: Sent, Message: id}
	case !errors.As(err, &e):
		return Result{Verdict: Unsure, After: resendAfter}
	}
	switch e.Reason {
	case Unknown:
		if _, ok := s.Channels[ch].(Reconciler); ok {
			return Result{Verdict: Unsure, After: reconcileAfter}
		}
		return Result{Verdict: Unsure, After: resendAfter}
	case Throttled:
		s.pauses.throttled(ch, l.Lane, time.Now(), e.After)
		return Result{Verdict: Later, After: max(e.After, time.Second)}
	case Forbidden:
		return Result{Verdict: Unreachable}
	case Permanent:
		return Result{Verdict: Refused}
	case Credentials:
		s.Log.Error("the provider refuses our credentials: nobody can be reached on this channel", "channel", ch)
		return Result{Verdict: Later, After: 30 * time.Second}
	default:
		return Result{Verdict: Later, After: 2 * time.Second}
	}
}

// settle tells the store, and keeps telling it while it is away: a message that went out must not go again because the
// store missed it. Only the lease's end, or another holder, stops it.
func (s *Sender) settle(l Lease, r Result) *Lease {
	wait := 50 * time.Millisecond
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		next, err := s.Lanes.Settle(ctx, l, r)
		cancel()
		if err == nil {
			s.forget(l)
			return next
		}
		s.note(l, r)
		if errors.Is(err, ErrMoved) {
			return nil // noted all the same: the other holder of this row may be this process
		}
		if s.stopping() || time.Since(l.Taken) > 2*time.Minute {
			return nil
		}
		s.Log.Warn("a send could not be settled; trying again", "channel", l.Address.Channel, "verdict", string(r.Verdict), "error", err)
		time.Sleep(wait)
		wait = min(2*wait, 2*time.Second)
	}
}

// known: this process sent the row under an earlier lease and could not settle it then.
func (s *Sender) known(l Lease) (Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	done, ok := s.settled[l.Lane]
	return done.result, ok && done.seq == l.Row.Seq
}

func (s *Sender) note(l Lease, r Result) {
	if r.Verdict != Sent {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.settled, func(_ string, row sentRow) bool { return time.Since(row.at) > knownFor })
	s.settled[l.Lane] = sentRow{l.Row.Seq, r, time.Now()}
}

func (s *Sender) forget(l Lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if done, ok := s.settled[l.Lane]; ok && done.seq == l.Row.Seq {
		delete(s.settled, l.Lane)
	}
}

func (s *Sender) stopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Once sends from memory, outside any lane and without retries.
func (s *Sender) Once(a Address, m Outbound) {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.Channels[a.Channel]
	if s.closing || ch == nil {
		return
	}
	s.jobs.Add(1)
	go func() {
		defer s.jobs.Done()
		ctx, cancel := context.WithTimeout(context.Background(), providerTimeout)
		defer cancel()
		if _, err := ch.Send(ctx, a, m); err != nil {
			s.Log.Warn("a message from memory was not delivered", "channel", a.Channel, "error", err)
		}
	}()
}
