package bot

import (
	"fmt"
	"log/slog"

	"sosin/flows"
)

// Address is where a person can be reached: a Telegram chat id, or a phone number in E.164. It prints as its channel
// only, in every verb, log and encoding; Reveal is for the provider's adapter and for sealing.
type Address struct {
	Channel flows.Channel
	id      string
}

// NewAddress makes the address of a channel's contact.
func NewAddress(ch flows.Channel, id string) Address { return Address{ch, id} }

// Reveal gives the provider's own identifier. Callers: the channel that sends, and the store that seals it.
func (a Address) Reveal() string { return a.id }

// String names the channel only.
func (a Address) String() string { return string(a.Channel) + ":redacted" }

// GoString hides the id from %#v.
func (a Address) GoString() string { return a.String() }

// Format hides the id from every verb.
func (a Address) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.String())) }

// LogValue hides the id from slog.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText hides the id from JSON and any other text encoding.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
