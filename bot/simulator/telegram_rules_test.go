package simulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func keyboard(data string, n int) string {
	button := fmt.Sprintf(`{"text":"x","callback_data":%q}`, data)
	return `{"inline_keyboard":[[` + strings.TrimSuffix(strings.Repeat(button+",", n), ",") + `]]}`
}

func ids(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]"
}

// A program that sends what the real server refuses would lose a person's answer;
// each row is one sentence of the documentation.
func TestTelegramAcceptsAndRefuses(t *testing.T) {
	to := func(chat int64, more ...string) url.Values {
		v := url.Values{"chat_id": {fmt.Sprint(chat)}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	hook := func(more ...string) url.Values {
		v := to(0, append([]string{"url", "https://helpline.example/telegram"}, more...)...)
		v.Del("chat_id")
		return v
	}
	rows := []struct {
		rule, method string
		params       url.Values
		code         int // 0: accepted
		says         string
	}{
		{"sendMessage: text of 4096 characters", "sendMessage", to(writer, "text", strings.Repeat("õ", 4096)), 0, ""},
		{"sendMessage: text over 4096 characters", "sendMessage", to(writer, "text", strings.Repeat("õ", 4097)), 400, "message is too long"},
		{"sendMessage: a character is a UTF-16 unit, 2048 emoji fit", "sendMessage", to(writer, "text", strings.Repeat("🙂", 2048)), 0, ""},
		{"sendMessage: a character is a UTF-16 unit, 2049 emoji do not", "sendMessage", to(writer, "text", strings.Repeat("🙂", 2049)), 400, "too long"},
		{"sendMessage: text at least 1 character", "sendMessage", to(writer, "text", ""), 400, "message text is empty"},
		{"sendMessage: only white space is empty", "sendMessage", to(writer, "text", " \n "), 400, "message text is empty"},
		{"sendMessage: text must be UTF-8", "sendMessage", to(writer, "text", "\xff"), 400, "UTF-8"},
		{"sendMessage: chat_id required", "sendMessage", url.Values{"text": {"x"}}, 400, "chat_id is empty"},
		{"sendMessage: unknown chat", "sendMessage", to(1, "text", "x"), 400, "chat not found"},
		{"sendMessage: formatting is not supported here", "sendMessage", to(writer, "text", "x", "parse_mode", "HTML"), 400, "parse_mode"},
		{"FAQ: bots cannot start a conversation", "sendMessage", to(stranger, "text", "x"), 403, "can't initiate"},
		{"errors: blocked by the user", "sendMessage", to(blocker, "text", "x"), 403, "Forbidden: bot was blocked by the user"},
		{"errors: user is deactivated", "sendMessage", to(departed, "text", "x"), 403, "deactivated"},
		{"InlineKeyboardButton: callback_data 64 bytes", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard(strings.Repeat("a", 64), 1)), 0, ""},
		{"InlineKeyboardButton: callback_data 65 bytes", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard(strings.Repeat("a", 65), 1)), 400, "BUTTON_DATA_INVALID"},
		{"InlineKeyboardButton: bytes, not characters", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard(strings.Repeat("õ", 33), 1)), 400, "BUTTON_DATA_INVALID"},
		{"InlineKeyboardButton: callback_data at least 1 byte", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard("", 1)), 400, "BUTTON_DATA_INVALID"},
		{"InlineKeyboardButton: an action is required", "sendMessage", to(writer, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x"}]]}`), 400, "unallowed"},
		{"InlineKeyboardButton: a text is required", "sendMessage", to(writer, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"","callback_data":"a"}]]}`), 400, "text"},
		{"InlineKeyboardButton: an empty copy_text is ignored", "sendMessage", to(writer, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"a","copy_text":{"text":""}}]]}`), 0, ""},
		{"reply markup: 100 buttons", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard("a", 100)), 0, ""},
		{"reply markup: 101 buttons", "sendMessage", to(writer, "text", "x", "reply_markup", keyboard("a", 101)), 400, "too long"},
		{"reply markup: an object", "sendMessage", to(writer, "text", "x", "reply_markup", "[]"), 400, "object expected"},
		{"reply markup: ReplyKeyboardRemove", "sendMessage", to(writer, "text", "x", "reply_markup", `{"remove_keyboard":true}`), 0, ""},
		{"sendMessage: link_preview_options an object", "sendMessage", to(writer, "text", "x", "link_preview_options", "true"), 400, "object expected"},
		{"sendMessage: flags", "sendMessage", to(writer, "text", "x", "protect_content", "true", "disable_notification", "true", "link_preview_options", `{"is_disabled":true}`), 0, ""},
		{"deleteMessage: one's own or the person's", "deleteMessage", to(writer, "message_id", "1"), 0, ""},
		{"deleteMessage: of this chat only", "deleteMessage", to(writer, "message_id", "2"), 400, "message to delete not found"},
		{"deleteMessage: absent", "deleteMessage", to(writer, "message_id", "999"), 400, "message to delete not found"},
		{"deleteMessages: 100 identifiers, absent ones skipped", "deleteMessages", to(writer, "message_ids", ids(100)), 0, ""},
		{"deleteMessages: 101 identifiers", "deleteMessages", to(writer, "message_ids", ids(101)), 400, "too many"},
		{"deleteMessages: at least 1 identifier", "deleteMessages", to(writer, "message_ids", "[]"), 400, "not specified"},
		{"deleteMessages: positive identifiers", "deleteMessages", to(writer, "message_ids", "[0]"), 400, "invalid message identifier"},
		{"answerCallbackQuery: unknown query", "answerCallbackQuery", url.Values{"callback_query_id": {"1"}}, 400, "query is too old"},
		{"setWebhook: HTTPS", "setWebhook", hook(), 0, ""},
		{"setWebhook: not HTTP", "setWebhook", hook("url", "http://helpline.example/"), 400, "HTTPS"},
		{"setWebhook: port 8443", "setWebhook", hook("url", "https://helpline.example:8443/"), 0, ""},
		{"setWebhook: port 8080", "setWebhook", hook("url", "https://helpline.example:8080/"), 400, "ports"},
		{"setWebhook: no host", "setWebhook", hook("url", "helpline"), 400, "invalid webhook URL"},
		{"setWebhook: secret_token 256 characters", "setWebhook", hook("secret_token", strings.Repeat("a", 256)), 0, ""},
		{"setWebhook: secret_token 257 characters", "setWebhook", hook("secret_token", strings.Repeat("a", 257)), 400, "too long"},
		{"setWebhook: secret_token A-Z, a-z, 0-9, _ and -", "setWebhook", hook("secret_token", "Az09_-"), 0, ""},
		{"setWebhook: secret_token other characters", "setWebhook", hook("secret_token", "a.b"), 400, "unallowed characters"},
		{"setWebhook: max_connections 100", "setWebhook", hook("max_connections", "100"), 0, ""},
		{"setWebhook: max_connections 101", "setWebhook", hook("max_connections", "101"), 400, "between 1 and 100"},
		{"setWebhook: max_connections 0", "setWebhook", hook("max_connections", "0"), 400, "between 1 and 100"},
		{"setWebhook: allowed_updates a list", "setWebhook", hook("allowed_updates", "message"), 400, "allowed_updates"},
		{"getUpdates: limit 101", "getUpdates", url.Values{"limit": {"101"}}, 400, "between 1 and 100"},
		{"leaveChat: not a private chat", "leaveChat", to(writer), 400, "private"},
		{"leaveChat: a group", "leaveChat", to(room), 0, ""},
		{"leaveChat: unknown", "leaveChat", to(-5), 400, "chat not found"},
		{"BotCommand: lowercase letters, digits, underscores", "setMyCommands", url.Values{"commands": {`[{"command":"start_1","description":"d"}]`}}, 0, ""},
		{"BotCommand: no capitals", "setMyCommands", url.Values{"commands": {`[{"command":"Start","description":"d"}]`}}, 400, "BOT_COMMAND_INVALID"},
		{"BotCommand: at most 32 characters", "setMyCommands", url.Values{"commands": {`[{"command":"` + strings.Repeat("a", 33) + `","description":"d"}]`}}, 400, "BOT_COMMAND_INVALID"},
		{"BotCommand: description 1-256", "setMyCommands", url.Values{"commands": {`[{"command":"a","description":""}]`}}, 400, "DESCRIPTION_INVALID"},
		{"setMyCommands: at most 100", "setMyCommands", url.Values{"commands": {"[" + strings.TrimSuffix(strings.Repeat(`{"command":"a","description":"d"},`, 101), ",") + "]"}}, 400, "TOO_MUCH"},
		{"setMyCommands: a JSON list", "setMyCommands", url.Values{"commands": {"{}"}}, 400, "can't parse"},
		{"setMyCommands: two-letter language", "setMyCommands", url.Values{"commands": {"[]"}, "language_code": {"est"}}, 400, "LANG_CODE_INVALID"},
		{"setMyDescription: 512 characters", "setMyDescription", url.Values{"description": {strings.Repeat("õ", 512)}}, 0, ""},
		{"setMyDescription: 513 characters", "setMyDescription", url.Values{"description": {strings.Repeat("õ", 513)}}, 400, "too long"},
		{"setMyShortDescription: 121 characters", "setMyShortDescription", url.Values{"short_description": {strings.Repeat("a", 121)}}, 400, "too long"},
		{"setMyName: 65 characters", "setMyName", url.Values{"name": {strings.Repeat("a", 65)}}, 400, "too long"},
		{"getMyName: two-letter language", "getMyName", url.Values{"language_code": {"est"}}, 400, "LANG_CODE_INVALID"},
		{"BotCommandScope: all_private_chats", "getMyCommands", url.Values{"scope": {`{"type":"all_private_chats"}`}, "language_code": {"et"}}, 0, ""},
		{"BotCommandScope: a known type", "getMyCommands", url.Values{"scope": {`{"type":"everybody"}`}}, 400, "Unsupported type"},
		{"BotCommandScope: an object", "setMyCommands", url.Values{"commands": {"[]"}, "scope": {"default"}}, 400, "JSON object"},
		{"getUserProfilePhotos: user_id", "getUserProfilePhotos", url.Values{"user_id": {"x"}}, 400, "invalid user_id"},
		{"getUserProfilePhotos: a known user", "getUserProfilePhotos", url.Values{"user_id": {"900000099"}}, 400, "user not found"},
		{"Making requests: unknown method", "sendCarrierPigeon", nil, 404, "Not Found"},
		{"Making requests: method names ignore case", "GETME", nil, 0, ""},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			tg, _ := populated(t, func(c *TelegramConfig) { c.Insecure = false })
			a := ask(t, tg, row.method, row.params)
			if a.OK != (row.code == 0) || a.Code != row.code || !strings.Contains(a.Description, row.says) {
				t.Fatalf("got ok=%v code=%d %q, want code %d %q", a.OK, a.Code, a.Description, row.code, row.says)
			}
			calls := tg.Log()
			if last := calls[len(calls)-1]; last.Done != a.OK || last.Code != a.Code {
				t.Errorf("the log says Done=%v Code=%d", last.Done, last.Code)
			}
		})
	}
}

func TestTelegramToken(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	for path, want := range map[string]int{
		"/bot" + token + "/getMe":      http.StatusOK,
		"/bot" + token + "/test/getMe": http.StatusOK,
		"/bot123456:wrong/getMe":       http.StatusUnauthorized,
		"/botnonsense/getMe":           http.StatusNotFound,
		"/getMe":                       http.StatusNotFound,
		"/":                            http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		tg.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
}

// deleteMessage, Notes: a message can only be deleted if it was sent less than 48
// hours ago: an erasure promised for later would silently leave the words there.
func TestTelegramKeepsMessagesOf48Hours(t *testing.T) {
	tg, clock := populated(t, nil)
	one := url.Values{"chat_id": {fmt.Sprint(writer)}, "message_id": {"1"}}
	both := url.Values{"chat_id": {fmt.Sprint(writer)}, "message_ids": {"[1,5]"}}
	clock.Advance(DeletableFor - time.Second)
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"x"}})
	clock.Advance(time.Second)
	for method, form := range map[string]url.Values{"deleteMessage": one, "deleteMessages": both} {
		if a := ask(t, tg, method, form); a.Description != "Bad Request: message can't be deleted" {
			t.Errorf("%s: %q", method, a.Description)
		}
	}
	if got := len(tg.Chat(writer)); got != 2 {
		t.Errorf("the phone shows %d messages, want both", got)
	}
}

// FAQ, "My bot is hitting limits".
func TestTelegramRateLimit(t *testing.T) {
	tg, clock := populated(t, func(c *TelegramConfig) { c.RateLimit = true })
	form := url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"x"}}
	must(t, tg, "sendMessage", form)
	a := ask(t, tg, "sendMessage", form)
	if a.HTTP != 429 || a.Parameters.RetryAfter != 1 || a.Header.Get("Retry-After") != "1" {
		t.Fatalf("second message within a second: %+v", a)
	}
	clock.Advance(time.Second)
	must(t, tg, "sendMessage", form)
	for i := range int64(TotalPerSecond) {
		tg.Write(910000000+i, "hello")
		a = ask(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(910000000 + i)}, "text": {"x"}})
	}
	if a.HTTP != 429 {
		t.Errorf("31st message of one second: %d", a.HTTP)
	}
}

// Bot API, CallbackQuery: the client shows a progress bar until answerCallbackQuery.
func TestTapIsAnsweredInTime(t *testing.T) {
	tg, clock := populated(t, nil)
	must(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(writer)}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	message := tg.Chat(writer)[1].ID
	query := func() string { // the id of the last tap
		var updates []struct {
			Query struct{ ID string } `json:"callback_query"`
		}
		decode(t, must(t, tg, "getUpdates", nil), &updates)
		return updates[len(updates)-1].Query.ID
	}
	if tg.Tap(writer, message, "no such button") != 0 || tg.Tap(writer, message, "x") == 0 {
		t.Fatal("a tap needs a button, by label or data")
	}
	if got := tg.Chat(writer)[1].Waiting; len(got) != 1 || got[0] != "yes" {
		t.Errorf("waiting = %v, want the tapped button", got)
	}
	must(t, tg, "answerCallbackQuery", url.Values{"callback_query_id": {query()}, "text": {"noted"}})
	if tg.Notice(writer) != "noted" || len(tg.Chat(writer)[1].Waiting) != 0 {
		t.Error("the answer did not reach the phone")
	}
	tg.Tap(writer, message, "yes")
	late := query()
	clock.Advance(queryLifetime + time.Second)
	if a := ask(t, tg, "answerCallbackQuery", url.Values{"callback_query_id": {late}}); !strings.Contains(a.Description, "query is too old") {
		t.Errorf("late answer: %q", a.Description)
	}
	if a := ask(t, tg, "answerCallbackQuery", url.Values{"callback_query_id": {late}, "text": {strings.Repeat("a", 201)}}); a.OK {
		t.Error("answerCallbackQuery: text is 0-200 characters")
	}
}
