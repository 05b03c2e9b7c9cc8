package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/flows/service"
	"sosin/handoff"
)

// dutyFor is how stale the knowledge of who is on duty may be (promise 6: at most five seconds).
const dutyFor = 4 * time.Second

// duty knows at which desks somebody is on duty and how long people wait there, asked of the store at most every few
// seconds, and only when a turn needs to know.
type duty struct {
	shifts  shifts
	desks   []string
	service flows.Service

	mu   sync.Mutex
	at   time.Time
	here map[flows.Lang]map[string]bool // "" is any language
	wait map[string]time.Duration
}

// shifts is what duty asks of the store.
type shifts interface {
	Duties(ctx context.Context) ([]handoff.Duty, error)
	Waits(ctx context.Context, desks []string) (map[string]time.Duration, error)
	Now(ctx context.Context) (time.Time, error)
}

// desksOf lists the desks of the service file, then what else the flows name as one.
func desksOf(f *service.File, m *flows.Machine) []string {
	var out []string
	for _, d := range f.Desks() {
		out = append(out, d.ID)
	}
	for _, id := range m.Desks() {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// forTurn is what a person's turn is told. The maps are shared.
func (d *duty) forTurn(ctx context.Context, lang flows.Lang) (bot.Today, error) {
	here, wait, err := d.now(ctx, lang)
	return bot.Today{Duty: here, Wait: wait, Service: d.service}, err
}

// forDesk is what a staff action is told. The maps are shared.
func (d *duty) forDesk(ctx context.Context, lang flows.Lang) (handoff.Today, error) {
	here, wait, err := d.now(ctx, lang)
	return handoff.Today{Duty: here, Wait: wait, Service: d.service}, err
}

func (d *duty) now(ctx context.Context, lang flows.Lang) (map[string]bool, map[string]time.Duration, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.here == nil || time.Since(d.at) >= dutyFor {
		if err := d.ask(ctx); err != nil {
			return nil, nil, err
		}
	}
	return d.here[lang], d.wait, nil
}

func (d *duty) ask(ctx context.Context) error {
	asked := time.Now() // what is answered is at least this old
	duties, err := d.shifts.Duties(ctx)
	if err != nil {
		return fmt.Errorf("read who is on duty: %w", err)
	}
	wait, err := d.shifts.Waits(ctx, d.desks)
	if err != nil {
		return err
	}
	now, err := d.shifts.Now(ctx)
	if err != nil {
		return err
	}
	d.here, d.wait, d.at = map[flows.Lang]map[string]bool{}, wait, asked
	for _, l := range append([]flows.Lang{""}, flows.Langs...) {
		d.here[l] = handoff.Facts(duties, now, d.desks, l)
	}
	return nil
}
