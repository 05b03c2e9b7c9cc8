package sms

import (
	"fmt"
	"log/slog"
)

// AuthToken is Twilio's secret: it signs in and it signs webhooks. It prints as "redacted" in every verb, log and encoding.
type AuthToken struct{ secret string }

// NewAuthToken wraps the secret.
func NewAuthToken(secret string) AuthToken { return AuthToken{secret} }

// Empty tells that there is no token.
func (t AuthToken) Empty() bool { return t.secret == "" }

// String hides the token.
func (t AuthToken) String() string { return "redacted" }

// GoString hides the token from %#v.
func (t AuthToken) GoString() string { return t.String() }

// Format hides the token from every verb.
func (t AuthToken) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue hides the token from slog.
func (t AuthToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText hides the token from JSON and any other text encoding.
func (t AuthToken) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
