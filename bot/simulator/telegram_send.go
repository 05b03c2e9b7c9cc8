package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Button is one inline button under a message.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

type sending struct {
	chat int64
	at   time.Time
}

func (t *Telegram) sendMessage(p params) (any, *apiError) {
	chat, e := t.reachable(p)
	if e != nil {
		return nil, e
	}
	text, e := messageText(p)
	if e != nil {
		return nil, e
	}
	markup, e := readMarkup(p["reply_markup"])
	if e != nil {
		return nil, e
	}
	if e := validObject(p, "link_preview_options", "reply_parameters"); e != nil {
		return nil, e
	}
	if e := t.throttle(chat.ID); e != nil {
		return nil, e
	}
	m := t.keep(&Message{
		ChatID: chat.ID, FromBot: true, Kind: "text", Text: text, Buttons: markup.Inline,
		Silent: p.bool("disable_notification"), Protected: p.bool("protect_content"),
	})
	return t.wireOf(m), nil
}

// reachable finds the chat and refuses as the server does one that cannot be
// written to. Bot API, FAQ: bots cannot start conversations with users.
func (t *Telegram) reachable(p params) (wireChat, *apiError) {
	if p["chat_id"] == "" {
		return wireChat{}, badRequest("chat_id is empty")
	}
	id, _ := p.int64("chat_id")
	if g, ok := t.groups[id]; ok {
		if g.left {
			return wireChat{}, notMember()
		}
		return g.chat, nil
	}
	who, ok := t.people[id]
	if !ok {
		return wireChat{}, badRequest("chat not found")
	}
	reason := ""
	switch {
	case who.gone:
		reason = "user is deactivated"
	case who.blocked:
		reason = "bot was blocked by the user"
	case !who.started:
		reason = "bot can't initiate conversation with a user"
	}
	if reason != "" {
		return wireChat{}, &apiError{code: http.StatusForbidden, description: "Forbidden: " + reason}
	}
	return who.chat(), nil
}

// messageText: Bot API, sendMessage: text, 1-4096 characters. Formatting is not
// parsed here, so a parse_mode is refused rather than measured wrongly.
func messageText(p params) (string, *apiError) {
	text := strings.TrimSpace(p["text"]) // the server trims before it measures
	switch {
	case p["parse_mode"] != "":
		return "", badRequest("unsupported parse_mode")
	case text == "":
		return "", badRequest("message text is empty")
	case characters(text) > TextMax:
		return "", badRequest("message is too long")
	}
	return text, nil
}

// throttle: Bot API FAQ, "My bot is hitting limits".
func (t *Telegram) throttle(chat int64) *apiError {
	now := t.cfg.Clock.Now()
	if !t.cfg.RateLimit {
		return nil
	}
	t.sent = slices.DeleteFunc(t.sent, func(s sending) bool { return now.Sub(s.at) >= ChatInterval })
	same := slices.ContainsFunc(t.sent, func(s sending) bool { return s.chat == chat })
	if same || len(t.sent) >= TotalPerSecond {
		return tooMany(int(ChatInterval / time.Second))
	}
	t.sent = append(t.sent, sending{chat, now})
	return nil
}

type markup struct {
	Inline [][]Button
}

// wireButton is InlineKeyboardButton as clients send it. A client may send
// copy_text with an empty text beside callback_data; the server ignores it.
type wireButton struct {
	Text     string           `json:"text"`
	Data     *string          `json:"callback_data"`
	URL      string           `json:"url"`
	CopyText *json.RawMessage `json:"copy_text"`
}

// readMarkup: Bot API, sendMessage: reply_markup is one of four kinds of object.
func readMarkup(raw string) (markup, *apiError) {
	if raw == "" {
		return markup{}, nil
	}
	var kind struct {
		Inline   [][]wireButton  `json:"inline_keyboard"`
		Keyboard json.RawMessage `json:"keyboard"`
		Remove   bool            `json:"remove_keyboard"`
		Force    bool            `json:"force_reply"`
	}
	if json.Unmarshal([]byte(raw), &kind) != nil {
		return markup{}, badRequest("object expected as reply markup")
	}
	if kind.Inline == nil {
		return markup{}, nil
	}
	return inlineKeyboard(kind.Inline)
}

func inlineKeyboard(rows [][]wireButton) (markup, *apiError) {
	var m markup
	count := 0
	for _, row := range rows {
		var out []Button
		for _, b := range row {
			button, e := inlineButton(b)
			if e != nil {
				return markup{}, e
			}
			out = append(out, button)
		}
		if count += len(row); count > ButtonsMax {
			return markup{}, badRequest("reply markup is too long")
		}
		if len(out) > 0 {
			m.Inline = append(m.Inline, out)
		}
	}
	return m, nil
}

// inlineButton: Bot API, InlineKeyboardButton: a text and exactly one action.
func inlineButton(b wireButton) (Button, *apiError) {
	switch {
	case b.Text == "":
		return Button{}, badRequest("can't parse inline keyboard button: Field \"text\" must be non-empty")
	case b.Data == nil && b.URL == "":
		return Button{}, badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case b.Data == nil:
		return Button{Text: b.Text, URL: b.URL}, nil
	case len(*b.Data) < 1 || len(*b.Data) > CallbackDataMax:
		return Button{}, badRequest("BUTTON_DATA_INVALID")
	}
	return Button{Text: b.Text, Data: *b.Data}, nil
}

// validObject refuses a structured parameter that is not a JSON object.
func validObject(p params, names ...string) *apiError {
	for _, n := range names {
		var o map[string]json.RawMessage
		if p[n] != "" && json.Unmarshal([]byte(p[n]), &o) != nil {
			return badRequest("object expected as " + strings.ReplaceAll(n, "_", " "))
		}
	}
	return nil
}
