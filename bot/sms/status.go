package sms

import (
	"context"
	"net/http"
	"strconv"

	"sosin/bot"
)

// DeliveryStatus is what became of a message of ours.
type DeliveryStatus struct {
	SID string // Twilio's identifier, for deleting the record
	// Status is queued, sent, delivered, undelivered or failed; the last three are final. Callbacks overtake each other:
	// only a step forward means anything.
	Status  string
	Code    int         // Twilio's error code of undelivered and failed; 0: none
	Verdict bot.Verdict // the status as the outbox reads it
}

// Deliveries learns what became of messages.
type Deliveries interface {
	// Delivered is given the token of the bot.Outbound. A token that is not known any more is no error.
	Delivered(ctx context.Context, token string, status DeliveryStatus) error
}

// tokenMax bounds what is taken for a token, in bytes.
const tokenMax = 128

// statuses folds Twilio's ("Message resource", Message status values) into ours.
var statuses = map[string]string{
	"accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "queued",
	"sent": "sent", "delivered": "delivered", "read": "delivered",
	"undelivered": "undelivered", "failed": "failed", "canceled": "failed",
}

// Status is POST /sms/status?t=token: the StatusCallback of every message we send.
type Status struct {
	verifier   *Verifier
	deliveries Deliveries
}

// NewStatus hands verified reports to deliveries.
func NewStatus(v *Verifier, d Deliveries) *Status { return &Status{v, d} }

// ServeHTTP answers 200 to what is known and to what is of no use, 503 when the store is in doubt.
func (h *Status) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, ok := h.verifier.open(w, r, StatusPath)
	if !ok {
		return
	}
	token := r.URL.Query().Get("t")
	status, ok := deliveryStatus(form)
	if !ok || token == "" || len(token) > tokenMax {
		w.WriteHeader(http.StatusOK)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	if err := h.deliveries.Delivered(ctx, token, status); err != nil {
		unavailable(w)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// deliveryStatus: "Track the message status of outbound messages".
func deliveryStatus(form map[string]string) (DeliveryStatus, bool) {
	s := DeliveryStatus{SID: form["MessageSid"], Status: statuses[form["MessageStatus"]], Verdict: bot.Sent}
	s.Code, _ = strconv.Atoi(form["ErrorCode"]) // absent: none
	if s.Status == "undelivered" || s.Status == "failed" {
		s.Verdict = verdictOf(s.Code)
	}
	return s, s.Status != "" && messageSID.MatchString(s.SID)
}
