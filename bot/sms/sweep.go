package sms

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"sosin/bot"
)

const (
	// SweepJob names the sweep's lease and its watermark.
	SweepJob = "twilio-sweep"
	// sweepEvery is how long a message whose webhook failed waits at most (DESIGN.md section 4).
	sweepEvery = time.Minute
	// sweepLease outlives the pause between two passes, so that the same instance goes on.
	sweepLease = 70 * time.Second
	// sweepBack is how old a message may be that is still taken in.
	sweepBack = 48 * time.Hour
	// sweepOverlap is read again before the watermark: the list may show a message a little after its date. The store
	// knows what it has.
	sweepOverlap = 5 * time.Minute
	// sweepPatience is at how many people whose messages fail a pass gives up: then it is the store, not a message.
	sweepPatience = 3
	// sweepBatch is after how many messages the lease is renewed.
	sweepBatch = 10
)

// Leader decides which instance does a job.
type Leader interface {
	// Lead takes or renews the job's lease; false means that another instance holds it.
	Lead(ctx context.Context, job string, ttl time.Duration) (bool, error)
}

// Watermarks remember how far a job has come.
type Watermarks interface {
	// Watermark is the time last set under this name; zero if none was.
	Watermark(ctx context.Context, name string) (time.Time, error)
	// SetWatermark sets it.
	SetWatermark(ctx context.Context, name string, t time.Time) error
}

// Sweep takes in what the webhook missed. Every message in Twilio's list since the watermark goes to the Receiver, which
// knows what it has; so what is listed and not yet known is what was lost.
type Sweep struct {
	Client     *Client
	Receiver   Receiver
	Leader     Leader
	Watermarks Watermarks
	Log        *slog.Logger     // content-free lines; nil is none
	Every      time.Duration    // pause between passes; 0 is a minute
	Now        func() time.Time // for the 48 h only; nil is time.Now
}

// Run sweeps at once and then every minute, on the one instance that leads, until ctx ends; it returns nil then. A pass
// that fails is logged and tried again.
func (s *Sweep) Run(ctx context.Context) error {
	tick := time.NewTicker(cmp.Or(s.Every, sweepEvery))
	defer tick.Stop()
	for {
		if err := s.pass(ctx); err != nil && ctx.Err() == nil {
			s.logger().WarnContext(ctx, "twilio sweep: pass incomplete", "cause", cause(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

var (
	errLease     = errors.New("lease not readable")
	errWatermark = errors.New("watermark not readable or writable")
	errReceive   = errors.New("messages not taken in")
)

// cause is what a log may say: our own words or a SendError, never a message of somebody else's error.
func cause(err error) string {
	var sent *bot.SendError
	if errors.As(err, &sent) {
		return sent.Error()
	}
	for _, known := range []error{errLease, errWatermark, errReceive} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "other"
}

// pass does one round if this instance leads.
func (s *Sweep) pass(ctx context.Context) error {
	led, err := s.lead(ctx)
	if err != nil || !led {
		return err
	}
	mark, err := s.Watermarks.Watermark(ctx, SweepJob)
	if err != nil {
		return errors.Join(errWatermark, err)
	}
	from := s.from(ctx, mark)
	found, err := s.Client.received(ctx, from)
	if err != nil {
		return err
	}
	reached, failure := s.hand(ctx, found, from)
	if reached.After(mark) {
		if err := s.Watermarks.SetWatermark(ctx, SweepJob, reached); err != nil {
			return errors.Join(errWatermark, err)
		}
	}
	return errors.Join(failure, s.Client.dropReplies(ctx, s.now().Add(-DeleteFor)))
}

func (s *Sweep) lead(ctx context.Context) (bool, error) {
	led, err := s.Leader.Lead(ctx, SweepJob, sweepLease)
	if err != nil {
		return false, errors.Join(errLease, err)
	}
	return led, nil
}

// from is where the window begins. Only its far edge depends on our clock: the watermark is a date of Twilio's.
func (s *Sweep) from(ctx context.Context, mark time.Time) time.Time {
	edge := s.now().Add(-sweepBack)
	if mark.IsZero() {
		return edge
	}
	if mark.Before(edge.Add(-10 * time.Minute)) {
		s.logger().ErrorContext(ctx, "twilio sweep: away for more than 48 h, older messages stay at Twilio unread")
	}
	if mark = mark.Add(-sweepOverlap); mark.After(edge) {
		return mark
	}
	return edge
}

// hand gives messages, oldest first, to the receiver. One that fails holds back what the same person wrote later, not
// other people. The time returned is before every message that is not safe.
func (s *Sweep) hand(ctx context.Context, found []message, from time.Time) (time.Time, error) {
	reached, held := from, map[string]bool{}
	for i, m := range found {
		if i%sweepBatch == sweepBatch-1 {
			if led, err := s.lead(ctx); err != nil || !led {
				return reached, err
			}
		}
		if !held[m.from] && s.receive(ctx, m) != nil {
			held[m.from] = true
		}
		if len(held) == 0 && m.at.After(reached) {
			reached = m.at
		}
		if len(held) >= sweepPatience || ctx.Err() != nil {
			break
		}
	}
	if len(held) > 0 {
		return reached, errReceive
	}
	return reached, nil
}

func (s *Sweep) receive(ctx context.Context, m message) error {
	in, ok := m.inbound()
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return s.Receiver.Receive(ctx, in)
}

func (s *Sweep) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Sweep) logger() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}
