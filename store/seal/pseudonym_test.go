package seal

import (
	"regexp"
	"testing"
)

// A pseudonym that changed would make a known person a stranger; one shared by
// two people would show one the other's conversation.
func TestPseudonym(t *testing.T) {
	r := testRing(t)
	seen := map[string][2]string{}
	for _, c := range [][2]string{
		{"addr", "telegram:900000001"}, {"addr", "telegram:900000002"}, {"addr", "sms:+37200000001"},
		{"code", "telegram:900000001"}, {"addrt", "elegram:900000001"}, {"add", "rtelegram:900000001"},
		{"addr", ""}, {"", "addr"}, {"", ""},
	} {
		p := r.Pseudonym(c[0], c[1])
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{16}$`).MatchString(p) {
			t.Errorf("%v: %q is not 16 URL-safe characters", c, p)
		}
		if other, ok := seen[p]; ok {
			t.Errorf("%v and %v share a pseudonym", c, other)
		}
		seen[p] = c
		if p != testRing(t).Pseudonym(c[0], c[1]) {
			t.Errorf("%v: the pseudonym is not stable", c)
		}
		if p == freshRing(t, "2026-11-21T20:00:00Z").Pseudonym(c[0], c[1]) {
			t.Errorf("%v: the pepper makes no difference", c)
		}
	}
}

func TestMarksAreKeptApart(t *testing.T) {
	r := testRing(t)
	if r.Mark("update", "1") == r.Mark("update", "2") || r.Mark("update", "1") == r.Mark("sid", "1") {
		t.Error("two updates share a mark: one would be dropped as a duplicate")
	}
	if testRing(t).Mark("update", "1") != r.Mark("update", "1") {
		t.Error("a repeated update is not known again")
	}
}

func TestDeriveOpensOnlyWithTheValue(t *testing.T) {
	r := testRing(t)
	sealed := r.Derive("code", "canary-code").Seal(place, []byte("canary-capsule"))
	if got, err := r.Derive("code", "canary-code").Open(place, sealed); err != nil || string(got) != "canary-capsule" {
		t.Errorf("the right code opens %q, %v", got, err)
	}
	for _, d := range []DEK{r.Derive("code", "canary-kode"), r.Derive("other", "canary-code"), freshRing(t, "2026-11-21T20:00:00Z").Derive("code", "canary-code")} {
		if _, err := d.Open(place, sealed); err == nil {
			t.Error("another code, use or pepper opened it")
		}
	}
}

// A forged status callback could mark words as delivered that never were.
func TestVerifyToken(t *testing.T) {
	r := testRing(t)
	token := r.Token("status", "canary", "1")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`).MatchString(token) || !r.VerifyToken(token, "status", "canary", "1") {
		t.Errorf("token %q is not taken", token)
	}
	for i := range len(token) {
		b := []byte(token)
		for c := range 256 {
			if b[i] = byte(c); string(b) != token && r.VerifyToken(string(b), "status", "canary", "1") {
				t.Fatalf("taken with character %d changed", i)
			}
		}
		if r.VerifyToken(token[:i], "status", "canary", "1") {
			t.Fatalf("taken when cut to %d", i)
		}
	}
	for _, parts := range [][]string{{}, {"canary"}, {"canary", "2"}, {"canary1"}, {"canary", "1", ""}, {"1", "canary"}, {"canary1", ""}} {
		if r.VerifyToken(token, "status", parts...) {
			t.Errorf("taken for %v", parts)
		}
	}
	if r.VerifyToken(token, "statuscanary", "1") || r.VerifyToken(token, "other", "canary", "1") {
		t.Error("taken for another label")
	}
	if freshRing(t, "2026-11-21T20:00:00Z").VerifyToken(token, "status", "canary", "1") {
		t.Error("taken under another key file")
	}
}
