package sms

import (
	"fmt"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
)

// A message whose answer was lost must be found again, or the person gets it twice on a phone somebody else may hold.
func TestReconcileFindsWhatWasSent(t *testing.T) {
	for name, outcome := range map[string]string{"delivered": "", "still on its way": "sent"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.tw.SetOutcome(anna, simulator.Outcome{Status: outcome})
			r.tw.Fail(simulator.Fault{Operation: "create", Times: 1, Drop: simulator.DropAfter})
			m, started := bot.Outbound{Text: "Tere", Token: "tok"}, r.clock.Now()
			if _, err := r.client.Send(t.Context(), toAnna, m); sendErr(t, err).Reason != bot.Unknown {
				t.Fatal("not in doubt")
			}
			r.clock.Advance(time.Minute)
			id, found, err := r.client.Reconcile(t.Context(), toAnna, m, started)
			if want := r.tw.Calls("create")[0].SID; err != nil || !found || id != want {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// A message that waits in Twilio's queue has no date of sending yet.
func TestReconcileFindsWhatIsQueued(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.StatusDelay = time.Hour })
	id := must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"}))(t)
	got, found, err := r.client.Reconcile(t.Context(), toAnna, bot.Outbound{Text: "Tere"}, r.clock.Now())
	if err != nil || !found || got != id {
		t.Errorf("found %v, %v", found, err)
	}
}

// What is not it must not be taken for it: the person would wait for an answer that never comes.
func TestReconcileFindsNothingElse(t *testing.T) {
	r := newRig(t, nil)
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"}))(t) // the same text, earlier
	r.clock.Advance(reconcileSlack + time.Second)
	started := r.clock.Now()
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere!"}))(t)                          // another text
	must(r.client.Send(t.Context(), bot.NewAddress(flows.SMS, berta), bot.Outbound{Text: "Tere"}))(t) // another person
	r.write(t, anna, "Tere")                                                                          // her own words
	r.tw.Fail(simulator.Fault{Operation: "create", Times: 1, Drop: simulator.DropBefore})
	if _, err := r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"}); sendErr(t, err).Reason != bot.Unknown {
		t.Fatal("not in doubt")
	}
	if _, found, err := r.client.Reconcile(t.Context(), toAnna, bot.Outbound{Text: "Tere"}, started); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

// The fallback's text, which Twilio sent by itself, is not our message of the same words.
func TestReconcileSkipsTheFallback(t *testing.T) {
	r := newRig(t, nil)
	started := r.clock.Now()
	r.ledger.failing(away)
	r.write(t, anna, "aita")
	r.await(t, "the numbers", func() bool { return len(r.tw.Texts(anna)) == 2 })
	if _, found, err := r.client.Reconcile(t.Context(), toAnna, bot.Outbound{Text: numbers}, started); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

// While Twilio cannot be asked the doubt remains; "not found" would send the message again.
func TestReconcileDoubtsWhenTwilioIsAway(t *testing.T) {
	r := newRig(t, nil)
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"}))(t)
	for name, fault := range map[string]simulator.Fault{
		"500": {Status: 500}, "HTML": {Status: 200, Body: "<html>"}, "lost": {Drop: simulator.DropAfter}, "429": {Status: 429},
	} {
		fault.Operation = "list"
		r.tw.ClearFaults()
		r.tw.Fail(fault)
		_, found, err := r.client.Reconcile(t.Context(), toAnna, bot.Outbound{Text: "Tere"}, r.clock.Now())
		if found || err == nil {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
		discreet(t, err)
	}
}

func TestReconcileReadsFurtherPages(t *testing.T) {
	r := newRig(t, nil)
	started := r.clock.Now()
	id := must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "the one"}))(t)
	for i := range reconcilePage + 1 {
		must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: fmt.Sprint(i)}))(t)
	}
	got, found, err := r.client.Reconcile(t.Context(), toAnna, bot.Outbound{Text: "the one"}, started)
	if err != nil || !found || got != id || len(r.tw.Calls("list")) != 2 {
		t.Errorf("found %v, %v", found, err)
	}
	newest := bot.Outbound{Text: fmt.Sprint(reconcilePage)}
	if _, found, err = r.client.Reconcile(t.Context(), toAnna, newest, started); err != nil || !found || len(r.tw.Calls("list")) != 3 {
		t.Errorf("the newest: found %v, %v, %d pages", found, err, len(r.tw.Calls("list")))
	}
}
