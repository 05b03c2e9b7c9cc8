package simulator

import (
	"net/url"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// A revealing command set for one language and one kind of chat must not hide behind the default list: a look that
// forgets the scope or the language has to come back without it.
func TestCommandsHaveTheirAudience(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	b, ctx := client(t, tg), deadline(t)
	set := &bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "start", Description: "x"}},
		Scope: &models.BotCommandScopeAllPrivateChats{}, LanguageCode: "ru"}
	if ok, err := b.SetMyCommands(ctx, set); !ok || err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		scope models.BotCommandScope
		lang  string
		want  int
	}{
		{&models.BotCommandScopeAllPrivateChats{}, "ru", 1},
		{&models.BotCommandScopeAllPrivateChats{}, "", 0},
		{&models.BotCommandScopeAllPrivateChats{}, "et", 0},
		{&models.BotCommandScopeDefault{}, "ru", 0},
		{nil, "ru", 0},
	} {
		got, err := b.GetMyCommands(ctx, &bot.GetMyCommandsParams{Scope: c.scope, LanguageCode: c.lang})
		if err != nil || len(got) != c.want {
			t.Errorf("%T %q: %d commands, want %d; %v", c.scope, c.lang, len(got), c.want, err)
		}
	}
}

func TestProfileOfTheBot(t *testing.T) {
	tg, _ := newTelegram(t, func(c *TelegramConfig) { c.NoGroups, c.NoPrivacy, c.Pictures = true, true, 2 })
	must(t, tg, "setMyName", url.Values{"name": {"Lumi"}})
	b, ctx := client(t, tg), deadline(t)
	me, err := b.GetMe(ctx)
	if err != nil || me.FirstName != "Lumi" || me.CanJoinGroups || !me.CanReadAllGroupMessages {
		t.Errorf("%+v %v", me, err)
	}
	for limit, want := range map[int]int{1: 1, 0: 2} {
		got, err := b.GetUserProfilePhotos(ctx, &bot.GetUserProfilePhotosParams{UserID: me.ID, Limit: limit})
		if err != nil || got.TotalCount != 2 || len(got.Photos) != want || len(got.Photos[0]) == 0 || got.Photos[0][0].FileID == "" {
			t.Errorf("limit %d: %+v %v", limit, got, err)
		}
	}
	if got, err := b.GetUserProfilePhotos(ctx, &bot.GetUserProfilePhotosParams{UserID: me.ID, Offset: 1}); err != nil || len(got.Photos) != 1 {
		t.Errorf("from the second on: %+v %v", got, err)
	}
}
