package flows

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"unicode/utf8"
)

// What a person keeps in their own hands: a code to come back with, a word that protects the conversation, a word for
// somebody who is forced to show it (promise 5; DESIGN.md section 3).

// digest is what is kept of a code word: enough to know it again. It lies in the sealed conversation.
func digest(word string) string {
	sum := sha256.Sum256([]byte("sosin code word\x00" + Word(word)))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// secret tells whether this message is a code or a word that nobody but the bot should read: it is not kept.
func (s *step) secret() bool {
	if s.in.Kind != Typed && s.in.Kind != Edited {
		return false
	}
	if _, code := ReturnCode(s.in.Text); code {
		return true
	}
	// Anything longer is somebody talking to us.
	return s.node != nil && s.node.Reads.word() && len(strings.Fields(s.in.Text)) <= wordsInWord
}

// read understands what was typed by the state's own reading. False: it is not that, and goes the way of other words.
func (s *step) read() bool {
	switch s.node.Reads {
	case ReadsCounty:
		return s.county()
	case ReadsWord:
		s.out.Forget = true
		return s.word()
	case ReadsNewWord:
		s.out.Forget = true
		return s.newWord(&s.c.Word, s.c.Duress)
	case ReadsNewDuress:
		s.out.Forget = true
		return s.newWord(&s.c.Duress, s.c.Word)
	}
	return false
}

// county takes a typed county or town as its choice.
func (s *step) county() bool {
	id, ok := s.f.Service.County(s.in.Text)
	if !ok {
		return false
	}
	for i := range s.node.Choices {
		if ch := &s.node.Choices[i]; ch.Set["county"] == id {
			s.answer(ch)
			return true
		}
	}
	return false
}

// The length of a code word: in runes, and how many words it may be.
const minWord, maxWord, wordsInWord = 3, 40, 2

// newWord keeps a word of the person's own choice: one no control word, answer or code can be taken for.
func (s *step) newWord(keep *string, other string) bool {
	word := Word(s.in.Text)
	n := utf8.RuneCountInString(word)
	_, code := ReturnCode(word)
	if n < minWord || n > maxWord || len(strings.Fields(word)) > wordsInWord || s.m.controls[word] != nil || code || numbers(word) != nil || s.m.answers(word) || digest(word) == other {
		return false
	}
	*keep = digest(word)
	s.c.Misses = 0
	return s.take("text")
}

// answers tells whether a word is an answer in any list of words (yes, no, skip).
func (m *Machine) answers(word string) bool {
	for _, list := range m.def.Words {
		for _, w := range list {
			if Word(w) == word {
				return true
			}
		}
	}
	return false
}

// word compares with the code word: of this conversation, or of the one behind the code that waits for it.
func (s *step) word() bool {
	said := digest(s.in.Text)
	switch {
	case s.c.Pending != "" && s.f.Behind.Found && said == s.f.Behind.Conversation.Word:
		return s.takeOver(s.c.Pending)
	case s.c.Pending == "" && s.c.Locked && said == s.c.Word:
		s.c.Misses = 0
		return s.take("text")
	}
	return false
}

// returned: a return code was typed. One that leads nowhere is a word not understood, byte for byte.
func (s *step) returned() bool {
	code, ok := ReturnCode(s.in.Text)
	if !ok {
		return false
	}
	s.out.Forget = true
	if !s.c.Safe || s.c.Locked || !s.f.Behind.Found {
		return false
	}
	s.c.Misses = 0
	if s.f.Behind.Live { // the live chat stays where it is; this is a ticket of its own, marked so
		s.take("code")
		s.record(Entry{From: Event, Text: "event.code_while_live"})
		return true
	}
	if s.f.Behind.Conversation.Word != "" {
		s.c.Pending = code
		return s.take("code")
	}
	return s.takeOver(code)
}

// takeOver makes this person the one behind the code: what was said, chosen and kept there goes on here.
func (s *step) takeOver(code string) bool {
	b, here := s.f.Behind, s.c
	c := b.Conversation.Reset()
	c.Lang, c.State, c.Turn, c.Last, c.Asked = here.Lang, here.State, here.Turn, here.Last, here.Asked
	c.Safe, c.SafeAt, c.Code, c.Locked = true, here.SafeAt, true, false
	c.Picks = append([]string(nil), c.Picks...)
	c.Answers = maps.Clone(c.Answers)
	if c.Answers == nil {
		c.Answers = map[string]string{}
	}
	s.c, s.out.Take = c, code
	s.f.Held, s.f.Undelivered = b.Held, false
	if b.Ticket.Open() {
		s.f.Ticket, s.open = b.Ticket, true
		s.out.Handoff.Act = Return
		s.record(Entry{From: Event, Text: "event.moved"})
	}
	s.bring(here)
	s.take("code")
	if !s.out.Release {
		s.out.Hold = b.Held
	}
	return true
}

// bring adds what was said and chosen on this phone before the code was typed.
func (s *step) bring(here Conversation) {
	s.raise(here.Worry)
	for _, p := range here.Picks {
		if s.open {
			s.tell(p)
		} else if len(s.c.Picks) < maxPicks {
			s.c.Picks = append(s.c.Picks, p)
		}
	}
	words := append(append([]string(nil), s.c.Words...), here.Words...)
	if !s.open {
		s.c.Words = words[max(0, len(words)-MaxWords):]
		return
	}
	for _, w := range words {
		s.record(Entry{From: Person, Words: w})
	}
	s.c.Words = nil
}

// duress: the word that makes the bot a dull shop. Nothing is sent any more, and staff see it.
func (s *step) duress() bool {
	if s.c.Duress == "" || s.c.Shop || digest(s.in.Text) != s.c.Duress {
		return false
	}
	s.out.Forget, s.out.Cancel = true, true
	s.c.Shop, s.c.Stopped, s.c.Safe, s.c.Pending = true, true, false, ""
	s.raise(High)
	s.c.State = s.m.def.Shop
	s.enter("")
	s.record(Entry{From: Event, Text: "event.duress"})
	s.c.Stopped = true
	return true
}

// shop answers whatever is written to the dull shop. Only the code word opens it again, with the question whether it is
// safe to write.
func (s *step) shop() {
	s.c.Stopped = true
	if s.in.Kind == Typed && s.c.Word != "" && digest(s.in.Text) == s.c.Word {
		s.out.Forget = true
		s.c.Shop, s.c.Stopped, s.c.Locked = false, false, false
		s.c.State = s.m.def.Start
		s.enter("")
		return
	}
	if ch := s.erases(); ch != nil {
		s.answer(ch)
		return
	}
	s.keep()
	s.say("shop.closed")
	s.c.State, s.c.Back = "", "" // no question of ours stands any more
}

// erases is the yes to "delete?": it counts in the shop too, because erasing never needs a word (promise 4).
func (s *step) erases() *ChoiceDef {
	if s.node == nil {
		return nil
	}
	word := Word(s.in.Text)
	if s.in.Kind == Tapped && s.in.Tap.State == s.c.State && s.in.Tap.Turn == s.c.Turn {
		word = Word(s.in.Tap.Key)
	}
	ch := s.node.choices[word]
	if ch == nil || s.in.Kind != Typed && s.in.Kind != Tapped {
		return nil
	}
	for _, w := range s.node.arcs["choice:"+ch.Key] {
		if to := s.m.nodes[w.to]; to != nil && to.Effects.Erase {
			return ch
		}
	}
	return nil
}

// shut tells whether the code word stands between this person and the state they are about to enter. Without it there is
// the question for it, leaving, erasing, a language, and everything about danger.
func (s *step) shut() bool {
	n := s.node
	open := n.Open || n.Danger || n.Aside || n.End || n.Reads == ReadsWord || n.Effects.Unlock || n.Effects.Anew
	return s.c.Locked && s.c.Safe && !open && !s.m.dangers[n.Table]
}

// own carries out what a state does with what is the person's own.
func (s *step) own(e Effects) {
	if e.Code {
		s.out.Code, s.c.Code = s.f.Fresh, true
	}
	s.out.Wipe = s.out.Wipe || e.Wipe
	if e.Later {
		s.out.Later = &Later{At: laterAt(s.c, s.f.Now), Lang: s.c.Lang}
	}
	if e.Unlock {
		s.c.Locked = false
	}
	if e.NoWord {
		s.c.Word, s.c.Duress = "", ""
	}
	if e.Anew {
		s.anew()
	}
}

// anew: somebody who does not know the code word begins as a stranger would. The ticket there was is closed to them; its
// counsellor is told why.
func (s *step) anew() {
	if s.open {
		s.record(Entry{From: Event, Text: "event.no_word"})
		s.out.Handoff = Handoff{Act: Close, Code: "no_word"}
		s.open = false
	}
	s.f.Ticket, s.f.Held = TicketFacts{}, nil
	s.out.Cancel = true
	s.c = Conversation{Lang: s.c.Lang, State: s.c.State, Turn: s.c.Turn, Last: s.c.Last, Asked: s.c.Asked, Safe: s.c.Safe,
		SafeAt: s.c.SafeAt, Counted: s.c.Counted, Answers: map[string]string{}}
}

// quiet tells whether the person wants nothing sent now that they did not ask for (requirements.md A6 rule 9).
func (c Conversation) quiet(f Facts) bool {
	switch strings.TrimSpace(c.Answers["times"]) {
	case "never":
		return true
	case "workdays":
		return f.Service.Fact("daytime", f.Now) == ""
	}
	return false
}
