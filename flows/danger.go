package flows

// Hit is danger that a scan of free text found: how urgent and of which kind, never the words.
type Hit struct {
	Band     Band   // High or Check
	Category string // suicide, life, held, child, trafficking, violence
	Ask      bool   // a High the scan is not sure of: as urgent for the counsellor, but the person is asked first
}

// Scan finds danger in free text. Package risk does it.
type Scan func(text string) (hits []Hit, minor bool)

// Categories are the kinds of danger, in the order a report names them.
var Categories = []string{"suicide", "life", "held", "child", "trafficking", "violence"}

// Watch makes every later step look for danger in free text. It is called once, before the first step.
func (m *Machine) Watch(scan Scan) { m.scan = scan }

// danger looks for danger in what was written. It may only raise: somebody in a live chat is shown to the counsellor at
// once and gets nothing sent; anybody else gets the danger text, at most once for a category within an hour, or is asked.
// It reports whether that was the answer to this message.
func (s *step) danger() bool {
	if s.m.scan == nil || s.in.Text == "" || s.m.controls[Word(s.in.Text)] != nil || s.node != nil && s.node.choices[Word(s.in.Text)] != nil || s.secret() {
		return false
	}
	hits, minor := s.m.scan(s.in.Text)
	if minor && s.c.Answers["under18"] == "" {
		s.c.Answers["under18"] = "maybe" // a badge for the counsellor, not a filter
	}
	if len(hits) == 0 {
		return false
	}
	worst := hits[0]
	for _, h := range hits[1:] {
		if h.Band < worst.Band || h.Band == worst.Band && worst.Ask && !h.Ask {
			worst = h
		}
	}
	level := "check"
	if worst.Band == High {
		level = "high"
	}
	s.count("danger", worst.Category, level)
	defer s.record(Entry{From: Event, Text: "event.risk." + level + "." + worst.Category})
	s.raise(worst.Band)
	if s.node != nil && s.node.Live && s.open {
		return false
	}
	if worst.Ask && s.c.Safe {
		level = "check" // before the yes there is no way to ask: then the numbers come
	}
	if level == "check" && !s.c.Safe || s.told(level+"."+worst.Category) {
		return false
	}
	return s.warn(level, level+"."+worst.Category)
}

// warn says the danger text, or asks.
func (s *step) warn(level, name string) bool {
	if s.node == nil { // a stranger: as at the first question
		s.c.State = s.m.def.Start
		s.node = s.m.nodes[s.c.State]
	}
	if s.in.Kind == Edited {
		s.keepEdited()
	} else {
		s.keep()
	}
	s.c.Misses = 0
	return s.take("hit:"+name) || s.take("hit:"+level)
}

// told tells whether this text was said within the hour to somebody whose ticket is open, and notes that it is said now.
func (s *step) told(name string) bool {
	minute := s.f.Now.Unix() / 60
	if last, ok := s.c.Told[name]; ok && s.open && minute-last < int64(TellAgain.Minutes()) {
		return true
	}
	if s.c.Told == nil {
		s.c.Told = map[string]int64{}
	}
	s.c.Told[name] = minute
	return false
}
