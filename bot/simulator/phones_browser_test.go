package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromium opens a browser, or skips the test where there is none. quit ends it
// early; the test's end does too.
func chromium(t *testing.T) (tab context.Context, quit func()) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("no Chromium here")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	alloc, stop := chromedp.NewExecAllocator(ctx, opts...)
	tab, closeTab := chromedp.NewContext(alloc)
	quit = sync.OnceFunc(func() { _ = chromedp.Cancel(tab) }) // a browser that is gone already is fine
	t.Cleanup(func() {
		quit()
		closeTab()
		stop()
		cancel()
	})
	return tab, quit
}

// picture keeps a screenshot in the folder that SIMULATOR_SCREENSHOTS names, if any.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("screenshot: %v", err)
	}
	if dir := os.Getenv("SIMULATOR_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// echo plays a bot: it answers a message with buttons and a tap with a thank-you.
func echo(t *testing.T, tg *Telegram) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		var u struct {
			Message struct {
				Text string
				Chat struct{ ID int64 }
			}
			Query struct {
				ID   string
				From struct{ ID int64 }
			} `json:"callback_query"`
		}
		if json.NewDecoder(r.Body).Decode(&u) != nil {
			return
		}
		if u.Query.ID != "" {
			ask(t, tg, "answerCallbackQuery", url.Values{"callback_query_id": {u.Query.ID}})
			ask(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(u.Query.From.ID)}, "text": {"Aitäh. <i>Thank you.</i>"}, "protect_content": {"true"}})
			return
		}
		buttons := `{"inline_keyboard":[[{"text":"1 Jah, on turvaline","callback_data":"yes"},{"text":"2 Ei","callback_data":"no"}],[{"text":"3 Русский язык","callback_data":"ru"}]]}`
		ask(t, tg, "sendMessage", url.Values{"chat_id": {fmt.Sprint(u.Message.Chat.ID)},
			"text": {"Tere. Kas praegu on turvaline kirjutada?\nIs it safe to write now?"}, "reply_markup": {buttons}})
	}
}

// The page as a person meets it: keyboard, tap, block, both phones, a narrow screen.
func TestPhonesInABrowser(t *testing.T) {
	ctx, quit := chromium(t)
	tg := NewTelegram(TelegramConfig{Token: token, Insecure: true})
	tw := NewTwilio(TwilioConfig{AccountSID: account, AuthToken: secret, From: helpline})
	t.Cleanup(tg.Close)
	t.Cleanup(tw.Close)
	hook := httptest.NewServer(echo(t, tg))
	t.Cleanup(hook.Close)
	must(t, tg, "setWebhook", url.Values{"url": {hook.URL}})
	running(t, tg.Run)
	running(t, tw.Run)
	p := &Phones{Telegram: tg, Twilio: tw, Prefix: "/phones/", Doors: []Door{
		{"Phones", "Write as somebody who looks for help. You are here.", "#"},
		{"Counsellor", "Take the next person and answer.", "#c"},
		{"Coordinator", "Read statistics that point at nobody.", "#s"},
	}}
	srv := httptest.NewServer(p.Handler())
	t.Cleanup(func() { p.Close(); srv.Close() })
	console := chromedp.Console(ctx)

	type check struct{ what, js string }
	holds := func(c check) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](c.js, chromedp.WithPollingTimeout(15*time.Second))); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(srv.URL+"/phones/"))
	holds(check{"live updates", `document.getElementById("live").textContent === "Connected"`})
	do(chromedp.SendKeys(chromedp.CSS("#telegram-text"), "Tere <b>õhtust</b>\r"))
	holds(check{"the bot's buttons", `document.querySelectorAll("#telegram .key").length === 3`})
	holds(check{"words are text, not markup", `document.querySelector("#telegram .mine .bubble")?.textContent === "Tere <b>õhtust</b>"`})
	do(chromedp.Click(chromedp.CSS(`[data-tap="yes"]`)))
	holds(check{"the spinner ends", `document.querySelectorAll("#telegram .message").length === 3 && !document.querySelector('[aria-busy="true"]')`})
	do(chromedp.SendKeys(chromedp.CSS("#sms-text"), "Mul on hirm, õde\r"))
	holds(check{"segments under a text", `document.querySelector("#sms .meta")?.textContent.includes("1 segment · UCS-2")`})
	number, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#sms .person")))
	if err != nil {
		t.Fatal(err)
	}
	rest(t, tw, http.MethodPost, messages+".json", sms("To", number, "Body", strings.Repeat("Abi on olemas, helista 116 006. ", 6)))
	holds(check{"a long answer", `document.querySelectorAll("#sms .meta")[1]?.textContent.includes("2 segments · GSM-7")`})
	holds(check{"Enter sends and leaves nothing behind", `document.getElementById("sms-text").value === "" && document.getElementById("telegram-text").value === ""`})
	picture(t, ctx, "desktop")
	dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, dark); err != nil {
		t.Fatal(err)
	}
	holds(check{"dark mode", `getComputedStyle(document.body).backgroundColor === "rgb(21, 25, 29)"`})
	picture(t, ctx, "dark")

	do(chromedp.Reload())
	holds(check{"a reload keeps both conversations", `document.querySelectorAll("#telegram .message").length === 3 && document.querySelectorAll("#sms .message").length === 2`})
	do(chromedp.EmulateViewport(360, 740))
	holds(check{"no sideways scrolling at 360 px", `document.documentElement.scrollWidth <= 360`})
	holds(check{"stacked", `document.getElementById("sms").getBoundingClientRect().top > document.getElementById("telegram").getBoundingClientRect().bottom - 1`})
	picture(t, ctx, "narrow")
	do(chromedp.Click(chromedp.CSS("#telegram .block")))
	holds(check{"blocked", `document.getElementById("telegram-text").disabled && document.querySelector("#telegram .block").textContent === "Unblock"`})
	person, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#telegram .person")))
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := strconv.ParseInt(person, 10, 64); !tg.Blocked(id) {
		t.Error("the bot is not blocked")
	}
	do(chromedp.Click(chromedp.CSS(`[data-do="telegram/new"]`)))
	holds(check{"a new person", `document.querySelectorAll("#telegram .message").length === 0 && document.querySelector("#telegram .person").textContent !== "` + person + `"`})
	do(chromedp.Click(chromedp.CSS("#telegram .begin")))
	holds(check{"the first message is /start", `document.querySelector("#telegram .mine .bubble")?.textContent === "/start"`})

	quit() // ends the console's stream
	for m, err := range console {
		if err != nil {
			break
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
			t.Errorf("the browser complains: %s", m)
		}
	}
}
