package library_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"sosin/flows"
	"sosin/locales"
)

// P-48: the duty to name 116 006, the way to help by day and night: in the texts the contract asks about, and in whatever
// is said in danger, at a closed door, to somebody who waits, and when something is refused.
func TestTheCrisisLineIsNamedWhereItIsOwed(t *testing.T) {
	texts := loadTexts(t)
	owed := []string{"welcome.who_we_are", "queue.waiting", "queue.waiting.measured", "queue.waiting.woman", "queue.kept", "queue.call_keeps",
		"queue.away", "queue.later", "pref.female.wait", "unknown.kept", "chat.lost", "rights.refusal", "later.agreed", "traf.any_time",
		"feedback.thanks", "interpreter.noted", "stop.done", "system.error", "static.fallback", "info.numbers", "info.116006"}
	for _, key := range said(loadFlows(t, texts).Definition()) {
		for _, family := range []string{"danger.", "urgent.", "hours.", "queue.nobody", "shelter.", "young.", "message."} {
			if strings.HasPrefix(key, family) && !slices.Contains(withoutNumbers, key) {
				owed = append(owed, key)
			}
		}
	}
	if len(owed) < 35 {
		t.Errorf("only %d texts owe the number", len(owed))
	}
	for _, key := range owed {
		names(t, texts, key, "116 006")
	}
}

// withoutNumbers are of a family that owes the number, but stand directly before or after a text that has it.
var withoutNumbers = []string{
	"danger.check", "danger.check.suicide", // questions; every answer leads to a text with the numbers
	"danger.followup",              // under a danger text
	"shelter.noted",                // followed by the question of the county, and then by a shelter text
	"message.ask", "message.saved", // between queue.nobody and message.left
}

// said lists the texts that are messages of their own, not labels of answers or lines for staff.
func said(def *flows.Definition) []string {
	keys := map[string]bool{}
	add := func(arcs []flows.Arc) {
		for _, a := range arcs {
			for _, key := range a.Say {
				keys[key] = true
			}
		}
	}
	for _, s := range def.States {
		add([]flows.Arc{{Say: s.Say}})
		for _, arcs := range [][]flows.Arc{s.Text, s.Many, s.Unknown, s.Again, s.Route} {
			add(arcs)
		}
		for _, ch := range s.Choices {
			add(ch.Arcs)
		}
	}
	for _, ctl := range def.Controls {
		add(ctl.Arcs)
		add(ctl.Open)
	}
	return slices.Sorted(maps.Keys(keys))
}

func names(t *testing.T, texts *locales.Texts, key, number string) {
	t.Helper()
	for _, lang := range flows.Langs {
		for _, ch := range flows.Channels {
			said, err := texts.Say(string(lang), key, string(ch), flows.Longest(lang))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said, number) {
				t.Errorf("%s in %s on %s does not name %s", key, lang, ch, number)
			}
		}
	}
}

// Where danger was said, or nobody is there, 112 stands beside it (promise 7).
func TestTheEmergencyNumberIsNamedInDanger(t *testing.T) {
	texts := loadTexts(t)
	for _, key := range []string{"danger.now", "danger.suicide", "danger.held", "danger.child", "danger.unsure", "danger.silent", "danger.noted",
		"urgent.nobody", "static.fallback", "system.error", "info.numbers", "queue.nobody", "queue.nobody.centre", "hours.closed", "queue.away",
		"shelter.queued", "shelter.nobody", "shelter.nobody_centre", "young.nobody", "message.left", "message.left.silent", "message.added",
		"unknown.input", "unknown.kept", "chat.lost", "welcome.who_we_are", "traf.any_time"} {
		names(t, texts, key, "112")
	}
	for _, key := range []string{"danger.child", "info.under18", "young.nobody", "info.numbers", "info.children"} {
		names(t, texts, key, "116 111")
	}
}
