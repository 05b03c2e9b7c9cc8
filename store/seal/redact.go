package seal

import (
	"fmt"
	"io"
	"log/slog"
)

const redaction = "[redacted]"

// redacted is embedded in every type that holds a secret, so that no verb, log
// handler or encoder prints it. fmt does not call methods of unexported fields
// of other structs, and for a verb that does not fit (%s) follows one pointer;
// therefore these types keep their bytes behind two, see key.
type redacted struct{}

// String returns a fixed text.
func (redacted) String() string { return redaction }

// Format prints a fixed text for every verb and flag.
func (redacted) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redaction) }

// LogValue gives log/slog a fixed text.
func (redacted) LogValue() slog.Value { return slog.StringValue(redaction) }

// MarshalText gives encoding/json and its like a fixed text.
func (redacted) MarshalText() ([]byte, error) { return []byte(redaction), nil }
