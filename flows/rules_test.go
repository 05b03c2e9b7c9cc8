package flows_test

import (
	"slices"
	"testing"
	"time"

	"sosin/flows"
)

var evening = time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC)

// at is a person who stands in a state and has just written.
func at(state string, safe bool) flows.Conversation {
	return flows.Conversation{Lang: flows.English, State: state, Turn: 3, Safe: safe, Last: evening.UnixMilli(), Asked: evening.UnixMilli()}
}

// aside is a person whose own question leads back to another state.
func aside(c flows.Conversation, back string) flows.Conversation {
	c.Back = back
	return c
}

func typed(text string) flows.Input { return flows.Input{Kind: flows.Typed, Text: text} }

func with(phase flows.Phase, here bool) flows.Facts {
	return flows.Facts{Now: evening.Add(10 * time.Second), Channel: flows.Telegram,
		Duty: map[string]bool{flows.AnyDesk: here}, Ticket: flows.TicketFacts{Phase: phase}}
}

// Rules a person would feel the loss of, each in one step.
func TestOneStep(t *testing.T) {
	m := load(t)
	undelivered := with(flows.NoTicket, false)
	undelivered.Undelivered = true
	older := typed("2")
	older.At = evening.Add(-time.Minute)
	for name, c := range map[string]struct {
		from flows.Conversation
		in   flows.Input
		f    flows.Facts
		want []string
		to   string
	}{
		"in danger, nobody is here: it is said at once": {at("entry.safety", false), typed("3"), with("", false),
			[]string{"danger.now", "urgent.nobody"}, "danger.nobody"},
		"in danger, somebody is here": {at("entry.safety", false), typed("3"), with("", true),
			[]string{"danger.now", "danger.followup"}, "danger.queued"},
		"an old button that leaves": {at("menu.main", true), flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safety", Turn: 1, Key: "0"}}, with("", false),
			[]string{"exit.decoy"}, ""},
		"an old button that does not": {at("menu.main", true), flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safety", Turn: 1, Key: "2"}}, with("", false),
			[]string{"menu.main"}, "menu.main"},
		"an old button that cries for help": {at("menu.main", true), flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safety", Turn: 1, Key: "3"}}, with("", false),
			[]string{"danger.now", "urgent.nobody"}, "danger.nobody"},
		"a button pressed twice": {at("menu.main", true), flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safety", Turn: 2, Key: "1"}},
			flows.Facts{Now: evening.Add(time.Second), Channel: flows.Telegram}, nil, "menu.main"},
		"the prompt never arrived, so 1 is no answer to it": {at("menu.main", true), typed("1"), undelivered,
			[]string{"menu.main"}, "menu.main"},
		"written before the prompt came": {at("menu.main", true), older, with("", false),
			[]string{"menu.main"}, "menu.main"},
		"a digit in a live chat is an answer to the counsellor": {at("chat.live", true), typed("9"), with(flows.Live, true), nil, "chat.live"},
		"0 in a live chat leaves":                               {at("chat.live", true), typed("0"), with(flows.Live, true), []string{"exit.decoy"}, ""},
		"a live chat whose counsellor is gone":                  {at("chat.live", true), typed("hello?"), with(flows.Lost, false), []string{"chat.lost", "queue.away", "queue.meanwhile"}, "queue.away"},
		"a live chat that was closed by a clock":                {at("chat.live", true), typed("hello?"), with("", false), []string{"unknown.input", "menu.main"}, "menu.main"},
		"no to deleting, and the ticket was closed by a clock":  {aside(at("erase.confirm", true), "queue.away_quietly"), typed("2"), with("", false), []string{"menu.main"}, "menu.main"},
		"the same before yes":                                   {aside(at("erase.confirm_quietly", false), "danger.nobody"), typed("2"), with("", false), []string{"lang.choose"}, "entry.language"},
		"no to deleting, where the state is no more":            {aside(at("erase.confirm_quietly", false), "gone.state"), typed("2"), with("", false), []string{"lang.choose"}, "entry.language"},
		"the same for somebody who never said yes":              {at("chat.live", false), typed("hello?"), with("", false), []string{"lang.choose"}, "entry.language"},
		"a state that is no more":                               {at("gone.state", true), typed("hello?"), with("", false), []string{"unknown.input", "menu.main"}, "menu.main"},
		"a state that is no more, before yes":                   {at("gone.state", false), typed("hello?"), with("", false), []string{"lang.choose"}, "entry.language"},
		"back in the chat, the counsellor is away":              {at("entry.safety", false), typed("1"), with(flows.Live, false), []string{"queue.away"}, "chat.live"},
		"back in the chat":                                      {at("entry.safety", false), typed("1"), with(flows.Live, true), []string{"chat.back"}, "chat.live"},
		"a photo in danger, before yes":                         {at("danger.nobody", false), flows.Input{Kind: flows.Media}, with(flows.Waiting, false), []string{"urgent.nobody"}, "danger.nobody"},
		"the menu's word before yes is not the menu":            {at("entry.safety", false), typed("menu"), with("", false), []string{"safety.check"}, "entry.safety"},
	} {
		out := m.Step(c.from, c.in, c.f)
		if got := texts(out); !slices.Equal(got, append([]string{}, c.want...)) || out.Conversation.State != c.to {
			t.Errorf("%s: said %v in %q, want %v in %q", name, got, out.Conversation.State, c.want, c.to)
		}
	}
}

// What somebody wrote is for a person to read, also when it answered nothing.
func TestWordsAreKeptForWhoeverWillRead(t *testing.T) {
	m := load(t)
	undelivered := with("", true)
	undelivered.Undelivered = true
	out := m.Step(at("menu.main", true), typed("he is at the door"), undelivered)
	out = m.Step(out.Conversation, typed("person"), with("", true))
	var read []string
	for _, e := range out.Record {
		if e.From == flows.Person {
			read = append(read, e.Words)
		}
	}
	if out.Handoff.Act != flows.Open || !slices.Contains(read, "he is at the door") || len(out.Conversation.Words) != 0 {
		t.Errorf("the ticket opens with %q", read)
	}
}

// Somebody in danger has not said that it is safe, but has asked for us: the whole chat reaches them, not only its first
// line.
func TestACounsellorCanTalkWithSomebodyInDanger(t *testing.T) {
	m := load(t)
	f := with(flows.Claimed, true)
	first := m.Reply(at("danger.queued", false), "Kadri", "canary-first", f)
	f.Ticket.Phase = flows.Live
	answer := m.Step(first.Conversation, typed("please"), f)
	second := m.Reply(answer.Conversation, "Kadri", "canary-second", f)
	if len(first.Messages) != 2 || len(second.Messages) != 1 || len(second.Hold) != 0 {
		t.Errorf("first %v, then %v and %d held", texts(first), texts(second), len(second.Hold))
	}
}

// A changed message never answers a question again, and a counsellor sees it marked, also after a gap.
func TestAChangedMessageIsShownAsChanged(t *testing.T) {
	m := load(t)
	f := with(flows.Live, true)
	f.Now = evening.Add(flows.Gap + time.Minute)
	out := m.Step(at("chat.live", true), flows.Input{Kind: flows.Edited, Text: "canary"}, f)
	if len(out.Record) == 0 || !out.Record[0].Edited || out.Record[0].Words != "canary" {
		t.Errorf("recorded %v", out.Record)
	}
	if got := texts(out); !slices.Equal(got, []string{"lang.choose"}) {
		t.Errorf("and met with %v, not as a stranger", got)
	}
}

// Ten photos sent at once get one answer (T7).
func TestAnAlbumIsAnsweredOnce(t *testing.T) {
	m := load(t)
	photo := flows.Input{Kind: flows.Media, Album: "album"}
	first := m.Step(at("menu.main", true), photo, with("", false))
	second := m.Step(first.Conversation, photo, with("", false))
	if len(first.Messages) == 0 || len(second.Messages) != 0 {
		t.Errorf("answered with %v, then %v", texts(first), texts(second))
	}
}

// Danger said long ago still makes an urgent ticket; only the neutral question goes out, because who holds the phone now?
func TestDangerSaidLongAgoIsAnsweredNeutrally(t *testing.T) {
	m := load(t)
	late := typed("112")
	late.At = evening.Add(-20 * time.Minute)
	out := m.Step(at("menu.main", true), late, with("", true))
	if got := texts(out); !slices.Equal(got, []string{"ping.neutral"}) || out.Handoff.Act != flows.Open || out.Handoff.Band != flows.High {
		t.Errorf("said %v, ticket %v", got, out.Handoff)
	}
}

// Statistics count conversations: the same cell moves once, however often somebody passes it.
func TestACellMovesOnceInAConversation(t *testing.T) {
	m := load(t)
	c, seen := flows.Conversation{}, map[flows.Count]int{}
	for _, text := range []string{"hello", "3", "1", "1", "9", "1", "9", "2", "9", "delete", "2", "person"} {
		f := with("", false)
		f.Now = time.UnixMilli(max(c.Last, evening.UnixMilli())).Add(time.Second)
		out := m.Step(c, typed(text), f)
		for _, n := range out.Counts {
			if seen[n]++; seen[n] > 1 {
				t.Errorf("%v was counted again", n)
			}
		}
		c = out.Conversation
	}
	if len(seen) < 5 {
		t.Errorf("only %d cells were counted", len(seen))
	}
}

// A person who is being asked "delete?" answers that question, whatever a counsellor does meanwhile (promise 4).
func TestAQuestionOfTheirOwnOutlastsACounsellor(t *testing.T) {
	m := load(t)
	asked := m.Step(at("chat.live", true), typed("delete"), with(flows.Live, true)).Conversation
	for name, after := range map[string]flows.Conversation{
		"an answer": m.Reply(asked, "canary-name", "hello", with(flows.Live, true)).Conversation,
		"a close":   m.End(asked, "helped", with(flows.Live, true)).Conversation,
	} {
		if out := m.Step(after, typed("1"), with(flows.Live, true)); !out.Erase {
			t.Errorf("%s came between, and nothing was erased: %v in %q", name, texts(out), out.Conversation.State)
		}
	}
}

// Somebody who stands before the safety question has a question already: a second one would take its answer (promise 2).
func TestNoPingOverAnOpenQuestion(t *testing.T) {
	m := load(t)
	for _, state := range []string{"entry.language", "entry.safety", "erase.confirm_quietly"} {
		out := m.Reply(at(state, false), "canary-name", "hello", with(flows.Live, true))
		if len(out.Messages) > 0 || len(out.Hold) == 0 || out.Conversation.State != state {
			t.Errorf("%s: said %v, held %d, stands in %q", state, texts(out), len(out.Hold), out.Conversation.State)
		}
	}
}

// A counsellor's words take a person into a state too: without that count the report's funnel of the chat begins at zero.
func TestWhatACounsellorLeadsToIsCounted(t *testing.T) {
	m := load(t)
	for name, c := range map[string]struct {
		last time.Time // the person's message
		row  string
	}{
		"to somebody here, the chat":       {evening, "live"},
		"to somebody silent, the question": {evening.Add(-time.Hour), "ping"},
	} {
		from := at("queue.waiting", true)
		from.Last = c.last.UnixMilli()
		out := m.Reply(from, "canary-name", "hello", with(flows.Claimed, true))
		if want := (flows.Count{Table: "funnel.chat", Row: c.row, Column: "en"}); !slices.Contains(out.Counts, want) {
			t.Errorf("%s: counted %v, without %v", name, out.Counts, want)
		}
	}
}

// Tidy and Word stand before every comparison: what a phone's keyboard adds must not hide a word.
func TestWordsAreFoldedAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]string{"VÄLJU!": "välju", " \u201eei taha\u201c ": "ei taha", "Ei   Taha.": "ei taha", "/start": "start",
		"0\ufe0f\u20e3": "0", "1.": "1", "\u200b0\u200b": "0", "СТОП": "стоп", "va\u0308lju": "välju", "!!!": ""} {
		if got := flows.Word(flows.Tidy(in)); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
	if got := flows.Tidy("a\x00b\u2028c\xff \n"); got != "ab\nc\ufffd" {
		t.Errorf("tidied to %q", got)
	}
}

func FuzzWord(f *testing.F) {
	for _, s := range []string{"0", "VÄLJU", "\xff", "a\u0301", "\u200b", "Ⅷ", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tidy := flows.Tidy(s)
		if again := flows.Tidy(tidy); again != tidy {
			t.Errorf("%q tidied twice is %q, not %q", s, again, tidy)
		}
		if w := flows.Word(tidy); flows.Word(w) != w {
			t.Errorf("%q folds to %q, and that to %q", s, w, flows.Word(w))
		}
	})
}
