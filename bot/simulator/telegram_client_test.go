package simulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// client is a real client library against the stand-in: what it understands of
// our answers, the program will.
func client(t *testing.T, tg *Telegram) *bot.Bot {
	t.Helper()
	srv := httptest.NewServer(tg)
	t.Cleanup(srv.Close)
	hc := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(hc.CloseIdleConnections)
	b, err := bot.New(token, bot.WithServerURL(srv.URL), bot.WithHTTPClient(time.Minute, hc))
	if err != nil {
		t.Fatalf("getMe: %v", err)
	}
	return b
}

func TestClientLibrarySpeaksToTelegram(t *testing.T) {
	tg, _ := populated(t, nil)
	b, ctx := client(t, tg), deadline(t)
	m, err := b.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: writer, Text: "Kas saad rääkida?", ProtectContent: true, DisableNotification: true,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: bot.True()},
		ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{
			{{Text: "1 Jah", CallbackData: "yes"}, {Text: "2 Ei", CallbackData: "no"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.ID == 0 || m.Chat.ID != writer || m.Date == 0 || !m.From.IsBot || len(m.ReplyMarkup.InlineKeyboard[0]) != 2 {
		t.Errorf("answer: %+v", m)
	}
	shown := tg.Chat(writer)[1]
	if !shown.Silent || !shown.Protected || shown.Buttons[0][1] != (Button{Text: "2 Ei", Data: "no"}) {
		t.Errorf("the phone shows %+v", shown)
	}
	if ok, err := b.DeleteMessages(ctx, &bot.DeleteMessagesParams{ChatID: writer, MessageIDs: []int{1, m.ID}}); !ok || err != nil {
		t.Errorf("deleteMessages: %v", err)
	}
	if len(tg.Chat(writer)) != 0 {
		t.Error("erased messages are still on the phone")
	}
	if ok, err := b.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "start", Description: "x"}}, LanguageCode: "et"}); !ok || err != nil {
		t.Errorf("setMyCommands: %v", err)
	}
	commands, err := b.GetMyCommands(ctx, &bot.GetMyCommandsParams{LanguageCode: "et"})
	if err != nil || len(commands) != 1 {
		t.Errorf("getMyCommands: %v %v", commands, err)
	}
	if ok, err := b.SetMyDescription(ctx, &bot.SetMyDescriptionParams{Description: "d"}); !ok || err != nil {
		t.Errorf("setMyDescription: %v", err)
	}
	if d, err := b.GetMyDescription(ctx, &bot.GetMyDescriptionParams{LanguageCode: "ru"}); err != nil || d.Description != "d" {
		t.Errorf("getMyDescription falls back to the default: %+v %v", d, err)
	}
	if ok, err := b.SetWebhook(ctx, &bot.SetWebhookParams{URL: "https://helpline.example/telegram", SecretToken: "s", AllowedUpdates: []string{"message"}}); !ok || err != nil {
		t.Errorf("setWebhook: %v", err)
	}
	if info, err := b.GetWebhookInfo(ctx); err != nil || info.URL == "" || info.MaxConnections != 40 {
		t.Errorf("getWebhookInfo: %+v %v", info, err)
	}
}

// The errors a sender decides by: never again, later, unknown.
func TestClientLibraryUnderstandsRefusals(t *testing.T) {
	tg, clock := populated(t, nil)
	b, ctx := client(t, tg), deadline(t)
	send := func(chat int64) error {
		_, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	if err := send(blocker); !errors.Is(err, bot.ErrorForbidden) {
		t.Errorf("blocked: %v", err)
	}
	if err := send(1); !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("unknown chat: %v", err)
	}
	tg.Fail(Fault{Operation: "sendMessage", To: "900000001", Times: 2, Status: 429, RetryAfter: 2500 * time.Millisecond})
	for range 2 {
		var slow *bot.TooManyRequestsError
		if err := send(writer); !errors.As(err, &slow) || slow.RetryAfter != 3 {
			t.Errorf("429: %v", err)
		}
	}
	tg.Fail(Fault{Times: 1, Status: 502, Body: "<html>Bad Gateway</html>"})
	if err := send(writer); err == nil {
		t.Error("502 was taken for success")
	}
	before := len(tg.Chat(writer))
	tg.Fail(Fault{Times: 1, Drop: DropBefore})
	if err := send(writer); err == nil || len(tg.Chat(writer)) != before {
		t.Errorf("lost before: %v", err)
	}
	tg.Fail(Fault{Times: 1, Drop: DropAfter})
	if err := send(writer); err == nil || len(tg.Chat(writer)) != before+1 {
		t.Errorf("lost after: %v; the message must be on the phone", err)
	}
	tg.Fail(Fault{Delay: time.Second})
	done := make(chan error, 1)
	go func() { done <- send(writer) }()
	if err := clock.Await(ctx, 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Second)
	if err := <-done; err != nil {
		t.Errorf("delayed: %v", err)
	}
	tg.ClearFaults()
	if err := send(writer); err != nil {
		t.Errorf("after ClearFaults: %v", err)
	}
	refused := 0
	for _, c := range tg.Calls("sendMessage") {
		if !c.Done {
			refused++
		}
	}
	if refused != 6 {
		t.Errorf("the log shows %d refused calls, want 6", refused)
	}
}

// Every kind of update decodes into the client library's models with the parts a
// program looks at.
func TestUpdateShapes(t *testing.T) {
	tg, clock := newTelegram(t, nil)
	tg.AddUser(User{ID: writer, FirstName: "canary-name", Username: "canary_user", LanguageCode: "et"})
	tg.Write(writer, "/start abc")
	clock.Advance(time.Minute)
	tg.Edit(writer, 1, "hello")
	must(t, tg, "sendMessage", url.Values{"chat_id": {"900000001"}, "text": {"?"}, "reply_markup": {keyboard("yes", 1)}})
	tg.Tap(writer, 2, "yes")
	tg.SendPhoto(writer, "caption")
	album := tg.SendAlbum(writer, 2)
	tg.SendSticker(writer)
	tg.SendVoice(writer, 4)
	tg.SendLocation(writer, 59.4, 24.7)
	tg.SendContact(writer, "+37200000001", "canary-name")
	tg.WriteInGroup(writer, room, "hello all")
	tg.Block(writer)
	tg.Unblock(writer)
	var u []models.Update
	decode(t, must(t, tg, "getUpdates", nil), &u)
	if len(u) != 13 || len(album) != 2 {
		t.Fatalf("%d updates, want 13", len(u))
	}
	checks := map[string]bool{
		"text":     u[0].Message.Text == "/start abc" && u[0].Message.From.Username == "canary_user" && u[0].Message.From.LanguageCode == "et",
		"command":  u[0].Message.Entities[0].Type == models.MessageEntityTypeBotCommand && u[0].Message.Entities[0].Length == 6,
		"private":  u[0].Message.Chat.Type == models.ChatTypePrivate && u[0].Message.Chat.ID == writer,
		"edit":     u[1].EditedMessage.Text == "hello" && u[1].EditedMessage.EditDate == u[1].EditedMessage.Date+60,
		"tap":      u[2].CallbackQuery.Data == "yes" && u[2].CallbackQuery.Message.Message.ID == 2 && u[2].CallbackQuery.From.ID == writer,
		"photo":    len(u[3].Message.Photo) == 2 && u[3].Message.Photo[0].FileID != "" && u[3].Message.Caption == "caption",
		"album":    u[4].Message.MediaGroupID != "" && u[4].Message.MediaGroupID == u[5].Message.MediaGroupID,
		"sticker":  u[6].Message.Sticker.FileID != "",
		"voice":    u[7].Message.Voice.Duration == 4,
		"location": u[8].Message.Location.Latitude == 59.4,
		"contact":  u[9].Message.Contact.PhoneNumber == "+37200000001",
		"group":    u[10].Message.Chat.Type == models.ChatTypeGroup && u[10].Message.From.ID == writer,
		"blocked":  u[11].MyChatMember.NewChatMember.Type == models.ChatMemberTypeBanned,
		"back":     u[12].MyChatMember.NewChatMember.Type == models.ChatMemberTypeMember,
	}
	for what, ok := range checks {
		if !ok {
			t.Errorf("%s: wrong shape", what)
		}
	}
}

// Post passes odd updates through untouched, so that a decoder can be tested
// through the same door.
func TestPostRawUpdates(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	given := `{"update_id": 7, "message":{"chat":{"id":900000001},"message_id":1e999}}`
	if id, err := tg.Post(json.RawMessage(given)); id != 7 || err != nil {
		t.Fatalf("Post: %d %v", id, err)
	}
	id, err := tg.Post(json.RawMessage(`{"poll_answer":{}}`))
	if err != nil || id <= 7 {
		t.Fatalf("Post without an id: %d %v", id, err)
	}
	if _, err := tg.Post(json.RawMessage(`[]`)); err == nil {
		t.Error("an update is an object")
	}
	l := listen(t, nil)
	setHook(t, tg, l.URL)
	running(t, tg.Run)
	attempts(t, tg, 2)
	got := l.heard()[0].body + l.heard()[1].body
	if !strings.Contains(got, given) {
		t.Errorf("changed on the way: %s", got)
	}
}

// What the person deletes on their phone is gone there, and the bot is not told.
func TestDeleteChatIsSilent(t *testing.T) {
	tg, _ := populated(t, nil)
	before := tg.Pending()
	tg.DeleteChat(writer)
	if len(tg.Chat(writer)) != 0 || tg.Pending() != before {
		t.Error("the chat is not gone, or the bot learned of it")
	}
	if tg.Blocked(writer) || !tg.Blocked(blocker) || tg.Notice(1) != "" {
		t.Error("blocked and notice are per person")
	}
	must(t, tg, "leaveChat", url.Values{"chat_id": {"-900000001"}})
	if tg.WriteInGroup(writer, room, "still here?") != 0 {
		t.Error("a bot that has left hears nothing")
	}
	if a := ask(t, tg, "sendMessage", url.Values{"chat_id": {"-900000001"}, "text": {"x"}}); a.Code != 403 {
		t.Errorf("sending to a group that was left: %d", a.Code)
	}
}
