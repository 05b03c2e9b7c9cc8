package stats

import (
	"errors"
	"fmt"
	"time"
)

// Month is a calendar month of the service's own time zone, written "2026-05".
type Month string

// ErrMonth: the text is no month in the form YYYY-MM.
var ErrMonth = errors.New("a month is written YYYY-MM")

const monthForm = "2006-01"

// ParseMonth reads YYYY-MM. Anything else is ErrMonth.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse(monthForm, s)
	if err != nil || t.Format(monthForm) != s {
		return "", fmt.Errorf("read month: %w", ErrMonth)
	}
	return Month(s), nil
}

// MonthOf is the month in which t falls in t's own location; give it the service's (Europe/Tallinn).
func MonthOf(t time.Time) Month { return Month(t.Format(monthForm)) }

// Closed tells whether the month is over at now. Only a closed month is published (D2.1).
func (m Month) Closed(now time.Time) bool { return m < MonthOf(now) }

// Before is the month n months earlier. A month that cannot be read stays as it is.
func (m Month) Before(n int) Month {
	t, err := time.Parse(monthForm, string(m))
	if err != nil {
		return m
	}
	return MonthOf(t.AddDate(0, -n, 0))
}
