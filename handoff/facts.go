package handoff

import (
	"slices"
	"time"

	"sosin/flows"
	"sosin/flows/service"
)

// Facts tells at which desks a counsellor who serves this language is on duty now, for the flows: for anybody, and under
// the keys of [flows.DutyKey] for who asks for a woman, for who is under 18, and for who needs both in one person. No
// language: any.
func Facts(duties []Duty, now time.Time, desks []string, lang flows.Lang) map[string]bool {
	out := map[string]bool{}
	for _, d := range duties {
		if !d.Until.After(now) || lang != "" && len(d.Member.Langs) > 0 && !slices.Contains(d.Member.Langs, lang) {
			continue
		}
		d.Member.here(out, flows.AnyDesk)
		for _, desk := range desks {
			if len(d.Member.Desks) == 0 || slices.Contains(d.Member.Desks, desk) {
				d.Member.here(out, desk)
			}
		}
	}
	return out
}

// here adds a member at a desk under every key they answer to.
func (m Member) here(duty map[string]bool, desk string) {
	for _, woman := range []bool{false, true} {
		for _, minor := range []bool{false, true} {
			if (!woman || m.Has(service.Female)) && (!minor || m.Has(service.ChildQualified)) {
				duty[flows.DutyKey(desk, woman, minor)] = true
			}
		}
	}
}

// Waited is how long one person waited for the first answer.
type Waited struct {
	At  time.Time // of the answer
	For time.Duration
}

// Wait is the median waiting time that may be named (promise 6): of the last twenty, newest first, that were answered within
// the last two hours. ok is false for fewer than five.
func Wait(waits []Waited, now time.Time) (median time.Duration, ok bool) {
	var lately []time.Duration
	for _, w := range waits[:min(len(waits), WaitsLast)] {
		if now.Sub(w.At) < WaitsWithin {
			lately = append(lately, w.For)
		}
	}
	n := len(lately)
	if n < WaitsLeast {
		return 0, false
	}
	slices.Sort(lately)
	return (lately[(n-1)/2] + lately[n/2]) / 2, true
}
