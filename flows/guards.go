package flows

// A guard is a fact an author may ask for with `when:`. Guards read; they never change anything.
var guards = map[string]func(Conversation, Facts) bool{
	// duty: a counsellor's heartbeat is fresh at the desk this conversation asks for. Only behind it may a text say
	// or imply that a person reads (promise 6).
	"duty": func(c Conversation, f Facts) bool { return f.Duty[c.Desk()] },
	// waiting: there is an open ticket nobody has answered yet.
	"waiting": func(_ Conversation, f Facts) bool { return f.Ticket.Open() && f.Ticket.Phase != Live },
	// live: a counsellor has answered and holds the chat.
	"live": func(_ Conversation, f Facts) bool { return f.Ticket.Phase == Live },
	// held: a counsellor's words wait for this person's yes.
	"held": func(_ Conversation, f Facts) bool { return len(f.Held) > 0 },
	// safe: the person has said that it is safe to write.
	"safe": func(c Conversation, _ Facts) bool { return c.Safe },
	// language: a language has been chosen.
	"language": func(c Conversation, _ Facts) bool { return c.Lang != "" },
}

// AnyDesk is the desk of a person who has not said what it is about; every counsellor answers there.
const AnyDesk = "general"

// Desk is the desk this conversation belongs to by what was chosen so far.
func (c Conversation) Desk() string {
	if d := c.Answers["desk"]; d != "" {
		return d
	}
	return AnyDesk
}
