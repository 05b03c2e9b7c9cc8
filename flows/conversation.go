package flows

import "time"

// Lang is one of the three languages of the service (P-51).
type Lang string

// The languages, as used in text files and on the wire.
const (
	Estonian Lang = "et"
	Russian  Lang = "ru"
	English  Lang = "en"
)

// Langs lists every language in the order they are offered.
var Langs = []Lang{Estonian, Russian, English}

// Channel is the way a person writes to us.
type Channel string

// The channels.
const (
	Telegram Channel = "telegram"
	SMS      Channel = "sms"
)

// Channels lists every channel.
var Channels = []Channel{Telegram, SMS}

// Times of the rules a conversation lives by.
const (
	// Gap is the silence after which a person is met as a stranger, with the same bytes (DESIGN.md section 2).
	Gap = 30 * time.Minute
	// Present is how long after a message the person counts as being there (promise 2).
	Present = 10 * time.Minute
	// LeftFor is how long a place in the queue or a live chat is kept after "0" (promise 3).
	LeftFor = 30 * time.Minute
	// WaitFor is until when a queue text asks to wait before it names another way (promise 6).
	WaitFor = 30 * time.Minute
)

// MaxWords is how many of a person's own messages are kept before there is a ticket.
const MaxWords = 5

// Conversation is all that is remembered of one exchange with one contact. It is stored sealed. It holds no address and
// no name; JSON names are short because every idle conversation costs memory.
type Conversation struct {
	Lang    Lang              `json:"l,omitempty"`
	State   string            `json:"s,omitempty"` // "flow.state"; empty for a stranger
	Back    string            `json:"b,omitempty"` // where an interruption returns to
	Turn    int               `json:"t,omitempty"` // number of the current prompt: a tap names it
	Safe    bool              `json:"y,omitempty"` // "can you write in private now" was answered with yes
	SafeAt  int64             `json:"a,omitempty"` // when, Unix ms
	Last    int64             `json:"p,omitempty"` // the person's last message, Unix ms
	Asked   int64             `json:"q,omitempty"` // when the current prompt was committed, Unix ms
	Misses  int               `json:"m,omitempty"` // answers not understood in a row
	Pinged  bool              `json:"g,omitempty"` // the one neutral ping since the last message is out
	Stopped bool              `json:"x,omitempty"` // the person asked for silence
	Answers map[string]string `json:"n,omitempty"` // structured answers: desk, region, ...
	Words   []string          `json:"w,omitempty"` // own words written before there was a ticket, newest last
	Counted string            `json:"c,omitempty"` // marks of the counters this conversation has moved
	Album   string            `json:"i,omitempty"` // last media group answered
}

// Reset forgets where the conversation stood, as for a stranger, and keeps what outlives a gap: words nobody has
// read yet, answers given and the counters already moved. An open ticket is the store's and stays.
func (c Conversation) Reset() Conversation {
	return Conversation{
		Turn: c.Turn, Last: c.Last, Words: c.Words, Answers: c.Answers, Counted: c.Counted, Stopped: c.Stopped,
	}
}

// Present tells whether the person wrote within the last ten minutes (promise 2).
func (c Conversation) Present(now time.Time) bool {
	return now.Sub(time.UnixMilli(c.Last)) < Present
}

// Kind says what sort of thing a person did.
type Kind int

// The kinds of input.
const (
	Typed   Kind = iota // wrote a message
	Tapped              // pressed one of our buttons
	Media               // sent something that is not text
	Edited              // changed an earlier message
	Blocked             // blocked us or opted out: nothing can be delivered any more
	Resumed             // unblocked us or opted in again
)

// Input is one thing a person did, free of who they are.
type Input struct {
	Kind  Kind
	Text  string    // valid UTF-8 in NFC; what was typed, or the caption
	Tap   Tap       // for Tapped
	Album string    // media group, so that ten photos get one answer (T7)
	At    time.Time // the provider's date; zero where it gives none (taps, Twilio webhooks)
}

// Tap is the answer a button carries, and the prompt it belongs to.
type Tap struct {
	State string
	Turn  int
	Key   string
}

// Facts are the truths of this moment that a step may rely on. They are passed in; nothing here looks them up.
type Facts struct {
	Now     time.Time
	Channel Channel
	// Duty holds the desks at which a counsellor's heartbeat is fresh now (promise 6).
	Duty map[string]bool
	// Ticket is how the open ticket stands; zero without one.
	Ticket TicketFacts
	// Undelivered: the current prompt never reached the person, so this message cannot be an answer to it.
	Undelivered bool
	// Raced: another message of the same person was stepped while this one waited, so it answers an older prompt.
	Raced bool
	// Held are a counsellor's words that wait for the person's yes.
	Held []Message
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
