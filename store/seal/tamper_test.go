package seal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var place = AAD{Purpose: "transcript", Conversation: "canary-conversation", Sequence: 7, Field: "text"}

// opener opens what the test seals, wherever it was sealed.
type opener func(sealed []byte) ([]byte, error)

// sealedThings is one of each kind of sealed bytes, with what opens it.
func sealedThings(t *testing.T) map[string]struct {
	sealed []byte
	open   opener
} {
	t.Helper()
	v, r := loadVectors(t), testRing(t)
	dek := testDEK(t, v)
	wrapped, err := r.Wrap(dek, v.Until, v.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	type thing = struct {
		sealed []byte
		open   opener
	}
	openDEK := func(b []byte) ([]byte, error) { return dek.Open(place, b) }
	return map[string]thing{
		"plain":  {dek.Seal(place, []byte("canary-words")), openDEK},
		"padded": {dek.SealPadded(place, []byte("canary-words"), 32), openDEK},
		"fixed": {r.SealFixed("totp", "staff-1", []byte("canary-secret")),
			func(b []byte) ([]byte, error) { return r.OpenFixed("totp", "staff-1", b) }},
		"wrapped": {wrapped, func(b []byte) ([]byte, error) {
			d, _, err := r.Unwrap(b, v.Purpose)
			if err != nil {
				return nil, err
			}
			return d.k.raw[:], nil
		}},
	}
}

// T34: whoever can write to Redis cannot change a word a counsellor reads.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	for name, c := range sealedThings(t) {
		t.Run(name, func(t *testing.T) {
			if _, err := c.open(c.sealed); err != nil {
				t.Fatalf("untouched: %v", err)
			}
			for i := range len(c.sealed) * 8 {
				bad := slices.Clone(c.sealed)
				bad[i/8] ^= 1 << (i % 8)
				got, err := c.open(bad)
				monthBit := name == "wrapped" && (i/8 == 1 || i/8 == 2)
				refused := errors.Is(err, ErrTampered) ||
					monthBit && (errors.Is(err, ErrKeyGone) || errors.Is(err, ErrKeyAhead))
				if !refused || got != nil {
					t.Fatalf("bit %d flipped: got %d bytes, error %v", i, len(got), err)
				}
			}
		})
	}
}

func TestEveryOtherLengthIsNoticed(t *testing.T) {
	for name, c := range sealedThings(t) {
		t.Run(name, func(t *testing.T) {
			for n := range c.sealed {
				if got, err := c.open(c.sealed[:n]); !errors.Is(err, ErrTampered) || got != nil {
					t.Fatalf("cut to %d bytes: got %d bytes, error %v", n, len(got), err)
				}
			}
			for _, more := range [][]byte{{0}, {0x80}, make([]byte, 64)} {
				if got, err := c.open(slices.Concat(c.sealed, more)); !errors.Is(err, ErrTampered) || got != nil {
					t.Fatalf("%d bytes longer: got %d bytes, error %v", len(more), len(got), err)
				}
			}
		})
	}
}

// T34: one person's words, or one field, cannot be shown in the place of others.
func TestSealedBytesOpenOnlyInTheirPlace(t *testing.T) {
	dek := NewDEK()
	sealed := dek.Seal(place, []byte("canary-words"))
	for name, move := range map[string]func(*AAD){
		"purpose":              func(a *AAD) { a.Purpose = "note" },
		"no purpose":           func(a *AAD) { a.Purpose = "" },
		"conversation":         func(a *AAD) { a.Conversation = "canary-other" },
		"next row":             func(a *AAD) { a.Sequence++ },
		"high bit of sequence": func(a *AAD) { a.Sequence |= 1 << 63 },
		"field":                func(a *AAD) { a.Field = "address" },
		"letter moved right":   func(a *AAD) { a.Purpose, a.Conversation = "transcrip", "tcanary-conversation" },
		"letter moved left":    func(a *AAD) { a.Purpose, a.Conversation = "transcriptc", "anary-conversation" },
		"fields swapped":       func(a *AAD) { a.Purpose, a.Field = a.Field, a.Purpose },
	} {
		t.Run(name, func(t *testing.T) {
			a := place
			move(&a)
			if got, err := dek.Open(a, sealed); !errors.Is(err, ErrTampered) || got != nil {
				t.Errorf("opened elsewhere: %d bytes, %v", len(got), err)
			}
		})
	}
	if _, err := NewDEK().Open(place, sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("another conversation's key: %v", err)
	}
	if _, err := (DEK{}).Open(place, sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("no key: %v", err)
	}
}

// T34: a wrapped key copied to another person's record, or a secret to another
// account, opens nothing there.
func TestWrappedAndFixedOpenOnlyInTheirPlace(t *testing.T) {
	r, until := testRing(t), time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)
	wrapped, err := r.Wrap(NewDEK(), until, "ticket:a")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Unwrap(wrapped, "ticket:b"); !errors.Is(err, ErrTampered) {
		t.Errorf("another ticket: %v", err)
	}
	moved := slices.Clone(wrapped)
	moved[2]++ // 2027-01: a month this ring has
	if _, _, err := r.Unwrap(moved, "ticket:a"); !errors.Is(err, ErrTampered) {
		t.Errorf("another month: %v", err)
	}
	secret := r.SealFixed("totp", "staff-1", []byte("canary-secret"))
	for _, c := range [][2]string{{"totp", "staff-2"}, {"other", "staff-1"}, {"totps", "taff-1"}} {
		if _, err := r.OpenFixed(c[0], c[1], secret); !errors.Is(err, ErrTampered) {
			t.Errorf("secret opened as %v: %v", c, err)
		}
	}
	other, err := New(until)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.Unwrap(wrapped, "ticket:a"); !errors.Is(err, ErrTampered) {
		t.Errorf("wrong key file: %v", err)
	}
	if _, err := other.OpenFixed("totp", "staff-1", secret); !errors.Is(err, ErrTampered) {
		t.Errorf("wrong key file: %v", err)
	}
}

// Two rows that say the same must not look the same.
func TestSealingTwiceDiffers(t *testing.T) {
	dek := NewDEK()
	seen := map[string]bool{}
	for range 64 {
		s := string(dek.Seal(place, []byte("0"))[1 : 1+nonceSize])
		if seen[s] {
			t.Fatal("a nonce was used twice")
		}
		seen[s] = true
	}
	if bytes.Equal(NewDEK().k.raw[:], NewDEK().k.raw[:]) {
		t.Fatal("two data keys are equal")
	}
}

func TestPaddingHidesLength(t *testing.T) {
	dek := NewDEK()
	for n, want := range map[int]int{0: 64, 1: 64, 63: 64, 64: 128, 65: 128, 127: 128, 128: 192} {
		words := []byte(strings.Repeat("x", n))
		sealed := dek.SealPadded(place, words, 64)
		if got := len(sealed) - (1 + nonceSize + tagSize); got != want {
			t.Errorf("%d bytes look like %d, want %d", n, got, want)
		}
		if got, err := dek.Open(place, sealed); err != nil || !bytes.Equal(got, words) {
			t.Errorf("%d bytes: opened %d, %v", n, len(got), err)
		}
	}
}

func TestPadRoundTrip(t *testing.T) {
	for _, block := range []int{1, 2, 16, 255} {
		for _, words := range []string{"", "\x80", "\x00", "\x80\x00\x00", "canary-words\x80\x00", strings.Repeat("\x00", 300)} {
			padded := Pad([]byte(words), block)
			got, err := Unpad(padded)
			if len(padded)%block != 0 || err != nil || string(got) != words {
				t.Errorf("block %d, %q: %q, %v", block, words, got, err)
			}
		}
	}
	for _, bad := range []string{"", "\x00", "\x00\x00\x00", "canary", "\x80x", "\x80\x01\x00"} {
		if got, err := Unpad([]byte(bad)); !errors.Is(err, ErrTampered) {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestProgrammerFaultsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"seal without a key": func() { DEK{}.Seal(place, nil) },
		"wrap without a key": func() { _, _ = testRing(t).Wrap(DEK{}, time.Time{}, "") },
		"no block":           func() { Pad(nil, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); !strings.HasPrefix(fmt.Sprint(p), "seal: ") {
					t.Errorf("panic %v, want one of package seal", p)
				}
			}()
			f()
		})
	}
}

func FuzzOpen(f *testing.F) {
	v, r := loadVectors(f), testRing(f)
	dek := testDEK(f, v)
	known := map[string]bool{}
	for _, s := range []string{v.Sealed, v.Empty, v.Padded, v.Wrapped, v.Fixed} {
		known[string(unhex(f, s))] = true
		f.Add(unhex(f, s))
	}
	f.Add([]byte{})
	f.Add([]byte{kindPadded})
	f.Fuzz(func(t *testing.T, b []byte) {
		before := slices.Clone(b)
		_, err1 := dek.Open(v.Place, b)
		_, _, err2 := r.Unwrap(b, v.Purpose)
		_, err3 := r.OpenFixed(v.Label, v.ID, b)
		if !known[string(b)] && (err1 == nil || err2 == nil || err3 == nil) {
			t.Error("opened a forgery")
		}
		if !bytes.Equal(b, before) {
			t.Error("changed the sealed bytes")
		}
		_ = r.Covers(b, v.Until)
	})
}
