package service

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"

	"sosin/flows"
)

// Desk is a place in the queue: what it is about, for whom, when and who may answer there.
type Desk struct {
	ID         string
	Topic      string                // what a person chose; the id, if the file does not say
	Title      map[flows.Lang]string // for staff
	Everywhere bool
	Counties   []string // ids, regions written out; none when Everywhere
	Regions    []string // those of which it serves every county; none when Everywhere
	OnHolidays bool     // answers on public holidays, and its days are never shortened
	Languages  []flows.Lang
	Skills     []string // what a counsellor must have to answer here
	Overflow   string   // the desk that takes a HIGH when nobody is on duty here; empty for none
	OnCall     string   // env:NAME or file:PATH where the on-call number is kept; never the number itself

	hours hours
}

// Skills a counsellor can have, and a desk can ask for.
const (
	Female         = "female"          // N-13
	ChildQualified = "child_qualified" // P-15: Child Protection Act, par 20
	Trafficking    = "trafficking"     // P-05
	SexualViolence = "sexual_violence"

	Crisis     = "crisis" // these five: N-18
	Casework   = "casework"
	Psych      = "psych"
	ChildPsych = "child_psych"
	Legal      = "legal"
)

// Skills lists every skill a desk can ask for.
var Skills = []string{Female, ChildQualified, Trafficking, SexualViolence, Crisis, Casework, Psych, ChildPsych, Legal}

// Always tells whether the desk answers day and night (N-11): no opening hours are then shown.
func (d Desk) Always() bool { return d.hours.always }

// Speaks tells whether the desk answers in this language; where it does not, an interpreter is needed (P-51).
func (d Desk) Speaks(lang flows.Lang) bool { return slices.Contains(d.Languages, lang) }

// Covers tells whether the desk is meant for this county, or for all of this region (P-49). An unknown place is covered by
// a desk for everywhere only.
func (d Desk) Covers(place string) bool {
	return d.Everywhere || slices.Contains(d.Counties, place) || slices.Contains(d.Regions, place)
}

// Desks returns every desk, in the order of the file.
func (f *File) Desks() []Desk { return slices.Clone(f.desks) }

// Desk returns one desk by its id.
func (f *File) Desk(id string) (Desk, bool) {
	i := slices.IndexFunc(f.desks, func(d Desk) bool { return d.ID == id })
	if i < 0 {
		return Desk{}, false
	}
	return f.desks[i], true
}

// DeskFor returns the desk for a topic, a county or region (its id, or empty) and a language: among the topic's desks that
// cover the place, first one that speaks the language, then the one for the fewest counties, then the first in the file. Without
// one it is [flows.AnyDesk]: nobody is refused for where they live (P-08, N-12) or what they speak (P-51).
func (f *File) DeskFor(topic, place string, lang flows.Lang) string {
	best := Desk{ID: flows.AnyDesk}
	for _, d := range f.desks {
		if d.Topic == topic && d.Covers(place) && (best.Topic == "" || d.nearer(best, lang)) {
			best = d
		}
	}
	return best.ID
}

func (d Desk) nearer(other Desk, lang flows.Lang) bool {
	if d.Speaks(lang) != other.Speaks(lang) {
		return d.Speaks(lang)
	}
	return d.reach() < other.reach()
}

func (d Desk) reach() int {
	if d.Everywhere {
		return len(countyTable) + 1
	}
	return len(d.Counties)
}

var deskID = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

func (r *reader) desks(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) {
		if !deskID.MatchString(k.Value) {
			r.add(k, "a desk's id is a word of small letters", "use a to z, digits, - and _, 32 at most")
		}
		r.file.desks = append(r.file.desks, r.desk(k, v))
	})
	r.later(func() {
		if _, ok := r.file.Desk(flows.AnyDesk); !ok && n.Kind == yaml.MappingNode {
			r.add(n, "there is no desk "+flows.AnyDesk, "add one: it takes whoever has not said what it is about")
		}
	})
}

func (r *reader) desk(k, v *yaml.Node) Desk {
	d := Desk{ID: k.Value, Topic: k.Value}
	var always, onHolidays *yaml.Node
	r.fields(v, map[string]func(*yaml.Node){
		"topic": func(n *yaml.Node) { d.Topic = r.text(n) },
		"title": func(n *yaml.Node) { d.Title = r.languages(n) },
		"where": func(n *yaml.Node) { r.where(n, k) },
		"hours": func(n *yaml.Node) { d.hours, always = r.hours(n), n },
		"on_holidays": func(n *yaml.Node) {
			d.OnHolidays, onHolidays = r.bool(n), n
		},
		"languages": func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, _ string) {
				d.Languages = append(d.Languages, flows.Lang(r.oneOf(n, "language", "et", "ru", "en")))
			})
		},
		"skills": func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, _ string) { d.Skills = append(d.Skills, r.oneOf(n, "skill", Skills...)) })
		},
		"overflow": func(n *yaml.Node) { d.Overflow = r.overflow(k, n) },
		"on_call":  func(n *yaml.Node) { d.OnCall = r.reference(n) },
	})
	r.require(k, v, "title", "where", "hours", "languages")
	if d.hours.always && always != nil && onHolidays != nil {
		r.add(onHolidays, "always includes holidays", "leave on_holidays out")
	}
	return d
}

// where reads `everywhere`, or a list of regions and counties. It is settled once the counties are known.
func (r *reader) where(n, desk *yaml.Node) {
	var everywhere bool
	var counties []string
	r.list(n, func(n *yaml.Node, s string) {
		if s == "everywhere" {
			everywhere = true
			return
		}
		r.later(func() { r.place(n, s, &counties) })
	})
	r.later(func() {
		if everywhere && len(counties) > 0 {
			r.add(n, "everywhere stands beside a county", "keep one of them")
		}
		i := slices.IndexFunc(r.file.desks, func(d Desk) bool { return d.ID == desk.Value })
		d := &r.file.desks[i]
		d.Everywhere, d.Counties, d.Regions = everywhere, counties, r.file.whole(counties)
	})
}

// whole lists the regions of which every county is among these.
func (f *File) whole(counties []string) (regions []string) {
	for _, region := range Regions {
		missing := func(id string) bool { return f.counties[id].region == region && !slices.Contains(counties, id) }
		within := func(id string) bool { return f.counties[id].region == region }
		if slices.ContainsFunc(counties, within) && !slices.ContainsFunc(CountyIDs, missing) {
			regions = append(regions, region)
		}
	}
	return regions
}

// place adds a county, or all counties of a region, to those of a desk or a provider.
func (r *reader) place(n *yaml.Node, s string, counties *[]string) {
	add := func(id string) {
		if !slices.Contains(*counties, id) {
			*counties = append(*counties, id)
		}
	}
	_, known := countyTable[s]
	switch {
	case known:
		add(s)
	case slices.Contains(Regions, s):
		for _, id := range CountyIDs {
			if r.file.counties[id].region == s {
				add(id)
			}
		}
	default:
		r.add(n, "unknown county "+s, "use everywhere, a region (north south east west) or a county's id such as ida-viru")
	}
}

// overflow reads another desk's id. A circle would pass a HIGH around with nobody to take it.
func (r *reader) overflow(k, n *yaml.Node) string {
	id := r.text(n)
	r.later(func() {
		if _, ok := r.file.Desk(id); !ok && id != "" {
			r.add(n, "there is no desk "+id, "name one that stands under desks")
			return
		}
		seen := map[string]bool{}
		for at := id; at != "" && !seen[at]; {
			if at == k.Value {
				r.add(n, "the overflow leads back to "+at, "leave one of them out")
				return
			}
			seen[at] = true
			d, _ := r.file.Desk(at)
			at = d.Overflow
		}
	})
	return id
}

var referenceForm = regexp.MustCompile(`^(env:[A-Z][A-Z0-9_]*|file:/\S+)$`)

// reference reads where a secret is kept. The value is not repeated in the fault: it may be the number itself.
func (r *reader) reference(n *yaml.Node) string {
	s := r.text(n)
	if s != "" && !referenceForm.MatchString(s) {
		r.add(n, "the on-call number does not stand in this file",
			"name where it is kept: env:SOSIN_ON_CALL, or file:/ and a path")
		return ""
	}
	return s
}
