package locales

import (
	"fmt"
	"unicode/utf8"
)

// What a button holds. A button alone in its row is about 300 points wide on a phone of 360; in Telegram's type that is
// some 30 letters, then it cuts the label off, and a person would choose what they cannot read.
const (
	MaxLabelRunes = 30 // on Telegram, with the number to type and the blank after it
	MaxLabelWords = 7
)

// Label is a text that stands on a button, after what can be typed instead.
type Label struct{ Key, Typed string }

// CheckLabels returns a fault for each label that a button cannot hold, and for each that is a sentence rather than a
// label. A key no text has is passed over: that is the flows' own fault.
func (t *Texts) CheckLabels(labels []Label) []Fault {
	var faults Faults
	seen := map[Fault]bool{}
	for _, l := range labels {
		for _, lang := range Langs {
			for _, channel := range Channels {
				e := t.entries[slot{lang, l.Key, channel}]
				if e == nil {
					continue
				}
				for _, f := range labelFaults(e, l.Typed, channel) {
					if !seen[f] {
						seen[f] = true
						faults = append(faults, f)
					}
				}
			}
		}
	}
	return faults.sorted()
}

func labelFaults(e *entry, typed, channel string) Faults {
	var faults Faults
	for _, f := range e.forms {
		runes := utf8.RuneCountInString(typed) + 1 + utf8.RuneCountInString(f.text)
		if channel == Telegram && runes > MaxLabelRunes {
			faults = append(faults, f.fault(fmt.Sprintf("the button %q has %d letters with its number, a phone shows %d", e.id, runes, MaxLabelRunes),
				fmt.Sprintf("shorten it by %d", runes-MaxLabelRunes)))
		}
		if n := Read(f.blind).Words; n > MaxLabelWords {
			faults = append(faults, f.fault(fmt.Sprintf("the button %q has %d words, at most %d are a label", e.id, n, MaxLabelWords),
				"say the rest in the text above it"))
		}
	}
	return faults
}
