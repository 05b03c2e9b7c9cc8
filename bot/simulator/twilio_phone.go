package simulator

import (
	"slices"
	"time"
)

// Text is one SMS on a phone.
type Text struct {
	// Received is true for a message that came in to the phone.
	Received bool
	Body     string
	At       time.Time
	// Encoding is "GSM-7" or "UCS-2".
	Encoding string
	Segments int
	Media    int // pictures sent along
}

// show puts a text on a phone.
func (t *Twilio) show(number, body string, received bool) *Text {
	c := costOf(body)
	t.phones[number] = append(t.phones[number], Text{
		Received: received, Body: body, At: t.cfg.Clock.Now(), Encoding: c.Encoding, Segments: c.Segments,
	})
	list := t.phones[number]
	return &list[len(list)-1]
}

// Texts is what the phone with this number shows, oldest first.
func (t *Twilio) Texts(number string) []Text {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.phones[number])
}

// OptedOut tells whether the number has written STOP and not START since.
func (t *Twilio) OptedOut(number string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.optedOut[number]
}

// Records are the SIDs of all Message resources still held, oldest first: what a
// subpoena would find.
func (t *Twilio) Records() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var sids []string
	for _, r := range t.order {
		sids = append(sids, r.sid)
	}
	return sids
}
