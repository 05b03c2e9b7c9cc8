package flows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// word is a code word nobody types by chance, and duress the one for somebody who is forced.
const word, duress = "blue cat", "red herring"

// protected has a code word and a duress word, something said and chosen, and an open ticket.
func protected(t *testing.T) *person {
	t.Helper()
	p := stranger(t).types("hello", "3", "1")
	p.types("1", "1", "22", "3", "canary-words")
	p.types("menu", "6", "2", "1", word, "1", duress, "9")
	if p.c.Word == "" || p.c.Duress == "" || !p.f.Ticket.Open() {
		t.Fatalf("no words are kept: %v in %s", texts(p.out), p.c.State)
	}
	return p
}

// locked has come back after a gap and said yes: the word is asked.
func locked(t *testing.T) *person {
	t.Helper()
	p := protected(t).waits(31*time.Minute).types("hello", "3", "1")
	if !p.c.Locked || p.c.State != "own.ask_word" {
		t.Fatalf("no word is asked: %v in %s", texts(p.out), p.c.State)
	}
	return p
}

// A word that is one of ours, or that anybody could type, protects nothing; one that is refused must not seem kept.
func TestWordsThatCannotBeCodeWords(t *testing.T) {
	for says, why := range map[string]string{
		"12345": "digits", "1 2": "numbers", "ab": "too short", "yes": "an answer", "jah": "an answer", "пропустить": "an answer",
		"three small words": "three words", strings.Repeat("long", 11): "too long", "!!!": "nothing",
		flows.NewReturnCode([9]byte{1, 2, 3}): "a return code",
	} {
		for _, state := range []string{"own.word_new", "own.duress_new"} {
			p := somebody(t, state, true).types(says)
			if says != "пропустить" && says != "yes" && says != "jah" || p.c.State == state {
				p.stands(state)
			}
			if p.c.Word != "" || p.c.Duress != "" {
				t.Errorf("%s: %q is kept", why, says)
			}
			if got := texts(p.out); slices.Contains(got, "word.kept") || slices.Contains(got, "duress.kept") {
				t.Errorf("%s: %q is refused, and said to be kept", why, says)
			}
		}
	}
	for _, says := range []string{"menu", "stop", "inimene", "112", "0", "kustuta", "Limits!"} {
		if p := somebody(t, "own.word_new", true).types(says); p.c.Word != "" {
			t.Errorf("the control word %q is kept", says)
		}
	}
	p := somebody(t, "own.word_new", true).types(word, "1", "Blue Cat.")
	if p.stands("own.duress_new"); p.c.Duress != "" {
		t.Error("one word for both: whoever says it opens everything and closes it")
	}
	p.types("12", "x", "ab", duress)
	if p.c.Duress == "" {
		t.Errorf("after refusals a good word is refused too: %v", texts(p.out))
	}
}

// A code word lies in nobody's transcript, and goes from the thread.
func TestACodeWordIsKeptNowhere(t *testing.T) {
	for _, p := range []*person{somebody(t, "own.word_new", true), waiting(t), chatting(t)} {
		p.c.State = "own.word_new"
		p.types("Blue   CAT!")
		if !p.out.Forget || p.c.Word == "" {
			t.Errorf("forget %v, word %q", p.out.Forget, p.c.Word)
		}
		p.types("1", duress)
		if !p.out.Forget || p.c.Duress == "" {
			t.Errorf("forget %v, duress %q", p.out.Forget, p.c.Duress)
		}
		p.types("9")
		for _, w := range []string{"cat", "CAT", "herring"} {
			if strings.Contains(p.everything(), w) {
				t.Errorf("%s is kept or shown: %s", w, p.everything())
			}
		}
	}
	// A refused one may be the next one's beginning: it is kept nowhere either.
	p := somebody(t, "own.word_new", true).types("ab", "12345678")
	if strings.Contains(p.everything(), "12345678") || !p.out.Forget {
		t.Errorf("a refused word is kept: %s", p.everything())
	}
}

// A counsellor who writes while somebody types their code word must not get the word into the chat.
func TestACounsellorsWordsDoNotInterruptACodeWord(t *testing.T) {
	p := chatting(t).types("menu", "6", "2", "1").stands("own.word_new")
	p.replies("canary-answer").said("(words)")
	p.types(word).said("word.kept", "duress.ask")
	if slices.Contains(p.told(), word) || p.c.Word == "" {
		t.Errorf("the counsellor reads %v", p.told())
	}
	// And back to the counsellor by one word.
	p.types("person").said("chat.back").stands("chat.live")
}

// Whoever takes the phone from its owner half an hour later, or after "0", sees nothing of before: no queue, no chat, no
// counsellor's words; only the question for the word, after the same first questions as everybody.
func TestNothingShowsBeforeTheCodeWord(t *testing.T) {
	for name, leave := range map[string]func(*person){
		"after a gap": func(p *person) { p.waits(31 * time.Minute) },
		"after 0":     func(p *person) { p.types("0") },
		"after stop":  func(p *person) { p.types("stop") },
	} {
		for _, phase := range []flows.Phase{flows.NoTicket, flows.Waiting, flows.Live, flows.Lost} {
			p := protected(t)
			leave(p)
			p.f.Ticket.Phase = phase
			p.f.Held = []flows.Message{{Words: "canary-held", Class: flows.FromCounsellor}}
			if phase == flows.NoTicket {
				p.f.Held = nil
			}
			for i, want := range []string{"lang.choose", "safety.check", "word.say"} {
				p.types([]string{"hello", "3", "1"}[i])
				if got := texts(p.out); !slices.Equal(got, []string{want}) {
					t.Errorf("%s, ticket %q: said %v, want %s", name, phase, got, want)
				}
			}
			if phase == flows.NoTicket {
				continue
			}
			if got := p.replies("canary-answer").out; slices.Contains(texts(got), "(words)") || slices.Contains(texts(got), "counsellor.joined") {
				t.Errorf("%s, ticket %q: a counsellor's words go out before the word: %v", name, phase, texts(got))
			}
		}
	}
}

// The right word brings back what was there, the wrong one nothing, however often.
func TestTheCodeWordOpens(t *testing.T) {
	p := locked(t)
	for range 4 {
		p.types("green dog").stands("own.ask_word")
		if !p.c.Locked || !p.out.Forget || strings.Contains(p.everything(), "dog") {
			t.Errorf("a wrong word: locked %v, %s", p.c.Locked, p.everything())
		}
	}
	p.types("BLUE cat.").said("queue.waiting", "queue.meanwhile")
	if p.c.Locked || p.c.Answers["county"] != "tartu" || strings.Contains(p.everything(), "cat\"") {
		t.Errorf("the right word: %+v", p.c)
	}
	p = locked(t)
	p.f.Held = []flows.Message{{Words: "canary-held", Class: flows.FromCounsellor}}
	if p.types(word); !p.out.Release || !slices.Contains(texts(p.out), "(words)") {
		t.Errorf("the counsellor's words still wait: %v", texts(p.out))
	}
	p = locked(t)
	p.f.Ticket.Phase = flows.Live
	p.types(word).said("chat.back").stands("chat.live")
	// Removed, it is asked no more.
	p = protected(t).types("menu", "6", "2", "3").said("word.removed", "menu.own")
	if p.waits(31*time.Minute).types("hello", "3", "1"); p.c.Locked || p.c.State == "own.ask_word" {
		t.Errorf("asked for a word that was removed: %s", p.c.State)
	}
}

// Somebody who forgot the word is not shut out of help: they begin anew, and nothing of before is left to find.
func TestWhoDoesNotKnowTheWordBeginsAnew(t *testing.T) {
	p := locked(t)
	p.f.Held = []flows.Message{{Words: "canary-held"}}
	p.c.Code = true
	p.types("8").said("welcome.who_we_are", "menu.main")
	if h := p.out.Handoff; h.Act != flows.Close || h.Code != "no_word" || !p.event("event.no_word") || !p.out.Cancel || p.out.Release || len(p.f.Held) != 0 {
		t.Errorf("ticket %v, cancel %v, held %d", h, p.out.Cancel, len(p.f.Held))
	}
	c := p.c
	delete(c.Answers, "met") // they have just been told who we are
	if len(c.Answers)+len(c.Picks)+len(c.Words)+len(c.Told) != 0 || c.Word+c.Duress+c.Pending != "" || c.Worry != 0 || c.Locked || c.Code || c.Shop {
		t.Errorf("left over: %+v", c)
	}
	for _, msg := range p.out.Messages {
		if msg.Entry != 0 {
			t.Errorf("%s stands in the transcript of the one before", msg.Text)
		}
	}
	p.types("person").said("queue.waiting", "queue.meanwhile")
	if strings.Contains(asJSON(t, p.record), "canary") || p.out.Handoff.Act != flows.Open || p.out.Handoff.Desk != flows.AnyDesk {
		t.Errorf("the new ticket: %v, %v", p.out.Handoff, p.record)
	}
	// What was said before the word was asked goes too.
	p = protected(t)
	p.f.Ticket = flows.TicketFacts{}
	p.waits(31*time.Minute).types("so hollow", "3", "1", "8")
	if p.c.Worry != 0 || len(p.c.Words) != 0 {
		t.Errorf("left over: %+v", p.c)
	}
	// Without a ticket there is none to close.
	p = locked(t)
	p.f.Ticket = flows.TicketFacts{}
	if p.types("8"); p.out.Handoff.Act != flows.NoAct {
		t.Errorf("closed what is not there: %v", p.out.Handoff)
	}
}

// Leaving, silence, erasing, the numbers and a cry for help never need the word.
func TestWhatNeedsNoCodeWord(t *testing.T) {
	for says, want := range map[string][]string{
		"0": {"exit.decoy"}, "stop": {"stop.done"}, "delete": {"delete.confirm"}, "numbers": {"info.numbers", "word.say"},
		"112": {"danger.now", "danger.followup"}, "he has a knife right here": {"danger.now", "danger.followup"},
		"i feel so hollow tonight": {"danger.check.suicide"},
	} {
		p := locked(t).types(says).said(want...)
		if says == "delete" {
			if p.types("1").said("delete.done"); !p.out.Erase {
				t.Error("nothing is erased")
			}
		}
		if !p.out.Erase && says[0] != '0' && says != "stop" && !p.c.Locked {
			t.Errorf("%q opened the conversation", says)
		}
	}
	// Whatever else is a word of ours is a wrong word.
	for _, says := range []string{"menu", "person", "code", "language", "wipe", "limits", "start", "quiet", "complaint"} {
		locked(t).types(says).said("word.say")
	}
	// A chat that goes on behind the word is not joined by crying for help: what is typed next is nobody's to read over.
	live := locked(t)
	live.f.Ticket.Phase = flows.Live
	live.types("112").said("danger.now", "danger.followup").stands("danger.queued")
	// Danger said there opens what is needed, and nothing of before.
	p := locked(t).types("112")
	if p.types("menu"); p.c.State == "menu.main" || !p.c.Locked {
		t.Errorf("from danger the menu of the one before: %v", texts(p.out))
	}
	p.f.Held = []flows.Message{{Words: "canary-held"}}
	p.types("2").said("word.say")
}

// from every place, the duress word makes one dull shop line and silence; staff see it.
func TestTheDuressWord(t *testing.T) {
	states := []string{"", "entry.language", "entry.safety", "menu.main", "county.ask", "risk.kind", "queue.waiting", "queue.message", "danger.queued",
		"chat.live", "chat.ping", "chat.consent", "chat.feedback", "own.ask_word", "own.code_word", "own.word_new", "erase.confirm", "later.day"}
	for _, state := range states {
		for _, phase := range []flows.Phase{flows.NoTicket, flows.Waiting, flows.Live} {
			p := protected(t)
			p.c.State, p.c.Safe = state, state != "" && !strings.HasPrefix(state, "entry") && state != "chat.ping"
			p.c.Locked = state == "own.ask_word"
			p.f.Ticket.Phase, p.record = phase, nil
			p.f.Held = []flows.Message{{Words: "canary-held"}}
			if p.types("Red herring!"); !isShop(p.out) || len(p.out.Messages) != 1 {
				t.Fatalf("from %q, ticket %q: said %v", state, phase, texts(p.out))
			}
			h := p.out.Handoff
			if h.Band != flows.High || phase == flows.NoTicket && h.Act != flows.Open || !p.event("event.duress") {
				t.Errorf("from %q, ticket %q: staff see %v, %v", state, phase, h, p.record)
			}
			if !p.out.Cancel || !p.out.Forget || !p.c.Stopped || !p.c.Shop || p.c.Safe || strings.Contains(p.everything(), "herring") {
				t.Errorf("from %q, ticket %q: %+v", state, phase, p.c)
			}
		}
	}
}

func isShop(out flows.Outcome) bool {
	return !slices.ContainsFunc(out.Messages, func(m flows.Message) bool { return strings.TrimPrefix(m.Text, "any.") != "shop.closed" })
}

// shopkeeper is behind the duress word, somebody looking over their shoulder.
func shopkeeper(t *testing.T) *person {
	p := protected(t).types(duress)
	p.f.Ticket.Phase = flows.Live
	return p
}

// Whoever holds the phone may type what they like, for as long as they like: it is a shop. One text of ours is a beating.
func TestTheShopIsAShop(t *testing.T) {
	words := append(allWords(watched(t).Definition()), garbage...)
	words = append(words, "1", "2", "3", "8", "he has a knife", "hollow", "hello", duress, flows.NewReturnCode([9]byte{1, 2, 3}))
	opens := []string{"leave", "stop", "emergency", "delete"}
	var acts []string
	for _, ctl := range watched(t).Definition().Controls {
		if slices.Contains(opens, ctl.Name) {
			acts = append(acts, ctl.Words...)
		}
	}
	p := shopkeeper(t)
	for _, says := range words {
		if slices.Contains(acts, says) {
			continue
		}
		p.waits(time.Duration(len(says)) * time.Minute).f.Held = []flows.Message{{Words: "canary-held"}}
		p.f.Behind = behind()
		if p.types(says); !isShop(p.out) || len(p.out.Messages) == 0 {
			t.Errorf("%q in the shop: %v", says, texts(p.out))
		}
	}
	for _, in := range []flows.Input{{Kind: flows.Media}, {Kind: flows.Edited, Text: "a knife"}, {Kind: flows.Resumed}, {Kind: flows.Blocked},
		{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safety", Turn: 1, Key: "3"}}, {Kind: flows.Tapped, Tap: p.tapOf("1")}} {
		if p.does(in); !isShop(p.out) {
			t.Errorf("%v in the shop: %v", in, texts(p.out))
		}
	}
	if !p.c.Shop || !p.c.Stopped {
		t.Errorf("and the shop is open again: %+v", p.c)
	}
}

// tapOf is a button under the last prompt.
func (p *person) tapOf(key string) flows.Tap {
	return flows.Tap{State: p.last.State, Turn: p.last.Turn, Key: key}
}

// No member of staff and no clock writes to a shop.
func TestNobodyWritesToAShop(t *testing.T) {
	for name, before := range map[string]func(*person){
		"at once": func(*person) {}, "an hour later": func(p *person) { p.waits(time.Hour) },
		"after 112":          func(p *person) { p.c.Lang = flows.English; p.types("112").stands("danger.queued").waits(time.Hour) },
		"after 112, at once": func(p *person) { p.c.Lang = flows.English; p.types("112").stands("danger.queued") },
	} {
		p := shopkeeper(t)
		before(p)
		for what, out := range map[string]flows.Outcome{
			"an answer": p.m.Reply(p.c, "canary-name", "canary-answer", p.f), "the close": p.m.End(p.c, "done", p.f),
			"a time chosen": p.m.Call(p.c, p.f), "a question": p.m.Consent(p.c, "canary-name", "canary-provider", p.f),
		} {
			if len(out.Messages) > 0 || out.Conversation.Pinged {
				t.Errorf("%s, %s: %v", name, what, texts(out))
			}
			if !out.Conversation.Shop {
				t.Errorf("%s, %s opened the shop", name, what)
			}
		}
		if out := p.m.Reply(p.c, "canary-name", "canary-answer", p.f); len(out.Hold) == 0 {
			t.Errorf("%s: the counsellor's words are lost", name)
		}
	}
}

// In the shop, too, one can leave, ask for silence, erase everything, and cry for help.
func TestWhatWorksInTheShop(t *testing.T) {
	for says, want := range map[string][]string{"0": {"exit.decoy"}, "stop": {"stop.quietly"}} {
		p := shopkeeper(t).types(says)
		for i, key := range texts(p.out) {
			if strings.TrimPrefix(key, "any.") != want[i] {
				t.Errorf("%q in the shop: %v", says, texts(p.out))
			}
		}
	}
	if p := shopkeeper(t).types("112"); p.out.Handoff.Band != flows.High || len(p.out.Messages) == 0 || isShop(p.out) {
		t.Errorf("112 in the shop: %v", texts(p.out))
	} else if p.types("hello"); !isShop(p.out) {
		t.Errorf("and afterwards: %v", texts(p.out))
	}
	p := shopkeeper(t).types("delete")
	if got := texts(p.out); len(got) != 1 || strings.TrimPrefix(got[0], "any.") != "delete.confirm_quietly" {
		t.Errorf("delete in the shop: %v", got)
	}
	typedYes, tapped := *p, *p
	if typedYes.types("1"); !typedYes.out.Erase {
		t.Errorf("the yes to it: %v", texts(typedYes.out))
	}
	if tapped.taps("1"); !tapped.out.Erase {
		t.Errorf("the yes to it by button: %v", texts(tapped.out))
	}
	if p.types("2"); p.out.Erase || !isShop(p.out) {
		t.Errorf("the no to it: %v", texts(p.out))
	}
	if p.types("1"); p.out.Erase {
		t.Error("a number long after the question erased everything")
	}
}

// When they are alone again, the code word brings back the first question, and everything behind it.
func TestTheCodeWordOpensTheShop(t *testing.T) {
	p := shopkeeper(t).types("Blue Cat")
	if p.said(texts(stranger(t).types("hello").out)...); p.c.Shop || p.c.Stopped || !p.out.Forget || p.c.Safe {
		t.Errorf("%+v", p.c)
	}
	p.types("3", "1").stands("chat.live")
	if p.c.Answers["county"] != "tartu" || strings.Contains(p.everything(), "Cat") {
		t.Errorf("%s", p.everything())
	}
	// The shop does not open by waiting.
	if p = shopkeeper(t).waits(24 * time.Hour).types("hello"); !isShop(p.out) {
		t.Errorf("a day later: %v", texts(p.out))
	}
}

// The duress word that comes late, after an outage, must not ring the phone with a question.
func TestADuressWordThatComesLate(t *testing.T) {
	p := protected(t)
	in := typed(duress)
	in.At = p.f.Now.Add(-20 * time.Minute)
	if p.does(in); !isShop(p.out) || !p.c.Shop || !p.c.Stopped || p.band != flows.High {
		t.Errorf("said %v, %+v", texts(p.out), p.c)
	}
}

// There is no way round the word: whoever reaches the menu before it can take the word away, or make one of their own, and
// come back half an hour later to read everything.
func TestThereIsNoWayRoundTheCodeWord(t *testing.T) {
	for name, way := range map[string][]string{
		"through a worry":     {"i feel so hollow tonight", "2", "9"},
		"being unsure":        {"i feel so hollow tonight", "3", "9"},
		"words after a worry": {"i feel so hollow tonight", "never mind then", "3", "9"},
		"through the erasing": {"delete", "qwzx", "qwzx", "9"},
		"through danger":      {"112", "2", "9"},
		"the silent":          {"112", "3", "menu", "9"},
		"a language":          {"language", "9"},
	} {
		p := locked(t).types(way...)
		for _, says := range []string{"menu", "6", "2", "3", "own", "1", "wishes", "person", "chat", "8 8"} {
			p.types(says)
			s := p.m.Definition().States[p.c.State]
			if s == nil || !s.Open && !s.Danger && !s.Aside && s.Reads != flows.ReadsWord && s.Table != "danger" {
				t.Fatalf("%s: stands in %s after %q, %v", name, p.c.State, says, texts(p.out))
			}
			if p.c.Word == "" || !p.c.Locked || p.out.Code != "" {
				t.Fatalf("%s: locked %v, code %q after %q", name, p.c.Locked, p.out.Code, says)
			}
		}
		p.t = t
		if p.types("0", "hello", "3", "1"); p.c.State != "own.ask_word" {
			t.Errorf("%s: afterwards %s", name, p.c.State)
		}
	}
	// A place that is gone while somebody locked stands in it leads no further.
	p := locked(t).types("112")
	p.f.Ticket = flows.TicketFacts{}
	if p.types("menu").said("word.say"); !p.c.Locked || p.c.Word == "" || strings.HasPrefix(p.c.State, "own.m") {
		t.Errorf("stands in %s, locked %v", p.c.State, p.c.Locked)
	}
}
