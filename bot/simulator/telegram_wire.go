package simulator

import "encoding/json"

// User is a person with a Telegram account, as the Bot API shows one.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

type wireChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Username  string `json:"username,omitempty"`
}

type wireEntity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

type wireFile struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileSize     int    `json:"file_size,omitempty"`
	Width        int    `json:"width,omitempty"`
	Height       int    `json:"height,omitempty"`
	Duration     int    `json:"duration,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
}

type wireSticker struct {
	wireFile
	Type       string `json:"type"`
	IsAnimated bool   `json:"is_animated"`
	IsVideo    bool   `json:"is_video"`
	Emoji      string `json:"emoji"`
}

type wireLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type wireContact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	UserID      int64  `json:"user_id,omitempty"`
}

type wireMessage struct {
	MessageID    int             `json:"message_id"`
	From         *User           `json:"from,omitempty"`
	Chat         wireChat        `json:"chat"`
	Date         int64           `json:"date"`
	EditDate     int64           `json:"edit_date,omitempty"`
	Protected    bool            `json:"has_protected_content,omitempty"`
	MediaGroupID string          `json:"media_group_id,omitempty"`
	Text         string          `json:"text,omitempty"`
	Entities     []wireEntity    `json:"entities,omitempty"`
	Photo        []wireFile      `json:"photo,omitempty"`
	Caption      string          `json:"caption,omitempty"`
	Sticker      *wireSticker    `json:"sticker,omitempty"`
	Voice        *wireFile       `json:"voice,omitempty"`
	Location     *wireLocation   `json:"location,omitempty"`
	Contact      *wireContact    `json:"contact,omitempty"`
	ReplyMarkup  json.RawMessage `json:"reply_markup,omitempty"`
}

type wireQuery struct {
	ID           string      `json:"id"`
	From         User        `json:"from"`
	Message      wireMessage `json:"message"`
	ChatInstance string      `json:"chat_instance"`
	Data         string      `json:"data"`
}

type wireMember struct {
	User      User   `json:"user"`
	Status    string `json:"status"`
	UntilDate *int64 `json:"until_date,omitempty"`
}

type wireMembership struct {
	Chat wireChat   `json:"chat"`
	From User       `json:"from"`
	Date int64      `json:"date"`
	Old  wireMember `json:"old_chat_member"`
	New  wireMember `json:"new_chat_member"`
}
