package sms

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// Fallback is POST /sms/fallback: what Twilio asks, once per message, after POST /sms failed (promise 7). It needs no store
// and keeps nothing.
type Fallback struct {
	verifier *Verifier
	doc      string
}

// NewFallback answers every person's message with text, which names the numbers in all three languages since nothing is
// known of the person. An empty text is an error.
func NewFallback(v *Verifier, text string) (*Fallback, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errFallback
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><Response><Message>`)
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return nil, err
	}
	b.WriteString(`</Message></Response>`)
	return &Fallback{v, b.String()}, nil
}

// ServeHTTP says nothing to a machine's sender, which might answer for ever, and nothing to a keyword that Twilio has
// answered itself.
func (h *Fallback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, ok := h.verifier.open(w, r, FallbackPath)
	if !ok {
		return
	}
	in, ok := fromForm(form).inbound()
	if !ok || isOptOut(in) {
		writeTwiML(w, emptyTwiML)
		return
	}
	writeTwiML(w, h.doc)
}
