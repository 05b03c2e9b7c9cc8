package console

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// busy is a shift in the middle: two chats held, some waiting, one urgent.
func busy(t *testing.T) *world {
	w := newWorld(t)
	mari := w.accounts[staff.Counsellor]
	w.waits(ticketID(1), "Tere. Ma ei tea, kuhu pöörduda.")
	w.holds(ticketID(1), mari)
	w.change(ticketID(1), func(c *handoff.Chat) {
		c.Band, c.Channel, c.Phase = flows.High, flows.SMS, flows.Live
		c.Woman, c.Minor, c.Dropped = true, true, []handoff.Filter{handoff.ByDesk}
		at := c.Person.UnixMilli()
		c.Log = append(c.Log,
			handoff.Line{Entry: flows.Entry{From: flows.Event, At: at, Text: "event.claimed"}},
			handoff.Line{Entry: flows.Entry{From: flows.Counsellor, At: at, Words: "Tere! Olen siin. Kas oled praegu kuskil, kus on rahulik?", By: "Mari"}, Delivery: "sent"},
			handoff.Line{Entry: flows.Entry{From: flows.Note, At: at, Words: "Rääkida kolleegiga varjupaigast", By: "Mari"}})
	})
	w.says(ticketID(1), "Jah, sõbranna juures. Aga ta teab, kus ma olen, ja ma kardan koju minna.")
	w.waits(ticketID(2), "Здравствуйте")
	w.change(ticketID(2), func(c *handoff.Chat) { c.Lang, c.Band = flows.Russian, flows.Trafficking })
	w.holds(ticketID(2), mari)
	for n := range byte(3) {
		w.waits(ticketID(10+n), "Tere")
	}
	if err := w.OnDuty(t.Context(), member(mari)); err != nil {
		t.Fatal(err)
	}
	return w
}

// Every page fits a phone of 360 pixels, in light and dark and in three languages, with something on it to look at.
func TestEveryPageFitsAPhone(t *testing.T) {
	w := busy(t)
	pages := []struct {
		name, path, ready string
		role              staff.Role
	}{
		{"sign-in", "/sign-in", `document.querySelector("input[name=name]")`, ""},
		{"desk", "/desk#t=" + ticketID(1), said("Jah, sõbranna juures. Aga ta teab, kus ma olen, ja ma kardan koju minna."), staff.Counsellor},
		{"report", "/report", `document.querySelector("table")`, staff.Coordinator},
		{"report-month", "/report?month=2026-04", `document.querySelector(".chart")`, staff.Coordinator},
		{"accounts", "/accounts", `document.querySelector("table")`, staff.Admin},
		{"nowhere", "/nowhere", `document.querySelector("h1")`, staff.Admin},
	}
	for _, p := range pages {
		var cookie *http.Cookie
		if p.role != "" {
			cookie = w.session(p.role)
		}
		b := w.browse(t, cookie, 360, 740)
		for _, lang := range pageLangs {
			call(b, network.SetCookie, network.SetCookieParams{Name: languageCookie, Value: lang, URL: w.server.URL + "/"})
			b.open("/static/icon.svg") // a new fragment alone would not load the page anew
			b.open(p.path)
			b.sees(p.ready)
			for _, scheme := range []string{"light", "dark"} {
				call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
				for _, width := range []int64{360, 1280} {
					b.do(chromedp.EmulateViewport(width, 740))
					b.shot(p.name + "-" + lang + "-" + scheme + "-" + toJS(width))
					if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > int(width) {
						t.Errorf("%s in %s is %d wide on a window of %d", p.name, lang, wide, width)
					}
					if odd := eval[[]string](b, `document.body.innerText.match(/\[object|undefined|NaN|\b[a-z]+\.[a-z]+(\.[a-z]+)?\b(?=\s|$)/g) || []`); len(odd) > 0 {
						t.Errorf("%s in %s shows what no person wrote: %q", p.name, lang, odd)
					}
					if faint := eval[[]string](b, contrast); len(faint) > 0 {
						t.Errorf("%s in %s, %s: too faint to read (WCAG AA): %q", p.name, lang, scheme, faint)
					}
				}
			}
		}
		b.clean()
	}
}

// contrast lists texts with less than 4.5 to 1 against what is behind them.
const contrast = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return c.startsWith("color(") ? [m[0]*255, m[1]*255, m[2]*255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
	const lum = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
	const behind = n => { for (; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c[3] > .99) return c; } return [255, 255, 255, 1]; };
	const bad = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const n = walk.currentNode.parentElement;
		if (!walk.currentNode.textContent.trim() || !n.checkVisibility() || n.closest(".unseen, .skip, option, noscript, kbd, svg, :disabled")) continue;
		const a = lum(parse(getComputedStyle(n).color)), b = lum(behind(n));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) bad.add(n.className + " " + n.tagName + " " + ratio.toFixed(2) + " " + walk.currentNode.textContent.trim().slice(0, 20));
	}
	return [...bad];
})()`

func TestTheFirstFiveSecondsAreOneScreen(t *testing.T) {
	w := busy(t)
	b := w.browse(t, w.session(staff.Counsellor), 360, 740)
	b.open("/desk#t=" + ticketID(1))
	b.sees(`document.querySelectorAll("#facts dd").length === 6`)
	hidden := eval[[]string](b, `["#duty", "#live", "#take", "#mine button", "#facts .band", "#facts dd", "#words", "#send", "#close-button"].filter(s =>
		[...document.querySelectorAll(s)].some(n => { const r = n.getBoundingClientRect(); return r.height === 0 || r.top < 0 || r.bottom > innerHeight || r.left < 0 || r.right > innerWidth; }))`)
	if len(hidden) > 0 {
		t.Errorf("not on the first screen of a phone: %q", hidden)
	}
	if rows := eval[float64](b, `document.getElementById("log").clientHeight`); rows < 110 {
		t.Errorf("only %v pixels are left for the chat", rows)
	}
	small := eval[[]string](b, `[...document.querySelectorAll("button, select, summary, input")].filter(n => n.checkVisibility() && !n.closest("dialog") && (n.getBoundingClientRect().height < 24 || n.getBoundingClientRect().width < 24)).map(n => n.outerHTML.slice(0, 60))`)
	if len(small) > 0 {
		t.Errorf("too small for a finger (WCAG 2.5.8): %q", small)
	}
	b.clean()
}

func TestNewCredentialsAreShownOnceAndWork(t *testing.T) {
	w := newWorld(t)
	b := w.browse(t, w.session(staff.Admin), 360, 740)
	b.open("/accounts")
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=name]"), "Ольга"), chromedp.SetValue(chromedp.CSS("input[name=desks]"), "violence"), chromedp.Click(chromedp.CSS("#add-title ~ form button.main")))
	b.sees(`document.getElementById("password")`)
	b.shot("credentials")
	cred := staff.Credentials{Name: "Ольга", Password: eval[string](b, `document.getElementById("password").textContent`), TOTP: eval[string](b, `document.getElementById("totp").textContent`)}
	if eval[float64](b, `document.querySelector(".qr").getBoundingClientRect().width`) < 200 {
		t.Error("the QR code is too small to scan")
	}
	b.open("/accounts")
	if eval[bool](b, `document.documentElement.innerHTML.includes(`+quote(cred.Password)+`)`) {
		t.Error("the password is shown again")
	}
	b.clean()

	guest := w.browse(t, nil, 360, 740)
	guest.open("/sign-in")
	guest.press(cred.Name + "\t" + cred.Password + "\t" + w.code(cred) + "\r")
	guest.sees(`location.pathname === "/desk" && document.querySelector("#live.on")`)
	guest.clean()
}
