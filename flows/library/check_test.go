package library_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
)

// An open text may stand on a lock screen while somebody else looks. Only danger, once said, may name a number, and
// nothing names the service.
func TestOpenTextsGiveNothingAway(t *testing.T) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	given := []string{"112", "116", "abi", "tugi", "vägivald", "prostitu", "помощ", "поддерж", "насил", "проститу", "help", "support", "violence",
		"nõusta", "töötaja", "специалист", "worker", "counsel", "sosin"}
	for _, s := range m.Definition().States {
		if !s.Open || s.Danger {
			continue
		}
		for _, lang := range flows.Langs {
			for _, msg := range prompts(s, lang) {
				for _, ch := range flows.Channels {
					out := render(t, texts, lang, ch, msg)
					for _, word := range given {
						if strings.Contains(strings.ToLower(out), word) {
							t.Errorf("%s in %s on %s says %q before yes: %s", s.Name, lang, ch, word, out)
						}
					}
				}
			}
		}
	}
}

func prompts(s *flows.State, lang flows.Lang) []flows.Message {
	var out []flows.Message
	for i, key := range s.Say {
		msg := flows.Message{Text: key, Args: longest(lang), State: s.Name, Class: flows.FromBot}
		if i == len(s.Say)-1 {
			for _, ch := range s.Choices {
				msg.Choices = append(msg.Choices, flows.Choice{Key: ch.Key, Label: ch.Label, Hide: ch.Hide})
			}
		}
		out = append(out, msg)
	}
	return out
}

func longest(lang flows.Lang) map[string]string {
	args := map[string]string{}
	for k, v := range flows.Longest(lang) {
		args[k] = v.(string)
	}
	return args
}

func render(t *testing.T, texts bot.Texts, lang flows.Lang, ch flows.Channel, msg flows.Message) string {
	t.Helper()
	out, err := bot.Render(texts, lang, ch, msg)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range out.Buttons {
		out.Text += "\n" + b.Label
	}
	return out.Text
}

// A state nobody can get to is a promise in the data files that is never kept.
func TestEveryStateIsReachable(t *testing.T) {
	def := loadFlows(t, loadTexts(t)).Definition()
	seen := map[string]bool{}
	var visit func(string)
	follow := func(arcs []flows.Arc) {
		for _, a := range arcs {
			visit(a.To)
		}
	}
	visit = func(name string) {
		s := def.States[name]
		if s == nil || seen[name] {
			return
		}
		seen[name] = true
		for _, ch := range s.Choices {
			follow(ch.Arcs)
		}
		follow(s.Text)
		follow(s.Unknown)
		follow(s.Again)
		follow(s.Many)
		follow(s.Route)
		visit(s.Then)
	}
	visit(def.Start)
	for _, ctl := range def.Controls { // words that work everywhere
		follow(ctl.Arcs)
		follow(ctl.Open)
	}
	follow(def.Unknown)
	follow(def.Code)
	for _, arcs := range def.Hits {
		follow(arcs)
	}
	for _, name := range []string{def.Ping, def.Closed, def.Lost, def.Consent, def.Shop} { // the code, or staff, lead here
		visit(name)
	}
	for name := range def.States {
		if !seen[name] {
			t.Errorf("nothing leads to %s", name)
		}
	}
}

// stands is every place a person can be in, with the phase their ticket then has, on both channels. Everything that is
// offered only at times is offered.
func stands(m *flows.Machine, visit func(c flows.Conversation, f flows.Facts)) {
	for _, s := range m.Definition().States {
		if len(s.Route) > 0 || s.End || s.Then != "" {
			continue // nobody stays there
		}
		for _, safe := range []bool{true, false} {
			if !safe && !s.Open && !s.Danger {
				continue
			}
			for _, phase := range []flows.Phase{flows.NoTicket, flows.Waiting, flows.Claimed, flows.Live, flows.Lost} {
				if s.Ticket && phase == flows.NoTicket {
					continue
				}
				for _, here := range []bool{true, false} {
					for i, lang := range flows.Langs {
						stand(m, s.Name, safe, phase, here, lang, flows.Channels[i%2], visit)
					}
				}
			}
		}
	}
}

func stand(m *flows.Machine, state string, safe bool, phase flows.Phase, here bool, lang flows.Lang, ch flows.Channel, visit func(flows.Conversation, flows.Facts)) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	c := flows.Conversation{Lang: lang, State: state, Turn: 5, Safe: safe, Last: now.UnixMilli(), Asked: now.UnixMilli(),
		Answers: map[string]string{"ask": "risk", "county": "tartu"}, Word: "a digest", Locked: safe && state == m.Definition().Locked}
	f := flows.Facts{Now: now.Add(time.Minute), Channel: ch, Ticket: flows.TicketFacts{Phase: phase}, Service: everything(),
		Duty: map[string]bool{flows.AnyDesk: here}}
	visit(c, f)
}

// everything offers all there is.
func everything() *today {
	s := exampleToday()
	for _, name := range []string{"group", "trafficking_line", "international_protection"} {
		s.features[name] = true
	}
	s.facts["complaint"] = "https://example.org/complaint"
	return s
}

func typed(m *flows.Machine, c flows.Conversation, f flows.Facts, text string) flows.Outcome {
	return m.Step(c, flows.Input{Kind: flows.Typed, Text: text}, f)
}

// Promise 3: from every place, in every language, with any ticket.
func TestZeroLeavesFromEverywhere(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	n := 0
	stands(m, func(c flows.Conversation, f flows.Facts) {
		n++
		for _, word := range []string{"0", "välju", "выход", "exit", "EXIT!"} {
			out := typed(m, c, f, word)
			if got := keys(out); !slices.Equal(got, []string{"exit.decoy"}) || !out.Cancel {
				t.Errorf("%q in %s, ticket %q: %v, cancel %v", word, c.State, f.Ticket.Phase, got, out.Cancel)
			}
		}
	})
	if n < 500 {
		t.Errorf("only %d places were tried", n)
	}
}

func TestTheLanguageCanBeChangedEverywhere(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	stands(m, func(c flows.Conversation, f flows.Facts) {
		for _, word := range []string{"keel", "язык", "language"} {
			out := typed(m, c, f, word)
			if c.Locked { // the first thing after a gap was the question of the language
				continue
			}
			if got := keys(out); !slices.Equal(got, []string{"lang.choose"}) {
				t.Errorf("%q in %s, safe %v: %v", word, c.State, c.Safe, got)
				continue
			}
			for i, key := range []string{"1", "2", "3"} {
				if then := typed(m, out.Conversation, f, key); then.Conversation.Lang != flows.Langs[i] {
					t.Errorf("%s after %q in %s, safe %v: the language is %q", key, word, c.State, c.Safe, then.Conversation.Lang)
				}
			}
		}
	})
}

// Promise 7: one typed word after yes. In a live chat the counsellor reads it and 112 still works.
func TestTheNumbersComeByOneWord(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	stands(m, func(c flows.Conversation, f flows.Facts) {
		for _, word := range []string{"NUMBRID", "НОМЕРА", "NUMBERS"} {
			if c.Safe && !m.Definition().States[c.State].Live {
				if got := keys(typed(m, c, f, word)); !slices.Contains(got, "info.numbers") {
					t.Errorf("%s in %s, ticket %q: %v", word, c.State, f.Ticket.Phase, got)
				}
			}
		}
		out := typed(m, c, f, "112")
		if got := keys(out); !slices.Contains(got, "danger.now") || out.Handoff.Band != flows.High {
			t.Errorf("112 in %s, ticket %q: %v, %v", c.State, f.Ticket.Phase, got, out.Handoff)
		}
	})
}

// Telegram forgets taps, and SMS has none: what is offered must be typed as easily, and must lead somewhere.
func TestEveryAnswerOfferedCanBeTyped(t *testing.T) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	stands(m, func(c flows.Conversation, f flows.Facts) {
		for _, ch := range m.Definition().States[c.State].Choices {
			if !offered(ch.When, c, f) {
				continue
			}
			out := typed(m, c, f, ch.Key)
			if len(out.Messages) == 0 && out.Conversation.State != m.Definition().Live {
				t.Errorf("%s in %s, safe %v, ticket %q: nothing is said", ch.Key, c.State, c.Safe, f.Ticket.Phase)
			}
			if slices.Contains(keys(out), "unknown.input") {
				t.Errorf("%s in %s, safe %v, ticket %q is not understood", ch.Key, c.State, c.Safe, f.Ticket.Phase)
			}
			label, err := bot.Render(texts, c.Lang, flows.Telegram, flows.Message{Text: "answer.yes", Choices: []flows.Choice{{Key: ch.Key, Label: ch.Label}}})
			if err != nil || !strings.HasPrefix(label.Buttons[0].Label, ch.Key+" ") {
				t.Errorf("the button %v does not begin with the number to type: %v", label.Buttons, err)
			}
		}
	})
}

// offered reads the few guards answers stand behind.
func offered(when string, c flows.Conversation, f flows.Facts) bool {
	switch {
	case when == "telegram":
		return f.Channel == flows.Telegram
	case when == "word":
		return c.Word != ""
	case when == "waiting":
		return f.Ticket.Open() && f.Ticket.Phase != flows.Live
	case strings.HasPrefix(when, "feature."):
		return f.Service.Feature(strings.TrimPrefix(when, "feature."))
	case when == "ask=risk":
		return c.Answers["ask"] == "risk"
	case when != "":
		panic("unknown guard on an answer: " + when)
	}
	return true
}

// An answer that is not offered to this person now is not taken either, typed or under an old button: a group that does
// not meet, a line nobody has verified.
func TestAnAnswerNotOfferedIsNotTaken(t *testing.T) {
	m := loadFlows(t, loadTexts(t))
	tried := 0
	stands(m, func(c flows.Conversation, f flows.Facts) {
		f.Service, c.Answers, c.Word, f.Channel = exampleToday(), nil, "", flows.SMS
		for _, ch := range m.Definition().States[c.State].Choices {
			if ch.When == "" {
				continue
			}
			tried++
			tap := flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: c.State, Turn: c.Turn, Key: ch.Key}}
			for _, out := range []flows.Outcome{typed(m, c, f, ch.Key), m.Step(c, tap, f)} {
				for _, a := range ch.Arcs {
					lead := a.Say
					if to := m.Definition().States[a.To]; a.To != c.State && to != nil {
						lead = append(slices.Clone(lead), to.Say...)
					}
					if len(lead) > 0 && slices.Contains(keys(out), lead[0]) {
						t.Errorf("%s in %s leads to %s, though %s does not hold", ch.Key, c.State, a.To, ch.When)
					}
				}
			}
		}
	})
	if tried < 20 {
		t.Errorf("only %d answers were tried", tried)
	}
}

// "Write PERSON": a word a text names in capitals must work.
func TestWordsThatTextsNameWork(t *testing.T) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	known, named := map[string]bool{}, 0
	for _, ctl := range m.Definition().Controls {
		for _, w := range ctl.Words {
			known[flows.Word(w)] = true
		}
	}
	for _, key := range texts.Keys() {
		for _, lang := range flows.Langs {
			for _, ch := range flows.Channels {
				said, err := texts.Say(string(lang), key, string(ch), flows.Longest(lang))
				if err != nil {
					t.Fatal(err)
				}
				for _, word := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(" .,:;!?()\n\"«»„“", r) }) {
					if len([]rune(word)) > 3 && word == strings.ToUpper(word) && word != strings.ToLower(word) {
						named++
						if !known[flows.Word(word)] {
							t.Errorf("%s in %s tells people to write %s, which means nothing", key, lang, word)
						}
					}
				}
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d words were found in the texts", named)
	}
}

// Promise 6, in the data itself: every way to a text that tells somebody reads asks first who is there. (What a counsellor
// does is no way of the flows: "joined" comes with their words.)
func TestEveryWayToAReaderAsksWhoIsThere(t *testing.T) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	promised := map[string]bool{}
	for name := range m.Definition().States {
		for _, w := range m.Ways(name) {
			said := slices.Clone(w.Say)
			if to := m.Definition().States[w.To]; to != nil {
				said = append(said, to.Say...)
			}
			for _, key := range said {
				if !texts.PromisesReader(key) {
					continue
				}
				promised[key] = true
				if !slices.Contains(w.When, "duty") {
					t.Errorf("%s: %s by %s leads to %s without asking for duty", w.Pos.File, name, w.Trigger, key)
				}
			}
		}
	}
	if len(promised) < 6 {
		t.Errorf("only %d such texts were found", len(promised))
	}
}
