package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func freshRing(tb testing.TB, now string) *Ring {
	tb.Helper()
	r, err := New(at(now))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func mustWrap(tb testing.TB, r *Ring, dek DEK, until time.Time) []byte {
	tb.Helper()
	w, err := r.Wrap(dek, until, "ticket:a")
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func TestNewReaches24MonthsAhead(t *testing.T) {
	r := freshRing(t, "2026-11-21T20:00:00Z")
	if got, want := r.Last(), at("2028-12-01T00:00:00Z").Add(-1); !got.Equal(want) {
		t.Errorf("last %v, want %v", got, want)
	}
	if len(r.months) != 25 {
		t.Errorf("%d months, want this one and 24", len(r.months))
	}
	mustWrap(t, r, NewDEK(), r.Last())
	mustWrap(t, r, NewDEK(), at("2026-11-01T00:00:00Z"))
	for _, clock := range []time.Time{{}, time.Unix(0, 0), at("9999-01-01T00:00:00Z")} {
		if _, err := New(clock); err == nil {
			t.Errorf("keys made at %v", clock)
		}
	}
}

// T35: a rotation loses no conversation that should live, and makes every one
// that should be gone unreadable, also from a copy of Redis taken before.
func TestRotationKeepsTheLivingAndLosesThePast(t *testing.T) {
	r := freshRing(t, "2026-11-21T20:00:00Z")
	pseudonym, checks := r.Pseudonym("addr", "telegram:900000001"), r.Check()
	deks, backup := map[string]DEK{}, map[string][]byte{}
	for _, until := range []string{"2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z", "2026-12-31T23:59:59Z", "2028-11-30T23:59:59Z"} {
		deks[until] = NewDEK()
		backup[until] = mustWrap(t, r, deks[until], at(until))
	}
	november := base64.StdEncoding.EncodeToString(r.months[0].key.raw[:])
	if !bytes.Contains(r.text(), []byte(november)) {
		t.Fatal("the test looks for the wrong text")
	}

	old := r.Clone()
	if added, dropped := r.Rotate(at("2026-12-01T00:00:00Z")); added != 1 || dropped != 1 {
		t.Errorf("added %d, dropped %d; want 1, 1", added, dropped)
	}
	if bytes.Contains(r.text(), []byte(november)) {
		t.Error("the past month's key is still in the file")
	}
	for until, wrapped := range backup {
		dek, end, err := r.Unwrap(wrapped, "ticket:a")
		if until == "2026-11-30T23:59:59Z" {
			if !errors.Is(err, ErrKeyGone) || errors.Is(err, ErrTampered) || dek.k != nil {
				t.Errorf("%s: %v, want the key gone", until, err)
			}
			continue
		}
		if err != nil || *dek.k.raw != *deks[until].k.raw || end.Before(at(until)) {
			t.Errorf("%s: another key, end %v, %v", until, end, err)
		}
	}
	if r.Pseudonym("addr", "telegram:900000001") != pseudonym {
		t.Error("rotation turned known people into strangers")
	}
	if d := r.Differs(checks); d != nil {
		t.Errorf("a rotated file is taken for a wrong one: %v", d)
	}
	if _, _, err := old.Unwrap(backup["2026-11-30T23:59:59Z"], "ticket:a"); err != nil {
		t.Errorf("rotating a clone's original changed the clone: %v", err)
	}
}

// A host whose copy of the file is old must not take the others' records for
// dead ones and remove them.
func TestAnOldFileSaysAheadNotGone(t *testing.T) {
	stale := freshRing(t, "2026-11-21T20:00:00Z")
	fresh := stale.Clone()
	fresh.Rotate(at("2027-06-01T00:00:00Z"))
	wrapped := mustWrap(t, fresh, NewDEK(), fresh.Last())
	if _, _, err := stale.Unwrap(wrapped, "ticket:a"); !errors.Is(err, ErrKeyAhead) {
		t.Errorf("unwrap: %v", err)
	}
	if _, err := stale.Wrap(NewDEK(), fresh.Last(), "ticket:a"); !errors.Is(err, ErrKeyAhead) {
		t.Errorf("wrap: %v", err)
	}
	if _, err := fresh.Wrap(NewDEK(), at("2027-05-31T23:59:59Z"), "ticket:a"); !errors.Is(err, ErrKeyGone) {
		t.Errorf("wrap for the past: %v", err)
	}

	if dropped := stale.Expire(at("2030-01-01T00:00:00Z")); dropped != 25 || !stale.Last().IsZero() {
		t.Errorf("dropped %d, last %v", dropped, stale.Last())
	}
	if _, _, err := stale.Unwrap(wrapped, "ticket:a"); !errors.Is(err, ErrKeyAhead) {
		t.Errorf("unwrap with no month left: %v", err)
	}
	if added, dropped := stale.Rotate(at("2030-01-01T00:00:00Z")); added != 25 || dropped != 0 {
		t.Errorf("added %d, dropped %d to a ring with no month", added, dropped)
	}
}

func TestRotateAndExpireTable(t *testing.T) {
	for _, c := range []struct {
		name, now      string
		added, dropped int
	}{
		{"same month", "2026-11-30T23:59:59Z", 0, 0},
		{"other zone, still November in UTC", "2026-12-01T01:59:59+02:00", 0, 0},
		{"other zone, already December in UTC", "2026-11-30T23:00:00-01:00", 1, 1},
		{"a year later", "2027-11-01T00:00:00Z", 12, 12},
		{"the last month", "2028-11-30T00:00:00Z", 24, 24},
		{"all past", "2029-02-01T00:00:00Z", 25, 25},
		{"clock went back", "2026-01-01T00:00:00Z", 0, 0},
		{"clock at the epoch", "1970-01-01T00:00:00Z", 0, 0},
		{"clock far ahead", "9999-01-01T00:00:00Z", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := freshRing(t, "2026-11-21T20:00:00Z")
			if dropped := r.Clone().Expire(at(c.now)); dropped != c.dropped {
				t.Errorf("expire dropped %d, want %d", dropped, c.dropped)
			}
			if added, dropped := r.Rotate(at(c.now)); added != c.added || dropped != c.dropped {
				t.Errorf("added %d, dropped %d; want %d, %d", added, dropped, c.added, c.dropped)
			}
			if again, _ := r.Rotate(at(c.now)); again != 0 {
				t.Errorf("a second rotation added %d", again)
			}
			if _, err := parse(r.text()); err != nil {
				t.Errorf("its file is refused: %v", err)
			}
		})
	}
}

// A record kept longer than its key would be unreadable while someone waits.
func TestCovers(t *testing.T) {
	r := freshRing(t, "2026-11-21T20:00:00Z")
	wrapped := mustWrap(t, r, NewDEK(), at("2026-12-10T00:00:00Z"))
	for until, want := range map[string]bool{
		"2026-11-30T23:59:59Z":      true,
		"2026-12-01T00:00:00Z":      true,
		"2026-12-31T23:59:59Z":      true,
		"2027-01-01T01:00:00+02:00": true,
		"2027-01-01T00:00:00Z":      false,
		"2127-01-01T00:00:00Z":      false,
	} {
		if got := r.Covers(wrapped, at(until)); got != want {
			t.Errorf("%s: %t", until, got)
		}
	}
	if r.Covers(nil, time.Time{}) || r.Covers(wrapped[1:], time.Time{}) {
		t.Error("bytes that are no wrapped key cover a deadline")
	}
}

// T35: started with another installation's file, a process must know before it
// makes strangers of everybody.
func TestDiffersNamesTheWrongKeys(t *testing.T) {
	r := testRing(t)
	stored := r.Check()
	if d := r.Differs(stored); d != nil {
		t.Errorf("same file: %v", d)
	}
	if d := freshRing(t, "2026-12-21T20:00:00Z").Differs(stored); !slices.Equal(d, []string{"2026-12", "2027-01", "pepper", "staff", "web"}) {
		t.Errorf("another file differs in %v", d)
	}
	distinct := map[string]bool{}
	for v := range maps.Values(stored) {
		distinct[v] = true
	}
	if len(distinct) != 6 {
		t.Errorf("%d distinct check values of 6 keys", len(distinct))
	}
}
