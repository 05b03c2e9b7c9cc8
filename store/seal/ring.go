package seal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// monthsAhead is how far a rotation reaches beyond the current month.
const monthsAhead = 24

// Names of the long-lived keys, in the key file and in check values.
const (
	namePepper = "pepper"
	nameStaff  = "staff"
	nameWeb    = "web"
)

// Ring is the installation's keys, made by [New] or [Read]. It prints as a
// fixed text everywhere. Reading methods may be called by several goroutines;
// Rotate and Expire may not run beside anything: change a [Ring.Clone] and swap
// the pointer.
type Ring struct {
	redacted
	pepper *key
	web    *key
	staff  *key
	months []monthKey // consecutive, ascending; empty when all are past
}

type monthKey struct {
	month month
	key   *key
}

// New returns a ring of fresh random keys: the long-lived ones, and one for
// each UTC month from now's to 24 months ahead.
func New(now time.Time) (*Ring, error) {
	if err := permitted(); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if !plausible(now) {
		return nil, errors.New("make keys: the clock is wrong")
	}
	r := newRing(randomKey(), randomKey(), randomKey())
	r.Rotate(now)
	return r, nil
}

// plausible refuses what no clock in service shows: zero values, clocks that
// start at an epoch, and years the month's two bytes cannot count.
func plausible(now time.Time) bool {
	y := now.UTC().Year()
	return y >= 2020 && y < 5000
}

// permitted says whether this process may use XChaCha20-Poly1305 at all: Go's
// FIPS 140-only mode forbids it.
func permitted() error {
	_, err := chacha20poly1305.NewX(make([]byte, keySize))
	return err
}

// newRing has no months yet.
func newRing(pepper, staff, web *[keySize]byte) *Ring {
	return &Ring{pepper: &key{raw: pepper}, staff: newKey(staff, domainFixed), web: &key{raw: web}}
}

func newMonthKey(m month, raw *[keySize]byte) monthKey {
	return monthKey{month: m, key: newKey(raw, domainWrap)}
}

// Rotate drops the months that are over at now, then adds fresh random keys up
// to 24 months ahead. The long-lived keys, and the months kept, do not change.
// A key once dropped is never made again, not even for a clock that went back.
//
// Only one host rotates; the others get its file. A host that only needs to
// forget calls [Ring.Expire]. An implausible now (before 2020, after 4999)
// changes nothing.
func (r *Ring) Rotate(now time.Time) (added, dropped int) {
	if !plausible(now) {
		return 0, 0
	}
	dropped = r.Expire(now)
	next := monthOf(now)
	if n := len(r.months); n > 0 {
		next = r.months[n-1].month + 1
	}
	for last := monthOf(now) + monthsAhead; next <= last; next++ {
		r.months = append(r.months, newMonthKey(next, randomKey()))
		added++
	}
	return added, dropped
}

// Expire drops the keys of months that are over at now and returns how many.
// What was wrapped under them cannot be opened again by this ring, so now must
// come from a clock that can be trusted not to run ahead. An implausible now
// (before 2020, after 4999) drops nothing.
func (r *Ring) Expire(now time.Time) (dropped int) {
	if !plausible(now) {
		return 0
	}
	current := monthOf(now)
	for dropped < len(r.months) && r.months[dropped].month < current {
		dropped++
	}
	r.months = slices.Clone(r.months[dropped:])
	return dropped
}

// Clone returns a ring with the same keys that can be rotated while the
// original is in use.
func (r *Ring) Clone() *Ring {
	c := *r
	return &c // sharing months: Expire, and so Rotate, changes a copy of them
}

// Last returns the last instant of the last month for which there is a key:
// the latest deadline Wrap accepts. It is the zero time when no month is left.
func (r *Ring) Last() time.Time {
	if len(r.months) == 0 {
		return time.Time{}
	}
	return r.months[len(r.months)-1].month.end()
}

// Check returns a check value of 16 hex digits for each key ("pepper", "staff",
// "web", "2026-11", ...), from which nothing about the key can be learnt. Stored
// beside the data, they tell a process that it was started with the wrong file.
func (r *Ring) Check() map[string]string {
	checks := make(map[string]string, 3+len(r.months))
	for id, raw := range r.all() {
		sum := mac(raw, macCheck, id)
		checks[id] = hex.EncodeToString(sum[:checkSize])
	}
	return checks
}

// Differs returns, sorted, the ids of the keys that both this ring and the
// stored check values have, but with another value. Any id at all means a wrong
// key file. Months that only one side has are no difference: a file may have
// been rotated since.
func (r *Ring) Differs(stored map[string]string) []string {
	var ids []string
	for id, check := range r.Check() {
		if s, ok := stored[id]; ok && s != check {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// all yields every key under its id, in the order of the key file.
func (r *Ring) all() func(yield func(string, *[keySize]byte) bool) {
	return func(yield func(string, *[keySize]byte) bool) {
		ok := yield(namePepper, r.pepper.raw) && yield(nameStaff, r.staff.raw) && yield(nameWeb, r.web.raw)
		for i := 0; ok && i < len(r.months); i++ {
			ok = yield(r.months[i].month.String(), r.months[i].key.raw)
		}
	}
}

// monthKey returns the key of m, or ErrKeyGone or ErrKeyAhead. A ring with no
// month left says ErrKeyAhead: it cannot know, and nobody may remove a record
// on its word.
func (r *Ring) monthKey(m month) (*key, error) {
	if len(r.months) == 0 || m > r.months[len(r.months)-1].month {
		return nil, ErrKeyAhead
	}
	first := r.months[0].month
	if m < first {
		return nil, ErrKeyGone
	}
	return r.months[m-first].key, nil
}
