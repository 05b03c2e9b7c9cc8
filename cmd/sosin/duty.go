package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sosin/flows"
	"sosin/handoff"
)

// dutyFor is how stale the knowledge of who is on duty may be (promise 6: at most five seconds).
const dutyFor = 4 * time.Second

// duty knows at which desks somebody is on duty, asked of the store at most every few seconds, and only when a turn
// needs to know.
type duty struct {
	shifts interface {
		Duties(ctx context.Context) ([]handoff.Duty, error)
		Now(ctx context.Context) (time.Time, error)
	}
	desks []string

	mu   sync.Mutex
	at   time.Time
	here map[flows.Lang]map[string]bool // "" is any language
}

// now returns a map that the caller must not change.
func (d *duty) now(ctx context.Context, lang flows.Lang) (map[string]bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.here != nil && time.Since(d.at) < dutyFor {
		return d.here[lang], nil
	}
	duties, err := d.shifts.Duties(ctx)
	if err != nil {
		return nil, fmt.Errorf("read who is on duty: %w", err)
	}
	now, err := d.shifts.Now(ctx)
	if err != nil {
		return nil, err
	}
	d.here, d.at = map[flows.Lang]map[string]bool{}, time.Now()
	for _, l := range append([]flows.Lang{""}, flows.Langs...) {
		d.here[l] = handoff.Facts(duties, now, d.desks, l)
	}
	return d.here[lang], nil
}
