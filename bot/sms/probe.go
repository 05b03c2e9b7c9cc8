package sms

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Probe is how our account and our sender are set up at Twilio, for doctor.
type Probe struct {
	AccountStatus string // active, suspended or closed
	// Service is our Messaging Service, or that in whose pool our number is; nil if there is none.
	Service *ServiceSetup
	// Numbers are our number, or those of the service. One that is not the account's is not here.
	Numbers []NumberSetup
}

// Hook is an address that Twilio asks; its URL is empty if there is none.
type Hook struct{ URL, Method string }

// NumberSetup is an IncomingPhoneNumber resource, without the number.
type NumberSetup struct {
	FriendlyName string
	// SMS and Fallback are asked for a message, unless App says that a TwiML App takes them instead.
	SMS, Fallback Hook
	App           bool
	Calls         Calls
}

// Calls is what happens to who calls a number.
type Calls struct {
	Able      bool   // the number can be called at all
	URL       string // is asked what to say, unless Elsewhere
	Elsewhere bool   // a TwiML App or a trunk takes the calls
	Status    string // is told of each call, with the caller's number; empty: nobody
}

// Probe asks Twilio for the account and for the sender's configuration.
func (c *Client) Probe(ctx context.Context) (Probe, error) {
	svc, cancel := c.call(ctx)
	defer cancel()
	account, err := svc.FetchAccount(c.account)
	if err != nil {
		return Probe{}, sendError(err)
	}
	p := Probe{AccountStatus: text(account.Status)}
	ours := map[string]bool{c.from: c.from != ""}
	if c.service != "" {
		p.Service, ours, err = c.ourService(ctx)
	} else {
		p.Service, err = c.owner(ctx)
	}
	if err != nil {
		return p, sendError(err)
	}
	p.Numbers, err = c.numbers(ctx, ours)
	return p, sendError(err)
}

// numbersMax is the largest page ("IncomingPhoneNumber resource", PageSize).
const numbersMax = 1000

// numbers reads how the account's numbers are set up, as far as they are ours.
func (c *Client) numbers(ctx context.Context, ours map[string]bool) (out []NumberSetup, err error) {
	svc, cancel := c.call(ctx)
	defer cancel()
	query := (&api.ListIncomingPhoneNumberParams{}).SetPageSize(numbersMax)
	if c.from != "" {
		query.SetPhoneNumber(c.from) // any part of a number fits it: those that do not equal ours are left out below
	}
	page, err := svc.PageIncomingPhoneNumber(query, "", "")
	if err != nil {
		return nil, err
	}
	for _, n := range page.IncomingPhoneNumbers {
		if ours[text(n.PhoneNumber)] {
			out = append(out, setupOf(n))
		}
	}
	return out, nil
}

func setupOf(n api.ApiV2010IncomingPhoneNumber) NumberSetup {
	return NumberSetup{
		FriendlyName: text(n.FriendlyName),
		SMS:          Hook{text(n.SmsUrl), text(n.SmsMethod)},
		Fallback:     Hook{text(n.SmsFallbackUrl), text(n.SmsFallbackMethod)},
		App:          text(n.SmsApplicationSid) != "",
		Calls: Calls{
			Able:      n.Capabilities == nil || n.Capabilities.Voice,
			URL:       text(n.VoiceUrl),
			Elsewhere: text(n.VoiceApplicationSid) != "" || text(n.TrunkSid) != "",
			Status:    text(n.StatusCallback),
		},
	}
}
