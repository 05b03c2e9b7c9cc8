package simulator

import (
	"net/http"
	"net/http/httptest"
	"testing"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// "Account resource" and "IncomingPhoneNumber resource", read by Twilio's own library.
func TestTwilioAccount(t *testing.T) {
	tw, _ := newTwilio(t, func(c *TwilioConfig) { c.WebhookURL = "https://helpline.example/sms" })
	lib := library(t, tw)
	a, err := lib.FetchAccount(account)
	if err != nil || *a.Status != "active" || *a.Sid != account {
		t.Fatalf("account: %v", err)
	}
	for number, want := range map[string]int{helpline: 1, helpline[:6]: 1, phone: 0} {
		got, err := lib.PageIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPhoneNumber(number), "", "")
		if err != nil || len(got.IncomingPhoneNumbers) != want {
			t.Errorf("%s: %d numbers, %v", number, len(got.IncomingPhoneNumbers), err)
			continue
		}
		if want == 1 && *got.IncomingPhoneNumbers[0].SmsUrl != "https://helpline.example/sms" {
			t.Error("the number does not tell its webhook")
		}
	}
	if _, err := lib.FetchAccount("AC" + account[3:] + "0"); err == nil {
		t.Error("another account was shown")
	}
}

// What `sosin doctor` reads must stand where Twilio's own library looks for it.
func TestTwilioNumberSetup(t *testing.T) {
	tw, _ := newTwilio(t, func(c *TwilioConfig) {
		c.FallbackURL = "https://helpline.example/sms/fallback"
		c.Number = NumberSetup{FriendlyName: "Lumi", SMSMethod: "GET", SMSApplication: "AP1", StatusCallback: "https://s.example",
			VoiceURL: "https://v.example", VoiceApplication: "AP2", Trunk: "TK1"}
	})
	got, err := library(t, tw).PageIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPhoneNumber(helpline), "", "")
	if err != nil || len(got.IncomingPhoneNumbers) != 1 {
		t.Fatalf("%v", err)
	}
	n := got.IncomingPhoneNumbers[0]
	for what, ok := range map[string]bool{
		"friendly_name":         *n.FriendlyName == "Lumi",
		"capabilities":          n.Capabilities.Voice && n.Capabilities.Sms,
		"sms_method":            *n.SmsMethod == "GET" && *n.SmsFallbackMethod == "POST",
		"sms_fallback_url":      *n.SmsFallbackUrl == "https://helpline.example/sms/fallback",
		"sms_application_sid":   *n.SmsApplicationSid == "AP1",
		"status_callback":       *n.StatusCallback == "https://s.example",
		"voice_url":             *n.VoiceUrl == "https://v.example",
		"voice_application_sid": *n.VoiceApplicationSid == "AP2" && *n.TrunkSid == "TK1",
	} {
		if !ok {
			t.Errorf("%s is not shown as set up", what)
		}
	}
}

func TestTwilioService(t *testing.T) {
	tw, _ := newTwilio(t, func(c *TwilioConfig) {
		c.MessagingServiceSID, c.WebhookURL = service, "https://helpline.example/sms"
		c.Service = ServiceSetup{FriendlyName: "Lumi", FallbackURL: "https://helpline.example/f", UseNumber: true}
	})
	w, got := rest(t, tw, http.MethodGet, "/v1/Services/"+service, nil)
	if w.Code != http.StatusOK || got["sid"] != service || got["inbound_request_url"] != "https://helpline.example/sms" ||
		got["fallback_url"] != "https://helpline.example/f" || got["inbound_method"] != "POST" || got["status_callback"] != nil ||
		got["use_inbound_webhook_on_number"] != true {
		t.Errorf("%d %v", w.Code, got)
	}
	_, got = rest(t, tw, http.MethodGet, "/v1/Services?PageSize=20", nil)
	list, _ := got["services"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["sid"] != service {
		t.Errorf("services: %v", got)
	}
	w, got = rest(t, tw, http.MethodGet, "/v1/Services/"+service+"/PhoneNumbers?PageSize=20", nil)
	list, _ = got["phone_numbers"].([]any)
	if w.Code != http.StatusOK || len(list) != 1 || list[0].(map[string]any)["phone_number"] != helpline {
		t.Errorf("%d %v", w.Code, got)
	}
	for _, path := range []string{"/v1/Services/" + service[:33] + "9", "/v1/Services/" + service + "/ShortCodes", "/v1/Services/"} {
		if w, got := rest(t, tw, http.MethodGet, path, nil); w.Code != http.StatusNotFound || got["code"] != 20404.0 {
			t.Errorf("%s: %d %v", path, w.Code, got)
		}
	}
	if w, got := rest(t, tw, http.MethodGet, "/v1/Services/"+service+"/PhoneNumbers?PageSize=1001", nil); w.Code != http.StatusBadRequest {
		t.Errorf("a page of 1001: %d %v", w.Code, got)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/Services/"+service, nil)
	r.SetBasicAuth(account, "wrong")
	rec := httptest.NewRecorder()
	if tw.ServeHTTP(rec, r); rec.Code != http.StatusUnauthorized {
		t.Errorf("shown to anybody: %d", rec.Code)
	}
	if n := len(tw.Calls("service")); n != 1 {
		t.Errorf("the log has %d looks at the service", n)
	}
}

// Which of two addresses Twilio asks decides whether anybody reads the message.
func TestTwilioServiceDecidesWhoIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*TwilioConfig)
		want   string
	}{
		"the service's own": {func(*TwilioConfig) {}, "/service"},
		"the number's":      {func(c *TwilioConfig) { c.Service.UseNumber = true }, "/number"},
		"not in the pool":   {func(c *TwilioConfig) { c.Service.Empty = true }, "/number"},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, nil)
			tw, _ := newTwilio(t, func(cfg *TwilioConfig) {
				cfg.MessagingServiceSID, cfg.WebhookURL = service, l.URL+"/number"
				cfg.Service.InboundURL = l.URL + "/service"
				c.change(cfg)
			})
			running(t, tw.Run)
			tw.Write(phone, "hello")
			waitFor(t, tw.Await, "the webhook", func() bool { return len(tw.Deliveries()) == 1 })
			if got := l.heard()[0].path; got != c.want {
				t.Errorf("asked %s", got)
			}
		})
	}
}

func TestTwilioDeafService(t *testing.T) {
	tw, _ := newTwilio(t, func(c *TwilioConfig) {
		c.MessagingServiceSID, c.WebhookURL, c.Service.Deaf = service, "https://helpline.example/sms", true
	})
	if sid := tw.Write(phone, "hello"); sid != "" || len(tw.Records()) != 0 {
		t.Error("a message to a service that drops them was listed")
	}
}
