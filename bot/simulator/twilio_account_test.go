package simulator

import (
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
