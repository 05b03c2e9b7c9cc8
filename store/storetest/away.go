package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
	"sosin/store"
)

var away = []check{
	{"with Redis refusing everything fails at once", func(t *testing.T, h *Harness) { gone(t, h, h.Cut) }},
	{"with Redis silent everything fails in three seconds", func(t *testing.T, h *Harness) { gone(t, h, h.Hang) }},
}

// limit is how long any call may take without Redis; a webhook, a page and a shutdown wait on it.
const limit = 3 * time.Second

// gone makes every call with Redis away, then mends it: nothing was lost, nothing sticks.
func gone(t *testing.T, h *Harness, take func()) {
	s := h.Store(t)
	c, m, tid := chat(t, h, s)
	in := c.writes("y")
	loaded, other, ticket := load(t, s, in), load(t, s, in), read(t, s, tid) // each commit has a load of its own
	d := h.somebody(flows.Telegram)
	lease := turn(t, s, d.writes("x"), nil, "one")
	calls := every(s, in, loaded, other, m, ticket, lease)
	before := h.dump(t)
	take()
	type ended struct {
		name string
		took time.Duration
		err  error
	}
	done := make(chan ended, len(calls))
	for name, call := range calls {
		go func() {
			start := time.Now()
			err := call(context.Background())
			done <- ended{name, time.Since(start), err}
		}()
	}
	for range calls {
		e := <-done
		if e.err == nil {
			t.Errorf("%s reports no error", e.name)
			continue
		}
		if e.took > limit+500*time.Millisecond { // the margin is for a busy machine
			t.Errorf("%s took %v", e.name, e.took)
		}
		for _, secret := range []string{c.address.Reveal(), h.Namespace, "words"} {
			if strings.Contains(e.err.Error(), secret) {
				t.Errorf("%s: the error says too much: %v", e.name, e.err)
			}
		}
	}
	h.Mend()
	h.same(t, before)
	back, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	Eventually(back, t, func() error { _, err := s.Load(back, in); return err })
}

// every is each call a store has.
func every(s *store.Store, in bot.Inbound, l, other bot.Loaded, m handoff.Member, k handoff.Loaded, lease *bot.Lease) map[string]func(context.Context) error {
	out, erased := answer(l, "x"), answer(other)
	erases(&erased)
	return map[string]func(context.Context) error{
		"load":         func(ctx context.Context) error { _, err := s.Load(ctx, in); return err },
		"commit":       func(ctx context.Context) error { _, err := s.Commit(ctx, l, in, out); return err },
		"erase":        func(ctx context.Context) error { _, err := s.Commit(ctx, other, in, erased); return err },
		"behind":       func(ctx context.Context) error { _, err := s.Behind(ctx, l, "0123456789"); return err },
		"chosen times": func(ctx context.Context) error { _, err := s.DueCalls(ctx, 1); return err },
		"called":       func(ctx context.Context) error { return s.Called(ctx, bot.Call{ID: "id", Address: in.Address}) },
		"quarantine":   func(ctx context.Context) error { _, err := s.Quarantine(ctx, in); return err },
		"settle": func(ctx context.Context) error {
			_, err := s.Settle(ctx, *lease, bot.Result{Verdict: bot.Sent, Message: "1"})
			return err
		},
		"take":          func(ctx context.Context) error { _, err := s.Take(ctx, lease.Lane, lease.Fence); return err },
		"due":           func(ctx context.Context) error { _, err := s.Due(ctx, 1); return err },
		"delivered":     func(ctx context.Context) error { return s.Delivered(ctx, lease.Row.Token, bot.Sent) },
		"load ticket":   func(ctx context.Context) error { _, err := s.LoadTicket(ctx, k.Chat.ID); return err },
		"commit ticket": func(ctx context.Context) error { _, err := s.CommitTicket(ctx, k, m, replied(k, "w", nil)); return err },
		"claim":         func(ctx context.Context) error { _, err := s.Claim(ctx, m); return err },
		"mine":          func(ctx context.Context) error { _, err := s.Mine(ctx, m.ID); return err },
		"overview":      func(ctx context.Context) error { _, err := s.Overview(ctx); return err },
		"overdue":       func(ctx context.Context) error { _, err := s.Overdue(ctx); return err },
		"sign":          func(ctx context.Context) error { return s.Sign(ctx, k.Chat.ID, m.ID) },
		"on duty":       func(ctx context.Context) error { return s.OnDuty(ctx, m) },
		"off duty":      func(ctx context.Context) error { return s.OffDuty(ctx, m.ID) },
		"duties":        func(ctx context.Context) error { _, err := s.Duties(ctx); return err },
		"audit":         func(ctx context.Context) error { return s.Audit(ctx, handoff.Act{Staff: m.ID}) },
		"subscribe":     func(ctx context.Context) error { _, _, err := s.Subscribe(ctx); return err },
		"deletions":     func(ctx context.Context) error { _, err := s.DueDeletions(ctx, 1); return err },
		"deleted":       func(ctx context.Context) error { return s.Deleted(ctx, "id") },
		"put off":       func(ctx context.Context) error { return s.PutOff(ctx, "id", time.Minute) },
		"cells":         func(ctx context.Context) error { _, err := s.Cells(ctx, "2026-01"); return err },
		"add cells":     func(ctx context.Context) error { return s.AddCells(ctx, "2026-01", map[flows.Count]int64{{}: 1}) },
		"release":       func(ctx context.Context) error { _, err := s.Release(ctx, "2026-01"); return err },
		"freeze":        func(ctx context.Context) error { _, err := s.Freeze(ctx, "2026-01", nil); return err },
		"months":        func(ctx context.Context) error { _, err := s.Months(ctx, []string{"2026-01"}); return err },
		"account":       func(ctx context.Context) error { _, err := s.Account(ctx, "id"); return err },
		"by name":       func(ctx context.Context) error { _, err := s.AccountByName(ctx, "name"); return err },
		"accounts":      func(ctx context.Context) error { _, err := s.Accounts(ctx); return err },
		"put account":   func(ctx context.Context) error { return s.PutAccount(ctx, staff.Account{ID: "id"}, 0) },
		"use step":      func(ctx context.Context) error { _, err := s.UseStep(ctx, "id", 1); return err },
		"put session":   func(ctx context.Context) error { return s.PutSession(ctx, "h", staff.Session{}, time.Minute) },
		"touch session": func(ctx context.Context) error { return s.TouchSession(ctx, "h", staff.Session{}, time.Minute) },
		"get session":   func(ctx context.Context) error { _, err := s.GetSession(ctx, "h"); return err },
		"end session":   func(ctx context.Context) error { return s.EndSession(ctx, "h") },
		"attempt":       func(ctx context.Context) error { _, err := s.Attempt(ctx, "k", 1, time.Minute); return err },
		"put door":      func(ctx context.Context) error { return s.PutDoor(ctx, "h", "id", time.Minute) },
		"take door":     func(ctx context.Context) error { _, err := s.TakeDoor(ctx, "h"); return err },
		"lead":          func(ctx context.Context) error { _, err := s.Lead(ctx, "j", time.Minute); return err },
		"watermark":     func(ctx context.Context) error { _, err := s.Watermark(ctx, "n"); return err },
		"set watermark": func(ctx context.Context) error { return s.SetWatermark(ctx, "n", time.Now()) },
		"rewrite":       func(ctx context.Context) error { _, err := s.Rewrite(ctx); return err },
		"ready":         func(ctx context.Context) error { return s.Ready(ctx) },
		"info":          func(ctx context.Context) error { _, err := s.Info(ctx); return err },
		"ping":          func(ctx context.Context) error { return s.Ping(ctx) },
		"now":           func(ctx context.Context) error { _, err := s.Now(ctx); return err },
	}
}
