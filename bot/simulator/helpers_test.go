package simulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token    = "123456:test-token_A"
	writer   = int64(900000001) // has written to the bot
	stranger = int64(900000002) // has an account, never wrote
	blocker  = int64(900000003)
	departed = int64(900000004)
	room     = int64(-900000001)
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// running keeps a stand-in's Run going until the test ends.
func running(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func newTelegram(t *testing.T, change func(*TelegramConfig)) (*Telegram, *ManualClock) {
	t.Helper()
	clock := NewManualClock(start)
	cfg := TelegramConfig{Token: token, Insecure: true, Clock: clock}
	if change != nil {
		change(&cfg)
	}
	tg := NewTelegram(cfg)
	t.Cleanup(tg.Close)
	return tg, clock
}

// populated has one chat of each kind that matters to a sender.
func populated(t *testing.T, change func(*TelegramConfig)) (*Telegram, *ManualClock) {
	t.Helper()
	tg, clock := newTelegram(t, change)
	tg.AddUser(User{ID: writer, FirstName: "canary-name", Username: "canary_user", LanguageCode: "et"})
	tg.AddUser(User{ID: stranger, FirstName: "canary-name"})
	tg.Write(writer, "hello")
	tg.Write(blocker, "hello")
	tg.Block(blocker)
	tg.Write(departed, "hello")
	tg.Deactivate(departed)
	tg.WriteInGroup(writer, room, "hello all")
	return tg, clock
}

type telegramAnswer struct {
	HTTP        int
	Header      http.Header
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// ask calls a method over HTTP without a network.
func ask(t *testing.T, tg *Telegram, method string, form url.Values) telegramAnswer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/bot"+token+"/"+method, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	tg.ServeHTTP(w, r)
	a := telegramAnswer{HTTP: w.Code, Header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("%s: answer is not JSON: %v", method, err)
	}
	return a
}

func must(t *testing.T, tg *Telegram, method string, form url.Values) json.RawMessage {
	t.Helper()
	a := ask(t, tg, method, form)
	if !a.OK {
		t.Fatalf("%s refused: %d %s", method, a.Code, a.Description)
	}
	return a.Result
}

// listener is the program under test's webhook: it keeps what came and answers
// what it is told to.
type listener struct {
	*httptest.Server
	mu       sync.Mutex
	requests []heard
	answer   func(n int, w http.ResponseWriter, body string)
}

type heard struct {
	path   string
	header http.Header
	body   string
}

func listen(t *testing.T, answer func(n int, w http.ResponseWriter, body string)) *listener {
	t.Helper()
	l := &listener{answer: answer}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	l.requests = append(l.requests, heard{r.URL.RequestURI(), r.Header.Clone(), string(body)})
	n := len(l.requests)
	l.mu.Unlock()
	if l.answer != nil {
		l.answer(n, w, string(body))
	}
}

func (l *listener) heard() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]heard(nil), l.requests...)
}

func status(code int) func(int, http.ResponseWriter, string) {
	return func(_ int, w http.ResponseWriter, _ string) { w.WriteHeader(code) }
}

// waitFor waits until a stand-in's state satisfies cond.
func waitFor(t *testing.T, await func(context.Context, func() bool) error, what string, cond func() bool) {
	t.Helper()
	if err := await(deadline(t), cond); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}
