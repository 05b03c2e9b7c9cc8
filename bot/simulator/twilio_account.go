package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NumberSetup is how the helpline's number is set up beside its webhook
// ("IncomingPhoneNumber resource"). The zero value is a number fresh from the shop
// whose voice address somebody has emptied.
type NumberSetup struct {
	FriendlyName                 string // default: the number
	SMSMethod, SMSFallbackMethod string // default: POST
	SMSApplication               string // SID of a TwiML App that takes the messages instead
	StatusCallback               string // of calls
	VoiceURL                     string
	VoiceApplication, Trunk      string // SIDs of what takes the calls instead
	NoVoice                      bool   // a number that cannot be called
}

// ServiceSetup is how the messaging service is set up ("Service resource").
type ServiceSetup struct {
	FriendlyName string
	// InboundURL and FallbackURL are the service's; default: the number's.
	InboundURL, FallbackURL       string
	InboundMethod, FallbackMethod string // default: POST
	StatusCallback                string
	// UseNumber is "Defer to sender's webhook": the number's addresses count.
	UseNumber bool
	// Deaf is "Drop the message": inbound_request_url is null.
	Deaf bool
	// Empty takes the number out of the service's pool.
	Empty bool
}

// owned tells that messages to the number go where the service says.
func (t *Twilio) owned() bool {
	return t.cfg.MessagingServiceSID != "" && !t.cfg.Service.Empty && !t.cfg.Service.UseNumber
}

// doors are where a message to the number is handed; none for the service that drops it.
func (t *Twilio) doors() (webhook, fallback string) {
	switch s := t.cfg.Service; {
	case !t.owned():
		return t.cfg.WebhookURL, t.cfg.FallbackURL
	case s.Deaf:
		return "", ""
	default:
		return cmp.Or(s.InboundURL, t.cfg.WebhookURL), cmp.Or(s.FallbackURL, t.cfg.FallbackURL)
	}
}

// The resources that show how the account is set up, as operations.
const (
	opAccount  = "account"
	opNumbers  = "numbers"
	opServices = "services"
	opService  = "service"
	opPool     = "pool"
)

// setup finds which of them a path names; "" is none. The last three live at
// messaging.twilio.com, which the stand-in is as well.
func (t *Twilio) setup(path string) string {
	base := "/" + apiVersion + "/Accounts/" + t.cfg.AccountSID
	const services = "/v1/Services"
	service := services + "/" + t.cfg.MessagingServiceSID
	switch {
	case path == base+".json":
		return opAccount
	case path == base+"/IncomingPhoneNumbers.json":
		return opNumbers
	case path == services:
		return opServices
	case t.cfg.MessagingServiceSID == "":
	case path == service:
		return opService
	case path == service+"/PhoneNumbers":
		return opPool
	}
	return ""
}

// look answers a reading of the account's setup.
func (t *Twilio) look(op *operation) answer {
	size, ok := between(op.params.Get("PageSize"), PageSizeDefault, 1, PageSizeMax)
	if !ok {
		return answer{err: invalid(codeInvalidParameter, "Page size must be between 1 and 1000")}
	}
	var body any
	switch op.name {
	case opAccount:
		body = wireAccount{SID: t.cfg.AccountSID, Status: "active", Type: "Full",
			URI: "/" + apiVersion + "/Accounts/" + t.cfg.AccountSID + ".json"}
	case opNumbers:
		body = t.numbers(op.params, size)
	case opServices:
		body = t.services(size)
	case opService:
		body = t.wireService()
	case opPool:
		body = t.pool(size)
	}
	return answer{status: http.StatusOK, body: body}
}

// wireAccount is an Account resource, as far as anybody here reads it.
type wireAccount struct {
	SID    string `json:"sid"`
	Status string `json:"status"`
	Type   string `json:"type"`
	URI    string `json:"uri"`
}

type capabilities struct {
	Fax   bool `json:"fax"`
	MMS   bool `json:"mms"`
	SMS   bool `json:"sms"`
	Voice bool `json:"voice"`
}

// wireNumber is an IncomingPhoneNumber resource without its addresses and bundles.
type wireNumber struct {
	SID               string       `json:"sid"`
	AccountSID        string       `json:"account_sid"`
	APIVersion        string       `json:"api_version"`
	Capabilities      capabilities `json:"capabilities"`
	FriendlyName      string       `json:"friendly_name"`
	Origin            string       `json:"origin"`
	PhoneNumber       string       `json:"phone_number"`
	SMSApplicationSID string       `json:"sms_application_sid"`
	SMSFallbackMethod string       `json:"sms_fallback_method"`
	SMSFallbackURL    string       `json:"sms_fallback_url"`
	SMSMethod         string       `json:"sms_method"`
	SMSURL            string       `json:"sms_url"`
	Status            string       `json:"status"`
	StatusCallback    string       `json:"status_callback"`
	StatusMethod      string       `json:"status_callback_method"`
	TrunkSID          *string      `json:"trunk_sid"`
	URI               string       `json:"uri"`
	VoiceApplication  *string      `json:"voice_application_sid"`
	VoiceFallback     *string      `json:"voice_fallback_url"`
	VoiceMethod       string       `json:"voice_method"`
	VoiceURL          string       `json:"voice_url"`
}

type numberPage struct {
	Numbers  []wireNumber `json:"incoming_phone_numbers"`
	Next     *string      `json:"next_page_uri"`
	Page     int          `json:"page"`
	PageSize int          `json:"page_size"`
	URI      string       `json:"uri"`
}

// numbers lists the account's one number if it matches: "PhoneNumber: you can specify
// partial numbers".
func (t *Twilio) numbers(p url.Values, size int) numberPage {
	base := "/" + apiVersion + "/Accounts/" + t.cfg.AccountSID + "/IncomingPhoneNumbers"
	page := numberPage{Numbers: []wireNumber{}, PageSize: size, URI: base + ".json?" + p.Encode()}
	if !strings.Contains(t.cfg.From, p.Get("PhoneNumber")) {
		return page
	}
	n := t.cfg.Number
	page.Numbers = append(page.Numbers, wireNumber{
		SID: t.number, AccountSID: t.cfg.AccountSID, APIVersion: apiVersion,
		Capabilities: capabilities{MMS: true, SMS: true, Voice: !n.NoVoice},
		FriendlyName: cmp.Or(n.FriendlyName, t.cfg.From), Origin: "twilio", PhoneNumber: t.cfg.From,
		SMSApplicationSID: n.SMSApplication,
		SMSFallbackMethod: cmp.Or(n.SMSFallbackMethod, http.MethodPost), SMSFallbackURL: t.cfg.FallbackURL,
		SMSMethod: cmp.Or(n.SMSMethod, http.MethodPost), SMSURL: t.cfg.WebhookURL, Status: "in-use",
		StatusCallback: n.StatusCallback, StatusMethod: http.MethodPost, TrunkSID: null(n.Trunk),
		URI:              base + "/" + t.number + ".json",
		VoiceApplication: null(n.VoiceApplication), VoiceMethod: http.MethodPost, VoiceURL: n.VoiceURL,
	})
	return page
}

// wireService is a Service resource of Messaging v1; dates are ISO 8601.
type wireService struct {
	SID             string            `json:"sid"`
	AccountSID      string            `json:"account_sid"`
	FriendlyName    string            `json:"friendly_name"`
	DateCreated     string            `json:"date_created"`
	DateUpdated     string            `json:"date_updated"`
	InboundURL      *string           `json:"inbound_request_url"`
	InboundMethod   string            `json:"inbound_method"`
	FallbackURL     *string           `json:"fallback_url"`
	FallbackMethod  string            `json:"fallback_method"`
	StatusCallback  *string           `json:"status_callback"`
	StickySender    bool              `json:"sticky_sender"`
	SmartEncoding   bool              `json:"smart_encoding"`
	ValidityPeriod  int               `json:"validity_period"`
	UseInboundOnNum bool              `json:"use_inbound_webhook_on_number"`
	Usecase         string            `json:"usecase"`
	URL             string            `json:"url"`
	Links           map[string]string `json:"links"`
}

const messagingURL = "https://messaging.twilio.com/v1/Services"

func (t *Twilio) wireService() wireService {
	s, address := t.cfg.Service, messagingURL+"/"+t.cfg.MessagingServiceSID
	webhook, fallback := cmp.Or(s.InboundURL, t.cfg.WebhookURL), cmp.Or(s.FallbackURL, t.cfg.FallbackURL)
	if s.Deaf {
		webhook = ""
	}
	return wireService{
		SID: t.cfg.MessagingServiceSID, AccountSID: t.cfg.AccountSID, FriendlyName: s.FriendlyName,
		DateCreated: t.today(), DateUpdated: t.today(),
		InboundURL: null(webhook), InboundMethod: cmp.Or(s.InboundMethod, http.MethodPost),
		FallbackURL: null(fallback), FallbackMethod: cmp.Or(s.FallbackMethod, http.MethodPost),
		StatusCallback: null(s.StatusCallback), StickySender: true, SmartEncoding: true, ValidityPeriod: 36000,
		UseInboundOnNum: s.UseNumber, Usecase: "undeclared", URL: address,
		Links: map[string]string{"phone_numbers": address + "/PhoneNumbers"},
	}
}

// services lists the account's one service, if it has it.
func (t *Twilio) services(size int) any {
	list := []wireService{}
	if t.cfg.MessagingServiceSID != "" {
		list = append(list, t.wireService())
	}
	return map[string]any{"services": list, "meta": meta("services", messagingURL, size)}
}

// meta is by what Messaging v1 turns pages; here there is one.
func meta(key, address string, size int) map[string]any {
	return map[string]any{
		"page": 0, "page_size": size, "first_page_url": address, "previous_page_url": nil, "next_page_url": nil,
		"key": key, "url": address,
	}
}

// wirePooled is a PhoneNumber subresource of a Service.
type wirePooled struct {
	SID          string   `json:"sid"`
	AccountSID   string   `json:"account_sid"`
	ServiceSID   string   `json:"service_sid"`
	DateCreated  string   `json:"date_created"`
	DateUpdated  string   `json:"date_updated"`
	PhoneNumber  string   `json:"phone_number"`
	CountryCode  string   `json:"country_code"`
	Capabilities []string `json:"capabilities"`
	URL          string   `json:"url"`
}

// pool lists the service's numbers.
func (t *Twilio) pool(size int) any {
	address := messagingURL + "/" + t.cfg.MessagingServiceSID + "/PhoneNumbers"
	numbers := []wirePooled{}
	if !t.cfg.Service.Empty {
		can := []string{"SMS", "MMS"}
		if !t.cfg.Number.NoVoice {
			can = append(can, "Voice")
		}
		numbers = append(numbers, wirePooled{
			SID: t.number, AccountSID: t.cfg.AccountSID, ServiceSID: t.cfg.MessagingServiceSID,
			DateCreated: t.today(), DateUpdated: t.today(), PhoneNumber: t.cfg.From, CountryCode: "EE",
			Capabilities: can, URL: address + "/" + t.number,
		})
	}
	return map[string]any{"phone_numbers": numbers, "meta": meta("phone_numbers", address, size)}
}

func (t *Twilio) today() string {
	return t.cfg.Clock.Now().UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
}

// null is how Twilio writes what is not set.
func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
