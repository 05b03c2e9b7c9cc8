package drill

import (
	"slices"
	"strings"
	"time"
)

// This file is the vocabulary of the scripts in personas.go. Buttons are found by the key of their label; the text around
// them may change without changing a script.

// controls are the words that act anywhere, in the three languages.
var controls = map[string]map[string]string{
	"leave":   {"et": "0", "ru": "0", "en": "0"},
	"danger":  {"et": "112", "ru": "112", "en": "112"},
	"delete":  {"et": "kustuta", "ru": "удалить", "en": "delete"},
	"person":  {"et": "inimene", "ru": "человек", "en": "person"},
	"menu":    {"et": "menüü", "ru": "меню", "en": "menu"},
	"numbers": {"et": "numbrid", "ru": "номера", "en": "numbers"},
}

// sees says whether something stands in the answer; if not, a promise is broken.
func (p *Person) sees(what string, kept promise) {
	if p.err == nil && !strings.Contains(turn{heard: p.since()}.said(), what) {
		p.d.broken(p.copy().breach(kept, what+" does not stand in the answer"))
	}
}

// greets writes a first word; everybody must be told the same, known or not.
func (p *Person) greets() {
	p.send(p.words("hello"), Event{Answer: true, Situation: "somebody writes a first word"})
	p.find("lang." + p.lang)
}

// writes sends a text of any kind. An answer is due.
func (p *Person) writes(text string) {
	p.send(text, Event{Answer: true})
	p.reads()
}

// hurries sends words that staff must read, as fast as a phone can: without reading anything that comes.
func (p *Person) hurries(name string) {
	if p.err != nil || !p.pause(p.d.cfg.Think/4) {
		return
	}
	text, token := p.mine(p.words(name))
	p.wrote(Event{Means: Hurried, Answer: true, Token: token})
	p.fail(p.phone.Write(p.ctx, text))
}

// says sends words that staff must read, each once and in their order.
func (p *Person) says(name string) {
	text, token := p.mine(p.words(name))
	p.send(text, Event{Answer: true, Token: token})
	p.reads()
}

// taps chooses the answer with this label, by button or by number.
func (p *Person) taps(key string) { p.picks(key, 0) }

func (p *Person) picks(key string, m Meaning) {
	if o, ok := p.find(key); ok {
		p.choose(o, m)
	}
}

// tapsTwice presses the same button twice, as an impatient thumb does. On SMS there is no button: the number goes once.
func (p *Person) tapsTwice(key string) { p.picks(key, Again) }

// first chooses whatever is offered first.
func (p *Person) first() { p.firstOf(0) }

func (p *Person) firstOf(m Meaning) {
	if p.err != nil {
		return
	}
	if offers := p.offered(); len(offers) > 0 {
		p.choose(offers[0], m)
		p.reads()
		return
	}
	p.stuck("any answer to choose")
}

// control sends a word that acts anywhere.
func (p *Person) control(name string, m Meaning) { p.types(controls[name][p.lang], m) }

// types sends a word that has a meaning.
func (p *Person) types(word string, m Meaning) {
	p.send(word, Event{Means: m, Answer: true})
	p.reads()
}

// language chooses the person's language.
func (p *Person) language() {
	p.taps("lang." + p.lang)
	p.find("answer.yes")
}

// yes: it is safe to write.
func (p *Person) yes() {
	p.picks("answer.yes", Yes)
	p.reads()
}

// no: it is not safe to write now. Nothing more may come.
func (p *Person) no() {
	p.taps("answer.no")
	p.reads()
}

// comesIn: a first word, the language, yes, and the main menu.
func (p *Person) comesIn() {
	p.greets()
	p.language()
	p.picks("answer.yes", Yes)
	p.find("menu.main.person")
	p.reads()
}

// inDanger says so where the way in offers it.
func (p *Person) inDanger() {
	p.picks("safety.danger", Danger)
	p.reads()
}

// sos is the word for danger that works anywhere.
func (p *Person) sos() { p.control("danger", Danger) }

// asks for a person, by the menu or by the word for it, and answers what is asked on the way with the first answer
// offered. With nobody on duty it goes on until words can be left.
func (p *Person) asks(byWord bool) {
	if byWord {
		p.control("person", 0)
	} else {
		p.taps("menu.main.person")
		p.reads()
	}
	const questions = 12
	for range questions {
		since := p.since()
		switch {
		case p.err != nil:
			return
		case queued(since):
			p.means(Asks)
			p.leavesWord(since)
			return
		case len(p.offered()) == 0:
			p.says("story")
		default:
			p.first()
		}
	}
	p.stuck("a place in a queue")
}

// queued says whether the answer is about waiting for a person, or a counsellor is here already.
func queued(since []Event) bool {
	return slices.ContainsFunc(since, func(e Event) bool {
		return !e.bot() || e.is("queue.", "message.", "counsellor.", "urgent.", "chat.") || clock.MatchString(e.Text)
	})
}

// leavesWord goes on to where a message can be left, if nobody is there and it is offered.
func (p *Person) leavesWord(since []Event) {
	if slices.ContainsFunc(since, func(e Event) bool { return e.is("queue.nobody") }) {
		p.first()
	}
}

// meets waits for a counsellor's first words. Without the drill's own staff nobody may come: then it goes on.
func (p *Person) meets() bool {
	if p.d.cfg.Duty == Nobody {
		return false
	}
	came := p.await(p.d.cfg.CounsellorWithin, func([]Event) bool { return p.met() })
	if !came && p.d.cfg.Duty == Played {
		p.stuck("a counsellor")
	}
	return came
}

// met says whether a counsellor has written since the last end of a conversation.
func (p *Person) met() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range slices.Backward(p.trace.Events) {
		if e.Kind == Heard && !e.bot() {
			return true
		}
		if e.is("chat.closed", "exit.") {
			return false
		}
	}
	return false
}

// tells says something to the counsellor and waits for an answer.
func (p *Person) tells(name string) {
	text, token := p.mine(p.words(name))
	p.send(text, Event{Token: token, Answer: p.d.cfg.Duty == Played})
	within := p.d.cfg.Patience
	if !p.await(within, func(since []Event) bool { return len(since) > 0 }) && p.d.cfg.Duty == Played {
		p.stuck("the counsellor's answer")
	}
}

// partsWays lets the counsellor close, and answers the question after it with what is offered first. Who never said that
// it is safe to write is not asked.
func (p *Person) partsWays() {
	if p.d.cfg.Duty != Played || p.err != nil {
		return
	}
	p.mu.Lock()
	p.enough, p.closed = true, false
	p.mu.Unlock()
	ended := func([]Event) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.closed
	}
	if !p.await(p.d.cfg.CounsellorWithin, ended) {
		p.stuck("the end of the chat")
		return
	}
	if !p.safe() {
		return
	}
	p.await(p.d.cfg.Patience, func([]Event) bool { return len(p.offered()) > 0 })
	p.first()
}

// safe says whether the person ever said that it is safe to write.
func (p *Person) safe() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.trace.Events, func(e Event) bool { return e.Means&Yes != 0 })
}

// leaves with 0: one line, then silence.
func (p *Person) leaves() {
	p.control("leave", Leave)
}

// erases everything: the word, the question, the first answer to it.
func (p *Person) erases() {
	p.control("delete", 0)
	p.firstOf(Erase)
	p.mu.Lock()
	p.read = p.said // nobody may read them now
	p.mu.Unlock()
}

// comesBack: a first word, the language and yes, like anybody; what was kept goes on.
func (p *Person) comesBack() {
	p.greets()
	p.language()
	p.yes()
}

// waits in silence. Nothing may arrive meanwhile but a counsellor's words.
func (p *Person) waits(d time.Duration) {
	if p.err == nil {
		p.pause(d)
	}
}

// watches waits long enough for anything unprompted to be seen as such.
func (p *Person) watches() { p.waits(Settle + Settle/3) }
