package sms

import (
	"slices"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
)

// Promise 4: the record goes as soon as Twilio lets it go, and a refusal says to try again.
func TestDeleteUntilTwilioLetsGo(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.DeleteRefusals = 2 })
	sid := r.write(t, anna, "canary text")
	attempts := 0
	for {
		attempts++
		err := r.client.DeleteMessage(t.Context(), sid)
		if err == nil {
			break
		}
		discreet(t, err)
		want := bot.SendError{Reason: bot.NotSent, Code: 20009, After: time.Minute}
		if e := sendErr(t, err); *e != want {
			t.Fatalf("%+v", *e)
		}
	}
	if attempts != 3 || slices.Contains(r.tw.Records(), sid) {
		t.Errorf("%d attempts, records left: %d", attempts, len(r.tw.Records()))
	}
	if err := r.client.DeleteMessage(t.Context(), sid); err != nil {
		t.Errorf("what is gone is not taken as deleted: %v", err)
	}
	if err := r.client.RedactMessage(t.Context(), sid); err != nil {
		t.Errorf("what is gone is not taken as redacted: %v", err)
	}
}

func TestRedactBeforeDelete(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.DeleteRefusals = 1 })
	sid := r.write(t, anna, "canary text")
	if err := r.client.RedactMessage(t.Context(), sid); err != nil {
		t.Fatal(err)
	}
	call := r.tw.Calls("redact")[0]
	if v, sent := call.Params["Body"]; !sent || v[0] != "" || !call.Done {
		t.Error("the text was not emptied")
	}
}

func TestDeleteFailures(t *testing.T) {
	r := newRig(t, nil)
	sid := r.write(t, anna, "Tere")
	for name, test := range map[string]struct {
		fault simulator.Fault
		want  bot.SendError
	}{
		"too many":      {simulator.Fault{Status: 429, RetryAfter: 7 * time.Second}, bot.SendError{Reason: bot.Throttled, Code: 20429, After: 7 * time.Second}},
		"token refused": {simulator.Fault{Status: 401}, bot.SendError{Reason: bot.Credentials, Code: 20003}},
		"500":           {simulator.Fault{Status: 500}, bot.SendError{Reason: bot.Unknown, Code: 20500}},
		"redirect":      {simulator.Fault{Status: 302, Body: "x"}, bot.SendError{Reason: bot.NotSent, Code: 302}},
	} {
		test.fault.Operation, test.fault.Times = "delete", 1
		r.tw.Fail(test.fault)
		if e := sendErr(t, r.client.DeleteMessage(t.Context(), sid)); *e != test.want {
			t.Errorf("%s: %+v", name, *e)
		}
	}
	if !slices.Contains(r.tw.Records(), sid) {
		t.Error("deleted after all")
	}
}

// A SID becomes a part of the address: nothing else may.
func TestDeleteTakesOnlySIDs(t *testing.T) {
	r := newRig(t, nil)
	r.write(t, anna, "Tere")
	for _, sid := range []string{"", "..", "../Messages", "SM1", someSID + "/Media", "AC" + someSID[2:], someSID + "?x"} {
		if e := sendErr(t, r.client.DeleteMessage(t.Context(), sid)); e.Reason != bot.Permanent {
			t.Errorf("%q: %s", sid, e.Reason)
		}
	}
	if n := len(r.tw.Calls("delete")); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// Fourteen days of trying must not become thousands of requests for one record, nor must the first wait be long.
func TestDeleteAfterGrows(t *testing.T) {
	attempts, last := 0, time.Duration(0)
	for age := time.Duration(0); age < DeleteFor; age += last {
		wait := DeleteAfter(age)
		if wait < last || wait < time.Minute || wait > 6*time.Hour || attempts == 0 && wait != time.Minute {
			t.Fatalf("age %s: %s after %s", age, wait, last)
		}
		attempts, last = attempts+1, wait
	}
	if attempts > 100 || last != 6*time.Hour {
		t.Errorf("%d attempts, the last after %s", attempts, last)
	}
	if w := DeleteAfter(-time.Hour); w != time.Minute {
		t.Errorf("a clock that is behind: %s", w)
	}
}

// An old record is asked for less often.
func TestDeleteAfterComesFromTheRecord(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.DeleteRefusals = 9 })
	sid := r.write(t, anna, "Tere")
	r.clock.Advance(4 * time.Hour)
	if e := sendErr(t, r.client.DeleteMessage(t.Context(), sid)); e.After != 2*time.Hour {
		t.Errorf("after %s", e.After)
	}
	r.tw.Fail(simulator.Fault{Operation: "fetch", Times: 1, Status: 500})
	if e := sendErr(t, r.client.DeleteMessage(t.Context(), sid)); e.After != time.Minute || e.Code != 20009 {
		t.Errorf("age unknown: %+v", *e)
	}
}

// One record that Twilio keeps must not hold back the others.
func TestEraseDeletesWhatItCan(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { theirs.DeleteRefusals = 1 })
	sids := []string{r.write(t, anna, "one"), r.write(t, anna, "two"), r.write(t, anna, "three")}
	if r.client.DeleteMessage(t.Context(), sids[0]) == nil || r.client.DeleteMessage(t.Context(), sids[2]) == nil {
		t.Fatal("not refused")
	}
	err := r.client.Erase(t.Context(), toAnna, sids)
	if e := sendErr(t, err); e.Reason != bot.NotSent || !slices.Equal(r.tw.Records(), sids[1:2]) {
		t.Errorf("%+v, %d records left", *e, len(r.tw.Records()))
	}
	if err := r.client.Erase(t.Context(), toAnna, sids); err != nil || len(r.tw.Records()) != 0 {
		t.Errorf("%v, %d records left", err, len(r.tw.Records()))
	}
}
