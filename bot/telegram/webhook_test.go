package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
)

func webhook(t *testing.T, r Receiver, c Counter) *Webhook {
	t.Helper()
	secret, err := ParseSecret(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewWebhook(secret, r, c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// Strangers get nothing done, and nothing of what they send is even read (T1).
func TestWebhookRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		header       map[string]string
		status       int
	}{
		{"no secret", "POST", nil, 401},
		{"empty secret", "POST", map[string]string{"X-Telegram-Bot-Api-Secret-Token": ""}, 401},
		{"wrong secret", "POST", map[string]string{"X-Telegram-Bot-Api-Secret-Token": "test-secret-canarz"}, 401},
		{"prefix of the secret", "POST", map[string]string{"X-Telegram-Bot-Api-Secret-Token": testSecret[:5]}, 401},
		{"secret and more", "POST", map[string]string{"X-Telegram-Bot-Api-Secret-Token": testSecret + "x"}, 401},
		{"secret as another header", "POST", map[string]string{"Authorization": testSecret}, 401},
		{"get", "GET", map[string]string{"X-Telegram-Bot-Api-Secret-Token": testSecret}, 405},
		{"put", "PUT", map[string]string{"X-Telegram-Bot-Api-Secret-Token": testSecret}, 405},
		{"compressed", "POST", map[string]string{"X-Telegram-Bot-Api-Secret-Token": testSecret, "Content-Encoding": "gzip"}, 415},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, count := newInbox(), &tally{}
			req := httptest.NewRequestWithContext(t.Context(), tt.method, "/telegram", untouchable{t})
			for k, v := range tt.header {
				req.Header.Set(k, v)
			}
			rec := httptest.NewRecorder()
			webhook(t, in, count.add).ServeHTTP(rec, req)
			if rec.Code != tt.status || rec.Body.Len() != 0 {
				t.Errorf("status %d, body %q", rec.Code, rec.Body)
			}
			if in.attempts() != 0 || count.of(Refused) != 1 {
				t.Errorf("%d calls, counted %v", in.attempts(), count.seen)
			}
		})
	}
}

func post(t *testing.T, h http.Handler, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/telegram", body)
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", testSecret)
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

type waitLonger time.Duration

func (waitLonger) Error() string               { return "away" }
func (w waitLonger) RetryAfter() time.Duration { return time.Duration(w) }

// Each status decides whether Telegram drops the update or blocks that person's chat with it.
func TestWebhookAnswers(t *testing.T) {
	tap := `{"update_id":41,"callback_query":{"id":"77",` + from + `,"data":"a|1|1"}}`
	group := strings.ReplaceAll(msg(`,"text":"hi"`), private, `"chat":{"id":-100900000003,"type":"group"}`)
	for _, tt := range []struct {
		name, body string
		err        error
		status     int
		retry      string
		reply      string
		calls      int
		count      Disposition
	}{
		{"committed", msg(`,"text":"a"`), nil, 200, "", "", 1, Committed},
		{"a tap's spinner is stopped", tap, nil, 200, "", `{"method":"answerCallbackQuery","callback_query_id":"77"}`, 1, Committed},
		{"store away", msg(`,"text":"a"`), errors.New("away"), 503, "5", "", 1, Deferred},
		{"a tap with the store away", tap, errors.New("away"), 503, "5", "", 1, Deferred},
		{"store away for longer", msg(`,"text":"a"`), waitLonger(30500 * time.Millisecond), 503, "31", "", 1, Deferred},
		{"never shorter", msg(`,"text":"a"`), waitLonger(0), 503, "5", "", 1, Deferred},
		{"no longer than Telegram obeys", msg(`,"text":"a"`), waitLonger(48 * time.Hour), 503, "3600", "", 1, Deferred},
		{"a group is left", group, nil, 200, "", `{"method":"leaveChat","chat_id":-100900000003}`, 0, Ignored},
		{"unknown kind", `{"update_id":41,"telepathy":{}}`, nil, 200, "", "", 0, Ignored},
		{"not JSON", `canary`, nil, 200, "", "", 0, Malformed},
		{"invalid UTF-8", msg(`,"text":"` + "\xff" + `"`), nil, 200, "", "", 1, Committed},
		{"numbers out of range", `{"update_id":1e999}`, nil, 200, "", "", 0, Malformed},
		{"deep", strings.Repeat(`[`, 20000), nil, 200, "", "", 0, Malformed},
		{"a form", strings.Repeat("k=v&", 60000), nil, 200, "", "", 0, Malformed},
		{"largest", msg(`,"text":"a"`) + strings.Repeat(" ", bodyMax-len(msg(`,"text":"a"`))), nil, 200, "", "", 1, Committed},
		{"too large", strings.Repeat(" ", bodyMax+1), nil, 413, "", "", 0, Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, count := newInbox(), &tally{}
			in.set(func(context.Context, bot.Inbound) error { return tt.err })
			rec := post(t, webhook(t, in, count.add), strings.NewReader(tt.body))
			if rec.Code != tt.status || rec.Header().Get("Retry-After") != tt.retry {
				t.Errorf("status %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
			}
			if got := strings.TrimSpace(rec.Body.String()); got != tt.reply {
				t.Errorf("reply %q", got)
			}
			if in.attempts() != tt.calls || count.of(tt.count) != 1 || len(count.seen) != 1 {
				t.Errorf("%d calls, counted %v", in.attempts(), count.seen)
			}
		})
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

// A body without end must cost bounded memory and get an answer (T10).
func TestWebhookEndlessBody(t *testing.T) {
	body := &endless{}
	if rec := post(t, webhook(t, newInbox(), nil), body); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", rec.Code)
	}
	if body.read > 2*bodyMax {
		t.Errorf("%d bytes were read", body.read)
	}
}

// A body cut short on the way must come again, not be taken for nonsense and dropped.
func TestWebhookBodyCutShort(t *testing.T) {
	body := io.MultiReader(strings.NewReader(msg(``)[:20]), brokenReader{})
	if rec := post(t, webhook(t, newInbox(), nil), body); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", rec.Code)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A commit that hangs must end before Telegram gives up, or the chat would be blocked for a minute instead of seconds.
func TestWebhookDeadline(t *testing.T) {
	in := newInbox()
	var left time.Duration
	in.set(func(ctx context.Context, _ bot.Inbound) error {
		d, _ := ctx.Deadline()
		left = time.Until(d)
		return nil
	})
	post(t, webhook(t, in, nil), strings.NewReader(msg(`,"text":"a"`)))
	if left <= 0 || left > 8*time.Second {
		t.Errorf("deadline in %v", left)
	}
}

type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// A body that trickles in must not hold a connection for ever (T11); once it is here, the commit must not be cut off by
// the same deadline.
func TestWebhookSlowBody(t *testing.T) {
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	in := newInbox()
	in.set(func(context.Context, bot.Inbound) error {
		if len(w.set) != 2 || w.set[0].IsZero() || !w.set[1].IsZero() {
			t.Errorf("deadlines %v", w.set)
		}
		return nil
	})
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/telegram", strings.NewReader(msg(`,"text":"a"`)))
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", testSecret)
	webhook(t, in, nil).ServeHTTP(w, req)
	if w.Code != http.StatusOK || in.attempts() != 1 {
		t.Errorf("status %d, %d calls", w.Code, in.attempts())
	}
}

// delivered runs the stand-in with our webhook registered by our client.
func delivered(t *testing.T, in *inbox) (*simulator.Telegram, *simulator.ManualClock) {
	t.Helper()
	clock := simulator.NewManualClock(at)
	tg, c := provider(t, simulator.TelegramConfig{Clock: clock})
	hook := server(t, webhook(t, in, nil).ServeHTTP)
	secret, _ := ParseSecret(testSecret)
	if err := c.Register(t.Context(), hook.URL+"/telegram", secret); err != nil {
		t.Fatal(err)
	}
	start(t, tg.Run)
	return tg, clock
}

// A message written while the store is away arrives once it is back, five seconds later and not after minutes.
func TestWebhookOutageLosesNothing(t *testing.T) {
	in := newInbox()
	in.set(func(context.Context, bot.Inbound) error { return errors.New("away") })
	tg, clock := delivered(t, in)
	tg.Write(ann, "aita")
	awaitProvider(t, tg, "refused for now", func() bool { return len(tg.Deliveries()) == 1 })
	next, waiting := tg.NextAttempt()
	if !waiting || next.Sub(clock.Now()) != 5*time.Second {
		t.Fatalf("next attempt in %v", next.Sub(clock.Now()))
	}
	in.set(nil)
	clock.Advance(5 * time.Second)
	awaitProvider(t, tg, "delivered", func() bool { return tg.Pending() == 0 })
	equal(t, in.texts(ann), []string{"aita"})
	if d := tg.Deliveries(); d[0].Status != 503 || d[1].Status != 200 {
		t.Errorf("deliveries %+v", d)
	}
}

// A button that keeps spinning reads as "this does not work".
func TestWebhookStopsSpinner(t *testing.T) {
	in := newInbox()
	tg, _ := delivered(t, in)
	c := client(t, serverOf(t, tg))
	tg.Write(ann, "tere")
	if _, err := c.Send(t.Context(), address(ann), bot.Outbound{Text: "?", Buttons: []bot.Button{{Label: "1 jah", Data: "entry.safe|1|1"}}}); err != nil {
		t.Fatal(err)
	}
	chat := tg.Chat(ann)
	if tg.Tap(ann, chat[len(chat)-1].ID, "1 jah") == 0 {
		t.Fatal("no button")
	}
	awaitProvider(t, tg, "the spinner stops", func() bool {
		calls := tg.Calls("answerCallbackQuery")
		return len(calls) == 1 && calls[0].Done && calls[0].InReply
	})
}

func serverOf(t *testing.T, tg *simulator.Telegram) string {
	t.Helper()
	return server(t, tg.ServeHTTP).URL
}

// In a group everybody would read along: the bot leaves without a word (T8).
func TestWebhookLeavesGroup(t *testing.T) {
	in := newInbox()
	tg, _ := delivered(t, in)
	tg.WriteInGroup(ann, -900000003, "hi")
	awaitProvider(t, tg, "left", func() bool {
		calls := tg.Calls("leaveChat")
		return len(calls) == 1 && calls[0].Done
	})
	if in.attempts() != 0 || len(tg.Calls("sendMessage")) != 0 {
		t.Error("the group was talked to")
	}
}
