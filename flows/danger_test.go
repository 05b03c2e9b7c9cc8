package flows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// Danger is answered wherever it is said: somebody who writes "he has a knife" as their first message, before any language
// or yes, must not be asked to choose a language first and be lost.
func TestGraveDangerIsAnsweredWhereverItIsSaid(t *testing.T) {
	known := somebody(t, "menu.main", true)
	known.types("5").waits(2 * time.Hour)
	unread := somebody(t, "entry.safety", false)
	for name, c := range map[string]struct {
		who  *person
		says string
		want []string
		to   string
	}{
		"as a first message":         {stranger(t), "he has a knife", []string{"static.fallback", "lang.choose"}, "entry.language"},
		"before a language":          {stranger(t).types("hello"), "he has a knife", []string{"static.fallback", "lang.choose"}, "entry.language"},
		"before yes":                 {unread, "he has a knife", []string{"danger.now", "danger.followup"}, "danger.queued"},
		"in the menu":                {somebody(t, "menu.main", true), "he has a knife", []string{"danger.now", "danger.followup"}, "danger.queued"},
		"pills":                      {somebody(t, "menu.main", true), "i have pills", []string{"danger.suicide", "danger.followup"}, "danger.queued"},
		"locked in":                  {somebody(t, "info.menu", true), "in a cellar", []string{"danger.held", "danger.followup"}, "danger.queued"},
		"a child":                    {somebody(t, "violence.menu", true), "my toddler", []string{"danger.child", "danger.followup"}, "danger.queued"},
		"after two hours of silence": {known, "he has a knife", []string{"static.fallback", "lang.choose"}, "entry.language"},
		"as a message to leave":      {somebody(t, "queue.message", true), "he has a knife", []string{"danger.now", "danger.followup"}, "danger.queued"},
		"with several kinds at once": {somebody(t, "menu.main", true), "madam has a knife", []string{"danger.now", "danger.followup"}, "danger.queued"},
	} {
		c.who.t = t
		c.who.types(c.says)
		if got := texts(c.who.out); !slices.Equal(got, c.want) || c.who.c.State != c.to {
			t.Errorf("%s: said %v in %q, want %v in %q", name, got, c.who.c.State, c.want, c.to)
		}
		if h := c.who.out.Handoff; h.Act != flows.Open || h.Band != flows.High {
			t.Errorf("%s: the ticket is %v", name, h)
		}
		if !slices.Contains(c.who.told(), c.says) || !strings.Contains(asJSON(t, c.who.record), "event.risk.high.") {
			t.Errorf("%s: the counsellor reads %v", name, c.who.record)
		}
		if who := c.who.c; slices.Contains(who.Words, c.says) {
			t.Errorf("%s: kept twice", name)
		}
	}
}

// The same text over and over would drown the counsellor's words; a new kind of danger, or an hour later, is no repetition.
func TestADangerTextIsNotSaidTwiceWithinAnHour(t *testing.T) {
	p := somebody(t, "menu.main", true)
	p.types("he has a knife").said("danger.now", "danger.followup")
	p.waits(5 * time.Minute).types("he has the knife still").said("danger.noted").urgency(flows.High)
	if !slices.Contains(p.told(), "he has the knife still") {
		t.Error("the counsellor does not read the second message")
	}
	p.types("i have pills").said("danger.suicide", "danger.followup")
	for range 3 {
		p.waits(19 * time.Minute).types("i am afraid").said("danger.noted")
	}
	p.types("he has a knife again").said("danger.now", "danger.followup").urgency(flows.High)
}

// Whoever was away for half an hour is met as a stranger, and a stranger in danger gets the numbers, each time.
func TestAfterAGapDangerIsAnsweredAsAStrangers(t *testing.T) {
	known := somebody(t, "menu.main", true)
	known.types("he has a knife").waits(31 * time.Minute).types("he has a knife")
	unknown := stranger(t).types("he has a knife")
	known.said(texts(unknown.out)...)
}

// In a live chat the counsellor is alarmed; a bot that answers there would talk into the conversation.
func TestDangerInALiveChatIsShownAndNotAnswered(t *testing.T) {
	for says, band := range map[string]flows.Band{"he has a knife": flows.High, "so hollow": flows.Check} {
		p := chatting(t).types(says)
		p.said().stands("chat.live")
		if h := p.out.Handoff; h.Act != flows.Touch || h.Band != band {
			t.Errorf("%s: the ticket is %v", says, h)
		}
		if got := p.out.Record; len(got) != 2 || got[0].Words+got[1].Words != says || !strings.HasPrefix(got[0].Text+got[1].Text, "event.risk.") {
			t.Errorf("%s: recorded %v", says, got)
		}
	}
}

// A worry is no alarm: before yes nothing is said that somebody else could read, and it is not forgotten either.
func TestAWorryBeforeYesIsKeptSilently(t *testing.T) {
	p := somebody(t, "entry.safety", false).types("i feel hollow")
	p.said("safety.check").urgency(flows.NoBand)
	if p.c.Worry != flows.Check || p.out.Handoff != (flows.Handoff{}) {
		t.Errorf("worry %d, ticket %v", p.c.Worry, p.out.Handoff)
	}
	p.types("1", "4").urgency(flows.Check)
	if !slices.Contains(p.told(), "i feel hollow") {
		t.Errorf("the counsellor reads %v", p.told())
	}
}

// After yes the person is asked, and their answer counts: a no sends nobody anywhere else than where they were going.
func TestAWorryAfterYesIsAsked(t *testing.T) {
	for says, c := range map[string]struct{ ask, yes string }{
		"i feel hollow": {"danger.check.suicide", "danger.suicide"},
		"the madam":     {"danger.check", "danger.now"},
	} {
		p := somebody(t, "menu.main", true).types(says)
		p.said(c.ask).urgency(flows.Check)
		p.types("2").stands("queue.waiting").urgency(flows.Check)
		p = somebody(t, "menu.main", true).types(says, "1")
		p.said(c.yes, "danger.followup").urgency(flows.High)
		p = somebody(t, "menu.main", true).types(says, "3").urgency(flows.Check).stands("queue.waiting")
		if p.out.Messages[0].Text != "danger.unsure" {
			t.Errorf("%s: unsure, and told %v", says, texts(p.out))
		}
	}
}

// Where a scan is not sure of something grave, the counsellor's ticket is urgent at once and the person is asked; before yes
// there is no way to ask, and the numbers come.
func TestGraveDangerThatIsNotSureIsAskedAndUrgent(t *testing.T) {
	p := somebody(t, "menu.main", true).types("on the bridge").said("danger.check.suicide").urgency(flows.High)
	if !p.event("event.risk.high.suicide") {
		t.Errorf("the counsellor sees %v", p.record)
	}
	p.types("2").stands("queue.waiting").urgency(flows.High)
	somebody(t, "menu.main", true).types("on the bridge", "1").said("danger.suicide", "danger.followup").urgency(flows.High)
	somebody(t, "entry.safety", false).types("on the bridge").said("danger.suicide", "danger.followup").urgency(flows.High)
	somebody(t, "menu.main", true).types("on the bridge with pills").said("danger.suicide", "danger.followup").urgency(flows.High)
	chatting(t).types("on the bridge").said().stands("chat.live").urgency(flows.High)
	waiting(t).types("on the bridge", "2", "the bridge again").said("queue.noted").urgency(flows.High)
}

// What was changed afterwards, or stands under a photo, is read too.
func TestDangerIsFoundInChangedWordsAndUnderPhotos(t *testing.T) {
	p := somebody(t, "menu.main", true).does(flows.Input{Kind: flows.Edited, Text: "he has a knife"})
	p.said("danger.now", "danger.followup").urgency(flows.High)
	p = waiting(t).does(flows.Input{Kind: flows.Edited, Text: "he has a knife"})
	p.said("danger.now", "danger.followup").urgency(flows.High)
	if !slices.ContainsFunc(p.record, func(e flows.Entry) bool { return e.Edited && e.Words == "he has a knife" }) {
		t.Errorf("the counsellor sees %v", p.record)
	}
	p = somebody(t, "menu.main", true).does(flows.Input{Kind: flows.Media, Text: "his knife", Album: "a"})
	p.said("danger.now", "danger.followup").urgency(flows.High)
	if !slices.Contains(p.told(), "his knife") {
		t.Errorf("the counsellor reads %v", p.told())
	}
	p = chatting(t).does(flows.Input{Kind: flows.Media, Text: "his knife"})
	p.said("media.unsupported").urgency(flows.High)
}

// Words that come late after an outage: the ticket is urgent, the phone gets one neutral question, because who holds it now?
func TestDangerThatComesLate(t *testing.T) {
	late := func(text string, from time.Time) flows.Input {
		in := typed(text)
		in.At = from.Add(-20 * time.Minute)
		return in
	}
	p := somebody(t, "menu.main", true)
	p.does(late("he has a knife", p.f.Now)).said("ping.neutral").urgency(flows.High)
	if p.out.Messages[0].Class != flows.FromPing || p.c.Safe {
		t.Error("what goes out is not the neutral question, or the old yes still counts")
	}
	p.does(late("he has that knife", p.f.Now))
	for _, msg := range p.out.Messages {
		if msg.Class == flows.FromPing {
			t.Error("the second late message asked the neutral question again (promise 2)")
		}
	}
	p = chatting(t)
	p.does(late("he has a knife", p.f.Now)).said().stands("chat.live").urgency(flows.High)
	p = somebody(t, "menu.main", true)
	p.does(late("i feel hollow", p.f.Now)).urgency(flows.Check)
	if !p.out.NotAfter.Before(p.f.Now) {
		t.Error("a question about a worry of twenty minutes ago would still be sent")
	}
}

// A scan may only raise. A harmless or less grave sentence afterwards must not push somebody down the queue.
func TestAScanNeverLowers(t *testing.T) {
	p := somebody(t, "menu.main", true).types("he has a knife", "2")
	p.types("1", "i feel hollow").urgency(flows.High)
	if p.out.Handoff.Band > flows.High && p.c.Worry != flows.High {
		t.Errorf("worry %d", p.c.Worry)
	}
	p.types("2", "all is well").urgency(flows.High)
	if p.c.Worry != flows.High {
		t.Errorf("worry %d", p.c.Worry)
	}
}

// An answer is an answer, whatever a scan would make of its words.
func TestAnswersAreNotScanned(t *testing.T) {
	m, err := loadLibrary(func(string) ([]flows.Hit, bool) { return []flows.Hit{{Band: flows.High, Category: "life"}}, true })
	if err != nil {
		t.Fatal(err)
	}
	for state, word := range map[string]string{"menu.main": "5", "entry.safety": "jah", "entry.language": "eesti", "force.intro": "yes"} {
		out := m.Step(at(state, state[0] != 'e'), typed(word), with(flows.NoTicket, true))
		if out.Handoff.Band == flows.High || out.Conversation.Answers["under18"] != "" || out.Conversation.State == state {
			t.Errorf("%s in %s was scanned: %v", word, state, texts(out))
		}
	}
	out := m.Step(at("menu.main", true), typed("hello"), with(flows.NoTicket, true))
	if out.Handoff.Band != flows.High {
		t.Error("and words are not scanned either: this test tells nothing")
	}
}

// "I am in tenth grade" is a hint for the counsellor. Only the person's own answer decides who may take the chat, or an
// adult who mentions a school would be sent away to the children's helpline.
func TestAHintOfAgeIsABadge(t *testing.T) {
	p := somebody(t, "menu.main", true).types("a schoolgirl", "person")
	if p.c.Answers["under18"] != "maybe" || p.c.Minor() || p.out.Handoff.Minor {
		t.Errorf("under18 is %q, filter %v", p.c.Answers["under18"], p.out.Handoff)
	}
	p.said("queue.waiting", "queue.meanwhile")
	p = somebody(t, "menu.main", true)
	p.c.Answers = map[string]string{"under18": "no"}
	if p.types("a schoolgirl"); p.c.Answers["under18"] != "no" {
		t.Errorf("the person said no, and it became %q", p.c.Answers["under18"])
	}
}

// Each kind and level is counted once in a conversation: a report of "danger" must count people's evenings, not messages.
func TestDangerIsCountedOnce(t *testing.T) {
	p := somebody(t, "menu.main", true)
	seen := map[flows.Count]int{}
	for _, text := range []string{"a knife", "a knife", "pills", "hollow", "hollow", "knife"} {
		for _, n := range p.types(text).out.Counts {
			if n.Table == "danger" {
				seen[n]++
			}
		}
	}
	for _, want := range []flows.Count{{Table: "danger", Row: "life", Column: "high"}, {Table: "danger", Row: "suicide", Column: "high"}, {Table: "danger", Row: "suicide", Column: "check"}} {
		if seen[want] != 1 {
			t.Errorf("%v counted %d times", want, seen[want])
		}
	}
}
