package service

import (
	"fmt"
	"time"

	"sosin/flows"
)

// date is a day on the Estonian calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

// dateOf is the day people in Estonia have at t.
func dateOf(t time.Time) date {
	y, m, d := t.In(flows.Tallinn).Date()
	return date{y, m, d}
}

func (d date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

// plus moves by days; time.Date normalises, in UTC so that no change of the clock can interfere.
func (d date) plus(days int) date {
	y, m, day := d.utc().AddDate(0, 0, days).Date()
	return date{y, m, day}
}

func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func (d date) weekday() time.Weekday { return d.utc().Weekday() }

func (d date) before(e date) bool { return d.utc().Before(e.utc()) }

// daysTo counts the days from d to e.
func (d date) daysTo(e date) int { return int(e.utc().Sub(d.utc()) / (24 * time.Hour)) }

// at is the instant the clock in Estonia shows so many minutes after midnight (1440 and more: the next day). In the hour
// that is skipped in spring it is the end of the gap; in the hour that comes twice in autumn it is the second time.
func (d date) at(minutes int) time.Time {
	d = d.plus(minutes / minutesPerDay)
	minutes %= minutesPerDay
	t := time.Date(d.year, d.month, d.day, 0, minutes, 0, 0, flows.Tallinn)
	shown := t.Hour()*60 + t.Minute()
	switch {
	case shown > minutes:
		t, _ = t.ZoneBounds()
	case shown < minutes:
		_, t = t.ZoneBounds()
	}
	return t.In(flows.Tallinn)
}
