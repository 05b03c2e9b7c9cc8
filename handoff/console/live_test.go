package console

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sosin/handoff/staff"
)

// listen opens a stream and returns its events, each as "name data".
func (w *world) listen(t *testing.T, cookie *http.Cookie, edit ...func(*http.Request)) (<-chan string, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req := w.request("GET", "/live", nil, cookie).WithContext(ctx)
	req.Header.Set("Accept", "text/event-stream")
	for _, e := range edit {
		e(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	events := make(chan string, 1000)
	go func() {
		defer close(events)
		defer res.Body.Close()
		name := ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = n
			} else if d, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- strings.TrimSpace(name + " " + d)
			}
		}
	}()
	return events, cancel
}

// next waits for an event that is not one of the others it passes over.
func next(t *testing.T, events <-chan string, over ...string) string {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				return "end"
			}
			if len(over) > 0 && strings.Contains(strings.Join(over, "|"), e) {
				continue
			}
			return e
		case <-deadline:
			t.Fatal("no event came")
		}
	}
}

// T27: a stream names the tickets of its own counsellor and nobody else's.
func TestAStreamNamesOnlyOnesOwnTickets(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1))
	w.waits(ticketID(2))
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	w.holds(ticketID(2), staff.Account{ID: "another"})
	events, _ := w.listen(t, w.session(staff.Counsellor), func(r *http.Request) { r.Header.Set("Last-Event-ID", ticketID(2)+" 1; DROP") })
	if e := next(t, events, "beat"); e != "hello" {
		t.Fatalf("first %q", e)
	}
	w.hint(ticketID(2))
	if e := next(t, events, "beat"); e != "queue" {
		t.Errorf("another's ticket changed: %q", e)
	}
	w.says(ticketID(1), "canary")
	if e := next(t, events, "beat"); e != "chat "+ticketID(1) {
		t.Errorf("my ticket changed: %q", e)
	}
	if e := next(t, events, "beat"); e != "queue" {
		t.Errorf("and then %q", e)
	}
}

func TestHintsThatComeTogetherAreToldTogether(t *testing.T) {
	w := newWorld(t)
	w.console.coalesce = 300 * time.Millisecond
	w.waits(ticketID(1))
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	events, _ := w.listen(t, w.session(staff.Counsellor))
	next(t, events, "beat")
	for range 50 {
		w.hint(ticketID(1))
	}
	if e := next(t, events, "beat"); e != "chat "+ticketID(1) {
		t.Errorf("%q", e)
	}
	if e := next(t, events, "beat"); e != "queue" {
		t.Errorf("fifty hints became more than one: %q", e)
	}
}

// T22: an open stream ends within five seconds of the session's end, whatever ended it.
func TestAStreamDiesWithItsSession(t *testing.T) {
	if recheckEvery >= 5*time.Second {
		t.Error("the session is looked at too seldom")
	}
	for name, end := range map[string]func(*world, *http.Cookie){
		"disabled": func(w *world, _ *http.Cookie) {
			_ = w.console.Accounts.Disable(t.Context(), w.accounts[staff.Counsellor].ID)
		},
		"reset": func(w *world, _ *http.Cookie) {
			_, _ = w.console.Accounts.Reset(t.Context(), w.accounts[staff.Counsellor].ID)
		},
		"signed out": func(w *world, c *http.Cookie) { _ = w.console.Gate.SignOut(t.Context(), c.Value) },
		"idle":       func(w *world, _ *http.Cookie) { w.pass(staff.Idle) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cookie := w.session(staff.Counsellor)
			events, _ := w.listen(t, cookie)
			next(t, events, "beat")
			began := time.Now()
			end(w, cookie)
			if e := next(t, events, "beat"); e != "signed_out" {
				t.Errorf("%q", e)
			}
			if e := next(t, events); e != "end" {
				t.Errorf("the stream goes on: %q", e)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it lived on for %v", took)
			}
		})
	}
}

func TestStreamsAreCappedAndGivenBack(t *testing.T) {
	w := newWorld(t)
	cookie := w.session(staff.Counsellor)
	var stop []context.CancelFunc
	for range maxStreams {
		events, cancel := w.listen(t, cookie)
		next(t, events, "beat")
		stop = append(stop, cancel)
	}
	req := w.request("GET", "/live", nil, w.session(staff.Counsellor)) // another session of the same person
	if res := w.do(req); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one too many: %d", res.StatusCode)
	}
	for _, cancel := range stop {
		cancel()
	}
	until(t, "places are given back", 5*time.Second, func() bool {
		w.console.streams.mu.Lock()
		defer w.console.streams.mu.Unlock()
		return len(w.console.streams.open) == 0
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.open) != 0 {
		t.Errorf("%d subscriptions are left behind", len(w.open))
	}
}

func TestAStreamIsForOurOwnPagesOnly(t *testing.T) {
	w := newWorld(t)
	for name, header := range map[string][2]string{
		"foreign origin": {"Origin", "https://evil.example"}, "cross-site": {"Sec-Fetch-Site", "cross-site"}, "same-site": {"Sec-Fetch-Site", "same-site"},
	} {
		req := w.request("GET", "/live", nil, w.session(staff.Counsellor))
		req.Header.Set(header[0], header[1])
		if res := w.do(req); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	for _, role := range []staff.Role{staff.Coordinator, staff.Admin} {
		if res := w.ask("GET", "/live", nil, w.session(role)); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", role, res.StatusCode)
		}
	}
	req := w.request("GET", "/live", nil)
	req.Header.Set("Accept", "text/event-stream")
	if res := w.do(req); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("before sign-in: %d", res.StatusCode)
	}
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	w := newWorld(t)
	w.console.beat = 500 * time.Millisecond
	w.server = httptest.NewUnstartedServer(w.console)
	w.server.Config.ReadTimeout, w.server.Config.WriteTimeout, w.server.Config.IdleTimeout = 200*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
	w.server.Start()
	defer w.server.Close()
	events, cancel := w.listen(t, w.session(staff.Counsellor))
	defer cancel()
	for _, want := range []string{"hello", "beat", "beat", "beat"} {
		if e := next(t, events); e != want {
			t.Fatalf("%q, want %q", e, want)
		}
	}
}
