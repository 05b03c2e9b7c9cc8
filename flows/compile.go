package flows

import (
	"io/fs"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Texts is what the compiler needs to know of the texts.
type Texts interface {
	// Has tells whether a text exists under this key, in every language and for both channels.
	Has(key string) bool
	// Vars lists the variables the text uses.
	Vars(key string) []string
}

// maxHops bounds states that lead on at once, so that a loop in the data cannot hang a step.
const maxHops = 12

// Machine is a compiled set of flows: immutable, and safe for any number of steps at once.
type Machine struct {
	def      *Definition
	texts    Texts
	nodes    map[string]*node
	controls map[string]*Control // by folded word
	fsms     machines
	scan     Scan
	dangers  map[string]bool // flows that danger found in free text leads to
}

// node is a state with its ways out resolved: routes inlined, every arc an event of the FSM.
type node struct {
	*State
	choices map[string]*ChoiceDef // by folded key or word
	arcs    map[string][]way      // by trigger: "choice:1", "control:menu", "text", "unknown", "then"
}

// way is one guarded arc, compiled.
type way struct {
	when []string
	to   string
	say  []string
	pos  Pos
}

// Load decodes the flows in fsys, compiles them and refuses them with every fault found: file, line, column, what is
// wrong and how to mend it.
func Load(fsys fs.FS, texts Texts) (*Machine, error) {
	def, err := Decode(fsys)
	if err != nil {
		return nil, err
	}
	return Compile(def, texts)
}

// Compile turns a definition into a Machine. The error is a [Faults].
func Compile(def *Definition, texts Texts) (*Machine, error) {
	m := &Machine{def: def, texts: texts, nodes: map[string]*node{}, controls: map[string]*Control{}, dangers: map[string]bool{}}
	c := &compiler{m: m, sources: map[string][]string{}}
	for _, arcs := range def.Hits {
		for _, a := range arcs {
			if to := def.States[a.To]; to != nil {
				m.dangers[to.Table] = true
			}
		}
	}
	c.controlWords()
	for _, name := range m.stateNames() {
		c.node(def.States[name])
	}
	c.circles()
	c.given()
	if err := c.faults.sorted(); err != nil {
		return nil, err
	}
	m.fsms = newMachines(def.Start, c.events())
	return m, nil
}

func (m *Machine) stateNames() []string {
	names := make([]string, 0, len(m.def.States))
	for name := range m.def.States {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

type compiler struct {
	m       *Machine
	sources map[string][]string // state -> the states with a way to it
	faults  Faults
}

func (c *compiler) add(p Pos, what, mend string) { c.faults = append(c.faults, p.fault(what, mend)) }

func (c *compiler) known(p Pos, state, where string) {
	if _, ok := c.m.def.States[state]; !ok && state != "back" {
		c.add(p, where+" names the state "+strconv.Quote(state)+", which does not exist", "define it or correct the name")
	}
}

// nowhere is the place of a fault that is in no line of any file.
var nowhere = Pos{File: ".", Line: 1, Column: 1}

// ownTexts are said by the code itself, in states of any name.
var ownTexts = []string{"unknown.input", "media.unsupported", "counsellor.joined", "ping.neutral", "many.more", "shop.closed",
	"event.duress", "event.code_while_live", "event.moved", "event.no_word", "event.consent_yes", "event.consent_no", "event.consent_question",
	"event.later_called",
	"event.left", "event.stopped", "event.blocked", "event.closed", "event.returned", "event.media"}

// given checks what the code itself leads to and says.
func (c *compiler) given() {
	def := c.m.def
	for _, at := range []struct{ field, state string }{
		{"`start:`", def.Start}, {"`home:`", def.Back}, {"`live:`", def.Live}, {"`ping:`", def.Ping}, {"`closed:`", def.Closed},
		{"`lost:`", def.Lost}, {"`duress:`", def.Shop}, {"`consent:`", def.Consent}, {"`locked:`", def.Locked},
	} {
		switch s := def.States[at.state]; {
		case at.state == "":
			c.add(nowhere, "no file has "+at.field, "write it into the flow whose state it names")
		case s == nil:
			c.add(nowhere, at.field+" names the state "+strconv.Quote(at.state)+", which does not exist", "define it or correct the name")
		case len(s.Route) > 0:
			c.add(nowhere, at.field+" names a state that only routes", "name one that a person can stay in")
		}
	}
	for _, key := range ownTexts {
		c.text(nowhere, key)
	}
	for _, category := range Categories {
		c.text(nowhere, "event.risk.high."+category)
		c.text(nowhere, "event.risk.check."+category)
	}
	for _, kind := range []string{"high", "check"} {
		if len(def.Hits[kind]) == 0 {
			c.add(nowhere, "no file says where danger of level "+kind+" leads", "write `hits: {"+kind+": state}`")
		}
	}
	if len(def.Code) == 0 {
		c.add(nowhere, "no file says where a return code leads", "write `code: state`")
	}
}

// circles refuses states that lead on at once and come back to where they began: a person would get the same lines over
// and over.
func (c *compiler) circles() {
	for _, name := range c.m.stateNames() {
		seen, next := map[string]bool{}, []string{name}
		for len(next) > 0 && !seen[name] {
			n := c.m.nodes[next[0]]
			next = next[1:]
			if n == nil || n.End {
				continue
			}
			for _, w := range n.arcs["then"] {
				if !seen[w.to] {
					seen[w.to] = true
					next = append(next, w.to)
				}
			}
		}
		if seen[name] {
			c.add(c.m.nodes[name].Pos, "state "+name+" leads on to itself without an answer in between", "end the circle at a state that asks something")
		}
	}
}

func (c *compiler) text(p Pos, key string) {
	if !c.m.texts.Has(key) {
		c.add(p, "there is no text "+key, "add it to et.toml, ru.toml and en.toml")
		return
	}
	for _, v := range c.m.texts.Vars(key) {
		if _, ok := values[v]; !ok {
			c.add(p, "text "+key+" asks for {{."+v+"}}, which no step knows", "use one of: "+strings.Join(valueNames(), ", "))
		}
	}
}

func (c *compiler) controlWords() {
	for i := range c.m.def.Controls {
		ctl := &c.m.def.Controls[i]
		for _, w := range ctl.Words {
			w = Word(w)
			if old := c.m.controls[w]; old != nil {
				c.add(ctl.Pos, "the word "+w+" already means "+old.Name, "give each control word one meaning")
			}
			c.m.controls[w] = ctl
		}
	}
}

func (c *compiler) node(s *State) {
	n := &node{State: s, choices: map[string]*ChoiceDef{}, arcs: map[string][]way{}}
	c.m.nodes[s.Name] = n
	for _, key := range s.Say {
		c.text(s.Pos, key)
	}
	if len(s.Route) > 0 {
		c.guarded(s.Pos, s.Route)
		return // a route is inlined where it is named; nobody stays in it
	}
	for i := range s.Choices {
		c.choice(n, &s.Choices[i])
	}
	c.trigger(n, "text", s.Text)
	if len(s.Unknown) == 0 && !s.Open {
		s.Unknown = c.m.def.Unknown
	}
	c.trigger(n, "unknown", s.Unknown)
	c.trigger(n, "many", s.Many)
	for hit, arcs := range c.m.def.Hits {
		c.trigger(n, "hit:"+hit, arcs)
	}
	c.trigger(n, "code", c.m.def.Code)
	c.trigger(n, "again", s.Again)
	if s.Handoff != nil && s.Handoff.Note != "" {
		c.text(s.Pos, s.Handoff.Note)
	}
	if s.Notice != "" {
		c.text(s.Pos, s.Notice)
	}
	if s.Reads == ReadsCounty {
		c.counties(s)
	} else if s.Reads != ReadsNothing && len(s.Text) == 0 {
		c.add(s.Pos, "state "+s.Name+" reads "+string(s.Reads)+" and leads nowhere", "add `text:`")
	}
	if s.Then == "back" {
		c.add(s.Pos, "`then: back` would move on before anybody could answer", "name a state, or offer an answer with `to: back`")
	} else if s.Then != "" {
		c.trigger(n, "then", []Arc{{Pos: s.Pos, To: s.Then}})
	}
	for i := range c.m.def.Controls {
		ctl := &c.m.def.Controls[i]
		c.trigger(n, "control:"+ctl.Name, ctl.Arcs)
		c.trigger(n, "open:"+ctl.Name, ctl.Open)
	}
	if !s.End && s.Then == "" && len(s.Choices) == 0 && len(s.Text) == 0 && !s.Ticket {
		c.add(s.Pos, "state "+s.Name+" has no way on", "give it choices, text, then, ticket or end")
	}
	if len(s.Choices) > 0 && len(s.Say) == 0 {
		c.add(s.Pos, "state "+s.Name+" offers answers but says nothing", "give it `say:`; the answers stand under its last text")
	}
}

func (c *compiler) choice(n *node, ch *ChoiceDef) {
	c.text(ch.Pos, ch.Label)
	if ctl := c.m.controls[Word(ch.Key)]; ctl != nil && len(ch.Arcs) > 0 {
		c.add(ch.Pos, ch.Key+" is the control word for "+ctl.Name+" everywhere", "leave `to` out here, or choose another digit")
	}
	if ch.When != "" && !knownGuard(ch.When) {
		c.add(ch.Pos, "unknown guard "+ch.When, "use one of: "+strings.Join(guardNames(), ", "))
	}
	if c.m.controls[Word(ch.Key)] == nil && len(ch.Arcs) == 0 && len(n.Many) == 0 {
		c.add(ch.Pos, "answer "+ch.Key+" leads nowhere", "add `to: state`")
	}
	words := append([]string{ch.Key}, ch.Also...)
	if ch.Words != "" {
		list, ok := c.m.def.Words[ch.Words]
		if !ok {
			c.add(ch.Pos, "there is no word list "+ch.Words, "define it under `words:`")
		}
		words = append(words, list...)
	}
	for _, w := range words {
		w = Word(w)
		if old, ok := n.choices[w]; ok && old != ch {
			c.add(ch.Pos, "the word "+w+" already answers "+old.Key+" here", "give each word one answer in a state")
		}
		if ctl := c.m.controls[w]; ctl != nil && w != Word(ch.Key) {
			c.add(ch.Pos, "the word "+w+" is the control word for "+ctl.Name+" everywhere", "choose another word")
		}
		n.choices[w] = ch
	}
	c.trigger(n, "choice:"+ch.Key, ch.Arcs)
}

// trigger resolves the arcs of one trigger. In the FSM an event is named by where it leads, so that it has one target from
// every state, and the ways many states share (control words, danger) cost one transition each.
func (c *compiler) trigger(n *node, trigger string, arcs []Arc) {
	if len(arcs) == 0 {
		return
	}
	for _, w := range c.resolve(arcs, nil, nil) {
		n.arcs[trigger] = append(n.arcs[trigger], w)
		if w.to != "back" && !slices.Contains(c.sources[w.to], n.Name) {
			c.sources[w.to] = append(c.sources[w.to], n.Name)
		}
	}
}

// resolve inlines routes: an arc to a state that only routes becomes one arc per way out of it. Through are the routes
// on the way here.
func (c *compiler) resolve(arcs []Arc, when, through []string) []way {
	if len(arcs) > 0 {
		c.guarded(arcs[0].Pos, arcs)
	}
	var out []way
	for _, a := range arcs {
		c.known(a.Pos, a.To, "this arc")
		for _, key := range a.Say {
			c.text(a.Pos, key)
		}
		held := when
		if a.When != "" {
			held = append(append([]string(nil), when...), a.When)
		}
		target := c.m.def.States[a.To]
		if target == nil || len(target.Route) == 0 {
			out = append(out, way{when: held, to: a.To, say: a.Say, pos: a.Pos})
			continue
		}
		if slices.Contains(through, a.To) {
			c.add(a.Pos, "routes lead in a circle through "+a.To, "end the circle at a state that says something")
			continue
		}
		for _, w := range c.resolve(target.Route, held, append(slices.Clip(through), a.To)) {
			w.say = append(append([]string(nil), a.Say...), w.say...)
			out = append(out, w)
		}
	}
	return out
}

// guarded checks a list of guarded arcs: known guards, and exactly the last one without.
func (c *compiler) guarded(p Pos, arcs []Arc) {
	for i, a := range arcs {
		last := i == len(arcs)-1
		if a.When != "" && !knownGuard(a.When) {
			c.add(a.Pos, "unknown guard "+a.When, "use one of: "+strings.Join(guardNames(), ", "))
		}
		if last && a.When != "" {
			c.add(a.Pos, "the last way out has a guard, so some people would be stuck", "add a line `- {to: state}` after it")
		}
		if !last && a.When == "" {
			c.add(a.Pos, "this way is always taken, those after it never", "add `when:` or move it to the end")
		}
	}
}

// counties checks that a state that reads counties has a choice for whatever it may read.
func (c *compiler) counties(s *State) {
	for _, ch := range s.Choices {
		if ch.Set["county"] != "" {
			return
		}
	}
	c.add(s.Pos, "state "+s.Name+" reads counties and offers none", "give it choices with `set: {county: ...}`")
}

// Way is one guarded way out of a state, for proofs and pictures: routes are resolved, control words included.
type Way struct {
	Pos
	Trigger string // "choice:1", "control:menu", "open:leave", "text", "many", "unknown", "again", "then", "hit:high", "code"
	When    []string
	To      string // "back" returns to where an interruption was called
	Say     []string
}

// Ways lists the ways out of a state, in the order they are tried within a trigger.
func (m *Machine) Ways(state string) []Way {
	n := m.nodes[state]
	if n == nil {
		return nil
	}
	triggers := make([]string, 0, len(n.arcs))
	for t := range n.arcs {
		triggers = append(triggers, t)
	}
	sort.Strings(triggers)
	var out []Way
	for _, t := range triggers {
		for _, w := range n.arcs[t] {
			out = append(out, Way{Pos: w.pos, Trigger: t, When: w.when, To: w.to, Say: w.say})
		}
	}
	return out
}

// Definition is what the machine was compiled from, for proofs, pictures and reports. It must not be changed.
func (m *Machine) Definition() *Definition { return m.def }

// Desks lists the desks that the flows lead to, in alphabetical order; the general one first.
func (m *Machine) Desks() []string {
	seen := map[string]bool{}
	for _, s := range m.def.States {
		if s.Handoff != nil && s.Handoff.Desk != "" {
			seen[s.Handoff.Desk] = true
		}
		if desk := s.Set["desk"]; desk != "" {
			seen[desk] = true
		}
		for _, ch := range s.Choices {
			if desk := ch.Set["desk"]; desk != "" {
				seen[desk] = true
			}
		}
	}
	delete(seen, AnyDesk)
	out := make([]string, 0, len(seen)+1)
	for desk := range seen {
		out = append(out, desk)
	}
	sort.Strings(out)
	return append([]string{AnyDesk}, out...)
}
