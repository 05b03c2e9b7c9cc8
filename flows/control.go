package flows

import "strings"

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
	if (s.c.Shop || s.c.Locked && s.c.Safe) && !ctl.Always {
		return false
	}
	s.record(Entry{From: Person, Words: s.in.Text})
	return s.command(ctl)
}

// wayOut: a button that leaves, or cries for help, does so however old the message it hangs under is: somebody has walked in (promise 3).
func (s *step) wayOut() bool {
	if s.c.Shop {
		return false
	}
	ctl := s.m.controls[Word(s.in.Tap.Key)]
	if ctl == nil || ctl.Live != "all" {
		ctl = s.cry()
	}
	if ctl == nil {
		return false
	}
	s.record(Entry{From: Person, Words: s.in.Tap.Key})
	return s.command(ctl)
}

// cry: a button that said "I am in danger" means it, under however old a message it hangs (promise 7).
func (s *step) cry() *Control {
	n := s.m.nodes[s.in.Tap.State]
	if n == nil || s.in.Tap.State == s.c.State && s.in.Tap.Turn == s.c.Turn {
		return nil
	}
	for _, w := range n.arcs["choice:"+s.in.Tap.Key] {
		if to := s.m.nodes[w.to]; to != nil && to.Danger && !to.Live {
			return s.m.controls[emergency]
		}
	}
	return nil
}

// emergency is the word for danger in every language.
const emergency = "112"

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
