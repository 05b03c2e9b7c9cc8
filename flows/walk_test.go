package flows_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/locales"
)

// walk is one person's way through the library, driven by bytes: what they do, what happens around them, and what staff
// do. It keeps the ticket and the held words as the store would.
type walk struct {
	t     *testing.T
	m     *flows.Machine
	texts *locales.Texts
	open  map[string]bool // texts that may be said before yes
	all   []string        // every control word, folded

	bytes []byte
	town  *town
	code  string       // leads to what stands behind it
	there flows.Behind // what that is
	c     flows.Conversation
	f     flows.Facts
	last  flows.Message // the last one with answers
	wrote time.Time     // when the person did what is being stepped
	trail []string
}

func newWalk(t *testing.T, m *flows.Machine, texts *locales.Texts, bytes []byte) *walk {
	ch := flows.Telegram
	if len(bytes) > 0 && bytes[0]&1 == 1 {
		ch = flows.SMS
	}
	w := &walk{t: t, m: m, texts: texts, open: openTexts(m.Definition()), bytes: bytes}
	for _, ctl := range m.Definition().Controls {
		for _, says := range ctl.Words {
			w.all = append(w.all, flows.Word(says))
		}
	}
	w.town = &town{counties: counties(), facts: map[string]string{}, features: map[string]bool{}, opens: map[string]string{}}
	w.code = flows.NewReturnCode([9]byte{1, 2, 3})
	w.f = flows.Facts{Now: time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC), Channel: ch, Duty: map[string]bool{}, Service: w.town,
		Wait: map[string]time.Duration{}, Fresh: flows.NewReturnCode([9]byte{9, 8, 7})}
	return w
}

// loadLibrary is the library as a machine of its own.
func loadLibrary(scan flows.Scan) (*flows.Machine, error) {
	texts, err := locales.Load(locales.Embedded())
	if err != nil {
		return nil, err
	}
	m, err := flows.Load(library.Files, texts)
	if err == nil && scan != nil {
		m.Watch(scan)
	}
	return m, err
}

// openTexts are those of the states that may speak before "safe to write = yes", and of the ways out of them.
func openTexts(def *flows.Definition) map[string]bool {
	open := map[string]bool{}
	add := func(arcs []flows.Arc) {
		for _, a := range arcs {
			for _, key := range a.Say {
				open[key], open["any."+key] = true, true
			}
		}
	}
	for _, s := range def.States {
		if !s.Open && !s.Danger {
			continue
		}
		for _, key := range s.Say {
			open[key], open["any."+key] = true, true
		}
		add(s.Text)
		for _, ch := range s.Choices {
			add(ch.Arcs)
		}
	}
	for _, ctl := range def.Controls {
		add(ctl.Open)
	}
	return open
}

func (w *walk) next() int {
	if len(w.bytes) == 0 {
		return 0
	}
	b := w.bytes[0]
	w.bytes = w.bytes[1:]
	return int(b)
}

func (w *walk) run() {
	for steps := 0; len(w.bytes) > 0 && steps < 200; steps++ {
		w.turn()
	}
}

// own are what people keep in their own hands, right and wrong, and several answers at once.
func (w *walk) own() string {
	return []string{word, word, duress, "green dog", w.code, flows.NewReturnCode([9]byte{4, 4, 4}), w.f.Fresh, "2 3", "23", "1,8", "12 13", "2 99",
		"Elva", "atlantis"}[w.next()%14]
}

// alarms are words the scan of these tests knows.
var alarms = []string{"he has a knife", "pills", "in a cellar", "my toddler", "so hollow tonight", "madam", "a schoolgirl", "hollow knife", "the bridge"}

// garbage are words nothing in the library knows.
var garbage = []string{"ma ei tea", "помогите мне пожалуйста", "qwzx", "77", "?!", "❤", "", "1 või 2", "\u200b", "a\nb", strings.Repeat("x", 5000)}

var gaps = []time.Duration{time.Second, 4 * time.Second, 10 * time.Second, time.Minute, 9 * time.Minute, 11 * time.Minute, 31 * time.Minute, 25 * time.Hour}

func (w *walk) turn() {
	switch b := w.next(); b % 23 {
	case 0, 1, 2, 3: // a digit: the way further in
		w.person(flows.Input{Kind: flows.Typed, Text: fmt.Sprint(w.next() % 10)})
	case 4, 5:
		words := allWords(w.m.Definition())
		w.person(flows.Input{Kind: flows.Typed, Text: words[(w.next()*256+w.next())%len(words)]})
	case 6:
		w.person(flows.Input{Kind: flows.Typed, Text: garbage[w.next()%len(garbage)]})
	case 7, 8:
		w.tap()
	case 9:
		w.person(w.oddInput())
	case 10:
		w.f.Now = w.f.Now.Add(gaps[w.next()%len(gaps)])
	case 11:
		w.facts()
	case 12:
		w.ticketMoves()
	case 13:
		w.f.Undelivered = true
	case 14:
		w.f.Raced = true
	case 15:
		w.staff()
	case 16, 17:
		w.person(flows.Input{Kind: flows.Typed, Text: w.own()})
	case 18:
		w.person(flows.Input{Kind: flows.Typed, Text: alarms[w.next()%len(alarms)]})
	case 19:
		w.clock()
	case 20:
		w.elsewhere()
	case 22:
		w.steps()
	case 21: // the way in, and to what is one's own, which chance would seldom find
		for _, text := range [][]string{{"3", "1"}, {"3", "1", "1", "1", "22", "3"}, {"menu", "6", "2", "1", word, "1", duress}, {"code", "1"}, {"1", "1"}}[w.next()%5] {
			w.person(flows.Input{Kind: flows.Typed, Text: text})
		}
	}
}

// steps sets somebody who said yes into any state they could have walked to, so that the far ends of the flows are tried too.
func (w *walk) steps() {
	def, states := w.m.Definition(), []string{}
	for _, name := range slices.Sorted(maps.Keys(def.States)) {
		s := def.States[name]
		asks := len(s.Choices) > 0 || len(s.Text) > 0
		if asks && !s.Open && !s.Aside && s.Reads != flows.ReadsWord && name != def.Consent && (!s.Ticket || w.f.Ticket.Open()) {
			states = append(states, name)
		}
	}
	to := states[w.next()%len(states)]
	if w.c.Safe && !w.c.Locked && !w.c.Shop && w.c.State != "" {
		w.c.State = to
		w.note("walks to %s", to)
	}
}

// facts change what is true around the person.
func (w *walk) facts() {
	duty := map[string]bool{}
	for key := range onDuty(w.m, true) {
		duty[key] = w.next()%2 == 1
	}
	w.f.Duty, w.f.Wait = duty, map[string]time.Duration{flows.AnyDesk: time.Duration(w.next()) * time.Minute}
	w.f.Service = &town{counties: counties(), daytime: w.next()%2 == 1,
		opens:    pick(w, map[string]string{flows.AnyDesk: "on Monday at 9:00", "violence": "on Monday at 9:00"}),
		facts:    pick(w, map[string]string{"ntk.tartu": "+372 0000 0002", "trafficking": "+372 0000 0003", "complaint": "https://example.org", "free_sms": "yes"}),
		features: pick(w, map[string]bool{"group": true, "trafficking_line": true, "international_protection": true})}
}

// pick leaves some of them out.
func pick[V any](w *walk, all map[string]V) map[string]V {
	out := map[string]V{}
	for i, k := range slices.Sorted(maps.Keys(all)) {
		if w.next()>>i&1 == 1 {
			out[k] = all[k]
		}
	}
	return out
}

// elsewhere changes what stands behind the return code.
func (w *walk) elsewhere() {
	how := w.next()
	w.there = flows.Behind{Found: how&1 == 1, Live: how&2 == 2}
	if !w.there.Found {
		w.there = flows.Behind{}
		return
	}
	b := behind()
	w.there.Conversation = b.Conversation
	if how&4 == 4 {
		w.there.Conversation.Word = digest(w.t)
	}
	if how&8 == 8 || w.there.Live {
		w.there.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: flows.Violence}
	}
	if w.there.Live {
		w.there.Ticket.Phase = flows.Live
	}
	if how&16 == 16 && w.there.Ticket.Open() {
		w.there.Held = []flows.Message{{Words: "canary-held", Class: flows.FromCounsellor}}
	}
}

// digest is what is kept of the code word.
func digest(t *testing.T) string {
	out := load(t).Step(at("own.word_new", true), typed(word), flows.Facts{Now: evening.Add(time.Second)})
	return out.Conversation.Word
}

// clock: the time has come that the person chose.
func (w *walk) clock() {
	out := w.m.Call(w.c, w.f)
	w.note("call -> %v", texts(out))
	if (w.c.Stopped || w.c.Shop || w.c.Present(w.f.Now)) && len(out.Messages) > 0 {
		w.fail("a chosen time wrote to somebody who is writing, or asked for silence")
	}
	w.always(out)
	w.apply(out)
}

func allWords(def *flows.Definition) []string {
	words := []string{"jah", "да", "yes", "ei", "нет", "no"}
	for _, ctl := range def.Controls {
		words = append(words, ctl.Words...)
	}
	return words
}

// tap presses a button under the last prompt, or under one that is gone.
func (w *walk) tap() {
	tap := flows.Tap{State: w.last.State, Turn: w.last.Turn, Key: fmt.Sprint(w.next() % 10)}
	switch how := w.next(); {
	case how%8 == 1:
		tap.Turn--
	case how%8 == 2:
		tap.Turn -= 3
	case how%8 == 3:
		tap.State = "gone.state"
	case how%8 == 4:
		tap = flows.Tap{}
	case len(w.last.Choices) > 0:
		tap.Key = w.last.Choices[how/8%len(w.last.Choices)].Key
	}
	w.person(flows.Input{Kind: flows.Tapped, Tap: tap})
}

func (w *walk) oddInput() flows.Input {
	text := garbage[w.next()%len(garbage)]
	switch w.next() % 6 {
	case 0:
		return flows.Input{Kind: flows.Media, Text: text}
	case 1:
		return flows.Input{Kind: flows.Media, Album: "album"}
	case 2:
		return flows.Input{Kind: flows.Edited, Text: text}
	case 3:
		return flows.Input{Kind: flows.Blocked}
	case 4:
		return flows.Input{Kind: flows.Resumed}
	default:
		return flows.Input{Kind: flows.Typed, Text: text, At: w.f.Now.Add(-11 * time.Minute)}
	}
}

// ticketMoves is what staff and clocks do to an open ticket without a step.
func (w *walk) ticketMoves() {
	if !w.f.Ticket.Open() {
		return
	}
	phase := w.f.Ticket.Phase
	switch w.next() % 4 {
	case 0:
		if phase == flows.Waiting || phase == flows.Lost {
			w.f.Ticket.Phase = flows.Claimed
		}
	case 1:
		if phase == flows.Live {
			w.f.Ticket.Phase = flows.Lost
		}
	case 2:
		if phase == flows.Claimed {
			w.f.Ticket.Phase = flows.Waiting
		}
	case 3: // closed by a clock
		w.f.Ticket, w.f.Held = flows.TicketFacts{}, nil
	}
	w.note("ticket %s", w.f.Ticket.Phase)
}

func (w *walk) staff() {
	if !w.f.Ticket.Open() {
		return
	}
	silent := !w.c.Present(w.f.Now)
	var out flows.Outcome
	switch how := w.next() % 10; how {
	case 8, 9:
		if w.f.Ticket.Phase != flows.Live {
			return
		}
		out = w.m.Consent(w.c, "canary-name", "canary-provider", w.f)
		if silent && len(out.Messages) > 0 {
			w.fail("asked somebody silent for consent")
		}
	case 0:
		out = w.m.End(w.c, "done", w.f)
		if silent && len(out.Messages) > 0 {
			w.fail("closing wrote to somebody silent: %v", texts(out))
		}
	case 1:
		out = w.m.GiveBack(w.c, "Kadri", w.f)
	case 2:
		out = w.m.Remark(w.c, "Kadri", "canary-note", w.f)
	default:
		out = w.m.Reply(w.c, "Kadri", "canary-answer", w.f)
	}
	w.note("staff -> %v", texts(out))
	if len(out.Messages) > 0 && (w.c.Shop || w.c.Locked && !slices.Equal(texts(out), []string{"ping.neutral"})) {
		w.fail("staff wrote to a shop, or past a code word: %v", texts(out))
	}
	if out.Conversation.Shop != w.c.Shop {
		w.fail("staff opened or closed the shop")
	}
	w.always(out)
	w.apply(out)
}

// person does one thing and holds what follows against everything that must be true.
func (w *walk) person(in flows.Input) {
	w.f.Now = w.f.Now.Add(time.Second)
	w.wrote = w.f.Now
	if !in.At.IsZero() {
		w.wrote = in.At
	}
	w.f.Behind = flows.Behind{}
	if code, ok := flows.ReturnCode(in.Text); ok && in.Kind == flows.Typed && code == w.code || !ok && w.c.Pending == w.code {
		w.f.Behind = w.there
	}
	before := asJSON(w.t, w.c)
	out := w.m.Step(w.c, in, w.f)
	w.note("%v %q %v in %s -> %v in %s", in.Kind, in.Text, in.Tap, w.c.State, texts(out), out.Conversation.State)
	if after := asJSON(w.t, w.c); after != before {
		w.fail("the step changed the conversation it was given")
	}
	if a, b := asJSON(w.t, out), asJSON(w.t, w.m.Step(w.c, in, w.f)); a != b {
		w.fail("the same step decided differently:\n%s\n%s", a, b)
	}
	w.always(out)
	w.check(in, out)
	w.apply(out)
	w.f.Undelivered, w.f.Raced = false, false
}

func (w *walk) apply(out flows.Outcome) {
	w.c = out.Conversation
	if out.Cancel || out.Release || out.Erase || out.Take != "" {
		w.f.Held = nil
	}
	if out.Take != "" {
		if w.there.Ticket.Open() {
			w.f.Ticket = w.there.Ticket
		}
		w.there = flows.Behind{}
	}
	w.f.Held = append(w.f.Held, out.Hold...)
	for _, msg := range out.Messages {
		if len(msg.Choices) > 0 {
			w.last = msg
		}
	}
	switch out.Handoff.Act {
	case flows.Open:
		w.f.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: out.Handoff.Band}
	case flows.Answer:
		w.f.Ticket.Phase = flows.Live
	case flows.Requeue:
		w.f.Ticket.Phase = flows.Lost
	case flows.Close:
		w.f.Ticket = flows.TicketFacts{}
	}
	if out.Erase {
		w.f.Ticket = flows.TicketFacts{}
	}
}

func (w *walk) note(format string, args ...any) {
	w.trail = append(w.trail, fmt.Sprintf(format, args...))
}

func (w *walk) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\nthe way here:\n%s", fmt.Sprintf(format, args...), strings.Join(w.trail, "\n"))
}

func texts(out flows.Outcome) []string {
	said := []string{}
	for _, m := range out.Messages {
		if m.Words != "" {
			said = append(said, "(words)")
			continue
		}
		said = append(said, m.Text)
	}
	return said
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
