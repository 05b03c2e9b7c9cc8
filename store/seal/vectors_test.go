package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// vectors are known answers computed by another implementation.
type vectors struct {
	DEK, Nonce, Words        string
	Place                    AAD
	Block                    int
	Sealed, Empty, Padded    string
	Until                    time.Time
	Purpose, Wrapped         string
	Label, ID, Secret, Fixed string
	Kind, Value              string
	Pseudonym, Mark, Derived string
	TokenLabel               string   `json:"token_label"`
	TokenParts               []string `json:"token_parts"`
	Token                    string
	Check                    map[string]string
}

func loadVectors(tb testing.TB) (v vectors) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		tb.Fatal(err)
	}
	return v
}

// testRing is the ring in testdata/keys.txt: months 2026-11, 2026-12, 2027-01.
func testRing(tb testing.TB) *Ring {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "keys.txt"))
	if err != nil {
		tb.Fatal(err)
	}
	r, err := parse(data)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func testDEK(tb testing.TB, v vectors) DEK {
	tb.Helper()
	return dekOf((*[keySize]byte)(unhex(tb, v.DEK)))
}

// If these bytes change, everything sealed by an earlier release is lost to the
// people it belongs to.
func TestKnownAnswersSeal(t *testing.T) {
	v := loadVectors(t)
	dek, nonce, words := testDEK(t, v), [nonceSize]byte(unhex(t, v.Nonce)), []byte(v.Words)
	for _, c := range []struct {
		name, want string
		kind       byte
		plain      []byte
		pad        int
	}{
		{"plain", v.Sealed, kindPlain, words, 0},
		{"empty", v.Empty, kindPlain, nil, 0},
		{"padded", v.Padded, kindPadded, words, padding(len(words), v.Block)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := hex.EncodeToString(dek.seal(c.kind, nonce, v.Place, c.plain, c.pad)); got != c.want {
				t.Errorf("sealed %s, want %s", got, c.want)
			}
			got, err := dek.Open(v.Place, unhex(t, c.want))
			if err != nil || !bytes.Equal(got, c.plain) || got == nil {
				t.Errorf("opened %q, %v; want %q", got, err, c.plain)
			}
		})
	}
}

func TestKnownAnswersWrapAndFixed(t *testing.T) {
	v, r := loadVectors(t), testRing(t)
	nonce := [nonceSize]byte(unhex(t, v.Nonce))

	wrapped, err := r.wrap(testDEK(t, v), v.Until, v.Purpose, nonce)
	if got := hex.EncodeToString(wrapped); err != nil || got != v.Wrapped {
		t.Errorf("wrapped %s, %v; want %s", got, err, v.Wrapped)
	}
	dek, _, err := r.Unwrap(unhex(t, v.Wrapped), v.Purpose)
	if err != nil || hex.EncodeToString(dek.k.raw[:]) != v.DEK {
		t.Errorf("unwrap: another key or %v", err)
	}

	if got := hex.EncodeToString(r.sealFixed(v.Label, v.ID, []byte(v.Secret), nonce)); got != v.Fixed {
		t.Errorf("fixed %s, want %s", got, v.Fixed)
	}
	if got, err := r.OpenFixed(v.Label, v.ID, unhex(t, v.Fixed)); err != nil || string(got) != v.Secret {
		t.Errorf("opened %q, %v; want %q", got, err, v.Secret)
	}
}

func TestKnownAnswersNames(t *testing.T) {
	v, r := loadVectors(t), testRing(t)
	mark := r.Mark(v.Kind, v.Value)
	for _, c := range []struct{ name, got, want string }{
		{"pseudonym", r.Pseudonym(v.Kind, v.Value), v.Pseudonym},
		{"mark", hex.EncodeToString(mark[:]), v.Mark},
		{"derived", hex.EncodeToString(r.Derive(v.Kind, v.Value).k.raw[:]), v.Derived},
		{"token", r.Token(v.TokenLabel, v.TokenParts...), v.Token},
	} {
		if c.got != c.want {
			t.Errorf("%s %s, want %s", c.name, c.got, c.want)
		}
	}
	if got := r.Check(); !maps.Equal(got, v.Check) {
		t.Errorf("check values %v, want %v", got, v.Check)
	}
}
