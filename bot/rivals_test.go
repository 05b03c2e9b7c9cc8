package bot

import (
	"context"
	"errors"
	"sync"
	"testing"

	"sosin/flows"
)

// Somebody who writes many lines at once: each must be taken, one after another, and nothing may be left behind.
func TestRivalsGoOneAfterAnother(t *testing.T) {
	var r rivals
	a, other := NewAddress(flows.SMS, "+37200000001"), NewAddress(flows.SMS, "+37200000002")
	var wg sync.WaitGroup
	inside, done := 0, 0 // guarded by the turn itself: the race detector tells when it is not
	for range 50 {
		wg.Go(func() {
			leave, err := r.enter(t.Context(), a)
			if err != nil {
				t.Error(err)
				return
			}
			if inside++; inside != 1 {
				t.Error("two at once")
			}
			inside--
			done++
			leave()
		})
	}
	wg.Wait()
	if done != 50 {
		t.Errorf("%d of 50 had their turn", done)
	}

	leave, _ := r.enter(t.Context(), a)
	if free, err := r.enter(t.Context(), other); err != nil {
		t.Error("one person waits for another:", err)
	} else {
		free()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.enter(ctx, a); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting after the provider hung up: %v", err)
	}
	leave()
	if len(r.lines) != 0 {
		t.Errorf("%d lines are kept for nobody", len(r.lines))
	}
}
