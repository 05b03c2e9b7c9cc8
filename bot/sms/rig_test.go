package sms

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sosin/bot"
	"sosin/bot/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account  = "AC0123456789abcdef0123456789abcdef"
	service  = "MG0123456789abcdef0123456789abcdef"
	secret   = "canarytoken0123456789"
	helpline = "+37200000099"
	anna     = "+37200000001"
	berta    = "+37200000002"
	carla    = "+37200000003"
	public   = "https://helpline.example"
	numbers  = "Abi/Помощь/Help: 116 006 (24h)\nOht/Опасность/Danger: 112 <&>"
)

var (
	morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	errAway = errors.New("store away; canary " + anna)
)

// ledger is a Receiver that, as the store, takes each update once.
type ledger struct {
	mu    sync.Mutex
	calls int
	taken []bot.Inbound
	fail  func(bot.Inbound) error
}

func (l *ledger) Receive(_ context.Context, in bot.Inbound) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if l.fail != nil {
		if err := l.fail(in); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(l.taken, func(o bot.Inbound) bool { return o.Update == in.Update }) {
		l.taken = append(l.taken, in)
	}
	return nil
}

func (l *ledger) failing(f func(bot.Inbound) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = f
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// texts lists what was taken, as "number text".
func (l *ledger) texts() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, in := range l.taken {
		all = append(all, in.Address.Reveal()+" "+in.Input.Text)
	}
	return all
}

func away(bot.Inbound) error { return errAway }

// reports is a Deliveries that writes everything down.
type reports struct {
	mu   sync.Mutex
	fail error
	got  map[string][]DeliveryStatus
}

func (d *reports) Delivered(_ context.Context, token string, s DeliveryStatus) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	if d.got == nil {
		d.got = map[string][]DeliveryStatus{}
	}
	d.got[token] = append(d.got[token], s)
	return nil
}

func (d *reports) of(token string) []DeliveryStatus {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got[token])
}

// rig is the three doors and a client on one side, the stand-in on the other, with real HTTP between them.
type rig struct {
	tw      *simulator.Twilio
	clock   *simulator.ManualClock
	ledger  *ledger
	reports *reports
	client  *Client
	api     *httptest.Server
}

// proxy carries requests for the public address to a local listener, as a reverse proxy does: the program sees another
// host and scheme than Twilio signed.
type proxy struct {
	host string
	http.Transport
}

func (p *proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", p.host, "elsewhere.example"
	return p.Transport.RoundTrip(r)
}

func newRig(t *testing.T, change func(*simulator.TwilioConfig, *Config)) *rig {
	t.Helper()
	r := &rig{clock: simulator.NewManualClock(morning), ledger: &ledger{}, reports: &reports{}}
	doors := httptest.NewServer(mux(t, r.ledger, r.reports))
	t.Cleanup(doors.Close)
	way := &proxy{host: strings.TrimPrefix(doors.URL, "http://")}
	t.Cleanup(way.CloseIdleConnections)
	theirs := simulator.TwilioConfig{
		AccountSID: account, AuthToken: secret, From: helpline, Clock: r.clock, Transport: way,
		WebhookURL: public + WebhookPath, FallbackURL: public + FallbackPath,
	}
	ours := Config{AccountSID: account, AuthToken: NewAuthToken(secret), From: helpline, PublicURL: public, Now: r.clock.Now}
	if change != nil {
		change(&theirs, &ours)
	}
	r.tw = simulator.NewTwilio(theirs)
	t.Cleanup(r.tw.Close)
	r.api = httptest.NewServer(r.tw)
	t.Cleanup(r.api.Close)
	ours.API = r.api.URL
	r.client = must(NewClient(ours))(t)
	t.Cleanup(r.client.Close)
	r.run(t)
	return r
}

func mux(t *testing.T, l *ledger, d *reports) http.Handler {
	v := must(NewVerifier(public, NewAuthToken(secret)))(t)
	m := http.NewServeMux()
	m.Handle(WebhookPath, NewWebhook(v, l))
	m.Handle(StatusPath, NewStatus(v, d))
	m.Handle(FallbackPath, must(NewFallback(v, numbers))(t))
	return m
}

func (r *rig) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.tw.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// await waits for a condition of the stand-in.
func (r *rig) await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.tw.Await(ctx, cond); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

// write sends a text and waits until the webhook, and the fallback if it was asked, have answered.
func (r *rig) write(t *testing.T, number, text string) string {
	t.Helper()
	sid := r.tw.Write(number, text)
	r.await(t, "the webhook", func() bool {
		for _, h := range r.tw.Deliveries() {
			if h.SID == sid && (h.Kind == "fallback" || h.Status == http.StatusOK) {
				return true
			}
		}
		return false
	})
	return sid
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// post is a request as Twilio signs it for the address.
func post(path string, form url.Values) *http.Request {
	return signedBy(secret, public+path, path, form)
}

func signedBy(token, address, path string, form url.Values) *http.Request {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("X-Twilio-Signature", simulator.Signature(token, address, form))
	return req
}

func answer(h http.Handler, req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

const someSID = "SM0123456789abcdef0123456789abcdef"

func aMessage(change func(url.Values)) url.Values {
	form := url.Values{"MessageSid": {someSID}, "AccountSid": {account}, "From": {anna}, "To": {helpline}, "Body": {"Tere"}, "NumMedia": {"0"}}
	if change != nil {
		change(form)
	}
	return form
}

func sendErr(t *testing.T, err error) *bot.SendError {
	t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) {
		t.Fatalf("not a SendError: %T", err)
	}
	return e
}
