package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"sosin/bot/sms"
)

func (c *doctorCmd) twilioLives(ctx context.Context, d *diagnosis) {
	if !c.sms() {
		d.ok("sms", "off")
		return
	}
	client, err := c.smsClient()
	if err != nil {
		return // said under settings
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, outsideWithin)
	defer cancel()
	p, err := client.Probe(ctx)
	if err != nil {
		d.unanswered("sms", "Twilio", err,
			"SOSIN_TWILIO_ACCOUNT_SID, SOSIN_TWILIO_AUTH_TOKEN, and that SOSIN_TWILIO_FROM is this account's", "SOSIN_TWILIO_API")
		return
	}
	before := d.wrong
	if p.AccountStatus != "active" {
		d.bad("sms", "the Twilio account is "+p.AccountStatus, "ask Twilio")
	}
	c.sender(d, p)
	if d.wrong == before {
		d.ok("sms", "account active, messages lead here")
	}
	c.calls(d, p)
	optOut(d)
}

// sender: where messages to us are handed.
func (c *doctorCmd) sender(d *diagnosis, p sms.Probe) {
	if s := p.Service; s != nil {
		c.service(d, s)
	}
	if len(p.Numbers) == 0 {
		d.bad("sms", "the sender has no number of this account, so nobody can write", "set SOSIN_TWILIO_FROM to our number, or add it to the messaging service")
	}
	for i, n := range p.Numbers {
		name := nth(p, i)
		d.tells("sms", "the friendly name of "+name, n.FriendlyName, "rename it in the Twilio console: it stands in notices and invoices")
		if p.Service != nil && !p.Service.NumbersDecide {
			continue
		}
		if n.App {
			d.bad("sms", name+" hands messages to a TwiML App, and its own addresses do not count", "in the Twilio console, configure it with webhooks instead")
			continue
		}
		c.hook(d, name, n.SMS, sms.WebhookPath, "is not handed to us", "A message comes in")
		c.hook(d, name, n.Fallback, sms.FallbackPath, "gets no answer in an outage", "Primary handler fails")
	}
}

func (c *doctorCmd) service(d *diagnosis, s *sms.ServiceSetup) {
	const name = "the messaging service"
	d.tells("sms", "the friendly name of "+name, s.FriendlyName, "rename it in the Twilio console: it stands in notices and invoices")
	switch {
	case s.NumbersDecide:
	case s.SMS.URL == "":
		d.bad("sms", name+" drops what is written to us, and even the sweep cannot find it",
			"in its Integration, choose to send a webhook and write SOSIN_PUBLIC_URL"+sms.WebhookPath)
	default:
		c.hook(d, name, s.SMS, sms.WebhookPath, "is not handed to us", "Request URL")
		c.hook(d, name, s.Fallback, sms.FallbackPath, "gets no answer in an outage", "Fallback URL")
	}
	if s.Status != "" && !c.ours(s.Status, sms.StatusPath) {
		d.bad("sms", name+" tells another address what became of messages", "empty its delivery status callback: each message names ours")
	}
}

// ours compares an address with one of our doors. What follows a # is for Twilio itself (connection overrides).
func (c *doctorCmd) ours(address, path string) bool {
	address, _, _ = strings.Cut(address, "#")
	return address == c.PublicURL+path
}

func (c *doctorCmd) hook(d *diagnosis, name string, h sms.Hook, path, fate, field string) {
	mend := fmt.Sprintf("in the Twilio console, set %q to SOSIN_PUBLIC_URL%s with HTTP POST", field, path)
	switch {
	case !c.ours(h.URL, path):
		d.bad("sms", "a message to "+name+" "+fate, mend)
	case h.Method != "" && h.Method != http.MethodPost:
		d.bad("sms", "Twilio asks for messages to "+name+" with "+h.Method+", which we refuse", mend)
	}
}

// calls: somebody may call the number that wrote to them, and somebody else may do so to find out what it is.
func (c *doctorCmd) calls(d *diagnosis, p sms.Probe) {
	for i, n := range p.Numbers {
		name, v := nth(p, i), n.Calls
		if v.Able && v.Status != "" {
			d.bad("voice", name+" tells an address of each call, with the caller's number", `in the Twilio console, empty "Call status changes"`)
		}
		switch {
		case !v.Able:
			d.ok("voice", name+" cannot be called")
		case v.Elsewhere:
			d.note("voice", "calls to "+name+" go to a TwiML App or a trunk, which is not read here; "+callIt)
		case v.URL == "":
			d.bad("voice", "a person who calls "+name+" hears nothing", answerIt)
		case hostOf(v.URL) == "demo.twilio.com":
			d.bad("voice", "a person who calls "+name+" hears Twilio's demo", answerIt)
		case hostOf(v.URL) == hostOf(c.PublicURL):
			d.bad("voice", "calls to "+name+" lead to this program, which answers none", answerIt)
		default:
			d.note("voice", "calls to "+name+" are answered by an address that is not ours; "+callIt)
		}
	}
}

const (
	answerIt = `in the Twilio console, set "A call comes in" to a TwiML Bin that names nothing, or forward calls to a phone that is answered without a name`
	callIt   = "call it yourself: something must answer, and name nothing"
)

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// nth names a number without saying it.
func nth(p sms.Probe, i int) string {
	if p.Service == nil {
		return "the number"
	}
	return fmt.Sprintf("number %d of the messaging service", i+1)
}

// optOut: "Customize users' opt-in and opt-out experience": what Twilio answers by itself has no place in its API.
func optOut(d *diagnosis) {
	d.note("opt-out", "Twilio itself answers STOP (also STOPALL, UNSUBSCRIBE, REVOKE, OPTOUT, END, QUIT, CANCEL), START (UNSTOP, YES) and "+
		"HELP (INFO), in English and naming nothing, unless Advanced Opt-Out is on; that cannot be read here; look in the Twilio console, "+
		"Messaging, Services, Opt-Out Management: an answer of your own must name nothing, and a keyword of your own must be no word that people write to us")
}
