package sms

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
)

// marks is a Leader and a Watermarks in memory.
type marks struct {
	mu     sync.Mutex
	led    bool
	leads  int
	lose   int // after so many leads another instance has the lease; 0: never
	err    error
	at     map[string]time.Time
	setErr error
}

func (m *marks) Lead(_ context.Context, job string, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leads++
	if job != SweepJob || ttl <= sweepEvery {
		return false, nil
	}
	return m.led && (m.lose == 0 || m.leads <= m.lose), m.err
}

func (m *marks) Watermark(_ context.Context, name string) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[name], nil
}

func (m *marks) SetWatermark(_ context.Context, name string, t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.setErr != nil {
		return m.setErr
	}
	if m.at == nil {
		m.at = map[string]time.Time{}
	}
	m.at[name] = t
	return nil
}

func (r *rig) sweep(m *marks) *Sweep {
	return &Sweep{Client: r.client, Receiver: r.ledger, Leader: m, Watermarks: m, Now: r.clock.Now}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// After an hour's outage every message is taken in, once, in the order in which it was written: for the person it is
// as if we had been slow, not deaf.
func TestSweepAfterAnOutage(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.write(t, anna, "before")
	noError(t, r.sweep(m).pass(t.Context()))
	r.ledger.failing(away)
	want := []string{anna + " before"}
	var last time.Time
	for i := range 12 {
		r.clock.Advance(5 * time.Minute)
		who := []string{anna, berta, carla}[i%3]
		r.write(t, who, strconv.Itoa(i))
		want, last = append(want, who+" "+strconv.Itoa(i)), r.clock.Now()
	}
	r.clock.Advance(time.Minute)
	if err := r.sweep(m).pass(t.Context()); err == nil || !m.at[SweepJob].Before(morning.Add(5*time.Minute)) {
		t.Fatal("the watermark passed messages that nobody has")
	}
	r.ledger.failing(nil)
	r.write(t, anna, "after") // through the webhook, before the sweep comes
	noError(t, r.sweep(m).pass(t.Context()))
	got := r.ledger.texts()
	if d := cmp.Diff(slices.Insert(want, 1, anna+" after"), got); d != "" {
		t.Error(d)
	}
	for i, in := range r.ledger.taken[2:] {
		if sent := morning.Add(time.Duration(i+1) * 5 * time.Minute); !in.Input.At.Equal(sent) {
			t.Errorf("message %d is dated %s, not %s", i, in.Input.At, sent)
		}
	}
	if mark := m.at[SweepJob]; mark.Before(last) {
		t.Errorf("watermark %s, last message %s", mark, last)
	}
	noError(t, r.sweep(m).pass(t.Context()))
	if d := cmp.Diff(got, r.ledger.texts()); d != "" {
		t.Errorf("the second pass changed something: %s", d)
	}
}

// A copy from the list and a copy from the webhook must be known as one.
func TestSweepNamesTheSameUpdate(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.write(t, anna, "Tere")
	noError(t, r.sweep(m).pass(t.Context()))
	if r.ledger.count() != 2 || len(r.ledger.taken) != 1 {
		t.Errorf("%d calls, %d messages", r.ledger.count(), len(r.ledger.taken))
	}
}

// One person's message that cannot be taken holds back what she wrote after it, so that nothing is answered out of order,
// but nobody else's; and it is not forgotten.
func TestSweepHoldsBackOnePerson(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.ledger.failing(away)
	for i, who := range []string{berta, anna, berta, anna} {
		r.clock.Advance(time.Minute)
		r.write(t, who, strconv.Itoa(i))
	}
	r.ledger.failing(func(in bot.Inbound) error {
		if in.Input.Text == "1" {
			return errAway
		}
		return nil
	})
	for range 2 {
		if r.sweep(m).pass(t.Context()) == nil {
			t.Error("the failure was not told")
		}
	}
	if d := cmp.Diff([]string{berta + " 0", berta + " 2"}, r.ledger.texts()); d != "" {
		t.Error(d)
	}
	if mark := m.at[SweepJob]; !mark.Before(morning.Add(2 * time.Minute)) {
		t.Errorf("the watermark passed the failed message: %s", mark)
	}
	r.ledger.failing(nil)
	noError(t, r.sweep(m).pass(t.Context()))
	if d := cmp.Diff([]string{anna + " 1", anna + " 3"}, r.ledger.texts()[2:]); d != "" {
		t.Error(d)
	}
}

// When the store is away a pass must not spend eight seconds on each of a thousand messages.
func TestSweepGivesUpWhenTheStoreIsAway(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.ledger.failing(away)
	for i := range 9 {
		r.write(t, "+3720000001"+strconv.Itoa(i), "Tere")
	}
	before := r.ledger.count()
	if r.sweep(m).pass(t.Context()) == nil || r.ledger.count()-before != sweepPatience {
		t.Errorf("%d attempts", r.ledger.count()-before)
	}
}

// Only one instance sweeps, and one that has lost the lease stops.
func TestSweepNeedsTheLease(t *testing.T) {
	r, m := newRig(t, nil), &marks{}
	for i := range 3 * sweepBatch {
		r.write(t, anna, strconv.Itoa(i))
	}
	before := r.ledger.count()
	noError(t, r.sweep(m).pass(t.Context()))
	m.err = errAway
	if err := r.sweep(m).pass(t.Context()); err == nil || cause(err) != errLease.Error() {
		t.Errorf("lease not readable: %q", cause(err))
	}
	if len(r.tw.Calls("list")) != 0 || r.ledger.count() != before {
		t.Error("swept without the lease")
	}
	m.led, m.err, m.leads, m.lose = true, nil, 0, 2
	noError(t, r.sweep(m).pass(t.Context()))
	if n := r.ledger.count() - before; n != 2*sweepBatch-1 {
		t.Errorf("%d messages handed on with a lost lease", n)
	}
}

// A first start, and one after a long time, looks back 48 hours: older words are not answered any more.
func TestSweepWindow(t *testing.T) {
	for name, mark := range map[string]time.Time{"first start": {}, "away for a week": morning.Add(-96 * time.Hour)} {
		r, m := newRig(t, nil), &marks{led: true}
		r.ledger.failing(away)
		r.write(t, anna, "too old")
		r.clock.Advance(time.Hour)
		r.write(t, anna, "old")
		r.clock.Advance(sweepBack - time.Minute)
		r.ledger.failing(nil)
		if !mark.IsZero() {
			noError(t, m.SetWatermark(t.Context(), SweepJob, mark))
		}
		var log strings.Builder
		s := r.sweep(m)
		s.Log = slog.New(slog.NewTextHandler(&log, nil))
		noError(t, s.pass(t.Context()))
		if d := cmp.Diff([]string{anna + " old"}, r.ledger.texts()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if told := strings.Contains(log.String(), "48 h"); told == mark.IsZero() {
			t.Errorf("%s: operator told: %v", name, told)
		}
	}
}

// The list may show a message only after a later one was taken in.
func TestSweepFindsWhatIsListedLate(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.ledger.failing(away)
	r.write(t, anna, "late")
	r.ledger.failing(nil)
	noError(t, m.SetWatermark(t.Context(), SweepJob, r.clock.Now().Add(sweepOverlap-time.Second)))
	r.clock.Advance(sweepOverlap)
	noError(t, r.sweep(m).pass(t.Context()))
	if len(r.ledger.taken) != 1 {
		t.Error("not found behind the watermark")
	}
	if mark := m.at[SweepJob]; mark.Before(morning.Add(sweepOverlap - time.Second)) {
		t.Errorf("the watermark went back to %s", mark)
	}
}

// Weeks without a message are no outage.
func TestSweepKeepsTheWatermarkFresh(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	noError(t, r.sweep(m).pass(t.Context()))
	first := m.at[SweepJob]
	r.clock.Advance(time.Hour)
	noError(t, r.sweep(m).pass(t.Context()))
	if got := m.at[SweepJob]; first.IsZero() || !got.Equal(first.Add(time.Hour)) {
		t.Errorf("watermark %s after %s", got, first)
	}
	m.setErr = errAway
	r.clock.Advance(time.Hour)
	if err := r.sweep(m).pass(t.Context()); cause(err) != errWatermark.Error() {
		t.Errorf("watermark not written: %q", cause(err))
	}
}

func TestSweepReadsFurtherPagesInOrder(t *testing.T) {
	r := newRig(t, nil)
	r.ledger.failing(away)
	var want []string
	for i := range 5 {
		r.write(t, anna, strconv.Itoa(i)) // all within one second
		want = append(want, anna+" "+strconv.Itoa(i))
	}
	small := &shrink{size: "2", rt: http.DefaultTransport.(*http.Transport).Clone()}
	t.Cleanup(small.rt.CloseIdleConnections)
	r.client.http.Transport = small
	r.ledger.failing(nil)
	noError(t, r.sweep(&marks{led: true}).pass(t.Context()))
	if d := cmp.Diff(want, r.ledger.texts()); d != "" {
		t.Error(d)
	}
	if n := len(r.tw.Calls("list")); n < 3 {
		t.Errorf("%d pages", n)
	}
}

// shrink makes pages small, so that few messages fill several.
type shrink struct {
	size string
	rt   *http.Transport
}

func (s *shrink) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	q := r.URL.Query()
	if q.Has("PageSize") {
		q.Set("PageSize", s.size)
	}
	r.URL.RawQuery = q.Encode()
	return s.rt.RoundTrip(r)
}

// Pictures count as well as words; what we sent ourselves does not.
func TestSweepTakesPicturesAndSkipsOurs(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.WebhookURL, theirs.FallbackURL = "", "" })
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "ours"}))(t)
	r.tw.WriteMMS(anna, "see", 2)
	r.tw.Write("CanaryBank", "machine")
	noError(t, r.sweep(&marks{led: true}).pass(t.Context()))
	if len(r.ledger.taken) != 1 || r.ledger.taken[0].Input.Kind != flows.Media || r.ledger.taken[0].Input.Text != "see" {
		t.Errorf("%d messages taken", len(r.ledger.taken))
	}
}

func TestSweepBehindAService(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
		theirs.MessagingServiceSID, ours.From = service, service
	})
	r.ledger.failing(away)
	r.write(t, anna, "Tere")
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "ours"}))(t)
	r.await(t, "our text", func() bool {
		return slices.ContainsFunc(r.tw.Texts(anna), func(x simulator.Text) bool { return x.Body == "ours" })
	})
	r.ledger.failing(nil)
	other := *r.client
	other.service = "MG" + strings.Repeat("f", 32)
	foreign := r.sweep(&marks{led: true})
	foreign.Client = &other
	noError(t, foreign.pass(t.Context()))
	if len(r.ledger.taken) != 0 {
		t.Error("took another service's message")
	}
	noError(t, r.sweep(&marks{led: true}).pass(t.Context()))
	if d := cmp.Diff([]string{anna + " Tere"}, r.ledger.texts()); d != "" {
		t.Error(d)
	}
	if r.tw.Calls("list")[0].Params.Has("To") {
		t.Error("listed by one number")
	}
}

// Promise 4: the numbers sent while the store was away leave a record with her number in it that no row knows of.
func TestSweepDeletesFallbackRecords(t *testing.T) {
	r := newRig(t, nil)
	r.ledger.failing(away)
	sid := r.write(t, anna, "aita")
	r.await(t, "the numbers", func() bool { return len(r.tw.Texts(anna)) == 2 })
	sent := must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "ours"}))(t)
	r.await(t, "our text", func() bool { return len(r.tw.Texts(anna)) == 3 })
	r.ledger.failing(nil)
	m := &marks{led: true}
	noError(t, r.sweep(m).pass(t.Context()))
	if d := cmp.Diff([]string{sid, sent}, r.tw.Records()); d != "" {
		t.Errorf("records left: %s", d)
	}
}

func TestSweepWhileTwilioIsAway(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.ledger.failing(away)
	r.write(t, anna, "Tere")
	r.ledger.failing(nil)
	r.tw.Fail(simulator.Fault{Operation: "list", Times: 1, Status: 500})
	if err := r.sweep(m).pass(t.Context()); sendErr(t, err).Code != 20500 || len(m.at) != 0 {
		t.Error("the watermark moved though nothing could be read")
	}
	noError(t, r.sweep(m).pass(t.Context()))
	if len(r.ledger.taken) != 1 {
		t.Error("the message was not found later")
	}
}

// Run sweeps at start and goes on after failures; what it logs names nobody.
func TestRun(t *testing.T) {
	r, m := newRig(t, nil), &marks{led: true}
	r.ledger.failing(away)
	sid := r.write(t, anna, "canary text")
	arrived, log := make(chan struct{}), &strings.Builder{}
	fails := 2
	r.ledger.failing(func(bot.Inbound) error {
		if fails--; fails >= 0 {
			return errAway
		}
		if fails == -1 {
			close(arrived)
		}
		return nil
	})
	s := r.sweep(m)
	s.Every, s.Log = time.Millisecond, slog.New(slog.NewJSONHandler(log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-arrived
	cancel()
	noError(t, <-done)
	if strings.Count(log.String(), errReceive.Error()) < 2 {
		t.Errorf("two failed passes, logged: %s", log)
	}
	for _, word := range []string{anna[1:], "canary", sid, secret, account} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log tells %q", word)
		}
	}
}
