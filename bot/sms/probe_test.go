package sms

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sosin/bot"
	"sosin/bot/simulator"
)

// An operator whose number does not point at the program would never see a message arrive, nor why.
func TestProbe(t *testing.T) {
	r := newRig(t, nil)
	got := must(r.client.Probe(t.Context()))(t)
	want := Probe{AccountStatus: "active", Numbered: true, SMSURL: public + "/sms", SMSFallbackURL: public + "/sms/fallback"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestProbeOfAnothersNumber(t *testing.T) {
	r := newRig(t, func(_ *simulator.TwilioConfig, ours *Config) { ours.From = helpline[:len(helpline)-1] })
	if got := must(r.client.Probe(t.Context()))(t); got.Numbered || got.SMSURL != "" {
		t.Errorf("a number that only begins alike was taken for ours: %+v", got)
	}
}

func TestProbeOfAService(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
		theirs.MessagingServiceSID, ours.From = service, service
	})
	if d := cmp.Diff(Probe{AccountStatus: "active"}, must(r.client.Probe(t.Context()))(t)); d != "" {
		t.Error(d)
	}
}

func TestProbeOfAWrongToken(t *testing.T) {
	r := newRig(t, func(_ *simulator.TwilioConfig, ours *Config) { ours.AuthToken = NewAuthToken("wrong") })
	_, err := r.client.Probe(t.Context())
	if e := sendErr(t, err); e.Reason != bot.Credentials {
		t.Errorf("%+v", *e)
	}
	discreet(t, err)
}
