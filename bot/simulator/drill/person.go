package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Person is somebody with a phone who plays a persona. Its methods are the words of the scripts in personas.go. The first
// thing that goes wrong ends the script: every word after it does nothing.
type Person struct {
	d     *Drill
	ctx   context.Context
	phone Phone
	rng   *rand.Rand
	name  string // the persona's
	lang  string
	via   string // channel
	token string // marks this person's words, for the staff's transcript
	said  int    // words so marked
	err   error  // why the script ended

	news chan struct{} // something arrived

	mu     sync.Mutex
	trace  Trace
	mark   int  // events before the last own one
	read   int  // tokens that need not be read any more: read already, or erased
	enough bool // this person wants no more of the chat
	closed bool // the drill's staff has closed the chat
	over   bool // the script is over
}

var (
	// errStuck ends a script: what should have come did not. It is a breach by itself.
	errStuck = errors.New("drill: what was expected did not come")
	errOver  = errors.New("drill: the time is over")
)

// hear keeps what arrives.
func (p *Person) hear(r Received) {
	keys, offers := p.d.book.read(r.Text)
	for _, label := range r.Buttons {
		offers = append(offers, button(label, r.ID))
	}
	got := Event{At: r.At, Kind: Heard, Text: r.Text, Keys: keys, Offers: offers,
		Promises: slices.ContainsFunc(keys, p.d.cfg.Texts.PromisesReader)}
	p.mu.Lock()
	if n := len(p.trace.Events); n > 0 && got.bot() && !got.is(staffMade...) {
		if last := p.trace.Events[n-1]; last.Kind == Wrote && last.Answer { // what staff answers takes as long as staff takes
			p.d.tally.answered(p.name, r.At.Sub(last.At))
		}
	}
	p.trace.Events = append(p.trace.Events, got)
	p.mu.Unlock()
	p.d.tally.heard(p.name)
	p.d.replies.heard(p.token, r.Text)
	p.poke()
}

// poke tells the script that something happened.
func (p *Person) poke() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// wrote keeps what the person is about to send.
func (p *Person) wrote(e Event) {
	e.At, e.Kind = time.Now(), Wrote
	p.mu.Lock()
	p.trace.Events = append(p.trace.Events, e)
	if e.Means&(Hurried|Again) == 0 {
		p.mark = len(p.trace.Events)
	}
	p.mu.Unlock()
	p.d.tally.wrote(p.name)
}

// send writes a text, after a moment to think.
func (p *Person) send(text string, e Event) {
	if p.err != nil || !p.think() {
		return
	}
	p.wrote(e)
	p.fail(p.phone.Write(p.ctx, text))
}

// choose answers with an offered answer: by typing its number, or by tapping.
func (p *Person) choose(o Offer, m Meaning) {
	if p.via == Telegram && o.Message != 0 && (m&Again != 0 || p.rng.IntN(2) == 0) {
		p.tap(o, m&^Again)
		if m&Again != 0 {
			p.wrote(Event{Means: Again})
			p.fail(p.phone.Tap(p.ctx, o.Message, o.Digit+" "+o.Label))
		}
		return
	}
	p.send(o.Digit, Event{Means: m &^ Again, Answer: true})
}

func (p *Person) tap(o Offer, m Meaning) {
	if p.err != nil || !p.think() {
		return
	}
	p.wrote(Event{Means: m, Answer: true})
	p.fail(p.phone.Tap(p.ctx, o.Message, o.Digit+" "+o.Label))
}

func (p *Person) fail(err error) {
	if p.err == nil && err != nil {
		p.err = err
	}
}

// think waits as a person does before writing: nobody answers a prompt in the moment in which it appears. False if the
// drill is over.
func (p *Person) think() bool {
	least := p.d.cfg.Think
	return p.pause(least + time.Duration(p.rng.Int64N(int64(least)+1)))
}

func (p *Person) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.ctx.Done():
		p.fail(errOver)
		return false
	}
}

// await waits until something holds of the events since the person last wrote; false, and the end of the script, if it
// does not come in time.
func (p *Person) await(within time.Duration, holds func(since []Event) bool) bool {
	if p.err != nil {
		return false
	}
	limit := time.NewTimer(within)
	defer limit.Stop()
	for {
		p.mu.Lock()
		since := slices.Clone(p.trace.Events[p.mark:])
		p.mu.Unlock()
		if holds(since) {
			return true
		}
		select {
		case <-p.news:
		case <-limit.C:
			return false
		case <-p.ctx.Done():
			p.fail(errOver)
			return false
		}
	}
}

// calm is how long a phone must have been quiet for an answer to be taken for complete by somebody who reads it.
const calm = 400 * time.Millisecond

// reads waits until an answer has come and nothing more of it seems to follow.
func (p *Person) reads() []Event {
	if !p.await(p.d.cfg.Patience, func(since []Event) bool { return len(since) > 0 }) {
		p.stuck("an answer")
		return nil
	}
	for p.err == nil {
		n := len(p.since())
		if !p.pause(calm) || len(p.since()) == n {
			break
		}
	}
	return p.since()
}

// since is what arrived since the person last wrote.
func (p *Person) since() []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.trace.Events[p.mark:])
}

// stuck ends the script and says what was missing. A missing answer shows in the trace by itself.
func (p *Person) stuck(what string) {
	if p.err != nil {
		return
	}
	p.err = errStuck
	if len(p.since()) > 0 {
		p.d.broken(p.copy().breach(understood, "waited in vain for "+what))
	}
}

// offered are the answers of the newest prompt since the person last wrote.
func (p *Person) offered() []Offer {
	for _, e := range slices.Backward(p.since()) {
		if len(e.Offers) > 0 {
			return e.Offers
		}
	}
	return nil
}

// find waits for a prompt that offers an answer with this label.
func (p *Person) find(key string) (found Offer, ok bool) {
	labels := p.d.book.labels(p.lang, p.via, key)
	ok = p.await(p.d.cfg.Patience, func([]Event) bool {
		for _, o := range p.offered() {
			if slices.Contains(labels, o.Label) {
				found = o
				return true
			}
		}
		return false
	})
	if !ok {
		p.stuck("the answer " + key)
	}
	return found, ok
}

// means adds to what the last thing written meant.
func (p *Person) means(m Meaning) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.trace.Events) - 1; i >= 0; i-- {
		if p.trace.Events[i].Kind == Wrote {
			p.trace.Events[i].Means |= m
			return
		}
	}
}

// copy is the trace so far.
func (p *Person) copy() Trace {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.trace
	t.Events = slices.Clone(t.Events)
	return t
}

// mine marks words so that they can be found in the staff's transcript.
func (p *Person) mine(words string) (text, token string) {
	p.said++
	token = fmt.Sprintf("%s.%d", p.token, p.said)
	return words + " (" + token + ")", token
}
