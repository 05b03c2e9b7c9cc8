package service

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sosin/flows"
)

// desk is the example with one more desk, "night", of these hours.
func desk(t testing.TB, hours, more string) *File {
	return with(t, "  violence:\n", fmt.Sprintf(
		"  night: {title: {et: a, ru: b, en: c}, where: everywhere, languages: et, hours: %s%s}\n  violence:\n", hours, more))
}

func TestOpenAndCloses(t *testing.T) {
	for name, c := range map[string]struct {
		hours, more, at, closes string // closes "" means it is closed
	}{
		"in the working day":                {"{mon-fri: 09:00-17:00}", "", "2026-11-16 10:00", "2026-11-16 17:00"},
		"at the first minute":               {"{mon-fri: 09:00-17:00}", "", "2026-11-16 09:00", "2026-11-16 17:00"},
		"just before":                       {"{mon-fri: 09:00-17:00}", "", "2026-11-16 08:59", ""},
		"at the end":                        {"{mon-fri: 09:00-17:00}", "", "2026-11-16 17:00", ""},
		"at the weekend":                    {"{mon-fri: 09:00-17:00}", "", "2026-11-21 10:00", ""},
		"in the lunch break":                {"{mon: [09:00-12:00, 13:00-17:00]}", "", "2026-11-16 12:30", ""},
		"after it":                          {"{mon: [13:00-17:00, 09:00-12:00]}", "", "2026-11-16 13:00", "2026-11-16 17:00"},
		"two spans without a gap":           {"{mon: [09:00-12:00, 12:00-17:00]}", "", "2026-11-16 10:00", "2026-11-16 17:00"},
		"before midnight":                   {"{fri: 22:00-06:00}", "", "2026-11-20 23:59", "2026-11-21 06:00"},
		"after midnight":                    {"{fri: 22:00-06:00}", "", "2026-11-21 05:59", "2026-11-21 06:00"},
		"the night before was not ours":     {"{fri: 22:00-06:00}", "", "2026-11-20 05:59", ""},
		"whole days join":                   {"{mon-fri: 00:00-24:00}", "", "2026-11-16 10:00", "2026-11-21 00:00"},
		"over the week's end":               {"{sat-mon: 00:00-24:00}", "", "2026-11-21 10:00", "2026-11-24 00:00"},
		"on Christmas Eve":                  {"{mon-fri: 09:00-17:00}", "", "2026-12-24 10:00", ""},
		"on Christmas Eve all the same":     {"{mon-fri: 09:00-17:00}", ", on_holidays: true", "2026-12-24 10:00", "2026-12-24 17:00"},
		"on a shortened day":                {"{mon-fri: 09:00-17:00}", "", "2026-12-23 10:00", "2026-12-23 14:00"},
		"after a shortened day":             {"{mon-fri: 09:00-17:00}", "", "2026-12-23 14:00", ""},
		"never shortened who works always":  {"{mon-fri: 09:00-17:00}", ", on_holidays: true", "2026-12-23 14:00", "2026-12-23 17:00"},
		"shortened over a break":            {"{wed: [09:00-12:00, 15:00-17:00]}", "", "2026-12-23 10:00", "2026-12-23 11:00"},
		"shortened to nothing":              {"{wed: 09:00-11:00}", "", "2026-12-23 09:30", ""},
		"a night begun before the holiday":  {"{mon-sun: 22:00-06:00}", "", "2026-04-03 03:00", "2026-04-03 06:00"},
		"a shortened night":                 {"{mon-sun: 22:00-06:00}", "", "2026-12-24 02:00", "2026-12-24 03:00"},
		"no night begins on a holiday":      {"{mon-sun: 22:00-06:00}", "", "2026-12-24 23:00", ""},
		"the night that loses an hour":      {"{sat: 22:00-06:00}", "", "2026-03-29 04:30", "2026-03-29 06:00"},
		"a morning that begins in the gap":  {"{sun: 03:30-05:00}", ", on_holidays: true", "2026-03-29 04:00", "2026-03-29 05:00"},
		"a morning swallowed by the gap":    {"{sun: 03:00-04:00}", ", on_holidays: true", "2026-03-29 04:00", ""},
		"the night that gains an hour":      {"{sat: 22:00-06:00}", "", "2026-10-25 05:59", "2026-10-25 06:00"},
		"a whole day with the clock change": {"{sun: 00:00-24:00}", "", "2026-10-25 23:59", "2026-10-26 00:00"},
	} {
		f, now := desk(t, c.hours, c.more), clock(t, c.at)
		at, ok := f.Closes("night", now)
		if f.Open("night", now) != (c.closes != "") || ok != (c.closes != "") {
			t.Errorf("%s: open %t, closes %s %t; want %q", name, f.Open("night", now), at, ok, c.closes)
		} else if ok && at.Format(stamp) != c.closes {
			t.Errorf("%s: closes %s, want %s", name, at.Format(stamp), c.closes)
		}
	}
}

func TestADayAndNightDeskNeverCloses(t *testing.T) {
	f := Example()
	for _, at := range []string{"2026-12-24 23:00", "2026-03-29 03:30", "2027-01-01 00:00"} {
		now := clock(t, at)
		if !f.Open("violence", now) {
			t.Errorf("%s: the support centre's desk is closed (N-11)", at)
		}
		if _, ok := f.NextOpen("violence", now); ok {
			t.Errorf("%s: it is said to open again though it never closes", at)
		}
		if _, ok := f.Closes("violence", now); ok {
			t.Errorf("%s: it is said to close", at)
		}
	}
	if f.Open("nowhere", clock(t, "2026-11-16 10:00")) {
		t.Error("a desk that does not exist is open")
	}
}

func TestNextOpen(t *testing.T) {
	for name, c := range map[string]struct{ hours, at, want string }{
		"over the night":             {"{mon-fri: 09:00-17:00}", "2026-11-16 17:00", "2026-11-17 09:00"},
		"the same morning":           {"{mon-fri: 09:00-17:00}", "2026-11-16 08:59", "2026-11-16 09:00"},
		"over the weekend":           {"{mon-fri: 09:00-17:00}", "2026-11-20 17:00", "2026-11-23 09:00"},
		"over Christmas":             {"{mon-fri: 09:00-17:00}", "2026-12-23 14:00", "2026-12-28 09:00"},
		"over New Year":              {"{mon-fri: 09:00-17:00}", "2026-12-31 14:00", "2027-01-04 09:00"},
		"over Easter":                {"{mon-fri: 09:00-17:00}", "2026-04-02 18:00", "2026-04-06 09:00"},
		"over midsummer":             {"{mon-fri: 09:00-17:00}", "2027-06-22 15:00", "2027-06-25 09:00"},
		"open now: the one after":    {"{mon-fri: 09:00-17:00}", "2026-11-16 10:00", "2026-11-17 09:00"},
		"after the break":            {"{mon: [09:00-12:00, 13:00-17:00]}", "2026-11-16 12:00", "2026-11-16 13:00"},
		"joined days open once":      {"{mon-fri: 00:00-24:00}", "2026-11-16 10:00", "2026-11-23 00:00"},
		"a Thursday desk, 24 and 31": {"{thu: 09:00-12:00}", "2026-12-17 12:00", "2027-01-07 09:00"}, // 24 a holiday, 31 shortened to nothing
		"in the gap of spring":       {"{sun: 03:30-05:00}", "2026-03-28 12:00", "2026-03-29 04:00"},
		"in the hour that repeats":   {"{sun: 03:30-05:00}", "2026-10-24 12:00", "2026-10-25 03:30"},
	} {
		got, ok := desk(t, c.hours, "").NextOpen("night", clock(t, c.at))
		if !ok || got.Format(stamp) != c.want {
			t.Errorf("%s: %s %t, want %s", name, got.Format(stamp), ok, c.want)
		}
	}
}

// Whatever the hours: the next opening is ahead, the desk is open then and was closed just before; it closes when it says.
func TestOpeningsAreTrue(t *testing.T) {
	base := Example()
	edges := []string{"", "2026-03-29 03:30", "2026-10-25 03:30", "2026-12-24 00:00", "2026-12-31 12:00"}
	rapid.Check(t, func(rt *rapid.T) {
		f := *base
		d := Desk{ID: "night", OnHolidays: rapid.Bool().Draw(rt, "on holidays")}
		for day := range d.hours.week {
			at := 0
			for range rapid.IntRange(0, 3).Draw(rt, "spans") {
				from := at + rapid.IntRange(0, 500).Draw(rt, "gap")
				to := from + rapid.IntRange(1, 700).Draw(rt, "length")
				if from >= minutesPerDay {
					break
				}
				d.hours.week[day] = append(d.hours.week[day], span{from, to})
				at = to
			}
		}
		f.desks = []Desk{d}
		now := time.Unix(rapid.Int64Range(1_704_000_000, 1_924_900_000).Draw(rt, "now"), 0)
		if edge := rapid.SampledFrom(edges).Draw(rt, "near"); edge != "" {
			now = clock(t, edge).Add(time.Duration(rapid.IntRange(-2880, 2880).Draw(rt, "minutes")) * time.Minute)
		}

		at, ok := f.NextOpen("night", now)
		if ok && (!at.After(now) || !f.Open("night", at) || f.Open("night", at.Add(-1))) {
			rt.Fatalf("at %s: next open %s, open then %t, open just before %t", now, at, f.Open("night", at), f.Open("night", at.Add(-1)))
		}
		if !f.Open("night", now) && ok {
			if probe := now.Add(time.Duration(rapid.Float64Range(0, 1).Draw(rt, "between") * float64(at.Sub(now)))); probe.Before(at) && f.Open("night", probe) {
				rt.Fatalf("at %s: next open %s, but it is open at %s", now, at, probe)
			}
		}
		if closes, ok := f.Closes("night", now); ok {
			if !closes.After(now) || f.Open("night", closes) || !f.Open("night", closes.Add(-1)) {
				rt.Fatalf("at %s: closes %s", now, closes)
			}
		}
	})
}

func TestNextOpenText(t *testing.T) {
	f := Example()
	for _, c := range []struct{ at, et, ru, en string }{
		{"2026-11-16 08:00", "täna kell 9.00", "сегодня в 9:00", "today at 9:00"},
		{"2026-11-16 18:00", "homme kell 9.00", "завтра в 9:00", "tomorrow at 9:00"},
		{"2026-11-20 18:00", "esmaspäeval kell 9.00", "в понедельник в 9:00", "on Monday at 9:00"},
		{"2026-12-23 15:00", "esmaspäeval kell 9.00", "в понедельник в 9:00", "on Monday at 9:00"},
		{"2026-11-16 10:00", "", "", ""}, // open now: nothing to wait for
	} {
		now := clock(t, c.at)
		for lang, want := range map[flows.Lang]string{flows.Estonian: c.et, flows.Russian: c.ru, flows.English: c.en} {
			if got := f.NextOpenText("general", now, lang); got != want {
				t.Errorf("%s %s: %q, want %q", c.at, lang, got, want)
			}
		}
	}
	if got := f.NextOpenText("violence", clock(t, "2026-11-16 10:00"), flows.English); got != "" {
		t.Errorf("a desk that never closes opens %q", got)
	}
}

func TestEveryWeekdayHasItsForm(t *testing.T) {
	now := clock(t, "2026-11-15 12:00") // a Sunday
	for ahead, want := range map[int]string{
		2: "во вторник в 9:30", 3: "в среду в 9:30", 4: "в четверг в 9:30", 5: "в пятницу в 9:30", 6: "в субботу в 9:30",
		7: "22 ноября в 9:30", // not "в воскресенье": that is today
	} {
		if got := When(dateOf(now).plus(ahead).at(9*60+30), now, flows.Russian); got != want {
			t.Errorf("%d days ahead: %q, want %q", ahead, got, want)
		}
	}
	for lang, want := range map[flows.Lang]string{
		flows.Estonian: "22. novembril kell 9.30", flows.English: "on 22 November at 9:30",
	} {
		if got := When(dateOf(now).plus(7).at(9*60+30), now, lang); got != want {
			t.Errorf("a week ahead: %q, want %q", got, want)
		}
	}
}

// The proof that every SMS fits is only as good as the longest value it is given.
func TestNothingIsLongerThanTheLongest(t *testing.T) {
	for lang, want := range map[flows.Lang]int{
		flows.Estonian: len([]rune("23. septembril kell 23.59")),
		flows.Russian:  len([]rune("в понедельник в 23:59")),
		flows.English:  len([]rune("on 23 September at 23:59")),
	} {
		if got := len([]rune(LongestNextOpen(lang))); got != want {
			t.Errorf("%s: %q has %d characters, want %d", lang, LongestNextOpen(lang), got, want)
		}
	}
}
