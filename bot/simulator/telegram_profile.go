package simulator

import (
	"encoding/json"
	"strconv"
	"strings"
)

// profile is what the bot says about itself, by language code ("" is the default), its
// commands also by scope.
type profile struct {
	commands map[audience]json.RawMessage
	texts    map[string]map[string]string
}

// audience is who sees a list of commands: Bot API, Determining list of commands.
type audience struct{ scope, lang string }

func newProfile(name string) profile {
	return profile{
		commands: map[audience]json.RawMessage{},
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
	to, e := audienceOf(p)
	if e != nil {
		return nil, e
	}
	t.texts.commands[to] = mustJSON(list)
	return true, nil
}

// getMyCommands looks for exactly this scope and language: "If commands aren't set, an
// empty list is returned."
func (t *Telegram) getMyCommands(p params) (any, *apiError) {
	to, e := audienceOf(p)
	if e != nil {
		return nil, e
	}
	if list, ok := t.texts.commands[to]; ok {
		return list, nil
	}
	return []command{}, nil
}

// audienceOf: server, get_bot_command_scope. The scopes of single chats are refused
// as for a chat that the bot does not know: the program has no use for them.
func audienceOf(p params) (audience, *apiError) {
	if !languagePattern.MatchString(p["language_code"]) {
		return audience{}, badRequest("LANG_CODE_INVALID")
	}
	to := audience{"default", p["language_code"]}
	if p["scope"] == "" {
		return to, nil
	}
	var scope struct {
		Type string `json:"type"`
	}
	if json.Unmarshal([]byte(p["scope"]), &scope) != nil {
		return to, badRequest("can't parse BotCommandScope JSON object")
	}
	switch to.scope = scope.Type; scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return to, nil
	case "chat", "chat_administrators", "chat_member":
		return to, badRequest("chat not found")
	}
	return to, badRequest("can't parse BotCommandScope: Unsupported type specified")
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
		if !languagePattern.MatchString(p["language_code"]) {
			return nil, badRequest("LANG_CODE_INVALID")
		}
		text := t.texts.texts[field][p["language_code"]]
		if text == "" {
			text = t.texts.texts[field][""]
		}
		return map[string]string{field: text}, nil
	}
}

// getUserProfilePhotos: Bot API: offset, and limit 1-100, defaults to 100. Only the bot
// has pictures here.
func (t *Telegram) getUserProfilePhotos(p params) (any, *apiError) {
	id, _ := p.int64("user_id")
	if id <= 0 {
		return nil, badRequest("invalid user_id specified")
	}
	total := 0
	switch {
	case id == t.bot.ID:
		total = t.cfg.Pictures
	case t.people[id] == nil:
		return nil, badRequest("user not found")
	}
	offset, limit := clamped(p["offset"], 0, 0, total), clamped(p["limit"], 100, 1, 100)
	photos := [][]wireFile{}
	for range min(limit, total-offset) {
		photos = append(photos, photoSizes())
	}
	return map[string]any{"total_count": total, "photos": photos}, nil
}

// clamped: server, get_integer_arg: a number outside its bounds is brought to the nearer one.
func clamped(raw string, def, low, high int) int {
	if raw == "" {
		return def
	}
	n, _ := strconv.Atoi(raw) // what is no number is 0
	return min(max(n, low), high)
}
