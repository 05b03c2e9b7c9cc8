package drill

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"sosin/locales"
)

// promise is how a breach names what was broken. The numbers are those of DESIGN.md section 3.
type promise string

const (
	neutral    promise = "before yes: no service, no subject, no number"
	numbers    promise = "7: the numbers always come"
	leaving    promise = "3: 0 leaves with one line, then silence"
	erasing    promise = "4: erased means silence"
	quiet      promise = "2: nothing arrives unprompted"
	answered   promise = "every message gets its answer"
	once       promise = "no answer comes twice"
	same       promise = "known and unknown are told the same bytes"
	until      promise = "6: a queue names until when to wait"
	reader     promise = "6: nobody is said to read who is not there"
	segments   promise = "an SMS of ours takes at most two segments"
	read       promise = "words reach the staff, in order and once"
	heardOnce  promise = "a counsellor's words arrive once, and where they were sent"
	nameless   promise = "1: no address in the staff's pages"
	understood promise = "the way that was offered goes on"
)

// Settle is how long after one message another may follow as part of the same answer. Later it came unprompted.
const Settle = 3 * time.Second

// MaxSegments is how many segments an SMS of ours may take (N-30).
const MaxSegments = 2

// checks are the promises that one phone can see.
var checks = []func(Trace) []Breach{
	checkNeutral, checkNumbers, checkLeaving, checkErasing, checkQuiet, checkAnswered, checkOnce, checkUntil, checkReader, checkSegments,
}

// Check returns every promise that one person's trace shows broken.
func Check(t Trace) (all []Breach) {
	for _, check := range checks {
		all = append(all, check(t)...)
	}
	return all
}

// Subjects are word stems that say what this helpline is about. None may stand on a lock screen before a yes (P-01).
var Subjects = []string{
	"vägival", "prostit", "seksi", "ohvri", "lasteabi", "palunabi", "kriis", "nõusta", "tugikesk", "töötaja", "naiste",
	"насил", "простит", "секс", "жертв", "кризис", "консульт", "помощь", "убежищ",
	"violen", "sex", "victim", "counsel", "crisis", "helpline", "abuse", "support", "shelter", "worker",
}

// numbersOf are the ways the numbers are written.
var numbersOf = regexp.MustCompile(`\b(112|116 ?006|116 ?111)\b`)

// endings are the last lines of a conversation: whoever writes next is a stranger again.
var endings = []string{"exit.", "safety.not_now", "feedback.thanks", "stop.", "delete.done", "delete.done_quietly", "queue.later"}

// openTo are the texts that may name numbers at any time: something broke on our side.
var openTo = []string{"system.", "static."}

func checkNeutral(t Trace) (all []Breach) {
	safe, danger := false, false
	for _, e := range t.Events {
		switch {
		case e.Kind == Wrote:
			safe = safe || e.Means&Yes != 0
			danger = danger || e.Means&Danger != 0
		case safe || danger || e.is(openTo...):
			if e.is(endings...) {
				safe, danger = false, false
			}
		case !e.bot():
			all = append(all, t.breach(neutral, "a counsellor's words came before a yes"))
		default:
			if what := telling(e.shown()); what != "" {
				all = append(all, t.breach(neutral, what))
			}
		}
	}
	return all
}

// telling says what a text gives away; empty: nothing.
func telling(text string) string {
	if numbersOf.MatchString(text) {
		return "a number stands in a text that is not about danger"
	}
	lower := strings.ToLower(text)
	for _, stem := range Subjects {
		if strings.Contains(lower, stem) {
			return fmt.Sprintf("the text holds %q", stem)
		}
	}
	return ""
}

// named says whether both numbers stand in a text.
func named(text string) bool {
	return strings.Contains(text, "112") && (strings.Contains(text, "116 006") || strings.Contains(text, "116006"))
}

func checkNumbers(t Trace) (all []Breach) {
	for _, u := range t.turns() {
		if u.means(Danger|Numbers) && !named(u.said()) {
			all = append(all, t.breach(numbers, "112 and 116 006 were asked for and did not both come"))
		}
	}
	return all
}

// lastLine checks a turn that must end with one line and silence: which is the first heard of these texts. What was on
// its way already may come before it.
func (t Trace) lastLine(p promise, u turn, hurried bool, lines ...string) (all []Breach) {
	at := -1
	for i, e := range u.heard {
		switch {
		case at >= 0:
			return append(all, t.breach(p, "something came after the last line"))
		case e.is(lines...):
			at = i
		case e.bot() && !hurried && !e.is("counsellor.", "chat."):
			all = append(all, t.breach(p, "more than one line came"))
		}
	}
	if at < 0 {
		all = append(all, t.breach(p, "the last line did not come"))
	}
	return all
}

func checkLeaving(t Trace) (all []Breach) {
	return t.last(leaving, Leave, "exit.")
}

func checkErasing(t Trace) (all []Breach) {
	return t.last(erasing, Erase, "delete.done", "delete.done_quietly")
}

func (t Trace) last(p promise, m Meaning, lines ...string) (all []Breach) {
	turns := t.turns()
	for i, u := range turns {
		if u.means(m) {
			hurried := len(u.wrote) > 1 || i > 0 && len(turns[i-1].wrote) > 1
			all = append(all, t.lastLine(p, u, hurried, lines...)...)
		}
	}
	return all
}

// staffMade are our own lines that a counsellor's act sends: they join, they close, they wait for a good time.
var staffMade = []string{"counsellor.", "chat.closed", "ping."}

// checkQuiet: of messages poured out at once each may get its own answer in its own time.
func checkQuiet(t Trace) (all []Breach) {
	for i, u := range t.turns() {
		before := u.written()
		for k, e := range u.heard {
			late := k >= max(len(u.wrote), 1) && e.At.Sub(before) > Settle
			switch {
			case i == 0:
				all = append(all, t.breach(quiet, "something came before the person wrote"))
			case late && e.bot() && !e.is(staffMade...):
				all = append(all, t.breach(quiet, "a message came after the answer was complete"))
			}
			before = e.At
		}
	}
	return all
}

func checkAnswered(t Trace) (all []Breach) {
	for _, u := range t.turns() {
		due := false
		for _, e := range u.wrote {
			due = due || e.Answer
		}
		if due && len(u.heard) == 0 {
			all = append(all, t.breach(answered, "nothing came"))
		}
	}
	return all
}

// checkOnce: in one turn a text comes at most as often as there were messages; a tap made twice by accident is one.
func checkOnce(t Trace) (all []Breach) {
	hurried := 0 // answers of the turn before may still be on their way
	for _, u := range t.turns() {
		messages := hurried
		for _, e := range u.wrote {
			if e.Means&Again == 0 {
				messages++
			}
		}
		seen := map[string]int{}
		for _, e := range u.heard {
			if !e.bot() {
				continue
			}
			if seen[e.shown()]++; seen[e.shown()] == messages+1 {
				all = append(all, t.breach(once, "the same text came again"))
			}
		}
		hurried = 0
		if len(u.wrote) > 1 {
			hurried = len(u.wrote)
		}
	}
	return all
}

// clock is a time of day as the texts write it.
var clock = regexp.MustCompile(`\b([01]?\d|2[0-3])[:.][0-5]\d\b`)

func checkUntil(t Trace) (all []Breach) {
	for _, u := range t.turns() {
		for _, e := range u.heard {
			if e.is("queue.waiting") && !clock.MatchString(e.Text) {
				all = append(all, t.breach(until, "the text of the queue names no time"))
			}
		}
		said := u.said()
		switch {
		case !u.means(Asks) || len(u.heard) == 0 || u.joined():
		case !strings.Contains(said, "116 006"):
			all = append(all, t.breach(until, "who asked for a person is not told what to do if none comes"))
		case t.Duty == Played && !clock.MatchString(said):
			all = append(all, t.breach(until, "who asked for a person is not told until when to wait"))
		}
	}
	return all
}

// joined says whether a counsellor came into the chat in this turn, or spoke in it.
func (u turn) joined() bool {
	for _, e := range u.heard {
		if !e.bot() || e.is("counsellor.", "chat.") {
			return true
		}
	}
	return false
}

// Readers are phrases that promise a reader who is there. Without anybody on duty none may be said (promise 6).
var Readers = []string{
	"vastab siin", "loen sinu", "jõuab temani", "oled järjekorras", "oled ootel", "koht järjekorras on alles", "annan su kirja töötajale", "oled vestluses",
	"ответит здесь", "читаю", "консультант увидит", "вы в очереди", "место в очереди", "передаю ваше сообщение", "снова в чате",
	"will answer here", "i read what you write", "reaches them", "in the queue is kept", "you are in the queue", "i am passing your message", "back in the chat",
}

func checkReader(t Trace) (all []Breach) {
	if t.Duty != Nobody {
		return nil
	}
	for _, e := range t.Events {
		if e.Kind == Heard && (e.Promises || promises(e.Text)) {
			all = append(all, t.breach(reader, "nobody is on duty, and the text says that somebody reads"))
		}
	}
	return all
}

func promises(text string) bool {
	lower := strings.ToLower(text)
	for _, phrase := range Readers {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	return false
}

func checkSegments(t Trace) (all []Breach) {
	for _, e := range t.Events {
		if t.Channel == SMS && e.Kind == Heard && e.bot() && !locales.Fits(e.Text, MaxSegments) {
			all = append(all, t.breach(segments, fmt.Sprintf("a text takes %d", locales.Segments(e.Text).Segments)))
		}
	}
	return all
}

// Sameness compares what different people were told in the same situation on the same channel.
type Sameness map[string]string

// Check returns the situations in which this person was told other bytes than those before.
func (s Sameness) Check(t Trace) (all []Breach) {
	for _, u := range t.turns() {
		if len(u.wrote) != 1 || u.wrote[0].Situation == "" || len(u.heard) == 0 {
			continue
		}
		name := t.Channel + " " + u.wrote[0].Situation
		if told, known := s[name]; !known {
			s[name] = u.said()
		} else if told != u.said() {
			all = append(all, t.breach(same, "when "+u.wrote[0].Situation))
		}
	}
	return all
}
