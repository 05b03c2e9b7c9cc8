package telegram

// wireUpdate is as much of a Bot API Update as we use. Names, usernames, language codes, phone numbers, places and file
// ids have no field here, on purpose: they cannot be kept by mistake.
type wireUpdate struct {
	ID            int64           `json:"update_id"`
	Message       *wireMessage    `json:"message"`
	EditedMessage *wireMessage    `json:"edited_message"`
	CallbackQuery *wireCallback   `json:"callback_query"`
	MyChatMember  *wireMembership `json:"my_chat_member"`
	// Channels are not among the updates we ask for; a bot that was pushed into one still learns that it is there.
	ChannelPost       *wirePost `json:"channel_post"`
	EditedChannelPost *wirePost `json:"edited_channel_post"`
}

type wireUser struct {
	ID    int64 `json:"id"`
	IsBot bool  `json:"is_bot"`
}

type wireChat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type wirePost struct {
	Chat wireChat `json:"chat"`
}

type wireMessage struct {
	ID       int64     `json:"message_id"`
	From     *wireUser `json:"from"`
	Chat     wireChat  `json:"chat"`
	Date     int64     `json:"date"`      // Unix seconds
	EditDate int64     `json:"edit_date"` // Unix seconds; 0 unless edited
	Text     *string   `json:"text"`
	Caption  *string   `json:"caption"`
	Album    string    `json:"media_group_id"`
	ViaBot   present   `json:"via_bot"`
	AsChat   present   `json:"sender_chat"`
	wireService
}

// wireService marks messages that Telegram makes out of a setting or a permission. Nobody wrote them, so nobody gets an
// answer: least of all somebody who has just made the chat delete itself.
type wireService struct {
	AutoDelete  present `json:"message_auto_delete_timer_changed"`
	Pinned      present `json:"pinned_message"`
	WriteAccess present `json:"write_access_allowed"`
	Background  present `json:"chat_background_set"`
	Website     present `json:"connected_website"`
}

func (s wireService) any() bool {
	return bool(s.AutoDelete || s.Pinned || s.WriteAccess || s.Background || s.Website)
}

// wireCallback is a tap. Its message may be inaccessible (date 0) or absent; from names the person in any case.
type wireCallback struct {
	ID      string    `json:"id"`
	From    *wireUser `json:"from"`
	Message *struct {
		Chat wireChat `json:"chat"`
	} `json:"message"`
	Inline present `json:"inline_message_id"`
	Data   string  `json:"data"`
}

type wireMembership struct {
	From *wireUser `json:"from"`
	Chat wireChat  `json:"chat"`
	Date int64     `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// present tells that a field is there without keeping what is in it.
type present bool

// UnmarshalJSON drops the value.
func (p *present) UnmarshalJSON(b []byte) error {
	*p = string(b) != "null"
	return nil
}
