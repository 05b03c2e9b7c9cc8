package console

import (
	"maps"
	"slices"
	"strings"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/handoff"
)

// needView is something about a person that whoever holds the chat must see at once.
type needView struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// needs lists what a person asked for or must have, and what of it the holder does not meet.
func (w words) needs(chat handoff.Chat) []needView {
	out := []needView{}
	add := func(kind string, given bool) {
		if given {
			out = append(out, needView{kind, w.say("need." + kind)})
		}
	}
	add("minor", chat.Minor)
	add("maybe_minor", !chat.Minor && chat.Answers["under18"] == "maybe")
	add("woman", chat.Woman)
	add("rather_woman", !chat.Woman && chat.Answers["woman"] == "rather")
	add("interpreter", chat.Answers["interpreter"] == "yes")
	add("access", chat.Answers["access"] == "yes") // what would help stands in the person's words (N-05)
	add("elsewhere", chat.Answers["elsewhere"] == "yes")
	if len(chat.Dropped) > 0 {
		var list []string
		for _, f := range chat.Dropped {
			list = append(list, w.say("dropped."+string(f)))
		}
		out = append(out, needView{"dropped", w.say("need.dropped", "list", strings.Join(list, ", "))})
	}
	return out
}

// times says when the person may be written to.
func (w words) times(chat handoff.Chat) string {
	if when := chat.Answers["times"]; when != "" {
		return w.label("times", when)
	}
	return ""
}

// notChosen are answers that stand elsewhere on the page (among the needs, with the safe times), and those by which the
// flows only remember what to ask next.
var notChosen = []string{"under18", "woman", "interpreter", "access", "elsewhere", "times", "lang",
	"ask", "for", "called", "day", "hour", "later", "interpreter_asked", "met", "shelter", "feedback"}

// answers are what the person chose, in words. An answer of a coordinator's own flows shows its own id.
func (w words) answers(lang string, given map[string]string) []answerView {
	out := []answerView{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(notChosen, key) {
			continue
		}
		value := w.label(key, given[key])
		if name := service.CountyName(given[key], flows.Lang(lang)); key == "county" && name != "" {
			value = name
		}
		out = append(out, answerView{w.label("answer", key), value})
	}
	return out
}
