package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wireMessageResource is a Message resource as the REST API shows it; dates are
// RFC 2822, numbers are text.
type wireMessageResource struct {
	AccountSID  string            `json:"account_sid"`
	APIVersion  string            `json:"api_version"`
	Body        string            `json:"body"`
	DateCreated string            `json:"date_created"`
	DateSent    *string           `json:"date_sent"`
	DateUpdated string            `json:"date_updated"`
	Direction   string            `json:"direction"`
	ErrorCode   *int              `json:"error_code"`
	ErrorText   *string           `json:"error_message"`
	From        *string           `json:"from"`
	ServiceSID  *string           `json:"messaging_service_sid"`
	NumMedia    string            `json:"num_media"`
	NumSegments string            `json:"num_segments"`
	Price       *string           `json:"price"`
	PriceUnit   string            `json:"price_unit"`
	SID         string            `json:"sid"`
	Status      string            `json:"status"`
	Related     map[string]string `json:"subresource_uris"`
	To          string            `json:"to"`
	URI         string            `json:"uri"`
}

func (t *Twilio) messagesURI() string {
	return "/" + apiVersion + "/Accounts/" + t.cfg.AccountSID + "/Messages"
}

func (t *Twilio) uriOf(sid string) string { return t.messagesURI() + "/" + sid + ".json" }

func (t *Twilio) wireRecord(r *record) wireMessageResource {
	w := wireMessageResource{
		AccountSID: t.cfg.AccountSID, APIVersion: apiVersion, Body: r.body,
		DateCreated: r.created.UTC().Format(time.RFC1123Z), DateUpdated: r.updated.UTC().Format(time.RFC1123Z),
		Direction: r.direction, From: &r.from, NumMedia: strconv.Itoa(r.media),
		NumSegments: strconv.Itoa(costOf(r.body).Segments), PriceUnit: "USD",
		SID: r.sid, Status: r.status, To: r.to, URI: t.uriOf(r.sid),
		Related: map[string]string{"media": t.messagesURI() + "/" + r.sid + "/Media.json"},
	}
	if !r.sent.IsZero() {
		sent := r.sent.UTC().Format(time.RFC1123Z)
		w.DateSent = &sent
	}
	if r.service {
		w.ServiceSID = &t.cfg.MessagingServiceSID
	}
	if r.code != 0 {
		text := "Message delivery failed"
		w.ErrorCode, w.ErrorText = &r.code, &text
	}
	return w
}

// redact: "Message resource", Update a Message: an empty Body redacts the text; it
// must be sent, and be empty.
func (t *Twilio) redact(r *record, p url.Values) answer {
	switch {
	case !p.Has("Body") || p.Get("Body") != "":
		return answer{err: invalid(codeInvalidParameter, "Message body can only be redacted to an empty string")}
	case !r.final():
		return answer{err: refuse(http.StatusConflict, codeNotComplete, "Cannot redact message because delivery has not been completed.")}
	}
	r.body, r.updated = "", t.cfg.Clock.Now()
	return answer{status: http.StatusOK, body: t.wireRecord(r)}
}

// delete: "Message resource", Delete a Message, and error 20009: a Message in
// progress cannot be deleted, and for a while after neither.
func (t *Twilio) delete(r *record) answer {
	if !r.final() || r.refusals > 0 {
		if r.final() {
			r.refusals--
		}
		return answer{err: refuse(http.StatusConflict, codeNotComplete, "Cannot delete message because delivery has not been completed.")}
	}
	delete(t.records, r.sid)
	t.order = slices.DeleteFunc(t.order, func(o *record) bool { return o == r })
	return answer{status: http.StatusNoContent}
}

type wirePage struct {
	End      int                   `json:"end"`
	First    string                `json:"first_page_uri"`
	Messages []wireMessageResource `json:"messages"`
	Next     *string               `json:"next_page_uri"`
	Page     int                   `json:"page"`
	PageSize int                   `json:"page_size"`
	Previous *string               `json:"previous_page_uri"`
	Start    int                   `json:"start"`
	URI      string                `json:"uri"`
}

// list: "Message resource", Read multiple Messages: newest first, filtered, in
// pages; the next page starts after the message that its PageToken names.
func (t *Twilio) list(p url.Values) answer {
	size, ok := between(p.Get("PageSize"), PageSizeDefault, 1, PageSizeMax)
	if !ok {
		return answer{err: invalid(codeInvalidParameter, "Page size must be between 1 and 1000")}
	}
	page, ok := between(p.Get("Page"), 0, 0, 1<<20)
	if !ok {
		return answer{err: invalid(codeInvalidParameter, "Page must be a number")}
	}
	match, e := messageFilter(p)
	if e != nil {
		return answer{err: e}
	}
	found := t.newestFirst(match)
	token := strings.TrimPrefix(p.Get("PageToken"), "PA")
	if i := slices.IndexFunc(found, func(r *record) bool { return r.sid == token }); i >= 0 {
		found = found[i+1:]
	}
	return answer{status: http.StatusOK, body: t.wirePage(p, found, page, size)}
}

func (t *Twilio) newestFirst(match func(*record) bool) []*record {
	var found []*record
	for _, r := range t.order {
		if match(r) {
			found = append(found, r)
		}
	}
	slices.Reverse(found)
	return found
}

func (t *Twilio) wirePage(p url.Values, found []*record, page, size int) wirePage {
	out := wirePage{
		Messages: []wireMessageResource{}, Page: page, PageSize: size, Start: page * size,
		First: t.pageURI(p, 0, size, ""), URI: t.pageURI(p, page, size, p.Get("PageToken")),
	}
	for _, r := range found[:min(size, len(found))] {
		out.Messages = append(out.Messages, t.wireRecord(r))
	}
	out.End = max(out.Start+len(out.Messages)-1, 0)
	if len(found) > size {
		next := t.pageURI(p, page+1, size, "PA"+found[size-1].sid)
		out.Next = &next
	}
	return out
}

func (t *Twilio) pageURI(p url.Values, page, size int, token string) string {
	q := url.Values{"PageSize": {strconv.Itoa(size)}, "Page": {strconv.Itoa(page)}}
	for _, name := range []string{"To", "From", "DateSent", "DateSent<", "DateSent>"} {
		if p.Has(name) {
			q[name] = p[name]
		}
	}
	if token != "" {
		q.Set("PageToken", token)
	}
	return t.messagesURI() + ".json?" + q.Encode()
}

// messageFilter: To, From and DateSent, DateSent<, DateSent>: on, on or before, on
// or after. A date means the whole day in GMT, a timestamp that moment.
func messageFilter(p url.Values) (func(*record) bool, *restError) {
	on, e := dateRange(p, "DateSent")
	if e != nil {
		return nil, e
	}
	before, e := dateRange(p, "DateSent<")
	if e != nil {
		return nil, e
	}
	after, e := dateRange(p, "DateSent>")
	if e != nil {
		return nil, e
	}
	day := on
	if !on.from.IsZero() {
		day.from = on.from.Truncate(24 * time.Hour)
		day.to = day.from.Add(24*time.Hour - 1)
	}
	return func(r *record) bool {
		sent := r.sent.Truncate(time.Second)
		return (p.Get("To") == "" || r.to == p.Get("To")) &&
			(p.Get("From") == "" || r.from == p.Get("From")) &&
			(day.from.IsZero() || !sent.Before(day.from) && !sent.After(day.to)) &&
			(before.from.IsZero() || !r.sent.IsZero() && !sent.After(before.to)) &&
			(after.from.IsZero() || !sent.Before(after.from))
	}, nil
}

type span struct{ from, to time.Time }

func dateRange(p url.Values, name string) (span, *restError) {
	raw := p.Get(name)
	if raw == "" {
		return span{}, nil
	}
	if day, err := time.Parse(time.DateOnly, raw); err == nil {
		return span{day, day.Add(24*time.Hour - 1)}, nil
	}
	moment, err := time.Parse(time.RFC3339, raw)
	if err != nil {
		return span{}, invalid(codeInvalidParameter, name+" is not a date")
	}
	return span{moment.UTC(), moment.UTC()}, nil
}
