package flows

import "time"

// Facts are the truths of this moment that a step may rely on. They are passed in; nothing here looks them up.
type Facts struct {
	Now     time.Time
	Channel Channel
	// Duty holds the desks at which a counsellor's heartbeat is fresh now (promise 6); keys are made by [DutyKey].
	Duty map[string]bool
	// Wait is the median waiting time measured at a desk: of the last 20 within two hours, none of fewer than five.
	Wait map[string]time.Duration
	// Service is the service file: desks, hours, numbers, features. Nil is a service that offers none.
	Service Service
	// Ticket is how the open ticket stands; zero without one.
	Ticket TicketFacts
	// Undelivered: the current prompt never reached the person, so this message cannot be an answer to it.
	Undelivered bool
	// Raced: another message of the same person was stepped while this one waited, so it answers an older prompt.
	Raced bool
	// Held are a counsellor's words that wait for the person's yes.
	Held []Message
	// Fresh is a return code nobody has, for a step that gives one ([NewReturnCode]).
	Fresh string
	// Behind is what stands behind the return code in this message, or behind the one that waits for its word.
	Behind Behind
}

// DutyKey names a desk with somebody on duty who has the skills a person needs: a woman where one was asked for (N-13),
// somebody trained for children where the person is under 18 (P-15, N-20).
func DutyKey(desk string, woman, minor bool) string {
	if woman {
		desk += "+female"
	}
	if minor {
		desk += "+child_qualified"
	}
	return desk
}

// Service is what is true today by the service file. Package service implements it; everything in it is pure.
type Service interface {
	// DeskFor is the desk for a topic, a county or region ("" for none) and a language.
	DeskFor(topic, place string, lang Lang) string
	// NextOpen says when a desk that is closed by its hours opens next ("Monday 9:00"); empty while it is open.
	NextOpen(desk string, now time.Time, lang Lang) string
	// County reads a county or town as people type it.
	County(typed string) (id string, ok bool)
	// Feature tells whether something optional is offered.
	Feature(name string) bool
	// Fact is a number, link or address by its id, empty when there is none or nobody has verified it for today; "daytime"
	// is there during the office day of a working day, "region.tartu" is the region of a county.
	Fact(id string, now time.Time) string
}

// noService offers nothing beyond the numbers that stand in the texts, and is always open.
type noService struct{}

func (noService) DeskFor(topic, _ string, _ Lang) string  { return topic }
func (noService) NextOpen(string, time.Time, Lang) string { return "" }
func (noService) County(string) (string, bool)            { return "", false }
func (noService) Feature(string) bool                     { return false }
func (noService) Fact(string, time.Time) string           { return "" }

// Behind is the conversation behind a return code. The zero value is a code that leads nowhere.
type Behind struct {
	Found        bool
	Live         bool // its chat is live: it is not moved (promise 5)
	Conversation Conversation
	Ticket       TicketFacts
	Held         []Message // a counsellor's words that wait there; they move too
}

// Phase is where a ticket is in its life.
type Phase string

// The phases of a ticket.
const (
	NoTicket Phase = ""
	Waiting  Phase = "waiting" // in the queue
	Claimed  Phase = "claimed" // taken, not yet answered
	Live     Phase = "live"    // answered: a two-way chat
	Lost     Phase = "lost"    // back at the head of the queue after the counsellor went away
	Closed   Phase = "closed"
)

// TicketFacts is what a step needs to know of the open ticket.
type TicketFacts struct {
	Phase Phase
	Band  Band
}

// Open tells whether a ticket waits or is being answered.
func (t TicketFacts) Open() bool { return t.Phase != NoTicket && t.Phase != Closed }
