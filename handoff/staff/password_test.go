package staff

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestAPasswordIsKeptAsArgon2id(t *testing.T) {
	h := NewHasher()
	hash, err := h.Hash(t.Context(), "tumak-visop-relin-dabof")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(hash) {
		t.Errorf("not the PHC string of 19 MiB, two passes: %s", hash)
	}
	for password, want := range map[string]bool{"tumak-visop-relin-dabof": true, "tumak-visop-relin-dabo": false, "": false} {
		if ok, err := h.Verify(t.Context(), hash, password); err != nil || ok != want {
			t.Errorf("verify: %v %v, want %v", ok, err, want)
		}
	}
	again, _ := h.Hash(t.Context(), "tumak-visop-relin-dabof")
	if again == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
}

func TestAnUnknownNameCostsTheSameHash(t *testing.T) {
	h := NewHasher()
	if !strings.HasPrefix(h.decoy, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the decoy is cheaper than a password: %s", h.decoy)
	}
	full := func() error { // nobody gets a slot: whoever would skip the work answers at once
		h.slots <- struct{}{}
		h.slots <- struct{}{}
		defer func() { <-h.slots; <-h.slots }()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.Verify(ctx, "", "guess")
		return err
	}
	if err := full(); !errors.Is(err, context.Canceled) {
		t.Errorf("an unknown name skips the work: %v", err)
	}
	if ok, err := h.Verify(t.Context(), "", ""); ok || err != nil {
		t.Errorf("the decoy matched: %v %v", ok, err)
	}
}

func TestPasswordsAreLongReadableAndDifferent(t *testing.T) {
	seen := map[string]bool{}
	form := regexp.MustCompile(`^([bdfghjklmnprstv][aeiou]){2}[bdfghjklmnprstv](-([bdfghjklmnprstv][aeiou]){2}[bdfghjklmnprstv]){3}$`)
	for range 200 {
		p := NewPassword()
		if len(p) < 15 || !form.MatchString(p) || seen[p] {
			t.Fatalf("not a password to read out: %q", p)
		}
		seen[p] = true
	}
}

func FuzzParsePHC(f *testing.F) {
	good := NewHasher().derive("x", make([]byte, argonSalt)).String()
	for _, s := range []string{good, "", "$argon2id$", "$argon2id$v=19$m=4294967295,t=9,p=9$$", strings.Replace(good, "m=19456", "m=999999999", 1),
		strings.Replace(good, "argon2id", "argon2i", 1), good + "$", strings.Replace(good, "t=2", "t=2x", 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.memory > 256*1024 || p.time > 8 || p.String() != s {
			t.Errorf("%q was taken", s)
		}
	})
}
