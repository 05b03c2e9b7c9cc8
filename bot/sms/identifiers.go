package sms

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

var (
	// number: "What is E.164?": a plus and at most fifteen digits. Seven at least, so that short codes are not taken for
	// people; alphanumeric senders and addresses of other channels ("whatsapp:+...") do not match either.
	number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	// messageSID, serviceSID, accountSID: "What is a String Identifier (SID)?".
	messageSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
)

// baseURL accepts an absolute http or https URL without user, query or fragment, and cuts a slash at its end. Otherwise
// it stays as written: Twilio signs the address as the operator typed it.
func baseURL(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", false
	}
	if u.User != nil || strings.ContainsAny(raw, "?#") {
		return "", false
	}
	return strings.TrimRight(raw, "/"), true
}

var (
	errToken     = errors.New("sms: the Twilio auth token is empty")
	errPublicURL = errors.New("sms: the public URL must be absolute, http or https, without user, query and fragment")
	errAPI       = errors.New("sms: the Twilio API URL must be absolute, http or https, without user, query and fragment")
	errAccount   = errors.New("sms: the Twilio account SID must be AC and 32 hex digits")
	errSender    = errors.New("sms: the sender must be a number in E.164 or a Messaging Service SID (MG and 32 hex digits)")
	errFallback  = errors.New("sms: the fallback text is empty")
)
