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
	// ShelterFor is until when somebody who needs a safe place tonight is asked to wait before calling (N-52).
	ShelterFor = 15 * time.Minute
	// TellAgain is how long a danger text of one category is not said again (DESIGN.md section 2).
	TellAgain = time.Hour
	// WaitFor is until when a queue text asks to wait before it names another way (promise 6).
	WaitFor = 30 * time.Minute
)

// maxPicks bounds the answers kept for a counsellor.
const maxPicks = 40

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
	Answers map[string]string `json:"n,omitempty"` // structured answers: desk, county, ...
	Picks   []string          `json:"k,omitempty"` // answers a counsellor should read, as "state:key", oldest first
	Words   []string          `json:"w,omitempty"` // own words written before there was a ticket, newest last
	Worry   Band              `json:"o,omitempty"` // the least urgency a ticket may have, by what was said or chosen
	Told    map[string]int64  `json:"d,omitempty"` // danger category -> Unix minute its text was last said
	Counted string            `json:"c,omitempty"` // marks of the counters this conversation has moved
	Album   string            `json:"i,omitempty"` // last media group answered
	Partner string            `json:"v,omitempty"` // who would take the chat over, where that was asked
	Asker   string            `json:"z,omitempty"` // working name of the counsellor who asked

	Code    bool   `json:"e,omitempty"` // a return code was given: somebody may come back from any phone
	Pending string `json:"f,omitempty"` // a return code that waits for its code word
	Word    string `json:"h,omitempty"` // digest of the code word
	Duress  string `json:"j,omitempty"` // digest of the duress word
	Locked  bool   `json:"r,omitempty"` // the code word is asked before this conversation goes on
	Shop    bool   `json:"u,omitempty"` // the duress word was said: nothing but a dull shop answers here
}

// Reset forgets where the conversation stood, as for a stranger, and keeps what outlives a gap: words nobody has
// read yet, answers given, the words that protect it and the counters already moved. An open ticket is the store's and
// stays.
func (c Conversation) Reset() Conversation {
	lang := Lang("")
	if c.Shop {
		lang = c.Lang // a shop does not change its language
	}
	return Conversation{
		Lang: lang,
		Turn: c.Turn, Last: c.Last, Answers: c.Answers, Picks: c.Picks, Words: c.Words, Worry: c.Worry,
		Counted: c.Counted, Stopped: c.Stopped, Code: c.Code, Word: c.Word, Duress: c.Duress, Locked: c.Word != "", Shop: c.Shop,
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
