package simulator

import (
	"strconv"
	"time"
)

// tap is one press of an inline button, until it is answered.
type tap struct {
	user     int64
	message  int
	data     string
	at       time.Time
	answered bool
}

// Tap presses a button, named by its label or its callback data, under a message
// of the bot, and returns the update's id; 0 if the phone shows no such button.
func (t *Telegram) Tap(user int64, messageID int, button string) int64 {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	who, m := t.people[user], t.messages[messageID]
	if who == nil || who.blocked || m == nil || m.deleted || m.hidden || m.ChatID != user {
		return 0
	}
	data := m.dataOf(button)
	if data == "" {
		return 0
	}
	t.lastTap++
	id := strconv.FormatInt(t.lastTap, 10)
	t.taps[id] = &tap{user: user, message: messageID, data: data, at: t.cfg.Clock.Now()}
	return t.enqueue("callback_query", wireQuery{
		ID: id, From: who.User, Message: t.wireOf(m), ChatInstance: instanceOf(user), Data: data,
	}, lane{user, "taps"}, TapLife)
}

// instanceOf stands for the chat in a tap: Bot API, CallbackQuery: chat_instance,
// a global identifier, uniquely corresponding to the chat.
func instanceOf(chat int64) string { return strconv.FormatInt(chat*7919, 10) }

func (m *Message) dataOf(button string) string {
	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Data != "" && (b.Data == button || b.Text == button) {
				return b.Data
			}
		}
	}
	return ""
}

// answerCallbackQuery ends the button's spinner and may show the person a notice.
func (t *Telegram) answerCallbackQuery(p params) (any, *apiError) {
	q := t.taps[p["callback_query_id"]]
	if q == nil || t.cfg.Clock.Now().Sub(q.at) > t.cfg.AnswerWithin {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if characters(p["text"]) > AnswerTextMax {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	q.answered = true
	if p["text"] != "" {
		t.people[q.user].notice = p["text"]
	}
	return true, nil
}

// waiting are the callback data of a message's taps that still spin.
func (t *Telegram) waiting(message int) []string {
	var data []string
	for _, q := range t.taps {
		fresh := t.cfg.Clock.Now().Sub(q.at) <= t.cfg.AnswerWithin
		if q.message == message && !q.answered && fresh {
			data = append(data, q.data)
		}
	}
	return data
}
