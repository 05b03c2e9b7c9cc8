package flows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// Whether a chat may go to somebody else is asked of a person who is there, and of nobody else: to a silent phone it would
// be one more message nobody asked for.
func TestConsentIsAskedOnlyOfSomebodyWhoIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		who  *person
		want []string
	}{
		"in the chat":            {chatting(t), []string{"handover.consent"}},
		"silent for ten minutes": {chatting(t).waits(11 * time.Minute), nil},
		"left":                   {chatting(t).types("0"), nil},
		"blocked us":             {chatting(t).does(flows.Input{Kind: flows.Blocked}), nil},
		"has words waiting":      {withHeld(chatting(t)), nil},
		"before yes":             {chatting(t).waits(31 * time.Minute).types("hello"), nil},
		"asked \"delete?\"":      {chatting(t).types("delete"), nil},
		"a code word is asked":   {unsafeLocked(locked(t)), nil},
		"making a code word":     {chatting(t).types("menu", "6", "2", "1"), nil},
		"behind the duress word": {shopkeeper(t), nil},
	} {
		out := c.who.m.Consent(c.who.c, "canary-name", "canary-provider", c.who.f)
		if got := texts(out); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: %v", name, got)
		}
		if len(c.want) == 0 && (out.Conversation.State != c.who.c.State || out.Handoff.Act != flows.NoAct) {
			t.Errorf("%s: nothing is asked, and it stands in %s, %v", name, out.Conversation.State, out.Handoff)
		}
	}
}

func withHeld(p *person) *person {
	p.f.Held = []flows.Message{{Words: "canary-held"}}
	return p
}

func unsafeLocked(p *person) *person {
	p.f.Ticket.Phase = flows.Live
	return p
}

// consented is somebody in a chat who has just been asked.
func consented(t *testing.T) *person {
	p := chatting(t)
	p.apply(p.m.Consent(p.c, "canary-name", "canary-provider", p.f))
	if msg := p.out.Messages[0]; msg.Args["provider"] != "canary-provider" {
		t.Errorf("asked with %v", msg.Args)
	}
	if !p.out.NotAfter.Equal(time.UnixMilli(p.c.Last).Add(flows.Present)) {
		t.Errorf("may be asked until %v", p.out.NotAfter)
	}
	return p
}

// The answer is what the handover stands on: it is kept with the chat, and anything but an answer is none.
func TestTheAnswerAboutAHandoverIsKept(t *testing.T) {
	for says, c := range map[string]struct{ event, line string }{
		"1": {"event.consent_yes", "handover.yes"}, "jah": {"event.consent_yes", "handover.yes"},
		"2": {"event.consent_no", "handover.no"}, "нет": {"event.consent_no", "handover.no"},
		"3": {"event.consent_question", "handover.ask"},
	} {
		p := consented(t).types(says).said(c.line).stands("chat.live")
		for _, event := range []string{"event.consent_yes", "event.consent_no", "event.consent_question"} {
			if p.event(event) != (event == c.event) {
				t.Errorf("%q: %s is recorded: %v", says, event, p.event(event))
			}
		}
		if p.out.Handoff.Act != flows.Touch {
			t.Errorf("%q: the counsellor sees %v", says, p.out.Handoff)
		}
	}
	for _, says := range []string{"who is that", "4", "12", "yes but not to the police"} {
		p := consented(t).types(says).said().stands("chat.live")
		if !slices.Contains(p.told(), says) || p.event("event.consent_yes") {
			t.Errorf("%q: the counsellor reads %v", says, p.record)
		}
		if p.types("1").said(); p.event("event.consent_yes") || !slices.Contains(p.told(), "1") {
			t.Errorf("after %q, a 1 in the chat is taken for a yes", says)
		}
	}
}

// The counsellor goes on writing while the question stands: a number typed now answers the counsellor, and must never be
// taken for a yes to the handover; the question's own button still is one.
func TestAnAnswerWhileAHandoverIsAsked(t *testing.T) {
	p := consented(t)
	p.replies("how many children, 1 or 2?").said("(words)").stands("chat.live")
	button := p.tapOf("1")
	typed := *p
	typed.types("1").said()
	if typed.event("event.consent_yes") || !slices.Contains(typed.told(), "1") {
		t.Errorf("a number for the counsellor became consent: %v", typed.record)
	}
	p.replies("and the other thing").does(flows.Input{Kind: flows.Tapped, Tap: button}).said("handover.yes").stands("chat.live")
	if !p.event("event.consent_yes") {
		t.Error("the button under the question is lost")
	}
	n := len(p.record)
	if p.does(flows.Input{Kind: flows.Tapped, Tap: button}).said(); len(p.record) != n {
		t.Errorf("pressed again, it is recorded again: %v", p.record[n:])
	}
	// A photo is no answer: the question comes again, whole.
	consented(t).does(flows.Input{Kind: flows.Media}).said("media.unsupported")
	p = consented(t).taps("9")
	if msg := p.out.Messages[0]; msg.Text != "handover.consent" || msg.Args["provider"] != "canary-provider" {
		t.Errorf("asked again: %+v", msg)
	}
	// A stale button of a question that was answered long ago is none.
	p = consented(t)
	button = p.tapOf("2")
	p.types("1").does(flows.Input{Kind: flows.Tapped, Tap: button}).said()
	if p.event("event.consent_no") {
		t.Error("a button of a question answered already changed the answer")
	}
}

// A message at a chosen time comes at that time on the clock of the person's kitchen, in summer and in winter.
func TestALaterMessageComesAtTheChosenHour(t *testing.T) {
	for name, c := range map[string]struct {
		now       time.Time
		day, hour string
		want      string // in Tallinn, with the zone
	}{
		"tomorrow morning":              {evening, "1", "1", "2026-11-21 10:00 EET"},
		"in three days, afternoon":      {evening, "2", "2", "2026-11-23 14:00 EET"},
		"in a week, evening":            {evening, "3", "3", "2026-11-27 18:00 EET"},
		"in a month":                    {evening, "4", "1", "2026-12-20 10:00 EET"},
		"it is tomorrow in Tallinn":     {time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC), "1", "1", "2026-11-22 10:00 EET"},
		"over the end of a year":        {time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC), "1", "1", "2027-01-01 10:00 EET"},
		"over the night of summer time": {time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), "1", "1", "2026-03-29 10:00 EEST"},
		"over the night of winter time": {time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC), "1", "3", "2026-10-25 18:00 EET"},
		"from summer into winter":       {time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC), "3", "1", "2026-10-27 10:00 EET"},
	} {
		p := somebody(t, "later.offer", true)
		p.f.Now, p.c.Last, p.c.Asked = c.now, c.now.UnixMilli(), c.now.UnixMilli()
		p.types("1", c.day, c.hour)
		if p.later == nil {
			t.Errorf("%s: nothing will come: %v", name, texts(p.out))
			continue
		}
		if got := p.later.At.In(flows.Tallinn).Format("2006-01-02 15:04 MST"); got != c.want || p.later.Lang != flows.English {
			t.Errorf("%s: comes %s in %s, want %s", name, got, p.later.Lang, c.want)
		}
		if got := p.out.Messages[0].Args["date"]; got != p.later.At.In(flows.Tallinn).Format("02.01 15:04") {
			t.Errorf("%s: told %s", name, got)
		}
	}
	if p := somebody(t, "later.offer", true).types("1", "1", "8"); p.later != nil {
		t.Error("given up halfway, it comes all the same")
	}
	for _, says := range []string{"0", "stop"} {
		if p := somebody(t, "later.offer", true).types("1", "1", "1", says); p.later != nil || !p.out.Cancel {
			t.Errorf("%q does not cancel it", says)
		}
	}
}

// What comes is one neutral question and nothing else, and not to somebody who would be found out by it.
func TestAChosenTimeBringsOnlyTheNeutralQuestion(t *testing.T) {
	later := func(p *person) *person { return p.types("1", "1", "1") }
	for name, c := range map[string]struct {
		who  *person
		want []string
	}{
		"silent since":           {later(somebody(t, "later.offer", true)).waits(24 * time.Hour), []string{"ping.neutral"}},
		"forgotten meanwhile":    {stranger(t), []string{"ping.neutral"}},
		"writing at this moment": {later(somebody(t, "later.offer", true)), nil},
		"asked for silence":      {later(somebody(t, "later.offer", true)).types("stop").waits(24 * time.Hour), nil},
		"behind the duress word": {shopkeeper(t).waits(24 * time.Hour), nil},
		"asked already":          {pinged(t).waits(24 * time.Hour), nil},
	} {
		out := c.who.m.Call(c.who.c, c.who.f)
		if got := texts(out); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: %v", name, got)
		}
		for _, msg := range out.Messages {
			if msg.Class != flows.FromPing || out.Conversation.Safe || !out.Conversation.Pinged || !out.NotAfter.Equal(c.who.f.Now.Add(flows.Present)) {
				t.Errorf("%s: %+v until %v", name, msg, out.NotAfter)
			}
		}
	}
}

// pinged has been asked whether now is a good time.
func pinged(t *testing.T) *person {
	p := waiting(t).waits(11 * time.Minute)
	p.f.Ticket.Phase = flows.Claimed
	p.replies("canary-answer").said("ping.neutral")
	return p
}

// The yes leads to why we wrote, once; anything else to the first question.
func TestTheYesAfterAChosenTime(t *testing.T) {
	call := func() *person {
		p := somebody(t, "later.offer", true).types("1", "1", "1").waits(24 * time.Hour)
		return p.apply(p.m.Call(p.c, p.f))
	}
	p := call().types("1").said("later.hello").stands("later.hello")
	p.waits(31*time.Minute).types("hello", "3", "1").said("welcome.who_we_are", "menu.main")
	call().types("who is this").said("safety.check")
	call().types("2").said("safety.not_now")
	call().waits(time.Hour).types("1").said("lang.choose")
	call().types("1", "2", "1", "1").said("later.agreed", "menu.main")
	// Everything about them has been forgotten meanwhile, but for the time they chose: the language is asked again.
	p = stranger(t)
	p.apply(p.m.Call(p.c, p.f)).types("1").said("lang.choose")
	if p.c.Safe {
		t.Error("a yes before any language counts as safe to write")
	}
	p.types("3").said("safety.check").types("1").said("later.hello")
	call().types("1", "3").said("feedback.thanks").stands("")
}

// "Never write first" means never. What somebody asks for themselves is answered all the same.
func TestQuietTimes(t *testing.T) {
	for _, c := range []struct {
		times   string
		daytime bool
		ping    bool
	}{{"", false, true}, {"any", false, true}, {"workdays", true, true}, {"workdays", false, false}, {"never", true, false}, {"never", false, false}} {
		p := waiting(t)
		p.f.Service = &town{daytime: c.daytime}
		p.c.Answers = map[string]string{"times": c.times}
		p.f.Ticket.Phase = flows.Claimed
		p.waits(11 * time.Minute)
		out := p.m.Reply(p.c, "canary-name", "canary-answer", p.f)
		if got := len(out.Messages) > 0; got != c.ping || len(out.Hold) == 0 {
			t.Errorf("%q, daytime %v: said %v, held %d", c.times, c.daytime, texts(out), len(out.Hold))
		}
		p.types("hello?").said("queue.noted")
		if p.replies("canary-answer"); !slices.Contains(texts(p.out), "(words)") {
			t.Errorf("%q: to somebody who is here: %v", c.times, texts(p.out))
		}
	}
	for key, want := range map[string]string{"1": "any", "2": "workdays", "3": "never"} {
		if p := waiting(t).types("quiet", key); p.c.Answers["times"] != want || p.c.State != "queue.waiting" {
			t.Errorf("times %s: %q, and stands in %s", key, p.c.Answers["times"], p.c.State)
		}
	}
}

// An answer to somebody locked out by their own code word waits for the word.
func TestAnAnswerWaitsForTheCodeWord(t *testing.T) {
	p := unsafeLocked(locked(t))
	p.replies("canary-answer")
	if len(p.f.Held) != 1 || slices.Contains(texts(p.out), "(words)") {
		t.Errorf("said %v, held %d", texts(p.out), len(p.f.Held))
	}
	if p.c.State == "chat.ping" { // asked whether now is a good time, they are asked for the word all the same
		p.types("1").said("word.say")
	}
	p.types(word)
	if !strings.Contains(strings.Join(texts(p.out), " "), "(words)") || !p.out.Release {
		t.Errorf("after the word: %v", texts(p.out))
	}
}
