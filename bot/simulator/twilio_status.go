package simulator

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Outcome is how messages to a number end.
type Outcome struct {
	// Status is "delivered", "undelivered", "failed" or "sent" (no receipt ever).
	Status string
	// Code is the error code of "undelivered" and "failed", such as 30003.
	Code int
}

// SetOutcome decides how messages sent to the number from now on end; the default
// is "delivered".
func (t *Twilio) SetOutcome(number string, o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outcomes[number] = o
}

// advance tells the program a status and plans the next one: queued, sent, and
// the outcome.
func (t *Twilio) advance(r *record, status string) job {
	return func(ctx context.Context) {
		t.mu.Lock()
		t.become(r, status)
		form, callback := t.statusForm(r), r.callback
		t.mu.Unlock()
		t.touched()
		if callback != "" {
			t.tell(ctx, "status", callback, r.sid, form)
		}
		t.mu.Lock()
		if next := t.following(r); next != "" && t.records[r.sid] == r {
			t.plan(t.cfg.StatusDelay, t.advance(r, next))
		}
		t.mu.Unlock()
		t.touched()
	}
}

// become moves a record on; a delivered one appears on the phone.
func (t *Twilio) become(r *record, status string) {
	now := t.cfg.Clock.Now()
	r.status, r.updated = status, now
	if status == "sent" {
		r.sent = now
	}
	if o := t.outcomes[r.to]; o.Status == status {
		r.code = o.Code
	}
	if status == "delivered" {
		t.show(r.to, r.body, true)
	}
}

func (t *Twilio) following(r *record) string {
	end := t.outcomes[r.to].Status
	switch {
	case r.status == "queued" && end == "failed":
		return end // never left
	case r.status == "queued":
		return "sent"
	case r.status == "sent" && end == "":
		return "delivered"
	case r.status == "sent" && end != "sent":
		return end
	}
	return ""
}

// statusForm: "Track the message status of outbound messages".
func (t *Twilio) statusForm(r *record) url.Values {
	form := url.Values{
		"MessageSid": {r.sid}, "SmsSid": {r.sid}, "MessageStatus": {r.status}, "SmsStatus": {r.status},
		"To": {r.to}, "From": {r.from}, "AccountSid": {t.cfg.AccountSID}, "ApiVersion": {apiVersion},
	}
	if r.service {
		form.Set("MessagingServiceSid", t.cfg.MessagingServiceSID)
	}
	if r.code != 0 {
		form.Set("ErrorCode", strconv.Itoa(r.code))
	}
	if r.status == "delivered" {
		form.Set("RawDlrDoneDate", r.updated.UTC().Format("0601021504"))
	}
	return form
}

// received is a webhook's answer.
type received struct {
	status      int
	contentType string
	body        []byte
	code        int // Twilio's error code; 0: fine
}

// tell makes one signed request to the program and writes it down.
func (t *Twilio) tell(ctx context.Context, kind, address, sid string, form url.Values) received {
	got := t.send(ctx, address, form)
	t.mu.Lock()
	t.hooks = append(t.hooks, Hook{
		At: t.cfg.Clock.Now(), Kind: kind, SID: sid, State: form.Get("MessageStatus"),
		Status: got.status, Code: got.code,
	})
	t.mu.Unlock()
	t.changes.changed()
	return got
}

// send posts a form. What follows a # are connection overrides: they are neither
// requested nor signed.
func (t *Twilio) send(ctx context.Context, address string, form url.Values) received {
	address, _, _ = strings.Cut(address, "#")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return received{code: codeConnection}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("X-Twilio-Signature", Signature(t.cfg.AuthToken, address, form))
	req.Header.Set("I-Twilio-Idempotency-Token", newSID(""))
	resp, err := t.client.Do(req)
	if err != nil {
		return received{code: codeConnection}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	got := received{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), body: body}
	if err != nil || resp.StatusCode >= http.StatusBadRequest {
		got.code = codeRetrieval
	}
	return got
}
