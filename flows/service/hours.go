package service

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

const minutesPerDay = 24 * 60

// span is an opening in minutes after midnight of the day on which it begins; `to` is past 1440 when it runs over midnight.
type span struct{ from, to int }

// hours is when a desk answers.
type hours struct {
	always bool
	week   [7][]span // by time.Weekday, in order
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

// hours reads `always`, or lines such as `mon-fri: 09:00-17:00` and `sat: [10:00-12:00, 22:00-02:00]`.
func (r *reader) hours(n *yaml.Node) (h hours) {
	if n.Kind == yaml.ScalarNode {
		h.always = r.oneOf(n, "word for hours", "always") != ""
		return h
	}
	before, given := len(r.faults), false
	r.pairs(n, func(k, v *yaml.Node) {
		spans := r.spans(v)
		for _, day := range r.days(k) {
			if h.week[day] != nil {
				r.add(k, weekdays[day]+" has hours in two lines", "keep one line for each day")
			}
			h.week[day] = spans
			given = given || len(spans) > 0
		}
	})
	if !given && len(r.faults) == before {
		r.add(n, "no hours stand here", "write always, or a line such as mon-fri: 09:00-17:00")
	}
	return h
}

// days reads mon, mon-fri or mon,wed,fri-sat.
func (r *reader) days(n *yaml.Node) (days []time.Weekday) {
	for part := range strings.SplitSeq(n.Value, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if from < 0 || to < 0 {
			r.add(n, "unknown day "+n.Value, "use mon tue wed thu fri sat sun, mon-fri or mon,wed")
			return nil
		}
		for day := from; ; day = (day + 1) % 7 {
			days = append(days, time.Weekday(day))
			if day == to {
				break
			}
		}
	}
	return days
}

var spanForm = regexp.MustCompile(`^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$`)

func (r *reader) spans(n *yaml.Node) (spans []span) {
	r.list(n, func(n *yaml.Node, s string) {
		if sp, ok := r.span(n, s); ok {
			spans = append(spans, sp)
		}
	})
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			r.add(n, "two times overlap", "join them into one")
		}
	}
	return spans
}

func (r *reader) span(n *yaml.Node, s string) (span, bool) {
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		r.add(n, "a time from-to is expected here", "write it as 09:00-17:00")
		return span{}, false
	}
	sp := span{minutes(m[1], m[2]), minutes(m[3], m[4])}
	switch {
	case sp.from >= minutesPerDay || sp.to > minutesPerDay:
		r.add(n, "a day has no such hour", "use 00:00 to 24:00")
		return span{}, false
	case sp.from == sp.to:
		r.add(n, "begins and ends at the same time", "for the whole day write 00:00-24:00")
		return span{}, false
	case sp.to < sp.from:
		sp.to += minutesPerDay
	}
	return sp, true
}

func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour) // two digits, by spanForm
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

// shorter cuts so many minutes from the end of a day's hours.
func shorter(spans []span, by int) []span {
	spans = slices.Clone(spans)
	for i := len(spans) - 1; i >= 0 && by > 0; i-- {
		cut := min(by, spans[i].to-spans[i].from)
		spans[i].to -= cut
		by -= cut
	}
	return slices.DeleteFunc(spans, func(s span) bool { return s.to == s.from })
}
