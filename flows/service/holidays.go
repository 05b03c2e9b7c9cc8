package service

import (
	"time"

	"go.yaml.in/yaml/v4"
)

// fixed are the public holidays with a date of their own (Public Holidays and Days of National Importance Act, par 2).
var fixed = map[date]string{
	{month: time.January, day: 1}:   "uusaasta",
	{month: time.February, day: 24}: "iseseisvuspäev",
	{month: time.May, day: 1}:       "kevadpüha",
	{month: time.June, day: 23}:     "võidupüha",
	{month: time.June, day: 24}:     "jaanipäev",
	{month: time.August, day: 20}:   "taasiseseisvumispäev",
	{month: time.December, day: 24}: "jõululaupäev",
	{month: time.December, day: 25}: "esimene jõulupüha",
	{month: time.December, day: 26}: "teine jõulupüha",
}

// movable are those that go with Easter, by days from Easter Sunday.
var movable = map[int]string{-2: "suur reede", 0: "ülestõusmispühade 1. püha", 49: "nelipühade 1. püha"}

// shortenedBy is by how many minutes the day before New Year, 24 February, 23 June and 24 December is shorter
// (Employment Contracts Act, par 53).
const shortenedBy = 3 * 60

// easter returns Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher).
func easter(year int) date {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date{year, time.Month(n / 31), n%31 + 1}
}

func publicHoliday(d date) (string, bool) {
	if name, ok := fixed[date{month: d.month, day: d.day}]; ok {
		return name, true
	}
	name, ok := movable[easter(d.year).daysTo(d)]
	return name, ok
}

func (f *File) holiday(d date) (string, bool) {
	if name, ok := f.added[d]; ok {
		return name, true
	}
	if f.removed[d] {
		return "", false
	}
	return publicHoliday(d)
}

// Holiday tells whether the day of this instant, in Estonia, is a public holiday or one the file adds, and its Estonian
// name.
func (f *File) Holiday(day time.Time) (name string, ok bool) { return f.holiday(dateOf(day)) }

func (f *File) shortened(d date) bool {
	if _, off := f.holiday(d); off {
		return false
	}
	switch next := d.plus(1); (date{month: next.month, day: next.day}) {
	case date{month: time.January, day: 1}, date{month: time.February, day: 24},
		date{month: time.June, day: 23}, date{month: time.December, day: 24}:
		return true
	}
	return false
}

// Shortened tells whether who works on the day of this instant, in Estonia, works three hours less.
func (f *File) Shortened(day time.Time) bool { return f.shortened(dateOf(day)) }

// holidays reads the dates that differ from the law's.
func (r *reader) holidays(n *yaml.Node) {
	r.fields(n, map[string]func(*yaml.Node){
		"add": func(n *yaml.Node) {
			r.pairs(n, func(k, v *yaml.Node) {
				d, ok := r.date(k)
				if _, already := publicHoliday(d); ok && already {
					r.add(k, "is a public holiday already", "leave the line out: public holidays are computed")
				}
				r.file.added[d] = r.text(v)
			})
		},
		"remove": func(n *yaml.Node) {
			r.list(n, func(n *yaml.Node, _ string) {
				d, ok := r.date(n)
				if _, is := publicHoliday(d); ok && !is {
					r.add(n, "is no public holiday", "leave it out, or correct the date")
				}
				r.file.removed[d] = true
			})
		},
	})
}
