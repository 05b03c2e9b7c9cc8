package main

import (
	"fmt"
	"time"

	"sosin/flows"
	"sosin/flows/service"
)

// factsWarning is how many days before a fact's last day is over doctor begins to speak of it.
const factsWarning = 30

// today: a fact that has run out is no longer given, so somebody looks for a number that was there yesterday.
func (c *doctorCmd) today(d *diagnosis) {
	f, err := loadService(c.serviceConfig)
	if err != nil {
		d.bad("service", "the service file has faults: "+firstLine(err), "run `sosin check`")
		return
	}
	now := time.Now()
	old := f.Expired(now)
	for _, fault := range old {
		d.bad("service", place(fault)+": "+fault.What, fault.Mend)
	}
	soon := expiring(f, now)
	for _, s := range soon {
		d.note("service", fmt.Sprintf("%s: what stands here is given for the last time on %s; %s", place(s.fact), s.last, s.fact.Mend))
	}
	if len(old)+len(soon) == 0 {
		d.ok("service", "every fact is within its time")
	}
}

func place(f flows.Fault) string { return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column) }

// ending is a fact that still holds.
type ending struct {
	fact flows.Fault // place and mend
	last string      // its last day
}

// expiring lists what runs out within factsWarning days, the earliest first.
func expiring(f *service.File, now time.Time) (out []ending) {
	known := map[string]bool{}
	for _, fault := range f.Expired(now) {
		known[place(fault)] = true
	}
	for days := range factsWarning {
		last := now.In(flows.Tallinn).AddDate(0, 0, days)
		for _, fault := range f.Expired(last.AddDate(0, 0, 1)) {
			if !known[place(fault)] {
				known[place(fault)] = true
				out = append(out, ending{fault, last.Format(time.DateOnly)})
			}
		}
	}
	return out
}
