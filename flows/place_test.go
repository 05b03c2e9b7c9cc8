package flows_test

import (
	"slices"
	"strings"
	"testing"

	"sosin/flows"
)

// P-49, A-10: who names a region gets its desk; who names none, or wants to meet online, the one for everywhere.
func TestTheRegionDecidesTheDesk(t *testing.T) {
	for says, want := range map[string]string{"3": "desk-east", "1": "desk-all", "5": "desk-all", "8": "desk-all"} {
		p := somebody(t, "menu.main", true)
		p.f.Service = &town{desks: map[string]string{"prostitution/east": "desk-east", "prostitution/": "desk-all", "prostitution/north": "desk-all",
			"prostitution/remote": "desk-all"}}
		p.f.Duty = map[string]bool{"desk-east": true, "desk-all": true}
		p.types("2", "1", says)
		if h := p.out.Handoff; h.Act != flows.Open || h.Desk != want {
			t.Errorf("region %s: ticket %v at %q, want %q", says, h.Act, h.Desk, want)
		}
	}
}

// A county says more than a region chosen before it: the desk is the county's.
func TestTheCountyGoesBeforeTheRegion(t *testing.T) {
	p := somebody(t, "violence.menu", true)
	p.c.Answers = map[string]string{"desk": "violence", "region": "east"}
	p.f.Service = &town{desks: map[string]string{"violence/east": "desk-east", "violence/tartu": "desk-tartu"}}
	p.f.Duty = map[string]bool{"desk-east": true, "desk-tartu": true}
	if p.types("1", "22", "3"); p.out.Handoff.Desk != "desk-tartu" {
		t.Errorf("the ticket is at %q", p.out.Handoff.Desk)
	}
}

// N-65, S-01: a chosen county is counted, and its region with it, for months may show regions only.
func TestACountyCountsForItsRegion(t *testing.T) {
	p := somebody(t, "violence.menu", true)
	p.f.Service = &town{facts: map[string]string{"region.tartu": "south"}}
	p.types("1", "22")
	for _, want := range []flows.Count{{Table: "county", Row: "tartu", Column: "en"}, {Table: "region", Row: "south", Column: "en"}} {
		if !slices.Contains(p.out.Counts, want) {
			t.Errorf("not counted: %v, only %v", want, p.out.Counts)
		}
	}
	p = somebody(t, "violence.menu", true)
	p.types("1", "23")
	if slices.ContainsFunc(p.out.Counts, func(c flows.Count) bool { return c.Table == "region" }) {
		t.Errorf("a county of no region: %v", p.out.Counts)
	}
}

// N-05: somebody who needs something special says so while waiting, and keeps their place; what would help reaches the counsellor.
func TestAnAccessNeedReachesTheCounsellor(t *testing.T) {
	p := somebody(t, "wishes.menu", true)
	p.f.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: flows.Rest}
	p.types("5").said("access.ask")
	if p.c.Answers["access"] != "yes" {
		t.Errorf("the answers are %v", p.c.Answers)
	}
	p.types("canary large letters")
	if told := p.everything(); !strings.Contains(told, "event.access") || p.out.Handoff.Act == flows.Open {
		t.Errorf("the counsellor is not told, or ticket %v", p.out.Handoff.Act)
	}
}
