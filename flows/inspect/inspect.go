package inspect

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/locales"
)

// Subject is what is looked at: flows with their texts and the service file they will run beside.
type Subject struct {
	Flows   *flows.Machine
	Texts   *locales.Texts
	Sources fs.FS         // the folder the texts were read from, to say in which line one stands
	Service *service.File // desks, counties and features
	Render  Render        // how a channel shows a message
	// Elsewhere are texts that the program says without the flows.
	Elsewhere []string
}

// Render makes of a message what a channel sends: its text, and what its buttons carry. Package bot does it; it is passed in
// so that proof and person see the same bytes.
type Render func(lang flows.Lang, ch flows.Channel, m flows.Message) (text string, data []string, err error)

// Check returns every fault the proofs find, by file, line and column, each once; none for flows that may go live.
func Check(s Subject) flows.Faults {
	p := newProver(s)
	for _, prove := range []func(*prover){
		reachable, exits, person, numbers, quickExit, languageChange, menuItems, named, wording, fits,
		openList, notices, readers, unknownNeverEnds, guardedValues, hiddenChoices, owed, today,
	} {
		prove(p)
	}
	return p.sorted()
}

// prover is one run over one subject.
type prover struct {
	Subject
	def    *flows.Definition
	names  []string                    // of all states, sorted
	ways   map[string][]flows.Way      // by state
	stands []stand                     // every place a person can stand in, in the order they were found
	paths  []path                      // every way on from there, and every way the code itself leads in
	leads  map[stand]map[string][]path // the same, by place and trigger
	shared map[stand][]path            // the ways of a trigger that are the same from every such place
	faults map[flows.Fault]bool

	lines     map[string][]string  // of the text files
	typeables map[string]*typeable // by text
	rendered  map[[3]string]string // by text, language and channel
	told      map[advice]bool      // what was looked at already
}

func newProver(s Subject) *prover {
	p := &prover{Subject: s, def: s.Flows.Definition(), faults: map[flows.Fault]bool{}, leads: map[stand]map[string][]path{},
		ways: map[string][]flows.Way{}, lines: map[string][]string{}, typeables: map[string]*typeable{},
		rendered: map[[3]string]string{}, shared: map[stand][]path{}, told: map[advice]bool{}}
	p.names = slices.Sorted(maps.Keys(p.def.States))
	for _, name := range p.names {
		p.ways[name] = s.Flows.Ways(name)
	}
	p.explore()
	return p
}

func (p *prover) add(at flows.Pos, what, mend string) {
	p.faults[flows.Fault{File: at.File, Line: at.Line, Column: at.Column, What: what, Mend: mend}] = true
}

func (p *prover) sorted() flows.Faults {
	out := slices.Collect(maps.Keys(p.faults))
	slices.SortFunc(out, func(a, b flows.Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.What, b.What), strings.Compare(a.Mend, b.Mend))
	})
	return out
}

// state is a state that is known to exist: the compiler has refused every other name.
func (p *prover) state(name string) *flows.State { return p.def.States[name] }
