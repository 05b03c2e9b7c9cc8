package sms

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Probe is how our account and number are set up at Twilio, for doctor.
type Probe struct {
	AccountStatus string // active, suspended or closed
	// Numbered tells that the sender is a number and the account has it. With a Messaging Service it is false and the
	// URLs are empty: they may stand with the service, which this API does not show.
	Numbered bool
	// Where Twilio takes messages and calls to the number; empty where nowhere.
	SMSURL, SMSFallbackURL, VoiceURL string
}

// Probe asks Twilio for the account and for the number's configuration.
func (c *Client) Probe(ctx context.Context) (Probe, error) {
	svc, cancel := c.call(ctx)
	defer cancel()
	account, err := svc.FetchAccount(c.account)
	if err != nil {
		return Probe{}, sendError(err)
	}
	p := Probe{AccountStatus: text(account.Status)}
	if c.from == "" {
		return p, nil
	}
	query := (&api.ListIncomingPhoneNumberParams{}).SetPhoneNumber(c.from).SetPageSize(20)
	numbers, err := svc.PageIncomingPhoneNumber(query, "", "")
	if err != nil {
		return p, sendError(err)
	}
	for _, n := range numbers.IncomingPhoneNumbers {
		if text(n.PhoneNumber) == c.from {
			p.Numbered = true
			p.SMSURL, p.SMSFallbackURL, p.VoiceURL = text(n.SmsUrl), text(n.SmsFallbackUrl), text(n.VoiceUrl)
		}
	}
	return p, nil
}
