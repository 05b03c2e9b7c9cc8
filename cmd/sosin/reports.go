package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sosin/flows"
	"sosin/flows/stats"
	"sosin/handoff/console"
	"sosin/store"
)

// reports turns the store's counters into what may be shown. A month is frozen the first time it is asked for after its
// end; nothing changes it afterwards.
type reports struct {
	store   *store.Store
	options stats.Options
}

// monthsBack is how many ended months are looked for.
const monthsBack = 26

// Months lists the published months, oldest first.
func (r *reports) Months(ctx context.Context) ([]string, error) {
	now, err := r.store.Now(ctx)
	if err != nil {
		return nil, err
	}
	first := time.Date(now.In(flows.Tallinn).Year(), now.In(flows.Tallinn).Month(), 1, 12, 0, 0, 0, flows.Tallinn)
	var ended []string
	for i := 1; i <= monthsBack; i++ {
		ended = append(ended, first.AddDate(0, -i, 0).Format("2006-01"))
	}
	slices.Reverse(ended)
	return r.store.Months(ctx, ended)
}

// Release returns a month as it was first published.
func (r *reports) Release(ctx context.Context, month string) (stats.Release, error) {
	var out stats.Release
	m, err := stats.ParseMonth(month)
	if err != nil {
		return out, console.ErrNoRelease
	}
	known, err := r.Months(ctx)
	if err != nil {
		return out, err
	}
	if !slices.Contains(known, string(m)) {
		return out, console.ErrNoRelease
	}
	raw, err := r.store.Release(ctx, string(m))
	if err == nil && raw == nil {
		raw, err = r.freeze(ctx, m, r.options)
	}
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("read release: %w", err)
	}
	return out, nil
}

func (r *reports) freeze(ctx context.Context, m stats.Month, o stats.Options) ([]byte, error) {
	cells, err := r.store.Cells(ctx, string(m))
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(stats.Publish(m, cells, o))
	if err != nil {
		return nil, fmt.Errorf("write release: %w", err)
	}
	return r.store.Freeze(ctx, string(m), raw)
}

// Running returns the month that has not ended, in bands.
func (r *reports) Running(ctx context.Context) (stats.Report, error) {
	now, err := r.store.Now(ctx)
	if err != nil {
		return stats.Report{}, err
	}
	cells, err := r.store.Cells(ctx, string(stats.MonthOf(now)))
	if err != nil {
		return stats.Report{}, err
	}
	return stats.Running(cells, r.options), nil
}
