package service

import (
	"slices"
	"testing"

	"sosin/flows"
)

func TestTheExampleServesEveryTopicOfTheFlows(t *testing.T) {
	f := Example()
	for _, topic := range []string{flows.AnyDesk, "prostitution", "violence"} {
		if got := f.DeskFor(topic, "", flows.Estonian); got != topic {
			t.Errorf("%s goes to %s", topic, got)
		}
	}
	for _, d := range f.Desks() {
		if !d.Always() {
			o, ok := f.Desk(d.Overflow)
			if !ok || !o.Always() {
				t.Errorf("desk %s: a HIGH at night finds nobody, its overflow is %q", d.ID, d.Overflow)
			}
		}
	}
}

// P-49, A-10, N-12.
func TestDeskFor(t *testing.T) {
	f := with(t, "  violence:\n", `  tartu: {topic: violence, title: {et: a, ru: b, en: c}, where: tartu, hours: always, languages: [et]}
  southern: {topic: violence, title: {et: a, ru: b, en: c}, where: south, hours: always, languages: [et, ru]}
  tents: {title: {et: a, ru: b, en: c}, where: [harju], hours: always, languages: [et]}
  abroad: {topic: papers, title: {et: a, ru: b, en: c}, where: [hiiu], hours: always, languages: [en]}
  violence:
`)
	for name, c := range map[string]struct {
		topic, county string
		lang          flows.Lang
		want          string
	}{
		"the county's own":                                    {"violence", "tartu", flows.Estonian, "tartu"},
		"one that speaks comes before one near":               {"violence", "tartu", flows.Russian, "southern"},
		"the region's":                                        {"violence", "voru", flows.Estonian, "southern"},
		"for everywhere":                                      {"violence", "harju", flows.Estonian, "violence"},
		"the region's, by its name":                           {"violence", "south", flows.Estonian, "southern"},
		"a region with a desk for one county":                 {"papers", "west", flows.English, flows.AnyDesk},
		"another region":                                      {"violence", "east", flows.Estonian, "violence"},
		"a region of one county":                              {"tents", "north", flows.Estonian, "tents"},
		"no place to meet":                                    {"violence", "remote", flows.Estonian, "violence"},
		"county not known":                                    {"violence", "", flows.Russian, "violence"},
		"nobody speaks it: the near one, with an interpreter": {"violence", "tartu", flows.English, "tartu"},
		"no desk for this topic":                              {"gardening", "tartu", flows.Estonian, flows.AnyDesk},
		"no desk for it in this county":                       {"papers", "tartu", flows.English, flows.AnyDesk},
		"no topic chosen":                                     {"", "", flows.English, flows.AnyDesk},
	} {
		if got := f.DeskFor(c.topic, c.county, c.lang); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	d, _ := f.Desk("southern")
	if want := []string{"jogeva", "polva", "tartu", "valga", "viljandi", "voru"}; !slices.Equal(d.Counties, want) {
		t.Errorf("the south is %v, want %v (B-29)", d.Counties, want)
	}
}

func TestADeskAsRead(t *testing.T) {
	f := with(t, "    languages: [et, ru]\n", "    languages: [et, ru]\n    skills: [female, psych]\n    on_call: env:SOSIN_ON_CALL\n")
	d, _ := f.Desk("violence")
	if !slices.Equal(d.Skills, []string{Female, Psych}) || d.OnCall != "env:SOSIN_ON_CALL" || d.Title[flows.English] != "Women's support centre" {
		t.Errorf("read as %+v", d)
	}
	if d.Speaks(flows.English) || !d.Speaks(flows.Russian) || !d.Covers("hiiu") {
		t.Errorf("read as %+v", d)
	}
}
