package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/flows/risk"
	"sosin/flows/service"
)

// This file decides what browser_branches_test.go walks: with the flows alone it finds, for one language and one phone, a
// way to every text and every question that a person can be shown.

// situation is what is true for a while: who is on duty, whether it is night, what the service file offers.
type situation struct {
	name         string
	duty         map[string]bool
	wait         map[string]time.Duration
	open, offers bool
}

// situations are those in which the flows say different things.
var situations = []situation{
	{name: "nobody", open: true, offers: true},
	{name: "here", open: true, offers: true, duty: dutyOf(true, true)},
	{name: "night"},
	{name: "no-woman", open: true, duty: dutyOf(false, false), wait: map[string]time.Duration{
		flows.AnyDesk: 7 * time.Minute, "prostitution": 7 * time.Minute, "violence": 7 * time.Minute}},
}

func dutyOf(women, trained bool) map[string]bool {
	out := map[string]bool{}
	for _, desk := range []string{flows.AnyDesk, "prostitution", "violence"} {
		for _, woman := range []bool{false, true} {
			for _, minor := range []bool{false, true} {
				out[flows.DutyKey(desk, woman, minor)] = (women || !woman) && (trained || !minor)
			}
		}
	}
	return out
}

// offering is the service file's example with what a situation changes in it.
type offering struct {
	flows.Service
	situation
}

var example = sync.OnceValue(func() flows.Service { return service.Example().Today() })

func (s situation) service() flows.Service { return offering{example(), s} }

func (o offering) NextOpen(_ string, now time.Time, lang flows.Lang) string {
	if o.open {
		return ""
	}
	return service.When(now.Add(3*24*time.Hour), now, lang)
}

func (o offering) Feature(string) bool { return o.offers }

func (o offering) Fact(id string, now time.Time) string {
	switch {
	case id == service.DaytimeFact:
		return ""
	case !o.offers:
		return ""
	case strings.HasPrefix(id, "ntk."):
		return "+372 0000 0001"
	case id == service.ComplaintFact:
		return "kaebused.example.ee"
	case id == service.FreeSMSFact:
		return "free"
	}
	return o.Service.Fact(id, now)
}

// deed is one thing a person does, and what should come of it.
type deed struct {
	does  string // the key of an answer, or words
	shows []flows.Message
	lang  flows.Lang
	place string // the state it leads to; where it ends the conversation, its last text
	fresh bool   // something is shown that was not shown before
	loose bool   // the answers offered are not known beforehand
}

// spot is where a person can stand.
type spot struct {
	c      flows.Conversation
	ticket flows.TicketFacts
	offers []string // keys of the answers that stand on the screen
	tap    flows.Tap
}

// planner finds the ways.
type planner struct {
	machine *flows.Machine
	lang    flows.Lang
	channel flows.Channel
	now     situation
	seen    map[string]bool

	places map[string]*room
}

// room is where a person can stand, by all that decides what comes next, with what can be done there.
type room struct {
	spot
	ways []*way
}

// way leads from a place to another one. It is wanted when it shows what no way found before it shows.
type way struct {
	does   string
	to     string
	wanted bool
}

// Words that lead where no answer does.
var (
	dangers = []string{"i want to kill myself tonight", "he has a knife and will kill me", "he locked me in and took my phone, i cannot get out",
		"my father hits my little brother", "he hit me last year", "i do not want to live any more", "what is the point of it all", "i wish i could just disappear"}
	asides = []string{"person", "numbers", "limits", "complaint", "code", "wipe", "quiet", "language", "delete", "112", "stop", "0", "menu"}
)

const (
	nonsense = "qwzx qwzx"
	question = "canary: may I bring my dog"
)

// newPlanner plans with flows of its own, which look at each sentence once.
func newPlanner(t testing.TB, lang flows.Lang, channel flows.Channel) *planner {
	t.Helper()
	machine, _, err := loadContent(flowsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	scan, found := risk.New().Hits, map[string][]flows.Hit{}
	machine.Watch(func(text string) ([]flows.Hit, bool) {
		if _, ok := found[text]; !ok {
			found[text], _ = scan(text)
		}
		return found[text], false
	})
	return &planner{machine: machine, lang: lang, channel: channel, seen: map[string]bool{}}
}

// errands are what one person after another does until everything that is new in this situation was shown.
func (p *planner) errands() (out [][]deed) {
	p.explore()
	for {
		var errand []deed
		at := spot{}
		for len(errand) < 60 && (at.c.State != p.machine.Definition().Back || at.fresh()) {
			path := p.nearest(at.key(p.machine))
			if path == nil {
				break
			}
			begun := len(errand) > 0
			for _, w := range path {
				d, next := p.step(at, w.does)
				d.fresh = p.novel(d, true)
				errand, at = append(errand, d), next
				if at.key(p.machine) != w.to {
					break // what was chosen before has changed the way
				}
			}
			last := path[len(path)-1]
			if last.wanted = begun && !errand[len(errand)-1].fresh; last.wanted {
				break // somebody else finds it, to whom nothing has happened yet
			}
		}
		if len(errand) == 0 {
			return out
		}
		out = append(out, errand)
	}
}

// explore draws the map: every place, and on the first way to anything new a mark.
func (p *planner) explore() {
	start := spot{}
	seen := maps.Clone(p.seen)
	defer func() { p.seen = seen }()
	p.places = map[string]*room{start.key(p.machine): {spot: start}}
	for queue := []*room{p.places[start.key(p.machine)]}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, in := range p.inputs(at.spot) {
			d, next := p.step(at.spot, in)
			key := next.key(p.machine)
			at.ways = append(at.ways, &way{does: in, to: key, wanted: p.novel(d, true)})
			if p.places[key] == nil {
				p.places[key] = &room{spot: next}
				queue = append(queue, p.places[key])
			}
		}
	}
}

// nearest is the shortest path to a wanted way, and that way; nil when none can be reached from here.
func (p *planner) nearest(from string) []*way {
	type node struct {
		key  string
		path []*way
	}
	visited := map[string]bool{from: true}
	for queue := []node{{key: from}}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		at := p.places[n.key]
		if at == nil {
			continue
		}
		for _, w := range at.ways {
			path := append(slices.Clone(n.path), w)
			if w.wanted {
				return path
			}
			if !visited[w.to] {
				visited[w.to] = true
				queue = append(queue, node{w.to, path})
			}
		}
	}
	return nil
}

// decisive are the answers on which later questions depend.
var decisive = []string{"for", "ask", "force", "woman", "under18", "interpreter", "interpreter_asked"}

// fresh tells whether nothing was chosen yet on which anything depends.
func (s spot) fresh() bool {
	return !s.ticket.Open() && !slices.ContainsFunc(decisive, func(a string) bool { return s.c.Answers[a] != "" })
}

// key tells two places apart as far as what comes next depends on them. A menu is one place, whatever was chosen before.
func (s spot) key(m *flows.Machine) string {
	if strings.HasSuffix(s.c.State, ".menu") || s.c.State == m.Definition().Back && s.c.Misses == 0 {
		return s.c.State + string(s.ticket.Phase)
	}
	var key strings.Builder
	for _, part := range []string{s.c.State, s.c.Back, string(s.c.Lang), string(s.ticket.Phase), strings.Join(s.offers, ",")} {
		key.WriteString(part + "|")
	}
	if s.c.State == "" {
		return "stranger"
	}
	fmt.Fprint(&key, s.c.Safe, s.c.Misses, s.c.Word != "", s.c.Shop)
	for _, a := range decisive {
		key.WriteString("|" + s.c.Answers[a])
	}
	return key.String()
}

// inputs are what a person may do here that could lead somewhere.
func (p *planner) inputs(s spot) []string {
	if s.c.State == "" {
		return []string{"hello"}
	}
	state := p.machine.Definition().States[s.c.State]
	var in []string
	for _, key := range s.offers {
		if i := slices.IndexFunc(state.Choices, func(ch flows.ChoiceDef) bool { return ch.Key == key }); i >= 0 {
			if l := state.Choices[i].Set["lang"]; l != "" && l != string(p.lang) || key == "0" && p.channel == flows.SMS {
				continue
			}
			in = append(in, key)
		}
	}
	if !s.c.Safe {
		if in = append(in, "112", "0", "delete"); p.channel == flows.Telegram {
			in = append(in, "stop")
		}
		return in
	}
	switch state.Reads {
	case flows.ReadsCounty:
		in = append(in, "Tartu")
	case flows.ReadsNewWord:
		in = append(in, ownWord)
	case flows.ReadsNewDuress:
		in = append(in, duressWord)
	}
	home := s.c.State == p.machine.Definition().Back
	if home || len(state.Text) > 0 || state.Ticket {
		in = append(in, question)
	}
	if home || state.Reads != flows.ReadsNothing {
		in = append(in, nonsense)
	}
	if home && !s.ticket.Open() {
		in = append(in, dangers...)
	}
	if home || state.Ticket {
		in = append(in, asides...)
	}
	return slices.DeleteFunc(in, func(s string) bool { return s == "stop" && p.channel == flows.SMS }) // the operator takes it
}

// step is the flows' answer.
func (p *planner) step(s spot, does string) (deed, spot) {
	in := flows.Input{Text: does}
	if p.channel == flows.Telegram && slices.Contains(s.offers, does) {
		in = flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: s.tap.State, Turn: s.tap.Turn, Key: does}}
	}
	out := p.machine.Step(s.c, in, flows.Facts{Now: time.Now(), Channel: p.channel, Duty: p.now.duty, Wait: p.now.wait,
		Service: p.now.service(), Ticket: s.ticket, Fresh: flows.NewReturnCode([9]byte{})})
	next := spot{c: out.Conversation, ticket: s.ticket, offers: s.offers, tap: s.tap}
	switch {
	case out.Erase, out.Handoff.Act == flows.Close:
		next.ticket = flows.TicketFacts{}
	case out.Handoff.Act == flows.Open:
		next.ticket = flows.TicketFacts{Phase: flows.Waiting, Band: out.Handoff.Band}
	}
	if next.c.State != s.c.State {
		next.offers = nil
	}
	d := deed{does: does, shows: out.Messages, lang: out.Lang, place: next.c.State}
	for _, m := range out.Messages {
		if len(m.Choices) > 0 {
			next.offers, next.tap = nil, flows.Tap{State: m.State, Turn: m.Turn}
			for _, ch := range m.Choices {
				next.offers = append(next.offers, ch.Key)
			}
		}
		if next.c.State == "" {
			d.place = m.Text
		}
	}
	return d, next
}

// novel tells whether a deed shows anything new, and notes it.
func (p *planner) novel(d deed, note bool) bool {
	fresh := false
	for _, m := range d.shows {
		units := []string{m.Text}
		if len(m.Choices) > 0 {
			units = append(units, fmt.Sprint(m.State, m.Choices))
		}
		for _, u := range units {
			if !p.seen[u] {
				fresh = true
				if note {
					p.seen[u] = true
				}
			}
		}
	}
	return fresh
}

// today is what a situation tells a turn of the program.
func (s situation) today() bot.Today {
	return bot.Today{Duty: s.duty, Wait: s.wait, Service: s.service()}
}
