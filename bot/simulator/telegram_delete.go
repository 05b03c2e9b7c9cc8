package simulator

import (
	"encoding/json"
	"strconv"
)

// deleteMessage: Bot API: fails for a message that is absent or 48 hours old. In a
// private chat the bot may delete both sides' messages.
func (t *Telegram) deleteMessage(p params) (any, *apiError) {
	chat, e := t.known(p)
	if e != nil {
		return nil, e
	}
	id, err := strconv.Atoi(p["message_id"])
	if err != nil || id <= 0 {
		return nil, badRequest("message identifier is not specified")
	}
	m := t.messages[id]
	switch {
	case m == nil || m.ChatID != chat || m.deleted:
		return nil, badRequest("message to delete not found")
	case t.tooOld(m):
		return nil, badRequest("message can't be deleted")
	}
	m.deleted = true
	return true, nil
}

// deleteMessages: Bot API: absent messages are skipped. One that is too old fails
// the call, and then none is deleted.
func (t *Telegram) deleteMessages(p params) (any, *apiError) {
	chat, e := t.known(p)
	if e != nil {
		return nil, e
	}
	ids, e := messageIDs(p["message_ids"])
	if e != nil {
		return nil, e
	}
	var found []*Message
	for _, id := range ids {
		m := t.messages[id]
		if m == nil || m.ChatID != chat || m.deleted {
			continue
		}
		if t.tooOld(m) {
			return nil, badRequest("message can't be deleted")
		}
		found = append(found, m)
	}
	for _, m := range found {
		m.deleted = true
	}
	return true, nil
}

func messageIDs(raw string) ([]int, *apiError) {
	var ids []int
	if raw != "" && json.Unmarshal([]byte(raw), &ids) != nil {
		return nil, badRequest("expected an Array of message identifiers")
	}
	if len(ids) == 0 {
		return nil, badRequest("message identifiers are not specified")
	}
	if len(ids) > DeleteMax {
		return nil, badRequest("too many message identifiers specified")
	}
	for _, id := range ids {
		if id <= 0 {
			return nil, badRequest("invalid message identifier specified")
		}
	}
	return ids, nil
}

func (t *Telegram) tooOld(m *Message) bool {
	return t.cfg.Clock.Now().Sub(m.At) >= DeletableFor
}

// known finds a chat that exists; being blocked does not hinder a deletion.
func (t *Telegram) known(p params) (int64, *apiError) {
	id, _ := p.int64("chat_id")
	if who := t.people[id]; who != nil && who.started {
		return id, nil
	}
	if t.groups[id] != nil {
		return id, nil
	}
	return 0, badRequest("chat not found")
}
