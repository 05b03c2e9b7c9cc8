package telegram

import (
	"context"

	api "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"sosin/flows"
)

// Profile is what Telegram shows of the bot to anybody who opens, searches or borrows a phone.
type Profile struct {
	Identity
	Texts    []ProfileText
	Commands []ProfileCommand
	Pictures int // how many profile pictures; what is in them no program can tell
}

// The kinds of text, as the Bot API names them.
const (
	Name             = "name"
	Description      = "description"       // in the empty chat
	ShortDescription = "short_description" // on the profile page, and beside a shared link
)

// ProfileText is one of the bot's own texts. Lang is empty for people without a text in their language; a language that
// has none of its own is not listed.
type ProfileText struct {
	Kind string
	Lang flows.Lang
	Text string
}

// ProfileCommand is an entry of the chat's menu. Lang is as in ProfileText; Scope is "default" or "all_private_chats".
type ProfileCommand struct {
	Scope                string
	Lang                 flows.Lang
	Command, Description string
}

// Profile reads all of it, for people without a language of ours and for each of ours. An error wraps a *bot.SendError.
func (c *Client) Profile(ctx context.Context) (Profile, error) {
	me, err := c.Me(ctx)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Identity: me}
	for _, read := range []func(context.Context, *Profile) error{c.texts, c.commands, c.pictures} {
		if err := read(ctx, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// languages are the language codes a profile is asked for.
func languages() []flows.Lang { return append([]flows.Lang{""}, flows.Langs...) }

// texts: Bot API, getMyName, getMyDescription, getMyShortDescription: in a language without a text of its own the answer
// is the default one.
func (c *Client) texts(ctx context.Context, p *Profile) error {
	kinds := []struct {
		kind string
		call func(context.Context, string)
	}{
		{Name, func(ctx context.Context, lang string) {
			_, _ = c.lib.GetMyName(ctx, &api.GetMyNameParams{LanguageCode: lang})
		}},
		{Description, func(ctx context.Context, lang string) {
			_, _ = c.lib.GetMyDescription(ctx, &api.GetMyDescriptionParams{LanguageCode: lang})
		}},
		{ShortDescription, func(ctx context.Context, lang string) {
			_, _ = c.lib.GetMyShortDescription(ctx, &api.GetMyShortDescriptionParams{LanguageCode: lang})
		}},
	}
	for _, k := range kinds {
		fallback := ""
		for _, lang := range languages() {
			var got map[string]string
			if err := c.ask(ctx, "get "+k.kind, &got, func(ctx context.Context) { k.call(ctx, string(lang)) }); err != nil {
				return err
			}
			text := got[k.kind]
			if lang == "" {
				fallback = text
			}
			if text != "" && (lang == "" || text != fallback) {
				p.Texts = append(p.Texts, ProfileText{k.kind, lang, text})
			}
		}
	}
	return nil
}

// commands: Bot API, Determining list of commands: in a private chat these two scopes count, each with and without the
// person's language. A scope of one single chat is not looked for: it would name that chat.
func (c *Client) commands(ctx context.Context, p *Profile) error {
	scopes := map[string]models.BotCommandScope{
		"default": &models.BotCommandScopeDefault{}, "all_private_chats": &models.BotCommandScopeAllPrivateChats{},
	}
	for _, name := range []string{"default", "all_private_chats"} {
		for _, lang := range languages() {
			var got []models.BotCommand
			ask := &api.GetMyCommandsParams{Scope: scopes[name], LanguageCode: string(lang)}
			if err := c.ask(ctx, "get commands", &got, func(ctx context.Context) { _, _ = c.lib.GetMyCommands(ctx, ask) }); err != nil {
				return err
			}
			for _, b := range got {
				p.Commands = append(p.Commands, ProfileCommand{name, lang, b.Command, b.Description})
			}
		}
	}
	return nil
}

// pictures: Bot API, getUserProfilePhotos, of the bot itself.
func (c *Client) pictures(ctx context.Context, p *Profile) error {
	var got struct {
		Total int `json:"total_count"`
	}
	err := c.ask(ctx, "get profile pictures", &got, func(ctx context.Context) {
		_, _ = c.lib.GetUserProfilePhotos(ctx, &api.GetUserProfilePhotosParams{UserID: p.ID, Limit: 1})
	})
	p.Pictures = got.Total
	return err
}
