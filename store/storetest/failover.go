package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"sosin/flows"
)

// Failover kills the primary under a Sentinel and shows that nothing acknowledged was lost: the update is known, the row
// it left is sent, and the next message of the same person goes on from there. Meanwhile every call is an error.
func Failover(t *testing.T, h *Harness, kill func()) {
	s := h.Store(t)
	c := h.somebody(flows.Telegram)
	in := c.writes("x")
	turn(t, s, in, nil, "one")
	kill()
	if _, err := s.Load(t.Context(), in); err == nil {
		t.Error("the dead primary answers")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	Eventually(ctx, t, func() error {
		l, err := s.Load(ctx, in)
		if err == nil && !l.Seen {
			err = errors.New("an acknowledged message was lost")
		}
		return err
	})
	next := c.writes("y")
	Eventually(ctx, t, func() error {
		_, err := once(ctx, s, next)
		return err
	})
	c.lapse(t)
	leases := due(t, s)
	if len(leases) != 1 || leases[0].Row.Message.Text != "one" {
		t.Errorf("what waited to be sent: %+v", leases)
	}
}
