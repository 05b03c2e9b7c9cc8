package simulator

import (
	"crypto/rand"
	"strconv"
	"strings"
)

// wireOf is a stored message as the Bot API shows it.
func (t *Telegram) wireOf(m *Message) wireMessage {
	w := wireMessage{MessageID: m.ID, Date: m.At.Unix(), Protected: m.Protected}
	if g := t.groups[m.ChatID]; g != nil {
		w.Chat = g.chat
	} else {
		who := t.person(m.ChatID)
		w.Chat, w.From = who.chat(), &who.User
	}
	if m.FromBot {
		w.From = &t.bot
	}
	if len(m.Buttons) > 0 {
		w.ReplyMarkup = mustJSON(map[string]any{"inline_keyboard": m.Buttons})
	}
	if m.Kind == "text" {
		w.Text, w.Entities = m.Text, commandEntity(m.Text)
	}
	return w
}

// commandEntity marks a leading command: Bot API, MessageEntity: bot_command.
func commandEntity(text string) []wireEntity {
	word, _, _ := strings.Cut(text, " ")
	if len(word) < 2 || word[0] != '/' {
		return nil
	}
	return []wireEntity{{Type: "bot_command", Length: characters(word)}}
}

func newFile() wireFile {
	return wireFile{FileID: "AgACAgQAAxkB" + rand.Text(), FileUniqueID: "AQAD" + rand.Text()[:8], FileSize: 1 << 14}
}

func photoSizes() []wireFile {
	small, large := newFile(), newFile()
	small.Width, small.Height = 90, 67
	large.Width, large.Height = 1280, 960
	return []wireFile{small, large}
}

// SendPhoto sends a picture with a caption, which may be empty.
func (t *Telegram) SendPhoto(user int64, caption string) int64 {
	return t.receive(user, &Message{Kind: "photo", Text: caption}, func(w *wireMessage) {
		w.Photo, w.Caption = photoSizes(), caption
	})
}

// SendAlbum sends n pictures that belong together: one update each, with the same
// media_group_id.
func (t *Telegram) SendAlbum(user int64, n int) []int64 {
	album := "1" + strconv.FormatInt(t.cfg.Clock.Now().UnixNano(), 10)
	var ids []int64
	for range n {
		ids = append(ids, t.receive(user, &Message{Kind: "photo"}, func(w *wireMessage) {
			w.Photo, w.MediaGroupID = photoSizes(), album
		}))
	}
	return ids
}

// SendSticker sends a sticker.
func (t *Telegram) SendSticker(user int64) int64 {
	return t.receive(user, &Message{Kind: "sticker"}, func(w *wireMessage) {
		w.Sticker = &wireSticker{wireFile: newFile(), Type: "regular", Emoji: "🙂"}
		w.Sticker.Width, w.Sticker.Height = 512, 512
	})
}

// SendVoice sends a voice message of some seconds.
func (t *Telegram) SendVoice(user int64, seconds int) int64 {
	return t.receive(user, &Message{Kind: "voice"}, func(w *wireMessage) {
		f := newFile()
		f.Duration, f.MimeType = seconds, "audio/ogg"
		w.Voice = &f
	})
}

// SendLocation sends a place.
func (t *Telegram) SendLocation(user int64, latitude, longitude float64) int64 {
	return t.receive(user, &Message{Kind: "location"}, func(w *wireMessage) {
		w.Location = &wireLocation{Latitude: latitude, Longitude: longitude}
	})
}

// SendContact sends somebody's contact card.
func (t *Telegram) SendContact(user int64, phone, firstName string) int64 {
	return t.receive(user, &Message{Kind: "contact"}, func(w *wireMessage) {
		w.Contact = &wireContact{PhoneNumber: phone, FirstName: firstName}
	})
}
