package handoff

import (
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"sosin/flows"
)

// The rules a ticket lives by (DESIGN.md section 5).
const (
	// AnswerWithin is how long a claimed ticket may stay unanswered before it returns to the head of the queue.
	AnswerWithin = 2 * time.Minute
	// SignWithin is how long a waiting message may stand in a live chat without any sign of the counsellor.
	SignWithin = 10 * time.Minute
	// Fresh is how old a heartbeat may be for somebody to be said to be on duty (promise 6).
	Fresh = 60 * time.Second
	// OpenUp is after how long the filters of language, desk and "a woman, please" fall away for a HIGH ticket. That
	// somebody under 18 is given to the child-qualified only never falls away (P-15).
	OpenUp = 60 * time.Second
	// Cap is how many chats a counsellor holds at once; with a HIGH among them it is one. A HIGH may exceed it.
	Cap = 2
	// MaxHeld is how many of a counsellor's messages may wait for a person's yes: all of them must fit into the lane.
	MaxHeld = 8
	// MaxWords is the longest answer, in runes: what a Telegram message holds.
	MaxWords = 4096
	// WaitsLast, WaitsWithin and WaitsLeast are what a waiting time is the median of: the last 20 answered at a desk within
	// two hours; of fewer than five none is named (promise 6).
	WaitsLast   = 20
	WaitsWithin = 2 * time.Hour
	WaitsLeast  = 5
)

// The reasons a staff action is refused. The console shows each in plain words.
var (
	ErrEmpty    = errors.New("handoff: nobody is waiting for you")
	ErrCap      = errors.New("handoff: you hold as many chats as you may")
	ErrOffDuty  = errors.New("handoff: you are not on duty")
	ErrNotYours = errors.New("handoff: somebody else holds this ticket")
	ErrNotFound = errors.New("handoff: no such ticket")
	ErrClosed   = errors.New("handoff: the ticket is closed")
	ErrConflict = errors.New("handoff: something changed in between; try again")
	ErrWords    = errors.New("handoff: the text is empty or too long")
	ErrHeld     = errors.New("handoff: enough words wait for this person's yes")
	ErrSecret   = errors.New("handoff: the text names a place that may never be sent")
	ErrCode     = errors.New("handoff: unknown closing code")
	ErrLeft     = errors.New("handoff: the person has left; the chat is kept until they come back or the time is up")
	ErrAway     = errors.New("handoff: this is asked in a live chat only, while the person is there")
	ErrPartner  = errors.New("handoff: nobody by that id is in the service file")
)

// Member is a counsellor as the desk knows them.
type Member struct {
	ID     string
	Alias  string       // the working name a person is told; never a full name
	Desks  []string     // none: every desk
	Langs  []flows.Lang // none: every language
	Skills []string     // of the service file's skills
}

// Has tells whether a member has a skill.
func (m Member) Has(skill string) bool { return slices.Contains(m.Skills, skill) }

// Ticket is one person's place in the queue and the chat that follows. It has no address and no name.
type Ticket struct {
	ID      string
	Desk    string
	Lang    flows.Lang
	Channel flows.Channel
	Band    flows.Band
	Raised  time.Time // when the band became what it is
	Phase   flows.Phase
	Holder  string // staff id
	Alias   string // the holder's working name
	Since   time.Time
	Claimed time.Time // zero while it waits
	Person  time.Time // the person's last message
	Staff   time.Time // the counsellor's last answer
	Left    time.Time // when the person left with 0 or stop; zero while they are here
	Unread  int       // the person's messages since the counsellor's last answer
	Dead    bool      // nothing can be delivered any more
	Woman   bool      // asked for a woman (N-13)
	Minor   bool      // under 18: for the child-qualified only (P-15)
	Dropped []Filter  // what its holder does not meet: it was HIGH, and nobody took it for a minute
	Code    string    // closing code
	Entries int       // lines in the transcript
}

// labelLetters are Crockford's 32: none is taken for another, read aloud or copied by hand.
const labelLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Label is the short code by which staff speak of a ticket, such as "K7-4F" (requirements A6 rule 3). It says nothing of the
// person: it is made of the ticket's random id, so whoever erases everything and comes back has a new one. One in a
// million tickets shares it with another, so it names a ticket to people, never to the program.
func (t Ticket) Label() string {
	sum := sha256.Sum256([]byte(t.ID))
	var code [4]byte
	for i := range code {
		code[i] = labelLetters[sum[i]%32]
	}
	return string(code[:2]) + "-" + string(code[2:])
}

// Filter is a wish or need by which a ticket is kept for some counsellors.
type Filter string

// The filters that fall away for a HIGH ticket after OpenUp.
const (
	ByLanguage Filter = "language"
	ByDesk     Filter = "desk"
	ByWoman    Filter = "woman"
)

// Filters lists them in the order they are shown.
var Filters = []Filter{ByLanguage, ByDesk, ByWoman}

// Chat is a ticket with what may be read of it by its holder only.
type Chat struct {
	Ticket
	Safe     bool // the person said that it is safe to write
	SafeAt   time.Time
	Held     int               // the counsellor's messages waiting for the person's yes
	Answers  map[string]string // what was chosen in the flows
	Log      []Line
	CanWrite bool // the person is here: words go out at once; otherwise they are held
}

// Line is one entry of the transcript with what became of it.
type Line struct {
	flows.Entry
	Delivery string // "", "sent", "unsure", "stale", "refused", "unreachable"
}

// Overview is what everybody on duty may know of the queue: how many and how long, never who.
type Overview struct {
	Waiting map[string]int // by desk
	High    int
	Longest time.Duration
	OnDuty  int
}

// Codes are the closing codes, in the order they are offered (forms F1 and F6 build on them).
var Codes = []string{"helped", "referred", "information", "no_answer", "left", "not_for_us", "abuse", "test"}

// Duty is one counsellor's fresh heartbeat.
type Duty struct {
	Member Member
	Until  time.Time
}
