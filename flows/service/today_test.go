package service

import (
	"testing"

	"sosin/flows"
)

// What a text puts in for a fact must be the file's own word, or nothing: a text without its fact is then not said.
func TestFactsAsAStepAsksForThem(t *testing.T) {
	now := clock(t, lastDay)
	whole := with(t, `complaint: {url: "", email: ""}`, `complaint: {url: "example.ee/complain", email: ""}`).Today()
	mail := with(t, `complaint: {url: "", email: ""}`, `complaint: {url: "", email: "complain@example.ee"}`).Today()
	free := with(t, "free_sms: unknown", "free_sms: free").Today()
	charged := with(t, "free_sms: unknown", "free_sms: charged").Today()
	centre := with(t, "links:\n", `  ntk_tartu_new: {name: a, what: ntk, where: [tartu], phone: "", source: x, valid_until: lasting}
  ntk_tartu: {name: b, what: ntk, where: [tartu], phone: "5555 0001", source: x, valid_until: lasting}
links:
`).Today()
	example := Example().Today()
	for name, c := range map[string]struct {
		service  flows.Service
		id, want string
	}{
		"a number":               {example, CrisisLine, "116 006"},
		"from abroad":            {example, CrisisLine + Abroad, "+372 614 7393"},
		"112 from abroad":        {example, Emergency + Abroad, ""},
		"a link":                 {example, "palunabi", "palunabi.ee"},
		"nobody has verified it": {example, "emotional_support", ""},
		"there is none":          {example, "invented", ""},
		"none from abroad":       {example, "invented" + Abroad, ""},
		"no complaint":           {example, ComplaintFact, ""},
		"a page for complaints":  {whole, ComplaintFact, "example.ee/complain"},
		"mail for complaints":    {mail, ComplaintFact, "complain@example.ee"},
		"price not known":        {example, FreeSMSFact, ""},
		"free":                   {free, FreeSMSFact, "free"},
		"charged is not free":    {charged, FreeSMSFact, ""},
		"a centre's own phone":   {centre, "ntk.tartu", "5555 0001"},
		"another county's":       {centre, "ntk.voru", ""},
		"none verified":          {centre, "sak.tartu", ""},
	} {
		if got := c.service.Fact(c.id, now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := example.Fact("trafficking", dateOf(now).plus(1).at(0)); got != "" {
		t.Errorf("a number that ran out yesterday: %q", got)
	}
}

func TestTheFileAsAStepAsksIt(t *testing.T) {
	s := with(t, "  group: false", "  group: true").Today()
	sunday, monday := clock(t, "2026-11-22 12:00"), clock(t, "2026-11-23 12:00")
	if got := s.NextOpen("general", sunday, flows.English); got != "tomorrow at 9:00" {
		t.Errorf("closed on a Sunday, and opens %q", got)
	}
	if got := s.NextOpen("general", monday, flows.English); got != "" {
		t.Errorf("open, and said to open %q", got)
	}
	if id, ok := s.County("Narvas"); !ok || id != "ida-viru" {
		t.Errorf("a town is taken for %q", id)
	}
	if !s.Feature("group") || s.Feature("support_groups") {
		t.Error("what is offered is not what the file says")
	}
	if got := s.Fact(RegionFact+"ida-viru", monday) + s.Fact(RegionFact+"canary-county", monday); got != "east" {
		t.Errorf("the region of Ida-Viru is %q", got)
	}
	if got := s.DeskFor("violence", "tartu", flows.Russian); got != "violence" {
		t.Errorf("violence goes to %q", got)
	}
}

// Who asked to be written to on working days only is not woken on a holiday or in the night.
func TestDaytime(t *testing.T) {
	s := Example().Today()
	for at, want := range map[string]bool{
		"2026-11-23 08:59": false, "2026-11-23 09:00": true, "2026-11-23 16:59": true, "2026-11-23 17:00": false,
		"2026-11-22 12:00": false,                           // Sunday
		"2026-12-24 12:00": false,                           // a public holiday
		"2026-12-23 13:59": true, "2026-12-23 14:00": false, // shortened by three hours
	} {
		if got := s.Fact(DaytimeFact, clock(t, at)) != ""; got != want {
			t.Errorf("%s: daytime %v, want %v", at, got, want)
		}
	}
}

// Nobody may be asked to be handed over to who is no longer known to be there.
func TestOrganisationsRunOut(t *testing.T) {
	now := clock(t, lastDay)
	if got := Example().Organisations(now); len(got) != 4 || got[0].ID != "sak_tallinn" {
		t.Errorf("organisations: %+v", got)
	}
	if got := Example().Organisations(dateOf(now).plus(1).at(0)); len(got) != 0 {
		t.Errorf("after their last day: %+v", got)
	}
}
