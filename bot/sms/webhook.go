package sms

import (
	"context"
	"io"
	"net/http"
	"time"

	"sosin/bot"
)

// Receiver takes a person's message. Nil means it is safe, or was already; any error means that Twilio must keep it.
type Receiver interface {
	Receive(ctx context.Context, in bot.Inbound) error
}

// answerWithin is well below the 15 s after which Twilio gives a webhook up, so that the fallback is asked in good time.
const answerWithin = 8 * time.Second

// emptyTwiML answers without a message. Replies never travel in TwiML: they would be unordered and unconfirmed.
const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// Webhook is POST /sms: a person's message.
type Webhook struct {
	verifier *Verifier
	receiver Receiver
}

// NewWebhook hands verified messages to the receiver.
func NewWebhook(v *Verifier, r Receiver) *Webhook { return &Webhook{v, r} }

// ServeHTTP answers 200 once the message is safe or was of no use, and 503 in any doubt: then Twilio asks the fallback, and
// the sweep finds the message in Twilio's list.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, ok := h.verifier.open(w, r, WebhookPath)
	if !ok {
		return
	}
	in, ok := fromForm(form).inbound()
	if !ok {
		writeTwiML(w, emptyTwiML)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	if err := h.receiver.Receive(ctx, in); err != nil {
		unavailable(w)
		return
	}
	writeTwiML(w, emptyTwiML)
}

func writeTwiML(w http.ResponseWriter, doc string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, doc) // Twilio has hung up: the message is in its list all the same
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}
