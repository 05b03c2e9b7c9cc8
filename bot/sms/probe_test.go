package sms

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sosin/bot"
	"sosin/bot/simulator"
)

func door(path string) Hook { return Hook{public + path, http.MethodPost} }

// An operator whose number does not point at the program would never see a message arrive, nor why; one whose number
// swallows calls would never hear of it.
func TestProbe(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) {
		theirs.Number = simulator.NumberSetup{FriendlyName: "Lumi", SMSFallbackMethod: http.MethodGet,
			VoiceURL: "https://v.example/say", StatusCallback: "https://s.example/calls"}
	})
	got := must(r.client.Probe(t.Context()))(t)
	want := Probe{AccountStatus: "active", Numbers: []NumberSetup{{
		FriendlyName: "Lumi", SMS: door("/sms"), Fallback: Hook{public + "/sms/fallback", http.MethodGet},
		Calls: Calls{Able: true, URL: "https://v.example/say", Status: "https://s.example/calls"},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestProbeOfANumberHandedElsewhere(t *testing.T) {
	for name, change := range map[string]func(*simulator.NumberSetup){
		"app":   func(n *simulator.NumberSetup) { n.SMSApplication = "AP0" },
		"voice": func(n *simulator.NumberSetup) { n.VoiceApplication = "AP0" },
		"trunk": func(n *simulator.NumberSetup) { n.Trunk = "TK0" },
		"mute":  func(n *simulator.NumberSetup) { n.NoVoice = true },
	} {
		r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) { change(&theirs.Number) })
		got := must(r.client.Probe(t.Context()))(t).Numbers[0]
		if got.App != (name == "app") || got.Calls.Elsewhere != (name == "voice" || name == "trunk") || got.Calls.Able != (name != "mute") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestProbeOfAnothersNumber(t *testing.T) {
	r := newRig(t, func(_ *simulator.TwilioConfig, ours *Config) { ours.From = helpline[:len(helpline)-1] })
	if got := must(r.client.Probe(t.Context()))(t); len(got.Numbers) != 0 {
		t.Errorf("a number that only begins alike was taken for ours: %+v", got)
	}
}

func TestProbeOfAService(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
		theirs.MessagingServiceSID, ours.From = service, service
		theirs.Service = simulator.ServiceSetup{FriendlyName: "Lumi", InboundURL: "https://elsewhere.example", UseNumber: true,
			StatusCallback: "https://s.example/messages"}
	})
	want := Probe{AccountStatus: "active",
		Service: &ServiceSetup{FriendlyName: "Lumi", SMS: Hook{"https://elsewhere.example", http.MethodPost}, Fallback: door("/sms/fallback"),
			NumbersDecide: true, Status: "https://s.example/messages"},
		Numbers: []NumberSetup{{FriendlyName: helpline, SMS: door("/sms"), Fallback: door("/sms/fallback"), Calls: Calls{Able: true}}},
	}
	if d := cmp.Diff(want, must(r.client.Probe(t.Context()))(t)); d != "" {
		t.Error(d)
	}
}

// A number in a service's pool is answered for by the service: its own addresses look right and count for nothing.
func TestProbeOfANumberInAPool(t *testing.T) {
	for _, empty := range []bool{false, true} {
		r := newRig(t, func(theirs *simulator.TwilioConfig, _ *Config) {
			theirs.MessagingServiceSID = service
			theirs.Service = simulator.ServiceSetup{InboundURL: "https://elsewhere.example", Empty: empty}
		})
		got := must(r.client.Probe(t.Context()))(t)
		if (got.Service == nil) != empty || len(got.Numbers) != 1 || got.Service != nil && got.Service.SMS.URL != "https://elsewhere.example" {
			t.Errorf("empty %t: %+v", empty, got)
		}
	}
}

func TestProbeOfAServiceWithoutNumbers(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
		theirs.MessagingServiceSID, ours.From = service, service
		theirs.Service.Empty, theirs.Service.Deaf = true, true
	})
	if got := must(r.client.Probe(t.Context()))(t); len(got.Numbers) != 0 || got.Service.SMS.URL != "" {
		t.Errorf("%+v", got)
	}
}

func TestProbeThatFails(t *testing.T) {
	for _, step := range []string{"account", "service", "pool", "numbers", "services"} {
		r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
			if theirs.MessagingServiceSID = service; step != "services" {
				ours.From = service
			}
		})
		r.tw.Fail(simulator.Fault{Operation: step, Drop: simulator.DropBefore})
		_, err := r.client.Probe(t.Context())
		if e := sendErr(t, err); e.Reason != bot.Unknown {
			t.Errorf("%s lost: %+v", step, *e)
		}
		r.tw.ClearFaults()
		r.tw.Fail(simulator.Fault{Operation: step, Status: http.StatusOK, Body: "<html>canary"})
		_, err = r.client.Probe(t.Context())
		if e := sendErr(t, err); e.Reason != bot.Unknown {
			t.Errorf("%s answered by a gateway: %+v", step, *e)
		}
		discreet(t, err)
	}
}

func TestProbeOfAServiceThatIsNotOurs(t *testing.T) {
	r := newRig(t, func(_ *simulator.TwilioConfig, ours *Config) { ours.From = service })
	_, err := r.client.Probe(t.Context())
	if e := sendErr(t, err); e.Reason != bot.Credentials || e.Code != 20404 {
		t.Errorf("%+v", *e)
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

// The account's secret goes to this host: it must be Twilio's, or whatever the operator named.
func TestMessagingBase(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.twilio.com":             "https://messaging.twilio.com",
		"https://api.dublin.ie1.twilio.com":  "https://messaging.dublin.ie1.twilio.com",
		"http://127.0.0.1:8080/twilio":       "http://127.0.0.1:8080/twilio",
		"https://api.example.com":            "https://api.example.com",
		"https://api.twilio.com.example.com": "https://api.twilio.com.example.com",
		"https://api.nottwilio.com":          "https://api.nottwilio.com",
	} {
		if got := messagingBase(api); got != want {
			t.Errorf("%s: %s, want %s", api, got, want)
		}
	}
}
