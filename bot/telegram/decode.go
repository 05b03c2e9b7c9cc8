package telegram

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"sosin/bot"
	"sosin/flows"
)

// errMalformed hides why: the JSON decoder's own errors quote what they stumbled over.
var errMalformed = errors.New("telegram: not an update")

// update is one decoded update and what is to be done about it.
type update struct {
	id     int64
	useful bool        // in is to be received
	in     bot.Inbound // only if useful
	person int64       // whose order it belongs to; only if useful
	tap    string      // callback_query_id to answer, so that the button stops spinning
	leave  int64       // a group or channel we have no business in; 0: none

	malformed bool // id is all there is
}

// decode reads one update. It returns errMalformed for what is no JSON object with a positive update_id, and for ids that
// are not whole numbers of 64 bits.
func decode(raw []byte) (update, error) {
	var w wireUpdate
	if json.Unmarshal(raw, &w) != nil || w.ID <= 0 {
		return update{}, errMalformed
	}
	u := update{id: w.ID}
	switch {
	case w.Message != nil:
		u.message(w.Message)
	case w.EditedMessage != nil:
		u.edited(w.EditedMessage)
	case w.CallbackQuery != nil:
		u.tapped(w.CallbackQuery)
	case w.MyChatMember != nil:
		u.membership(w.MyChatMember)
	case w.ChannelPost != nil:
		u.leave = w.ChannelPost.Chat.ID
	case w.EditedChannelPost != nil:
		u.leave = w.EditedChannelPost.Chat.ID
	}
	return u, nil
}

func (u *update) message(m *wireMessage) {
	if !u.private(m) || m.any() {
		return
	}
	in := flows.Input{Kind: flows.Media, At: date(m.Date)}
	switch {
	case m.Text != nil:
		in.Kind, in.Text = flows.Typed, command(flows.Tidy(*m.Text))
	case m.Caption != nil:
		in.Text = flows.Tidy(*m.Caption)
	}
	if in.Kind == flows.Media {
		in.Album = m.Album
	}
	u.from(m.From.ID, m.ID, in)
}

// edited takes changed words. Edits without any are a live location that moves: an update every few seconds that nobody
// typed.
func (u *update) edited(m *wireMessage) {
	words := m.Text
	if words == nil {
		words = m.Caption
	}
	if !u.private(m) || words == nil {
		return
	}
	at := m.EditDate
	if at == 0 {
		at = m.Date
	}
	u.from(m.From.ID, m.ID, flows.Input{Kind: flows.Edited, Text: flows.Tidy(*words), At: date(at)})
}

// private tells whether a message is one that a person wrote to us alone, in their own name.
func (u *update) private(m *wireMessage) bool {
	if u.crowd(m.Chat) {
		return false
	}
	return personal(m.From, m.Chat) && !bool(m.ViaBot) && !bool(m.AsChat)
}

// crowd notes a chat of many to be left.
func (u *update) crowd(c wireChat) bool {
	switch c.Type {
	case "group", "supergroup", "channel":
		u.leave = c.ID
		return true
	}
	return false
}

// personal: in a private chat the chat's id is the person's own (Bot API, Chat).
func personal(from *wireUser, c wireChat) bool {
	return from != nil && !from.IsBot && from.ID > 0 && from.ID == c.ID && c.Type == "private"
}

// callbackMax: Bot API, InlineKeyboardButton: callback_data, 1-64 bytes. What is longer was never ours.
const callbackMax = 64

func (u *update) tapped(q *wireCallback) {
	if q.Message != nil && u.crowd(q.Message.Chat) {
		return
	}
	if q.From == nil || q.From.IsBot || q.From.ID <= 0 || q.ID == "" || bool(q.Inline) {
		return
	}
	if q.Message != nil && q.Message.Chat.ID != q.From.ID {
		return
	}
	in := flows.Input{Kind: flows.Tapped}
	if len(q.Data) <= callbackMax {
		in.Tap = bot.ParseTap(q.Data)
	}
	u.tap = q.ID
	u.from(q.From.ID, 0, in)
}

// membership: Bot API, ChatMemberUpdated: in a private chat it comes only when the bot is blocked or unblocked.
func (u *update) membership(m *wireMembership) {
	gone := m.New.Status == "kicked" || m.New.Status == "left"
	if u.crowd(m.Chat) {
		if gone {
			u.leave = 0
		}
		return
	}
	if !personal(m.From, m.Chat) {
		return
	}
	switch m.New.Status {
	case "kicked":
		u.from(m.From.ID, 0, flows.Input{Kind: flows.Blocked, At: date(m.Date)})
	case "member":
		u.from(m.From.ID, 0, flows.Input{Kind: flows.Resumed, At: date(m.Date)})
	}
}

// from completes the Inbound. message is 0 where the person wrote none.
func (u *update) from(person, message int64, in flows.Input) {
	u.useful, u.person = true, person
	u.in = bot.Inbound{
		Address: bot.NewAddress(flows.Telegram, strconv.FormatInt(person, 10)),
		Update:  "tg:" + strconv.FormatInt(u.id, 10),
		Input:   in,
	}
	if message > 0 {
		u.in.Message = strconv.FormatInt(message, 10)
	}
}

// date is zero where the provider gives none.
func date(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
