package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Limits of Twilio Programmable Messaging, API version 2010-04-01. The titles in
// quotes are pages of Twilio's documentation.
const (
	apiVersion = "2010-04-01"
	// BodyMax: "Message resource", Body: up to 1,600 characters.
	BodyMax = 1600
	// PageSizeDefault and PageSizeMax: "Message resource", read multiple:
	// PageSize: the default is 50, and the maximum is 1000.
	PageSizeDefault = 50
	PageSizeMax     = 1000
	// MediaMax: "Message resource", MediaUrl: up to ten.
	MediaMax = 10
	// InboundTimeout: "Webhooks (HTTP callbacks): connection overrides": 15 s.
	InboundTimeout = 15 * time.Second
)

// Error codes: "Error and warning dictionary".
const (
	codeInvalidParameter = 20001
	codeAuthenticate     = 20003
	codeNotComplete      = 20009
	codeNotFound         = 20404
	codeTooMany          = 20429
	codeServerError      = 20500
	codeInvalidTo        = 21211
	codeSameNumber       = 21266
	codeBodyRequired     = 21602
	codeFromRequired     = 21603
	codeToRequired       = 21604
	codeInvalidFrom      = 21606
	codeInvalidCallback  = 21609
	codeOptedOut         = 21610
	codeBodyTooLong      = 21617
	codeInvalidService   = 21705
	codeRetrieval        = 11200
	codeConnection       = 11205
	codeBadTwiML         = 12100
)

var (
	// e164Pattern: "What is E.164?": + and at most fifteen digits, no leading zero.
	e164Pattern = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	// sidPattern: "What is a String Identifier (SID)?": two letters, 32 hex digits.
	sidPattern = regexp.MustCompile(`^(SM|MM)[0-9a-f]{32}$`)
)

// Keywords that Twilio handles itself on a long code: "Twilio support for opt-out
// keywords (SMS STOP filtering)". Only a message that is nothing but the word counts.
var (
	stopWords  = words("STOP STOPALL UNSUBSCRIBE REVOKE OPTOUT END QUIT CANCEL")
	startWords = words("START UNSTOP YES")
	helpWords  = words("HELP INFO")
)

// Twilio's own answers to them, from the same page.
const (
	stopReply = "You have successfully been unsubscribed. You will not receive any more messages " +
		"from this number. Reply START to resubscribe."
	startReply = "You have successfully been re-subscribed to messages from this number. " +
		"Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	helpReply = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

func keyword(body string) string { return strings.ToUpper(strings.TrimSpace(body)) }

// absoluteURL: error 21609: a StatusCallback must be an absolute HTTP(S) URL.
func absoluteURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// restError is a refusal: "Twilio's response", REST exceptions.
type restError struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`

	retryAfter int // seconds, sent as a header; 0: none
}

func refuse(status, code int, message string) *restError {
	return &restError{
		Code: code, Message: message, Status: status,
		MoreInfo: "https://www.twilio.com/docs/errors/" + strconv.Itoa(code),
	}
}

func invalid(code int, message string) *restError {
	return refuse(http.StatusBadRequest, code, message)
}

// usualCode is the error code that goes with an HTTP status.
func usualCode(status int) int {
	switch status {
	case http.StatusUnauthorized:
		return codeAuthenticate
	case http.StatusNotFound:
		return codeNotFound
	case http.StatusTooManyRequests:
		return codeTooMany
	}
	if status >= http.StatusInternalServerError {
		return codeServerError
	}
	return codeInvalidParameter
}
