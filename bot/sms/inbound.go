package sms

import (
	"strconv"
	"strings"
	"time"

	"sosin/bot"
	"sosin/flows"
)

// message is what a webhook and the Message list both tell of a person's message.
type message struct {
	sid, from, body string
	media           int
	optOut          string    // OptOutType; the list does not have it
	at              time.Time // DateSent; webhooks do not have it
}

// fromForm: "Twilio's request to your incoming message webhook URL".
func fromForm(form map[string]string) message {
	media, _ := strconv.Atoi(form["NumMedia"]) // absent or unreadable: none
	return message{
		sid: form["MessageSid"], from: form["From"], body: form["Body"],
		media: media, optOut: form["OptOutType"],
	}
}

// inbound is false for what no person wrote or Twilio has answered itself. Media are never fetched, their addresses never
// kept.
func (m message) inbound() (bot.Inbound, bool) {
	if !messageSID.MatchString(m.sid) || !number.MatchString(m.from) {
		return bot.Inbound{}, false
	}
	input, ok := m.input()
	return bot.Inbound{
		Address: bot.NewAddress(flows.SMS, m.from),
		Update:  "sms:" + m.sid,
		Message: m.sid,
		Input:   input,
	}, ok
}

// input: "Customize opt-out keywords with Advanced Opt-Out": OptOutType comes with a keyword on which Twilio has already
// acted and replied.
func (m message) input() (flows.Input, bool) {
	switch strings.ToUpper(m.optOut) {
	case "STOP":
		return flows.Input{Kind: flows.Blocked, At: m.at}, true
	case "START":
		return flows.Input{Kind: flows.Resumed, At: m.at}, true
	case "HELP":
		return flows.Input{}, false
	}
	in := flows.Input{Kind: flows.Typed, Text: flows.Tidy(m.body), At: m.at}
	if m.media > 0 {
		in.Kind = flows.Media
	}
	return in, true
}
