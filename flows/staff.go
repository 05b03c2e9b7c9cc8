package flows

import "time"

// Reply decides what follows from a counsellor's words. To a person who wrote within ten minutes they go out at once,
// after a line that says who has joined; to anybody else they are held, and at most one neutral question goes (promise 2).
func (m *Machine) Reply(c Conversation, alias, words string, f Facts) Outcome {
	s := m.begin(c, f)
	s.node = m.nodes[c.State]
	s.out.Handoff.Act = Answer
	s.out.NotAfter = time.UnixMilli(c.Last).Add(Present)
	s.record(Entry{From: Counsellor, Words: words, By: alias})
	msgs := []Message{{Words: words, Class: FromCounsellor, Entry: len(s.out.Record)}}
	if f.Ticket.Phase != Live {
		msgs = append([]Message{{Text: "counsellor.joined", Args: map[string]string{"alias": alias}, Class: FromCounsellor}}, msgs...)
		s.count("handoff", s.c.Desk(), "answered")
	}
	if s.there() && len(f.Held) == 0 { // words that wait must not be overtaken
		s.out.Messages = msgs
		if s.node.Aside { // their own question stands ("delete?"); it leads back into the chat
			s.c.Back = m.def.Live
			return s.finish()
		}
		if s.node.Reads.word() {
			return s.finish() // a word of theirs is asked for: it must not fall into the chat
		}
		if s.c.State == m.def.Consent {
			s.c.Back = m.def.Consent // its buttons still answer it; what is typed now answers the counsellor
		}
		s.c.State, s.node = m.def.Live, m.nodes[m.def.Live]
		s.visit()
		return s.finish()
	}
	s.out.Record[0].Held = true
	s.out.Hold = msgs
	// Somebody who has not said yes stands before a question already, and its yes releases the words; a second question
	// would take the answer to the first for its own.
	if s.node != nil && !c.Pinged && !c.Stopped && !c.Shop && !c.quiet(s.f) && (c.Safe || s.node.Danger) {
		s.ping()
	}
	return s.finish()
}

// ping asks the one neutral question, and nothing else.
func (s *step) ping() {
	s.c.Pinged, s.c.State, s.c.Safe = true, s.m.def.Ping, false
	s.node = s.m.nodes[s.m.def.Ping]
	s.out.Messages = nil
	s.visit()
	s.prompt()
	for i := range s.out.Messages {
		s.out.Messages[i].Class = FromPing
	}
	s.out.NotAfter = s.f.Now.Add(Present)
}

// there: the person wrote lately, has not left, and has said that it is safe, or is in danger and asked for us.
func (s *step) there() bool {
	return s.node != nil && !s.c.Locked && !s.c.Shop && s.c.Present(s.f.Now) && (s.c.Safe || s.node.Danger)
}

// ofTicket are the answers that were about the ticket that ends, not about the person.
var ofTicket = []string{"shelter", "for", "ask", "want", "feedback"}

// End decides what follows from closing the ticket. Someone who is there is asked one question; on someone who is
// silent or has left, nothing is sent (promise 2).
func (m *Machine) End(c Conversation, code string, f Facts) Outcome {
	s := m.begin(c, f)
	s.node = m.nodes[c.State]
	s.out.Handoff = Handoff{Act: Close, Code: code}
	s.out.NotAfter = time.UnixMilli(c.Last).Add(Present)
	s.out.Keep = KeepClosed
	s.c.Worry, s.c.Picks = NoBand, nil
	for _, k := range ofTicket {
		delete(s.c.Answers, k)
	}
	s.count("handoff", s.c.Desk(), "closed")
	switch {
	case s.node != nil && s.node.Open && !s.node.Ticket && s.c.Present(f.Now):
		// They have left and come back, and stand before the first questions: those go on, the chat behind them is over.
	case !s.there() || !s.c.Safe:
		s.out.Cancel = true
		s.reset()
	case s.node.Aside: // their own question stands
		s.c.Back = m.def.Back
	default:
		s.c.State = m.def.Closed
		s.enter("")
	}
	s.record(Entry{From: Event, Text: "event.closed"})
	out := s.finish()
	out.Keep = max(KeepClosed, out.Keep)
	return out
}

// Remark adds a private note to the transcript. Nothing is sent and the conversation stays where it is.
func (m *Machine) Remark(c Conversation, alias, words string, f Facts) Outcome {
	s := m.begin(c, f)
	s.record(Entry{From: Note, Words: words, By: alias})
	return s.finish()
}

// GiveBack returns the ticket to the head of the queue, silently; the wait still counts.
func (m *Machine) GiveBack(c Conversation, alias string, f Facts) Outcome {
	s := m.begin(c, f)
	s.out.Handoff.Act = Requeue
	s.record(Entry{From: Event, Text: "event.returned", By: alias})
	return s.finish()
}

// Consent decides what follows when a counsellor asks whether the chat may be handed over to somebody else (P-12, N-61).
// It is asked only of a person who is there; to anybody else the outcome has no messages.
func (m *Machine) Consent(c Conversation, alias, provider string, f Facts) Outcome {
	s := m.begin(c, f)
	s.node = m.nodes[c.State]
	if !s.there() || !s.c.Safe || s.node.Aside || s.node.Reads.word() || len(f.Held) > 0 {
		return s.finish()
	}
	s.out.Handoff.Act = Answer
	s.out.NotAfter = time.UnixMilli(c.Last).Add(Present)
	s.c.State, s.c.Back = m.def.Consent, ""
	s.c.Partner, s.c.Asker = provider, alias
	s.enter("")
	return s.finish()
}

// Call decides what follows when a time has come that the person chose: the one neutral question, or nothing for somebody
// who is writing at this moment or has asked for silence since. The answer yes then leads to why we wrote.
func (m *Machine) Call(c Conversation, f Facts) Outcome {
	s := m.begin(c, f)
	s.node = m.nodes[c.State]
	s.out.NotAfter = f.Now.Add(Present)
	if c.Stopped || c.Shop || c.Present(f.Now) || c.Pinged {
		return s.finish()
	}
	s.record(Entry{From: Event, Text: "event.later_called"})
	s.c.Answers["called"] = "yes"
	s.ping()
	return s.finish()
}
