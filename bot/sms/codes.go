package sms

import (
	"net/http"

	"sosin/bot"
	"sosin/flows"
)

// reasons sorts Twilio's codes ("Error and warning dictionary") by what to do about them. 21xxx refuse a request, 30xxx
// report a delivery. Twilio splits codes as time goes by, so a code that is not here is judged by its HTTP status.
var reasons = map[int]bot.Reason{
	// The person cannot be written to any more.
	21610: bot.Forbidden, // opted out
	21211: bot.Forbidden, // no such number
	21265: bot.Forbidden, // a short code
	21614: bot.Forbidden, // not a mobile number
	21635: bot.Forbidden, // a landline
	30004: bot.Forbidden, // blocked by the person or the carrier
	30005: bot.Forbidden, // unknown handset
	30006: bot.Forbidden, // landline or unreachable carrier

	// Twilio asks us to wait.
	14107: bot.Throttled, // message rate limit
	20429: bot.Throttled, // too many requests
	30001: bot.Throttled, // queue overflow
	30022: bot.Throttled, // carrier's rate limit

	// It did not arrive, but may the next time. 30003 is a phone switched off or out of coverage: a person who hides her
	// phone is not gone.
	30003: bot.NotSent,
	30008: bot.NotSent, // unknown error
	20009: bot.NotSent, // record not complete yet: see DeleteMessage

	// An operator must act: nobody can be reached until then.
	20003: bot.Credentials, // authentication
	20005: bot.Credentials, // account not active
	20006: bot.Credentials, // access denied
	20008: bot.Credentials, // test credentials
	21609: bot.Credentials, // our StatusCallback is not a valid URL: every message has the same one
	21659: bot.Credentials, // our number is not a Twilio number
	21660: bot.Credentials, // our number belongs to another account
	21703: bot.Credentials, // our Messaging Service has no sender
	21705: bot.Credentials, // our Messaging Service does not exist
	30002: bot.Credentials, // account suspended

	// This message will never be accepted. 21606 and 21612 concern the pair of numbers, 21408 the country.
	21408: bot.Permanent,
	21602: bot.Permanent, // empty
	21606: bot.Permanent,
	21612: bot.Permanent,
	21617: bot.Permanent, // longer than 1600 characters
	30007: bot.Permanent, // filtered as spam
}

// reasonOf sorts a refusal. After a 5xx nobody knows whether the request was carried out, whatever its body says.
func reasonOf(status, code int) bot.Reason {
	if known, ok := reasons[code]; ok && status < http.StatusInternalServerError {
		return known
	}
	switch {
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		return bot.Unknown
	case status == http.StatusTooManyRequests:
		return bot.Throttled
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		return bot.Credentials // 404: the account in the path does not exist
	case status < http.StatusBadRequest:
		return bot.NotSent // a redirect: something that is not Twilio's API answers at this address
	}
	return bot.Permanent
}

// verdictOf sorts a delivery that failed. An unknown code stays a failure of this one message.
func verdictOf(code int) bot.Verdict {
	reason, known := reasons[code]
	switch {
	case !known || reason == bot.Permanent:
		return bot.Refused
	case reason == bot.Forbidden:
		return bot.Unreachable
	}
	return bot.Later
}

// isOptOut tells a keyword that Twilio has answered itself.
func isOptOut(in bot.Inbound) bool {
	return in.Input.Kind == flows.Blocked || in.Input.Kind == flows.Resumed
}
