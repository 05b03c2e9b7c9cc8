package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func decode(t *testing.T, raw []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("decoding: %v", err)
	}
}

func setHook(t *testing.T, tg *Telegram, address string, more ...string) {
	t.Helper()
	form := url.Values{"url": {address}, "secret_token": {"s3cret"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	must(t, tg, "setWebhook", form)
}

// attempts waits until n attempts have ended.
func attempts(t *testing.T, tg *Telegram, n int) []Delivery {
	t.Helper()
	waitFor(t, tg.Await, strconv.Itoa(n)+" attempts", func() bool { return len(tg.Deliveries()) >= n })
	return tg.Deliveries()
}

// server, WebhookActor::on_update_error: at once, then 2, 4, 8 ... 60 s. A program
// that answers 503 too long would otherwise be tested against a kinder server.
func TestDeliveryRetrySchedule(t *testing.T) {
	tg, clock := newTelegram(t, nil)
	l := listen(t, status(http.StatusServiceUnavailable))
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	tg.Write(writer, "hello")
	var gaps []int
	for n, last := 2, start; n <= 9; n++ {
		got := attempts(t, tg, n)
		gaps = append(gaps, int(got[n-1].At.Sub(last)/time.Second))
		last = got[n-1].At
		next, _ := tg.NextAttempt()
		clock.Set(next)
	}
	if want := []int{0, 2, 4, 8, 16, 32, 60, 60}; !slices.Equal(gaps, want) {
		t.Errorf("seconds between attempts: %v, want %v", gaps, want)
	}
	var info webhookInfo
	decode(t, must(t, tg, "getWebhookInfo", nil), &info)
	if info.Pending != 1 || info.ErrorDate == 0 || !strings.Contains(info.ErrorMessage, "503") {
		t.Errorf("getWebhookInfo: %+v", info)
	}
}

// server, WebhookActor: a Retry-After header is obeyed up to 3600 s.
func TestDeliveryObeysRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "99999": time.Hour} {
		tg, _ := newTelegram(t, nil)
		l := listen(t, func(_ int, w http.ResponseWriter, _ string) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		setHook(t, tg, l.URL)
		running(t, tg.Run)
		tg.Write(writer, "hello")
		attempts(t, tg, 1)
		if next, _ := tg.NextAttempt(); next.Sub(start) != want {
			t.Errorf("Retry-After %s: next attempt after %v, want %v", header, next.Sub(start), want)
		}
	}
}

// Getting updates: messages are kept 24 hours; server: taps 150 s. This is why a
// button needs a typed equivalent.
func TestDeliveryExpires(t *testing.T) {
	tg, clock := populated(t, nil)
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	before := tg.Pending()
	tg.Tap(writer, tg.Chat(writer)[1].ID, "yes")
	clock.Advance(TapLife - time.Second)
	if got := tg.Pending(); got != before+1 {
		t.Errorf("after 149 s %d pending, want the tap too", got)
	}
	clock.Advance(time.Second)
	if got := tg.Pending(); got != before {
		t.Errorf("after 150 s %d pending, want the tap gone", got)
	}
	clock.Advance(MessageLife)
	if got := tg.Pending(); got != 0 {
		t.Errorf("after a day %d pending, want none", got)
	}
}

// An update whose next attempt would come after its expiry is dropped, and says so.
func TestDeliveryGivesUpATap(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	l := listen(t, func(_ int, w http.ResponseWriter, body string) {
		if strings.Contains(body, "callback_query") {
			w.Header().Set("Retry-After", "151")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	tg.Write(writer, "hello")
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	tg.Tap(writer, tg.Chat(writer)[1].ID, "yes")
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	attempts(t, tg, 2)
	i := slices.IndexFunc(tg.Deliveries(), func(d Delivery) bool { return d.Kind == "callback_query" })
	if d := tg.Deliveries()[i]; !d.Dropped || tg.Pending() != 0 {
		t.Errorf("the tap was kept: %+v", d)
	}
}

// server: one queue per chat for messages and edits, one per user for taps: a
// failing message holds back the chat's next message and its edit, never a tap or
// another person.
func TestDeliveryOrder(t *testing.T) {
	tg, clock := newTelegram(t, nil)
	l := listen(t, func(n int, w http.ResponseWriter, body string) {
		if strings.Contains(body, `"text":"first"`) && n == 1 {
			w.Header().Set("Retry-After", "100")
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	first := tg.Write(writer, "first")
	attempts(t, tg, 1)
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	second := tg.Write(writer, "second")
	edit := tg.Edit(writer, 1, "first, mended")
	tapped := tg.Tap(writer, 2, "yes")
	other := tg.Write(stranger, "hello")
	attempts(t, tg, 3)
	next, ok := tg.NextAttempt()
	if !ok {
		t.Fatal("the failed message is not waiting")
	}
	clock.Set(next)
	var order []int64
	for _, d := range attempts(t, tg, 6) {
		order = append(order, d.UpdateID)
	}
	early := slices.Sorted(slices.Values(order[1:3]))
	if !slices.Equal(early, []int64{tapped, other}) || !slices.Equal(order[3:], []int64{first, second, edit}) {
		t.Errorf("order %v; first %d second %d edit %d tap %d other %d", order, first, second, edit, tapped, other)
	}
	if !slices.IsSorted([]int64{first, second, edit, tapped, other}) {
		t.Error("update_id must ascend")
	}
}

// Only one update of a queue is under way at a time; setWebhook: max_connections
// bounds them all.
func TestDeliveryConcurrency(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	for i := range int64(6) {
		tg.Write(writer+i, "one")
		tg.Write(writer+i, "two")
	}
	l := listen(t, nil)
	setHook(t, tg, l.URL, "max_connections", "4")
	jobs, _ := tg.due(start)
	if more, _ := tg.due(start); len(jobs) != 4 || len(more) != 0 {
		t.Fatalf("%d at once and then %d, max_connections is 4", len(jobs), len(more))
	}
	jobs[0](t.Context())
	if more, _ := tg.due(start); len(more) != 1 {
		t.Fatalf("%d follow the first that ended, want 1", len(more))
	}
	must(t, tg, "setWebhook", url.Values{"url": {l.URL}, "max_connections": {"100"}})
	if all, _ := tg.due(start); len(all) != 6 {
		t.Errorf("%d at once, want one of each chat", len(all))
	}
}

// setWebhook: secret_token goes into a header of every request; a method in the
// answer is carried out.
func TestDeliveryHeaderAndReply(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	l := listen(t, func(_ int, w http.ResponseWriter, body string) {
		var u struct {
			Query struct{ ID string } `json:"callback_query"`
		}
		if json.Unmarshal([]byte(body), &u) == nil && u.Query.ID != "" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"method":"answerCallbackQuery","callback_query_id":%q}`, u.Query.ID)
			return
		}
		fmt.Fprint(w, `{"method":"deleteWebhook"}`) // must be ignored
	})
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	tg.Write(writer, "hello")
	attempts(t, tg, 1)
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	tg.Tap(writer, 2, "yes")
	waitFor(t, tg.Await, "the tap's answer", func() bool { return len(tg.Calls("answerCallbackQuery")) == 1 })
	if c := tg.Calls("answerCallbackQuery")[0]; !c.Done || !c.InReply {
		t.Errorf("not carried out from the answer: %+v", c)
	}
	if h := l.heard()[0]; h.header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" || h.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers: %v", h.header)
	}
	if len(tg.Calls("deleteWebhook")) != 0 || len(tg.Calls("getMe")) != 0 {
		t.Error("a method that a webhook may not answer was carried out")
	}
}

// setWebhook: allowed_updates; drop_pending_updates; a webhook set anew delivers at once.
func TestWebhookSettings(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	must(t, tg, "setWebhook", url.Values{"url": {"http://127.0.0.1:1/"}, "allowed_updates": {`["message"]`}})
	if tg.Write(writer, "hello") == 0 || tg.Block(writer) != 0 {
		t.Error("only messages were asked for")
	}
	if tg.Write(writer, "again") != 0 {
		t.Error("who has blocked the bot cannot write to it")
	}
	running(t, tg.Run)
	attempts(t, tg, 2)
	if d := tg.Deliveries()[1]; d.Status != 0 {
		t.Errorf("nobody listens there, yet status %d", d.Status)
	}
	l := listen(t, nil)
	setHook(t, tg, l.URL)
	waitFor(t, tg.Await, "delivery to the new address", func() bool { return tg.Pending() == 0 })
	tg.Write(stranger, "one")
	must(t, tg, "deleteWebhook", nil)
	tg.Write(stranger, "two")
	must(t, tg, "setWebhook", url.Values{"url": {l.URL}, "drop_pending_updates": {"true"}})
	var info webhookInfo
	decode(t, must(t, tg, "getWebhookInfo", nil), &info)
	if info.Pending != 0 || info.MaxConnections != ConnectionsDefault || !slices.Equal(info.Allowed, []string{"message"}) {
		t.Errorf("getWebhookInfo: %+v", info)
	}
}

// Anything but 2xx is a failure, a redirect too.
func TestDeliveryFollowsNoRedirect(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	l := listen(t, func(_ int, w http.ResponseWriter, _ string) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	tg.Write(writer, "hello")
	attempts(t, tg, 2)
	for _, h := range l.heard() {
		if h.path != "/" {
			t.Errorf("followed to %s", h.path)
		}
	}
}

// A webhook that never answers counts as a failure, and Run ends with its context
// while a request is under way: nothing of it is lost.
func TestDeliveryTimeoutAndStop(t *testing.T) {
	tg, _ := newTelegram(t, func(c *TelegramConfig) { c.WebhookTimeout = 50 * time.Millisecond })
	hold := make(chan struct{})
	l := listen(t, func(int, http.ResponseWriter, string) { <-hold })
	t.Cleanup(func() { close(hold) })
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	tg.Write(writer, "hello")
	if d := attempts(t, tg, 2)[0]; d.Status != 0 || tg.Pending() != 1 {
		t.Errorf("silence was taken for an answer: %+v", d)
	}
	if err := tg.Run(t.Context()); err != ErrRunning {
		t.Errorf("second Run: %v", err)
	}
}
