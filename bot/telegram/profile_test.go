package telegram

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sosin/bot"
	"sosin/bot/simulator"
)

// set is what an operator, or another program with the same token, has done to the bot.
func set(t *testing.T, tg *simulator.Telegram, method string, pairs ...string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(serverOf(t, tg)+"/bot"+testToken+"/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", method, resp.Status)
	}
}

// Whoever looks over a shoulder sees what stands in that phone's language: each of ours has to be asked for by itself.
func TestProfile(t *testing.T) {
	tg, c := provider(t, simulator.TelegramConfig{Name: "Lumi", Username: "lumi_bot", NoGroups: true, NoPrivacy: true, Pictures: 2})
	set(t, tg, "setMyName", "name", "Снег", "language_code", "ru")
	set(t, tg, "setMyDescription", "description", "winter")
	set(t, tg, "setMyShortDescription", "short_description", "talv", "language_code", "et")
	set(t, tg, "setMyCommands", "commands", `[{"command":"start","description":"a"}]`)
	set(t, tg, "setMyCommands", "commands", `[{"command":"lume","description":"b"}]`, "scope", `{"type":"all_private_chats"}`, "language_code", "en")
	got, err := c.Profile(t.Context())
	want := Profile{
		Identity: Identity{ID: 900000000, Username: "lumi_bot", Name: "Lumi", ReadsGroups: true},
		Texts: []ProfileText{{Name, "", "Lumi"}, {Name, "ru", "Снег"}, {Description, "", "winter"},
			{ShortDescription, "et", "talv"}},
		Commands: []ProfileCommand{{"default", "", "start", "a"}, {"all_private_chats", "en", "lume", "b"}},
		Pictures: 2,
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}

// A profile read only in part must not pass for one that gives nothing away.
func TestProfileThatCannotBeRead(t *testing.T) {
	for _, method := range []string{"getMe", "getMyName", "getMyDescription", "getMyShortDescription", "getMyCommands", "getUserProfilePhotos"} {
		tg, c := provider(t, simulator.TelegramConfig{})
		tg.Fail(simulator.Fault{Operation: method, Drop: simulator.DropBefore})
		_, err := c.Profile(t.Context())
		if got := sendError(t, err); got.Reason != bot.Unknown || strings.Contains(err.Error(), testToken) {
			t.Errorf("%s: %v", method, err)
		}
		tg.ClearFaults()
		tg.Fail(simulator.Fault{Operation: method, Status: http.StatusOK, Body: `{"ok":true,"result":"canary"}`})
		if _, err := c.Profile(t.Context()); sendError(t, err).Reason != bot.Unknown || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s, unreadable: %v", method, err)
		}
	}
}
