package flows

import (
	"fmt"
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
	// soon: the same for a safe place tonight, where a quarter of an hour is the measure (N-52).
	"soon": func(_ Conversation, f Facts) string { return f.Now.Add(ShelterFor).In(Tallinn).Format("15:04") },
	// wait: the measured waiting time in minutes, rounded up to five; only behind the guard `measured`.
	"wait": func(c Conversation, f Facts) string {
		const step = 5 * time.Minute
		return fmt.Sprint(int((f.Wait[f.desk(c)] + step - 1).Truncate(step) / time.Minute))
	},
	// next_open: when the desk opens next; only behind the guard `not hours`.
	"next_open": func(c Conversation, f Facts) string { return f.Service.NextOpen(f.desk(c), f.Now, c.Lang) },
	// centre: the telephone of the women's support centre in the chosen county; only behind the guard `centre`.
	"centre": func(c Conversation, f Facts) string { return f.centre(c) },
	// trafficking_line, complaint: verified facts of the service file; only behind the guards fact.trafficking, fact.complaint.
	"trafficking_line": func(_ Conversation, f Facts) string { return f.Service.Fact("trafficking", f.Now) },
	"complaint":        func(_ Conversation, f Facts) string { return f.Service.Fact("complaint", f.Now) },
	// date: the day and hour chosen for a message later on.
	"date": func(c Conversation, f Facts) string { return laterAt(c, f.Now).Format("02.01 15:04") },
	// code: the return code given in this step.
	"code": func(_ Conversation, f Facts) string { return ShowReturnCode(f.Fresh) },
	// alias: the counsellor's working name; provider: who would take the chat over. Only where a counsellor has asked; what
	// else names a counsellor is said by the staff step.
	"alias":    func(c Conversation, _ Facts) string { return c.Asker },
	"provider": func(c Conversation, _ Facts) string { return c.Partner },
}

// guardOf names the guard without which a value is not known.
var guardOf = map[string]string{"wait": "measured", "next_open": "not hours", "centre": "centre",
	"trafficking_line": "fact.trafficking", "complaint": "fact.complaint"}

// GuardOf is the guard without which a text with this variable must not be said; empty for one that is always known.
func GuardOf(variable string) string { return guardOf[variable] }

func valueNames() []string {
	names := make([]string, 0, len(values))
	for n := range values {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Longest gives for each variable the longest value it takes in a language, for the proof that every SMS fits. What the
// service file gives is bounded there.
func Longest(lang Lang) map[string]any {
	next := map[Lang]string{Estonian: "30. septembril kell 12.00", Russian: "в воскресенье в 12:00", English: "on 30 September at 12:00"}
	provider := map[Lang]string{Estonian: "Mõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõ", Russian: "Жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж", English: "Mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"}
	return map[string]any{"until": "23:59", "soon": "23:59", "wait": "120", "next_open": next[lang],
		"centre": "+372 5555 5555", "trafficking_line": "+372 5555 5555", "complaint": "https://example.org/complaint",
		"date": "30.12 18:00", "code": "00000 00000", "alias": "Mmmmmmmmmmmmmmmm", "provider": provider[lang]}
}

// laterAt is the moment a person chose with the answers day (days from today) and hour; tomorrow at noon where one is
// missing.
func laterAt(c Conversation, now time.Time) time.Time {
	days, hour := 1, 12
	_, _ = fmt.Sscan(c.Answers["day"], &days)
	_, _ = fmt.Sscan(c.Answers["hour"], &hour)
	now = now.In(Tallinn)
	return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 0, 0, 0, Tallinn)
}
