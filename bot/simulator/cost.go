package simulator

import "sosin/locales"

// costOf is what a text costs as an SMS; a message without text still is one.
func costOf(text string) locales.Cost {
	c := locales.Segments(text)
	c.Segments = max(c.Segments, 1)
	return c
}
