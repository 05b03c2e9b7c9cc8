package library_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sosin/bot"
	"sosin/flows"
)

// nobodyTexts say that nobody is here. A prompt that is only repeated is as old as when it was first said.
var nobodyTexts = []string{"queue.nobody", "queue.nobody.centre", "queue.away", "urgent.nobody", "shelter.nobody", "shelter.nobody_centre",
	"young.nobody", "message.added", "unknown.kept", "hours.closed", "pref.female.wait", "queue.waiting.woman"}

// Promise 6: somebody told that a person reads, when none does, waits for help that does not come. Which texts tell it
// stands beside the texts.
func TestNobodyIsSaidToReadWithoutAHeartbeat(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(60, func(_ flows.Input, out flows.Outcome) {
			for _, msg := range out.Messages {
				switch {
				case msg.Text == "counsellor.joined":
					if !out.Release {
						w.fail("counsellor.joined is said though no counsellor answered")
					}
				case texts.PromisesReader(msg.Text) && !w.somebody(out.Conversation):
					w.fail("%s is said at the desk %s, where nobody is", msg.Text, w.desk(out.Conversation))
				case slices.Contains(nobodyTexts, msg.Text) && w.c.State != out.Conversation.State && w.somebody(out.Conversation):
					w.fail("%s is said at the desk %s, where somebody is", msg.Text, w.desk(out.Conversation))
				}
			}
		})
	})
}

// Promise 6: a time is named only where it was measured, a number only where the service file vouches for it, an hour only
// where the desk is closed.
func TestNothingIsNamedThatIsNotKnown(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(60, func(_ flows.Input, out flows.Outcome) {
			c := out.Conversation
			for _, msg := range out.Messages {
				known := map[string]bool{"wait": w.f.Wait[w.desk(c)] > 0, "centre": w.day.have["ntk.tartu"] && c.Answers["county"] == "tartu",
					"next_open": w.day.NextOpen(w.desk(c), w.f.Now, c.Lang) != "", "trafficking_line": w.day.have["trafficking"], "complaint": w.day.have["complaint"]}
				for name := range msg.Args {
					if is, asked := known[name]; asked && !is {
						w.fail("%s names a %s nobody knows", msg.Text, name)
					}
				}
			}
		})
	})
}

// Promise 2: an answer is an answer for ten minutes. What was written long ago (a provider that was away) is met with the
// neutral question at most.
func TestALateMessageIsNotAnsweredAsIfItWereNow(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(60, func(in flows.Input, out flows.Outcome) {
			wrote := w.f.Now
			if !in.At.IsZero() {
				wrote = in.At
			}
			for _, msg := range out.Messages {
				if msg.Class != flows.FromPing && out.NotAfter.After(wrote.Add(flows.Present)) {
					w.fail("%s may go out until %v to somebody who wrote at %v", msg.Text, out.NotAfter, wrote)
				}
			}
		})
	})
}

// Promise 3: whatever has happened, asked, waits or is closed: one word, one neutral line, nothing more, and nothing later.
func TestZeroLeavesWhateverHasHappened(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(60, func(flows.Input, flows.Outcome) {})
		in := flows.Input{Kind: flows.Typed, Text: rapid.SampledFrom([]string{"0", "välju", "ВЫХОД", "exit!"}).Draw(rt, "word")}
		w.step(in, func(_ flows.Input, out flows.Outcome) {
			said := keys(out)
			if len(said) != 1 || strings.TrimPrefix(said[0], "any.") != "exit.decoy" {
				w.fail("%q said %v", in.Text, said)
			}
			if !out.Cancel || out.Later != nil || len(out.Hold) > 0 || out.Conversation.State != "" || out.Conversation.Safe {
				w.fail("%q left something behind: cancel %v, state %q", in.Text, out.Cancel, out.Conversation.State)
			}
			if w.f.Ticket.Open() && out.Handoff.Act != flows.Leave {
				w.fail("staff do not see that the person left")
			}
		})
		if w.due || len(w.f.Held) > 0 {
			w.fail("something is still to be sent")
		}
		w.c.Last = 0
		w.staff() // nothing but what a stranger may get: held against promise 2
	})
}

// "No answer ever ends the contact by misunderstanding it" (DESIGN.md section 2): words nobody expected are kept for a
// reader, and after the second one the person is told who reads them or that nobody does now.
func TestWordsNobodyExpectedReachAPerson(t *testing.T) {
	m, texts := watched(t)
	const words = "canary qwzx trudel vaub"
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(40, func(flows.Input, flows.Outcome) {})
		w.f.Undelivered, w.f.Raced = false, false
		for range 2 {
			state := m.Definition().States[w.c.State]
			if !w.c.Safe || w.c.Locked || w.c.Shop || !w.c.Present(w.f.Now) || state == nil {
				return
			}
			asks := state.Reads != flows.ReadsNothing && state.Reads != flows.ReadsCounty // for a code word, until there is one
			opened := false
			w.play(flows.Input{Kind: flows.Typed, Text: words}, func(_ flows.Input, out flows.Outcome) {
				opened = w.f.Ticket.Open() || out.Handoff.Act == flows.Open
				recorded := slices.ContainsFunc(out.Record, func(e flows.Entry) bool { return e.Words == words })
				if !recorded && !slices.Contains(out.Conversation.Words, words) {
					w.fail("the words are kept nowhere")
				}
				if out.Erase || out.Conversation.State == "" || out.Handoff.Act == flows.Close || out.Handoff.Act == flows.Leave {
					w.fail("the words ended the contact")
				}
				if next := m.Definition().States[out.Conversation.State]; len(out.Messages) == 0 && !next.Live {
					w.fail("the words are answered by nothing")
				}
			})
			if opened || asks {
				return
			}
		}
		w.fail("nobody will ever read the words")
	})
}

// An old button is pressed, or a photo comes, when the counsellor has gone home: the prompt of an hour ago would now lie.
func TestAnOldPromptIsNotRepeatedWhenItIsNoLongerTrue(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	queue := map[bool][]string{true: {"queue.waiting", "queue.meanwhile"}, false: {"queue.away", "queue.meanwhile"}}
	danger := map[bool][]string{true: {"danger.followup"}, false: {"urgent.nobody"}}
	shelter := map[bool][]string{true: {"shelter.queued"}, false: {"shelter.nobody"}}
	for state, want := range map[string]map[bool][]string{"queue.waiting": queue, "queue.waiting_measured": queue, "queue.waiting_woman": queue,
		"queue.away": queue, "danger.queued": danger, "danger.nobody": danger, "shelter.queued": shelter, "shelter.nobody": shelter, "shelter.nobody_centre": shelter} {
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
				if got := keys(out); !slices.Equal(got, want[here]) {
					t.Errorf("%s in %s, somebody here %v: said %v, want %v", name, state, here, got, want[here])
				}
			}
		}
	}
}

// Promise 2: words that light up a phone in the wrong hands. Only the person's own yes brings those that were held.
func TestOnlyAYesReleasesWhatACounsellorWrote(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(60, func(in flows.Input, out flows.Outcome) {
			words := slices.ContainsFunc(out.Messages, func(msg flows.Message) bool { return msg.Words != "" })
			if words != out.Release {
				w.fail("words %v, release %v", words, out.Release)
			}
			// Who has said yes may still have to say the code word, or the code of a conversation of theirs.
			own := w.c.Safe && (w.c.Locked && !out.Conversation.Locked || out.Take != "")
			if out.Release && !w.saysSafe(in) && !own {
				w.fail("%v released a counsellor's words", in)
			}
			late := !out.NotAfter.After(w.f.Now)
			if !out.Release && !out.Cancel && len(w.f.Held) > 0 && out.Conversation.Safe && !w.c.Safe && !out.Conversation.Locked && !late {
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
// neither that this person has been here, nor that somebody waits for them, nor that a code word is kept.
func TestAKnownPersonIsMetAsAStrangerAfterAGap(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		known := newWorld(rt, m, texts)
		known.wander(40, func(flows.Input, flows.Outcome) {})
		if known.c.Shop {
			return // a dull shop, until the word is said
		}
		known.f.Now = known.f.Now.Add(flows.Gap + 2*time.Second)
		stranger := newWorld(rt, m, texts)
		stranger.day, stranger.f.Service = known.day, known.day
		stranger.f.Now, stranger.f.Channel, stranger.f.Duty = known.f.Now, known.f.Channel, known.f.Duty
		for range 4 {
			in := known.input()
			in.At = time.Time{}
			if in.Kind == flows.Blocked || in.Kind == flows.Resumed || cries(m.Definition(), in) || in.Text == "punane vihmavari" {
				continue // a stranger has no old "I am in danger" to press, and no word of their own
			}
			was := stranger.c.State
			var got, want string
			theirs := in
			theirs.Tap.State, theirs.Tap.Turn = stranger.last.State, stranger.last.Turn+in.Tap.Turn-known.last.Turn
			warned := false
			known.f.Undelivered, known.f.Raced, stranger.f.Undelivered, stranger.f.Raced = false, false, false, false
			known.f.Now, stranger.f.Now = known.f.Now.Add(time.Second), stranger.f.Now.Add(time.Second)
			known.play(in, func(_ flows.Input, out flows.Outcome) {
				got, warned = bytesOf(rt, texts, known.f.Channel, out), inDanger(m.Definition(), out)
			})
			stranger.play(theirs, func(_ flows.Input, out flows.Outcome) {
				want = bytesOf(rt, texts, known.f.Channel, out)
				warned = warned || inDanger(m.Definition(), out)
			})
			if known.c.Safe || stranger.c.Safe {
				return
			}
			if warned {
				if was == "" && in.Text == "112" && got != want {
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

// inDanger: something was said that only danger may bring before the yes.
func inDanger(def *flows.Definition, out flows.Outcome) bool {
	for _, s := range def.States {
		if !s.Danger {
			continue
		}
		for _, key := range s.Say {
			if slices.Contains(keys(out), key) {
				return true
			}
		}
	}
	return false
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

// Promise 2: nothing is sent except in answer, by a counsellor to somebody who is there, or as the one neutral question.
// What staff and the clock may do is held against it wherever they act (see staff and call).
func TestTheirPhoneStaysQuiet(t *testing.T) {
	m, texts := watched(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, m, texts)
		w.wander(30, func(flows.Input, flows.Outcome) {})
		for range rapid.IntRange(1, 6).Draw(rt, "acts") {
			w.claimOrLose()
			w.staff()
			w.call()
			w.f.Now = w.f.Now.Add(time.Duration(rapid.SampledFrom([]int{1, 400, 700, 90000}).Draw(rt, "seconds")) * time.Second)
		}
	})
}
