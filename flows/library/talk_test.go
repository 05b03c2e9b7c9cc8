package library_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/locales"
)

// today is the example service file with a few invented facts somebody has verified.
type today struct {
	flows.Service
	facts    map[string]string
	features map[string]bool
}

var example = sync.OnceValue(service.Example)

func exampleToday() *today {
	return &today{example().Today(),
		map[string]string{"ntk.tartu": "+372 0000 0002", "trafficking": "+372 0000 0003"}, map[string]bool{}}
}

func (s *today) Fact(id string, now time.Time) string {
	if text, ok := s.facts[id]; ok {
		return text
	}
	return s.Service.Fact(id, now)
}

func (s *today) Feature(name string) bool { return s.features[name] || s.Service.Feature(name) }

// desks are those of the example service file.
func desks() (ids []string) {
	for _, d := range example().Desks() {
		ids = append(ids, d.ID)
	}
	return ids
}

// phone is one person's conversation, and what the store would keep beside it.
type phone struct {
	c          flows.Conversation
	ticket     flows.TicketFacts
	got        string // the ticket as the staff last saw it
	h          flows.Handoff
	held       []flows.Message
	later      *flows.Later
	last, prev flows.Message // the last two prompts with answers
}

// talk is a conversation being played: the person at one or more phones, the counsellor, and what is true around them.
type talk struct {
	t       *testing.T
	m       *flows.Machine
	texts   *locales.Texts
	lang    flows.Lang
	ch      flows.Channel
	f       flows.Facts
	service *today
	*phone
	phones map[string]*phone
	codes  map[string]*phone // who a return code leads to
	code   string            // the one given last
	out    strings.Builder
	said   []string // text ids of the last step
}

func play(t *testing.T, m *flows.Machine, texts *locales.Texts, lang flows.Lang, ch flows.Channel, script string) string {
	k := &talk{t: t, m: m, texts: texts, lang: lang, ch: ch, service: exampleToday(), phones: map[string]*phone{}, codes: map[string]*phone{}}
	k.f = flows.Facts{Now: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), Channel: ch, Service: k.service,
		Duty: map[string]bool{}, Wait: map[string]time.Duration{}}
	k.pickUp("1")
	k.fresh("7K3P9XQ2M")
	for _, l := range strings.Split(strings.TrimSpace(script), "\n") {
		if only, rest, ok := strings.Cut(l, "] "); ok && l[0] == '[' {
			if only[1:] != string(ch) {
				continue
			}
			l = rest
		}
		for word, in := range spoken {
			l = strings.ReplaceAll(l, "{"+word+"}", in[lang])
		}
		k.line(strings.ReplaceAll(l, "{code}", k.code))
	}
	return k.out.String()
}

func (k *talk) printf(format string, args ...any) { fmt.Fprintf(&k.out, format+"\n", args...) }

func (k *talk) line(l string) {
	verb, rest, _ := strings.Cut(l, " ")
	switch verb {
	case "", "#":
		k.printf("%s", l)
	case ">":
		k.writes(rest)
	case ">>", ">>>":
		k.taps(verb, rest)
	case "?":
		if want := strings.Fields(rest); !slices.Equal(k.said, want) {
			k.t.Errorf("said %v in %s, the script asks for %v\n%s", k.said, k.c.State, want, k.lately())
		}
	case ":":
		k.printf("%s", l)
		k.staff(rest)
	case "=":
		k.event(strings.Fields(rest))
	default:
		k.t.Fatalf("cannot read the line %q", l)
	}
}

// lately is the end of what was played, for whoever mends a script.
func (k *talk) lately() string {
	all := strings.Split(k.out.String(), "\n")
	return strings.Join(all[max(0, len(all)-12):], "\n")
}

func (k *talk) writes(text string) {
	if changed, ok := strings.CutPrefix(text, "~ "); ok {
		k.printf("> %s  (an earlier message, changed)", changed)
		k.person(flows.Input{Kind: flows.Edited, Text: flows.Tidy(changed)})
		return
	}
	label := ""
	if k.last.State == k.c.State {
		label = k.label(k.last, text)
	}
	k.printf("> %s%s", text, label)
	k.person(flows.Input{Kind: flows.Typed, Text: flows.Tidy(text)})
}

// label is what the number typed stands for, for whoever reads along.
func (k *talk) label(m flows.Message, key string) string {
	for _, ch := range m.Choices {
		if ch.Key == key {
			text, err := k.texts.Say(string(k.lang), ch.Label, string(k.ch), nil)
			if err != nil {
				k.t.Fatal(err)
			}
			return "  (" + text + ")"
		}
	}
	return ""
}

func (k *talk) taps(verb, key string) {
	prompt := k.last
	if verb == ">>>" {
		prompt = k.prev
	}
	again := map[string]string{">>": "", ">>>": "  (once more)"}[verb]
	in := flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: prompt.State, Turn: prompt.Turn, Key: key}}
	if k.ch == flows.SMS { // there are no buttons: the second message came before the answer to the first
		in, k.f.Raced = flows.Input{Kind: flows.Typed, Text: key}, verb == ">>>"
		k.printf("> %s%s%s", key, k.label(prompt, key), again)
	} else {
		k.printf("> [%s]%s%s", key, k.label(prompt, key), again)
	}
	if verb == ">>>" {
		k.f.Now = k.f.Now.Add(time.Second)
		k.step(in)
		return
	}
	k.person(in)
}

func (k *talk) person(in flows.Input) {
	k.f.Now = k.f.Now.Add(10 * time.Second)
	k.step(in)
}

func (k *talk) step(in flows.Input) {
	k.f.Ticket, k.f.Held, k.f.Behind = k.ticket, k.held, flows.Behind{}
	code, ok := flows.ReturnCode(in.Text)
	if in.Kind != flows.Typed || !ok {
		code = k.c.Pending
	}
	if other := k.codes[code]; other != nil && other != k.phone {
		k.f.Behind = flows.Behind{Found: true, Live: other.ticket.Phase == flows.Live, Conversation: other.c, Ticket: other.ticket, Held: other.held}
	}
	chat := k.c.State == k.m.Definition().Live && k.ticket.Open()
	raced := k.f.Raced
	k.apply(k.m.Step(k.c, in, k.f))
	chat = chat || k.c.State == k.m.Definition().Live
	if in.Kind == flows.Typed && !chat && !raced && len(k.said) == 0 {
		k.t.Errorf("%q in %s is answered by nothing\n%s", in.Text, k.c.State, k.lately())
	}
	k.f.Undelivered, k.f.Raced = false, false
}

// staff plays what a counsellor does; only an open ticket has one.
func (k *talk) staff(words string) {
	if !k.ticket.Open() {
		k.t.Fatalf("no ticket is open for %q\n%s", words, k.lately())
	}
	k.f.Ticket, k.f.Held = k.ticket, k.held
	switch verb, rest, _ := strings.Cut(words, " "); verb {
	case "close":
		k.apply(k.m.End(k.c, rest, k.f))
	case "consent":
		k.apply(k.m.Consent(k.c, "Kadri", rest, k.f))
	default:
		k.apply(k.m.Reply(k.c, "Kadri", words, k.f))
	}
	if len(k.said) == 0 && len(k.held) == 0 {
		k.printf("    (nothing is sent)")
	}
}

func (k *talk) event(e []string) {
	rest := strings.Join(e[1:], " ")
	switch e[0] {
	case "duty":
		k.duty(rest)
	case "wait":
		for _, desk := range desks() {
			k.f.Wait[desk] = k.duration(rest)
		}
		k.printf("(people lately waited %s)", rest)
	case "fact":
		k.service.facts[e[1]] = strings.Join(e[2:], " ")
	case "feature":
		k.service.features[e[1]] = e[2] == "on"
	case "claim":
		k.phase(flows.Claimed, "(a counsellor takes the ticket)")
	case "lost":
		k.phase(flows.Lost, "(the counsellor goes away)")
	case "code":
		k.fresh(rest)
	case "phone":
		k.pickUp(rest)
		k.printf("(at phone %s)", rest)
	case "call":
		k.call()
	case "photo":
		k.printf("> (a photo) %s", rest)
		k.person(flows.Input{Kind: flows.Media, Text: rest})
	case "blocked":
		k.printf("> (blocks us)")
		k.person(flows.Input{Kind: flows.Blocked})
	case "undelivered":
		k.printf("(that never reached the phone)")
		k.f.Undelivered = true
	case "raced":
		k.f.Raced = true
	case "clock":
		k.clock(rest)
	default:
		d := k.duration(e[0])
		k.f.Now = k.f.Now.Add(d)
		k.printf("(%s later)", spelt(d))
	}
}

func (k *talk) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		k.t.Fatalf("cannot read the time %q", s)
	}
	return d
}

func spelt(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d%time.Minute == 0 && d > time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

// clock goes on to the next time the clocks in Tallinn show this hour.
func (k *talk) clock(hour string) {
	at, err := time.Parse("15:04", hour)
	if err != nil {
		k.t.Fatalf("cannot read the hour %q", hour)
	}
	now := k.f.Now.In(flows.Tallinn)
	next := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, flows.Tallinn)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	k.f.Now = next
	k.printf("(%s)", next.Format("Monday 15:04"))
}

// duty makes one more counsellor's heartbeat fresh, with the skill named; "off" is the end of the shift.
func (k *talk) duty(who string) {
	woman, child := who == "woman", who == "child"
	for _, desk := range desks() {
		switch {
		case who == "off":
			clear(k.f.Duty)
		case woman:
			k.f.Duty[flows.DutyKey(desk, true, false)] = true
		case child:
			k.f.Duty[flows.DutyKey(desk, false, true)] = true
		}
		if who != "off" {
			k.f.Duty[desk] = true
		}
	}
	k.printf("(%s)", map[string]string{"on": "a man is on duty", "woman": "a woman is on duty",
		"child": "somebody trained for children is on duty", "off": "nobody is on duty"}[who])
}

func (k *talk) phase(p flows.Phase, what string) {
	if !k.ticket.Open() {
		k.t.Fatalf("no ticket is open\n%s", k.lately())
	}
	k.ticket.Phase = p
	k.printf("%s", what)
}

func (k *talk) pickUp(name string) {
	if k.phones[name] == nil {
		k.phones[name] = &phone{}
	}
	k.phone = k.phones[name]
}

// fresh is the code a step may give: the letters, and the check that belongs to them.
func (k *talk) fresh(letters string) {
	for _, check := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		if code, ok := flows.ReturnCode(letters + string(check)); ok {
			k.f.Fresh = code
			return
		}
	}
	k.t.Fatalf("%q is no code", letters)
}

// call: the time has come that the person chose.
func (k *talk) call() {
	if k.later == nil {
		k.printf("(nothing is due)")
		return
	}
	if k.later.At.After(k.f.Now) {
		k.f.Now = k.later.At
	}
	k.printf("(%s, the time chosen)", k.f.Now.In(flows.Tallinn).Format("Monday 02.01 15:04"))
	k.later = nil
	k.f.Ticket, k.f.Held = k.ticket, k.held
	k.apply(k.m.Call(k.c, k.f))
	if len(k.said) == 0 {
		k.printf("    (nothing is sent)")
	}
}
