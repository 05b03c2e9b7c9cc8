package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sosin/flows"
)

// Deletion is what a provider still keeps and we owe to delete (promise 4).
type Deletion struct {
	ID       string
	Address  Address
	Messages []string // the provider's message ids
}

// Deletions keeps what is owed.
type Deletions interface {
	// DueDeletions takes up to n whose time has come; nobody else gets them for a minute.
	DueDeletions(ctx context.Context, n int) ([]Deletion, error)
	// Deleted forgets one that is done.
	Deleted(ctx context.Context, id string) error
	// PutOff tries again later. A deletion that outlives its record (15 days) is forgotten.
	PutOff(ctx context.Context, id string, after time.Duration) error
}

// Eraser deletes messages at one provider. Messages already gone are a success.
type Eraser interface {
	Erase(ctx context.Context, a Address, messages []string) error
}

// Deleter carries deletions to the providers until they are done.
type Deleter struct {
	Store   Deletions
	Erasers map[flows.Channel]Eraser
	Log     *slog.Logger
	Every   time.Duration
}

// Run deletes what is due until the context ends.
func (d *Deleter) Run(ctx context.Context) error {
	tick := time.NewTicker(d.Every)
	defer tick.Stop()
	for {
		if err := d.Sweep(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("deletions could not be read; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep does what is due now.
func (d *Deleter) Sweep(ctx context.Context) error {
	due, err := d.Store.DueDeletions(ctx, 50)
	for _, del := range due {
		d.one(ctx, del)
	}
	return err
}

func (d *Deleter) one(ctx context.Context, del Deletion) {
	eraser := d.Erasers[del.Address.Channel]
	if eraser == nil {
		return // the channel is off; the record waits
	}
	call, cancel := context.WithTimeout(ctx, providerTimeout)
	defer cancel()
	err := eraser.Erase(call, del.Address, del.Messages)
	if err == nil {
		err = d.Store.Deleted(ctx, del.ID)
	}
	if err == nil {
		return
	}
	after := 10 * time.Minute
	var se *SendError
	if errors.As(err, &se) && se.After > 0 {
		after = se.After
	}
	if err := d.Store.PutOff(ctx, del.ID, after); err != nil {
		d.Log.Warn("a deletion could not be put off; it comes up again", "error", err)
	}
}
