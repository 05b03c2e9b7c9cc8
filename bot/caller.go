package bot

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"sosin/flows"
)

// Call is a time somebody chose to be written to, and that has come (promise 2).
type Call struct {
	ID      string
	Address Address
	Lang    flows.Lang
}

// Calls keeps the times people chose.
type Calls interface {
	// DueCalls takes up to n whose time has come; nobody else gets them for a minute. Those missed by half a day are dropped.
	DueCalls(ctx context.Context, n int) ([]Call, error)
	// Called forgets one.
	Called(ctx context.Context, c Call) error
}

// Call keeps one chosen time: load, the pure step of nobody's doing, commit, send. It happens once however often it is
// tried: the commit that keeps the time removes its record, and is refused without one. A nil error means that nothing is
// left to do. With the store away nobody is told anything: nobody wrote.
func (e *Engine) Call(ctx context.Context, c Call) error {
	start := time.Now()
	in := Inbound{Address: c.Address, Update: "later:" + c.ID, Later: c.ID}
	_, err := e.turn(ctx, turn{in: in, lang: c.Lang, step: e.Flows.Call})
	result := "called"
	if err != nil {
		result = "doubt"
	}
	e.Metrics.Turn(c.Address.Channel, result, time.Since(start))
	return err
}

// Caller keeps the times people chose.
type Caller struct {
	Store Calls
	Call  func(ctx context.Context, c Call) error // [Engine.Call]
	Log   *slog.Logger
	Every time.Duration
}

// Run keeps what is due until the context ends.
func (k *Caller) Run(ctx context.Context) error {
	tick := time.NewTicker(k.Every)
	defer tick.Stop()
	for {
		if err := k.Sweep(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("a chosen time could not be kept yet; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep keeps what is due now. One that cannot be kept stays leased for a minute and is then tried again; the others do not
// wait for it.
func (k *Caller) Sweep(ctx context.Context) error {
	due, err := k.Store.DueCalls(ctx, 50)
	for _, c := range due {
		failed := k.Call(ctx, c)
		if failed == nil {
			failed = k.Store.Called(ctx, c) // committed, it is gone already; put away, it must not come up again
		}
		if failed != nil {
			err = fmt.Errorf("keep a chosen time: %w", failed)
		}
	}
	return err
}
