package flows

// prompt says the current state's texts; the last of them carries its answers.
func (s *step) prompt() {
	for _, key := range s.node.Say {
		s.say(key)
	}
	if len(s.node.Choices) == 0 {
		return
	}
	s.c.Turn++
	last := &s.out.Messages[len(s.out.Messages)-1]
	last.State, last.Turn = s.c.State, s.c.Turn
	for i := range s.node.Choices {
		ch := &s.node.Choices[i]
		if ch.Hide == s.f.Channel || !s.offered(ch) {
			continue
		}
		last.Choices = append(last.Choices, Choice{Key: ch.Key, Label: s.spoken(ch.Label)})
	}
}

// offered tells whether an answer is open to this person now.
func (s *step) offered(ch *ChoiceDef) bool { return ch.When == "" || holds(ch.When, s.c, s.f) }

// spoken is the text to say: before a language is known, the one in all three, where there is one.
func (s *step) spoken(key string) string {
	if any := "any." + key; s.c.Lang == "" && s.spoke == "" && s.m.texts.Has(any) {
		return any
	}
	return key
}

// say adds one of the bot's lines.
func (s *step) say(key string) {
	key = s.spoken(key)
	msg := Message{Text: key, Class: FromBot}
	for _, v := range s.m.texts.Vars(key) {
		if compute := values[v]; compute != nil {
			if msg.Args == nil {
				msg.Args = map[string]string{}
			}
			msg.Args[v] = compute(s.c, s.f)
		}
	}
	_, msg.Brief = msg.Args["code"]
	s.out.Messages = append(s.out.Messages, msg)
	if s.c.Lang != "" {
		s.spoke = s.c.Lang
	}
	s.c.Asked = s.f.Now.UnixMilli()
}

// record adds a line to the transcript, if there is or will be one.
func (s *step) record(e Entry) {
	if !s.open {
		return
	}
	e.At = s.f.Now.UnixMilli()
	s.out.Record = append(s.out.Record, e)
}

// count moves a statistics cell, once in a conversation. A row is counted once whatever its column (a change of language
// is not a second visit), but for the stages of a handoff, which are the columns of its desk, and the levels of a danger.
func (s *step) count(table, row, column string) {
	name := table + "|" + row
	if table == "handoff" || table == "danger" {
		name += "|" + column
	}
	mark := countMark(name)
	for i := 0; i+len(mark) <= len(s.c.Counted); i += len(mark) {
		if s.c.Counted[i:i+len(mark)] == mark {
			return
		}
	}
	s.c.Counted += mark
	s.out.Counts = append(s.out.Counts, Count{Table: table, Row: row, Column: column})
}

const markLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// countMark is three letters of a hash of a counter's name: short, because every idle conversation carries its marks.
// Two names share one in 262,144 pairs; the second is then not counted in that conversation.
func countMark(name string) string {
	h := uint32(2166136261) // FNV-1a
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	h ^= h >> 18
	return string([]byte{markLetters[h&63], markLetters[h>>6&63], markLetters[h>>12&63]})
}

// finish settles what holds for every step: the transcript of the bot's lines, what may still be sent, how long to keep.
func (s *step) finish() Outcome {
	late := !s.out.NotAfter.After(s.f.Now)
	if late && s.out.Handoff.Band == High && len(s.out.Messages) > 0 && !s.c.Shop && !s.c.Pinged {
		// Said long ago: the ticket stands, and only the neutral question goes out instead (DESIGN.md section 4).
		s.ping()
	}
	if s.open && !s.out.Erase {
		for i := range s.out.Messages {
			msg := &s.out.Messages[i]
			if msg.Class != FromBot || msg.Entry != 0 {
				continue
			}
			args := msg.Args
			if msg.Brief {
				args = nil // a return code is for the person alone
			}
			s.record(Entry{From: Bot, Text: msg.Text, Args: args})
			msg.Entry = len(s.out.Record)
		}
		s.out.Keep = max(s.out.Keep, KeepTicket)
	}
	if s.c.Code {
		s.out.Keep = KeepCode
	}
	if s.out.Erase {
		s.c = Conversation{}
	}
	if len(s.c.Answers) == 0 {
		s.c.Answers = nil
	}
	s.out.Conversation = s.c
	s.out.Lang = s.lang()
	return s.out
}

// lang is the language this outcome's messages are rendered in: the one chosen, even where the step forgot it.
func (s *step) lang() Lang {
	if s.spoke != "" {
		return s.spoke
	}
	return Estonian
}

// Prompts lists, for every state that speaks, its texts, the last with its answers: what must fit into one message. Answers
// offered only at times are in it.
func (m *Machine) Prompts() []Message {
	var out []Message
	for _, name := range m.stateNames() {
		st := m.def.States[name]
		for i, key := range st.Say {
			msg := Message{Text: key, State: name, Turn: 99999, Class: FromBot}
			if i == len(st.Say)-1 {
				for _, c := range st.Choices {
					msg.Choices = append(msg.Choices, Choice{Key: c.Key, Label: c.Label, Hide: c.Hide})
				}
			}
			out = append(out, msg)
		}
	}
	return out
}
