package simulator

import (
	"net/http"
	"strings"
)

type method struct {
	name string
	do   func(*Telegram, params) (any, *apiError)
}

// methods are what the stand-in knows, by lower-case name: the server ignores
// case. getUpdates is apart because it waits.
var methods = index(
	method{"getMe", (*Telegram).getMe},
	method{"sendMessage", (*Telegram).sendMessage},
	method{"deleteMessage", (*Telegram).deleteMessage},
	method{"deleteMessages", (*Telegram).deleteMessages},
	method{"answerCallbackQuery", (*Telegram).answerCallbackQuery},
	method{"setWebhook", (*Telegram).setWebhook},
	method{"deleteWebhook", (*Telegram).deleteWebhook},
	method{"getWebhookInfo", (*Telegram).getWebhookInfo},
	method{"leaveChat", (*Telegram).leaveChat},
	method{"setMyCommands", (*Telegram).setMyCommands},
	method{"getMyCommands", (*Telegram).getMyCommands},
	method{"getUserProfilePhotos", (*Telegram).getUserProfilePhotos},
	method{"setMyName", setText("name", NameMax)},
	method{"getMyName", getText("name")},
	method{"setMyDescription", setText("description", DescriptionMax)},
	method{"getMyDescription", getText("description")},
	method{"setMyShortDescription", setText("short_description", ShortDescriptionMax)},
	method{"getMyShortDescription", getText("short_description")},
)

func index(list ...method) map[string]method {
	m := make(map[string]method, len(list))
	for _, e := range list {
		m[strings.ToLower(e.name)] = e
	}
	return m
}

// getMe: the first name is what setMyName made it for people without a name in their
// own language.
func (t *Telegram) getMe(params) (any, *apiError) {
	me := t.bot
	me.FirstName = t.texts.texts["name"][""]
	return struct {
		User
		CanJoinGroups   bool `json:"can_join_groups"`
		CanReadAll      bool `json:"can_read_all_group_messages"`
		SupportsInline  bool `json:"supports_inline_queries"`
		HasMainWebApp   bool `json:"has_main_web_app"`
		CanConnectToBiz bool `json:"can_connect_to_business"`
	}{User: me, CanJoinGroups: !t.cfg.NoGroups, CanReadAll: t.cfg.NoPrivacy}, nil
}

// leaveChat: Bot API: "leave a group, supergroup or channel".
func (t *Telegram) leaveChat(p params) (any, *apiError) {
	id, _ := p.int64("chat_id")
	g, ok := t.groups[id]
	switch {
	case !ok && t.people[id] != nil:
		return nil, badRequest("chat member status can't be changed in private chats")
	case !ok:
		return nil, badRequest("chat not found")
	case g.left:
		return nil, notMember()
	}
	g.left = true
	return true, nil
}

func notMember() *apiError {
	return &apiError{code: http.StatusForbidden, description: "Forbidden: bot is not a member of the group chat"}
}
