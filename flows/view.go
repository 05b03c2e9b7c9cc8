package flows

import "slices"

// OwnTexts lists the texts that the code itself says or writes into a transcript, whatever the data files are: for the proof
// that no text stands unused.
func OwnTexts() []string {
	out := slices.Clone(ownTexts)
	for _, category := range Categories {
		out = append(out, "event.risk.high."+category, "event.risk.check."+category)
	}
	return out
}
