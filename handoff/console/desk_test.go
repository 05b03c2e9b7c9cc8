package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// T23: a foreign, closed, erased and unknown ticket look the same to every act, and nothing happens to them.
func TestATicketThatIsNotMineDoesNotExist(t *testing.T) {
	w := newWorld(t)
	for n := range byte(3) {
		w.waits(ticketID(n), canary)
	}
	w.holds(ticketID(0), staff.Account{ID: "another"})
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	w.change(ticketID(1), func(c *handoff.Chat) { c.Phase = flows.Closed })
	cookie := w.session(staff.Counsellor)
	ids := map[string]string{"foreign": ticketID(0), "closed": ticketID(1), "waiting": ticketID(2), "unknown": ticketID(9), "empty": "", "odd": "../x", "long": strings.Repeat("9", 5000)}
	for _, path := range []string{"/desk/chat", "/desk/reply", "/desk/note", "/desk/close", "/desk/give-back", "/desk/consent"} {
		answers := map[string]bool{}
		for name, id := range ids {
			res := w.ask("POST", path, map[string]any{"ticket": id, "words": "x", "code": "helped", "partner": "desk:prostitution"}, cookie)
			body := text(t, res)
			answers[body] = true
			if res.StatusCode != http.StatusNotFound || strings.Contains(body, canary) {
				t.Errorf("%s of a %s ticket: %d %s", path, name, res.StatusCode, body)
			}
		}
		if len(answers) != 1 {
			t.Errorf("%s tells tickets apart: %v", path, answers)
		}
	}
	for n := range byte(3) {
		if log := w.look(ticketID(n)).Log; len(log) != 2 {
			t.Errorf("something was written into ticket %d", n)
		}
	}
}

func TestNothingIsReadOrDoneWithoutItsAuditLine(t *testing.T) {
	w := newWorld(t)
	w.plant()
	cookie := w.session(staff.Counsellor)
	w.fail("audit", errAway)
	for _, path := range []string{"/desk/chat", "/desk/reply", "/desk/note", "/desk/close", "/desk/give-back", "/desk/consent"} {
		res := w.ask("POST", path, map[string]any{"ticket": ticketID(0), "words": "x", "code": "helped", "partner": "desk:prostitution"}, cookie)
		if body := text(t, res); res.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, canary) {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res := w.ask("GET", "/report.csv?month=2026-04", nil, w.session(staff.Coordinator)); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("an export without its line: %d", res.StatusCode)
	}
	for _, path := range []string{"/accounts/add", "/accounts/reset", "/accounts/disable", "/accounts/enable"} {
		if res := w.ask("POST", path, "name=Uus&role=admin&account="+w.accounts[staff.Counsellor].ID, w.session(staff.Admin)); res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if acc, _ := w.Account(t.Context(), w.accounts[staff.Counsellor].ID); acc.Version != 1 {
		t.Error("the account was changed")
	}
	w.fail("audit", nil)
	w.ask("POST", "/desk/chat", map[string]any{"ticket": ticketID(0)}, cookie)
	if w.acts("read") != 1 {
		t.Error("a read without a line")
	}
}

func TestAFaultSaysSoAndShowsNoWords(t *testing.T) {
	w := newWorld(t)
	w.plant()
	for _, what := range []string{"load", "commit"} {
		w.fail(what, errAway)
	}
	res := w.ask("POST", "/desk/reply", map[string]any{"ticket": ticketID(0), "words": canary}, w.session(staff.Counsellor))
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(text(t, res), `"broken"`) {
		t.Errorf("%d", res.StatusCode)
	}
	log := w.log.String()
	if !strings.Contains(log, "the store is away") || strings.Contains(log, canary) || strings.Contains(log, ticketID(0)) {
		t.Errorf("the log: %s", log)
	}
}

// Promise 6: an open page without a hand on it neither keeps its session nor counts as a sign for a chat.
func TestABeatWithoutAHandKeepsNothingButTheDuty(t *testing.T) {
	w := newWorld(t)
	w.waits(ticketID(1))
	w.waits(ticketID(2))
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	cookie := w.session(staff.Counsellor)
	beat := func(active bool, ticket string) int {
		return w.ask("POST", "/desk/beat", map[string]any{"on": true, "active": active, "ticket": ticket}, cookie).StatusCode
	}
	for range 5 {
		w.pass(5 * time.Minute)
		beat(true, ticketID(1))
		beat(true, ticketID(2)) // not mine: no sign, no fault
	}
	if len(w.signs) != 5 || slices.Contains(w.signs, ticketID(2)) {
		t.Errorf("signs: %v", w.signs)
	}
	if duties, _ := w.Duties(t.Context()); len(duties) != 1 {
		t.Fatal("not on duty")
	}
	last := 0
	for range 6 {
		w.pass(5 * time.Minute)
		last = beat(false, ticketID(1))
		w.ask("POST", "/desk/overview", map[string]any{}, cookie)
	}
	if last != http.StatusUnauthorized || len(w.signs) != 5 {
		t.Errorf("a page nobody sits at lives on: %d, %d signs", last, len(w.signs))
	}
}

func TestGoingOnAndOffDuty(t *testing.T) {
	w := newWorld(t)
	cookie := w.session(staff.Counsellor)
	on := func() (o struct{ OnDuty bool }) {
		if err := json.Unmarshal([]byte(text(t, w.ask("POST", "/desk/overview", map[string]any{}, cookie))), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	w.ask("POST", "/desk/duty", map[string]any{"on": true}, cookie)
	if !on().OnDuty {
		t.Error("the switch does nothing")
	}
	w.pass(handoff.Fresh + time.Second)
	if on().OnDuty {
		t.Error("a closed page stays on duty for more than a minute")
	}
	w.ask("POST", "/desk/duty", map[string]any{"on": true}, cookie)
	w.ask("POST", "/desk/duty", map[string]any{"on": false}, cookie)
	if on().OnDuty {
		t.Error("cannot go off duty")
	}
}

func TestTheBotsLinesAreReadInTheCounsellorsLanguage(t *testing.T) {
	w := newWorld(t)
	k := w.waits(ticketID(1))
	k.chat.Log = append(k.chat.Log, handoff.Line{Entry: flows.Entry{From: flows.Bot, Text: "no.longer.here"}},
		handoff.Line{Entry: flows.Entry{From: flows.Person, Text: "answer.yes"}})
	w.holds(ticketID(1), w.accounts[staff.Counsellor])
	for _, lang := range pageLangs {
		res := w.ask("POST", "/desk/chat", map[string]any{"ticket": ticketID(1)}, w.session(staff.Counsellor), &http.Cookie{Name: languageCookie, Value: lang})
		var view chatView
		if err := json.Unmarshal([]byte(text(t, res)), &view); err != nil {
			t.Fatal(err)
		}
		menu, err := w.console.Texts.Say(lang, "menu.main", "telegram", nil)
		if err != nil || view.Log[0].Text != menu {
			t.Errorf("%s: %q, want %q", lang, view.Log[0].Text, menu)
		}
		if !strings.Contains(view.Log[1].Text, "no.longer.here") || !view.Log[2].Chosen {
			t.Errorf("%s: %+v", lang, view.Log[1:])
		}
	}
}

func TestNoIdStandsInAURL(t *testing.T) {
	w := newWorld(t)
	for _, rt := range w.console.table {
		if strings.ContainsAny(rt.path, "{*") {
			t.Errorf("%s takes something in its path", rt.path)
		}
	}
}
