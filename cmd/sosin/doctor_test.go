package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sosin/bot/simulator"
	"sosin/bot/sms"
	"sosin/flows"
	"sosin/flows/service"
)

const doctorService = "MG0123456789abcdef0123456789abcdef"

// outside is both providers, with an account that gives nothing away and leads to us.
type outside struct {
	testing.TB
	telegram *simulator.Telegram
	twilio   *simulator.Twilio
	at       map[string]string // URL of each stand-in
	args     []string
}

func newOutside(t testing.TB, change func(*simulator.TelegramConfig, *simulator.TwilioConfig)) *outside {
	t.Helper()
	tg := simulator.TelegramConfig{Token: rigToken, Name: "Lumi", Username: "lumi_bot", NoGroups: true}
	tw := simulator.TwilioConfig{AccountSID: rigSID, AuthToken: rigAuth, From: rigNumber,
		WebhookURL: rigPublic + sms.WebhookPath + "#rc=3", FallbackURL: rigPublic + sms.FallbackPath,
		Number: simulator.NumberSetup{VoiceURL: "https://voice.example/say"}}
	from := rigNumber
	if change != nil {
		change(&tg, &tw)
	}
	if tw.MessagingServiceSID != "" {
		from = tw.MessagingServiceSID
	}
	o := &outside{TB: t, telegram: simulator.NewTelegram(tg), twilio: simulator.NewTwilio(tw), at: map[string]string{}}
	for name, h := range map[string]http.Handler{"telegram": o.telegram, "twilio": o.twilio} {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		o.at[name] = srv.URL
	}
	o.set("setWebhook", "url", rigPublic+"/telegram", "secret_token", rigSecret)
	o.args = []string{"--data", filepath.Join(t.TempDir(), "data"), "--public-url", rigPublic,
		"--telegram-token", rigToken, "--telegram-secret", rigSecret, "--telegram-api", o.at["telegram"],
		"--twilio-account-sid", rigSID, "--twilio-auth-token", rigAuth, "--twilio-from", from, "--twilio-api", o.at["twilio"]}
	return o
}

// set is what an operator did with BotFather, or another program with the bot's token.
func (o *outside) set(method string, pairs ...string) {
	o.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(o.at["telegram"]+"/bot"+rigToken+"/"+method, form)
	if err != nil {
		o.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		o.Fatalf("%s: %s", method, resp.Status)
	}
}

// doctor runs it and returns its lines, the column of names narrowed to one blank, and the exit status.
func (o *outside) doctor(more ...string) (lines []string, status int) {
	o.Helper()
	var out, errs bytes.Buffer
	status = run(o.Context(), append(append([]string{"doctor"}, o.args...), more...), streams{&out, &errs})
	for _, secret := range []string{rigToken, "canary", rigAuth, rigSID, rigNumber[1:], doctorService, "Lumi", "lumi_bot"} {
		if strings.Contains(out.String()+errs.String(), secret) {
			o.Errorf("%s was printed", secret)
		}
	}
	if errs.Len() > 0 {
		o.Errorf("beside the lines: %s", errs.String())
	}
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines, status
}

// about leaves only what was said of the outside.
func about(lines []string, sections ...string) (out []string) {
	for _, l := range lines {
		if word := strings.Fields(l); len(word) > 1 && slices.Contains(sections, word[1]) {
			out = append(out, l)
		}
	}
	return out
}

func wrongs(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, "WRONG ") })
}

// A whole installation of which nothing is wrong: notes may be said, and the status is 0.
func TestDoctorOfAHealthyInstallation(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server here")
	}
	o := newOutside(t, func(tg *simulator.TelegramConfig, _ *simulator.TwilioConfig) { tg.Pictures = 1 })
	o.set("setMyCommands", "commands", `[{"command":"start","description":"Alusta"}]`)
	data := short(t)
	var errs bytes.Buffer
	add := []string{"staff", "add", "--data", data, "--name", "Kadri", "--role", "counsellor", "--json"}
	if code := run(t.Context(), add, streams{&bytes.Buffer{}, &errs}); code != 0 {
		t.Fatal(errs.String())
	}
	lines, status := o.doctor("--data", data, "--service", dated(t, service.CrisisLine, "", factsWarning-1))
	if status != 0 || len(wrongs(lines)) > 0 {
		t.Errorf("status %d:\n%s", status, strings.Join(lines, "\n"))
	}
	for _, want := range []string{
		"ok profile the bot's names, texts and menu give nothing away",
		"note profile the bot has a picture, which no program can judge; look at it yourself: nothing in it may tell what this is",
		"ok sms account active, messages lead here",
		"note voice calls to the number are answered by an address that is not ours; call it yourself: something must answer, and name nothing",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("not said: %s", want)
		}
	}
	for _, want := range []string{"note opt-out Twilio itself answers STOP", "note service "} {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("not said: %s...", want)
		}
	}
}

// One thing at a time is made to tell, or to lead astray; exactly that is said, with its mend.
func TestDoctorLooksOutward(t *testing.T) {
	type tgCfg = simulator.TelegramConfig
	type twCfg = simulator.TwilioConfig
	inService := func(tw *twCfg) { tw.MessagingServiceSID = doctorService }
	for name, c := range map[string]struct {
		change func(*tgCfg, *twCfg)
		then   func(*outside)
		want   string
	}{
		"username": {change: func(tg *tgCfg, _ *twCfg) { tg.Username = "ohvriabi_bot" },
			want: `WRONG profile the bot's username says "ohvriabi", which tells what this is; a bot keeps its username: make another with /newbot in BotFather, and set its token`},
		"name": {change: func(tg *tgCfg, _ *twCfg) { tg.Name = "Naiste tugikeskus" },
			want: `WRONG profile the bot's name (default) says "naiste tugikeskus", which tells what this is; send /setname to BotFather and write another`},
		"name in one language": {then: func(o *outside) { o.set("setMyName", "name", "Стоп насилие", "language_code", "ru") },
			want: `WRONG profile the bot's name (language ru) says "насилие", which tells what this is; empty it: call the Bot API's setMyName with language_code ru and nothing else`},
		"description": {then: func(o *outside) { o.set("setMyDescription", "description", "For victims.") },
			want: `WRONG profile the bot's description (default) says "victims", which tells what this is; send /setdescription to BotFather and write another`},
		"about in one language": {then: func(o *outside) {
			o.set("setMyShortDescription", "short_description", "Kriisiabi", "language_code", "et")
		},
			want: `WRONG profile the bot's about text (language et) says "kriisiabi", which tells what this is; empty it: call the Bot API's setMyShortDescription with language_code et and nothing else`},
		"command in one language": {then: func(o *outside) {
			o.set("setMyCommands", "commands", `[{"command":"start","description":"a"},{"command":"x","description":"b"},{"command":"y","description":"Shelter"}]`, "language_code", "en")
		}, want: `WRONG profile the menu (language en, default) says "shelter", which tells what this is; call the Bot API's deleteMyCommands with scope {"type":"default"} and language_code en`},
		"start that tells": {then: func(o *outside) {
			o.set("setMyCommands", "commands", `[{"command":"start","description":"Помощь"}]`, "scope", `{"type":"all_private_chats"}`)
		}, want: `WRONG profile the menu (default, all_private_chats) says "помощь", which tells what this is; call the Bot API's deleteMyCommands with scope {"type":"all_private_chats"}`},
		"any command": {then: func(o *outside) {
			o.set("setMyCommands", "commands", `[{"command":"start","description":"a"},{"command":"menu","description":"b"},{"command":"end","description":"c"}]`)
		}, want: `WRONG profile the menu (default, default) shows the command /menu; send /setcommands to BotFather, then /empty; only /start may stand there`},
		"groups": {change: func(tg *tgCfg, _ *twCfg) { tg.NoGroups = false },
			want: `WRONG profile the bot can be added to groups, which show who is in them; send /setjoingroups to BotFather and choose Disable`},
		"privacy": {change: func(tg *tgCfg, _ *twCfg) { tg.NoPrivacy = true },
			want: `WRONG profile the bot reads along in groups; send /setprivacy to BotFather and choose Enable`},
		"webhook elsewhere": {then: func(o *outside) { o.set("setWebhook", "url", "https://elsewhere.example/telegram") },
			want: "WRONG telegram the webhook leads elsewhere or nowhere; start `sosin serve`: it registers the webhook"},

		"messages elsewhere": {change: func(_ *tgCfg, tw *twCfg) { tw.WebhookURL = "https://elsewhere.example/sms" },
			want: `WRONG sms a message to the number is not handed to us; in the Twilio console, set "A message comes in" to SOSIN_PUBLIC_URL/sms with HTTP POST`},
		"messages by GET": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.SMSMethod = "GET" },
			want: `WRONG sms Twilio asks for messages to the number with GET, which we refuse; in the Twilio console, set "A message comes in" to SOSIN_PUBLIC_URL/sms with HTTP POST`},
		"no fallback": {change: func(_ *tgCfg, tw *twCfg) { tw.FallbackURL = "" },
			want: `WRONG sms a message to the number gets no answer in an outage; in the Twilio console, set "Primary handler fails" to SOSIN_PUBLIC_URL/sms/fallback with HTTP POST`},
		"app": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.SMSApplication = "AP0" },
			want: "WRONG sms the number hands messages to a TwiML App, and its own addresses do not count; in the Twilio console, configure it with webhooks instead"},
		"friendly name": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.FriendlyName = "Violence line" },
			want: `WRONG sms the friendly name of the number says "violence", which tells what this is; rename it in the Twilio console: it stands in notices and invoices`},
		"another's number": {then: func(o *outside) { o.args = append(o.args, "--twilio-from", "+37200000009") },
			want: "WRONG sms the sender has no number of this account, so nobody can write; set SOSIN_TWILIO_FROM to our number, or add it to the messaging service"},

		"nobody answers": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.VoiceURL = "" },
			want: "WRONG voice a person who calls the number hears nothing; " + answerIt},
		"Twilio's demo": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.VoiceURL = "https://demo.twilio.com/welcome/voice/" },
			want: "WRONG voice a person who calls the number hears Twilio's demo; " + answerIt},
		"calls to us": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.VoiceURL = rigPublic + "/voice" },
			want: "WRONG voice calls to the number lead to this program, which answers none; " + answerIt},
		"told of calls": {change: func(_ *tgCfg, tw *twCfg) { tw.Number.StatusCallback = "https://elsewhere.example/calls" },
			want: `WRONG voice the number tells an address of each call, with the caller's number; in the Twilio console, empty "Call status changes"`},

		"service elsewhere": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.InboundURL = "https://elsewhere.example/sms"
		}, want: `WRONG sms a message to the messaging service is not handed to us; in the Twilio console, set "Request URL" to SOSIN_PUBLIC_URL/sms with HTTP POST`},
		"in the pool of a service": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.InboundURL = "https://elsewhere.example/sms"
		}, then: func(o *outside) { o.args = append(o.args, "--twilio-from", rigNumber) },
			want: `WRONG sms a message to the messaging service is not handed to us; in the Twilio console, set "Request URL" to SOSIN_PUBLIC_URL/sms with HTTP POST`},
		"service without fallback": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.FallbackURL = "https://elsewhere.example/sms"
		}, want: `WRONG sms a message to the messaging service gets no answer in an outage; in the Twilio console, set "Fallback URL" to SOSIN_PUBLIC_URL/sms/fallback with HTTP POST`},
		"service drops": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.Deaf = true
		}, want: "WRONG sms the messaging service drops what is written to us, and even the sweep cannot find it; in its Integration, choose to send a webhook and write SOSIN_PUBLIC_URL/sms"},
		"service that leaves it to its numbers": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.UseNumber, tw.Service.InboundURL, tw.WebhookURL = true, rigPublic+"/sms", "https://elsewhere.example/sms"
		}, want: `WRONG sms a message to number 1 of the messaging service is not handed to us; in the Twilio console, set "A message comes in" to SOSIN_PUBLIC_URL/sms with HTTP POST`},
		"service decides, whatever its numbers say": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.InboundURL, tw.WebhookURL, tw.Number.VoiceURL = rigPublic+"/sms", "https://elsewhere.example/sms", ""
		}, want: "WRONG voice a person who calls number 1 of the messaging service hears nothing; " + answerIt},
		"service that tells others": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.StatusCallback = "https://elsewhere.example/status"
		}, want: "WRONG sms the messaging service tells another address what became of messages; empty its delivery status callback: each message names ours"},
		"service's name": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.FriendlyName = "Kriisiliin"
		}, want: `WRONG sms the friendly name of the messaging service says "kriisiliin", which tells what this is; rename it in the Twilio console: it stands in notices and invoices`},
		"service without numbers": {change: func(_ *tgCfg, tw *twCfg) {
			inService(tw)
			tw.Service.Empty = true
		}, want: "WRONG sms the sender has no number of this account, so nobody can write; set SOSIN_TWILIO_FROM to our number, or add it to the messaging service"},
		"service that is not there": {then: func(o *outside) { o.args = append(o.args, "--twilio-from", doctorService) },
			want: "WRONG sms Twilio does not accept us (code 20404); check SOSIN_TWILIO_ACCOUNT_SID, SOSIN_TWILIO_AUTH_TOKEN, and that SOSIN_TWILIO_FROM is this account's"},

		"Telegram's token": {then: func(o *outside) { o.args = append(o.args, "--telegram-token", "900000009:another-canary") },
			want: "WRONG telegram the Bot API does not accept us (code 401); check SOSIN_TELEGRAM_TOKEN"},
		"Telegram is slow to": {then: func(o *outside) {
			o.telegram.Fail(simulator.Fault{Operation: "getMyDescription", Status: 429, RetryAfter: 90 * time.Second})
		}, want: "WRONG telegram the Bot API asks us to wait; try again in 1m30s"},
		"Telegram cut off": {then: func(o *outside) {
			o.telegram.Fail(simulator.Fault{Operation: "getMyCommands", Drop: simulator.DropBefore})
		}, want: "WRONG telegram the Bot API does not answer; check the way out to the Internet (proxy, firewall, DNS) and SOSIN_TELEGRAM_API"},
		"Telegram away": {then: func(o *outside) { o.args = append(o.args, "--telegram-api", "http://127.0.0.1:1") },
			want: "WRONG telegram the Bot API does not answer; check the way out to the Internet (proxy, firewall, DNS) and SOSIN_TELEGRAM_API"},
		"Twilio's token": {then: func(o *outside) { o.args = append(o.args, "--twilio-auth-token", "canary") },
			want: "WRONG sms Twilio does not accept us (code 20003); check SOSIN_TWILIO_ACCOUNT_SID, SOSIN_TWILIO_AUTH_TOKEN, and that SOSIN_TWILIO_FROM is this account's"},
		"Twilio's gateway": {then: func(o *outside) { o.twilio.Fail(simulator.Fault{Status: 502, Body: "<html>canary"}) },
			want: "WRONG sms Twilio gives an answer that is of no use (code 502); try again later; if it stays, check SOSIN_TWILIO_API"},
		"Twilio away": {then: func(o *outside) { o.args = append(o.args, "--twilio-api", "http://127.0.0.1:1") },
			want: "WRONG sms Twilio does not answer; check the way out to the Internet (proxy, firewall, DNS) and SOSIN_TWILIO_API"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutside(t, c.change)
			if c.then != nil {
				c.then(o)
			}
			lines, status := o.doctor()
			got := wrongs(about(lines, "settings", "telegram", "profile", "sms", "voice", "opt-out", "service"))
			if status != 1 || !slices.Equal(got, []string{c.want}) {
				t.Errorf("status %d, want\n%s\ngot\n%s", status, c.want, strings.Join(got, "\n"))
			}
		})
	}
}

// A number that cannot be called, or whose calls go where the API does not show: neither is wrong.
func TestDoctorOfCallsItCannotFollow(t *testing.T) {
	for want, change := range map[string]func(*simulator.NumberSetup){
		"ok voice the number cannot be called": func(n *simulator.NumberSetup) { n.NoVoice, n.VoiceURL = true, "" },
		"note voice calls to the number go to a TwiML App or a trunk, which is not read here; " + callIt: func(n *simulator.NumberSetup) { n.Trunk, n.VoiceURL = "TK0", "" },
	} {
		o := newOutside(t, func(_ *simulator.TelegramConfig, tw *simulator.TwilioConfig) { change(&tw.Number) })
		lines, _ := o.doctor()
		if got := about(lines, "voice"); !slices.Equal(got, []string{want}) {
			t.Errorf("want %s, got %v", want, got)
		}
	}
}

// dated writes the example service file with the trafficking line's last day so many days from today, and optionally
// another number's.
func dated(t testing.TB, id, until string, days int) string {
	t.Helper()
	raw, err := service.Files.ReadFile(service.ExampleName)
	if err != nil {
		t.Fatal(err)
	}
	last := time.Now().In(flows.Tallinn).AddDate(0, 0, days).Format(time.DateOnly)
	lines := strings.Split(string(raw), "\n")
	for i, l := range lines {
		switch {
		case strings.HasPrefix(l, "  trafficking: {"):
			lines[i] = strings.Replace(l, "2027-06-30", last, 1)
		case until != "" && strings.HasPrefix(l, "  "+id+": {"):
			lines[i] = strings.Replace(l, "lasting", until, 1)
		default:
			lines[i] = strings.Replace(l, "2027-06-30", "2999-06-30", 1) // whenever this test is run
		}
	}
	name := filepath.Join(t.TempDir(), "service.yaml")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// position is where a word stands in the file that dated writes.
func position(t testing.TB, line, word string) string {
	t.Helper()
	raw, err := service.Files.ReadFile(service.ExampleName)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(string(raw), "\n") {
		if before, _, ok := strings.Cut(l, word); ok && strings.HasPrefix(l, line) {
			return fmt.Sprintf("service.yaml:%d:%d", i+1, 1+utf8.RuneCountInString(before))
		}
	}
	t.Fatalf("the example has no line %q with %s", line, word)
	return ""
}

// A number that has run out is not given any more: who asks for it gets nothing, until somebody looks it up anew.
func TestDoctorOfFacts(t *testing.T) {
	const mend = "; check it where it was read (just.ee, help.unhcr.org/estonia, tai.ee), and write a new valid_until"
	day := func(days int) string { return time.Now().In(flows.Tallinn).AddDate(0, 0, days).Format(time.DateOnly) }
	at := position(t, "  trafficking: {", "2027-06-30")
	for days, want := range map[int]string{
		-1: "WRONG service " + at + ": number trafficking ran out on " + day(-1) + " and is no longer given" + mend,
		0:  "note service " + at + ": what stands here is given for the last time on " + day(0) + mend,
		29: "note service " + at + ": what stands here is given for the last time on " + day(29) + mend,
		30: "ok service every fact is within its time",
	} {
		o := newOutside(t, nil)
		lines, _ := o.doctor("--service", dated(t, "", "", days))
		if got := about(lines, "service"); !slices.Equal(got, []string{want}) {
			t.Errorf("%d days: want\n%s\ngot\n%s", days, want, strings.Join(got, "\n"))
		}
	}
}

// The numbers that come in every danger may not even be given a last day.
func TestDoctorOfARequiredNumberThatRunsOut(t *testing.T) {
	o := newOutside(t, nil)
	lines, status := o.doctor("--service", dated(t, service.CrisisLine, "2020-01-01", 100))
	want := "WRONG service the service file has faults: " + position(t, "  116006: {", "116006") + ": number 116006 may not be empty or run out; " +
		"write its text, and valid_until: lasting; run `sosin check`"
	if got := about(lines, "service"); status != 1 || !slices.Equal(got, []string{want}) {
		t.Errorf("status %d: %v", status, got)
	}
}

// check is for before a start, and a start goes on without the fact: it warns and does not fail.
func TestCheckWarnsOfFacts(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"check", "--service", dated(t, "", "", -1)}, streams{&out, &errs})
	if code != 0 || !strings.Contains(errs.String(), position(t, "  trafficking: {", "2027-06-30")+": number trafficking ran out on ") {
		t.Errorf("status %d: %s", code, errs.String())
	}
}
