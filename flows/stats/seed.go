package stats

import (
	"hash/fnv"
	"math/rand/v2"

	"sosin/flows"
)

// Seed invents the counters of a past month for the demo: several hundred conversations that walk the embedded flows.
// The same month and seed give the same counters. Publish them with Options.Invented, so that every page and file says so.
func Seed(month Month, seed int64) map[flows.Count]int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(month))
	s := &seeder{r: rand.New(rand.NewPCG(uint64(seed), h.Sum64())), cells: map[flows.Count]int64{}}
	for range 640 + s.r.IntN(220) {
		s.conversation()
	}
	return s.cells
}

// seeder walks one invented conversation after the other.
type seeder struct {
	r     *rand.Rand
	cells map[flows.Count]int64
	seen  map[[2]string]bool // counters this conversation has moved
	lang  string
}

func (s *seeder) chance(percent int) bool { return s.r.IntN(100) < percent }

// count moves a counter at most once in a conversation, as the flows do.
func (s *seeder) count(table, row, column string) {
	if mark := [2]string{table + "|" + row, column}; !s.seen[mark] {
		s.seen[mark] = true
		s.cells[flows.Count{Table: table, Row: row, Column: column}]++
	}
}

func (s *seeder) enter(flow string, states ...string) {
	for _, state := range states {
		s.count("funnel."+flow, state, s.lang)
	}
}

func (s *seeder) conversation() {
	s.seen, s.lang = map[[2]string]bool{}, none
	channel := string(flows.Telegram)
	if s.chance(31) {
		channel = string(flows.SMS)
	}
	s.count("contacts", channel, "all")
	s.enter("entry", "language")
	switch {
	case s.chance(2):
		s.enter("danger", "unspoken")
	case s.chance(8): // never chose
		return
	case s.chance(3):
		s.enter("leave", "now")
		return
	}
	s.lang = []string{"et", "et", "et", "et", "ru", "ru", "ru", "ru", "en", "en"}[s.r.IntN(10)]
	s.count("language", s.lang, channel)
	s.enter("entry", "safety")
	s.safety()
}

func (s *seeder) safety() {
	switch p := s.r.IntN(100); {
	case p < 7:
		s.enter("danger", "now", "queued")
		if s.chance(70) {
			s.chat("general")
		}
	case p < 15:
		s.enter("entry", "not_now")
	case p < 22:
		s.enter("leave", "now")
	case p < 30: // no answer
	default:
		s.enter("entry", "welcome")
		s.menu()
	}
}

func (s *seeder) menu() {
	s.enter("menu", "main")
	switch p := s.r.IntN(100); {
	case p < 34:
		s.enter("menu", "violence")
		s.person("violence", 62)
	case p < 62:
		s.enter("menu", "prostitution")
		s.person("prostitution", 52)
	case p < 78:
		s.person(flows.AnyDesk, 96)
	case p < 84:
		s.enter("leave", "now")
	case p < 88:
		s.enter("erase", "confirm", "done")
	case p < 91:
		s.enter("leave", "stopped")
	}
	if s.chance(6) {
		s.enter("entry", "other_language")
	}
}

// person asks for one at a desk, if the person gets that far.
func (s *seeder) person(desk string, percent int) {
	if !s.chance(percent) {
		return
	}
	if s.chance(76) {
		s.enter("queue", "join", "waiting")
		s.chat(desk)
		return
	}
	s.enter("queue", "nobody")
	switch {
	case s.chance(55):
		s.enter("queue", "message", "message_left", "away_quietly")
		s.chat(desk)
	case s.chance(60):
		s.enter("queue", "later")
	}
}

func (s *seeder) chat(desk string) {
	s.count("handoff", desk, "asked")
	if !s.chance(86) {
		return
	}
	s.count("handoff", desk, "answered")
	s.enter("chat", "live")
	if s.chance(18) {
		s.enter("chat", "ping", "release")
	}
	s.count("handoff", desk, "closed")
	if !s.chance(84) {
		return
	}
	s.enter("chat", "feedback")
	if p := s.r.IntN(100); p < 88 {
		s.enter("chat", "thanks")
		answer := []string{"yes", "yes", "yes", "partly", "no"}[s.r.IntN(5)]
		s.count("feedback", answer, s.lang)
	}
}
