package flows_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// FuzzStep walks the library in every way a person, a provider and staff can push it. Whatever happens, a frightened
// person must be able to leave, must get the numbers, must not be given away before they said that it is safe, and must
// not be lost because a machine did not understand them.
func FuzzStep(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		seed := make([]byte, 200)
		for i := range seed {
			seed[i] = byte(r.UintN(256))
		}
		f.Add(seed)
	}
	m, texts := watched(f), embeddedTexts(f)
	f.Fuzz(func(t *testing.T, bytes []byte) { newWalk(t, m, texts, bytes).run() })
}

// always is true of every outcome, a person's step or a staff action.
func (w *walk) always(out flows.Outcome) {
	c := out.Conversation
	var back flows.Conversation
	if err := json.Unmarshal([]byte(asJSON(w.t, c)), &back); err != nil || !reflect.DeepEqual(back, c) && asJSON(w.t, back) != asJSON(w.t, c) {
		w.fail("the conversation does not survive being stored: %v", err)
	}
	if len(c.Words) > flows.MaxWords {
		w.fail("%d of the person's messages are kept", len(c.Words))
	}
	if out.Erase && !reflect.DeepEqual(c, flows.Conversation{}) {
		w.fail("something outlives the erasure")
	}
	if !out.Erase && c.Turn < w.c.Turn {
		w.fail("the turn went back from %d to %d: an old button would fit a new prompt", w.c.Turn, c.Turn)
	}
	if out.NotAfter.After(w.f.Now.Add(flows.Present)) {
		w.fail("may be sent more than ten minutes from now (promise 2)")
	}
	if len(c.Picks) > 40 {
		w.fail("%d answers are remembered", len(c.Picks))
	}
	open := w.f.Ticket.Open() || out.Handoff.Act == flows.Open
	if open && !out.Erase && out.Handoff.Act != flows.Close && out.Keep < flows.KeepTicket {
		w.fail("with an open ticket the conversation is kept only for %v", out.Keep.For())
	}
	if out.Release && c.Locked {
		w.fail("a counsellor's words come before the code word")
	}
	for _, msg := range out.Messages {
		if w.c.Shop && c.Shop && !shopTexts[strings.TrimPrefix(msg.Text, "any.")] {
			w.fail("the shop says %s", msg.Text)
		}
		w.sayable(out.Lang, msg)
		if len(msg.Choices) > 0 && (msg.State != c.State || msg.Turn != c.Turn || msg.Turn <= w.c.Turn) {
			w.fail("answers to %s turn %d offered in %s turn %d", msg.State, msg.Turn, c.State, c.Turn)
		}
	}
}

// shopTexts may be said behind the duress word: the shop's line, and what leaves, silences, erases or cries for help.
var shopTexts = map[string]bool{"shop.closed": true, "exit.decoy": true, "stop.quietly": true, "delete.confirm_quietly": true, "delete.done_quietly": true,
	"danger.now": true, "danger.followup": true, "urgent.nobody": true, "static.fallback": true, "lang.choose": true}

// secret: this message is nobody's but the bot's, and stands nowhere afterwards.
func (w *walk) secret(in flows.Input, out flows.Outcome) bool {
	if in.Kind != flows.Typed && in.Kind != flows.Edited {
		return false
	}
	_, code := flows.ReturnCode(in.Text)
	asked := !w.gone() && w.asksWord(w.c.State) && len(strings.Fields(in.Text)) <= 2 && !slices.Contains(w.all, flows.Word(in.Text)) && !w.answers(in.Text)
	return code || asked || out.Conversation.Shop && !w.c.Shop || w.c.Shop && !out.Conversation.Shop && !out.Erase
}

// asksWord: a code word is typed in this state, the right one or a new one.
func (w *walk) asksWord(state string) bool {
	s := w.m.Definition().States[state]
	return s != nil && (s.Reads == flows.ReadsWord || s.Reads == flows.ReadsNewWord || s.Reads == flows.ReadsNewDuress)
}

// answers: this is an answer of the state the person stands in.
func (w *walk) answers(text string) bool {
	def := w.m.Definition()
	return slices.ContainsFunc(def.States[w.c.State].Choices, func(ch flows.ChoiceDef) bool {
		return ch.Key == flows.Word(text) || slices.Contains(def.Words[ch.Words], flows.Word(text))
	})
}

// hidden: neither code nor code word is kept or shown to anybody.
func (w *walk) hidden(in flows.Input, out flows.Outcome) {
	if slices.Contains(out.Conversation.Words, in.Text) && !slices.Contains(w.c.Words, in.Text) {
		w.fail("%q is kept", in.Text)
	}
	for _, e := range out.Record {
		if e.From == flows.Person && e.Words == in.Text && !slices.Contains(w.c.Words, in.Text) { // said before it was a secret
			w.fail("%q stands in the transcript", in.Text)
		}
	}
	if in.Kind == flows.Typed && !out.Forget && !w.f.Raced {
		w.fail("%q stays in the thread", in.Text)
	}
}

// sayable: there is such a text and every value it needs.
func (w *walk) sayable(lang flows.Lang, msg flows.Message) {
	if msg.Words != "" {
		return
	}
	args := map[string]any{}
	for k, v := range msg.Args {
		args[k] = v
	}
	if _, err := w.texts.Say(string(lang), msg.Text, string(w.f.Channel), args); err != nil {
		w.fail("cannot be said: %v", err)
	}
}

// gone tells whether the person is met as a stranger.
func (w *walk) gone() bool {
	since := w.c.Last
	if w.c.State == w.m.Definition().Ping {
		since = max(since, w.c.Asked)
	}
	return since != 0 && w.wrote.Sub(time.UnixMilli(since)) > flows.Gap
}

func (w *walk) check(in flows.Input, out flows.Outcome) {
	safe := w.c.Safe && !w.gone()
	if !safe && !out.Conversation.Safe {
		w.quiet(out)
	}
	word := ""
	if in.Kind == flows.Typed {
		word = flows.Word(in.Text)
	}
	if in.Text != "" && w.secret(in, out) {
		w.hidden(in, out)
		return
	}
	switch {
	case slices.Contains(w.words("leave"), word), in.Kind == flows.Tapped && in.Tap.Key == "0" && !w.c.Shop:
		w.leaves(out)
	case slices.Contains(w.words("numbers"), word) && safe && !w.live():
		if !slices.Contains(texts(out), "info.numbers") {
			w.fail("asked for the numbers and got %v (promise 7)", texts(out))
		}
	case slices.Contains(w.words("emergency"), word):
		w.danger(in, out)
	case in.Kind == flows.Typed && word != "" && !w.f.Raced:
		w.heard(in, out)
	}
	if safe && out.Conversation.Safe {
		w.reaches(out)
	}
}

func (w *walk) words(control string) []string {
	for _, ctl := range w.m.Definition().Controls {
		if ctl.Name == control {
			return ctl.Words
		}
	}
	w.t.Fatalf("there is no control word %s", control)
	return nil
}

// live: what is typed goes to a counsellor in a two-way chat.
func (w *walk) live() bool {
	s := w.m.Definition().States[w.c.State]
	return s != nil && s.Live && w.f.Ticket.Open() && !w.gone()
}

// quiet: before yes, nothing is said that names a service or a subject, and none of a counsellor's words.
func (w *walk) quiet(out flows.Outcome) {
	for i, key := range texts(out) {
		if out.Messages[i].Words != "" || !w.open[key] {
			w.fail("%s is said before yes", key)
		}
	}
}

// leaves: 0 gets one neutral line and nothing else, and whatever waits to be sent goes (promise 3).
func (w *walk) leaves(out flows.Outcome) {
	if got := texts(out); len(got) != 1 || strings.TrimPrefix(got[0], "any.") != "exit.decoy" || !out.Cancel || out.Conversation.State != "" {
		w.fail("0 got %v, cancel %v, and stands in %q", got, out.Cancel, out.Conversation.State)
	}
	if w.f.Ticket.Open() && out.Handoff.Act != flows.Leave {
		w.fail("staff are not told that the person left")
	}
}

// danger: 112 brings a text with the numbers and a HIGH ticket, from anywhere.
func (w *walk) danger(in flows.Input, out flows.Outcome) {
	if out.Handoff.Band != flows.High || !w.f.Ticket.Open() && out.Handoff.Act != flows.Open {
		w.fail("danger was said and no urgent ticket came of it")
	}
	got := texts(out)
	if in.At.IsZero() && !slices.Contains(got, "danger.now") && !slices.Contains(got, "static.fallback") {
		w.fail("danger was said and the numbers did not come: %v (promise 7)", got)
	}
}

// heard: no message is met with nothing. It is answered, or a person will read it.
func (w *walk) heard(in flows.Input, out flows.Outcome) {
	if len(out.Messages) > 0 || slices.Contains(out.Conversation.Words, in.Text) {
		return
	}
	times, chosen := 0, 0
	for _, e := range out.Record {
		switch {
		case e.From == flows.Person && e.Words == in.Text:
			times++
		case e.From == flows.Person && e.Text != "":
			chosen++
		}
	}
	if times+chosen == 0 {
		w.fail("%q was answered with nothing and kept nowhere", in.Text)
	}
	if times > 1 {
		w.fail("%q stands in the transcript %d times", in.Text, times)
	}
}

// reaches: from wherever the step led, two messages nobody could understand bring the words to a person, and one word
// asks for a person: a ticket, or the truth that nobody is here with the offer to leave a message. Tried on a copy; with
// nobody on duty, too. Somebody who has not said their code word begins anew first.
func (w *walk) reaches(out flows.Outcome) {
	tries := [][]string{{"person"}, {"qwzx qwzx qwzx", "qwzx qwzx qwzx"}}
	asks := w.asksWord(out.Conversation.State)
	switch {
	case asks && out.Conversation.Locked:
		tries = [][]string{{"8", "person"}}
	case asks:
		tries = tries[:1] // what is no word is asked for again
	case out.Conversation.Locked:
		return // danger, which has a ticket, or the erasing, which leads back to the word
	}
	for _, said := range tries {
		c, f := out.Conversation, w.f
		f.Undelivered, f.Raced, f.Held, f.Behind = false, false, nil, flows.Behind{}
		if out.Take != "" && w.there.Ticket.Open() {
			f.Ticket = w.there.Ticket
		}
		moves(&f, out)
		var last flows.Outcome
		for _, text := range said {
			f.Now = f.Now.Add(time.Second)
			last = w.m.Step(c, flows.Input{Kind: flows.Typed, Text: text}, f)
			c = last.Conversation
			moves(&f, last)
		}
		if !f.Ticket.Open() && !leavesAMessage(last) {
			w.fail("from %s, %q does not reach a person: %v", out.Conversation.State, said, texts(last))
		}
	}
}

// moves does to the ticket what the store would.
func moves(f *flows.Facts, out flows.Outcome) {
	switch out.Handoff.Act {
	case flows.Open:
		f.Ticket = flows.TicketFacts{Phase: flows.Waiting}
	case flows.Close:
		f.Ticket = flows.TicketFacts{}
	}
}

// closedDoors are the texts that say that nobody is here who could be given to this person now.
var closedDoors = []string{"queue.nobody", "queue.nobody.centre", "hours.closed", "young.nobody", "pref.female.wait"}

// leavesAMessage: the last line says that nobody is here, and how words reach somebody all the same.
func leavesAMessage(out flows.Outcome) bool {
	if len(out.Messages) == 0 {
		return false
	}
	last := out.Messages[len(out.Messages)-1]
	return slices.Contains(closedDoors, last.Text) && slices.ContainsFunc(last.Choices, func(c flows.Choice) bool {
		return c.Label == "queue.nobody.message" || c.Label == "pref.female.wait.any"
	})
}
