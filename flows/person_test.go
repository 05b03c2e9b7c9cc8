package flows_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/flows"
)

// person is somebody with a phone, played step by step: it keeps the ticket, its transcript and the held words as the
// store would.
type person struct {
	t      *testing.T
	m      *flows.Machine
	c      flows.Conversation
	f      flows.Facts
	out    flows.Outcome // of the last step
	last   flows.Message // the last one with answers
	record []flows.Entry // the transcript of the open ticket
	band   flows.Band
	later  *flows.Later
}

// plain is the library, read once for all tests; scanned looks for danger with the scan of these tests.
var (
	plain   = sync.OnceValues(func() (*flows.Machine, error) { return loadLibrary(nil) })
	scanned = sync.OnceValues(func() (*flows.Machine, error) { return loadLibrary(scan) })
)

func load(t testing.TB) *flows.Machine    { return loaded(t, plain) }
func watched(t testing.TB) *flows.Machine { return loaded(t, scanned) }

func loaded(t testing.TB, from func() (*flows.Machine, error)) *flows.Machine {
	t.Helper()
	m, err := from()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// scan finds danger in a few agreed words.
func scan(text string) (hits []flows.Hit, minor bool) {
	for _, word := range strings.Fields(flows.Word(text)) {
		switch word {
		case "knife":
			hits = append(hits, flows.Hit{Band: flows.High, Category: "life"})
		case "pills":
			hits = append(hits, flows.Hit{Band: flows.High, Category: "suicide"})
		case "cellar":
			hits = append(hits, flows.Hit{Band: flows.High, Category: "held"})
		case "toddler":
			hits = append(hits, flows.Hit{Band: flows.High, Category: "child"})
		case "bridge":
			hits = append(hits, flows.Hit{Band: flows.High, Category: "suicide", Ask: true})
		case "hollow":
			hits = append(hits, flows.Hit{Band: flows.Check, Category: "suicide"})
		case "madam":
			hits = append(hits, flows.Hit{Band: flows.Check, Category: "trafficking"})
		case "schoolgirl":
			minor = true
		}
	}
	return hits, minor
}

// somebody stands in a state of the library and has just written; a colleague is on duty everywhere.
func somebody(t *testing.T, state string, safe bool) *person {
	t.Helper()
	p := &person{t: t, m: watched(t), c: at(state, safe)}
	p.f = flows.Facts{Now: evening.Add(10 * time.Second), Channel: flows.Telegram, Service: &town{daytime: true},
		Duty: onDuty(p.m, true), Fresh: flows.NewReturnCode([9]byte{7, 3, 25, 9, 30, 22, 2, 20, 11})}
	return p
}

// stranger writes for the first time.
func stranger(t *testing.T) *person {
	p := somebody(t, "", false)
	p.c = flows.Conversation{}
	return p
}

// waiting stands in the queue with an open ticket.
func waiting(t *testing.T) *person {
	p := somebody(t, "menu.main", true)
	p.types("4").stands("queue.waiting")
	return p
}

// chatting is in a live chat with a counsellor.
func chatting(t *testing.T) *person {
	p := waiting(t)
	p.f.Ticket.Phase = flows.Claimed
	p.replies("canary-hello").stands("chat.live")
	return p
}

func onDuty(m *flows.Machine, here bool) map[string]bool {
	duty := map[string]bool{}
	for _, desk := range m.Desks() {
		for _, woman := range []bool{false, true} {
			for _, minor := range []bool{false, true} {
				duty[flows.DutyKey(desk, woman, minor)] = here
			}
		}
	}
	return duty
}

func (p *person) does(in flows.Input) *person {
	p.t.Helper()
	p.f.Now = p.f.Now.Add(6 * time.Second)
	return p.apply(p.m.Step(p.c, in, p.f))
}

func (p *person) types(texts ...string) *person {
	p.t.Helper()
	for _, text := range texts {
		p.does(typed(text))
	}
	return p
}

// taps presses a button under the last prompt with answers.
func (p *person) taps(key string) *person {
	p.t.Helper()
	return p.does(flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: p.last.State, Turn: p.last.Turn, Key: key}})
}

func (p *person) waits(d time.Duration) *person {
	p.f.Now = p.f.Now.Add(d)
	return p
}

func (p *person) replies(words string) *person {
	return p.apply(p.m.Reply(p.c, "canary-name", words, p.f))
}

func (p *person) apply(out flows.Outcome) *person {
	p.out, p.c = out, out.Conversation
	if out.Cancel || out.Release || out.Erase || out.Take != "" {
		p.f.Held = nil
	}
	if out.Cancel {
		p.later = nil
	}
	if out.Later != nil {
		p.later = out.Later
	}
	p.f.Held = append(slices.Clone(p.f.Held), out.Hold...)
	for _, msg := range out.Messages {
		if len(msg.Choices) > 0 {
			p.last = msg
		}
	}
	p.record = append(p.record, out.Record...)
	h := out.Handoff
	switch h.Act {
	case flows.Open:
		p.f.Ticket.Phase, p.band = flows.Waiting, h.Band
		p.record = out.Record
	case flows.Answer:
		p.f.Ticket.Phase = flows.Live
	case flows.Requeue:
		p.f.Ticket.Phase = flows.Lost
	}
	if h.Band != flows.NoBand && h.Band < p.band {
		p.band = h.Band
	}
	if h.Act == flows.Close || out.Erase {
		p.f.Ticket.Phase, p.band = flows.NoTicket, flows.NoBand
	}
	p.f.Ticket.Band = p.band
	return p
}

// said holds what the last step said against what it should have.
func (p *person) said(want ...string) *person {
	p.t.Helper()
	if got := texts(p.out); !slices.Equal(got, append([]string{}, want...)) {
		p.t.Errorf("said %v, want %v", got, want)
	}
	return p
}

func (p *person) stands(state string) *person {
	p.t.Helper()
	if p.c.State != state {
		p.t.Errorf("stands in %q after %v, want %q", p.c.State, texts(p.out), state)
	}
	return p
}

// urgency holds the ticket's band against what it should be; NoBand is no ticket.
func (p *person) urgency(want flows.Band) *person {
	p.t.Helper()
	if p.band != want {
		p.t.Errorf("the ticket has band %d, want %d", p.band, want)
	}
	return p
}

// event tells whether the counsellor is shown an event.
func (p *person) event(key string) bool {
	return slices.ContainsFunc(p.record, func(e flows.Entry) bool { return e.From == flows.Event && e.Text == key })
}

// told are the person's lines of the transcript: their words, or the answers they chose.
func (p *person) told() (lines []string) {
	for _, e := range p.record {
		if e.From == flows.Person {
			lines = append(lines, e.Words+e.Text)
		}
	}
	return lines
}

// everything is all that is remembered and shown of a person, as text.
func (p *person) everything() string {
	return asJSON(p.t, p.c) + asJSON(p.t, p.record) + asJSON(p.t, p.out.Record)
}

// town is a service file of the tests: what is true in it is set by each test.
type town struct {
	counties map[string]string // as typed -> id
	desks    map[string]string // topic or topic/county -> desk
	opens    map[string]string // desk -> when it opens
	facts    map[string]string
	features map[string]bool
	daytime  bool
}

func (s *town) DeskFor(topic, county string, _ flows.Lang) string {
	if d := s.desks[topic+"/"+county]; d != "" {
		return d
	}
	return topic
}
func (s *town) NextOpen(desk string, _ time.Time, _ flows.Lang) string { return s.opens[desk] }
func (s *town) County(typed string) (string, bool) {
	id, ok := s.counties[flows.Word(typed)]
	return id, ok
}
func (s *town) Feature(name string) bool { return s.features[name] }
func (s *town) Fact(id string, _ time.Time) string {
	if id == "daytime" && s.daytime {
		return id
	}
	return s.facts[id]
}
