package telegram

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sosin/bot"
	"sosin/bot/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testToken  = "900000000:test-token-canary"
	testSecret = "test-secret-canary"
	ann        = int64(900000001)
	bea        = int64(900000002)
)

// provider is the stand-in behind a real HTTP server, and a client for it.
func provider(t *testing.T, cfg simulator.TelegramConfig) (*simulator.Telegram, *Client) {
	t.Helper()
	cfg.Token, cfg.Insecure = testToken, true
	tg := simulator.NewTelegram(cfg)
	srv := httptest.NewServer(tg)
	c := client(t, srv.URL)
	t.Cleanup(func() {
		tg.Close()
		srv.Close()
	})
	return tg, c
}

func client(t *testing.T, url string) *Client {
	t.Helper()
	token, err := ParseToken(testToken)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(token, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func server(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// inbox is a Receiver that keeps what it committed.
type inbox struct {
	mu      sync.Mutex
	tried   []bot.Inbound
	got     []bot.Inbound
	decide  func(context.Context, bot.Inbound) error // nil: commit everything
	changed chan struct{}
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

func (b *inbox) Receive(ctx context.Context, in bot.Inbound) error {
	b.mu.Lock()
	decide := b.decide
	b.tried = append(b.tried, in)
	b.wake()
	b.mu.Unlock()
	if decide != nil {
		if err := decide(ctx, in); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, in)
	b.wake()
	return nil
}

func (b *inbox) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *inbox) set(decide func(context.Context, bot.Inbound) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decide = decide
}

func (b *inbox) texts(of int64) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, in := range b.got {
		if in.Address == address(of) {
			out = append(out, in.Input.Text)
		}
	}
	return out
}

func (b *inbox) attempts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.tried)
}

// await fails the test if cond does not come true.
func (b *inbox) await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx := patience(t)
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("never happened: %s", what)
		}
	}
}

func awaitProvider(t *testing.T, tg *simulator.Telegram, what string, cond func() bool) {
	t.Helper()
	if tg.Await(patience(t), cond) != nil {
		t.Fatalf("never happened: %s", what)
	}
}

func patience(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// start runs a loop and returns what stops it and waits for it.
func start(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// tally counts dispositions.
type tally struct {
	mu   sync.Mutex
	seen []Disposition
}

func (c *tally) add(d Disposition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, d)
}

func (c *tally) of(d Disposition) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, s := range c.seen {
		if s == d {
			n++
		}
	}
	return n
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
