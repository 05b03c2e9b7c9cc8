package simulator

import (
	"encoding/json"
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

func (t *Telegram) getMe(params) (any, *apiError) {
	return struct {
		User
		CanJoinGroups   bool `json:"can_join_groups"`
		CanReadAll      bool `json:"can_read_all_group_messages"`
		SupportsInline  bool `json:"supports_inline_queries"`
		HasMainWebApp   bool `json:"has_main_web_app"`
		CanConnectToBiz bool `json:"can_connect_to_business"`
	}{User: t.bot, CanJoinGroups: true}, nil
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

// profile is what the bot says about itself, by language code ("" is the default).
type profile struct {
	commands map[string]json.RawMessage
	texts    map[string]map[string]string
}

func newProfile(name string) profile {
	return profile{
		commands: map[string]json.RawMessage{},
		texts: map[string]map[string]string{
			"name": {"": name}, "description": {}, "short_description": {},
		},
	}
}

type command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

func (t *Telegram) setMyCommands(p params) (any, *apiError) {
	var list []command
	if json.Unmarshal([]byte(p["commands"]), &list) != nil {
		return nil, badRequest("can't parse commands JSON object")
	}
	if len(list) > CommandsMax {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandPattern.MatchString(c.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := characters(c.Description); n < 1 || n > CommandDescriptionMax {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	if !languagePattern.MatchString(p["language_code"]) {
		return nil, badRequest("LANG_CODE_INVALID")
	}
	t.texts.commands[p["language_code"]] = mustJSON(list)
	return true, nil
}

func (t *Telegram) getMyCommands(p params) (any, *apiError) {
	if list, ok := t.texts.commands[p["language_code"]]; ok {
		return list, nil
	}
	return []command{}, nil
}

// setText stores one of the bot's own texts; an empty one removes it.
func setText(field string, limit int) func(*Telegram, params) (any, *apiError) {
	return func(t *Telegram, p params) (any, *apiError) {
		if !languagePattern.MatchString(p["language_code"]) {
			return nil, badRequest("LANG_CODE_INVALID")
		}
		if characters(p[field]) > limit {
			return nil, badRequest(strings.ReplaceAll(field, "_", " ") + " is too long")
		}
		t.texts.texts[field][p["language_code"]] = p[field]
		return true, nil
	}
}

// getText gives the text for the language, or the default one where there is none.
func getText(field string) func(*Telegram, params) (any, *apiError) {
	return func(t *Telegram, p params) (any, *apiError) {
		text := t.texts.texts[field][p["language_code"]]
		if text == "" {
			text = t.texts.texts[field][""]
		}
		return map[string]string{field: text}, nil
	}
}
