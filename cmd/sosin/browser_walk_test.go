package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sosin/flows"
	"sosin/flows/stats"
	"sosin/locales"
)

// channelName is a channel as the demo's page names its phones.
type channelName string

const (
	onTelegram channelName = "telegram"
	onSMS      channelName = "sms"
)

// choice is a key of a menu and the text it leads to.
type choice struct{ key, hears string }

// script is what people write in their language.
var script = map[string]struct {
	hello, language, yes string
	topic                []choice // in the menu, until a person is asked for
	waiting              string   // written while nobody has answered yet
	answer, reply        string
	code                 string // of the closing
}{
	"et": {"tere", "eesti", "jah", []choice{{"1", "menu.violence"}, {"1", "county.ask"}, {"8", "pref.female"}, {"3", "queue.waiting"}}, "Kas keegi on siin? Tahan midagi küsida.",
		"Tere! Mina loen. Kas sul on praegu koht, kus rahulikult olla?", "Jah, olen sõbranna juures.", "helped"},
	"ru": {"привет", "русский", "да", []choice{{"2", "menu.prostitution"}, {"1", "region.ask"}, {"8", "queue.waiting"}}, "Здравствуйте, мне нужен совет, но я не хочу называть имя.",
		"Здравствуйте! Имя не нужно. Расскажите, что случилось.", "Спасибо, что ответили так быстро.", "information"},
	"en": {"hello", "english", "yes", []choice{{"4", "queue.waiting"}}, "How do I start? I have a few questions.",
		"You have started already. What would help you most today?", "I want to ask about my documents.", "referred"},
}

// traps try to be more than words: markup, and characters that turn or hide what stands beside them.
var traps = []string{
	`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, "\u202eexe.lufmrah\u202c \u2067abc", `{{.Words}} ${alert(1)} <b>bold</b>`,
}

// scene is a demo with its staff at their desks.
type scene struct {
	testing.TB
	browser                       context.Context
	demo                          *runningDemo
	texts                         *locales.Texts
	size                          size
	blind                         bool // takes no pictures
	counsellor, second, statistic *window
	phones                        []*window
}

// newScene opens the doors as somebody does who reads the page: counsellor and coordinator by their cards.
func newScene(t testing.TB, browser context.Context, d *runningDemo, s size) *scene {
	t.Helper()
	_, texts, err := loadContent(flowsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sc := &scene{TB: t, browser: browser, demo: d, texts: texts, size: s}
	sc.counsellor, sc.statistic = newWindow(t, browser, "counsellor", s), newWindow(t, browser, "coordinator", s)
	sc.second = newWindow(t, browser, "second-counsellor", s)
	sc.enter(sc.counsellor, 2, `document.querySelector("#live.on") && document.querySelector("#queue p")`)
	sc.enter(sc.statistic, 3, `document.querySelector(".sheet table")`)
	sc.second.open(d.address + "door/second-counsellor")
	for _, w := range []*window{sc.counsellor, sc.second} {
		w.sees("the console is live", `document.querySelector("#live.on") && document.querySelector("#queue p")`)
		w.click("#duty")
		w.sees("the switch says on duty", `document.getElementById("duty").getAttribute("aria-checked") === "true"`)
	}
	return sc
}

// enter presses a card of the demo's page.
func (s *scene) enter(w *window, card int, there string) {
	s.Helper()
	w.open(s.demo.address)
	w.sees("the page offers three doors", `document.querySelectorAll("a.door").length === 3`)
	w.click(fmt.Sprintf("a.door:nth-child(%d)", card))
	w.sees("the door opens", there)
}

func (s *scene) clean() {
	s.Helper()
	for _, w := range append(s.phones, s.counsellor, s.second, s.statistic) {
		w.clean()
	}
}

// say is a text of ours as sent, up to the first thing in it that varies.
func (s *scene) say(lang, key string, channel channelName) string {
	s.Helper()
	const varies = "\x00"
	args := map[string]any{"alias": demoCounsellor}
	for _, v := range s.texts.Vars(key) {
		if v != "alias" {
			args[v] = varies
		}
	}
	text, err := s.texts.Say(lang, key, string(channel), args)
	if err != nil {
		s.Fatal(err)
	}
	text, _, _ = strings.Cut(text, varies)
	return text
}

// phone is a window of somebody who writes in.
type phone struct {
	*window
	scene   *scene
	channel channelName
	lang    string
}

func (s *scene) phone(channel channelName, lang string) *phone {
	p := &phone{newWindow(s.TB, s.browser, "phone", s.size), s, channel, lang}
	s.phones = append(s.phones, p.window)
	p.open(s.demo.address)
	p.sees("the phones are connected", `document.querySelector("#live.on")`)
	return p
}

func (p *phone) writes(words string) {
	p.Helper()
	field := "#" + string(p.channel) + "-text"
	p.types(field, words)
	p.do("send", chromedp.KeyEvent("\r"))
	p.sees("the own message stands in the chat", p.shows(".mine", words, true))
}

// shows is whether a bubble has these words: all of them, or at its beginning.
func (p *phone) shows(side, words string, whole bool) string {
	test := "t.startsWith(" + js(words) + ")"
	if whole {
		test = "t === " + js(words)
	}
	return `[...document.querySelectorAll("#` + string(p.channel) + ` .message` + side + ` .bubble")].some(n => { const t = n.textContent; return ` + test + `; })`
}

// hears waits for a text of the program's.
func (p *phone) hears(key string) {
	p.Helper()
	words := p.scene.say(p.lang, key, p.channel)
	p.sees("the phone shows "+key+": "+words, p.shows(":not(.mine)", words, false))
}

// answers presses a button on Telegram, and on SMS types what is asked for.
func (p *phone) answers(key, typed string) {
	p.Helper()
	if p.channel == onSMS {
		p.writes(typed)
		return
	}
	last := `[...document.querySelectorAll("#telegram .keys")].at(-1)`
	p.sees("there is a button "+key, `[...(`+last+`?.querySelectorAll(".key") ?? [])].some(b => b.textContent.startsWith(`+js(key+" ")+`))`)
	look[bool](p.window, `(() => { for (const b of document.querySelectorAll("#telegram .key")) b.removeAttribute("id"); for (const b of `+last+`.querySelectorAll(".key")) if (b.textContent.startsWith(`+js(key+" ")+`)) b.id = "pressed-next"; return true; })()`)
	p.click("#pressed-next")
}

// pressesOldButton: a button of the past, by mistake. The question that counts is asked again, and nothing waits for ever.
func (p *phone) pressesOldButton() {
	p.Helper()
	if p.channel == onSMS {
		return
	}
	p.click("#telegram .key")
	menu := js(p.scene.say(p.lang, "menu.main", p.channel))
	p.sees("the menu is asked again", `[...document.querySelectorAll("#telegram .bubble")].filter(n => n.textContent === `+menu+`).length === 2`)
	p.sees("no button waits for ever", `!document.querySelector('[aria-busy="true"]')`)
}

// shot shows the phone in question, not the one beside it.
func (p *phone) shot(name string) {
	p.Helper()
	if name == "" {
		return
	}
	was := p.size
	for _, s := range []size{phoneSize, laptopSize} {
		p.resize(s)
		look[bool](p.window, `(document.getElementById("`+string(p.channel)+`").scrollIntoView({block: "end", behavior: "instant"}), true)`)
		p.picture(name)
	}
	p.resize(was)
}

// walk is the whole story of one person. It ends with the statistics moved.
func (s *scene) walk(channel channelName, lang string) {
	story := script[lang]
	s.counsellor.speak(lang)
	s.statistic.speak(lang)
	s.counted(channel, lang, "0")

	p := s.phone(channel, lang)
	if lang == "en" {
		p.window.shot(s.picture(channel, lang, "1-doors"))
	}
	s.arrives(p, story.hello, story.language, story.yes)
	p.pressesOldButton()
	for _, c := range story.topic {
		p.answers(c.key, c.key)
		p.hears(c.hears)
	}
	p.writes(story.waiting)
	p.hears("queue.noted")
	p.shot(s.picture(channel, lang, "3-waiting"))

	s.taken(p, story.waiting)
	s.talk(p, story.answer, story.reply)
	s.nobodyElse(p)
	s.trapped(p)
	s.closed(p, story.code)
	s.counted(channel, lang, "1-4")
	s.statistic.shot(s.picture(channel, lang, "8-running"))
	s.past(lang, s.picture(channel, lang, "9-past"))
}

// oneLanguage are stages that look the same in every language.
var oneLanguage = []string{"6-traps", "7-closed"}

// picture names a picture of a stage; empty, none is taken.
func (s *scene) picture(channel channelName, lang, stage string) string {
	if s.blind || lang != "en" && slices.Contains(oneLanguage, stage) {
		return ""
	}
	return string(channel) + "-" + lang + "-" + stage
}

// arrives: language, safe to write, who we are.
func (s *scene) arrives(p *phone, hello, language, yes string) {
	p.writes(hello)
	p.hears("lang.choose")
	p.answers(map[string]string{"et": "1", "ru": "2", "en": "3"}[p.lang], language)
	p.hears("safety.check")
	p.answers("1", yes)
	p.hears("welcome.who_we_are")
	p.hears("menu.main")
	p.shot(s.picture(p.channel, p.lang, "2-menu"))
}

// speak sets the language of the pages, by the menu.
func (w *window) speak(lang string) {
	w.Helper()
	if look[string](w, `document.documentElement.lang`) == lang {
		return
	}
	w.click("details.menu summary")
	w.click(fmt.Sprintf(`.languages button[value="%s"]`, lang))
	w.sees("the page speaks "+lang, `document.documentElement.lang === `+js(lang)+` && document.readyState === "complete"`)
}

// inChat is whether a line of the console's transcript has exactly these words.
func inChat(words string) string {
	return `[...document.querySelectorAll("#log .words")].some(n => n.textContent === ` + js(words) + `)`
}

// taken: the queue shows somebody without a reload, and taking shows what they wrote.
func (s *scene) taken(p *phone, words string) {
	c := s.counsellor
	c.sees("still on duty, and somebody waits", `document.querySelector("#live.on") && document.getElementById("duty").getAttribute("aria-checked") === "true" && document.querySelector("#queue strong")?.textContent === "1"`)
	look[bool](c, `window.notReloaded = true`)
	c.click("#take")
	c.sees("the person's words are there", inChat(words))
	c.sees("the facts are there", `document.querySelectorAll("#facts dd").length === 6`)
	c.shot(s.picture(p.channel, p.lang, "4-taken"))
}

// talk: an answer, and one back.
func (s *scene) talk(p *phone, answer, reply string) {
	s.replies(answer)
	p.hears("counsellor.joined")
	p.sees("the answer is on the phone", p.shows(":not(.mine)", answer, true))
	p.writes(reply)
	c := s.counsellor
	c.sees("the reply is there", inChat(reply))
	c.sees("the answer is marked as sent", `document.querySelector("#log .mark.good")`)
	if !look[bool](c, `window.notReloaded === true`) {
		s.Error("the console was reloaded to show the reply")
	}
	c.shot(s.picture(p.channel, p.lang, "5-talk"))
	p.shot(s.picture(p.channel, p.lang, "5-talk"))
	if os.Getenv("SOSIN_README_PICTURE") != "" && !s.blind && p.channel == onTelegram && p.lang == "en" {
		s.readmePicture(p)
	}
}

// replies sends an answer: by keyboard on a laptop, by the button on a phone.
func (s *scene) replies(words string) {
	c := s.counsellor
	c.types("#words", words)
	if c.size == phoneSize {
		c.click("#send")
	} else {
		c.do("Ctrl+Enter", chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	}
	c.sees("the answer stands in the transcript", inChat(words))
	c.sees("the field is empty again", `document.getElementById("words").value === ""`)
}

// nobodyElse: a colleague on duty can neither take the chat, nor read it, nor answer in it.
func (s *scene) nobodyElse(p *phone) {
	const planted = "canary-words of a stranger"
	c := s.second
	ticket := strings.TrimPrefix(look[string](s.counsellor, `location.hash`), "#t=")
	c.mayRefuse("/desk/")
	c.click("#take")
	c.sees("nobody is there to take", `!document.getElementById("notice").hidden && document.getElementById("notice").classList.contains("bad")`)
	if n := look[int](c, `document.querySelectorAll("#mine li").length`); n != 0 {
		s.Errorf("the colleague holds %d chats", n)
	}
	for _, path := range []string{"/desk/chat", "/desk/reply", "/desk/note", "/desk/close", "/desk/give-back"} {
		body := map[string]string{"ticket": ticket}
		switch path {
		case "/desk/reply", "/desk/note":
			body["words"] = planted
		case "/desk/close":
			body["code"] = "helped"
		}
		status := look[int](c, `fetch(`+js(path)+`, {method: "POST", headers: {"Content-Type": "application/json", "Accept": "application/json"}, body: `+js(js(body))+`}).then(r => r.status)`)
		if status != 404 {
			s.Errorf("%s by a colleague who does not hold the chat: %d, not 404", path, status)
		}
	}
	c.mayRefuse("")
	p.writes("?") // in order: what the colleague sent would stand before what comes now
	s.counsellor.sees("the chat goes on", inChat("?"))
	if look[bool](p.window, p.shows("", planted, false)) || look[bool](s.counsellor, inChat(planted)) {
		s.Error("a colleague who does not hold the chat wrote into it")
	}
}

// trapped: words stay words, in both directions.
func (s *scene) trapped(p *phone) {
	for _, words := range traps {
		p.writes(words)
		s.counsellor.sees("the trap is shown as text", inChat(words))
		words = "re: " + words
		s.replies(words)
		p.sees("the trap is shown as text", p.shows(":not(.mine)", words, true))
	}
	for w, log := range map[*window]string{s.counsellor: "#log", p.window: "#" + string(p.channel) + " .log"} {
		if n := look[int](w, `document.querySelectorAll("`+log+` :is(img, script, b, svg, iframe, a)").length`); n != 0 {
			s.Errorf("%s: %d elements were made from words", w.name, n)
		}
	}
	s.counsellor.shot(s.picture(p.channel, p.lang, "6-traps"))
	p.shot(s.picture(p.channel, p.lang, "6-traps"))
}

// closed: a code, one question, an answer to it.
func (s *scene) closed(p *phone, code string) {
	c := s.counsellor
	c.click("#close-button")
	c.sees("it is asked how it ended", `document.getElementById("close-dialog").open`)
	c.shot(s.picture(p.channel, p.lang, "7-closing"))
	c.click(fmt.Sprintf(`#close-dialog input[value="%s"]`, code))
	c.click(`#close-dialog button[value="ok"]`)
	c.sees("the chat is gone from the screen", `!document.getElementById("close-dialog").open && document.getElementById("chat").hidden && document.querySelectorAll("#log *").length === 0`)
	c.shot(s.picture(p.channel, p.lang, "7-closed"))
	p.hears("chat.closed")
	p.shot(s.picture(p.channel, p.lang, "7-question"))
	p.answers("1", "1")
	p.hears("feedback.more")
	p.answers("8", "8")
	p.hears("followup.offer")
	p.answers("2", "2")
	p.hears("feedback.thanks")
	p.sees("no button waits for ever", `!document.querySelector('[aria-busy="true"]')`)
	p.shot(s.picture(p.channel, p.lang, "8-thanks"))
}

// counted: the running month on the coordinator's page, in bands, in the page's language.
func (s *scene) counted(channel channelName, lang, band string) {
	w, label := s.statistic, stats.Labels(flows.Lang(lang))
	w.open(look[string](w, `location.origin`) + "/report")
	for _, cell := range []struct{ table, row, column string }{
		{"language", "lang." + lang, "channel." + string(channel)},
		{"feedback", "answer.yes", "lang." + lang},
		{"funnel.chat", "state.chat.live", "lang." + lang},
	} {
		got := look[string](w, cellText(label("table."+cell.table), label(cell.row), label(cell.column)))
		if got != band {
			s.Errorf("%s, %s: table %s, %s by %s shows %q instead of %q", channel, lang, cell.table, cell.row, cell.column, got, band)
		}
	}
	if look[bool](w, `document.querySelector(".invented") !== null`) {
		s.Error("the running month is marked as invented, and is not")
	}
	w.sees("one colleague and the other are on duty", `document.querySelectorAll("#onduty bdi").length === 2`)
}

// cellText finds a cell as a reader does: by its table's title, its row's and its column's heading.
func cellText(table, row, column string) string {
	return `(() => {
	const sheet = [...document.querySelectorAll(".sheet")].find(s => s.querySelector("h2").textContent === ` + js(table) + `);
	if (!sheet) return "no such table";
	const at = [...sheet.querySelectorAll("thead th")].findIndex(h => h.textContent === ` + js(column) + `);
	const line = [...sheet.querySelectorAll("tbody tr")].find(r => r.querySelector("th").textContent === ` + js(row) + `);
	return line?.children[at]?.textContent.replace("–", "-") ?? "no such cell";
})()`
}

// past: the month before is there, marked as invented, and can be taken along.
func (s *scene) past(lang, name string) {
	w, label := s.statistic, stats.Labels(flows.Lang(lang))
	look[bool](w, `(document.querySelector("select[name=month]").selectedIndex = 1, true)`)
	w.click("form.row button")
	w.sees("last month is shown and marked as invented", `new URLSearchParams(location.search).get("month") && document.querySelector(".invented") && document.querySelector(".chart")`)
	if got := look[string](w, `fetch(document.querySelector("a[download]").href).then(r => r.text())`); !strings.Contains(got, label("note.invented")) {
		s.Errorf("the export does not say that its numbers are invented: %.200q", got)
	}
	w.shot(name)
	if name == "telegram-"+lang+"-9-past" {
		whole := within(w, "picture of the whole page", func(ctx context.Context) ([]byte, error) { return chromedp.Run(ctx, chromedp.FullScreenshot(100)) })
		keepPicture(s.TB, name+"-whole", whole)
	}
}
