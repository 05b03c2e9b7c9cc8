package inspect

import (
	"maps"
	"slices"
	"strings"

	"sosin/flows"
)

// known is what holds at one moment of a step: guards that were asked and their answers. Facts do not change within a step,
// answers may.
type known struct {
	is  map[string]bool
	not [][]string // guards that do not all hold together
}

// guard parts "not duty" into the fact and whether it has to hold.
func guard(g string) (name string, holds bool) {
	if rest, ok := strings.CutPrefix(g, "not "); ok {
		name, holds = guard(rest)
		return name, !holds
	}
	return g, true
}

// implied are facts that follow from others; the guards are made so.
var implied = map[string]map[string]bool{
	"live":    {"waiting": false, "locked": false},
	"waiting": {"live": false, "locked": false},
	"held":    {"locked": false},
	"locked":  {"live": false, "waiting": false, "held": false},
}

// truth tells whether a fact is known, and how it stands. An answer that is known excludes every other to the same question.
func (k known) truth(name string) (holds, sure bool) {
	if holds, sure = k.is[name]; sure {
		return holds, true
	}
	question, _, answer := strings.Cut(name, "=")
	if !answer {
		return false, false
	}
	for other, holds := range k.is {
		if holds && strings.HasPrefix(other, question+"=") {
			return false, true
		}
	}
	return false, false
}

// holds tells whether a guard is known to hold.
func (k known) holds(g string) bool {
	name, want := guard(g)
	is, sure := k.truth(name)
	return sure && is == want
}

func (k known) clone() known { return known{is: maps.Clone(k.is), not: slices.Clone(k.not)} }

// assume adds guards that hold. False: that cannot be.
func (k known) assume(when []string) (known, bool) {
	k = k.clone()
	for _, g := range when {
		name, holds := guard(g)
		if !k.set(name, holds) {
			return k, false
		}
	}
	return k, k.settle()
}

// exclude adds that these guards do not all hold: an earlier way was not taken.
func (k known) exclude(when []string) (known, bool) {
	k = k.clone()
	k.not = append(k.not, when)
	return k, k.settle()
}

func (k *known) set(name string, holds bool) bool {
	if is, sure := k.truth(name); sure {
		return is == holds
	}
	if k.is == nil {
		k.is = map[string]bool{}
	}
	k.is[name] = holds
	if !holds {
		return true
	}
	for other, is := range implied[name] {
		if !k.set(other, is) {
			return false
		}
	}
	return true
}

// settle draws what follows from the ways not taken: where all guards but one hold, the last does not.
func (k *known) settle() bool {
	for again := true; again; {
		again = false
		for _, when := range k.not {
			open, free := k.open(when)
			switch {
			case free:
			case len(open) == 0:
				return false
			case len(open) == 1:
				name, holds := guard(open[0])
				if !k.set(name, !holds) {
					return false
				}
				again = true
			}
		}
	}
	return true
}

// open lists the guards nothing is known of; free: one is known not to hold.
func (k *known) open(when []string) (open []string, free bool) {
	for _, g := range when {
		name, want := guard(g)
		switch is, sure := k.truth(name); {
		case sure && is != want:
			return nil, true
		case !sure && !slices.Contains(open, g):
			open = append(open, g)
		}
	}
	return open, false
}

// turned are the facts that may turn out otherwise when an answer is set: where help is wanted, about what, from whom.
var turned = map[string][]string{
	"desk": ofDesk, "county": append([]string{"centre"}, ofDesk...), "elsewhere": ofDesk, "lang": ofDesk, "woman": ofDesk, "under18": ofDesk,
}

var ofDesk = []string{"duty", "desk", "hours", "measured"}

// answer notes an answer that was given.
func (k known) answer(question, value string) known {
	k = k.clone()
	for name := range k.is {
		if strings.HasPrefix(name, question+"=") {
			delete(k.is, name)
		}
	}
	k.forget(func(name string) bool {
		return strings.HasPrefix(name, question+"=") || slices.Contains(turned[question], name)
	})
	if k.is == nil {
		k.is = map[string]bool{}
	}
	if question == "lang" {
		k.is["language"] = true
	} else {
		k.is[question+"="+value] = true
	}
	return k
}

func (k *known) forget(gone func(name string) bool) {
	maps.DeleteFunc(k.is, func(name string, _ bool) bool { return gone(name) })
	k.not = slices.DeleteFunc(k.not, func(when []string) bool {
		return slices.ContainsFunc(when, func(g string) bool { name, _ := guard(g); return gone(name) })
	})
}

func (k known) answers(set map[string]string) known {
	for _, question := range slices.Sorted(maps.Keys(set)) {
		k = k.answer(question, set[question])
	}
	return k
}

// enter notes what entering a state changes.
func (k known) enter(s *flows.State) known {
	k = k.answers(s.Set)
	if s.Handoff != nil && s.Handoff.Desk != "" && !k.holds("desk="+s.Handoff.Desk) {
		k = k.answer("desk", s.Handoff.Desk)
	}
	e := s.Effects
	if e.Unlock || e.Anew {
		k = k.clone()
		k.forget(func(name string) bool {
			return slices.Contains([]string{"locked", "live", "waiting", "held"}, name) || e.Anew && name != "safe" && name != "telegram" && name != "language"
		})
		k.is["locked"] = false
	}
	return k
}
