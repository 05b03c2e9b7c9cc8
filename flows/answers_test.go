package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sosin/flows"
)

// Somebody who answers "2 3" has said two things. Losing one of them loses a choking or a weapon.
func TestSeveralAnswersAtOnce(t *testing.T) {
	for _, c := range []struct {
		state, says string
		answers     []string // as the counsellor reads them
		to          string
		band        flows.Band
	}{
		{"risk.kind", "4 6", []string{"risk.q1.threats", "risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "4,6", []string{"risk.q1.threats", "risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "46", []string{"risk.q1.threats", "risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "6, 4.", []string{"risk.q1.threats", "risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "4\n6", []string{"risk.q1.threats", "risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "6 6 6", []string{"risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "6", []string{"risk.q1.stalking"}, "risk.often", flows.Rest},
		{"risk.kind", "6 8", []string{"risk.q1.stalking", "answer.next"}, "risk.often", flows.Rest},
		{"risk.kind", "6 2", []string{"risk.q1.choking", "risk.q1.stalking"}, "danger.queued", flows.High},
		{"risk.kind", "62", []string{"risk.q1.choking", "risk.q1.stalking"}, "danger.queued", flows.High},
		{"risk.kind", "2 8", []string{"risk.q1.choking", "answer.next"}, "danger.queued", flows.High},
		{"risk.effect", "2 3 4", []string{"risk.q5.injured", "risk.q5.anxiety", "risk.q5.harm"}, "danger.queued", flows.High},
		{"risk.around", "145", []string{"risk.q3b.pregnant", "risk.q3b.nowhere", "risk.q3b.money"}, "risk.effect", flows.Rest},
	} {
		p := waiting(t)
		p.c.State = c.state
		p.types(c.says)
		if got := p.told(); !slices.Equal(got, c.answers) || p.c.State != c.to {
			t.Errorf("%q in %s: the counsellor reads %v, and it leads to %s after %v; want %v and %s", c.says, c.state, got, p.c.State, texts(p.out), c.answers, c.to)
		}
		if high := p.band == flows.High; high != (c.band == flows.High) {
			t.Errorf("%q in %s: band %d", c.says, c.state, p.band)
		}
	}
}

// Buttons say one thing at a time: the question stays until "next".
func TestSeveralAnswersByButton(t *testing.T) {
	p := somebody(t, "risk.intro", true).types("1")
	for _, key := range []string{"4", "6", "4"} {
		p.taps(key).said("many.more", "risk.q1").stands("risk.kind")
	}
	p.taps("8").stands("risk.often")
	want := []string{"risk.intro:1", "risk.kind:4", "risk.kind:6", "risk.kind:8"}
	slices.Sort(p.c.Picks)
	if !slices.Equal(p.c.Picks, want) {
		t.Errorf("remembered %v, want %v", p.c.Picks, want)
	}
	p = somebody(t, "risk.intro", true).types("1")
	p.taps("4").taps("2").stands("danger.queued").urgency(flows.High)
}

// A number that stands for nothing makes the whole message not understood: guessing which half was meant would put words in
// somebody's mouth.
func TestSeveralAnswersOfWhichOneIsNone(t *testing.T) {
	for _, says := range []string{"2 9", "29", "2 77", "2 x", "1-9-2", "222229", "2 and 3"} {
		p := somebody(t, "risk.kind", true).types(says)
		p.said("unknown.input", "risk.q1").stands("risk.kind")
		if len(p.c.Picks) != 0 || p.c.Worry != flows.NoBand {
			t.Errorf("%q set %v, worry %d", says, p.c.Picks, p.c.Worry)
		}
		if !slices.Contains(p.c.Words, says) {
			t.Errorf("%q is lost to whoever reads later", says)
		}
	}
	// A state that takes one answer takes one.
	somebody(t, "risk.often", true).types("1 2").said("unknown.input", "risk.q2a").stands("risk.often")
}

// One of several that is not offered now is no answer either.
func TestSeveralAnswersOfWhichOneIsNotOffered(t *testing.T) {
	files, _, _ := planted(t, edit{file: "risk.yaml", old: "6: {label: risk.q1.stalking, raise", new: "6: {label: risk.q1.stalking, when: feature.group, §raise"})
	m, err := flows.Load(files, embeddedTexts(t))
	if err != nil {
		t.Fatal(err)
	}
	for offered, want := range map[bool]string{false: "risk.kind", true: "risk.often"} {
		p := somebody(t, "risk.kind", true)
		p.m, p.f.Service = m, &town{features: map[string]bool{"group": offered}}
		p.types("4 6").stands(want)
	}
}

func counties() map[string]string {
	return map[string]string{"tartu": "tartu", "elva": "tartu", "тарту": "tartu", "narva": "ida-viru", "atlantis": "atlantis"}
}

// People type where they live; nobody knows the number of their county.
func TestACountyMayBeTyped(t *testing.T) {
	for _, ch := range flows.Channels {
		for says, want := range map[string]string{"Elva": "tartu", "Тарту": "tartu", "narva": "ida-viru", "22": "tartu", "13": "ida-viru", "7": "", "8": ""} {
			p := somebody(t, "violence.menu", true)
			p.f.Channel, p.f.Service = ch, &town{counties: counties()}
			p.types("1").said("county.ask").types(says).stands("violence.woman")
			if got := p.c.Answers["county"]; got != want {
				t.Errorf("%s, %q: county %q, want %q", ch, says, got, want)
			}
			if says == "7" && p.c.Answers["elsewhere"] != "yes" {
				t.Errorf("%s: not the own county, and that is lost", ch)
			}
		}
	}
}

// A county nobody can read, and one the service file knows and no answer stands for: asked again, then a person.
func TestAnUnknownCountyLeadsToAPerson(t *testing.T) {
	for _, says := range []string{"behind the forest", "atlantis"} {
		p := somebody(t, "violence.menu", true)
		p.f.Service = &town{counties: counties()}
		p.types("1", says).said("unknown.input", "county.ask").stands("county.ask")
		p.types(says).stands("queue.waiting").urgency(flows.Rest)
		if got := p.told(); !slices.Contains(got, says) {
			t.Errorf("%q: the counsellor reads %v", says, got)
		}
	}
}

// Fifteen counties do not fit into two SMS; there the name is typed. On Telegram they are buttons.
func TestCountiesAreListedWhereTheyFit(t *testing.T) {
	for ch, want := range map[flows.Channel]int{flows.SMS: 2, flows.Telegram: 17} {
		p := somebody(t, "violence.menu", true)
		p.f.Channel = ch
		if p.types("1"); len(p.last.Choices) != want {
			t.Errorf("%s lists %d answers, want %d", ch, len(p.last.Choices), want)
		}
	}
}

// The county decides which desk the ticket goes to; somebody who wants another one's centre does not get their own.
func TestTheCountyDecidesTheDesk(t *testing.T) {
	for says, want := range map[string]string{"22": "centre-tartu", "7": "centre-all"} {
		p := somebody(t, "menu.main", true)
		p.f.Service = &town{desks: map[string]string{"violence/tartu": "centre-tartu", "violence/": "centre-all"}}
		p.f.Duty = map[string]bool{"centre-tartu": true, "centre-all": true}
		p.types("1", "1", says, "3")
		if h := p.out.Handoff; h.Act != flows.Open || h.Desk != want {
			t.Errorf("county %s: ticket %v at %q, want %q", says, h.Act, h.Desk, want)
		}
	}
}

// An answer that is not offered now does not exist: not in the list, not by its number, not by a button that once was there.
func TestAnAnswerThatIsNotOffered(t *testing.T) {
	group := &town{features: map[string]bool{"group": true}}
	p := somebody(t, "menu.main", true)
	p.f.Service = group
	p.types("2")
	if !offers(p.last, "6") {
		t.Fatalf("a group is offered nowhere: %v", p.last.Choices)
	}
	p.f.Service = &town{}
	p.taps("6").stands("prostitution.menu").said("menu.prostitution")
	if offers(p.last, "6") {
		t.Errorf("a group that is not there is listed: %v", p.last.Choices)
	}
	p.taps("6").stands("prostitution.menu")
	p.types("6").said("unknown.input", "menu.prostitution")
	p.f.Service = group
	p.types("6").stands("prostitution.group")

	p = somebody(t, "own.menu", true)
	p.f.Channel = flows.SMS
	p.types("2").said("unknown.input", "menu.own")
	p = somebody(t, "queue.waiting", true)
	p.f.Ticket.Phase = flows.Waiting
	p.types("1").stands("queue.waiting")
}

func offers(msg flows.Message, key string) bool {
	return slices.ContainsFunc(msg.Choices, func(c flows.Choice) bool { return c.Key == key })
}

// What an answer says about urgency waits until there is a ticket, and only ever rises.
func TestUrgencyOfAnAnswerWaitsForTheTicket(t *testing.T) {
	p := somebody(t, "force.intro", true).types("1", "1")
	if p.c.Worry != flows.Trafficking {
		t.Errorf("worry %d", p.c.Worry)
	}
	p.urgency(flows.NoBand).types("2", "2", "2", "2", "1").urgency(flows.Trafficking)

	p = somebody(t, "risk.kind", true).types("4")
	if p.c.Worry != flows.Violence {
		t.Errorf("worry %d", p.c.Worry)
	}
	p.c.State = "force.documents"
	p.types("1")
	if p.c.Worry != flows.Trafficking {
		t.Errorf("a graver answer: worry %d", p.c.Worry)
	}
	p.c.State = "risk.kind"
	if p.types("4"); p.c.Worry != flows.Trafficking {
		t.Errorf("a lesser answer lowered it to %d", p.c.Worry)
	}
	if p.types("person"); p.out.Handoff.Act != flows.Open || p.band != flows.Trafficking {
		t.Errorf("the ticket opens with %v", p.out.Handoff)
	}
	// With a ticket, an answer raises it at once.
	p.c.State = "risk.kind"
	p.types("4").urgency(flows.Trafficking)
	p.c.State = "risk.kind"
	p.types("3").urgency(flows.High)
	// Closing ends the worry: the next evening is a new one.
	p.apply(p.m.End(p.c, "helped", p.f))
	if p.c.Worry != flows.NoBand {
		t.Errorf("after the close, worry %d", p.c.Worry)
	}
	p.types("8", "2").types("hello", "3", "1", "4").urgency(flows.Rest)
}

// A counsellor who opens the ticket reads what was asked and answered before it, in words and in order, once: nobody should
// have to tell it twice.
func TestAnswersBeforeTheTicketAreInItsTranscript(t *testing.T) {
	p := somebody(t, "violence.menu", true)
	p.types("1", "22", "1")
	var got []string
	for _, e := range p.record {
		if e.From == flows.Bot || e.From == flows.Person {
			got = append(got, string(e.From)+" "+e.Text)
		}
	}
	want := []string{"bot menu.violence", "person menu.violence.person", "bot county.ask", "person county.tartu", "bot pref.female", "person pref.female.only", "bot queue.waiting", "bot queue.meanwhile"}
	if !slices.Equal(got, want) {
		t.Errorf("the transcript begins\n%v, want\n%v", got, want)
	}
	if len(p.c.Picks) != 0 {
		t.Errorf("still kept %v", p.c.Picks)
	}
	p.types("9", "person")
	if n := len(slices.DeleteFunc(p.told(), func(s string) bool { return s != "county.tartu" })); n != 1 {
		t.Errorf("the county stands there %d times", n)
	}
}

// Where one answer is all a question takes, the last one is what they mean.
func TestAnAnswerThatWasChangedStandsOnce(t *testing.T) {
	p := somebody(t, "violence.menu", true)
	p.f.Duty = nil
	p.types("1", "22", "3", "9", "1", "1", "13", "2", "1", "canary-words")
	got := slices.DeleteFunc(p.told(), func(s string) bool { return strings.HasPrefix(s, "menu.") })
	if !slices.Equal(got, []string{"county.ida_viru", "pref.female.rather", "canary-words"}) {
		t.Errorf("the counsellor reads %v", got)
	}
}

// Somebody who walks the menus all night must not make the conversation grow without end.
func TestRememberedAnswersAreBounded(t *testing.T) {
	p := somebody(t, "menu.main", true)
	states := slices.Sorted(func(yield func(string) bool) {
		for name, s := range p.m.Definition().States {
			if s.Keeps && !yield(name) {
				return
			}
		}
	})
	most := 0
	for _, state := range states {
		for key := range 30 {
			p.c.State, p.f.Ticket = state, flows.TicketFacts{}
			if out := p.m.Step(p.c, typed(fmt.Sprint(key)), p.f); out.Handoff.Act == flows.NoAct {
				p.c = out.Conversation
				most = max(most, len(p.c.Picks))
			}
		}
	}
	if most < 30 || most > 40 {
		t.Errorf("%d answers are kept", most)
	}
}

// Under the flows whose mention alone is a secret, statistics know no language: ten Russian-speaking people under 18 in a
// month are ten faces.
func TestSecretFlowsAreCountedForTheWholeCountry(t *testing.T) {
	p := somebody(t, "menu.main", true)
	var counts []flows.Count
	for _, says := range []string{"3", "1", "1", "menu", "7", "1"} {
		counts = append(counts, p.types(says).out.Counts...)
	}
	tables := map[string]bool{}
	for _, n := range counts {
		switch n.Table {
		case "funnel.force", "funnel.young", "trafficking", "age":
			tables[n.Table] = true
			if n.Column != "all" {
				t.Errorf("counted %v by %s", n, n.Column)
			}
		case "funnel.menu":
			if n.Column != "en" {
				t.Errorf("counted %v by %s", n, n.Column)
			}
		}
	}
	if len(tables) != 4 {
		t.Errorf("counted only %v", tables)
	}
}

// What is asked for is what is given: a woman where only a woman may answer, somebody trained for children for a child. A
// colleague without it makes no "somebody is here" true.
func TestSomebodyIsHereMeansSomebodyForThisPerson(t *testing.T) {
	const desk = flows.AnyDesk
	for name, c := range map[string]struct {
		answers map[string]string
		duty    map[string]bool
		says    string
		h       flows.Handoff
	}{
		"anybody":                {nil, map[string]bool{desk: true}, "queue.waiting", flows.Handoff{Act: flows.Open}},
		"a woman, and one is":    {map[string]string{"woman": "only"}, map[string]bool{desk: true, flows.DutyKey(desk, true, false): true}, "queue.waiting", flows.Handoff{Act: flows.Open, Woman: true}},
		"a woman, only men are":  {map[string]string{"woman": "only"}, map[string]bool{desk: true}, "pref.female.wait", flows.Handoff{}},
		"rather a woman":         {map[string]string{"woman": "rather"}, map[string]bool{desk: true}, "queue.waiting", flows.Handoff{Act: flows.Open}},
		"a child, and trained":   {map[string]string{"under18": "yes"}, map[string]bool{desk: true, flows.DutyKey(desk, false, true): true}, "queue.waiting", flows.Handoff{Act: flows.Open, Minor: true}},
		"a child, and untrained": {map[string]string{"under18": "yes"}, map[string]bool{desk: true}, "young.nobody", flows.Handoff{}},
		"a girl who wants a woman, one trained and a woman": {map[string]string{"under18": "yes", "woman": "only"},
			map[string]bool{desk: true, flows.DutyKey(desk, false, true): true, flows.DutyKey(desk, true, false): true}, "young.nobody", flows.Handoff{}},
		"a girl who wants a woman, one who is both": {map[string]string{"under18": "yes", "woman": "only"},
			map[string]bool{flows.DutyKey(desk, true, true): true}, "queue.waiting", flows.Handoff{Act: flows.Open, Woman: true, Minor: true}},
	} {
		p := somebody(t, "menu.main", true)
		p.c.Answers, p.f.Duty = c.answers, c.duty
		p.types("person")
		got := p.out.Handoff
		if said := texts(p.out); said[0] != c.says || got.Act != c.h.Act || got.Woman != c.h.Woman || got.Minor != c.h.Minor {
			t.Errorf("%s: said %v, ticket %+v; want %s, %+v", name, said, got, c.says, c.h)
		}
	}
}

// A waiting time is told only where it was measured, and never rounded down.
func TestAWaitingTimeIsToldWhereItWasMeasured(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "", time.Minute: "5", 5 * time.Minute: "5", 5*time.Minute + time.Second: "10", time.Hour: "60"} {
		p := somebody(t, "menu.main", true)
		p.f.Wait = map[string]time.Duration{flows.AnyDesk: wait, "violence": 3 * time.Hour}
		msg := p.types("person").out.Messages[0]
		if got := msg.Args["wait"]; got != want || (msg.Text == "queue.waiting.measured") != (want != "") {
			t.Errorf("%v measured: %s says %q, want %q", wait, msg.Text, got, want)
		}
	}
}

// Where a line stands in a file must not decide whether a secret flow is counted by language.
func TestNationalMayStandAboveTheFlowsName(t *testing.T) {
	files := copied(t)
	text := strings.Replace(string(files["force.yaml"].Data), "flow: force\nnational: true", "national: true\nflow: force", 1)
	files["force.yaml"] = &fstest.MapFile{Data: []byte(text)}
	def, err := flows.Decode(files)
	if err != nil || !strings.Contains(text, "national: true\nflow") || !def.National["force"] || !def.National["young"] || len(def.National) != 2 {
		t.Errorf("national: %v, %v", def.National, err)
	}
}
