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
	for range 120 {
		seed := make([]byte, 160)
		for i := range seed {
			seed[i] = byte(r.UintN(256))
		}
		f.Add(seed)
	}
	m, texts := library3(f)
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
	for _, msg := range out.Messages {
		w.sayable(out.Lang, msg)
		if len(msg.Choices) > 0 && (msg.State != c.State || msg.Turn != c.Turn || msg.Turn <= w.c.Turn) {
			w.fail("answers to %s turn %d offered in %s turn %d", msg.State, msg.Turn, c.State, c.Turn)
		}
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
	switch {
	case slices.Contains(w.words("leave"), word), in.Kind == flows.Tapped && in.Tap.Key == "0":
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
	times := 0
	for _, e := range out.Record {
		if e.From == flows.Person && (e.Words == in.Text || e.Text != "") {
			times++
		}
	}
	if times == 0 {
		w.fail("%q was answered with nothing and kept nowhere", in.Text)
	}
	if times > 1 {
		w.fail("%q stands in the transcript %d times", in.Text, times)
	}
}

// reaches: from wherever the step led, two messages nobody could understand bring the words to a person, and one word
// asks for a person. Tried on a copy; with nobody on duty, too.
func (w *walk) reaches(out flows.Outcome) {
	for _, said := range [][]string{{"qwzx qwzx", "qwzx qwzx"}, {"person"}} {
		c, f := out.Conversation, w.f
		f.Undelivered, f.Raced, f.Held = false, false, nil
		open := f.Ticket.Open() || out.Handoff.Act == flows.Open
		if open && !f.Ticket.Open() {
			f.Ticket = flows.TicketFacts{Phase: flows.Waiting}
		}
		var last flows.Outcome
		for _, text := range said {
			f.Now = f.Now.Add(time.Second)
			last = w.m.Step(c, flows.Input{Kind: flows.Typed, Text: text}, f)
			c = last.Conversation
			if last.Handoff.Act == flows.Open {
				open, f.Ticket = true, flows.TicketFacts{Phase: flows.Waiting}
			}
		}
		if !open && !slices.Contains(texts(last), "queue.nobody") {
			w.fail("from %s, %q does not reach a person: %v", out.Conversation.State, said, texts(last))
		}
	}
}
