package service

import (
	"slices"
	"time"
)

// horizon is how far ahead, in days, an opening or closing is looked for: more than any year's row of holidays.
const horizon = 400

// Open tells whether the desk's hours say it answers now. Whether somebody really does, only a heartbeat knows (promise 6).
// A span belongs to the day on which it begins: one that runs over midnight into a holiday is finished. A desk that is
// not in the file is never open.
func (f *File) Open(desk string, now time.Time) bool {
	d, ok := f.Desk(desk)
	return ok && f.open(d, now)
}

func (f *File) open(d Desk, now time.Time) bool {
	return d.hours.always || !f.until(d, now).Equal(now)
}

// until returns the end of the spans that hold now, or now itself.
func (f *File) until(d Desk, now time.Time) time.Time {
	end, today := now, dateOf(now)
	for _, day := range []date{today.plus(-1), today} {
		for _, s := range f.spansOn(d, day) {
			if from, to := day.at(s.from), day.at(s.to); !from.After(now) && to.After(end) {
				end = to
			}
		}
	}
	return end
}

// spansOn are the desk's hours that begin on this day.
func (f *File) spansOn(d Desk, day date) []span {
	spans := d.hours.week[day.weekday()]
	if d.OnHolidays {
		return spans
	}
	if _, holiday := f.holiday(day); holiday {
		return nil
	}
	if f.shortened(day) {
		return shorter(spans, shortenedBy)
	}
	return spans
}

// NextOpen returns the next instant, after now, at which the desk opens after having been closed. ok is false when there
// is none within 400 days: it answers always, or is not in the file. Ask [File.Open] first.
func (f *File) NextOpen(desk string, now time.Time) (at time.Time, ok bool) {
	d, found := f.Desk(desk)
	if !found || d.hours.always {
		return time.Time{}, false
	}
	for day, last := dateOf(now), dateOf(now).plus(horizon); day.before(last); day = day.plus(1) {
		var starts []time.Time
		for _, s := range f.spansOn(d, day) {
			from := day.at(s.from)
			if from.After(now) && day.at(s.to).After(from) && !f.open(d, from.Add(-1)) {
				starts = append(starts, from)
			}
		}
		if len(starts) > 0 {
			return slices.MinFunc(starts, time.Time.Compare), true
		}
	}
	return time.Time{}, false
}

// Closes returns when the desk that is open now closes. ok is false when it is closed, or open without an end within 400 days.
func (f *File) Closes(desk string, now time.Time) (at time.Time, ok bool) {
	d, found := f.Desk(desk)
	if !found || d.hours.always || !f.open(d, now) {
		return time.Time{}, false
	}
	for at, last := now, now.AddDate(0, 0, horizon); at.Before(last); {
		end := f.until(d, at)
		if end.Equal(at) {
			return at, true
		}
		at = end
	}
	return time.Time{}, false
}
