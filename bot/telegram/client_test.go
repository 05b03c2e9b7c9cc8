package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
)

const canaryText = "canary-text 112"

// What is sent is what was written: plain, audible, keepable, without a picture of the page it links to.
func TestSend(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	tg.Write(ann, "tere")
	text := "<b>õ & *ы*</b> https://example.org"
	id, err := c.Send(t.Context(), address(ann), bot.Outbound{Text: text, Buttons: []bot.Button{
		{Label: "1 jah", Data: "a|1|1"}, {Label: "2 ei", Data: "a|1|2"},
		{Label: "3 pikem kui kaheksateist", Data: "a|1|3"}, {Label: "0 välja", Data: "a|1|0"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	chat := tg.Chat(ann)
	m := chat[len(chat)-1]
	if id != strconv.Itoa(m.ID) || m.Text != text || m.Silent || m.Protected {
		t.Errorf("id %q, message %+v", id, m)
	}
	p := tg.Calls("sendMessage")[0].Params
	if p["link_preview_options"] != `{"is_disabled":true}` || p["parse_mode"] != "" || p["chat_id"] != "900000001" {
		t.Errorf("params %v", p)
	}
	want := `{"inline_keyboard":[[{"text":"1 jah","callback_data":"a|1|1"},{"text":"2 ei","callback_data":"a|1|2"}],` +
		`[{"text":"3 pikem kui kaheksateist","callback_data":"a|1|3"}],[{"text":"0 välja","callback_data":"a|1|0"}]]}`
	if p["reply_markup"] != want {
		t.Errorf("keyboard %s", p["reply_markup"])
	}
}

// A label cut off on a small phone hides what the button does; digits out of order mislead who types them.
func TestKeyboard(t *testing.T) {
	fits, tooLong := strings.Repeat("ы", 13), strings.Repeat("ы", 14)
	for _, tt := range []struct {
		name   string
		labels []string
		rows   []int
	}{
		{"one", []string{"1"}, []int{1}},
		{"pairs", []string{"1", "2", "3"}, []int{2, 1}},
		{"counted in letters, not bytes", []string{fits, fits}, []int{2}},
		{"long ones stand alone", []string{tooLong, tooLong}, []int{1, 1}},
		{"a long one parts short ones", []string{"1", tooLong, "3", "4", "5"}, []int{1, 1, 2, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var buttons []bot.Button
			for i, l := range tt.labels {
				buttons = append(buttons, bot.Button{Label: l, Data: strconv.Itoa(i)})
			}
			var rows []int
			next := 0
			for _, row := range keyboard(buttons).Rows {
				rows = append(rows, len(row))
				for _, b := range row {
					if b.Data != strconv.Itoa(next) {
						t.Errorf("button %s in place %d", b.Data, next)
					}
					next++
				}
			}
			if fmt.Sprint(rows) != fmt.Sprint(tt.rows) {
				t.Errorf("rows %v, want %v", rows, tt.rows)
			}
		})
	}
}

func sendError(t *testing.T, err error) bot.SendError {
	t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) {
		t.Fatalf("not a SendError: %T", err)
	}
	for _, s := range []string{"canary", "900000001", "900000000", "http", "127.0.0.1"} {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error says %q: %v", s, err)
		}
	}
	return *e
}

// Every failure is sorted by what to do about it: taken for "not sent", a sent message comes twice; taken for "blocked",
// a person waits for an answer that nobody will try to send.
func TestSendFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup func(*simulator.Telegram)
		out   bot.Outbound
		want  bot.SendError
		sent  int
	}{
		{"blocked", func(tg *simulator.Telegram) { tg.Block(ann) }, bot.Outbound{}, bot.SendError{Reason: bot.Forbidden, Code: 403}, 0},
		{"account deleted", func(tg *simulator.Telegram) { tg.Deactivate(ann) }, bot.Outbound{}, bot.SendError{Reason: bot.Forbidden, Code: 403}, 0},
		{"throttled", fault(simulator.Fault{Status: 429, RetryAfter: 7 * time.Second}), bot.Outbound{}, bot.SendError{Reason: bot.Throttled, Code: 429, After: 7 * time.Second}, 0},
		{"server error", fault(simulator.Fault{Status: 500}), bot.Outbound{}, bot.SendError{Reason: bot.Unknown, Code: 500}, 0},
		{"gateway error", fault(simulator.Fault{Status: 502, Body: "<html>canary</html>"}), bot.Outbound{}, bot.SendError{Reason: bot.Unknown, Code: 502}, 0},
		{"connection lost before", fault(simulator.Fault{Drop: simulator.DropBefore}), bot.Outbound{}, bot.SendError{Reason: bot.Unknown}, 0},
		{"connection lost after", fault(simulator.Fault{Drop: simulator.DropAfter}), bot.Outbound{}, bot.SendError{Reason: bot.Unknown}, 1},
		{"too long", nil, bot.Outbound{Text: strings.Repeat("a", 4097)}, bot.SendError{Reason: bot.Permanent, Code: 400}, 0},
		{"button too large", nil, bot.Outbound{Text: "?", Buttons: []bot.Button{{Label: "1", Data: strings.Repeat("x", 65)}}}, bot.SendError{Reason: bot.Permanent, Code: 400}, 0},
		{"token revoked", fault(simulator.Fault{Status: 401}), bot.Outbound{}, bot.SendError{Reason: bot.Credentials, Code: 401}, 0},
		{"no such bot", fault(simulator.Fault{Status: 404}), bot.Outbound{}, bot.SendError{Reason: bot.Credentials, Code: 404}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tg, c := provider(t, simulator.TelegramConfig{})
			tg.Write(ann, "tere")
			if tt.setup != nil {
				tt.setup(tg)
			}
			if tt.out.Text == "" {
				tt.out.Text = canaryText
			}
			_, err := c.Send(t.Context(), address(ann), tt.out)
			if got := sendError(t, err); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if n := len(tg.Chat(ann)) - 1; n != tt.sent {
				t.Errorf("%d messages on the phone", n)
			}
		})
	}
}

func fault(f simulator.Fault) func(*simulator.Telegram) {
	f.Operation = "sendMessage"
	return func(tg *simulator.Telegram) { tg.Fail(f) }
}

// The chat that Telegram does not know, and the address that is none of Telegram's.
func TestSendNowhere(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	_, err := c.Send(t.Context(), address(bea), bot.Outbound{Text: canaryText})
	if got := sendError(t, err); got.Reason != bot.Forbidden || got.Code != 400 {
		t.Errorf("unknown chat: %+v", got)
	}
	for _, a := range []bot.Address{bot.NewAddress(flows.SMS, "900000001"), bot.NewAddress(flows.Telegram, "+37200000001x"), {}} {
		_, err := c.Send(t.Context(), a, bot.Outbound{Text: canaryText})
		if got := sendError(t, err); got.Reason != bot.Permanent {
			t.Errorf("%v: %+v", a, got)
		}
	}
	if len(tg.Log()) != 1 {
		t.Errorf("%d calls", len(tg.Log()))
	}
}

// What a gateway in front of Telegram says is about the request, never about the person.
func TestSendGateways(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		header string
		body   string
		want   bot.SendError
	}{
		{"plain 429", 429, "9", "slow down", bot.SendError{Reason: bot.Throttled, Code: 429, After: 9 * time.Second}},
		{"plain 429 with nonsense", 429, "soon", "", bot.SendError{Reason: bot.Throttled, Code: 429}},
		{"plain 403", 403, "", "<html>canary", bot.SendError{Reason: bot.NotSent, Code: 403}},
		{"plain 401", 401, "", "", bot.SendError{Reason: bot.Credentials, Code: 401}},
		{"plain 404", 404, "", "<html>", bot.SendError{Reason: bot.Credentials, Code: 404}},
		{"redirect", 302, "", "", bot.SendError{Reason: bot.NotSent, Code: 302}},
		{"captive portal", 200, "", "<html>log in", bot.SendError{Reason: bot.Unknown, Code: 200}},
		{"an empty answer", 200, "", "", bot.SendError{Reason: bot.Unknown, Code: 200}},
		{"JSON of somebody else", 503, "", `{"error":"canary"}`, bot.SendError{Reason: bot.Unknown, Code: 503}},
		{"Telegram's own 5xx", 504, "", `{"ok":false,"error_code":504,"description":"canary"}`, bot.SendError{Reason: bot.Unknown, Code: 504}},
		{"header beside the body's wait", 429, "3", `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":11}}`, bot.SendError{Reason: bot.Throttled, Code: 429, After: 11 * time.Second}},
		{"wait without end", 429, "", `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":2000000000}}`, bot.SendError{Reason: bot.Throttled, Code: 429, After: 24 * time.Hour}},
		{"user is deactivated", 400, "", `{"ok":false,"error_code":400,"description":"Bad Request: USER is deactivated"}`, bot.SendError{Reason: bot.Forbidden, Code: 400}},
		{"became a supergroup", 400, "", `{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1009}}`, bot.SendError{Reason: bot.Permanent, Code: 400}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := server(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tt.header)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			})
			_, err := client(t, srv.URL).Send(t.Context(), address(ann), bot.Outbound{Text: canaryText})
			if got := sendError(t, err); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A message Telegram took is sent, whatever else its answer holds: tried again, the person would get it twice.
func TestSendAnswerUnreadByLibrary(t *testing.T) {
	srv := server(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":55,"date":"in a form not invented yet"}}`))
	})
	id, err := client(t, srv.URL).Send(t.Context(), address(ann), bot.Outbound{Text: canaryText})
	if id != "55" || err != nil {
		t.Errorf("id %q, %v", id, err)
	}
}

// Nobody listens: certainly not sent, so it may be tried again as often as needed.
func TestSendNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, "http://"+l.Addr().String())
	l.Close()
	_, err = c.Send(t.Context(), address(ann), bot.Outbound{Text: canaryText})
	if got := sendError(t, err); got != (bot.SendError{Reason: bot.NotSent}) {
		t.Errorf("got %+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client(t, DefaultAPI).Send(ctx, address(ann), bot.Outbound{Text: canaryText})
	if got := sendError(t, err); got != (bot.SendError{Reason: bot.NotSent}) {
		t.Errorf("cancelled before: %+v", got)
	}
}

// A pooled connection that was dead before a byte was written, and then nobody to dial: still certainly not sent.
func TestSendStaleConnectionThenNobody(t *testing.T) {
	var a attempt
	hooks := a.trace()
	hooks.GetConn("")
	hooks.GotConn(httptrace.GotConnInfo{Reused: true})
	if got := a.verdict(); got.Reason != bot.Unknown {
		t.Errorf("with a connection: %v", got)
	}
	hooks.GetConn("") // the transport starts over only if nothing was written
	if got := a.verdict(); got.Reason != bot.NotSent {
		t.Errorf("without one: %v", got)
	}
}

// The request arrived and the answer never came: it may have been sent.
func TestSendAnswerNeverComes(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	srv := server(t, func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-leave
	})
	t.Cleanup(func() { close(leave) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := client(t, srv.URL).Send(ctx, address(ann), bot.Outbound{Text: canaryText})
	if got := sendError(t, err); got != (bot.SendError{Reason: bot.Unknown}) {
		t.Errorf("got %+v", got)
	}
}

// An answer cut off in the middle is an answer not seen.
func TestSendAnswerCutShort(t *testing.T) {
	srv := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":5`))
	})
	_, err := client(t, srv.URL).Send(t.Context(), address(ann), bot.Outbound{Text: canaryText})
	if got := sendError(t, err); got != (bot.SendError{Reason: bot.Unknown, Code: 200}) {
		t.Errorf("got %+v", got)
	}
}

// Many people at once: each message arrives once, at its own person.
func TestSendConcurrently(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	var wg sync.WaitGroup
	for i := range int64(50) {
		tg.Write(ann+i, "tere")
		wg.Go(func() {
			if _, err := c.Send(t.Context(), address(ann+i), bot.Outbound{Text: strconv.FormatInt(i, 10)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range int64(50) {
		if chat := tg.Chat(ann + i); len(chat) != 2 || chat[1].Text != strconv.FormatInt(i, 10) {
			t.Errorf("person %d sees %d messages", i, len(chat))
		}
	}
}

// Erase means erased: also when one message is gone already or too old to go (promise 4).
func TestDelete(t *testing.T) {
	clock := simulator.NewManualClock(at)
	tg, c := provider(t, simulator.TelegramConfig{Clock: clock})
	tg.Write(ann, "old")
	clock.Advance(48 * time.Hour)
	for i := range 120 {
		tg.Write(ann, strconv.Itoa(i))
	}
	var ids []string
	for _, m := range tg.Chat(ann) {
		ids = append(ids, strconv.Itoa(m.ID))
	}
	if err := c.Erase(t.Context(), address(ann), ids); err != nil {
		t.Fatal(err)
	}
	if left := tg.Chat(ann); len(left) != 1 || left[0].Text != "old" {
		t.Errorf("%d messages are left", len(left))
	}
	for _, call := range tg.Calls("deleteMessages") {
		if n := len(call.MessageIDs()); n > 100 {
			t.Errorf("a batch of %d", n)
		}
	}
	if err := c.Erase(t.Context(), address(ann), ids); err != nil {
		t.Errorf("deleting again: %v", err)
	}
	if err := c.Erase(t.Context(), address(ann), nil); err != nil {
		t.Errorf("nothing to delete: %v", err)
	}
}

// A deletion that did not happen must be known, or it is never tried again.
func TestDeleteFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault simulator.Fault
		want  bot.SendError
	}{
		{"throttled", simulator.Fault{Operation: "deleteMessages", Status: 429, RetryAfter: 4 * time.Second}, bot.SendError{Reason: bot.Throttled, Code: 429, After: 4 * time.Second}},
		{"server error", simulator.Fault{Operation: "deleteMessages", Status: 500}, bot.SendError{Reason: bot.Unknown, Code: 500}},
		{"throttled one by one", simulator.Fault{Operation: "deleteMessage", Status: 429, RetryAfter: 4 * time.Second}, bot.SendError{Reason: bot.Throttled, Code: 429, After: 4 * time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := simulator.NewManualClock(at)
			tg, c := provider(t, simulator.TelegramConfig{Clock: clock})
			tg.Write(ann, "old")
			clock.Advance(49 * time.Hour)
			tg.Write(ann, "new")
			tg.Fail(tt.fault)
			if got := sendError(t, c.Erase(t.Context(), address(ann), []string{"1", "2"})); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			tg.ClearFaults()
			if err := c.Erase(t.Context(), address(ann), []string{"1", "2"}); err != nil || len(tg.Chat(ann)) != 1 {
				t.Errorf("second try: %v, %d left", err, len(tg.Chat(ann)))
			}
		})
	}
}

// An id that is none of Telegram's does not keep the others from going, and is not passed over in silence.
func TestDeleteStrangeID(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	tg.Write(ann, "new")
	got := sendError(t, c.Erase(t.Context(), address(ann), []string{"SMcanary", "1", "-5"}))
	if got.Reason != bot.Permanent || len(tg.Chat(ann)) != 0 {
		t.Errorf("got %+v, %d left", got, len(tg.Chat(ann)))
	}
}

// Registering must not drop what people wrote meanwhile, and must ask for the kinds we read and no others.
func TestRegister(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{})
	tg.Write(ann, "tere")
	secret, _ := ParseSecret(testSecret)
	if err := c.Register(t.Context(), "https://bot.example.org/telegram", secret); err != nil {
		t.Fatal(err)
	}
	info, err := c.WebhookInfo(t.Context())
	if err != nil || info.URL != "https://bot.example.org/telegram" || info.Pending != 1 || info.LastError != "" || !info.LastErrorAt.IsZero() {
		t.Errorf("%+v %v", info, err)
	}
	p := tg.Calls("setWebhook")[0].Params
	var allowed []string
	if json.Unmarshal([]byte(p["allowed_updates"]), &allowed) != nil {
		t.Fatal(p["allowed_updates"])
	}
	equal(t, allowed, []string{"message", "edited_message", "callback_query", "my_chat_member"})
	if p["secret_token"] != testSecret || p["max_connections"] != "40" || p["drop_pending_updates"] != "" {
		t.Errorf("params %v", p)
	}
	if err := c.Unregister(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := c.WebhookInfo(t.Context()); err != nil || info.URL != "" || info.Pending != 1 {
		t.Errorf("after unregistering: %+v %v", info, err)
	}
	if err := c.Register(t.Context(), "https://bot.example.org/telegram", Secret{}); !errors.Is(err, ErrSecret) {
		t.Errorf("registered without a secret: %v", err)
	}
}

// The operator is told which of the two is wrong: the token, or the network.
func TestMe(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{Username: "demo_bot"})
	if me, err := c.Me(t.Context()); err != nil || me != (Identity{ID: 900000000, Username: "demo_bot", Name: "Bot", JoinsGroups: true}) {
		t.Errorf("%+v %v", me, err)
	}
	tg.Fail(simulator.Fault{Operation: "getMe", Status: 401})
	_, err := c.Me(t.Context())
	if got := sendError(t, err); got.Reason != bot.Credentials || !strings.Contains(err.Error(), "get me") {
		t.Errorf("%v", err)
	}
	tg.Fail(simulator.Fault{Operation: "getWebhookInfo", Drop: simulator.DropBefore})
	_, err = c.WebhookInfo(t.Context())
	if got := sendError(t, err); got.Reason != bot.Unknown {
		t.Errorf("%v", err)
	}
	tg.Fail(simulator.Fault{Operation: "setWebhook", Status: 400})
	secret, _ := ParseSecret(testSecret)
	if got := sendError(t, c.Register(t.Context(), "https://bot.example.org/telegram", secret)); got.Reason != bot.Permanent {
		t.Errorf("%+v", got)
	}
}

// Doctor shows the operator that Telegram cannot reach us, and since when.
func TestWebhookInfoLastError(t *testing.T) {
	in := newInbox()
	in.set(func(context.Context, bot.Inbound) error { return errors.New("away") })
	tg, clock := delivered(t, in)
	tg.Write(ann, "tere")
	awaitProvider(t, tg, "refused", func() bool { return len(tg.Deliveries()) == 1 })
	info, err := client(t, serverOf(t, tg)).WebhookInfo(t.Context())
	if err != nil || info.Pending != 1 || !strings.Contains(info.LastError, "503") || !info.LastErrorAt.Equal(clock.Now()) {
		t.Errorf("%+v %v", info, err)
	}
}
