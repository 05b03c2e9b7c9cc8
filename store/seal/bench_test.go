package seal

import (
	"bytes"
	"fmt"
	"testing"
)

func BenchmarkSeal(b *testing.B) {
	dek := NewDEK()
	for _, n := range []int{64, 1024} {
		plain := bytes.Repeat([]byte("x"), n)
		b.Run(fmt.Sprintf("%dB", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				dek.Seal(place, plain)
			}
		})
		b.Run(fmt.Sprintf("padded%dB", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				dek.SealPadded(place, plain, 64)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	dek := NewDEK()
	for _, n := range []int{64, 1024} {
		sealed := dek.Seal(place, bytes.Repeat([]byte("x"), n))
		b.Run(fmt.Sprintf("%dB", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				if _, err := dek.Open(place, sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrap(b *testing.B) {
	r, dek, until := testRing(b), NewDEK(), at("2026-12-01T00:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Wrap(dek, until, "ticket:a"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrap(b *testing.B) {
	r := testRing(b)
	wrapped := mustWrap(b, r, NewDEK(), at("2026-12-01T00:00:00Z"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := r.Unwrap(wrapped, "ticket:a"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewDEK(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NewDEK()
	}
}

func BenchmarkPseudonym(b *testing.B) {
	r := testRing(b)
	b.ReportAllocs()
	for b.Loop() {
		r.Pseudonym("addr", "telegram:900000001")
	}
}

func BenchmarkToken(b *testing.B) {
	r := testRing(b)
	b.ReportAllocs()
	for b.Loop() {
		r.Token("status", "canary", "1764547200")
	}
}

// What sits on the path of every message must not grow by an allocation
// unseen: one buffer beyond what AEAD and nonce themselves take in this build.
func TestAllocationsPerSealAndOpen(t *testing.T) {
	dek, plain := NewDEK(), make([]byte, 64)
	sealed := dek.Seal(place, plain)
	aead, nonce, room := dek.k.box.aead, make([]byte, nonceSize), make([]byte, 0, 256)
	raw := aead.Seal(nil, nonce, plain, nil)
	base := testing.AllocsPerRun(100, func() { aead.Seal(room, nonce, plain, nil) }) +
		testing.AllocsPerRun(100, func() { newNonce() }) // none, but for the race detector's build
	if n := testing.AllocsPerRun(100, func() { dek.SealPadded(place, plain, 64) }); n > base+1 {
		t.Errorf("SealPadded allocates %v times, AEAD and nonce %v", n, base)
	}
	base = testing.AllocsPerRun(100, func() { _, _ = aead.Open(room, nonce, raw, nil) })
	if n := testing.AllocsPerRun(100, func() { _, _ = dek.Open(place, sealed) }); n > base+1 {
		t.Errorf("Open allocates %v times, the AEAD %v", n, base)
	}
}
