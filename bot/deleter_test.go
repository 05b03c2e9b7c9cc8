package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"sosin/flows"
)

// owing is what the store owes, and what became of it.
type owing struct {
	due     []Deletion
	err     error
	deleted []string
	putOff  map[string]time.Duration
}

func (o *owing) DueDeletions(context.Context, int) ([]Deletion, error) { return o.due, o.err }

func (o *owing) Deleted(_ context.Context, id string) error {
	o.deleted = append(o.deleted, id)
	return nil
}

func (o *owing) PutOff(_ context.Context, id string, after time.Duration) error {
	o.putOff[id] = after
	return nil
}

type eraser func(a Address, messages []string) error

func (e eraser) Erase(_ context.Context, a Address, messages []string) error { return e(a, messages) }

// What was promised to be erased is deleted at the provider, or tried again until it is (promise 4).
func TestDeleterOwesUntilItIsDone(t *testing.T) {
	o := &owing{putOff: map[string]time.Duration{}, err: errors.New("one could not be opened")}
	for _, id := range []string{"done", "refused", "throttled"} {
		o.due = append(o.due, Deletion{ID: id, Address: someone, Messages: []string{id}})
	}
	o.due = append(o.due, Deletion{ID: "off", Address: NewAddress(flows.SMS, "+37200000001")})
	d := &Deleter{Store: o, Log: slog.New(slog.DiscardHandler), Erasers: map[flows.Channel]Eraser{
		flows.Telegram: eraser(func(_ Address, messages []string) error {
			switch messages[0] {
			case "refused":
				return errors.New("not yet")
			case "throttled":
				return &SendError{Reason: Throttled, After: 7 * time.Second}
			}
			return nil
		})}}
	if err := d.Sweep(t.Context()); err == nil {
		t.Error("nobody hears of the one that could not be opened")
	}
	if !slices.Equal(o.deleted, []string{"done"}) {
		t.Errorf("forgotten: %v, want only what is done", o.deleted)
	}
	if len(o.putOff) != 2 || o.putOff["refused"] != 10*time.Minute || o.putOff["throttled"] != 7*time.Second {
		t.Errorf("put off: %v", o.putOff)
	}
}
