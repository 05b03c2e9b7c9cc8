package telegram

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
)

var (
	// tokenPattern: Bot API, Authorizing your bot.
	tokenPattern = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	// secretPattern: Bot API, setWebhook: secret_token, 1-256 characters, only A-Z, a-z, 0-9, _ and -.
	secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// The reasons a credential is refused. They do not quote it.
var (
	ErrToken  = errors.New("telegram: a bot token looks like 123456:letters-digits_-")
	ErrSecret = errors.New("telegram: a webhook secret is 1 to 256 of A-Z a-z 0-9 _ -")
)

// redacted prints as nothing but the word, in every verb, log and encoding.
type redacted struct{ value string }

func (redacted) String() string               { return "redacted" }
func (redacted) GoString() string             { return "redacted" }
func (redacted) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte("redacted")) }
func (redacted) LogValue() slog.Value         { return slog.StringValue("redacted") }
func (redacted) MarshalText() ([]byte, error) { return []byte("redacted"), nil }

// Token is a bot token. Whoever has it is the bot; it is part of every request's URL.
type Token struct{ redacted }

// ParseToken returns ErrToken for what cannot be a token.
func ParseToken(s string) (Token, error) {
	if !tokenPattern.MatchString(s) {
		return Token{}, ErrToken
	}
	return Token{redacted{s}}, nil
}

// Secret is the webhook's secret token: the only proof that an update comes from Telegram.
type Secret struct{ redacted }

// ParseSecret returns ErrSecret for an empty secret and for one that Telegram would not take.
func ParseSecret(s string) (Secret, error) {
	if !secretPattern.MatchString(s) {
		return Secret{}, ErrSecret
	}
	return Secret{redacted{s}}, nil
}
