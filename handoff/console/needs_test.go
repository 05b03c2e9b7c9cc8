package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// view opens a chat as its holder in one language.
func (w *world) view(t *testing.T, id, lang string) (v chatView) {
	t.Helper()
	res := w.ask("POST", "/desk/chat", map[string]any{"ticket": id}, w.session(staff.Counsellor), &http.Cookie{Name: languageCookie, Value: lang})
	if err := json.Unmarshal([]byte(text(t, res)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v chatView) kinds() (kinds []string) {
	for _, n := range v.Needs {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// What a person asked for is seen at once, in the counsellor's words (N-13, P-15, P-51).
func TestAPersonsNeedsAreSaidInWords(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	if v := w.view(t, ticketID(1), "en"); len(v.Needs) != 0 || v.Times != "" {
		t.Errorf("somebody who asked for nothing needs %+v, %q", v.Needs, v.Times)
	}
	w.change(ticketID(1), func(c *handoff.Chat) {
		c.Woman, c.Minor = true, true
		c.Dropped = []handoff.Filter{handoff.ByLanguage, handoff.ByWoman}
		c.Answers = map[string]string{"woman": "only", "under18": "yes", "interpreter": "yes", "access": "yes", "elsewhere": "yes", "times": "workdays", "county": "voru",
			"ask": "risk", "hour": "10", "region": "south", "own": "coordinator's"}
	})
	for lang, county := range map[string]string{"et": "Võrumaa", "ru": "Вырумаа", "en": "Võru County"} {
		v, words := w.view(t, ticketID(1), lang), w.console.words[lang]
		if want := []string{"minor", "woman", "interpreter", "access", "elsewhere", "dropped"}; !slices.Equal(v.kinds(), want) {
			t.Fatalf("%s: needs %v, want %v", lang, v.kinds(), want)
		}
		for _, n := range v.Needs[:5] {
			if n.Text != words["need."+n.Kind] || n.Text == "" {
				t.Errorf("%s: %s is said as %q", lang, n.Kind, n.Text)
			}
		}
		if said := v.Needs[5].Text; !strings.HasSuffix(said, words["dropped.language"]+", "+words["dropped.woman"]) || strings.Contains(said, "{") {
			t.Errorf("%s: that filters fell away is said as %q", lang, said)
		}
		if v.Times != words["times.workdays"] {
			t.Errorf("%s: may be written to %q", lang, v.Times)
		}
		want := []answerView{{words["answer.county"], county}, {"own", "coordinator's"}, {words["answer.region"], words["region.south"]}}
		if !slices.Equal(v.Answers, want) {
			t.Errorf("%s: chose %v, want %v", lang, v.Answers, want)
		}
	}
	w.change(ticketID(1), func(c *handoff.Chat) {
		c.Woman, c.Minor, c.Dropped = false, false, nil
		c.Answers = map[string]string{"woman": "rather", "under18": "maybe", "interpreter": "no"}
	})
	if got := w.view(t, ticketID(1), "en").kinds(); !slices.Equal(got, []string{"maybe_minor", "rather_woman"}) {
		t.Errorf("what is only a wish or a guess is shown as %v", got)
	}
}

// A6 rule 3: a ticket is named by its short code, the same in the list and in the chat, and a page never shows another name.
func TestATicketIsNamedByItsCode(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	want := handoff.Ticket{ID: ticketID(1)}.Label()
	if v := w.view(t, ticketID(1), "en"); v.Code != want {
		t.Errorf("in the chat it is called %q, want %q", v.Code, want)
	}
	var o overviewView
	if err := json.Unmarshal([]byte(text(t, w.ask("POST", "/desk/overview", map[string]any{}, w.session(staff.Counsellor)))), &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Chats) != 1 || o.Chats[0].Code != want {
		t.Errorf("the list is %+v, want one called %q", o.Chats, want)
	}
}

// P-12, N-61: the question goes out in the person's language, and who asked stands in the transcript in the counsellor's.
func TestConsentIsAskedFromTheList(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1), "Tere")
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	cookie := w.session(staff.Counsellor)
	ask := func(partner string) (int, string) {
		res := w.ask("POST", "/desk/consent", map[string]any{"ticket": ticketID(1), "partner": partner}, cookie)
		return res.StatusCode, text(t, res)
	}
	if status, body := ask("desk:prostitution"); status != http.StatusConflict || !strings.Contains(body, `"away"`) {
		t.Errorf("before the first answer: %d %s", status, body)
	}
	w.live(ticketID(1))
	v := w.view(t, ticketID(1), "ru")
	i := slices.IndexFunc(v.Partners, func(p choiceView) bool { return p.ID == "desk:prostitution" })
	if !v.There || i < 0 || v.Partners[i].Label != "Консультации по проституции" || slices.ContainsFunc(v.Partners, func(p choiceView) bool { return p.ID == "desk:violence" }) {
		t.Fatalf("there %v, partners %+v", v.There, v.Partners)
	}
	for _, partner := range []string{"", "Prostitutsiooniga", "desk:violence", "provider:invented"} {
		if status, body := ask(partner); status != http.StatusUnprocessableEntity || !strings.Contains(body, `"partner"`) {
			t.Errorf("%q: %d %s", partner, status, body)
		}
	}
	if status, body := ask("desk:prostitution"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	log := w.look(ticketID(1)).Log
	asked := log[len(log)-1]
	if asked.From != flows.Event || asked.Text != handoff.ConsentAsked || asked.By != "Mari" {
		t.Errorf("the transcript ends with %+v", asked.Entry)
	}
	for _, lang := range pageLangs {
		v := w.view(t, ticketID(1), lang)
		last := v.Log[len(v.Log)-1].Text
		if !strings.Contains(last, "Prostitutsiooniga") || !strings.Contains(last, "Mari") || strings.Contains(last, "{") {
			t.Errorf("%s: the transcript says %q", lang, last)
		}
		if question := v.Log[len(v.Log)-2].Text; !strings.Contains(question, "Prostitutsiooniga") {
			t.Errorf("%s: what was asked reads %q", lang, question)
		}
	}
	m, err := machine()
	if err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{"1": "event.consent_yes", "2": "event.consent_no", "3": "event.consent_question"} {
		now, _ := w.Now(t.Context())
		out := m.Step(w.tickets[ticketID(1)].conv, flows.Input{Kind: flows.Typed, Text: said},
			flows.Facts{Now: now, Channel: flows.Telegram, Ticket: flows.TicketFacts{Phase: flows.Live, Band: flows.Rest}})
		if !slices.ContainsFunc(out.Record, func(e flows.Entry) bool { return e.Text == want }) {
			t.Errorf("%s: the answer is not kept as %s: %+v", said, want, out.Record)
		}
	}
	if w.acts("ask consent") < 1 {
		t.Error("asked without a line in the audit log")
	}
}

// live makes a held ticket one that was answered.
func (w *world) live(id string) {
	w.mu.Lock()
	w.tickets[id].conv.State = "chat.live"
	w.mu.Unlock()
	w.change(id, func(c *handoff.Chat) { c.Phase = flows.Live })
}

// What the risk scan found stands in the transcript in the counsellor's language.
func TestWhatTheScanFoundIsSaidInWords(t *testing.T) {
	w := newWorld(t)
	k := w.waits(ticketID(1))
	for _, key := range []string{"event.risk.high.suicide", "event.risk.check.violence"} {
		k.chat.Log = append(k.chat.Log, handoff.Line{Entry: flows.Entry{From: flows.Event, Text: key}})
	}
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	for _, lang := range pageLangs {
		for _, line := range w.view(t, ticketID(1), lang).Log[1:] {
			if line.Text == "" || strings.Contains(line.Text, "event.") {
				t.Errorf("%s: a finding reads %q", lang, line.Text)
			}
		}
	}
}
