package library_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sosin/bot"
	"sosin/flows"
)

// readers are the texts that say or imply that somebody of ours is here and reads. Nothing but a counsellor's fresh
// heartbeat at the desk makes them true (promise 6).
var readers = []string{"queue.waiting", "queue.noted", "unknown.twice", "danger.followup", "danger.noted", "chat.back", "counsellor.joined"}

// world is one person, one ticket and the staff around it, moved at random.
type world struct {
	*rapid.T
	m     *flows.Machine
	c     flows.Conversation
	f     flows.Facts
	last  flows.Message
	pings int // since the person's last message
	trail []string
}

func newWorld(t *rapid.T, m *flows.Machine) *world {
	return &world{T: t, m: m, f: flows.Facts{
		Now: time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC), Duty: map[string]bool{},
		Channel: rapid.SampledFrom(flows.Channels).Draw(t, "channel"),
	}}
}

func (w *world) fail(format string, args ...any) {
	w.Fatalf("%s\nthe way here:\n%s", fmt.Sprintf(format, args...), strings.Join(w.trail, "\n"))
}

// wander does up to n things and holds each against check.
func (w *world) wander(n int, check func(in flows.Input, out flows.Outcome)) {
	for range rapid.IntRange(1, n).Draw(w.T, "length") {
		switch rapid.SampledFrom([]string{"person", "person", "person", "yes", "time", "duty", "staff", "ticket"}).Draw(w.T, "what") {
		case "person":
			w.step(w.input(), check)
		case "yes": // the way in, which chance would seldom find
			for _, key := range []string{"2", "1", "3"} {
				w.step(flows.Input{Kind: flows.Typed, Text: key}, check)
			}
		case "time":
			w.f.Now = w.f.Now.Add(time.Duration(rapid.SampledFrom([]int{5, 60, 540, 660, 1700, 1900, 90000}).Draw(w.T, "seconds")) * time.Second)
		case "duty":
			w.f.Duty[rapid.SampledFrom(w.m.Desks()).Draw(w.T, "desk")] = rapid.Bool().Draw(w.T, "here")
		case "staff":
			w.staff()
		case "ticket":
			w.claimOrLose()
		}
	}
}

func (w *world) input() flows.Input {
	words := []string{"1", "2", "3", "4", "9", "8", "0", "jah", "нет", "inimene", "menu", "numbers", "delete", "stop", "start", "112", "keel", "qwzx", "ma ei tea"}
	in := flows.Input{Kind: rapid.SampledFrom([]flows.Kind{flows.Typed, flows.Typed, flows.Typed, flows.Tapped, flows.Media, flows.Edited, flows.Blocked, flows.Resumed}).Draw(w.T, "kind")}
	in.Text = rapid.SampledFrom(words).Draw(w.T, "text")
	if in.Kind == flows.Tapped {
		in.Tap = flows.Tap{State: w.last.State, Turn: w.last.Turn - rapid.IntRange(0, 2).Draw(w.T, "stale"), Key: in.Text}
		in.Text = ""
	}
	return in
}

func (w *world) step(in flows.Input, check func(flows.Input, flows.Outcome)) {
	w.f.Now = w.f.Now.Add(time.Second)
	out := w.m.Step(w.c, in, w.f)
	w.trail = append(w.trail, fmt.Sprintf("%d %q %v in %s, ticket %q -> %v in %s", in.Kind, in.Text, in.Tap, w.c.State, w.f.Ticket.Phase, keys(out), out.Conversation.State))
	check(in, out)
	if in.Kind != flows.Blocked {
		w.pings = 0
	}
	w.apply(out)
}

func (w *world) claimOrLose() {
	switch w.f.Ticket.Phase {
	case flows.Waiting, flows.Lost:
		w.f.Ticket.Phase = flows.Claimed
	case flows.Claimed:
		w.f.Ticket.Phase = flows.Waiting
	case flows.Live:
		w.f.Ticket.Phase = flows.Lost
	}
}

// staff answers or closes, and holds what follows against promise 2.
func (w *world) staff() {
	if !w.f.Ticket.Open() {
		return
	}
	silent, stopped := !w.c.Present(w.f.Now), w.c.Stopped
	closing := rapid.IntRange(0, 4).Draw(w.T, "closing") == 0
	out := w.m.Reply(w.c, "Kadri", "canary-answer", w.f)
	if closing {
		out = w.m.End(w.c, "done", w.f)
	}
	w.trail = append(w.trail, fmt.Sprintf("staff, closing %v, silent %v -> %v", closing, silent, keys(out)))
	for _, msg := range out.Messages {
		switch {
		case closing && silent:
			w.fail("closing wrote to somebody silent")
		case msg.Class == flows.FromPing:
			w.pings++
		case silent, msg.Words != "" && w.c.State == "":
			w.fail("%s went to somebody silent for ten minutes, or who had left", msg.Text)
		case msg.Words != "" && len(w.f.Held) > 0:
			w.fail("words overtook others that are held")
		}
	}
	if w.pings > 1 {
		w.fail("asked %d times whether now is a good time", w.pings)
	}
	if stopped && len(out.Messages) > 0 {
		w.fail("wrote to somebody who asked for silence")
	}
	if !closing && len(out.Messages) == 0 && len(out.Hold) == 0 || silent && !closing && len(out.Hold) == 0 {
		w.fail("a counsellor's words are neither sent nor held")
	}
	w.apply(out)
}

func (w *world) apply(out flows.Outcome) {
	w.c = out.Conversation
	if out.Cancel || out.Release || out.Erase {
		w.f.Held = nil
	}
	w.f.Held = append(slices.Clone(w.f.Held), out.Hold...)
	for _, msg := range out.Messages {
		if len(msg.Choices) > 0 {
			w.last = msg
		}
	}
	switch out.Handoff.Act {
	case flows.Open:
		w.f.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: out.Handoff.Band}
	case flows.Answer:
		w.f.Ticket.Phase = flows.Live
	case flows.Close:
		w.f.Ticket = flows.TicketFacts{}
	}
	if out.Erase {
		w.f.Ticket = flows.TicketFacts{}
	}
}

func keys(out flows.Outcome) []string {
	said := []string{}
	for _, m := range out.Messages {
		if m.Words != "" {
			m.Text = "(words)"
		}
		said = append(said, m.Text)
	}
	return said
}

// Promise 6: somebody told that a person reads, when none does, waits for help that does not come.
func TestNobodyIsSaidToReadWithoutAHeartbeat(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m)
		w.wander(60, func(_ flows.Input, out flows.Outcome) {
			for _, msg := range out.Messages {
				if slices.Contains(readers, msg.Text) && !w.f.Duty[out.Conversation.Desk()] {
					w.fail("%s is said at the desk %s, where nobody is", msg.Text, out.Conversation.Desk())
				}
				if msg.Text == "counsellor.joined" && !out.Release {
					w.fail("counsellor.joined is said though no counsellor answered")
				}
			}
		})
	})
}

// An old button is pressed, or a photo comes, when the counsellor has gone home: the prompt of an hour ago would now lie.
func TestAnOldPromptIsNotRepeatedWhenItIsNoLongerTrue(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	for _, state := range []string{"queue.waiting", "queue.away", "danger.queued", "danger.nobody"} {
		for _, here := range []bool{true, false} {
			for name, in := range map[string]flows.Input{
				"old button": {Kind: flows.Tapped, Tap: flows.Tap{State: "menu.main", Turn: 1, Key: "1"}},
				"odd button": {Kind: flows.Tapped, Tap: flows.Tap{State: state, Turn: 7, Key: "77"}},
				"back here":  {Kind: flows.Typed, Text: "2"}, // the answer "keep" to "delete?"
			} {
				now := time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC)
				c := flows.Conversation{Lang: flows.English, State: state, Turn: 7, Safe: true, Last: now.UnixMilli(), Asked: now.UnixMilli()}
				if name == "back here" {
					c.State, c.Back = "erase.confirm", state
				}
				out := m.Step(c, in, flows.Facts{Now: now.Add(time.Minute), Channel: flows.Telegram,
					Duty: map[string]bool{flows.AnyDesk: here}, Ticket: flows.TicketFacts{Phase: flows.Waiting, Band: flows.High}})
				want := map[string]map[bool]string{
					"queue":  {true: "queue.waiting", false: "queue.away"},
					"danger": {true: "danger.followup", false: "urgent.nobody"},
				}[strings.Split(state, ".")[0]][here]
				if got := keys(out); !slices.Equal(got, []string{want}) {
					t.Errorf("%s in %s, somebody here %v: said %v, want %s", name, state, here, got, want)
				}
			}
		}
	}
}

// Promise 2: words that light up a phone in the wrong hands. Only the person's own yes brings those that were held.
func TestOnlyAYesReleasesWhatACounsellorWrote(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m)
		w.wander(60, func(in flows.Input, out flows.Outcome) {
			words := slices.ContainsFunc(out.Messages, func(msg flows.Message) bool { return msg.Words != "" })
			if words != out.Release {
				w.fail("words %v, release %v", words, out.Release)
			}
			if out.Release && !w.saysSafe(in) {
				w.fail("%v released a counsellor's words", in)
			}
			if !out.Release && !out.Cancel && len(w.f.Held) > 0 && out.Conversation.Safe && !w.c.Safe {
				w.fail("the yes did not bring the words that waited for it")
			}
		})
	})
}

// saysSafe: the input is the answer of the current state that says it is safe to write.
func (w *world) saysSafe(in flows.Input) bool {
	word := flows.Word(in.Text)
	if in.Kind == flows.Tapped {
		word = in.Tap.Key
	}
	def := w.m.Definition()
	s := def.States[w.c.State]
	if s == nil {
		return false
	}
	for _, ch := range s.Choices {
		if ch.Safe && (word == ch.Key || slices.Contains(def.Words[ch.Words], word)) {
			return true
		}
	}
	return false
}

// cries: the input is a tap on an answer that leads to danger.
func cries(def *flows.Definition, in flows.Input) bool {
	s := def.States[in.Tap.State]
	if in.Kind != flows.Tapped || s == nil {
		return false
	}
	for _, ch := range s.Choices {
		for _, a := range ch.Arcs {
			if to := def.States[a.To]; ch.Key == in.Tap.Key && to != nil && to.Danger {
				return true
			}
		}
	}
	return false
}

// Promise 3 and DESIGN section 2: whoever holds the phone after half an hour learns nothing from the first answers,
// neither that this person has been here, nor that somebody waits for them.
func TestAKnownPersonIsMetAsAStrangerAfterAGap(t *testing.T) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	rapid.Check(t, func(rt *rapid.T) {
		known := newWorld(rt, m)
		known.wander(40, func(flows.Input, flows.Outcome) {})
		known.f.Now = known.f.Now.Add(flows.Gap + 2*time.Second)
		stranger := newWorld(rt, m)
		stranger.f.Now, stranger.f.Channel, stranger.f.Duty = known.f.Now, known.f.Channel, known.f.Duty
		for range 4 {
			in := known.input()
			if in.Kind == flows.Blocked || in.Kind == flows.Resumed || cries(m.Definition(), in) {
				continue // a stranger has no old "I am in danger" to press
			}
			was := stranger.c.State
			var got, want string
			theirs := in
			theirs.Tap.State, theirs.Tap.Turn = stranger.last.State, stranger.last.Turn+in.Tap.Turn-known.last.Turn
			known.step(in, func(_ flows.Input, out flows.Outcome) { got = bytesOf(rt, texts, known.f.Channel, out) })
			stranger.step(theirs, func(_ flows.Input, out flows.Outcome) { want = bytesOf(rt, texts, known.f.Channel, out) })
			if known.c.Safe || stranger.c.Safe {
				return
			}
			if danger(keysOf(known.trail)) {
				if was == "" && got != want {
					known.fail("112 as a first message\n known %s\nstranger %s", got, want)
				}
				return // what follows tells somebody in danger the truth about their ticket
			}
			if got != want {
				known.fail("%q\n known %s\nstranger %s", in.Text, got, want)
			}
		}
	})
}

func keysOf(trail []string) string { return trail[len(trail)-1] }

func danger(last string) bool {
	return strings.Contains(last, "danger.now") || strings.Contains(last, "static.fallback")
}

// bytesOf is what stands on the phone.
func bytesOf(t *rapid.T, texts bot.Texts, ch flows.Channel, out flows.Outcome) string {
	var b strings.Builder
	for _, msg := range out.Messages {
		r, err := bot.Render(texts, out.Lang, ch, msg)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(r.Text + "\n")
		for _, button := range r.Buttons {
			b.WriteString("[" + button.Label + "]\n")
		}
	}
	return b.String()
}
