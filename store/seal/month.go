package seal

import (
	"fmt"
	"math"
	"time"
)

// month counts UTC months as 12*year + month-1, which fits two bytes until 5461.
type month uint16

// monthOf returns the UTC month of t. Times outside the countable years give
// the first or last countable month, for which no ring holds a key.
func monthOf(t time.Time) month {
	t = t.UTC()
	n := 12*t.Year() + int(t.Month()) - 1
	return month(min(max(n, 0), math.MaxUint16)) // bounded on this line
}

// start is the first instant of the month.
func (m month) start() time.Time {
	return time.Date(int(m/12), time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// end is the last instant of the month.
func (m month) end() time.Time { return m.start().AddDate(0, 1, 0).Add(-1) }

// String is the month as the key file spells it, such as 2026-11.
func (m month) String() string { return fmt.Sprintf("%04d-%02d", m/12, m%12+1) }

// parseMonth accepts only what String writes.
func parseMonth(s string) (month, bool) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, false
	}
	m := monthOf(t)
	return m, m.String() == s
}
