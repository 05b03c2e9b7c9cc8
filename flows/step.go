package flows

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/looplab/fsm"
)

// skew is how much a provider's clock may run behind ours before its date is believed to be older than a prompt.
const skew = 3 * time.Second

// recent is how long after a prompt a tap on the one before it is taken for a double tap and not answered again (T15).
const recent = 5 * time.Second

// Step decides what follows from one thing a person did. It is pure: the same arguments give the same Outcome.
func (m *Machine) Step(c Conversation, in Input, f Facts) Outcome {
	s := m.begin(c, f)
	s.in = in
	s.out.NotAfter = s.wrote().Add(Present)
	s.receive()
	return s.finish()
}

// step is one run of the machine over a copy of the conversation.
type step struct {
	m    *Machine
	c    Conversation
	in   Input
	f    Facts
	out  Outcome
	node *node
	open bool // a ticket is open, or opened in this step

	spoke Lang // the language in force when something was last said
}

func (m *Machine) begin(c Conversation, f Facts) *step {
	answers := make(map[string]string, len(c.Answers)+1)
	for k, v := range c.Answers {
		answers[k] = v
	}
	c.Answers = answers
	c.Words = append([]string(nil), c.Words...)
	return &step{m: m, c: c, f: f, open: f.Ticket.Open(), spoke: c.Lang}
}

// receive walks the fixed order of one message: what the channel says, gap, control words, then the state machine.
func (s *step) receive() {
	if s.in.Kind == Blocked {
		s.unreachable()
		return
	}
	s.meet()
	s.node = s.m.nodes[s.c.State]
	s.c.Last, s.c.Pinged, s.c.Stopped = max(s.c.Last, s.wrote().UnixMilli()), false, false
	switch {
	case s.in.Kind == Resumed:
		s.reset()
	case s.in.Kind == Edited:
		s.edited()
	case s.in.Kind == Media:
		s.media()
	case s.in.Kind == Typed && s.control(), s.in.Kind == Tapped && s.wayOut():
	case s.node == nil && s.in.Kind == Tapped && s.f.Raced:
		// The message that came with this tap has ended the conversation, and its answer is on its way.
	case s.node == nil:
		s.stranger()
	case s.noAnswer():
		s.keep()
		s.again()
	case s.in.Kind == Tapped:
		s.tapped()
	default:
		s.typed()
	}
}

// wrote is when the person did this: now, or the provider's date of what comes late after an outage. Then they were here,
// not now.
func (s *step) wrote() time.Time {
	if !s.in.At.IsZero() && s.in.At.Before(s.f.Now) {
		return s.in.At
	}
	return s.f.Now
}

// meet turns a person silent for longer than Gap, or standing in a state that is no more, into a stranger or sends them
// home; an open ticket is kept either way.
func (s *step) meet() {
	since := s.c.Last
	if s.c.State == s.m.def.Ping {
		since = max(since, s.c.Asked) // our neutral question is what they may be answering
	}
	gone := since != 0 && s.wrote().Sub(time.UnixMilli(since)) > Gap
	if gone {
		s.reset()
		s.spoke = ""
		return
	}
	n := s.m.nodes[s.c.State]
	switch {
	case s.c.State == "":
	case n != nil && (!n.Ticket || s.open):
	case s.c.Safe:
		s.c.State = s.m.def.Back // the state or the ticket is no more: the menu
	default:
		s.reset()
	}
}

func (s *step) reset() {
	s.c = s.c.Reset()
	s.node = nil
}

// stranger answers a first message with the first question, whoever asks and whatever it said.
func (s *step) stranger() {
	s.keep()
	s.c.State = s.m.def.Start
	s.count("contacts", string(s.f.Channel), "all")
	s.enter("")
}

// control acts on a message that is nothing but a control word. Before yes only those with an open form act, and in a
// live chat only those that say so; the danger form may name the numbers.
func (s *step) control() bool {
	word := Word(s.in.Text)
	ctl := s.m.controls[word]
	if ctl == nil || s.node != nil && s.node.choices[word] != nil && len(s.node.choices[word].Arcs) > 0 {
		return false
	}
	if s.node != nil && s.node.Live && s.open && !liveWord(ctl, word) {
		return false
	}
	if !s.c.Safe && len(ctl.Open) == 0 {
		return false // before yes it is a word like any other
	}
	s.record(Entry{From: Person, Words: s.in.Text})
	return s.command(ctl)
}

// wayOut: a button that leaves does so however old the message it hangs under is: somebody has walked in (promise 3).
func (s *step) wayOut() bool {
	ctl := s.m.controls[Word(s.in.Tap.Key)]
	if ctl == nil || ctl.Live != "all" {
		return false
	}
	s.record(Entry{From: Person, Words: s.in.Tap.Key})
	return s.command(ctl)
}

// liveWord: in a live chat 0 and 112 are the only digits with a meaning ("How many children?" "9").
func liveWord(ctl *Control, word string) bool {
	digits := strings.Trim(word, "0123456789") == ""
	return ctl.Live == "all" || ctl.Live == "words" && !digits
}

func (s *step) command(ctl *Control) bool {
	trigger := "control:" + ctl.Name
	if !s.c.Safe {
		trigger = "open:" + ctl.Name
		if len(ctl.Open) == 0 {
			return false
		}
	}
	if s.node == nil { // a stranger: the word acts as it would at the first question
		s.c.State = s.m.def.Start
		s.node = s.m.nodes[s.c.State]
	}
	s.c.Misses = 0
	return s.take(trigger)
}

// noAnswer: the person cannot have seen the prompt they seem to answer. Free text in a chat or queue needs no prompt.
func (s *step) noAnswer() bool {
	if s.node.Ticket || s.in.Kind == Tapped {
		return false
	}
	older := !s.in.At.IsZero() && s.in.At.Add(time.Second+skew).Before(time.UnixMilli(s.c.Asked))
	return s.f.Undelivered || s.f.Raced || older
}

// again says the current prompt once more. A message that raced with another gets nothing of its own: the answer to the
// other one is already on its way.
func (s *step) again() {
	if s.f.Raced && !s.f.Undelivered {
		return
	}
	s.remind()
}

// remind says the current prompt once more. Where its texts were true only when first said (somebody is here), the state
// says where to ask anew.
func (s *step) remind() {
	if !s.take("again") {
		s.prompt()
	}
}

func (s *step) tapped() {
	stale := s.in.Tap.State != s.c.State || s.in.Tap.Turn != s.c.Turn
	if stale {
		double := s.in.Tap.Turn == s.c.Turn-1 && s.f.Now.Sub(time.UnixMilli(s.c.Asked)) < recent
		if !double {
			s.remind()
		}
		return
	}
	s.answer(s.node.choices[Word(s.in.Tap.Key)])
}

func (s *step) typed() {
	word := Word(s.in.Text)
	switch {
	case s.node.choices[word] != nil:
		s.answer(s.node.choices[word])
	case s.node.Ticket && s.open:
		s.message()
	case len(s.node.arcs["text"]) > 0:
		s.keep()
		s.c.Misses = 0
		s.take("text")
	default:
		s.unknown()
	}
}

// answer takes a choice. One that names a control word (9, 0) acts as that word.
func (s *step) answer(ch *ChoiceDef) {
	if ch == nil {
		s.remind()
		return
	}
	s.record(Entry{From: Person, Text: ch.Label})
	s.c.Misses = 0
	if len(ch.Arcs) == 0 {
		s.command(s.m.controls[Word(ch.Key)])
		return
	}
	for k, v := range ch.Set {
		s.set(k, v)
	}
	if table, row, ok := strings.Cut(ch.Count, "."); ok {
		s.count(table, row, s.column())
	}
	if ch.Safe {
		s.c.Safe, s.c.SafeAt = true, s.f.Now.UnixMilli()
		if s.open {
			s.out.Handoff.Act = Return
		}
	}
	s.take("choice:" + ch.Key)
}

func (s *step) set(k, v string) {
	if k != "lang" {
		s.c.Answers[k] = v
		return
	}
	s.c.Lang = Lang(v)
	s.count("language", v, string(s.f.Channel))
}

// message is free text that a person of ours will read: it goes to the ticket.
func (s *step) message() {
	s.record(Entry{From: Person, Words: s.in.Text})
	s.out.Handoff.Act = Touch
	s.c.Misses = 0
	if s.f.Ticket.Phase == Lost && s.node.Live {
		s.say("chat.lost")
		return
	}
	s.take("text")
}

// unknown asks once more in simpler words, then hands over to a person. Before yes it only repeats the question.
func (s *step) unknown() {
	s.keep()
	s.c.Misses++
	if !s.c.Safe || len(s.node.arcs["unknown"]) == 0 {
		s.prompt()
		return
	}
	if s.c.Misses < 2 {
		s.say("unknown.input")
		s.prompt()
		return
	}
	s.c.Misses = 0
	s.take("unknown")
}

// media: what is not text is never fetched; one gentle answer per album (T7).
func (s *step) media() {
	if s.in.Album != "" && s.in.Album == s.c.Album {
		return
	}
	s.c.Album = s.in.Album
	if s.node == nil {
		s.stranger()
		return
	}
	if strings.TrimSpace(s.in.Text) != "" {
		s.keep()
	}
	if s.c.Safe {
		s.say("media.unsupported")
	}
	if !s.node.Ticket || !s.c.Safe {
		s.remind()
	}
}

// edited: a changed message never answers a question again; the counsellor sees it marked (T6).
func (s *step) edited() {
	if s.open {
		s.record(Entry{From: Person, Words: s.in.Text, Edited: true})
		s.out.Handoff.Act = Touch
	} else if s.node != nil {
		s.keepWords(s.in.Text)
	}
	if s.node == nil {
		s.stranger()
	}
}

// unreachable: nothing can be delivered any more; what waits to be sent goes, the counsellor is told.
func (s *step) unreachable() {
	s.out.Cancel = true
	s.record(Entry{From: Event, Text: "event.blocked"})
	if s.open {
		s.out.Handoff.Act = Leave
	}
	s.reset()
}

// keep saves a person's own words for whoever will read this conversation: in the ticket, or among the last few.
func (s *step) keep() {
	if s.in.Kind != Typed && s.in.Kind != Media || s.in.Text == "" {
		return
	}
	if s.open {
		s.record(Entry{From: Person, Words: s.in.Text})
		return
	}
	if s.node != nil && s.node.choices[Word(s.in.Text)] != nil {
		return // an answer that came too early, not words
	}
	s.keepWords(s.in.Text)
}

func (s *step) keepWords(text string) {
	if text == "" {
		return
	}
	s.c.Words = append(s.c.Words, text)
	if len(s.c.Words) > MaxWords {
		s.c.Words = s.c.Words[len(s.c.Words)-MaxWords:]
	}
}

// take follows the first way of a trigger whose guards hold.
func (s *step) take(trigger string) bool {
	for _, w := range s.node.arcs[trigger] {
		if !s.holds(w.when) {
			continue
		}
		for _, key := range w.say {
			s.say(key)
		}
		from := s.c.State
		if w.to == "back" {
			s.back()
			return true
		}
		s.fire(w.event)
		s.enter(from)
		return true
	}
	return false
}

func (s *step) holds(when []string) bool {
	for _, g := range when {
		if !guards[g](s.c, s.f) {
			return false
		}
	}
	return true
}

// back returns from an interruption, or stays where it was called; either way the prompt is said again.
func (s *step) back() {
	if s.node.Aside {
		s.c.State, s.c.Back = s.c.Back, ""
		if s.m.nodes[s.c.State] == nil {
			s.c.State = s.m.def.Back
		}
		s.node = s.m.nodes[s.c.State]
		s.remind()
		return
	}
	if !s.node.Ticket {
		s.prompt()
	}
}

// fire moves the conversation's state through the FSM.
func (s *step) fire(event string) {
	f := s.m.fsms.Get().(*fsm.FSM)
	defer s.m.fsms.Put(f)
	f.SetState(s.c.State)
	if err := f.Event(context.Background(), event); err != nil && !errors.As(err, &fsm.NoTransitionError{}) {
		panic("flows: compiled event refused: " + event)
	}
	s.c.State = f.Current()
}

// enter does what the state entered says, and goes on through states that lead on at once.
func (s *step) enter(from string) {
	for range maxHops {
		s.node = s.m.nodes[s.c.State]
		if s.node.Aside && from != "" && !s.m.nodes[from].Aside {
			s.c.Back = from
		}
		s.visit()
		s.effects()
		s.handoff()
		s.prompt()
		from = ""
		if s.node.End {
			s.reset()
			return
		}
		if len(s.node.arcs["then"]) == 0 {
			return
		}
		for _, w := range s.node.arcs["then"] {
			if !s.holds(w.when) {
				continue
			}
			for _, key := range w.say {
				s.say(key)
			}
			s.fire(w.event)
			break
		}
	}
}

// visit counts the state the conversation is in now.
func (s *step) visit() {
	s.count("funnel."+s.node.Table, strings.TrimPrefix(s.node.Name, s.node.Table+"."), s.column())
}

func (s *step) column() string {
	if s.c.Lang == "" {
		return "-"
	}
	return string(s.c.Lang)
}

func (s *step) effects() {
	e := s.node.Effects
	if e.Leave || e.Stop || e.Erase {
		s.out.Cancel = true
		s.c.Stopped = e.Stop
		if s.open && !e.Erase {
			s.out.Handoff = Handoff{Act: Leave}
			text := "event.left"
			if e.Stop {
				text = "event.stopped"
			}
			s.record(Entry{From: Event, Text: text})
		}
	}
	if e.Erase {
		s.out.Erase = true
	}
	if e.Release && len(s.f.Held) > 0 {
		s.out.Release = true
		here := guards["duty"](s.c, s.f)
		for _, msg := range s.f.Held {
			if msg.Text == "counsellor.joined" && !here {
				continue // "I read what you write" was true when it was held, hours ago perhaps (promise 6)
			}
			s.out.Messages = append(s.out.Messages, msg)
		}
	}
}

// handoff opens a ticket, or raises the one that is open; words kept so far move into it.
func (s *step) handoff() {
	h := s.node.Handoff
	if h == nil {
		return
	}
	if h.Desk != "" {
		s.c.Answers["desk"] = h.Desk
	}
	s.out.Handoff.Desk, s.out.Handoff.Band = s.c.Desk(), h.Band
	if s.open {
		if s.out.Handoff.Act == NoAct {
			s.out.Handoff.Act = Touch
		}
		return
	}
	s.open = true
	s.out.Handoff.Act = Open
	s.count("handoff", s.c.Desk(), "asked")
	for _, w := range s.c.Words {
		s.record(Entry{From: Person, Words: w})
	}
	s.c.Words = nil
}
