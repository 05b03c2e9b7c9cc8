package inspect

import (
	"maps"
	"slices"
	"strings"

	"sosin/flows"
)

// stand is a place a person can stand in: a state, before or after "safe to write = yes". Locked: the code word is being
// asked, and few words work.
type stand struct {
	state        string
	safe, locked bool
}

// line is one text said on the way, with what is known at that moment.
type line struct {
	key   string
	at    known
	state string    // the state that says it; "" for one said on the way there
	pos   flows.Pos // the state, or the way
}

// path is one way on, from what a person did to where they stand then.
type path struct {
	from    stand     // state "" where the code itself leads in
	way     flows.Way // its trigger says what was done
	choice  *flows.ChoiceDef
	said    []line
	through []string // the states entered, in order
	to      stand    // where the person stands now
	ended   bool     // nowhere: an End state was entered, the last of through
	back    bool     // to is not known: back from an interruption
	known   known
}

// maxHops is more than the compiler allows in a row.
const maxHops = 32

// explore walks every way from every place that can be reached.
func (p *prover) explore() {
	found := map[stand]bool{}
	for next := p.follow(p.entries(), found); len(next) > 0; {
		var more []path
		for _, at := range next {
			p.stands = append(p.stands, at)
			more = append(more, p.from(at)...)
		}
		next = p.follow(more, found)
	}
}

// follow keeps the paths and returns the places they lead to that are new.
func (p *prover) follow(paths []path, found map[stand]bool) (fresh []stand) {
	for _, pa := range paths {
		p.paths = append(p.paths, pa)
		if p.leads[pa.from] == nil {
			p.leads[pa.from] = map[string][]path{}
		}
		p.leads[pa.from][pa.way.Trigger] = append(p.leads[pa.from][pa.way.Trigger], pa)
		if !pa.ended && !pa.back && !found[pa.to] {
			found[pa.to] = true
			fresh = append(fresh, pa.to)
		}
	}
	return fresh
}

// entries are the states the code itself leads to. Nothing is known there but whether a yes was said.
func (p *prover) entries() (out []path) {
	d := p.def
	lead := func(name string, safe bool) {
		s, at := p.state(name), stand{safe: safe}
		start := path{way: flows.Way{Pos: s.Pos, Trigger: "code itself", To: name}, to: at, known: at.knows()}
		out = append(out, p.enter(start, name, 0)...)
	}
	for _, name := range []string{d.Start, d.Ping, d.Shop, d.Live} { // the last: to somebody in danger
		lead(name, false)
	}
	for _, name := range []string{d.Live, d.Back, d.Closed, d.Lost, d.Consent} {
		lead(name, true)
	}
	return out
}

// knows is what holds for whoever stands here. A yes comes after the choice of a language.
func (at stand) knows() known {
	k := known{is: map[string]bool{"safe": at.safe}}
	if at.safe {
		k.set("language", true)
		k.set("locked", at.locked)
	}
	return k
}

// detour tells whether somebody is on an interruption of the question for the code word, which leads back there.
func (p *prover) detour(at stand) bool { return at.locked && at.state != p.def.Locked }

// from lists the ways on from a place: answers, words, danger found, and what is done with words not understood.
func (p *prover) from(at stand) (out []path) {
	s := p.state(at.state)
	byTrigger := map[string][]flows.Way{}
	for _, w := range p.ways[at.state] {
		byTrigger[w.Trigger] = append(byTrigger[w.Trigger], w)
	}
	for i := range s.Choices {
		ch := &s.Choices[i]
		trigger := "choice:" + ch.Key
		if len(ch.Arcs) == 0 {
			continue // one of several, or a control word
		}
		out = append(out, p.tried(path{from: at, choice: ch, to: at.after(ch)}, byTrigger[trigger])...)
	}
	for _, trigger := range slices.Sorted(maps.Keys(byTrigger)) {
		if !strings.HasPrefix(trigger, "choice:") && p.acts(s, at, trigger) {
			out = append(out, p.common(at, trigger, byTrigger[trigger])...)
		}
	}
	return out
}

// common follows the ways of a trigger. Most are the same from everywhere (control words, danger, a code): those are
// followed once.
func (p *prover) common(at stand, trigger string, ways []flows.Way) []path {
	kind, _, everywhere := strings.Cut(trigger, ":")
	same := stand{state: trigger, safe: at.safe, locked: at.locked}
	if !everywhere && kind != "code" || slices.ContainsFunc(ways, func(w flows.Way) bool { return w.To == "back" }) {
		return p.tried(path{from: at, to: at}, ways)
	}
	if p.shared[same] == nil {
		p.shared[same] = p.tried(path{from: at, to: at}, ways)
	}
	out := slices.Clone(p.shared[same])
	for i := range out {
		out[i].from = at
		if out[i].ended {
			out[i].to.state = at.state
		}
	}
	return out
}

// after is who stands where an answer leads.
func (at stand) after(ch *flows.ChoiceDef) stand {
	at.safe = at.safe || ch.Safe
	return at
}

// acts tells whether a trigger can fire in a place, as the steps in package flows have it.
func (p *prover) acts(s *flows.State, at stand, trigger string) bool {
	kind, name, _ := strings.Cut(trigger, ":")
	switch kind {
	case "control", "open":
		ctl := p.control(name)
		return ctl != nil && (kind == "control") == at.safe && p.works(ctl, at)
	case "hit":
		return !s.Live && (at.safe || strings.HasPrefix(name, "high"))
	case "code":
		return at.safe && !at.locked
	case "unknown":
		return at.safe && understands(s)
	}
	return kind != "then"
}

// understands tells whether there are words a state may not understand: what is asked for as text, or goes to a ticket, is
// always taken.
func understands(s *flows.State) bool {
	return !s.Ticket && (len(s.Text) == 0 || s.Reads != flows.ReadsNothing)
}

// tried follows the ways of one trigger in the order they are tried.
func (p *prover) tried(start path, ways []flows.Way) (out []path) {
	k := start.from.knows()
	possible := true
	if ch := start.choice; ch != nil {
		if ch.When != "" {
			k, possible = k.assume([]string{ch.When})
		}
		k = k.answers(ch.Set)
		if ch.Safe {
			k.is["safe"] = true
		}
	}
	for _, w := range ways {
		if !possible {
			break
		}
		if taken, ok := k.assume(w.When); ok {
			pa := start
			pa.way, pa.known = w, taken
			out = append(out, p.take(pa)...)
		}
		k, possible = k.exclude(w.When)
	}
	return out
}

// take goes one way.
func (p *prover) take(pa path) []path {
	for _, key := range pa.way.Say {
		pa.said = append(pa.said, line{key: key, at: pa.known, pos: pa.way.Pos})
	}
	if pa.way.To != "back" {
		return p.enter(pa, pa.way.To, 0)
	}
	if p.state(pa.from.state).Aside {
		pa.back = true
	} else {
		pa.to.state = pa.from.state
	}
	return []path{pa}
}

// enter goes into a state, and on through those that lead on at once.
func (p *prover) enter(pa path, name string, hops int) (out []path) {
	s := p.state(name)
	pa.through = append(slices.Clip(pa.through), name)
	pa.known = pa.known.enter(s)
	pa.said = slices.Clip(pa.said)
	for _, key := range s.Say {
		pa.said = append(pa.said, line{key: key, at: pa.known, state: name, pos: s.Pos})
	}
	if s.End || hops > maxHops {
		pa.ended = true
		return []path{pa}
	}
	if s.Then == "" {
		pa.to.state = name
		pa.to.locked = pa.to.safe && pa.known.holds("locked") && (s.Aside || name == p.def.Locked)
		return []path{pa}
	}
	k, possible := pa.known, true
	for _, w := range p.ways[name] {
		if w.Trigger != "then" || !possible {
			continue
		}
		if taken, ok := k.assume(w.When); ok {
			on := pa
			on.known = taken
			for _, key := range w.Say {
				on.said = append(slices.Clip(on.said), line{key: key, at: taken, pos: w.Pos})
			}
			out = append(out, p.enter(on, w.To, hops+1)...)
		}
		k, possible = k.exclude(w.When)
	}
	return out
}

// control finds a control word's definition by its name.
func (p *prover) control(name string) *flows.Control {
	for i := range p.def.Controls {
		if p.def.Controls[i].Name == name {
			return &p.def.Controls[i]
		}
	}
	return nil
}

// works tells whether a control word means anything in a place: before yes only with an open form, in a live chat only with
// a reach, and while the code word is asked only if it always does.
func (p *prover) works(ctl *flows.Control, at stand) bool {
	switch {
	case !at.safe && len(ctl.Open) == 0:
		return false
	case p.state(at.state).Live && ctl.Live == "":
		return false
	case at.locked && !ctl.Always:
		return false
	}
	return true
}

// commands are the paths of a control word from a place.
func (p *prover) commands(ctl *flows.Control, at stand) []path {
	if at.safe {
		return p.leads[at]["control:"+ctl.Name]
	}
	return p.leads[at]["open:"+ctl.Name]
}

// chosen are the paths of an answer from a place; one without a way of its own acts as the control word it names. Nil for
// one of several answers.
func (p *prover) chosen(ch *flows.ChoiceDef, at stand) []path {
	if len(ch.Arcs) > 0 {
		return p.leads[at]["choice:"+ch.Key]
	}
	if ctl := p.spoken(ch.Key); ctl != nil {
		kind := "open:"
		if at.safe {
			kind = "control:"
		}
		if found := p.leads[at][kind+ctl.Name]; found != nil || !at.safe {
			return found
		}
		// A button acts as the word even where the word alone does not.
		var ways []flows.Way
		for _, w := range p.ways[at.state] {
			if w.Trigger == kind+ctl.Name {
				ways = append(ways, w)
			}
		}
		return p.tried(path{from: at, to: at}, ways)
	}
	return nil
}

// spoken finds the control word somebody typed.
func (p *prover) spoken(text string) *flows.Control {
	word := flows.Word(text)
	for i := range p.def.Controls {
		for _, w := range p.def.Controls[i].Words {
			if flows.Word(w) == word {
				return &p.def.Controls[i]
			}
		}
	}
	return nil
}

// handsOver tells whether a path opens a ticket, or leads to where what is typed goes to one.
func (p *prover) handsOver(pa path) bool {
	for _, name := range pa.through {
		if p.state(name).Handoff != nil {
			return true
		}
	}
	s := p.state(pa.to.state)
	return !pa.ended && !pa.back && s != nil && (s.Ticket || s.Live)
}
