package simulator

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock is the time a stand-in lives by: retry schedules, expiry of updates,
// ages of messages, dates on the wire. Network time-outs stay on the wall clock.
type Clock interface {
	Now() time.Time
	// At returns a channel that receives once t has come, at once if it is past.
	// stop releases it and may be called more than once.
	At(t time.Time) (fire <-chan time.Time, stop func())
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) At(t time.Time) (<-chan time.Time, func()) {
	timer := time.NewTimer(time.Until(t))
	return timer.C, func() { timer.Stop() }
}

// ManualClock stands still until it is moved. The zero value is not usable; make
// one with NewManualClock.
type ManualClock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []*alarm
	hub    hub
}

type alarm struct {
	at   time.Time
	fire chan time.Time
}

// NewManualClock starts a clock at the given time.
func NewManualClock(start time.Time) *ManualClock { return &ManualClock{now: start} }

// Now is where the clock was last moved to.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward by d and wakes whoever waited for a time passed.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(c.now.Add(d))
}

// Set moves the clock forward to t; a time already past leaves it where it is.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.set(t)
	}
}

func (c *ManualClock) set(t time.Time) {
	c.now = t
	c.alarms = slices.DeleteFunc(c.alarms, func(a *alarm) bool {
		if a.at.After(t) {
			return false
		}
		a.fire <- t
		return true
	})
}

// Await returns nil once at least n callers wait for a time to come, or ctx's error.
func (c *ManualClock) Await(ctx context.Context, n int) error {
	return c.hub.await(ctx, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.alarms) >= n
	})
}

// At implements Clock.
func (c *ManualClock) At(t time.Time) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: t, fire: make(chan time.Time, 1)}
	if !t.After(c.now) {
		a.fire <- c.now
		return a.fire, func() {}
	}
	c.alarms = append(c.alarms, a)
	c.hub.changed()
	return a.fire, func() { c.forget(a) }
}

func (c *ManualClock) forget(a *alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms = slices.DeleteFunc(c.alarms, func(b *alarm) bool { return a == b })
}
