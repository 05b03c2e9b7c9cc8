package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/bot/sms"
	"sosin/flows"
	"sosin/handoff"
	"sosin/locales"
)

// stand is a demo in the test's process, whose facts the test sets.
type stand struct {
	*demo
	address string
	clock   *movedClock

	mu  sync.Mutex
	now situation
}

func newStand(t testing.TB) *stand {
	t.Helper()
	out := &paper{}
	s := &stand{demo: &demo{cmd: &demoCmd{Listen: "127.0.0.1:0"}, std: streams{out, out}, log: slog.New(slog.DiscardHandler)}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(s.demo.close)
	if err := s.open(ctx); err != nil {
		cancel()
		t.Fatalf("open a demo: %v", err)
	}
	s.telegram.Close()
	s.twilio.Close()
	s.clock = &movedClock{}
	s.telegram = simulator.NewTelegram(simulator.TelegramConfig{Token: s.cfg.TelegramToken, Insecure: true, Clock: s.clock})
	s.twilio = simulator.NewTwilio(simulator.TwilioConfig{Clock: s.clock, AccountSID: s.cfg.TwilioSID, AuthToken: s.cfg.TwilioToken, From: s.cfg.TwilioFrom,
		WebhookURL: s.cfg.PublicURL + sms.WebhookPath, FallbackURL: s.cfg.PublicURL + sms.FallbackPath, StatusDelay: time.Millisecond})
	s.phones = &simulator.Phones{Telegram: s.telegram, Twilio: s.twilio, Zone: flows.Tallinn, Doors: s.phones.Doors}
	s.app.engine.Today = func(context.Context, flows.Lang) (bot.Today, error) { return s.is().today(), nil }
	s.app.desk.Today = func(context.Context, flows.Lang) (handoff.Today, error) {
		now := s.is()
		return handoff.Today{Duty: now.duty, Wait: now.wait, Service: now.service()}, nil
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.serve(ctx); err != nil {
			t.Errorf("the demo ended: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	s.address = "http://" + s.page.Addr().String() + "/"
	return s
}

// pass lets time go by, for the store and both providers.
func (s *stand) pass(d time.Duration) { s.app.store.Shift(time.Duration(s.clock.by.Add(int64(d)))) }

func (s *stand) is() situation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stand) becomes(now situation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// screen is one person's phone on a small window.
type screen struct {
	*window
	stand   *stand
	texts   *locales.Texts
	lang    flows.Lang
	channel flows.Channel
	shots   map[string]bool
	faults  map[string]bool // said already
	heard   map[string]bool // texts that were shown
}

// shown is what the page says after one deed.
type shown struct {
	Texts  []string   // of the new messages
	Labels [][]string // of their buttons
	Faults []string   // what stands wider, lower or longer than it may
	Tall   bool       // the new messages do not fit on the phone at once
}

// doOnPhone writes or presses, waits for so many new messages, and measures them. Its arguments are phone, deed, whether an
// answer is meant, and the number. Nothing to do: a counsellor has.
const doOnPhone = `(async (id, does, answer, want) => {
  const phone = document.getElementById(id), log = phone.querySelector(".log");
  const known = (window.known ??= {})[id] ??= new Set();
  const fresh = () => [...log.querySelectorAll(".message:not(.mine)")].filter(n => !known.has(n.dataset.message));
  const keys = [...log.querySelectorAll(".keys")].at(-1);
  const key = answer && [...(keys?.querySelectorAll(".key") ?? [])].find(b => b.textContent.startsWith(does + " "));
  if (key) key.click();
  else if (does) {
    phone.querySelector("textarea").value = does;
    phone.querySelector("form").requestSubmit();
  }
  for (const late = Date.now() + 15000; fresh().length < want && Date.now() < late;) await new Promise(r => setTimeout(r, 10));
  const nodes = fresh();
  for (const n of nodes) known.add(n.dataset.message);
  return measure(phone, nodes);
})`

// measured is the part of the page's script that measures: nothing wider than the window or cut off, buttons 44 high and
// with two lines at most.
const measured = `const measure = (phone, nodes) => {
  const log = phone.querySelector(".log"), faults = [];
  log.scrollTop = log.scrollHeight;
  document.getElementById(phone.id).scrollIntoView({block: "end", behavior: "instant"});
  const lines = el => {
    const range = document.createRange();
    range.selectNodeContents(el);
    return new Set([...range.getClientRects()].map(r => Math.round(r.bottom / 4))).size;
  };
  const edge = log.getBoundingClientRect();
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  if (log.scrollWidth > log.clientWidth) faults.push("the conversation scrolls sideways");
  for (const node of nodes) {
    for (const el of node.querySelectorAll(".bubble, .key")) {
      const r = el.getBoundingClientRect(), text = JSON.stringify(el.textContent);
      if (r.left < edge.left || r.right > edge.right || r.right > 360) faults.push(text + " stands outside");
      if (el.scrollWidth > el.clientWidth) faults.push(text + " is cut off");
      if (!el.classList.contains("key")) continue;
      if (r.height < 44) faults.push(text + " is " + r.height + " high");
      if (lines(el) > 2) faults.push(text + " has " + lines(el) + " lines");
    }
  }
  const height = nodes.length ? nodes.at(-1).getBoundingClientRect().bottom - nodes[0].getBoundingClientRect().top : 0;
  return {
    Texts: nodes.map(n => n.querySelector(".bubble").textContent),
    Labels: nodes.map(n => [...n.querySelectorAll(".key")].map(b => b.textContent)),
    Faults: faults, Tall: height > log.clientHeight,
  };
};`

// does lets the person do one thing and looks at what comes. It reports whether that was what should come.
func (s *screen) does(d deed) bool {
	s.Helper()
	answer := len(d.does) <= 2
	got := look[shown](s.window, fmt.Sprintf("(() => { %s return %s(%s, %s, %v, %d); })()",
		measured, doOnPhone, js(s.channel), js(d.does), answer, len(d.shows)))
	for _, fault := range got.Faults {
		if !s.faults[fault] {
			s.Errorf("%s %s, in %s: %s", s.channel, s.lang, d.place, fault)
		}
		s.faults[fault] = true
	}
	if len(got.Texts) != len(d.shows) {
		s.Errorf("%s %s: %q led to %q; %s should come", s.channel, s.lang, d.does, got.Texts, keysOf(d.shows))
		return false
	}
	for i, m := range d.shows {
		at := i
		if s.channel == flows.SMS { // an operator keeps no order
			at = max(0, slices.IndexFunc(got.Texts, func(text string) bool { return s.is(text, d.lang, m) }))
		}
		labels := 0
		if s.channel == flows.Telegram && !d.loose {
			labels = len(m.Choices)
		}
		if !s.is(got.Texts[at], d.lang, m) || !d.loose && len(got.Labels[at]) != labels {
			s.Errorf("%s %s: %q led to %q with %d buttons; %s with %d should come", s.channel, s.lang, d.does, got.Texts[at], len(got.Labels[at]), m.Text, labels)
			return false
		}
	}
	for _, m := range d.shows {
		s.heard[strings.TrimPrefix(m.Text, "any.")] = true
	}
	if d.fresh {
		s.shoot(d.place, got.Tall)
	}
	return true
}

func keysOf(list []flows.Message) (keys []string) {
	for _, m := range list {
		keys = append(keys, m.Text)
	}
	return keys
}

// is tells whether this is that message.
func (s *screen) is(text string, lang flows.Lang, m flows.Message) bool {
	s.Helper()
	if m.Words != "" {
		return text == m.Words
	}
	return like(text, s.pattern(lang, m))
}

// pattern is a text as sent, in pieces, cut where something varies.
func (s *screen) pattern(lang flows.Lang, m flows.Message) []string {
	s.Helper()
	args := map[string]any{}
	for _, v := range s.texts.Vars(m.Text) {
		args[v] = "\x00"
	}
	text, err := s.texts.Say(string(lang), m.Text, string(s.channel), args)
	if err != nil {
		s.Fatal(err)
	}
	return strings.Split(text, "\x00")
}

// shoot keeps a picture of the phone, and of the beginning of what is too long for it.
func (s *screen) shoot(place string, tall bool) {
	s.Helper()
	name := fmt.Sprintf("branch-%s-%s-%s", s.lang, s.channel, place)
	for n := 2; s.shots[name]; n++ {
		name = fmt.Sprintf("branch-%s-%s-%s-%d", s.lang, s.channel, place, n)
	}
	s.shots[name] = true
	s.picture(name)
	if !tall {
		return
	}
	look[bool](s.window, `(() => {
		const log = document.querySelector("#`+string(s.channel)+` .log"), mine = [...log.querySelectorAll(".mine, .message:has(.keys)")];
		const all = [...log.querySelectorAll(".message")];
		all.at(-1).scrollIntoView({block: "start", behavior: "instant"});
		document.getElementById("`+string(s.channel)+`").scrollIntoView({block: "end", behavior: "instant"});
		return mine.length > 0;
	})()`)
	s.picture(name + "-top")
}

// anew makes the phone somebody else's.
func (s *screen) anew() {
	s.Helper()
	was := look[string](s.window, `document.querySelector("#`+string(s.channel)+` .person").textContent`)
	look[bool](s.window, `(document.querySelector("#`+string(s.channel)+` [data-do$='/new']").click(), true)`)
	s.sees("there is a new person", `(window.known = {}) && document.querySelector("#`+string(s.channel)+` .person").textContent !== `+js(was))
}

// everyday is what is walked on every run: the longest words on buttons, and the shortest room for SMS. With SOSIN_LONG
// (make soak) every language is walked on both phones.
var everyday = map[flows.Lang][]flows.Channel{flows.Estonian: {flows.Telegram}, flows.Russian: {flows.SMS}}

// TestEveryBranchOnASmallPhone shows every text and every question of the flows on a window of 360 pixels, in each language
// on both phones: nothing may stand outside or be cut off, every button can be hit with a thumb and read at a glance. Lost
// otherwise: an answer that nobody can press, half a sentence about danger.
func TestEveryBranchOnASmallPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	browser := openBrowser(t)
	for _, lang := range flows.Langs {
		channels := everyday[lang]
		if long() {
			channels = flows.Channels
		}
		if len(channels) == 0 {
			continue
		}
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			_, texts, err := loadContent(flowsConfig{})
			if err != nil {
				t.Fatal(err)
			}
			w := newWindow(t, browser, "small-phone", phoneSize)
			st := newStand(t)
			for _, ch := range channels {
				w.open(st.address)
				w.sees("the phones are connected", `document.querySelector("#live.on")`)
				s := &screen{window: w, stand: st, texts: texts, lang: lang, channel: ch, shots: map[string]bool{}, faults: map[string]bool{}, heard: map[string]bool{}}
				s.branches()
				s.stand = newStand(t)
				w.open(s.stand.address)
				w.sees("the phones are connected", `document.querySelector("#live.on")`)
				s.chats()
				s.complete()
			}
			w.clean()
		})
	}
}

// branches walks all situations on one phone.
func (s *screen) branches() {
	s.Helper()
	begin, deeds := time.Now(), 0
	plan := newPlanner(s.TB, s.lang, s.channel)
	for _, now := range situations {
		plan.now = now
		s.stand.becomes(now)
		for _, way := range plan.errands() {
			s.anew()
			for _, d := range way {
				if deeds++; !s.does(d) {
					break
				}
			}
		}
	}
	s.Logf("%s %s: %d deeds, %d pictures in %v", s.channel, s.lang, deeds, len(s.shots), time.Since(begin).Round(time.Second))
}

// unseen are the texts that no walk here shows: those of the other channel, and two that need a counsellor to vanish and a
// chat to be live on two phones at once.
var unseen = map[flows.Channel][]string{
	flows.Telegram: {"chat.lost", "code.live", "exit.tip", "rights.cost.operator"},
	flows.SMS: {"chat.lost", "code.live", "word.ask", "word.new", "word.kept", "word.removed", "word.say", "duress.ask", "duress.new",
		"duress.kept", "shop.closed", "wipe.ask", "wipe.done", "stop.quietly"},
}

// complete expects that every text was shown that any question or state says.
func (s *screen) complete() {
	s.Helper()
	machine, _ := offered()
	for name, state := range machine.Definition().States {
		for _, key := range state.Say {
			if !s.heard[key] && !slices.Contains(unseen[s.channel], key) {
				s.Errorf("%s %s: %s was not shown, which %s says", s.channel, s.lang, key, name)
			}
		}
	}
}

// counsellors' words, as long as people write them.
var comfort = map[flows.Lang]string{
	flows.Estonian: "Aitäh, et kirjutasid. Mina loen ja vastan siin. Räägi nii palju, kui tahad; mul on aega.",
	flows.Russian:  "Спасибо, что написали. Я читаю и отвечаю здесь. Расскажите столько, сколько хотите; время есть.",
	flows.English:  "Thank you for writing. I am reading and will answer here. Say as much as you want; there is time.",
}

// chats walks what needs a counsellor, and a second phone.
func (s *screen) chats() {
	s.Helper()
	ctx, m := context.Background(), handoff.Member{ID: "canary-staff", Alias: demoCounsellor}
	s.stand.becomes(situations[1])
	if err := s.stand.app.store.OnDuty(ctx, m); err != nil {
		s.Fatal(err)
	}
	s.arrives()
	s.goes("4", "queue.waiting", "queue.meanwhile")
	desk := s.stand.app.desk
	id, err := desk.Take(ctx, m)
	if err != nil {
		s.Fatalf("take: %v", err)
	}
	done := func(err error) {
		s.Helper()
		if err != nil {
			s.Fatalf("%s %s: the counsellor's desk: %v", s.channel, s.lang, err)
		}
	}
	_, err = desk.Reply(ctx, m, id, comfort[s.lang])
	done(err)
	s.shows(deed{shows: []flows.Message{{Text: "counsellor.joined"}, {Words: comfort[s.lang]}}, place: "chat.live"})
	for _, answer := range []struct{ key, text string }{{"2", "handover.no"}, {"3", "handover.ask"}, {"1", "handover.yes"}} {
		done(desk.AskConsent(ctx, m, id, "desk:violence"))
		s.shows(deed{shows: []flows.Message{{Text: "handover.consent"}}, place: "chat.consent"})
		s.goes(answer.key, answer.text)
	}
	s.goes("0", "exit.decoy")
	s.goes("hello", "lang.choose")
	s.goes(s.key(), "safety.check")
	s.goes("1", "chat.back")
	done(desk.Close(ctx, m, id, "helped"))
	s.shows(deed{shows: []flows.Message{{Text: "chat.closed"}}, place: "chat.feedback"})
	s.goes("3", "feedback.more")
	s.goes(question, "feedback.noted", "followup.offer")
	s.goes("2", "feedback.thanks")
	said, err := desk.Take(ctx, m) // what was said about the chat is a ticket of its own
	done(err)
	done(desk.Close(ctx, m, said, "helped"))
	s.moves()
	s.waits(m)
	if s.channel == flows.Telegram {
		s.guards()
	}
}

// waits: a counsellor's words that wait for a yes, and a time chosen for later.
func (s *screen) waits(m handoff.Member) {
	s.Helper()
	ctx, app := context.Background(), s.stand.app
	s.arrives()
	s.goes("4", "queue.waiting", "queue.meanwhile")
	id, err := app.desk.Take(ctx, m)
	if err != nil {
		s.Fatalf("take: %v", err)
	}
	s.stand.pass(11 * time.Minute)
	if _, err := app.desk.Reply(ctx, m, id, comfort[s.lang]); err != nil {
		s.Fatalf("reply: %v", err)
	}
	s.shows(deed{shows: []flows.Message{{Text: "ping.neutral"}}, place: "chat.ping"})
	s.shows(deed{does: "1", shows: []flows.Message{{Text: "counsellor.joined"}, {Words: comfort[s.lang]}}, place: "chat.released"})

	s.arrives()
	s.goes("2", "menu.prostitution")
	s.goes("5", "info.out")
	s.goes("2", "info.after")
	s.goes("2", "later.day")
	s.goes("1", "later.hour")
	s.goes("1", "later.agreed", "menu.main")
	now := s.stand.clock.Now().In(flows.Tallinn)
	s.stand.pass(time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 5, 0, flows.Tallinn).Sub(now))
	if err := (&bot.Caller{Store: app.store, Call: app.engine.Call}).Sweep(ctx); err != nil {
		s.Fatalf("keep the chosen time: %v", err)
	}
	s.shows(deed{shows: []flows.Message{{Text: "ping.neutral"}}, place: "later.ping"})
	s.goes("1", "later.hello")
}

// guards: the word that protects the chat, and the one for whoever must show it.
func (s *screen) guards() {
	s.Helper()
	s.arrives()
	s.goes("6", "menu.own")
	s.goes("2", "word.ask")
	s.goes("1", "word.new")
	s.goes(ownWord, "word.kept", "duress.ask")
	s.goes("2", "menu.own")
	s.goes("2", "word.ask")
	s.goes("3", "word.removed", "menu.own")
	s.goes("2", "word.ask")
	s.goes("1", "word.new")
	s.goes(ownWord, "word.kept", "duress.ask")
	s.goes("1", "duress.new")
	s.goes(duressWord, "duress.kept", "menu.own")
	s.stand.pass(31 * time.Minute)
	s.goes("hello", "lang.choose")
	s.goes(s.key(), "safety.check")
	s.goes("1", "word.say")
	s.goes("canary", "word.say")
	s.goes(ownWord, "welcome.who_we_are", "menu.main")
	s.goes("6", "menu.own")
	s.goes("2", "word.ask")
	s.goes("2", "menu.own")
	s.goes(duressWord, "shop.closed")
}

// moves: a code on one phone, and the same chat on another.
func (s *screen) moves() {
	s.Helper()
	s.arrives()
	s.goes("code", "code.ask")
	s.goes("1", "code.given", map[flows.Channel]string{flows.Telegram: "word.ask", flows.SMS: "menu.own"}[s.channel])
	code := shownCode.FindString(look[string](s.window, `document.querySelector("#`+string(s.channel)+` .log").textContent`))
	s.arrives()
	s.goes(code, "code.moved", "menu.main")
}

// arrives is somebody new, come as far as the menu.
func (s *screen) arrives() {
	s.Helper()
	s.anew()
	s.goes("hello", "lang.choose")
	s.goes(s.key(), "safety.check")
	s.goes("1", "welcome.who_we_are", "menu.main")
}

// key is the answer that chooses the language.
func (s *screen) key() string { return fmt.Sprint(slices.Index(flows.Langs, s.lang) + 1) }

// goes does one thing that leads to these texts.
func (s *screen) goes(does string, texts ...string) {
	s.Helper()
	d := deed{does: does, place: "chat." + texts[len(texts)-1]}
	for _, key := range texts {
		d.shows = append(d.shows, flows.Message{Text: key})
	}
	s.shows(d)
}

// shows is a deed, or what a counsellor's led to, that must be followed by what it names.
func (s *screen) shows(d deed) {
	s.Helper()
	d.lang, d.loose = s.lang, true
	d.fresh = slices.ContainsFunc(d.shows, func(m flows.Message) bool { return !s.heard[m.Text] })
	if !s.does(d) {
		s.Fatalf("%s %s: the walk ends here", s.channel, s.lang)
	}
}
