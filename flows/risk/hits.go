package risk

import "sosin/flows"

// Hits is what a step needs of a scan: level and category of each finding, whether a High is sure enough for the danger text
// at once (the others are asked first; their ticket is HIGH either way), and whether the writer seems to be under 18.
// It is a flows.Scan.
func (s *Scanner) Hits(text string) (hits []flows.Hit, minor bool) {
	for _, f := range s.Scan(text) {
		if f.Level != None {
			hits = append(hits, flows.Hit{Band: f.Level.Band(), Category: string(f.Category), Ask: f.Level == High && !f.Sure})
		}
	}
	_, minor = s.Minor(text)
	return hits, minor
}
