package drill

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tokens stand in brackets at the end of what a person says.
var tokenAtEnd = regexp.MustCompile(`\(([a-z]+\d+\.\d+)\)$`)

func tokenOf(text string) string {
	found := tokenAtEnd.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return found[1]
}

// spoken is one message that staff must read.
type spoken struct {
	token   string
	hurried bool // together with the one before; by SMS their order is not known
}

// compare holds the transcript that staff read against what the person had said by then.
func (p *Person) compare(tokens []string, began time.Time) {
	p.mu.Lock()
	var said []spoken
	n := 0
	for i, e := range p.trace.Events {
		if e.Token == "" {
			continue
		}
		n++
		settled := e.At.Before(began.Add(-Settle)) || slices.ContainsFunc(p.trace.Events[i:], func(later Event) bool {
			return later.Kind == Heard && later.At.Before(began)
		})
		if n > p.read && settled {
			said = append(said, spoken{e.Token, e.Means&Hurried != 0 && p.via == SMS})
		}
	}
	p.read += len(said)
	t := Trace{Persona: p.name, Lang: p.lang, Channel: p.via}
	p.mu.Unlock()
	for _, b := range checkTranscript(t, said, tokens) {
		p.d.broken(b)
	}
}

// unread says whose words nobody has read, though they wait for nobody: a place kept for somebody who left is not given
// to staff yet.
func (d *Drill) unread() (all []Breach) {
	if len(d.cfg.Accounts) == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		p.mu.Lock()
		if p.read < p.said && p.err == nil && !p.left() {
			all = append(all, Trace{Persona: p.name, Lang: p.lang, Channel: p.via}.breach(read, "words were left and nobody was given them to read"))
		}
		p.mu.Unlock()
	}
	return all
}

// left says whether the last thing the person did was to leave.
func (p *Person) left() bool {
	for _, e := range slices.Backward(p.trace.Events) {
		if e.Kind == Wrote {
			return e.Means&Leave != 0
		}
	}
	return false
}

// checkTranscript: everything said is read, once, in order, and nothing of anybody else.
func checkTranscript(t Trace, said []spoken, tokens []string) (all []Breach) {
	at := map[string]int{}
	for i, token := range tokens {
		if _, twice := at[token]; twice {
			all = append(all, t.breach(read, "a message stands in the transcript twice"))
		}
		at[token] = i
		if owner(token) != owner(tokens[0]) {
			all = append(all, t.breach(read, "words of two people stand in one transcript"))
		}
	}
	last := -1
	for _, s := range said {
		i, found := at[s.token]
		switch {
		case !found:
			all = append(all, t.breach(read, "a message is missing from the transcript"))
		case i < last && !s.hurried:
			all = append(all, t.breach(read, "the transcript is out of order"))
		default:
			last = max(last, i)
		}
	}
	return all
}

func owner(token string) string {
	before, _, _ := strings.Cut(token, ".")
	return before
}

// replies keeps what the drill's counsellors wrote, each with a mark, and where it arrived.
type replies struct {
	mu  sync.Mutex
	all []reply
}

type reply struct {
	to    *Person
	taken bool // the console said that it was sent
	heard map[string]int
}

var replyMark = regexp.MustCompile(`\[(\d+)\]$`)

// next marks the words of an answer. The function returned notes that the console took it.
func (r *replies) next(words string, to *Person) (text string, taken func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.all)
	r.all = append(r.all, reply{to: to, heard: map[string]int{}})
	return fmt.Sprintf("%s [%d]", words, n), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all[n].taken = true
	}
}

// heard notes that a person's phone received a text.
func (r *replies) heard(by, text string) {
	found := replyMark.FindStringSubmatch(text)
	if found == nil {
		return
	}
	n, err := strconv.Atoi(found[1])
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && n < len(r.all) {
		r.all[n].heard[by]++
	}
}

// check says which answers came twice, to more than one person or to the wrong one, and which never came to somebody who
// was still there.
func (r *replies) check() (all []Breach) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.all {
		if a.to == nil {
			continue
		}
		t := Trace{Persona: a.to.name, Lang: a.to.lang, Channel: a.to.via}
		total := 0
		for _, n := range a.heard {
			total += n
		}
		switch {
		case total > a.heard[a.to.token]:
			all = append(all, t.breach(heardOnce, "words arrived at somebody else"))
		case total > 1:
			all = append(all, t.breach(heardOnce, "the same words arrived twice"))
		case total == 0 && a.taken && a.to.stayed():
			all = append(all, t.breach(heardOnce, "the console took the words and they never arrived"))
		}
	}
	return all
}

// stayed says whether the person neither left nor erased nor was stopped by a fault: everything sent must have arrived.
func (p *Person) stayed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err == nil && !slices.ContainsFunc(p.trace.Events, func(e Event) bool { return e.Means&(Leave|Erase) != 0 })
}
