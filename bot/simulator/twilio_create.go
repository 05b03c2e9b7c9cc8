package simulator

import (
	"net/http"
	"net/url"
	"time"
)

// record is a Message resource.
type record struct {
	sid, direction, from, to, body string
	status                         string
	code                           int // error_code
	service                        bool
	callback                       string
	media                          int
	created, updated, sent         time.Time
	refusals                       int // deletions still to be refused
}

// final: "Message resource", Message statuses that do not change any more.
func (r *record) final() bool {
	switch r.status {
	case "delivered", "undelivered", "failed", "received", "read", "canceled":
		return true
	}
	return false
}

// create: "Message resource", Create a Message.
func (t *Twilio) create(op *operation) answer {
	if e := t.validate(op.params); e != nil {
		return answer{err: e}
	}
	service := op.params.Get("MessagingServiceSid") != ""
	r := t.file(&record{
		direction: "outbound-api", from: t.cfg.From, to: op.params.Get("To"), body: op.params.Get("Body"),
		status: "queued", service: service, callback: op.params.Get("StatusCallback"),
		media: len(op.params["MediaUrl"]),
	})
	op.sid = r.sid
	reply := t.wireRecord(r)
	if service {
		// "When using a Messaging Service, num_segments will always be 0 in Twilio's
		// response to your API request", and the sender is chosen later.
		reply.Status, reply.NumSegments, reply.From = "accepted", "0", nil
	}
	t.plan(0, t.advance(r, "queued"))
	return answer{status: http.StatusCreated, body: reply}
}

// file stores a record under a fresh SID.
func (t *Twilio) file(r *record) *record {
	prefix := "SM"
	if r.media > 0 {
		prefix = "MM"
	}
	r.sid, r.created, r.refusals = newSID(prefix), t.cfg.Clock.Now(), t.cfg.DeleteRefusals
	r.updated = r.created
	t.records[r.sid] = r
	t.order = append(t.order, r)
	return r
}

// validate refuses what the error dictionary says creating a Message refuses.
// Numbers are echoed in the texts, as Twilio does.
func (t *Twilio) validate(p url.Values) *restError {
	if e := t.validateTo(p.Get("To")); e != nil {
		return e
	}
	if e := t.validateFrom(p.Get("From"), p.Get("MessagingServiceSid")); e != nil {
		return e
	}
	body := p.Get("Body")
	switch {
	case body == "" && len(p["MediaUrl"]) == 0:
		return invalid(codeBodyRequired, "Message body is required.")
	case characters(body) > BodyMax:
		return invalid(codeBodyTooLong, "The concatenated message body exceeds the 1600 character limit")
	case len(p["MediaUrl"]) > MediaMax:
		return invalid(codeInvalidParameter, "Number of media files exceeds allowed limit")
	case p.Get("StatusCallback") != "" && !absoluteURL(p.Get("StatusCallback")):
		return invalid(codeInvalidCallback, "The 'StatusCallback' URL is not a valid URL.")
	case t.optedOut[p.Get("To")]:
		return invalid(codeOptedOut, "Attempt to send to unsubscribed recipient")
	}
	return nil
}

func (t *Twilio) validateTo(to string) *restError {
	switch {
	case to == "":
		return invalid(codeToRequired, "A 'To' phone number is required.")
	case !e164Pattern.MatchString(to):
		return invalid(codeInvalidTo, "Invalid 'To' Phone Number: "+to)
	case to == t.cfg.From:
		return invalid(codeSameNumber, "'To' and 'From' number cannot be the same: "+to)
	}
	return nil
}

func (t *Twilio) validateFrom(from, service string) *restError {
	switch {
	case from == "" && service == "":
		return invalid(codeFromRequired, "A 'From' phone number is required.")
	case service != "" && service != t.cfg.MessagingServiceSID:
		return invalid(codeInvalidService, "The Messaging Service Sid "+service+" is invalid.")
	case from != "" && from != t.cfg.From:
		return invalid(codeInvalidFrom, "The 'From' phone number provided ("+from+
			") is not a valid message-capable Twilio phone number for this destination.")
	}
	return nil
}
