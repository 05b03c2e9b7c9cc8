package flows

import (
	"sort"
	"time"
	_ "time/tzdata" // the helpline keeps Estonian time on any machine
)

// Tallinn is the time people read on their clock.
var Tallinn = mustLocation("Europe/Tallinn")

func mustLocation(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("flows: " + err.Error()) // embedded above
	}
	return loc
}

// values are the variables a text may use. Each is computed when the message is decided, from the facts of that moment,
// and never holds the person's words.
var values = map[string]func(Conversation, Facts) string{
	// until: the clock time until which to wait before taking the other way named (promise 6).
	"until": func(_ Conversation, f Facts) string { return f.Now.Add(WaitFor).In(Tallinn).Format("15:04") },
	// alias: the counsellor's working name; given by the staff step.
	"alias": nil,
}

func valueNames() []string {
	names := make([]string, 0, len(values))
	for n := range values {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Longest gives for each variable the longest value it takes, for the proof that every SMS fits.
func Longest() map[string]any {
	return map[string]any{"until": "23:59", "alias": "Mmmmmmmmmmmmmmmm"}
}
