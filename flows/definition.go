package flows

import (
	"io/fs"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Pos is a place in a data file.
type Pos struct {
	File         string
	Line, Column int
}

func (p Pos) fault(what, mend string) Fault {
	return Fault{File: p.File, Line: p.Line, Column: p.Column, What: what, Mend: mend}
}

// State is one place in a flow as its author wrote it.
type State struct {
	Pos
	Name    string // "flow.state"
	Open    bool   // may be shown before "safe to write = yes"
	Danger  bool   // may name 112 and 116 006 before yes, because danger was said
	End     bool   // says its line, then silence: the next message is met as a stranger's
	Ticket  bool   // what is typed here goes to the open ticket
	Aside   bool   // an interruption: `back` leads to where the person was
	Live    bool   // two-way chat: the bot is silent, digits have no meaning
	Keeps   bool   // `remember:`, answers here are shown to the counsellor, in words
	Reads   Reading
	Notice  string            // `notice:`, the text that says what an answer leads to: said before or with the question
	Set     map[string]string // answers set on entering
	Say     []string
	Choices []ChoiceDef
	Text    []Arc // where free text goes that was asked for here
	Many    []Arc // where several answers lead ("2 3 5") of which none has a way of its own
	Unknown []Arc // where a second answer not understood goes
	Again   []Arc // where the prompt is said again, if its texts hold only for the moment they were first said
	Then    string
	Route   []Arc
	Handoff *HandoffDef
	Effects Effects
	Table   string // funnel it is counted in; the flow's name
}

// Reading is how a state understands what is typed there, beside its choices.
type Reading string

// The readings.
const (
	ReadsNothing   Reading = ""
	ReadsCounty    Reading = "county"     // a county or town: the same as its choice
	ReadsWord      Reading = "word"       // the code word of this conversation, or of the one behind a return code
	ReadsNewWord   Reading = "new_word"   // a code word to keep
	ReadsNewDuress Reading = "new_duress" // a duress word to keep
)

// word tells whether what is typed there is a code word or a duress word: only the right one follows `text:`.
func (r Reading) word() bool { return r == ReadsWord || r == ReadsNewWord || r == ReadsNewDuress }

// Effects are the things besides moving that a state can do on entry.
type Effects struct {
	Leave, Stop, Erase, Release bool

	Code   bool // give a return code
	Wipe   bool // delete the Telegram thread
	Later  bool // write at the day and hour chosen
	Anew   bool // begin anew: what was before stays closed to whoever writes now
	Unlock bool // the code word was right
	NoWord bool // forget code word and duress word
}

// HandoffDef opens or raises a ticket when a state is entered.
type HandoffDef struct {
	Desk string
	Band Band
	Note string // text key of what the counsellor is told about it
}

// ChoiceDef is one offered answer.
type ChoiceDef struct {
	Pos
	Key   string
	Label string
	Words string   // name of a word list (yes, no, skip)
	Also  []string // further words
	Set   map[string]string
	Count string  // "table.row" of the statistics cell it moves
	Safe  bool    // this answer says that it is safe to write
	Raise Band    // what is answered is at least so urgent, whenever a person takes it up
	When  string  // offered only while this guard holds
	Hide  Channel // not listed there, because it would not fit; it may be typed
	Arcs  []Arc
}

// Arc is a way out of a state: taken when its guard holds; the last one has none.
type Arc struct {
	Pos
	When string
	To   string
	Say  []string // said on the way
}

// Control is a word that works everywhere (content of controls.yaml).
type Control struct {
	Pos
	Name   string
	Live   string // what counts in a live chat: "all" its words, "words" (no digits), "" none
	Words  []string
	Always bool  // also for somebody who has not said the code word, and behind the duress word
	Arcs   []Arc // after yes
	Open   []Arc // before yes; none: the word has no meaning there
}

// Definition is a whole set of data files, decoded but not yet compiled.
type Definition struct {
	States   map[string]*State
	Controls []Control
	Words    map[string][]string // word lists by name, normalised
	// States the code itself leads to.
	Start   string // `start:`, a stranger's first question
	Back    string // `home:`, where a conversation goes whose state no longer exists
	Live    string // `live:`, the two-way chat
	Ping    string // `ping:`, after the neutral question
	Closed  string // `closed:`, after a counsellor has closed the chat
	Lost    string // `lost:`, when the counsellor went away
	Shop    string // `duress:`, where the duress word leads
	Consent string // `consent:`, where a counsellor asks whether the chat may be handed over
	Locked  string // `locked:`, where the code word is asked

	National map[string]bool // `national:`, flows counted as national totals only

	Hits    map[string][]Arc // `hits:`, where danger found in free text leads, by "high.suicide", "high", "check", ...
	Code    []Arc            // `code:`, where a return code leads
	Unknown []Arc            // `unknown:`, where a second answer not understood goes unless the state says otherwise
}

// Decode reads every *.yaml in fsys strictly: an unknown field, a wrong type or a doubled key is a fault.
func Decode(fsys fs.FS) (*Definition, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil || len(names) == 0 {
		return nil, Faults{{File: ".", Line: 1, Column: 1, What: "no flow files here", Mend: "put *.yaml files in this folder"}}
	}
	sort.Strings(names)
	d := &decoder{def: &Definition{States: map[string]*State{}, Words: map[string][]string{}, Hits: map[string][]Arc{}, National: map[string]bool{}}}
	for _, name := range names {
		d.file = name
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			d.add(Pos{name, 1, 1}, "cannot be read", "check the file's permissions")
			continue
		}
		d.decodeFile(raw)
	}
	return d.def, d.faults.sorted()
}

type decoder struct {
	def    *Definition
	file   string
	flow   string
	faults Faults
}

func (d *decoder) add(p Pos, what, mend string) { d.faults = append(d.faults, p.fault(what, mend)) }

func (d *decoder) at(n *yaml.Node) Pos { return Pos{d.file, n.Line, n.Column} }

func (d *decoder) decodeFile(raw []byte) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil || len(doc.Content) == 0 {
		d.add(Pos{d.file, yamlLine(err), 1}, "is not valid YAML", "check indentation, quotes and colons near this line")
		return
	}
	d.flow = ""
	national := false
	var states *yaml.Node
	d.fields(doc.Content[0], map[string]func(*yaml.Node){
		"flow":     func(n *yaml.Node) { d.flow = d.text(n) },
		"start":    d.given("start", &d.def.Start),
		"home":     d.given("home", &d.def.Back),
		"live":     d.given("live", &d.def.Live),
		"ping":     d.given("ping", &d.def.Ping),
		"closed":   d.given("closed", &d.def.Closed),
		"lost":     d.given("lost", &d.def.Lost),
		"duress":   d.given("duress", &d.def.Shop),
		"consent":  d.given("consent", &d.def.Consent),
		"locked":   d.given("locked", &d.def.Locked),
		"code":     func(n *yaml.Node) { d.def.Code = d.arcs(n) },
		"hits":     d.hits,
		"national": func(n *yaml.Node) { national = d.bool(n) },
		"unknown":  func(n *yaml.Node) { d.def.Unknown = d.arcs(n) },
		"states":   func(n *yaml.Node) { states = n },
		"controls": d.controls,
		"words":    d.wordLists,
	})
	if national {
		d.def.National[d.flow] = true // after all fields: `flow:` may stand below it
	}
	if states == nil {
		return
	}
	if d.flow == "" {
		d.add(d.at(doc.Content[0]), "a file with states has no flow name", "begin it with `flow: name`")
	}
	d.pairs(states, func(k, v *yaml.Node) { d.state(k, v) })
}

// given reads one of the states the code itself leads to; the whole set of files names each once.
func (d *decoder) given(field string, state *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if *state != "" {
			d.add(d.at(n), "`"+field+":` is already given in another file", "keep one of them")
			return
		}
		*state = d.name(d.text(n))
	}
}

func yamlLine(err error) int {
	if err == nil {
		return 1
	}
	_, rest, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return 1
	}
	line := 0
	for _, r := range rest {
		if r < '0' || r > '9' {
			break
		}
		line = line*10 + int(r-'0')
	}
	return max(line, 1)
}

// name makes a state's full name from one written inside this file's flow.
func (d *decoder) name(s string) string {
	if s == "" || s == "back" || strings.Contains(s, ".") {
		return s
	}
	return d.flow + "." + s
}

func (d *decoder) state(k, v *yaml.Node) {
	s := &State{Pos: d.at(k), Name: d.name(k.Value), Table: d.flow}
	if old, ok := d.def.States[s.Name]; ok {
		d.add(s.Pos, "state "+s.Name+" is already defined in "+old.File, "give it another name")
	}
	if k.Value == "back" {
		d.add(s.Pos, "back is not a name: it means the way back", "give the state another name")
	}
	d.def.States[s.Name] = s
	d.fields(v, map[string]func(*yaml.Node){
		"open":     func(n *yaml.Node) { s.Open = d.bool(n) },
		"danger":   func(n *yaml.Node) { s.Danger = d.bool(n) },
		"aside":    func(n *yaml.Node) { s.Aside = d.bool(n) },
		"end":      func(n *yaml.Node) { s.End = d.bool(n) },
		"ticket":   func(n *yaml.Node) { s.Ticket = d.bool(n) },
		"live":     func(n *yaml.Node) { s.Live = d.bool(n) },
		"remember": func(n *yaml.Node) { s.Keeps = d.bool(n) },
		"reads":    func(n *yaml.Node) { s.Reads = d.reading(n) },
		"notice":   func(n *yaml.Node) { s.Notice = d.text(n) },
		"set":      func(n *yaml.Node) { s.Set = d.set(n) },
		"many":     func(n *yaml.Node) { s.Many = d.arcs(n) },
		"say":      func(n *yaml.Node) { s.Say = d.list(n) },
		"choices": func(n *yaml.Node) {
			d.pairs(n, func(k, v *yaml.Node) { s.Choices = append(s.Choices, d.choice(k, v)) })
		},
		"text":    func(n *yaml.Node) { s.Text = d.arcs(n) },
		"unknown": func(n *yaml.Node) { s.Unknown = d.arcs(n) },
		"again":   func(n *yaml.Node) { s.Again = d.arcs(n) },
		"then":    func(n *yaml.Node) { s.Then = d.name(d.text(n)) },
		"route":   func(n *yaml.Node) { s.Route = d.arcs(n) },
		"handoff": func(n *yaml.Node) { s.Handoff = d.handoff(n) },
		"does":    func(n *yaml.Node) { s.Effects = d.effects(n) },
	})
}

func (d *decoder) choice(k, v *yaml.Node) ChoiceDef {
	c := ChoiceDef{Pos: d.at(k), Key: k.Value}
	var on Arc
	d.fields(v, map[string]func(*yaml.Node){
		"label": func(n *yaml.Node) { c.Label = d.text(n) },
		"words": func(n *yaml.Node) { c.Words = d.text(n) },
		"also":  func(n *yaml.Node) { c.Also = d.list(n) },
		"count": func(n *yaml.Node) { c.Count = d.text(n) },
		"safe":  func(n *yaml.Node) { c.Safe = d.bool(n) },
		"say":   func(n *yaml.Node) { on.Say = d.list(n) },
		"to":    func(n *yaml.Node) { c.Arcs = d.arcs(n) },
		"set":   func(n *yaml.Node) { c.Set = d.set(n) },
		"raise": func(n *yaml.Node) { c.Raise = d.band(n) },
		"when":  func(n *yaml.Node) { c.When = d.text(n) },
		"hide": func(n *yaml.Node) {
			if c.Hide = Channel(d.text(n)); !slices.Contains(Channels, c.Hide) {
				d.add(d.at(n), "unknown channel "+n.Value, "use telegram or sms")
			}
		},
	})
	for i := range c.Arcs {
		c.Arcs[i].Say = append(append([]string(nil), on.Say...), c.Arcs[i].Say...)
	}
	return c
}

// set reads answers to be set.
func (d *decoder) set(n *yaml.Node) map[string]string {
	out := map[string]string{}
	d.pairs(n, func(k, v *yaml.Node) {
		out[k.Value] = d.text(v)
		if k.Value == "lang" && !slices.Contains(Langs, Lang(v.Value)) {
			d.add(d.at(v), "unknown language "+v.Value, "use et, ru or en")
		}
	})
	return out
}

func (d *decoder) reading(n *yaml.Node) Reading {
	r := Reading(d.text(n))
	if !slices.Contains([]Reading{ReadsCounty, ReadsWord, ReadsNewWord, ReadsNewDuress}, r) {
		d.add(d.at(n), "unknown reading "+n.Value, "use county, word, new_word or new_duress")
	}
	return r
}

// hits reads where danger in free text leads.
func (d *decoder) hits(n *yaml.Node) {
	d.pairs(n, func(k, v *yaml.Node) {
		level, _, _ := strings.Cut(k.Value, ".")
		if level != "high" && level != "check" {
			d.add(d.at(k), "unknown level "+level, "begin with high or check, as in high.suicide")
		}
		d.def.Hits[k.Value] = d.arcs(v)
	})
}

// arcs reads one target, or a list of guarded targets of which the last has no guard.
func (d *decoder) arcs(n *yaml.Node) []Arc {
	if n.Kind != yaml.SequenceNode {
		return []Arc{d.arc(n)}
	}
	var out []Arc
	for _, item := range n.Content {
		out = append(out, d.arc(item))
	}
	return out
}

func (d *decoder) arc(n *yaml.Node) Arc {
	a := Arc{Pos: d.at(n)}
	if n.Kind == yaml.ScalarNode {
		a.To = d.name(n.Value)
		return a
	}
	d.fields(n, map[string]func(*yaml.Node){
		"when": func(n *yaml.Node) { a.When = d.text(n) },
		"to":   func(n *yaml.Node) { a.To = d.name(d.text(n)) },
		"say":  func(n *yaml.Node) { a.Say = d.list(n) },
	})
	return a
}

var bands = map[string]Band{"high": High, "check": Check, "shelter": Shelter, "trafficking": Trafficking, "violence": Violence, "rest": Rest}

func (d *decoder) handoff(n *yaml.Node) *HandoffDef {
	h := &HandoffDef{Band: Rest}
	d.fields(n, map[string]func(*yaml.Node){
		"desk": func(n *yaml.Node) { h.Desk = d.text(n) },
		"band": func(n *yaml.Node) { h.Band = d.band(n) },
		"note": func(n *yaml.Node) { h.Note = d.text(n) },
	})
	return h
}

func (d *decoder) band(n *yaml.Node) Band {
	band, ok := bands[d.text(n)]
	if !ok {
		d.add(d.at(n), "unknown band "+n.Value, "use high, check, shelter, trafficking, violence or rest")
	}
	return band
}

func (d *decoder) effects(n *yaml.Node) Effects {
	var e Effects
	known := map[string]*bool{"leave": &e.Leave, "stop": &e.Stop, "erase": &e.Erase, "release": &e.Release, "code": &e.Code,
		"wipe": &e.Wipe, "later": &e.Later, "anew": &e.Anew, "unlock": &e.Unlock, "no_word": &e.NoWord}
	for _, name := range d.list(n) {
		flag, ok := known[name]
		if !ok {
			d.add(d.at(n), "unknown effect "+name, "use leave, stop, erase, release, code, wipe, later, anew, unlock or no_word")
			continue
		}
		*flag = true
	}
	return e
}

func (d *decoder) controls(n *yaml.Node) {
	d.pairs(n, func(k, v *yaml.Node) {
		c := Control{Pos: d.at(k), Name: k.Value, Live: ""}
		d.fields(v, map[string]func(*yaml.Node){
			"live": func(n *yaml.Node) {
				if c.Live = d.text(n); c.Live != "all" && c.Live != "words" {
					d.add(d.at(n), "unknown reach "+c.Live+" in a live chat", "use all or words, or leave the line out")
				}
			},
			"words":  func(n *yaml.Node) { c.Words = d.list(n) },
			"always": func(n *yaml.Node) { c.Always = d.bool(n) },
			"to":     func(n *yaml.Node) { c.Arcs = d.arcs(n) },
			"open":   func(n *yaml.Node) { c.Open = d.arcs(n) },
		})
		d.def.Controls = append(d.def.Controls, c)
	})
}

func (d *decoder) wordLists(n *yaml.Node) {
	d.pairs(n, func(k, v *yaml.Node) { d.def.Words[k.Value] = d.list(v) })
}
