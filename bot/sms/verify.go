package sms

import (
	"errors"
	"net/http"

	"github.com/twilio/twilio-go/client"
)

// The doors, below the public URL.
const (
	WebhookPath  = "/sms"
	StatusPath   = "/sms/status"
	FallbackPath = "/sms/fallback"
)

// Verifier tells Twilio's requests from anybody else's.
type Verifier struct {
	base string
	keys []client.RequestValidator
}

// NewVerifier checks signatures over publicURL, which is what Twilio was told, and never over what a request says of its
// own host. While a token is being rotated the previous one is given too and stays valid. An empty token or a URL that is
// not absolute is an error: there is no way to be without verification.
func NewVerifier(publicURL string, token AuthToken, previous ...AuthToken) (*Verifier, error) {
	base, ok := baseURL(publicURL)
	v := &Verifier{base: base}
	var faults []error
	if !ok {
		faults = append(faults, errPublicURL)
	}
	for _, t := range append([]AuthToken{token}, previous...) {
		if t.Empty() {
			faults = append(faults, errToken)
		}
		v.keys = append(v.keys, client.NewRequestValidator(t.secret))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return v, nil
}

// signed compares in constant time: "Validating requests are coming from Twilio". Every parameter is signed, also one we
// do not know.
func (v *Verifier) signed(r *http.Request, path string, form map[string]string) bool {
	address := v.base + path
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	for i := range v.keys {
		if v.keys[i].Validate(address, form, r.Header.Get("X-Twilio-Signature")) {
			return true
		}
	}
	return false
}

// open reads a request at one of the doors, or answers it with a refusal and returns false. Until it returns true
// nothing of the request has had any effect.
func (v *Verifier) open(w http.ResponseWriter, r *http.Request, path string) (map[string]string, bool) {
	form, status := readForm(w, r)
	if status == 0 && !v.signed(r, path, form) {
		status = http.StatusForbidden
	}
	if status == 0 {
		return form, true
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	http.Error(w, http.StatusText(status), status)
	return nil, false
}
