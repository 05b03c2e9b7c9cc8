package service

import (
	"strings"
	"testing"
)

const lastDay = "2027-06-30 23:59"

func TestTheNumbersThatAlwaysCome(t *testing.T) {
	f := Example()
	for id, want := range map[string]string{Emergency: "112", CrisisLine: "116 006", ChildHelpline: "116 111"} {
		for _, at := range []string{"2026-11-21 12:00", "2099-01-01 00:00"} {
			if got, ok := f.Number(id, clock(t, at)); !ok || got != want {
				t.Errorf("%s at %s: %q %t", id, at, got, ok)
			}
		}
	}
	if got, ok := f.NumberAbroad(CrisisLine, clock(t, lastDay)); !ok || got != "+372 614 7393" {
		t.Errorf("116 006 from abroad: %q %t", got, ok)
	}
	if got, ok := f.NumberAbroad(Emergency, clock(t, lastDay)); ok {
		t.Errorf("112 from abroad: %q", got)
	}
}

// A person must not be given a number that rings at somebody else's by now.
func TestAnExpiredFactIsNeverGiven(t *testing.T) {
	f := with(t, "links:\n", "links:\n  course: {url: example.ee/course, source: x, valid_until: 2027-06-30}\n")
	last := clock(t, lastDay)
	for _, day := range []struct {
		after int
		given bool
	}{{0, true}, {1, false}} {
		now := dateOf(last).plus(day.after).at(0)
		if _, ok := f.Number("trafficking", now); ok != day.given {
			t.Errorf("%s: trafficking line given: %t", now, ok)
		}
		if _, ok := f.Link("course", now); ok != day.given {
			t.Errorf("%s: link given: %t", now, ok)
		}
		if got := f.Providers("sak", "tartu", now); (len(got) > 0) != day.given {
			t.Errorf("%s: providers given: %v", now, got)
		}
	}
	if url, ok := f.Link("palunabi", dateOf(last).plus(1).at(0)); !ok || url != "palunabi.ee" {
		t.Errorf("a lasting link: %q %t", url, ok)
	}
}

func TestWhatRanOutIsWarnedOfWithItsPlace(t *testing.T) {
	f := Example()
	if got := f.Expired(clock(t, lastDay)); len(got) > 0 {
		t.Errorf("on the last day: %v", got)
	}
	got := f.Expired(clock(t, "2027-07-01 00:00"))
	if len(got) != 6 {
		t.Fatalf("6 facts of the example end on that day, warned of %d:\n%v", len(got), got)
	}
	before, _, _ := strings.Cut(string(example), "2027-06-30}\n  emotional_support")
	line := 1 + strings.Count(before, "\n")
	if got[0].Line != line || got[0].File != "example.yaml" || got[0].What != "number trafficking ran out on 2027-06-30 and is no longer given" ||
		got[0].Mend != "check it where it was read (just.ee, help.unhcr.org/estonia, tai.ee), and write a new valid_until" {
		t.Errorf("got %s, want line %d", got[0], line)
	}
}

func TestWhatIsNotVerifiedIsNotGiven(t *testing.T) {
	f, now := Example(), clock(t, "2026-11-21 12:00")
	for _, id := range []string{"emotional_support", "1492", ""} {
		if got, ok := f.Number(id, now); ok {
			t.Errorf("number %q: %q", id, got)
		}
	}
	for _, name := range Features {
		if f.Feature(name) {
			t.Errorf("the example offers %s, which nobody has confirmed", name)
		}
	}
	if c, ok := f.Complaint(); ok {
		t.Errorf("complaints go to %v", c)
	}
	if f.FreeSMS() != "unknown" {
		t.Errorf("an SMS is said to be %s", f.FreeSMS())
	}
}

// B-11: a provider's phone that nobody verified is not shown; the crisis line stands in its place.
func TestAProviderWithoutAPhoneFallsBackToTheCrisisLine(t *testing.T) {
	now := clock(t, "2026-11-21 12:00")
	got := Example().Providers("sak", "tartu", now)
	if len(got) != 1 || got[0].Name != "TÜ Kliinikum" || got[0].Phone != "116 006" || got[0].OwnPhone {
		t.Errorf("got %+v", got)
	}
	f := with(t, "name: TÜ Kliinikum, what: sak, where: [tartu], phone: \"\"", "name: TÜ Kliinikum, what: sak, where: [south], phone: \"+372 0000 0001\"")
	got = f.Providers("sak", "voru", now)
	if len(got) != 1 || got[0].Phone != "+372 0000 0001" || !got[0].OwnPhone {
		t.Errorf("got %+v", got)
	}
	if got := f.Providers("ntk", "tartu", now); len(got) > 0 {
		t.Errorf("an organisation that does something else: %+v", got)
	}
}

func TestWhatIsOnIsOn(t *testing.T) {
	f := with(t, "  group: false", "  group: true", "trafficking_line: false", "trafficking_line: true",
		`email: ""`, `email: kaebus@example.ee`, "free_sms: unknown", "free_sms: free")
	if !f.Feature("group") || !f.Feature("trafficking_line") || f.Feature("peer_counselling") || f.Feature("nonsense") {
		t.Error("features are not as written")
	}
	if c, ok := f.Complaint(); !ok || c.Email != "kaebus@example.ee" || f.FreeSMS() != "free" {
		t.Errorf("%v %t %s", c, ok, f.FreeSMS())
	}
}
