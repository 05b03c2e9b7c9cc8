package risk

import "sosin/flows"

// Hits is what a step needs of a scan: level and category of each finding, whether a High is sure enough for the danger text
// at once (the others are asked first; their ticket is HIGH either way), and whether the writer seems to be under 18.
// It is a flows.Scan.
func (s *Scanner) Hits(text string) (hits []flows.Hit, minor bool) {
	_, minor = s.Minor(text)
	found := s.Scan(text)
	if minor && len(found) == 1 && found[0].Category == Child && found[0].Why == byModel && !found[0].Sure {
		return nil, true // "I am 15" and no more is a badge, not an urgency: the model takes an age for a child in danger
	}
	for _, f := range found {
		if f.Level != None {
			hits = append(hits, flows.Hit{Band: f.Level.Band(), Category: string(f.Category), Ask: f.Level == High && !f.Sure})
		}
	}
	return hits, minor
}
