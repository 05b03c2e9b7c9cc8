package simulator

import (
	"net/http"
	"strings"
)

// wireAccount is an Account resource, as far as anybody here reads it.
type wireAccount struct {
	SID    string `json:"sid"`
	Status string `json:"status"`
	Type   string `json:"type"`
	URI    string `json:"uri"`
}

// wireNumber is an IncomingPhoneNumber resource, likewise.
type wireNumber struct {
	AccountSID  string `json:"account_sid"`
	PhoneNumber string `json:"phone_number"`
	SMSURL      string `json:"sms_url"`
	SMSFallback string `json:"sms_fallback_url"`
	VoiceURL    string `json:"voice_url"`
}

type numberPage struct {
	Numbers  []wireNumber `json:"incoming_phone_numbers"`
	Next     *string      `json:"next_page_uri"`
	Page     int          `json:"page"`
	PageSize int          `json:"page_size"`
	URI      string       `json:"uri"`
}

// serveAccount answers GET /2010-04-01/Accounts/{sid}.json ("Account resource") and GET
// .../IncomingPhoneNumbers.json ("IncomingPhoneNumber resource"), each only to who signs
// in; false is any other request.
func (t *Twilio) serveAccount(w http.ResponseWriter, r *http.Request) bool {
	base := "/" + apiVersion + "/Accounts/" + t.cfg.AccountSID
	account, numbers := base+".json", base+"/IncomingPhoneNumbers.json"
	user, password, _ := r.BasicAuth()
	known := user == t.cfg.AccountSID && password == t.cfg.AuthToken
	if r.Method != http.MethodGet || !known {
		return false
	}
	switch r.URL.Path {
	case account:
		writeJSON(w, http.StatusOK, wireAccount{SID: t.cfg.AccountSID, Status: "active", Type: "Full", URI: account})
	case numbers:
		writeJSON(w, http.StatusOK, t.numbers(r.URL.Query().Get("PhoneNumber"), r.URL.RequestURI()))
	default:
		return false
	}
	return true
}

// numbers lists the account's one number if it matches: "PhoneNumber: you can specify
// partial numbers".
func (t *Twilio) numbers(partial, uri string) numberPage {
	page := numberPage{Numbers: []wireNumber{}, PageSize: PageSizeDefault, URI: uri}
	if strings.Contains(t.cfg.From, partial) {
		page.Numbers = append(page.Numbers, wireNumber{
			AccountSID: t.cfg.AccountSID, PhoneNumber: t.cfg.From,
			SMSURL: t.cfg.WebhookURL, SMSFallback: t.cfg.FallbackURL,
		})
	}
	return page
}
