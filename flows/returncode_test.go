package flows_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sosin/flows"
)

func drawCode(t *rapid.T) string {
	return flows.NewReturnCode([9]byte(rapid.SliceOfN(rapid.Byte(), 9, 9).Draw(t, "random")))
}

// A code is copied by hand, at night, from a screen about to be wiped. It must be read however it was written down.
func TestACodeIsReadHoweverItWasWrittenDown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		code := drawCode(rt)
		if got, ok := flows.ReturnCode(code); !ok || got != code {
			rt.Fatalf("%s is read as %q, %v", code, got, ok)
		}
		as := flows.ShowReturnCode(code)
		if rapid.Bool().Draw(rt, "small") {
			as = strings.ToLower(as)
		}
		pick := func(name string, forms ...string) { // one form of it at each place
			as = strings.Join(strings.Split(as, forms[0]), rapid.SampledFrom(forms).Draw(rt, name))
		}
		pick("0", "0", "O", "o")
		pick("1", "1", "I", "i", "L", "l")
		pick("blank", " ", "", "-", "  ", "\n", " - ")
		if got, ok := flows.ReturnCode(" " + as + " "); !ok || got != code {
			rt.Fatalf("%q is read as %q, %v; it is %s", as, got, ok, code)
		}
	})
}

// A slip of the pen costs no try: one wrong character is always seen.
func TestOneWrongCharacterIsAlwaysSeen(t *testing.T) {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	rapid.Check(t, func(rt *rapid.T) {
		code := []byte(drawCode(rt))
		at := rapid.IntRange(0, len(code)-1).Draw(rt, "place")
		wrong := rapid.SampledFrom([]byte(letters)).Draw(rt, "wrong")
		if code[at] == wrong {
			rt.Skip()
		}
		code[at] = wrong
		if _, ok := flows.ReturnCode(string(code)); ok {
			rt.Fatalf("%s is taken for a code", code)
		}
	})
}

// Words are for a person to read. A sentence taken for a code would be kept nowhere and scanned by nothing.
func TestWordsAreNoCode(t *testing.T) {
	for _, says := range []string{"", "lost my keys", "kiiret pole", "naabrimees", "kill myself", "controlled", "he kills me now", "7K3P9", "112", "ууууууууууу"} {
		if code, ok := flows.ReturnCode(says); ok {
			t.Errorf("%q is taken for the code %s", says, code)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		says := rapid.StringMatching(`[a-zOILoil01 -]{1,20}`).Draw(rt, "words")
		if _, ok := flows.ReturnCode(says); ok {
			rt.Fatalf("%q is taken for a code", says)
		}
		if _, ok := flows.ReturnCode(rapid.String().Draw(rt, "anything") + "Ö"); ok {
			rt.Fatal("a letter no code has")
		}
	})
}

// The code is for the person alone: said once, after a yes, in a message that is deleted; nobody of ours can read it.
func TestACodeIsGivenAfterAYesAndShownToNobodyElse(t *testing.T) {
	for _, p := range []*person{somebody(t, "menu.main", true), waiting(t)} {
		fresh, shown := p.f.Fresh, flows.ShowReturnCode(p.f.Fresh)
		p.types("code").said("code.ask")
		if no := p.m.Step(p.c, typed("2"), p.f); no.Code != "" || no.Conversation.Code || strings.Contains(asJSON(t, no), shown) {
			t.Error("a no got a code")
		}
		p.types("1")
		if p.out.Code != fresh || !p.c.Code || p.out.Keep != flows.KeepCode {
			t.Errorf("gave %q, kept for %v", p.out.Code, p.out.Keep.For())
		}
		given := 0
		for _, msg := range p.out.Messages {
			if strings.Contains(asJSON(t, msg), shown) {
				given++
				if !msg.Brief || msg.Text != "code.given" || msg.Args["code"] != shown {
					t.Errorf("given as %+v", msg)
				}
			}
		}
		if given != 1 {
			t.Errorf("said %d times: %v", given, texts(p.out))
		}
		for _, where := range []string{shown, fresh} {
			if strings.Contains(p.everything(), where) {
				t.Errorf("%s is kept or shown to a counsellor: %s", where, p.everything())
			}
		}
		if p.types("9"); p.out.Code != "" || p.out.Keep != flows.KeepCode {
			t.Errorf("afterwards gave %q, kept for %v", p.out.Code, p.out.Keep.For())
		}
	}
	p := somebody(t, "entry.safety", false).types("code")
	if p.said("safety.check"); p.out.Code != "" {
		t.Error("a code before yes")
	}
}

// seen is all that reaches the phone.
func seen(t *testing.T, out flows.Outcome) string {
	msgs := slices.Clone(out.Messages)
	for i := range msgs {
		msgs[i].Entry = 0 // where it stands in the transcript is for staff
	}
	return asJSON(t, msgs)
}

// A wrong code must tell nothing, not even that it was a code: whoever tries codes sees what anybody sees who types nonsense.
func TestACodeThatLeadsNowhereIsAWordNotUnderstood(t *testing.T) {
	real := flows.NewReturnCode([9]byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	wrong := []byte(real)
	wrong[3] ^= 1
	for _, state := range []string{"", "entry.language", "entry.safety", "menu.main", "county.ask", "queue.waiting", "queue.message", "chat.live", "chat.consent",
		"danger.queued", "own.code_word", "own.ask_word", "erase.confirm", "wishes.menu", "chat.ping"} {
		for _, before := range []int{0, 1} {
			p := somebody(t, state, state != "" && !strings.HasPrefix(state, "entry") && state != "chat.ping")
			p.c.Misses = before
			if n := p.m.Definition().States[state]; n != nil && n.Ticket {
				p.f.Ticket.Phase = flows.Live
			}
			p.c.Locked, p.c.Word = state == "own.ask_word", "digest"
			p.f.Now = p.f.Now.Add(10e9)
			want := p.m.Step(p.c, typed("qwzx-qwzx"), p.f)
			for _, says := range []string{real, flows.ShowReturnCode(real), strings.ToLower(real), string(wrong)} {
				got := p.m.Step(p.c, typed(says), p.f)
				a, b := seen(t, got), seen(t, want)
				if a != b || got.Conversation.State != want.Conversation.State || got.Lang != want.Lang || !got.NotAfter.Equal(want.NotAfter) {
					t.Errorf("%q in %q, missed %d:\n got %s in %s\nwant %s in %s", says, state, before, a, got.Conversation.State, b, want.Conversation.State)
				}
				if says != string(wrong) && strings.Contains(asJSON(t, got), says) {
					t.Errorf("%q in %q is kept or shown: %s", says, state, asJSON(t, got))
				}
			}
		}
	}
}

// Before yes a code is like any first message, even the right one: whoever holds the phone may not be its owner.
func TestACodeBeforeYesIsLikeAnyFirstMessage(t *testing.T) {
	code := flows.NewReturnCode([9]byte{1, 2, 3})
	for _, state := range []string{"", "entry.language", "entry.safety", "chat.ping", "danger.nobody"} {
		p := somebody(t, state, false)
		if state == "danger.nobody" {
			p.f.Ticket.Phase = flows.Waiting
		}
		want := p.m.Step(p.c, typed("qwzx-qwzx"), p.f)
		p.f.Behind = flows.Behind{Found: true, Conversation: flows.Conversation{Lang: flows.Russian, Words: []string{"canary-words"}}, Held: []flows.Message{{Words: "canary-held"}}}
		got := p.m.Step(p.c, typed(code), p.f)
		if a, b := seen(t, got), seen(t, want); a != b || got.Take != "" || got.Conversation.State != want.Conversation.State {
			t.Errorf("in %q:\n got %s\nwant %s", state, a, b)
		}
		if strings.Contains(asJSON(t, got), code) || strings.Contains(asJSON(t, got), "canary") {
			t.Errorf("in %q the code is kept, or something behind it shows: %s", state, asJSON(t, got))
		}
		if !got.Forget {
			t.Errorf("in %q the code stays in the thread", state)
		}
	}
}

// behind is what somebody left at another phone.
func behind() flows.Behind {
	return flows.Behind{Found: true, Conversation: flows.Conversation{
		Lang: flows.Russian, State: "queue.waiting", Turn: 40, Safe: true, Code: true, Last: evening.Add(-1e13).UnixMilli(),
		Answers: map[string]string{"desk": "violence", "county": "tartu"}, Words: []string{"canary-words"},
		Picks: []string{"county.ask:22"}, Worry: flows.Violence, Counted: "abc",
	}}
}

// Somebody who comes back from another phone finds what they left: who knows about them, what they said, the answer that
// waits. That is what the code was for (promise 5).
func TestComingBackFromAnotherPhone(t *testing.T) {
	code := flows.NewReturnCode([9]byte{1, 2, 3})
	p := somebody(t, "menu.main", true)
	p.c.Words = []string{"canary-here"}
	turn := p.c.Turn
	p.f.Behind = behind()
	p.types(strings.ToLower(code))
	if p.out.Take != code || !p.out.Forget || p.out.Keep != flows.KeepCode {
		t.Errorf("take %q, forget %v, keep %v", p.out.Take, p.out.Forget, p.out.Keep)
	}
	c := p.c
	if c.Answers["county"] != "tartu" || !slices.Equal(c.Words, []string{"canary-words", "canary-here"}) || !slices.Equal(c.Picks, behind().Conversation.Picks) ||
		c.Worry != flows.Violence || !c.Code || c.Counted[:3] != "abc" {
		t.Errorf("moved %+v", c)
	}
	if c.Lang != flows.English || !c.Safe || c.Turn <= turn {
		t.Errorf("the phone in hand: language %s, safe %v, turn %d", c.Lang, c.Safe, c.Turn)
	}
	p.said("code.moved", "menu.main")
	if p.types("person"); p.out.Handoff.Desk != "violence" || !slices.Contains(p.told(), "canary-words") || !slices.Contains(p.told(), "county.tartu") {
		t.Errorf("the ticket: %v, %v", p.out.Handoff, p.told())
	}
}

// With a ticket the place in the queue comes too, and what was said here before the code reaches the same counsellor.
func TestComingBackToAnOpenTicket(t *testing.T) {
	code := flows.NewReturnCode([9]byte{1, 2, 3})
	p := somebody(t, "menu.main", true)
	p.c.Words, p.c.Worry, p.c.Picks = []string{"canary-here"}, flows.Check, []string{"prostitution.region:1"}
	p.f.Behind = behind()
	p.f.Behind.Conversation.Words, p.f.Behind.Conversation.Picks = nil, nil
	p.f.Behind.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: flows.Violence}
	p.types(code).said("code.moved", "queue.waiting", "queue.meanwhile")
	if h := p.out.Handoff; h.Act != flows.Return || h.Band != flows.Check {
		t.Errorf("the ticket: %v", h)
	}
	if !p.event("event.moved") || !slices.Equal(p.told(), []string{"region.north", "canary-here"}) || len(p.c.Words) != 0 {
		t.Errorf("the counsellor reads %v, kept %v", p.told(), p.c.Words)
	}
	// The counsellor's words that waited there are released by the yes that was said here.
	p = somebody(t, "menu.main", true)
	p.f.Behind = behind()
	p.f.Behind.Ticket = flows.TicketFacts{Phase: flows.Waiting}
	p.f.Behind.Held = []flows.Message{{Words: "canary-held", Class: flows.FromCounsellor}}
	p.types(code)
	if got := texts(p.out); !slices.Contains(got, "(words)") || !p.out.Release {
		t.Errorf("said %v, release %v", got, p.out.Release)
	}
}

// A ticket of this phone's own is not forgotten because there was none behind the code.
func TestAPlaceInTheQueueOutlivesACode(t *testing.T) {
	p := waiting(t)
	p.f.Behind = behind()
	p.types(flows.NewReturnCode([9]byte{1, 2, 3})).said("code.moved", "queue.waiting", "queue.meanwhile")
	if p.out.Take == "" || !slices.Contains(p.told(), "county.tartu") && len(p.c.Picks) == 0 {
		t.Errorf("take %q, told %v", p.out.Take, p.told())
	}
}

// Whose code is used while its chat is live may be watched over a shoulder at either end: the chat stays where it is.
func TestACodeWhoseChatIsLive(t *testing.T) {
	p := somebody(t, "menu.main", true)
	p.f.Behind = behind()
	p.f.Behind.Live, p.f.Behind.Ticket = true, flows.TicketFacts{Phase: flows.Live}
	p.f.Behind.Held = []flows.Message{{Words: "canary-held"}}
	p.types(flows.NewReturnCode([9]byte{1, 2, 3})).said("code.live", "queue.waiting", "queue.meanwhile")
	if p.out.Take != "" || p.out.Handoff.Act != flows.Open || !p.event("event.code_while_live") {
		t.Errorf("take %q, ticket %v, %v", p.out.Take, p.out.Handoff, p.record)
	}
	if strings.Contains(p.everything(), "canary") || p.c.Answers["county"] != "" {
		t.Errorf("something of the live chat shows: %s", p.everything())
	}
}

// A code found in a coat pocket is not enough where a code word was set.
func TestACodeBehindACodeWord(t *testing.T) {
	code := flows.NewReturnCode([9]byte{1, 2, 3})
	word := somebody(t, "own.word_new", true).types("Blue  Cat!").c.Word
	start := func() *person {
		p := somebody(t, "menu.main", true)
		p.f.Behind = behind()
		p.f.Behind.Conversation.Word, p.f.Behind.Ticket = word, flows.TicketFacts{Phase: flows.Waiting}
		p.f.Behind.Held = []flows.Message{{Words: "canary-held"}}
		p.types(code).said("word.say").stands("own.code_word")
		if p.c.Pending != code || p.out.Take != "" {
			t.Errorf("pending %q, take %q", p.c.Pending, p.out.Take)
		}
		return p
	}
	p := start()
	for i, want := range [][]string{{"unknown.input", "word.say"}, {"word.say"}, {"unknown.input", "word.say"}} {
		p.types("green dog").said(want...).stands("own.code_word")
		if p.out.Take != "" || !p.out.Forget || strings.Contains(p.everything(), "dog") || strings.Contains(p.everything(), "canary") {
			t.Errorf("wrong for the %d. time: %s", i+1, p.everything())
		}
	}
	p.types("blue cat")
	if p.out.Take != code || p.c.Answers["county"] != "tartu" || p.c.Locked || p.c.Word != word || p.c.Pending != "" || !p.out.Release {
		t.Errorf("right: take %q, %+v", p.out.Take, p.c)
	}
	if strings.Contains(p.everything(), "cat") {
		t.Errorf("the word is kept or shown: %s", p.everything())
	}
	// Asked for something else in between, the question still stands; whoever gives up, gives up.
	start().types("delete", "2").said("word.say").types("blue cat").said("code.moved", "(words)")
	p = start().types("8").said("menu.main")
	if p.c.Pending != "" {
		t.Error("a code nobody finished is kept")
	}
	p.types("blue cat").said("unknown.input", "menu.main")
	// The person in hand sees the numbers without the word, and a cry for help is heard.
	start().types("numbers").said("info.numbers", "word.say")
	start().types("he has a knife now").said("danger.now", "danger.followup")
	start().types("112").said("danger.now", "danger.followup")
}

// Somebody who has not said the word of this conversation cannot move another one into it.
func TestACodeWhileTheWordIsAsked(t *testing.T) {
	p := somebody(t, "own.ask_word", true)
	p.c.Locked, p.c.Word, p.f.Behind = true, "digest", behind()
	p.types(flows.NewReturnCode([9]byte{1, 2, 3})).said("word.say")
	if p.out.Take != "" || !p.c.Locked || p.c.Pending != "" {
		t.Errorf("take %q, locked %v, pending %q", p.out.Take, p.c.Locked, p.c.Pending)
	}
}
