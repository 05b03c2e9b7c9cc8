package simulator

import (
	"net/url"
	"slices"
	"time"
)

// RESTCall is one request that Twilio's REST API received, with its outcome.
type RESTCall struct {
	At time.Time
	// Operation is "create", "fetch", "list", "redact" or "delete"; or "account",
	// "numbers", "services", "service" or "pool" for a look at how the account is set up.
	Operation string
	SID       string // the message concerned, for a create the new one
	Params    url.Values
	// Status is the HTTP answer; 0 is a lost connection. Done tells whether the
	// request was carried out nevertheless.
	Status int
	Code   int // Twilio's error code, 0 if none
	Done   bool
}

// Hook is one request that Twilio made to the program.
type Hook struct {
	At time.Time
	// Kind is "message", "fallback" or "status".
	Kind   string
	SID    string
	State  string // for "status": the MessageStatus told
	Status int    // the program's answer; 0 if none came
	Code   int    // Twilio's error code for a failure, 0 if none
}

// Log is everything received so far, in order.
func (t *Twilio) Log() []RESTCall {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.log)
}

// Calls is the part of Log that concerns one operation.
func (t *Twilio) Calls(operation string) []RESTCall {
	return slices.DeleteFunc(t.Log(), func(c RESTCall) bool { return c.Operation != operation })
}

// Deliveries are the requests made to the program so far, in the order in which
// they ended.
func (t *Twilio) Deliveries() []Hook {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.hooks)
}
