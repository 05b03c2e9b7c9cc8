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
	s := &seeder{r: rand.New(rand.NewPCG(uint64(seed), h.Sum64())), places: rand.New(rand.NewPCG(h.Sum64(), uint64(seed))), cells: map[flows.Count]int64{}}
	for range 640 + s.r.IntN(220) {
		s.conversation()
	}
	return s.cells
}

// seeder walks one invented conversation after the other.
type seeder struct {
	r      *rand.Rand
	places *rand.Rand // draws places only: a new county changes no other number
	cells  map[flows.Count]int64
	seen   map[[2]string]bool // counters this conversation has moved
	lang   string
	desk   string
}

func (s *seeder) chance(percent int) bool { return s.r.IntN(100) < percent }

// count moves a counter at most once in a conversation, as the flows do.
func (s *seeder) count(table, row, column string) {
	if mark := [2]string{table + "|" + row, column}; !s.seen[mark] {
		s.seen[mark] = true
		s.cells[flows.Count{Table: table, Row: row, Column: column}]++
	}
}

// enter visits states of a flow.
func (s *seeder) enter(flow string, states ...string) {
	for _, state := range states {
		s.count("funnel."+flow, state, s.column(flow))
	}
}

// choose gives an answer that is counted, in a state of a flow.
func (s *seeder) choose(flow, table, row string) { s.count(table, row, s.column(flow)) }

// column is the language, or that of national totals.
func (s *seeder) column(flow string) string {
	if flow == "force" || flow == "young" {
		return "all"
	}
	return s.lang
}

// oneOf picks an answer; what stands there more often is picked more often.
func (s *seeder) oneOf(answers ...string) string { return answers[s.r.IntN(len(answers))] }

func (s *seeder) conversation() {
	s.seen, s.lang, s.desk = map[[2]string]bool{}, none, flows.AnyDesk
	channel := string(flows.Telegram)
	if s.chance(31) {
		channel = string(flows.SMS)
	}
	s.count("contacts", channel, "all")
	s.enter("entry", "language")
	switch {
	case s.chance(2):
		s.count("danger", s.oneOf("life", "suicide", "held"), "high")
		s.enter("danger", "unspoken")
	case s.chance(8): // never chose
		return
	case s.chance(3):
		s.enter("leave", "now")
		return
	case s.chance(2):
		s.enter("entry", "nearest")
	}
	s.lang = s.oneOf("et", "et", "et", "et", "ru", "ru", "ru", "ru", "en", "en")
	s.count("language", s.lang, channel)
	s.enter("entry", "safety")
	s.safety()
}

func (s *seeder) safety() {
	switch p := s.r.IntN(100); {
	case p < 7:
		s.enter("danger", "now")
		s.danger()
	case p < 15:
		s.enter("entry", "not_now")
	case p < 22:
		s.enter("leave", "now")
	case p < 30: // no answer
	default:
		s.enter("entry", "welcome")
		s.menu()
		s.leaving()
	}
}

func (s *seeder) danger() {
	if s.chance(80) {
		s.enter("danger", "queued")
		s.chat()
		return
	}
	s.enter("danger", "nobody")
}

func (s *seeder) menu() {
	s.enter("menu", "main")
	switch p := s.r.IntN(100); {
	case p < 36:
		s.violence()
	case p < 62:
		s.prostitution()
	case p < 69:
		s.force()
	case p < 81:
		s.person(100)
	case p < 88:
		s.info()
	case p < 91:
		s.own()
	case p < 96:
		s.young()
	}
}

// leaving is how a conversation that goes no further may end.
func (s *seeder) leaving() {
	switch p := s.r.IntN(100); {
	case p < 10:
		s.enter("leave", "now")
	case p < 14:
		s.enter("erase", "confirm", "done")
	case p < 16:
		s.enter("leave", "stopped")
	case p < 21:
		s.enter("entry", "other_language")
	}
}
