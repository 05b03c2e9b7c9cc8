package flows

import "time"

// Outcome is everything that follows from one step. The store commits all of it or none.
type Outcome struct {
	Conversation Conversation
	Messages     []Message // to the person, in order
	Lang         Lang      // what they are rendered in
	NotAfter     time.Time // when they have become untrue: a bot's are then dropped, a counsellor's held
	Record       []Entry   // to the transcript of the open (or just opened) ticket
	Counts       []Count   // statistics: each at most once in a conversation
	Handoff      Handoff   // what changes in the queue
	Keep         Keep      // how long the conversation is remembered from now
	Cancel       bool      // unsent rows and held words go (0, stop, erase, blocked)
	Hold         []Message // a counsellor's words to keep until the person's yes
	Release      bool      // the held words are in Messages now and no longer held
	Erase        bool      // destroy everything; Messages go once, from memory
	Wipe         bool      // delete from the Telegram thread all that can be; the conversation goes on
	Forget       bool      // delete the person's own message of this turn from the thread within two minutes
	Code         string    // the return code given now; only its keyed hash is stored
	Take         string    // move the conversation behind this return code to this person
	Later        *Later    // write once at a time the person chose
}

// Later is a message at a time the person chose (promise 2). What is written then is only the neutral question.
type Later struct {
	At   time.Time
	Lang Lang
}

// Keep is how long a conversation lives after this step; the store turns it into a TTL.
type Keep int

// The lengths a conversation is kept.
const (
	KeepIdle   Keep = iota // 24 hours after the last message to the bot
	KeepTicket             // while a ticket is open: 7 days after its last act
	KeepClosed             // 72 hours after the ticket was closed
	KeepCode               // 30 days where a return code was given: the person means to come back
)

// For is the length itself.
func (k Keep) For() time.Duration {
	switch k {
	case KeepTicket:
		return 7 * 24 * time.Hour
	case KeepClosed:
		return 72 * time.Hour
	case KeepCode:
		return 30 * 24 * time.Hour
	default:
		return 24 * time.Hour
	}
}

// Class says whose words a message is, and so how long it stays true.
type Class string

// The classes of message.
const (
	FromBot        Class = "b" // dropped when it has become stale
	FromCounsellor Class = "c" // held when it has become stale
	FromPing       Class = "p" // the one neutral question; dropped when stale
)

// Message is one thing to say. Texts travel as a key with arguments and are rendered when they are sent or shown, so a
// counsellor reads the bot's lines in their own language; only people's words are literal.
type Message struct {
	Text    string            `json:"t,omitempty"` // text key; empty when Words is set
	Args    map[string]string `json:"a,omitempty"`
	Words   string            `json:"w,omitempty"` // a counsellor's own words
	Choices []Choice          `json:"c,omitempty"`
	State   string            `json:"s,omitempty"` // the state and turn its buttons answer
	Turn    int               `json:"n,omitempty"`
	Class   Class             `json:"k,omitempty"`
	Entry   int               `json:"e,omitempty"` // transcript entry it belongs to, counted from 1; 0 for none
	Brief   bool              `json:"b,omitempty"` // deleted from the Telegram thread within two minutes of being sent
}

// Choice is one answer offered. Every button has a typed equivalent: its label begins with the Key (DESIGN.md section 2).
type Choice struct {
	Key   string `json:"k"`
	Label string `json:"l"` // text key
	// Hide is a channel on which it may be typed but is not listed. A step leaves such answers out itself.
	Hide Channel `json:"-"`
}

// Speaker says who an entry of a transcript comes from.
type Speaker string

// The speakers in a transcript.
const (
	Person     Speaker = "person"
	Bot        Speaker = "bot"
	Counsellor Speaker = "counsellor"
	Note       Speaker = "note"  // a private note between staff; never sent
	Event      Speaker = "event" // something that happened: left, came back, claimed
)

// Entry is one line of a ticket's transcript.
type Entry struct {
	From   Speaker           `json:"f"`
	At     int64             `json:"a"`           // Unix ms
	Words  string            `json:"w,omitempty"` // literal, or
	Text   string            `json:"t,omitempty"` // a text key
	Args   map[string]string `json:"r,omitempty"`
	By     string            `json:"b,omitempty"` // alias of the member of staff
	Edited bool              `json:"e,omitempty"` // a changed earlier message (T6)
	Held   bool              `json:"h,omitempty"` // waits for the person's yes
}

// Count moves one cell of one statistics table. It never holds an identity.
type Count struct {
	Table  string // e.g. "funnel.entry"
	Row    string // e.g. "safety"
	Column string // e.g. "et"
}

// Band is the urgency of a ticket; a smaller one is taken first (DESIGN.md section 5).
type Band int

// The bands, most urgent first. The zero value means "none": an Outcome that does not speak of urgency.
const (
	NoBand      Band = iota
	High             // suicide, life, held, child in danger
	Check            // a hit that was only asked about
	Shelter          // a safe place tonight
	Trafficking      // a yes among the five questions
	Violence         // violence risk
	Rest
)

// Act is what a step does to the queue.
type Act string

// The acts.
const (
	NoAct  Act = ""
	Open   Act = "open"   // a new ticket
	Touch  Act = "touch"  // the person wrote in an open ticket
	Leave  Act = "leave"  // the person left; the place is kept for LeftFor
	Return Act = "return" // the person is back
	Answer Act = "answer" // the counsellor's words were committed
	Close  Act = "close"  // the ticket ends

	Requeue Act = "requeue" // the counsellor gives it back: head of the queue
)

// Handoff is what changes in the queue of people waiting for a person.
type Handoff struct {
	Act   Act
	Desk  string
	Band  Band // raises an open ticket; never lowers it
	Woman bool // only a woman may take it (N-13)
	Minor bool // only somebody trained for children may take it (P-15)
	Code  string
}
