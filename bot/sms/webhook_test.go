package sms

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
)

func TestMessageArrives(t *testing.T) {
	r := newRig(t, nil)
	sid := r.write(t, anna, "Tere, õ & + =")
	if d := cmp.Diff([]string{anna + " Tere, õ & + ="}, r.ledger.texts()); d != "" {
		t.Error(d)
	}
	if in := r.ledger.taken[0]; in.Update != "sms:"+sid || !in.Input.At.IsZero() {
		t.Error("the update is not named by its SID, or a date was made up")
	}
	if got := r.tw.Texts(anna); len(got) != 1 {
		t.Errorf("the webhook's answer reached the phone: %d texts", len(got))
	}
}

// Promise 7: when the store is away the person gets the numbers, once per message, and no acknowledgement loses the
// message.
func TestStoreAwayBringsTheNumbersOnce(t *testing.T) {
	r := newRig(t, nil)
	r.ledger.failing(away)
	r.write(t, anna, "aita")
	r.await(t, "the numbers", func() bool { return len(r.tw.Texts(anna)) == 2 })
	if got := r.tw.Texts(anna)[1].Body; got != numbers {
		t.Errorf("the phone shows %q", got)
	}
	var kinds []string
	for _, h := range r.tw.Deliveries() {
		kinds = append(kinds, h.Kind)
	}
	if n := slices.Index(kinds, "fallback"); n != 1 || strings.Count(strings.Join(kinds, " "), "fallback") != 1 {
		t.Errorf("requests: %v", kinds)
	}
	w := answer(mux(t, r.ledger, r.reports), post(WebhookPath, aMessage(nil)))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("store away: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

// A machine that answers machines would never stop, and a person who asked Twilio for silence gets silence.
func TestFallbackKeepsQuiet(t *testing.T) {
	for name, change := range map[string]func(url.Values){
		"machine":    func(f url.Values) { f.Set("From", "CanaryBank") },
		"opt-out":    func(f url.Values) { f.Set("OptOutType", "STOP") },
		"help":       func(f url.Values) { f.Set("OptOutType", "HELP") },
		"no message": func(f url.Values) { f.Del("MessageSid") },
	} {
		w := answer(mux(t, &ledger{}, &reports{}), post(FallbackPath, aMessage(change)))
		if w.Code != 200 || w.Body.String() != emptyTwiML {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	v := must(NewVerifier(public, NewAuthToken(secret)))(t)
	if _, err := NewFallback(v, " \n"); err == nil {
		t.Error("a fallback without text was accepted")
	}
}

// T17: who writes STOP is known to have opted out, in every spelling Twilio knows, and may come back.
func TestOptOut(t *testing.T) {
	for _, word := range []string{"STOP", "end", "Quit", "CANCEL"} {
		r := newRig(t, nil)
		r.write(t, anna, word)
		r.write(t, anna, "START")
		var kinds []flows.Kind
		for _, in := range r.ledger.taken {
			kinds = append(kinds, in.Input.Kind)
		}
		if d := cmp.Diff([]flows.Kind{flows.Blocked, flows.Resumed}, kinds); d != "" {
			t.Errorf("%s: %s", word, d)
		}
	}
}

func TestStatusReports(t *testing.T) {
	r := newRig(t, nil)
	a := bot.NewAddress(flows.SMS, anna)
	sid := must(r.client.Send(t.Context(), a, bot.Outbound{Text: "Tere", Token: "tok/1 &x"}))(t)
	r.await(t, "three reports", func() bool { return len(r.reports.of("tok/1 &x")) == 3 })
	want := []DeliveryStatus{
		{SID: sid, Status: "queued", Verdict: bot.Sent}, {SID: sid, Status: "sent", Verdict: bot.Sent}, {SID: sid, Status: "delivered", Verdict: bot.Sent},
	}
	if d := cmp.Diff(want, r.reports.of("tok/1 &x")); d != "" {
		t.Error(d)
	}
}

// A number that is gone must end the sending, a phone that is switched off must not.
func TestFailedDelivery(t *testing.T) {
	for code, want := range map[int]bot.Verdict{
		30001: bot.Later, 30003: bot.Later, 30008: bot.Later, 30022: bot.Later, 30002: bot.Later,
		30004: bot.Unreachable, 30005: bot.Unreachable, 30006: bot.Unreachable, 21610: bot.Unreachable,
		30007: bot.Refused, 30999: bot.Refused,
	} {
		r := newRig(t, nil)
		r.tw.SetOutcome(anna, simulator.Outcome{Status: "undelivered", Code: code})
		must(r.client.Send(t.Context(), bot.NewAddress(flows.SMS, anna), bot.Outbound{Text: "Tere", Token: "tok"}))(t)
		r.await(t, "the report", func() bool { return len(r.reports.of("tok")) == 3 })
		if got := r.reports.of("tok")[2]; got.Status != "undelivered" || got.Code != code || got.Verdict != want {
			t.Errorf("%d: %s %d %s, want %s", code, got.Status, got.Code, got.Verdict, want)
		}
	}
}

func TestStatusDoor(t *testing.T) {
	report := func(status, sid string) url.Values {
		return url.Values{"MessageSid": {sid}, "MessageStatus": {status}, "ErrorCode": {""}}
	}
	long := strings.Repeat("x", tokenMax+1)
	for name, test := range map[string]struct {
		path  string
		form  url.Values
		fail  error
		want  int
		calls string // the status reported; empty: none
	}{
		"sent":           {StatusPath + "?t=tok", report("sent", someSID), nil, 200, "sent"},
		"read":           {StatusPath + "?t=tok", report("read", someSID), nil, 200, "delivered"},
		"sending":        {StatusPath + "?t=tok", report("sending", someSID), nil, 200, "queued"},
		"canceled":       {StatusPath + "?t=tok", report("canceled", someSID), nil, 200, "failed"},
		"unknown status": {StatusPath + "?t=tok", report("teleported", someSID), nil, 200, ""},
		"no token":       {StatusPath, report("sent", someSID), nil, 200, ""},
		"long token":     {StatusPath + "?t=" + long, report("sent", someSID), nil, 200, ""},
		"no SID":         {StatusPath + "?t=tok", report("sent", ""), nil, 200, ""},
		"store away":     {StatusPath + "?t=tok", report("sent", someSID), errAway, 503, ""},
	} {
		d := &reports{fail: test.fail}
		w := answer(mux(t, &ledger{}, d), post(test.path, test.form))
		got := ""
		for _, all := range d.got {
			for _, s := range all {
				got += s.Status
			}
		}
		if w.Code != test.want || got != test.calls {
			t.Errorf("%s: %d %q", name, w.Code, got)
		}
		if (w.Code == 503) != (w.Header().Get("Retry-After") != "") || strings.Contains(w.Body.String(), anna) {
			t.Errorf("%s: Retry-After %q, body %q", name, w.Header().Get("Retry-After"), w.Body)
		}
	}
}
