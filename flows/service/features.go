package service

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// Features are the parts that can be on or off. What is off is not offered: an offer without help behind it is a lie.
var Features = []string{
	"cannot_call_sms112",       // SMS to 112 (B-03: off until confirmed)
	"debt_counselling",         // P-45
	"group",                    // G-01
	"international_protection", // off until the owner names today's successor
	"peer_counselling",         // P-45
	"support_groups",           // P-45
	"trafficking_line",         // B-05
}

// Feature tells whether a part is on. One that the file does not name is off. It says nothing of the numbers behind it:
// one that has run out is refused by [File.Number].
func (f *File) Feature(name string) bool { return f.features[name] }

func (r *reader) features(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) {
		if !slices.Contains(Features, k.Value) {
			r.oneOf(k, "feature", Features...)
			return
		}
		on := r.bool(v)
		r.file.features[k.Value] = on
		if k.Value == "trafficking_line" && on {
			r.later(func() { r.needsNumber(k, "trafficking") })
		}
	})
}

func (r *reader) needsNumber(feature *yaml.Node, id string) {
	if !slices.ContainsFunc(r.file.numbers, func(n number) bool { return n.id == id && n.text != "" }) {
		r.add(feature, feature.Value+" is on, but number "+id+" is empty", "write the number, or turn it off")
	}
}

// Complaint is where a person can complain (N-16). Either may be empty.
type Complaint struct{ URL, Email string }

// Complaint returns where to complain. ok is false while the file names nothing.
func (f *File) Complaint() (c Complaint, ok bool) { return f.complaint, f.complaint != Complaint{} }

func (r *reader) complaint(n *yaml.Node) {
	r.fields(n, map[string]func(*yaml.Node){
		"url": func(n *yaml.Node) { r.file.complaint.URL = r.url(n) },
		"email": func(n *yaml.Node) {
			r.file.complaint.Email = r.form(n, mailForm, "this is not an e-mail address", `write it as name@example.ee, or leave it empty ("")`)
		},
	})
}

// What is said of the price of an SMS to us (P-06).
const (
	unknownSMS = "unknown" // the operator may charge
	freeSMS    = "free"
	chargedSMS = "charged"
)

// FreeSMS returns which sentence on the price of an SMS is true: "free", "charged", or "unknown" (the operator may charge).
func (f *File) FreeSMS() string { return f.freeSMS }

func (r *reader) freeSMS(n *yaml.Node) {
	r.file.freeSMS = r.oneOf(n, "choice", unknownSMS, freeSMS, chargedSMS)
}
