package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A token in one log line gives the whole bot away, and with it everybody who ever wrote.
func TestCredentialsNeverPrint(t *testing.T) {
	token, err := ParseToken(testToken)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := ParseSecret(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	for _, v := range []any{token, secret, &token, struct{ T Token }{token}} {
		fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d ", v, v, v, v, v, v, v)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		log.Info("start", "value", v)
	}
	if s := out.String(); strings.Contains(s, "canary") || strings.Contains(s, "900000000") || strings.Contains(s, fmt.Sprintf("%x", "canary")) {
		t.Errorf("leaked: %s", s)
	}
}

// A webhook without a proper secret would believe anybody who finds its address.
func TestSecretRefused(t *testing.T) {
	for _, s := range []string{"", " ", "a b", "süß", "a.b", "abc\n", strings.Repeat("a", 257)} {
		if _, err := ParseSecret(s); !errors.Is(err, ErrSecret) {
			t.Errorf("%q was taken", s)
		}
	}
	if _, err := NewWebhook(Secret{}, newInbox(), nil); !errors.Is(err, ErrSecret) {
		t.Error("a webhook was made without a secret")
	}
	for _, s := range []string{"a", strings.Repeat("Z", 256), "0-_"} {
		if _, err := ParseSecret(s); err != nil {
			t.Errorf("%q was refused", s)
		}
	}
}

// A wrong setting is found at start and not by the first person who writes.
func TestClientRefused(t *testing.T) {
	for _, s := range []string{"", "x", "123", "123:", ":abc", "123:a/b", "123:a\n"} {
		if _, err := ParseToken(s); !errors.Is(err, ErrToken) {
			t.Errorf("token %q was taken", s)
		}
	}
	token, _ := ParseToken(testToken)
	if _, err := NewClient(Token{}, DefaultAPI); !errors.Is(err, ErrToken) {
		t.Error("a client was made without a token")
	}
	for _, u := range []string{"", "api.telegram.org", "/bot", "ftp://x", "http://", "://"} {
		if _, err := NewClient(token, u); !errors.Is(err, ErrAPI) {
			t.Errorf("API %q was taken", u)
		}
	}
}
