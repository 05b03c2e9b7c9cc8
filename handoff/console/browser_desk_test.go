package console

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
	"sosin/locales"
)

// desk opens the counsellor's page and waits until it lives.
func (w *world) desk(t *testing.T, width, height int64) *tab {
	t.Helper()
	b := w.browse(t, w.session(staff.Counsellor), width, height)
	b.open("/desk")
	b.sees(`document.querySelector("#live.on") && document.querySelector("#queue p")`)
	return b
}

const live = `document.activeElement.id === "words"`

func said(words string) string {
	return `[...document.querySelectorAll("#log .words")].some(n => n.textContent === ` + quote(words) + `)`
}

func TestAWholeShiftByKeyboardAlone(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.waits(ticketID(2), "Kas keegi on siin?")
	w.change(ticketID(2), func(c *handoff.Chat) { c.Band = flows.High })
	b := w.desk(t, 1280, 800)

	b.hit("n")
	b.sees(`document.getElementById("notice").className.includes("bad") && !document.getElementById("notice").hidden`) // not on duty: said, with the mend
	for range 20 {                                                                                                     // Tab reaches the switch
		if b.press(kb.Tab); eval[bool](b, `document.activeElement.id === "duty"`) {
			break
		}
	}
	b.press(" ")
	b.sees(`document.getElementById("duty").getAttribute("aria-checked") === "true"`)
	b.hit("n")
	b.sees(live + ` && location.hash === "#t=` + ticketID(2) + `"`) // the urgent one, and the hands are where the words go
	b.sees(said("Kas keegi on siin?") + ` && document.querySelector("#facts .band-1")`)
	b.press("Tere! Olen siin.")
	b.press(kb.Enter, chromedp.ModifierCtrl)
	b.sees(said("Tere! Olen siin.") + ` && document.getElementById("words").value === "" && document.querySelector("#log .mark.good")`)
	b.shot("answered")
	w.says(ticketID(2), "Aitäh")
	b.sees(said("Aitäh") + ` && document.title.startsWith("(1) ")`) // live, and counted in the title

	b.press(kb.Escape)
	b.sees(`document.activeElement.id === "log"`)
	b.hit("n") // an urgent chat is held, but the store of this test lets two be
	b.sees(live + ` && location.hash === "#t=` + ticketID(1) + `"`)
	b.press(kb.Escape)
	b.hit("2")
	b.sees(live + ` && location.hash === "#t=` + ticketID(2) + `"`)
	b.press(kb.Escape)
	b.hit("m")
	b.sees(`document.activeElement.id === "note-words"`)
	b.press("Helistan kolleegile")
	b.press(kb.Tab + kb.Tab + kb.Enter)
	b.sees(said("Helistan kolleegile"))
	if chat := w.look(ticketID(2)); chat.Log[len(chat.Log)-1].From != flows.Note {
		t.Error("the note went to the person")
	}
	b.hit("g")
	b.sees(`document.getElementById("back-dialog").open`)
	b.press(kb.Escape)
	b.sees(`!document.querySelector("dialog[open]")`)
	if w.look(ticketID(2)).Phase != flows.Live {
		t.Error("leaving the question by Esc gave the person back")
	}
	b.hit("c")
	b.sees(`document.getElementById("close-dialog").open`)
	b.press(" ")
	b.shot("closing")
	b.press(kb.Enter)
	until(t, "the chat is closed", 5*time.Second, func() bool { return w.look(ticketID(2)).Phase == flows.Closed })
	if code := w.look(ticketID(2)).Code; code != handoff.Codes[0] {
		t.Errorf("closing code %q", code)
	}
	b.sees(`location.hash === "#t=` + ticketID(1) + `" && !` + said("Aitäh"))
	b.press(kb.Escape)
	b.hit("?")
	b.sees(`document.getElementById("help-dialog").open`)
	b.press(kb.Enter)
	b.clean()
}

// P-12: whom a person could be handed over to is chosen from a list, by keyboard too, and asked only while they are there.
func TestConsentIsAskedByKeyboard(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	w.change(ticketID(1), func(c *handoff.Chat) {
		c.Woman, c.Minor = true, true
		c.Answers["times"], c.Answers["interpreter"] = "never", "yes"
	})
	b := w.desk(t, 1280, 800)
	words := w.console.words["en"]
	b.sees(said("Tere") + ` && document.getElementById("consent-button").getAttribute("aria-disabled") === "true"`)
	b.sees(`[...document.querySelectorAll("#facts .need")].map(n => n.textContent).join() === ` + quote(words["need.minor"]+","+words["need.woman"]+","+words["need.interpreter"]))
	b.sees(`document.getElementById("facts").textContent.includes(` + quote(words["times.never"]) + `)`)
	b.hit("h") // nobody has answered yet: said, and no question is opened
	b.sees(`!document.querySelector("dialog[open]") && document.getElementById("notice").textContent.includes(` + quote(words["consent.away"]) + `)`)
	w.live(ticketID(1))
	b.sees(`document.getElementById("consent-button").getAttribute("aria-disabled") === "false"`)
	b.hit("h")
	b.sees(`document.getElementById("consent-dialog").open && document.activeElement.id === "partner"`)
	if got := eval[[]string](b, `[...document.getElementById("partner").options].map(o => o.value)`); len(got) != 6 || got[0] != "" || got[1] != "desk:prostitution" {
		t.Errorf("to choose from: %q", got)
	}
	b.shot("consent")
	b.press(kb.Escape)
	b.sees(`!document.querySelector("dialog[open]")`)
	before := len(w.look(ticketID(1)).Log)
	b.sees(`(document.activeElement.blur(), document.activeElement === document.body)`) // where the dialog gave the focus back to, letters are text
	b.hit("h")
	b.sees(`document.getElementById("consent-dialog").open`)
	b.press(kb.Tab + kb.Tab + kb.Enter) // nothing is chosen yet: nothing is asked
	b.sees(`document.getElementById("consent-dialog").open && document.activeElement.id === "partner"`)
	b.press(kb.ArrowDown)
	b.sees(`document.getElementById("partner").value === "desk:prostitution"`)
	b.press(kb.Escape)
	if log := w.look(ticketID(1)).Log; len(log) != before {
		t.Errorf("nothing was confirmed, and the transcript grew by %+v", log[before:])
	}
	w.pass(11 * time.Minute)
	w.hint(ticketID(1))
	b.sees(`document.getElementById("consent-button").getAttribute("aria-disabled") === "true"`)
	b.shot("asked")
	b.clean()
}

// On a phone all that can be done with a chat still fits.
func TestNeedsAndActsFitAPhone(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	w.change(ticketID(1), func(c *handoff.Chat) {
		c.Woman, c.Minor, c.Dropped = true, true, handoff.Filters
		c.Answers = map[string]string{"times": "workdays", "interpreter": "yes", "elsewhere": "yes", "county": "laane-viru"}
	})
	b := w.desk(t, 360, 740)
	for _, lang := range pageLangs {
		call(b, network.SetCookie, network.SetCookieParams{Name: languageCookie, Value: lang, URL: w.server.URL + "/"})
		b.do(chromedp.Reload())
		b.sees(said("Tere") + ` && document.documentElement.lang === ` + quote(lang))
		b.sees(`document.querySelectorAll("#facts .need").length === 5`)
		if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("%s: the page is wider than the phone", lang)
		}
		if cut := eval[[]string](b, `[...document.querySelectorAll(".acts button, .need")].filter(n => n.scrollWidth > n.clientWidth + 1 || n.getBoundingClientRect().right > innerWidth).map(n => n.textContent)`); len(cut) > 0 {
			t.Errorf("%s: cut off: %q", lang, cut)
		}
		b.shot(lang)
	}
	b.clean()
}

// corpus are words that try to be more (T18): markup, handlers, urls, template and JSON escapes, polyglots.
var corpus = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `"><script>alert(1)</script>`, `'"--></style></script><script>alert(1)</script>`,
	`<iframe srcdoc="<script>alert(1)</script>">`, `<a href="javascript:alert(1)">x</a>`, `javascript:alert(1)`, `<style>*{display:none}</style>`, `<body onload=alert(1)>`,
	`<details open ontoggle=alert(1)>`, `<math><mi xlink:href="data:x,<script>alert(1)</script>">`, `{{constructor.constructor('alert(1)')()}}`, `${alert(1)}`, `</textarea><script>alert(1)</script>`,
	`</title><script>alert(1)</script>`, `<!--<img src="--><img src=x onerror=alert(1)//">`, `<form action=//evil.example><button>x`, `<base href=//evil.example>`, `<meta http-equiv=refresh content="0;url=//evil.example">`,
	"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>\\x3e",
	"\u2028</script>\u2029", `\u003cscript\u003ealert(1)`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `data: x` + "\n\n" + `event: signed_out`, `<x-a is=script>`, `__proto__`, `constructor`,
}

// spoofs try to turn or hide what stands beside them (T19).
var spoofs = []string{
	"\u202etxet desrever", "\u2066\u2067\u2068 isolates never closed", "\u202b\u202d overrides", "abc\u200b\u200d\u2060def", "שלום עולם", "مرحبا 112", "\u061c\u200f\u200e", strings.Repeat("\u0301", 300) + "Zalgo",
	strings.Repeat("W", 3000), strings.Repeat("\n", 200) + "end", "🏳️‍🌈 👩🏽‍🚒", "\u0000\ufffe",
}

func TestPeoplesWordsStayWords(t *testing.T) {
	w := newWorld(t)
	k := w.waits(ticketID(1))
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	words := append(append([]string{}, corpus...), spoofs...)
	now, _ := w.Now(t.Context())
	w.change(ticketID(1), func(c *handoff.Chat) {
		for _, words := range words {
			for _, from := range []flows.Speaker{flows.Person, flows.Counsellor, flows.Note} {
				c.Log = append(c.Log, handoff.Line{Entry: flows.Entry{From: from, At: now.UnixMilli(), Words: words, By: words}, Delivery: "sent"})
			}
		}
		c.Answers["county"], c.Desk = words[1], words[1]
		c.Answers[words[2]] = words[0]
		c.Person = now
	})
	k.conv.Last = now.UnixMilli()
	b := w.desk(t, 1000, 800)
	b.sees(`document.querySelectorAll("#log .line").length === ` + toJS(len(words)*3+1))
	got := eval[[]string](b, `[...document.querySelectorAll("#log .line:not(.bot) .words")].map(n => n.textContent)`)
	for i, words := range words {
		for n := range 3 {
			if wire(got[i*3+n]) != wire(words) {
				t.Errorf("shown %q, written %q", got[i*3+n], words)
			}
		}
	}
	if n := eval[int](b, `document.querySelectorAll("#chat script, #chat img, #chat svg, #chat iframe, #chat style, #chat form:not(#answer), #chat a, #chat meta, #chat base, #chat details").length`); n != 0 {
		t.Errorf("%d elements were made from words", n)
	}
	// Typed by the counsellor, each goes through the draft, the preview and the send.
	for _, typed := range []string{corpus[1], corpus[2], spoofs[0]} {
		eval[bool](b, `(() => { const f = document.getElementById("words"); f.value = `+quote(typed)+`; f.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`)
		b.sees(`document.getElementById("preview").textContent.includes(` + quote(string([]rune(typed)[:10])) + `)`)
	}
	// Every word is a direction of its own: the time under a line stands where it stands under a plain one.
	if bad := eval[[]string](b, `[...document.querySelectorAll("#log .words, #facts bdi, #preview bdi")].filter(n => {
		const inner = n.matches("bdi") ? n : n.querySelector("bdi");
		return !inner || n.closest("[dir]").getAttribute("dir") === null || getComputedStyle(inner).unicodeBidi.indexOf("isolate") < 0;
	}).map(n => n.className)`); len(bad) > 0 {
		t.Errorf("not isolated: %q", bad)
	}
	if bad := eval[int](b, `[...document.querySelectorAll("#log .meta")].filter(n => getComputedStyle(n).direction !== "ltr" || n.scrollWidth > n.clientWidth + 1).length`); bad != 0 {
		t.Errorf("%d lines under words are turned or pushed out", bad)
	}
	if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		t.Error("a long word pushes the page wider than the window")
	}
	b.clean()
}

// wire is what of the words JSON and HTML carry: bytes that are no character become U+FFFD either way.
func wire(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return s
	}
	var back string
	if err := json.Unmarshal(raw, &back); err != nil {
		return s
	}
	return back
}

func toJS(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// The count under the answer box is what the person pays for; it must be the program's own.
func TestThePageCountsSegmentsAsTheProgramDoes(t *testing.T) {
	w := newWorld(t)
	b := w.desk(t, 800, 600)
	alphabet := []rune("aBõäöüšž€^{}[]~|\\@£ΔΩ \n\rçÇпривет–’“😀👩🏽‍🚒é\f")
	source := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "a", strings.Repeat("a", 160), strings.Repeat("a", 161), strings.Repeat("€", 80), strings.Repeat("a", 152) + "€" + strings.Repeat("b", 20),
		strings.Repeat("õ", 70), strings.Repeat("õ", 71), strings.Repeat("õ", 66) + "😀" + "õõ", strings.Repeat("ы", 134), strings.Repeat("ы", 135), "ç", "Ç"}
	for range 400 {
		n, few := source.IntN(400), 1+source.IntN(len(alphabet))
		var s strings.Builder
		for range n {
			s.WriteRune(alphabet[source.IntN(few)])
		}
		texts = append(texts, s.String())
	}
	type cost struct {
		Encoding              string
		Segments, Units, Left int
	}
	got := eval[[]cost](b, `import("/static/segments.js").then(m => `+toJS(texts)+`.map(t => { const c = m.segments(t); return {Encoding: c.encoding, Segments: c.segments, Units: c.units, Left: c.left}; }))`)
	for i, s := range texts {
		if want := cost(locales.Segments(s)); got[i] != want {
			t.Errorf("%q: the page says %+v, the program %+v", s, got[i], want)
		}
	}
}

func TestSegmentsAreCountedForSMSAsOneTypes(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.change(ticketID(1), func(c *handoff.Chat) { c.Channel = flows.SMS })
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	b := w.desk(t, 360, 740)
	b.sees(said("Tere"))
	b.do(chromedp.Focus(chromedp.ID("words")))
	b.press("Tere")
	b.sees(`document.getElementById("cost").textContent.includes("156")`)
	b.press("õ")
	b.sees(`document.getElementById("cost").textContent.includes("65")`)
	b.sees(`document.getElementById("preview").textContent.endsWith("Tereõ")`)
	b.clean()
}

func TestADraftIsNeverLost(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	b := w.desk(t, 800, 700)
	has := func(words string) string { return `document.getElementById("words").value === ` + quote(words) }
	bad := `document.querySelector("#notice.bad:not([hidden])")`
	b.sees(said("Tere"))
	b.do(chromedp.Focus(chromedp.ID("words")))
	b.press("Ma kirjutan")
	b.do(chromedp.Reload())
	b.sees(has("Ma kirjutan") + " && " + said("Tere"))

	for name, err := range map[string]error{"the store is away": errAway, "it changed in between": handoff.ErrConflict, "the person left": handoff.ErrLeft, "too long": handoff.ErrWords} {
		w.fail("commit", err)
		b.do(chromedp.Click(chromedp.ID("send")))
		b.sees(bad + " && " + has("Ma kirjutan"))
		if eval[string](b, `document.querySelector("#notice span").textContent`) == "" {
			t.Errorf("%s: nothing is said", name)
		}
		b.do(chromedp.Click(chromedp.CSS("#notice button")))
	}
	w.fail("commit", nil)
	b.do(chromedp.Click(chromedp.ID("send")))
	b.sees(has("") + " && " + said("Ma kirjutan"))
	if n := eval[int](b, `Object.keys(sessionStorage).filter(k => k.startsWith("draft:")).length`); n != 0 {
		t.Error("the draft outlives its sending")
	}

	// The answer to a send is lost on the way: the transcript tells that it went, and it is not sent twice.
	eval[bool](b, `(() => { const real = fetch; window.fetch = async (u, o) => { const r = await real(u, o); if (u === "/desk/reply") throw new TypeError("lost"); return r; }; return true; })()`)
	b.do(chromedp.Focus(chromedp.ID("words")))
	b.press("Teine")
	b.press(kb.Enter, chromedp.ModifierCtrl)
	b.sees(has("") + " && " + said("Teine"))

	b.press("Kolmas")
	b.sees(`sessionStorage.length > 1`)
	b.do(chromedp.Click(chromedp.CSS("details.menu summary")))
	b.do(chromedp.Click(chromedp.CSS("#sign-out button")))
	b.sees(`location.pathname === "/sign-in" && sessionStorage.length === 0`)
	b.clean()
}

func TestTheOthersSilenceIsSaidBeforeAWordIsTyped(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	w.change(ticketID(1), func(c *handoff.Chat) { c.Phase = flows.Live })
	w.pass(11 * time.Minute)
	b := w.desk(t, 360, 740)
	words := w.console.words["en"]
	b.sees(`document.getElementById("state").textContent === ` + quote(words["state.silent"]))
	b.sees(`document.getElementById("send").textContent === ` + quote(words["answer.hold"]))
	b.do(chromedp.Focus(chromedp.ID("words")))
	b.press("Kas oled veel seal?")
	b.press(kb.Enter, chromedp.ModifierCtrl)
	b.sees(said("Kas oled veel seal?") + ` && document.querySelector("#log .mark.warn").textContent.includes(` + quote(words["mark.held"]) + `)`)
	b.shot("held")
	w.change(ticketID(1), func(c *handoff.Chat) { c.Held = 0 }) // they left: what was held is gone
	b.sees(`document.querySelector("#log .mark.bad")`)
	b.clean()
}

// T22: the page of a disabled account dies within five seconds, and its words go from the screen.
func TestADisabledAccountsPageDies(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	b := w.desk(t, 800, 700)
	b.sees(said("Tere"))
	began := time.Now()
	if err := w.console.Accounts.Disable(t.Context(), w.accounts[staff.Counsellor].ID); err != nil {
		t.Fatal(err)
	}
	b.sees(`location.pathname === "/sign-in"`)
	if took := time.Since(began); took > 6*time.Second { // five, and what the browser needs to load the page
		t.Errorf("it lived on for %v", took)
	}
	if eval[bool](b, `document.documentElement.innerHTML.includes("Tere</")`) {
		t.Error("words stay on the screen")
	}
}

func TestTheConnectionIsSeenAndMended(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	b := w.desk(t, 800, 700)
	b.sees(said("Tere"))
	w.cut()
	b.sees(`!document.querySelector("#live.on")`)
	w.says(ticketID(1), "Kas kuulete?")
	b.sees(`document.querySelector("#live.on") && ` + said("Kas kuulete?")) // what came meanwhile is fetched
	w.holds(ticketID(1), staff.Account{ID: "another"})
	w.hint(ticketID(1))
	b.sees(`document.getElementById("chat").hidden && !` + said("Tere"))
	b.clean()
}

// cut ends every stream as a dying server would.
func (w *world) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		close(c)
	}
	w.open = nil
}

// Promise 6: off duty is off duty, and a reload does not change it either way.
func TestTheDutySwitchIsObeyed(t *testing.T) {
	w := newWorld(t)
	b := w.desk(t, 360, 740)
	shows := func(on string) string {
		return `document.getElementById("duty").getAttribute("aria-checked") === "` + on + `"`
	}
	onDuty := func() bool { duties, _ := w.Duties(t.Context()); return len(duties) == 1 }
	for range 3 {
		b.do(chromedp.Click(chromedp.ID("duty")))
		b.sees(shows("true"))
		until(t, "on duty", 5*time.Second, onDuty)
		b.do(chromedp.Reload())
		b.sees(`document.querySelector("#live.on") && ` + shows("true"))
		b.do(chromedp.Click(chromedp.ID("duty")))
		b.sees(shows("false"))
		until(t, "off duty", 5*time.Second, func() bool { return !onDuty() })
		b.do(chromedp.Reload())
		b.sees(`document.querySelector("#live.on") && document.querySelector("#queue p") && ` + shows("false"))
	}
	b.clean()
}

func TestEveryRefusalHasASentence(t *testing.T) {
	w := newWorld(t)
	for _, known := range refusals {
		for lang, words := range w.console.words {
			if words["error."+known.code] == "" {
				t.Errorf("%s: nothing is said for %v", lang, known.err)
			}
		}
	}
	for _, err := range []error{handoff.ErrEmpty, handoff.ErrCap, handoff.ErrOffDuty, handoff.ErrNotYours, handoff.ErrNotFound, handoff.ErrClosed, handoff.ErrConflict, handoff.ErrWords, handoff.ErrCode, handoff.ErrSecret, handoff.ErrHeld, handoff.ErrLeft, handoff.ErrAway, handoff.ErrPartner} {
		found := false
		for _, known := range refusals {
			found = found || errors.Is(err, known.err)
		}
		if !found {
			t.Errorf("%v is shown as a fault of ours", err)
		}
	}
}
