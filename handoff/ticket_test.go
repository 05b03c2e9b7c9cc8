package handoff

import (
	"fmt"
	"regexp"
	"testing"
)

// A6 rule 3. Staff speak of a person by a short code: the same each time, in letters that cannot be misread, and another one
// for the ticket of somebody who erased everything and came back.
func TestLabel(t *testing.T) {
	form, seen := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{2}-[0-9A-HJKMNP-TV-Z]{2}$`), map[string]bool{}
	letters := map[rune]bool{}
	for n := range 500 {
		id := fmt.Sprintf("canary-ticket-%d", n)
		label := Ticket{ID: id, Desk: "violence"}.Label()
		if !form.MatchString(label) {
			t.Fatalf("ticket %d is called %q", n, label)
		}
		if again := (Ticket{ID: id, Holder: "another", Unread: n}).Label(); again != label {
			t.Fatalf("ticket %d is called %q, then %q", n, label, again)
		}
		seen[label] = true
		for _, r := range label {
			letters[r] = true
		}
	}
	if len(seen) < 495 {
		t.Errorf("500 tickets have %d codes", len(seen))
	}
	if len(letters) != 33 {
		t.Errorf("%d letters are used, want 32 and the hyphen", len(letters))
	}
}
