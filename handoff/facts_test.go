package handoff

import (
	"testing"
	"time"

	"sosin/flows"
)

// A text may say that somebody reads only where a heartbeat is fresh (promise 6), and a woman or somebody trained for
// children only where one is (N-13, P-15).
func TestFactsTellWhoIsHere(t *testing.T) {
	now := time.Unix(1800000000, 0)
	desks := []string{"women", "prostitution"}
	on := func(m Member) Duty { return Duty{Member: m, Until: now.Add(time.Second)} }
	all, women := on(Member{ID: "a"}), on(Member{ID: "b", Desks: []string{"women"}})
	past := Duty{Member: Member{ID: "c", Skills: []string{"female", "child_qualified"}}, Until: now}
	russian := on(Member{ID: "d", Langs: []flows.Lang{flows.Russian}})
	her := on(Member{ID: "e", Desks: []string{"women"}, Skills: []string{"female", "legal"}})
	trained := on(Member{ID: "f", Desks: []string{"women"}, Skills: []string{"child_qualified"}})
	both := on(Member{ID: "g", Desks: []string{"women"}, Skills: []string{"psych", "child_qualified", "female"}})
	everywhere := []string{"general", "women", "prostitution"}
	for name, c := range map[string]struct {
		duties []Duty
		lang   flows.Lang
		want   []string
	}{
		"nobody":                {nil, "", nil},
		"too old":               {[]Duty{past}, "", nil},
		"one desk":              {[]Duty{past, women}, flows.Estonian, []string{"general", "women"}},
		"for all desks":         {[]Duty{all}, flows.English, everywhere},
		"not in their language": {[]Duty{russian}, flows.English, nil},
		"in their language":     {[]Duty{russian, past}, flows.Russian, everywhere},
		"no language yet":       {[]Duty{russian}, "", everywhere},
		"a woman":               {[]Duty{her}, "", []string{"general", "women", "general+female", "women+female"}},
		"a woman at one desk, anybody at all": {[]Duty{her, all}, "",
			[]string{"general", "women", "prostitution", "general+female", "women+female"}},
		"trained for children": {[]Duty{trained}, "", []string{"general", "women", "general+child_qualified", "women+child_qualified"}},
		"a woman, and another who is trained": {[]Duty{her, trained}, "", []string{"general", "women", "general+female", "women+female",
			"general+child_qualified", "women+child_qualified"}},
		"both in one person": {[]Duty{both}, "", []string{"general", "women", "general+female", "women+female",
			"general+child_qualified", "women+child_qualified", "general+female+child_qualified", "women+female+child_qualified"}},
	} {
		got := Facts(c.duties, now, desks, c.lang)
		for _, key := range c.want {
			if !got[key] {
				t.Errorf("%s: nobody is said to be at %s", name, key)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A waiting time is named only when it was measured often enough and lately (promise 6).
func TestWait(t *testing.T) {
	now := time.Unix(1800000000, 0)
	waited := func(ago time.Duration, minutes ...int) (list []Waited) {
		for _, m := range minutes {
			list = append(list, Waited{At: now.Add(-ago), For: time.Duration(m) * time.Minute})
		}
		return list
	}
	old, early := waited(2*time.Hour, 90, 90, 90), waited(2*time.Hour-time.Second, 1, 2)
	for name, c := range map[string]struct {
		waits []Waited
		want  time.Duration
		ok    bool
	}{
		"none":                       {nil, 0, false},
		"four":                       {waited(0, 1, 2, 3, 4), 0, false},
		"five":                       {waited(0, 9, 1, 30, 2, 3), 3 * time.Minute, true},
		"six":                        {waited(0, 9, 1, 30, 2, 3, 4), 210 * time.Second, true},
		"too old do not count":       {append(waited(0, 1, 2, 3, 4), old...), 0, false},
		"nor do they move it":        {append(waited(0, 1, 2, 3, 4, 5), old...), 3 * time.Minute, true},
		"almost two hours ago count": {append(waited(0, 3, 4, 5), early...), 3 * time.Minute, true},
		"of more than twenty the newest": {append(waited(0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
			waited(0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)...), time.Minute, true},
	} {
		if got, ok := Wait(c.waits, now); got != c.want || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", name, got, ok, c.want, c.ok)
		}
	}
}
