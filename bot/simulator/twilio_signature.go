package simulator

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's choice, see below
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
)

// Signature is the X-Twilio-Signature of a form POST: "Validating requests are
// coming from Twilio": the full URL, then every parameter's name and value in
// order of the names, HMAC-SHA1 with the auth token, Base64. A name that occurs
// several times contributes each different value once, sorted.
func Signature(authToken, fullURL string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(fullURL))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := slices.Compact(slices.Sorted(slices.Values(form[name])))
		for _, v := range values {
			mac.Write([]byte(name + v))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
