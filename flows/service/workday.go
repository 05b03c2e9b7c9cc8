package service

import (
	"time"

	"go.yaml.in/yaml/v4"
)

// defaultWorkday is the working day of the offices a deadline is kept with, if the file says nothing (C-06).
var defaultWorkday = span{9 * 60, 17 * 60}

// Workday returns the beginning and end of the first Estonian working day (Monday to Friday, no holiday) that follows the
// day of this instant. A shortened day ends three hours earlier.
func (f *File) Workday(after time.Time) (start, end time.Time) {
	day := dateOf(after).plus(1)
	for !f.working(day) {
		day = day.plus(1)
	}
	to := f.workday.to
	if f.shortened(day) {
		to = max(to-shortenedBy, f.workday.from)
	}
	return day.at(f.workday.from), day.at(to)
}

// WorkdayEnd returns the end of the next Estonian working day: the deadline of N-34, for a child in need.
func (f *File) WorkdayEnd(after time.Time) time.Time {
	_, end := f.Workday(after)
	return end
}

func (f *File) working(d date) bool {
	_, off := f.holiday(d)
	return !off && d.weekday() != time.Saturday && d.weekday() != time.Sunday
}

// workday reads the hours of an office day, such as 08:00-16:30.
func (r *reader) workday(n *yaml.Node) {
	s := r.text(n)
	if s == "" {
		return
	}
	sp, ok := r.span(n, s)
	if ok && sp.to > minutesPerDay {
		r.add(n, "a working day does not run over midnight", "write it as 09:00-17:00")
	}
	r.file.workday = sp
}
