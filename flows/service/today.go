package service

import (
	"strings"
	"time"

	"sosin/flows"
)

// Ids of facts beside the numbers and links, which go by their own. A number for who calls from outside Estonia is its id
// with Abroad behind it. The own telephone of an organisation is what it is and a county: ntk.tartu.
const (
	Abroad        = ".abroad"
	ComplaintFact = "complaint" // where to complain (N-16): the page, or else the address
	FreeSMSFact   = "free_sms"  // there only while an SMS to us is known to be free (P-06)
	DaytimeFact   = "daytime"   // there only during the office day of a working day
	RegionFact    = "region."   // with a county's id behind it: its region
)

// Today returns the file as a step asks it: [flows.Service].
func (f *File) Today() flows.Service { return today{f} }

// today answers a step. DeskFor, County and Feature are the file's own.
type today struct{ *File }

// NextOpen says when a desk opens next, in words; "" while it is open, and when no opening is known.
func (t today) NextOpen(desk string, now time.Time, lang flows.Lang) string {
	return t.NextOpenText(desk, now, lang)
}

// daytime tells whether it is the office day of an Estonian working day.
func (t today) daytime(now time.Time) bool {
	start, end := t.Workday(now.In(flows.Tallinn).AddDate(0, 0, -1)) // today's, if today is one
	return !now.Before(start) && now.Before(end)
}

// Fact returns a number, a link or another fact by its id; "" when there is none, or it is not verified for now. A number
// goes before a link of the same id.
func (t today) Fact(id string, now time.Time) string {
	switch id {
	case ComplaintFact:
		if t.complaint.URL != "" {
			return t.complaint.URL
		}
		return t.complaint.Email
	case FreeSMSFact:
		if t.freeSMS != freeSMS { // a guard asks whether the fact is there: "charged" must not pass for "free"
			return ""
		}
		return t.freeSMS
	case DaytimeFact:
		if t.daytime(now) {
			return DaytimeFact
		}
		return ""
	}
	if county, ok := strings.CutPrefix(id, RegionFact); ok {
		return t.Region(county)
	}
	if number, abroad := strings.CutSuffix(id, Abroad); abroad {
		text, _ := t.NumberAbroad(number, now)
		return text
	}
	if text, ok := t.Number(id, now); ok {
		return text
	}
	if url, ok := t.Link(id, now); ok {
		return url
	}
	what, county, _ := strings.Cut(id, ".")
	for _, p := range t.Providers(what, county, now) {
		if p.OwnPhone {
			return p.Phone
		}
	}
	return ""
}

// Organisations returns every provider that has not run out, in the order of the file: whom a person can be handed over
// to (P-12).
func (f *File) Organisations(now time.Time) (found []Provider) {
	for _, p := range f.providers {
		if p.validity.holds(now) {
			found = append(found, p)
		}
	}
	return found
}
