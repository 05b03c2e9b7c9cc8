package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// Known dates, by year: Good Friday, Easter Sunday, Pentecost.
var knownMovable = map[int][3]string{
	2024: {"2024-03-29", "2024-03-31", "2024-05-19"},
	2025: {"2025-04-18", "2025-04-20", "2025-06-08"},
	2026: {"2026-04-03", "2026-04-05", "2026-05-24"},
	2027: {"2027-03-26", "2027-03-28", "2027-05-16"},
	2028: {"2028-04-14", "2028-04-16", "2028-06-04"},
	2029: {"2029-03-30", "2029-04-01", "2029-05-20"},
	2030: {"2030-04-19", "2030-04-21", "2030-06-09"},
}

var knownFixed = []string{"01-01", "02-24", "05-01", "06-23", "06-24", "08-20", "12-24", "12-25", "12-26"}

// A wrong holiday is a person told that somebody answers on a day when nobody does.
func TestPublicHolidaysFrom2024To2030(t *testing.T) {
	f := Example()
	for year, movable := range knownMovable {
		want := movable[:]
		for _, day := range knownFixed {
			want = append(want, date{year: year}.String()[:5]+day)
		}
		slices.Sort(want)
		var got []string
		for d := (date{year, time.January, 1}); d.year == year; d = d.plus(1) {
			name, ok := f.Holiday(d.at(12 * 60))
			if ok != (name != "") {
				t.Errorf("%s: %q, %t", d, name, ok)
			}
			if ok {
				got = append(got, d.String())
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d:\n got %v\nwant %v", year, got, want)
		}
	}
}

func TestShortenedDays(t *testing.T) {
	f := Example()
	for year := 2024; year <= 2030; year++ {
		var got []string
		for d := (date{year, time.January, 1}); d.year == year; d = d.plus(1) {
			if f.Shortened(d.at(12 * 60)) {
				got = append(got, d.String()[5:])
			}
		}
		if want := "02-23 06-22 12-23 12-31"; strings.Join(got, " ") != want {
			t.Errorf("%d: got %v, want %s", year, got, want)
		}
	}
}

func TestADayIsEstonian(t *testing.T) {
	f := Example()
	eve := time.Date(2026, time.December, 23, 22, 30, 0, 0, time.UTC) // already the 24th in Tallinn
	if _, ok := f.Holiday(eve); !ok {
		t.Error("half past midnight on Christmas Eve is no holiday")
	}
	if _, ok := f.Holiday(eve.Add(-time.Hour)); ok {
		t.Error("half past eleven the evening before is a holiday")
	}
}

func TestTheFileCorrectsSingleDates(t *testing.T) {
	f := with(t, "holidays: {}", "holidays: {add: {2026-12-28: training}, remove: [2026-12-24]}")
	noon := func(day int) time.Time { return date{2026, time.December, day}.at(12 * 60) }
	if name, ok := f.Holiday(noon(28)); !ok || name != "training" {
		t.Errorf("the added day off: %q, %t", name, ok)
	}
	if _, ok := f.Holiday(noon(24)); ok {
		t.Error("the removed holiday is still one")
	}
	if !f.Open("general", noon(24)) || f.Open("general", noon(28)) {
		t.Error("the desk does not follow the corrected dates")
	}
}

// N-34: a child in need is reported by the end of the first working day after the contact.
func TestWorkdayEnd(t *testing.T) {
	f := Example()
	for after, want := range map[string]string{
		"2026-11-16 10:00": "2026-11-17 17:00", // Monday
		"2026-11-16 00:01": "2026-11-17 17:00",
		"2026-11-20 23:59": "2026-11-23 17:00", // Friday
		"2026-11-21 12:00": "2026-11-23 17:00", // Saturday
		"2026-12-22 12:00": "2026-12-23 14:00", // the next day is shortened
		"2026-12-23 12:00": "2026-12-28 17:00", // over Christmas, and 26 December is a Saturday
		"2026-12-30 12:00": "2026-12-31 14:00",
		"2026-12-31 12:00": "2027-01-04 17:00",
		"2026-04-02 12:00": "2026-04-06 17:00", // Good Friday; Easter Monday is a working day
		"2027-06-22 12:00": "2027-06-25 17:00",
	} {
		if got := f.WorkdayEnd(clock(t, after)).Format(stamp); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	start, end := with(t, "workday: 09:00-17:00", "workday: 08:00-16:30").Workday(clock(t, "2026-11-16 10:00"))
	if start.Format(stamp) != "2026-11-17 08:00" || end.Format(stamp) != "2026-11-17 16:30" {
		t.Errorf("the file's working day: %s to %s", start, end)
	}
}

const stamp = "2006-01-02 15:04"

func clock(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(stamp, s, flows.Tallinn)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
