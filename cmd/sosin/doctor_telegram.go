package main

import (
	"context"
	"fmt"

	"sosin/bot/telegram"
)

func (c *doctorCmd) telegramLives(ctx context.Context, d *diagnosis) {
	if !c.telegram() {
		d.ok("telegram", "off")
		return
	}
	token, err := telegram.ParseToken(c.TelegramToken)
	if err != nil {
		return // said under settings
	}
	client, err := telegram.NewClient(token, c.TelegramAPI)
	if err != nil {
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, outsideWithin)
	defer cancel()
	hook, err := client.WebhookInfo(ctx)
	if err == nil {
		c.webhook(d, hook)
		var p telegram.Profile
		if p, err = client.Profile(ctx); err == nil {
			profile(d, p)
		}
	}
	if err != nil {
		d.unanswered("telegram", "the Bot API", err, "SOSIN_TELEGRAM_TOKEN", "SOSIN_TELEGRAM_API")
	}
}

func (c *doctorCmd) webhook(d *diagnosis, hook telegram.Registration) {
	switch {
	case c.polls() && hook.URL != "":
		d.bad("telegram", "a webhook is set, so nothing can be polled", "start `sosin serve`: it removes the webhook")
	case !c.polls() && hook.URL != c.PublicURL+"/telegram":
		d.bad("telegram", "the webhook leads elsewhere or nowhere", "start `sosin serve`: it registers the webhook")
	case hook.Pending > 20:
		d.bad("telegram", fmt.Sprintf("%d updates wait at Telegram", hook.Pending), "check that SOSIN_PUBLIC_URL reaches this machine from outside")
	default:
		d.ok("telegram", "token accepted, "+c.TelegramMode)
	}
}

// profile: who sees a phone sees the bot's name in the list of chats and in a notification, and the rest with one tap.
func profile(d *diagnosis, p telegram.Profile) {
	before := d.wrong
	d.tells("profile", "the bot's username", p.Username, "a bot keeps its username: make another with /newbot in BotFather, and set its token")
	for _, t := range p.Texts {
		k := kinds[t.Kind]
		d.tells("profile", fmt.Sprintf("the bot's %s (%s)", k.label, whose(string(t.Lang))), t.Text, k.mend(string(t.Lang)))
	}
	menu(d, p.Commands)
	if p.JoinsGroups {
		d.bad("profile", "the bot can be added to groups, which show who is in them", "send /setjoingroups to BotFather and choose Disable")
	}
	if p.ReadsGroups {
		d.bad("profile", "the bot reads along in groups", "send /setprivacy to BotFather and choose Enable")
	}
	if d.wrong == before {
		d.ok("profile", "the bot's names, texts and menu give nothing away")
	}
	if p.Pictures > 0 {
		d.note("profile", "the bot has a picture, which no program can judge; look at it yourself: nothing in it may tell what this is")
	}
}

// kind is how people call one of the bot's texts, and what changes it.
type kind struct{ label, botFather, method string }

var kinds = map[string]kind{
	telegram.Name:             {"name", "/setname", "setMyName"},
	telegram.Description:      {"description", "/setdescription", "setMyDescription"},
	telegram.ShortDescription: {"about text", "/setabouttext", "setMyShortDescription"},
}

// mend: the text for one language stands beside the default, and goes away by being emptied.
func (k kind) mend(lang string) string {
	if lang == "" {
		return "send " + k.botFather + " to BotFather and write another"
	}
	return fmt.Sprintf("empty it: call the Bot API's %s with language_code %s and nothing else", k.method, lang)
}

// menu: commands show in the chat as soon as somebody types a slash or taps the button beside the text field.
func menu(d *diagnosis, commands []telegram.ProfileCommand) {
	type audience struct{ scope, lang string }
	said := map[audience]bool{}
	for _, telling := range []bool{true, false} { // a telling command is the one to name, if there is one
		for _, m := range commands {
			a := audience{m.Scope, string(m.Lang)}
			what := fmt.Sprintf("the menu (%s, %s)", whose(a.lang), a.scope)
			switch {
			case said[a]:
			case telling:
				said[a] = d.tells("profile", what, m.Command+" "+m.Description, menuMend(a.scope, a.lang))
			case m.Command != "start":
				said[a] = true
				d.bad("profile", what+" shows the command /"+m.Command, menuMend(a.scope, a.lang)+"; only /start may stand there")
			}
		}
	}
}

func menuMend(scope, lang string) string {
	if scope == "default" && lang == "" {
		return "send /setcommands to BotFather, then /empty"
	}
	mend := "call the Bot API's deleteMyCommands with scope " + fmt.Sprintf(`{"type":%q}`, scope)
	if lang != "" {
		mend += " and language_code " + lang
	}
	return mend
}
