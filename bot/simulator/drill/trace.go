package drill

import (
	"strings"
	"time"
)

// Channels, as package locales spells them.
const (
	Telegram = "telegram"
	SMS      = "sms"
)

// Kind says who an event came from.
type Kind int

const (
	// Wrote is a message or a tap of the person.
	Wrote Kind = iota
	// Heard is a message the phone received.
	Heard
)

// Meaning is what a person meant with a message, as far as a promise depends on it.
type Meaning uint16

const (
	// Yes answers that it is safe to write.
	Yes Meaning = 1 << iota
	// Danger says that the person is in danger.
	Danger
	// Leave is 0.
	Leave
	// Erase confirms the erasure.
	Erase
	// Asks led to a place in a queue, or to the news that nobody is there.
	Asks
	// Numbers asks for the numbers by one word.
	Numbers
	// Hurried came without waiting for the answer to the message before.
	Hurried
	// Again repeats the tap before, by accident.
	Again
)

// Offer is one answer a prompt offers.
type Offer struct {
	Digit, Label string
	// Message is the Telegram message the button hangs under.
	Message int
}

// Event is one thing a phone sent or received.
type Event struct {
	At   time.Time
	Kind Kind

	// Of what was written.
	Means Meaning
	// Answer says that an answer is due.
	Answer bool
	// Situation names one in which everybody must be told the same bytes; empty: none.
	Situation string
	// Token marks words that staff must read.
	Token string

	// Of what was heard: Keys are the texts it can be, none for a counsellor's words.
	Text   string
	Keys   []string
	Offers []Offer
	// Promises says that the text is flagged as promising a reader.
	Promises bool
}

// bot says whether a heard message is one of the program's own texts.
func (e Event) bot() bool { return len(e.Keys) > 0 }

// is says whether a heard message can be one of these texts; a name ending in a dot stands for all that begin so.
func (e Event) is(names ...string) bool {
	for _, key := range e.Keys {
		key = strings.TrimPrefix(key, "any.")
		for _, name := range names {
			if key == name || strings.HasSuffix(name, ".") && strings.HasPrefix(key, name) {
				return true
			}
		}
	}
	return false
}

// Duty is what is known of who is on duty during a drill.
type Duty int

const (
	// Unknown: somebody else plays the staff.
	Unknown Duty = iota
	// Played: the drill's own staff is on duty all the time.
	Played
	// Nobody is on duty, for certain.
	Nobody
)

// Trace is everything one phone sent and received, in order.
type Trace struct {
	Persona, Lang, Channel string
	Duty                   Duty
	Events                 []Event
}

// Breach is a promise that was not kept. It holds no words, number or id of a person.
type Breach struct {
	Promise, Persona, Lang, Channel string
	// What went wrong, in words of the drill's own.
	What string
}

// breach is one of this trace.
func (t Trace) breach(p promise, what string) Breach {
	return Breach{Promise: string(p), Persona: t.Persona, Lang: t.Lang, Channel: t.Channel, What: what}
}

// turn is what a person wrote at once, and what arrived until they wrote again. The first may have nothing written.
type turn struct {
	wrote, heard []Event
}

// turns cuts a trace. What was hurried or tapped again belongs to the turn before it, and so does what had been sent
// before the person wrote and was only seen afterwards.
func (t Trace) turns() []turn {
	all := []turn{{}}
	for _, e := range t.Events {
		last := &all[len(all)-1]
		switch {
		case e.Kind == Heard && len(all) > 2 && e.At.Before(last.wrote[0].At):
			before := &all[len(all)-2]
			before.heard = append(before.heard, e)
		case e.Kind == Heard:
			last.heard = append(last.heard, e)
		case e.Means&(Hurried|Again) != 0 && len(last.wrote) > 0:
			last.wrote = append(last.wrote, e)
		default:
			all = append(all, turn{wrote: []Event{e}})
		}
	}
	return all
}

// means says whether anything written in the turn meant this.
func (u turn) means(m Meaning) bool {
	for _, e := range u.wrote {
		if e.Means&m != 0 {
			return true
		}
	}
	return false
}

// said is everything heard in the turn, as one text.
func (u turn) said() string {
	var all strings.Builder
	for _, e := range u.heard {
		all.WriteString(e.shown())
		all.WriteByte('\n')
	}
	return all.String()
}

// shown is a message as the phone shows it: the text, and the labels of its buttons.
func (e Event) shown() string {
	all := e.Text
	for _, o := range e.Offers {
		if line := o.Digit + " " + o.Label; !strings.Contains(all, line) { // an SMS has them in its text
			all += "\n" + line
		}
	}
	return all
}

// written is when the last of the turn was written.
func (u turn) written() time.Time {
	if len(u.wrote) == 0 {
		return time.Time{}
	}
	return u.wrote[len(u.wrote)-1].At
}
