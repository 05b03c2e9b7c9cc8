package simulator

import (
	"context"
	"net/url"
	"strconv"
)

// Write sends an SMS from a phone to the helpline's number and returns its
// MessageSid; "" if the service drops what it receives.
func (t *Twilio) Write(number, text string) string { return t.inbound(number, text, 0) }

// WriteMMS sends a text with pictures.
func (t *Twilio) WriteMMS(number, text string, pictures int) string {
	return t.inbound(number, text, pictures)
}

func (t *Twilio) inbound(number, text string, media int) string {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.show(number, text, false).Media = media
	webhook, _ := t.doors()
	if t.owned() && t.cfg.Service.Deaf {
		return "" // "Service resource", inbound_request_url: null: neither received nor listed
	}
	r := t.file(&record{
		direction: "inbound", from: number, to: t.cfg.From, body: text, status: "received",
		media: media, service: t.cfg.MessagingServiceSID != "",
	})
	r.sent = r.created
	form := t.inboundForm(r)
	if kind := t.optOut(number, text); kind != "" && !t.cfg.PlainOptOut {
		form.Set("OptOutType", kind)
	}
	if webhook != "" {
		t.plan(0, func(ctx context.Context) { t.hand(ctx, r, form) })
	}
	return r.sid
}

// optOut does what Twilio does by itself with its keywords, before the webhook.
func (t *Twilio) optOut(number, text string) string {
	word := keyword(text)
	out := t.optedOut[number]
	switch {
	case stopWords[word]:
		t.optedOut[number] = true
		if !out {
			t.show(number, stopReply, true)
		}
		return "STOP"
	case startWords[word] && out:
		t.optedOut[number] = false
		t.show(number, startReply, true)
		return "START"
	case helpWords[word]:
		if !out {
			t.show(number, helpReply, true)
		}
		return "HELP"
	}
	return ""
}

// inboundForm: "Twilio's request to your incoming message webhook URL". The
// geographic parameters are sent, empty, where Twilio knows no place.
func (t *Twilio) inboundForm(r *record) url.Values {
	form := url.Values{
		"MessageSid": {r.sid}, "SmsSid": {r.sid}, "SmsMessageSid": {r.sid}, "AccountSid": {t.cfg.AccountSID},
		"From": {r.from}, "To": {r.to}, "Body": {r.body}, "NumMedia": {strconv.Itoa(r.media)},
		"NumSegments": {strconv.Itoa(costOf(r.body).Segments)}, "SmsStatus": {"received"}, "ApiVersion": {apiVersion},
		"FromCountry": {"EE"}, "FromState": {""}, "FromCity": {""}, "FromZip": {""},
		"ToCountry": {"EE"}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
	}
	if r.service {
		form.Set("MessagingServiceSid", t.cfg.MessagingServiceSID)
	}
	for i := range r.media {
		n := strconv.Itoa(i)
		form.Set("MediaContentType"+n, "image/jpeg")
		form.Set("MediaUrl"+n, "https://api.twilio.com"+t.messagesURI()+"/"+r.sid+"/Media/"+newSID("ME"))
	}
	return form
}

// hand gives the message to the webhook and, if that fails, once to the fallback
// URL: "Availability and reliability": Fallback URLs. After that Twilio does not try again.
func (t *Twilio) hand(ctx context.Context, r *record, form url.Values) {
	webhook, fallback := t.doors()
	texts, code := t.ask(ctx, "message", webhook, r.sid, form)
	if code != 0 && fallback != "" {
		form.Set("ErrorCode", strconv.Itoa(code))
		form.Set("ErrorUrl", webhook)
		texts, _ = t.ask(ctx, "fallback", fallback, r.sid, form)
	}
	for _, text := range texts {
		t.reply(r, text)
	}
}

// ask makes the request and reads the texts that the answer wants sent.
func (t *Twilio) ask(ctx context.Context, kind, address, sid string, form url.Values) ([]string, int) {
	got := t.tell(ctx, kind, address, sid, form)
	if got.code != 0 {
		return nil, got.code
	}
	texts, err := readTwiML(got.contentType, got.body)
	if err != nil {
		return nil, codeBadTwiML
	}
	return texts, 0
}

// reply sends a text that the answer to a webhook asked for.
func (t *Twilio) reply(r *record, text string) {
	defer t.touched()
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.file(&record{direction: "outbound-reply", from: r.to, to: r.from, body: text, status: "queued", service: r.service})
	if t.optedOut[r.from] {
		out.status, out.code = "failed", codeOptedOut
		return
	}
	t.plan(0, t.advance(out, "queued"))
}
