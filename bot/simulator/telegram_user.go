package simulator

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Message is one message in a chat, as a phone shows it.
type Message struct {
	ID      int
	ChatID  int64
	FromBot bool
	// Kind is "text", "photo", "sticker", "voice", "location" or "contact".
	Kind    string
	Text    string // for other kinds the caption
	Buttons [][]Button
	At      time.Time
	Edited  bool
	// Silent and Protected are disable_notification and protect_content.
	Silent, Protected bool
	// Waiting are the callback data of buttons tapped and not yet answered.
	Waiting []string

	deleted bool // gone for both sides
	hidden  bool // the person deleted the chat on the phone
}

type person struct {
	User
	started, blocked, gone bool
	notice                 string // what the last answered tap popped up
}

type group struct {
	chat wireChat
	left bool
}

func (p *person) chat() wireChat {
	return wireChat{ID: p.ID, Type: "private", FirstName: p.FirstName, LastName: p.LastName, Username: p.Username}
}

// AddUser makes a person known to Telegram. Until they write, the bot cannot
// write to them. Adding the same id again changes the names.
func (t *Telegram) AddUser(u User) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.person(u.ID).User = u
}

// person finds or makes an account.
func (t *Telegram) person(id int64) *person {
	if t.people[id] == nil {
		t.people[id] = &person{User: User{ID: id, FirstName: "Somebody", LanguageCode: "en"}}
	}
	return t.people[id]
}

// keep stores a message under a fresh id.
func (t *Telegram) keep(m *Message) *Message {
	t.lastMessage++
	m.ID, m.At = t.lastMessage, t.cfg.Clock.Now()
	t.messages[m.ID] = m
	t.order = append(t.order, m.ID)
	return m
}

// Write sends a text to the bot and returns the update's id; 0 if there is no
// update, because the person has blocked the bot or the bot has not asked for messages.
func (t *Telegram) Write(user int64, text string) int64 {
	return t.receive(user, &Message{Kind: "text", Text: text}, nil)
}

// receive stores a person's message and queues its update. shape adds what is
// special to the kind.
func (t *Telegram) receive(user int64, m *Message, shape func(*wireMessage)) int64 {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	who := t.person(user)
	if who.blocked || who.gone {
		return 0
	}
	who.started = true
	m.ChatID = user
	w := t.wireOf(t.keep(m))
	if shape != nil {
		shape(&w)
	}
	return t.enqueue("message", w, lane{user, "messages"}, MessageLife)
}

// Edit changes the text of the person's own message.
func (t *Telegram) Edit(user int64, messageID int, text string) int64 {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.messages[messageID]
	if m == nil || m.ChatID != user || m.FromBot || m.deleted || t.person(user).blocked {
		return 0
	}
	m.Text, m.Edited = text, true
	w := t.wireOf(m)
	w.EditDate = t.cfg.Clock.Now().Unix()
	return t.enqueue("edited_message", w, lane{user, "messages"}, MessageLife)
}

// Block and Unblock change what the bot may do; the bot learns it by my_chat_member.
func (t *Telegram) Block(user int64) int64 { return t.membership(user, true) }

// Unblock undoes Block.
func (t *Telegram) Unblock(user int64) int64 { return t.membership(user, false) }

func (t *Telegram) membership(user int64, blocked bool) int64 {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	who := t.person(user)
	if who.blocked == blocked {
		return 0
	}
	who.blocked = blocked
	forever := int64(0)
	member := wireMember{User: t.bot, Status: "member"}
	kicked := wireMember{User: t.bot, Status: "kicked", UntilDate: &forever}
	u := wireMembership{Chat: who.chat(), From: who.User, Date: t.cfg.Clock.Now().Unix(), Old: kicked, New: member}
	if blocked {
		u.Old, u.New = member, kicked
	}
	return t.enqueue("my_chat_member", u, lane{user, "membership"}, MessageLife)
}

// WriteInGroup sends a text in a group (a negative id) of which the bot is a member
// from now on.
func (t *Telegram) WriteInGroup(user, chat int64, text string) int64 {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.groups[chat] == nil {
		t.groups[chat] = &group{chat: wireChat{ID: chat, Type: "group", Title: "Group"}}
	}
	if t.groups[chat].left {
		return 0
	}
	w := t.wireOf(t.keep(&Message{ChatID: chat, Kind: "text", Text: text}))
	w.From = &t.person(user).User
	return t.enqueue("message", w, lane{chat, "messages"}, MessageLife)
}

// DeleteChat clears the conversation from the person's phone. Telegram tells the
// bot nothing of it.
func (t *Telegram) DeleteChat(user int64) {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range t.messages {
		if m.ChatID == user {
			m.hidden = true
		}
	}
}

// Deactivate deletes the person's account; sending to it fails with 403 from now on.
func (t *Telegram) Deactivate(user int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.person(user).gone = true
}

// Post queues an update exactly as given, of whatever shape, and returns its id.
// Without an update_id it gets the next one. It fails only if raw is no JSON object.
func (t *Telegram) Post(raw json.RawMessage) (int64, error) {
	defer t.touched()
	fields := map[string]json.RawMessage{}
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return 0, errors.New("simulator: an update must be a JSON object")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var id int64
	if json.Unmarshal(fields["update_id"], &id) != nil {
		t.lastUpdate++
		id = t.lastUpdate
		fields["update_id"] = mustJSON(id)
		raw = mustJSON(fields)
	}
	t.lastUpdate = max(t.lastUpdate, id)
	kind, l, life := laneOf(fields)
	t.push(id, kind, raw, l, life)
	return id, nil
}

// laneOf finds the queue of a raw update as the server would.
func laneOf(fields map[string]json.RawMessage) (string, lane, time.Duration) {
	for kind, raw := range fields {
		if kind == "update_id" {
			continue
		}
		var body struct {
			Chat wireChat `json:"chat"`
			From User     `json:"from"`
		}
		_ = json.Unmarshal(raw, &body) // an odd shape goes to the queue of nobody
		switch kind {
		case "callback_query":
			return kind, lane{body.From.ID, "taps"}, TapLife
		case "my_chat_member":
			return kind, lane{body.Chat.ID, "membership"}, MessageLife
		}
		return kind, lane{body.Chat.ID, "messages"}, MessageLife
	}
	return "", lane{}, MessageLife
}

// Chat is what the person's phone shows now, oldest first.
func (t *Telegram) Chat(chat int64) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []Message
	for _, id := range t.order {
		m := t.messages[id]
		if m.ChatID != chat || m.deleted || m.hidden {
			continue
		}
		c := *m
		c.Buttons = slices.Clone(m.Buttons)
		c.Waiting = t.waiting(id)
		out = append(out, c)
	}
	return out
}

// Blocked tells whether the person has blocked the bot.
func (t *Telegram) Blocked(user int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.people[user] != nil && t.people[user].blocked
}

// Notice is the text that the last answered tap popped up, or "".
func (t *Telegram) Notice(user int64) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.people[user] == nil {
		return ""
	}
	return t.people[user].notice
}
