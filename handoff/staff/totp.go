package staff

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// RFC 6238 as authenticator apps do it: SHA-1, six digits, 30 seconds, one step of tolerance either way.
const (
	stepSeconds = 30
	skewSteps   = 1
	secretBytes = 20
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTP() []byte {
	secret := make([]byte, secretBytes)
	rand.Read(secret) // never fails (crypto/rand)
	return secret
}

// SecretText is a TOTP secret as authenticator apps take it: base32 without padding.
func SecretText(secret []byte) string { return base32Plain.EncodeToString(secret) }

// EnrolURL is what the QR code holds (Key URI format). issuer and name are shown in the app.
func EnrolURL(issuer, name, secretText string) string {
	q := url.Values{"secret": {secretText}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + name, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return u.String()
}

// codeStep finds the time step a code belongs to, or false. The library compares in constant time but says only that
// a code is good; we need to know which, so that it serves once.
func codeStep(secret []byte, code string, now time.Time) (int64, bool) {
	code = strings.Join(strings.Fields(code), "")
	if len(secret) == 0 {
		return 0, false
	}
	at := now.Unix() / stepSeconds
	opts := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	found, step := false, int64(0)
	for _, s := range []int64{at, at - skewSteps, at + skewSteps} {
		ok, err := hotp.ValidateCustom(code, uint64(s), SecretText(secret), opts)
		if err == nil && ok && !found {
			found, step = true, s
		}
	}
	return step, found
}
