package flows

import (
	"maps"
	"slices"
	"strings"
	"time"
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
	if f.Service == nil {
		f.Service = noService{}
	}
	c.Picks = append([]string(nil), c.Picks...)
	c.Told = maps.Clone(c.Told)
	answers := make(map[string]string, len(c.Answers)+1)
	for k, v := range c.Answers {
		answers[k] = v
	}
	c.Answers = answers
	c.Words = append([]string(nil), c.Words...)
	return &step{m: m, c: c, f: f, open: f.Ticket.Open(), spoke: c.Lang}
}

// receive walks the fixed order of one message: what the channel says, gap, control words, danger in free text, then the
// state machine.
func (s *step) receive() {
	if s.in.Kind == Blocked {
		s.unreachable()
		return
	}
	s.meet()
	s.node = s.m.nodes[s.c.State]
	s.c.Last, s.c.Pinged, s.c.Stopped = max(s.c.Last, s.wrote().UnixMilli()), s.c.Pinged && s.older(), false
	switch {
	case s.in.Kind == Resumed:
		s.reset()
	case s.in.Kind == Typed && s.duress():
	case s.in.Kind == Typed && s.control(), s.in.Kind == Tapped && s.wayOut():
	case s.c.Shop:
		s.shop()
	case s.in.Kind != Tapped && s.danger():
	case s.in.Kind == Edited:
		s.edited()
	case s.in.Kind == Media:
		s.media()
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
		delete(s.c.Answers, "called") // the time we were asked to write at is past
		s.reset()
		s.spoke = ""
		return
	}
	n := s.m.nodes[s.c.State]
	switch {
	case s.c.State == "":
	case n != nil && (!n.Ticket || s.open):
	case s.c.Safe:
		s.c.State = s.home() // the state or the ticket is no more
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

// noAnswer: the person cannot have seen the prompt they seem to answer. Free text in a chat or queue needs no prompt.
func (s *step) noAnswer() bool {
	if s.node.Ticket || s.in.Kind == Tapped {
		return false
	}
	return s.f.Undelivered || s.f.Raced || s.older()
}

// older: this was written before we last said something, and has come late.
func (s *step) older() bool {
	return !s.in.At.IsZero() && s.in.At.Add(time.Second+skew).Before(time.UnixMilli(s.c.Asked))
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
	if s.node.Live && s.c.Back == s.m.def.Consent && s.in.Tap.State == s.c.Back && s.in.Tap.Turn == s.c.Turn {
		// The counsellor wrote on while their question stood; its buttons still answer it.
		s.c.State, s.c.Back = s.c.Back, ""
		s.node = s.m.nodes[s.c.State]
	}
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
	case s.node.choices[word] != nil && s.offered(s.node.choices[word]):
		s.answer(s.node.choices[word])
	case s.several(word):
	case s.returned():
	case s.node.Reads != ReadsNothing && s.read():
	case s.node.Ticket && s.open:
		s.message()
	case len(s.node.arcs["text"]) > 0 && !s.node.Reads.word():
		s.keep()
		s.c.Misses = 0
		s.take("text")
	default:
		s.unknown()
	}
}

// answer takes a choice. One that names a control word (9, 0) acts as that word.
func (s *step) answer(ch *ChoiceDef) {
	if ch == nil || !s.offered(ch) {
		s.remind()
		return
	}
	s.c.Misses = 0
	ctl := s.m.controls[Word(ch.Key)]
	if len(ch.Arcs) == 0 && ctl != nil {
		s.record(Entry{From: Person, Text: ch.Label})
		s.command(ctl)
		return
	}
	s.picked(ch)
	if len(ch.Arcs) == 0 {
		s.more()
		return
	}
	if ch.Safe {
		s.c.Safe, s.c.SafeAt = true, s.f.Now.UnixMilli()
		if s.open {
			s.out.Handoff.Act = Return
		}
	}
	s.take("choice:" + ch.Key)
}

// picked notes what an answer says: to the counsellor who reads along or will, to the flow, and to how urgent this is.
func (s *step) picked(ch *ChoiceDef) {
	s.record(Entry{From: Person, Text: ch.Label})
	s.pick(ch)
	for k, v := range ch.Set {
		s.set(k, v)
	}
	if table, row, ok := strings.Cut(ch.Count, "."); ok {
		s.count(table, row, s.column())
	}
	s.raise(ch.Raise)
}

// pick keeps an answer for whoever will read this conversation. Where one answer is all a question takes, a new one
// replaces the old.
func (s *step) pick(ch *ChoiceDef) {
	if !s.node.Keeps || s.open {
		return
	}
	pick := s.node.Name + ":" + ch.Key
	s.c.Picks = slices.DeleteFunc(s.c.Picks, func(old string) bool {
		return old == pick || len(s.node.Many) == 0 && strings.HasPrefix(old, s.node.Name+":")
	})
	if len(s.c.Picks) < maxPicks {
		s.c.Picks = append(s.c.Picks, pick)
	}
}

// raise makes the ticket there is, or the one there will be, at least so urgent.
func (s *step) raise(b Band) {
	if b == NoBand {
		return
	}
	if s.c.Worry == NoBand || b < s.c.Worry {
		s.c.Worry = b
	}
	if s.open {
		if s.out.Handoff.Act == NoAct {
			s.out.Handoff.Act = Touch
		}
		if s.out.Handoff.Band == NoBand || b < s.out.Handoff.Band {
			s.out.Handoff.Band = b
		}
	}
}

func (s *step) set(k, v string) {
	if k != "lang" {
		s.c.Answers[k] = v
		s.region(k, v)
		return
	}
	s.c.Lang = Lang(v)
	s.count("language", v, string(s.f.Channel))
}

// region counts the region of a chosen county: counties may be reported by the quarter only, regions by the month (D2 rule 2).
func (s *step) region(answer, county string) {
	if answer != "county" {
		return
	}
	if region := s.f.Service.Fact("region."+county, s.f.Now); region != "" {
		s.count("region", region, s.column())
	}
}

// message is free text that a person of ours will read: it goes to the ticket.
func (s *step) message() {
	if !s.secret() { // a return code is no message
		s.record(Entry{From: Person, Words: s.in.Text})
	}
	s.out.Handoff.Act = Touch
	s.c.Misses = 0
	switch {
	case (s.node.Live || s.f.Ticket.Phase == Live) && len(s.f.Held) > 0: // words that came too late to be sent wait for a yes, also from somebody who is here
		s.ping()
	case s.node.Live && s.f.Ticket.Phase == Lost:
		s.lost()
	default:
		s.take("text")
	}
}

// lost tells that the counsellor went away, and who is here now. Somebody in danger hears the numbers again instead.
func (s *step) lost() {
	if !s.c.Safe {
		s.command(s.m.controls[emergency])
		return
	}
	s.c.State = s.m.def.Lost
	s.enter("")
}

// unknown asks once more in simpler words, then hands over to a person. Before yes it only repeats the question.
func (s *step) unknown() {
	s.keep()
	s.c.Misses++
	if !s.c.Safe || s.c.Locked || len(s.node.arcs["unknown"]) == 0 {
		s.remind() // behind a code word "write PERSON" would not be true
		return
	}
	if s.c.Misses < 2 {
		s.say("unknown.input")
		s.remind()
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
	s.record(Entry{From: Event, Text: "event.media"})
	s.keep()
	if s.c.Safe {
		s.say("media.unsupported")
	}
	if !s.node.Ticket || !s.c.Safe {
		s.remind()
	}
}

// edited: a changed message never answers a question again; the counsellor sees it marked (T6).
func (s *step) edited() {
	s.keepEdited()
	if s.node == nil {
		s.stranger()
	}
}

func (s *step) keepEdited() {
	switch {
	case s.secret():
	case s.open:
		s.record(Entry{From: Person, Words: s.in.Text, Edited: true})
		s.out.Handoff.Act = Touch
	case s.node != nil:
		s.keepWords(s.in.Text)
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
	if s.secret() {
		s.out.Forget = true
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
