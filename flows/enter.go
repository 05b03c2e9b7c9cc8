package flows

import (
	"strings"
)

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
		s.fire(w.to)
		s.enter(from)
		return true
	}
	return false
}

func (s *step) holds(when []string) bool {
	for _, g := range when {
		if !holds(g, s.c, s.f) {
			return false
		}
	}
	return true
}

// back returns from an interruption, or stays where it was called; either way the prompt is said again.
func (s *step) back() {
	if s.node.Aside {
		s.c.State, s.c.Back = s.c.Back, ""
		if n := s.m.nodes[s.c.State]; n == nil || n.Ticket && !s.open { // the state or the ticket is no more
			s.c.State = s.home()
		}
		s.node = s.m.nodes[s.c.State]
		s.remind()
		return
	}
	if !s.node.Ticket {
		s.remind()
	}
}

// home is where a person goes on whose state is no more.
func (s *step) home() string {
	switch {
	case !s.c.Safe:
		return s.m.def.Start
	case s.c.Locked:
		return s.m.def.Locked
	}
	return s.m.def.Back
}

// fire moves the conversation's state through the FSM.
func (s *step) fire(to string) {
	s.c.State = s.m.fsms.fire(s.c.State, to)
}

// enter does what the state entered says, and goes on through states that lead on at once.
func (s *step) enter(from string) {
	for range maxHops {
		s.node = s.m.nodes[s.c.State]
		if s.shut() {
			s.c.State, s.node = s.m.def.Locked, s.m.nodes[s.m.def.Locked]
		}
		if s.node.Aside && from != "" && !s.m.nodes[from].Aside {
			s.c.Back = from
		}
		s.visit()
		if s.c.State == s.m.def.Start {
			s.c.Safe = false // from the first question on it is asked again whether it is safe to write
		}
		if s.node.Reads != ReadsWord && !s.node.Aside {
			s.c.Pending = "" // a return code waits for its word only while the word is asked
		}
		for k, v := range s.node.Set {
			s.set(k, v)
		}
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
			s.fire(w.to)
			break
		}
	}
}

// visit counts the state the conversation is in now.
func (s *step) visit() {
	s.count("funnel."+s.node.Table, strings.TrimPrefix(s.node.Name, s.node.Table+"."), s.column())
}

// column is what a cell is crossed with: the language, or nothing in a flow whose very mention is a secret (national
// totals only, requirements.md D2 rule 2).
func (s *step) column() string {
	if s.node != nil && s.m.def.National[s.node.Table] {
		return "all"
	}
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
	s.own(e)
	if e.Release && len(s.f.Held) > 0 {
		s.out.Release = true
		here := holds("duty", s.c, s.f)
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
	band := h.Band
	if s.c.Worry != NoBand {
		band = min(band, s.c.Worry)
	}
	out := &s.out.Handoff
	out.Desk, out.Band, out.Woman, out.Minor = s.f.desk(s.c), band, s.c.Woman(), s.c.Minor()
	defer func() {
		if h.Note != "" {
			s.record(Entry{From: Event, Text: h.Note})
		}
	}()
	if s.open {
		if out.Act == NoAct {
			out.Act = Touch
		}
		return
	}
	s.open = true
	s.out.Handoff.Act = Open
	s.count("handoff", s.c.Desk(), "asked")
	for _, p := range s.c.Picks {
		s.tell(p)
	}
	for _, w := range s.c.Words {
		s.record(Entry{From: Person, Words: w})
	}
	s.c.Picks, s.c.Words = nil, nil
}

// tell shows the counsellor an answer given before there was a ticket: question and answer, in words.
func (s *step) tell(pick string) {
	state, key, _ := strings.Cut(pick, ":")
	n := s.m.nodes[state]
	if n == nil || len(n.Say) == 0 {
		return
	}
	for i := range n.Choices {
		if n.Choices[i].Key == key {
			s.record(Entry{From: Bot, Text: n.Say[len(n.Say)-1]})
			s.record(Entry{From: Person, Text: n.Choices[i].Label})
		}
	}
}
