package flows

import "strings"

// several reads more than one answer at once ("2 3 5", "2,3", "235") where a state takes them. An answer that leads
// somewhere by itself wins, in the order they stand in the file.
func (s *step) several(word string) bool {
	if len(s.node.Many) == 0 {
		return false
	}
	keys := numbers(word)
	chosen := map[*ChoiceDef]bool{}
	if !s.all(keys, chosen) {
		if len(keys) != 1 || !s.all(strings.Split(keys[0], ""), chosen) {
			return false
		}
	}
	s.c.Misses = 0
	var way *ChoiceDef
	for i := range s.node.Choices {
		ch := &s.node.Choices[i]
		if !chosen[ch] {
			continue
		}
		s.picked(ch)
		if way == nil && len(ch.Arcs) > 0 {
			way = ch
		}
	}
	if way != nil {
		return s.take("choice:" + way.Key)
	}
	return s.take("many")
}

// all finds the choice of every key; false if one is no answer here.
func (s *step) all(keys []string, chosen map[*ChoiceDef]bool) bool {
	clear(chosen)
	for _, k := range keys {
		ch := s.node.choices[k]
		if ch == nil || !s.offered(ch) {
			return false
		}
		chosen[ch] = true
	}
	return len(keys) > 0
}

// numbers splits a message made of numbers and what people put between them; nil for anything else.
func numbers(word string) []string {
	out := strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(" ,.;/+&-\n", r) })
	for _, f := range out {
		if strings.Trim(f, "0123456789") != "" {
			return nil
		}
	}
	return out
}

// more: one of several answers was given. Typed, it was all there is to say; a button can say only one, so it asks on.
func (s *step) more() {
	if s.in.Kind == Typed {
		s.take("many")
		return
	}
	s.say("many.more")
	s.prompt()
}
