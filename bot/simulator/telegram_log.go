package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// Call is one request the Bot API received, with its outcome.
type Call struct {
	At     time.Time
	Method string
	// Params are the parameters as sent; structured ones are JSON text.
	Params map[string]string
	// Done tells whether the method was carried out; an answer may still have
	// been lost on the way back (see Fault).
	Done bool
	// Result is the method's result if Done.
	Result json.RawMessage
	// Code and Description are the error if not Done; Code 0 is a lost connection.
	Code        int
	Description string
	// InReply is set for a method given in the answer to a webhook.
	InReply bool
}

// ChatID is the chat the call names, or 0.
func (c Call) ChatID() int64 {
	n, _ := strconv.ParseInt(c.Params["chat_id"], 10, 64)
	return n
}

// Text is the text the call would show to a person.
func (c Call) Text() string { return c.Params["text"] }

// MessageIDs are the messages a deleteMessage or deleteMessages names.
func (c Call) MessageIDs() []int {
	if n, err := strconv.Atoi(c.Params["message_id"]); err == nil {
		return []int{n}
	}
	var ids []int
	if json.Unmarshal([]byte(c.Params["message_ids"]), &ids) != nil {
		return nil
	}
	return ids
}

// Delivery is one attempt to hand an update to the webhook.
type Delivery struct {
	At       time.Time
	UpdateID int64
	// Kind is the update's kind, such as "message" or "callback_query".
	Kind string
	// Attempt counts from 1.
	Attempt int
	// Status is the webhook's answer; 0 if none came.
	Status int
	// Dropped tells that the update was given up after this attempt.
	Dropped bool
}

// Log is everything received so far, in the order in which it was carried out.
func (t *Telegram) Log() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.log)
}

// Calls is the part of Log that concerns one method, such as "sendMessage".
func (t *Telegram) Calls(method string) []Call {
	return slices.DeleteFunc(t.Log(), func(c Call) bool { return c.Method != method })
}

// Deliveries is every webhook attempt so far, in the order in which they ended.
func (t *Telegram) Deliveries() []Delivery {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.deliveries)
}
