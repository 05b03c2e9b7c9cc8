package seal

import (
	"encoding/binary"
	"fmt"
	"time"
)

const (
	wrapHead    = 1 + 2 // kind, month
	wrappedSize = wrapHead + nonceSize + keySize + tagSize
)

// Wrap encrypts dek under the key of the UTC month of until, the time by which
// the record must be gone. The result is 75 bytes. purpose names the use and
// the record ("ticket:"+id): a wrapped key copied to another record then does
// not unwrap. It returns [ErrKeyGone] for a month that is past and
// [ErrKeyAhead] for one after [Ring.Last].
func (r *Ring) Wrap(dek DEK, until time.Time, purpose string) ([]byte, error) {
	return r.wrap(dek, until, purpose, newNonce())
}

func (r *Ring) wrap(dek DEK, until time.Time, purpose string, nonce [nonceSize]byte) ([]byte, error) {
	if dek.k == nil {
		panic("seal: DEK without a key")
	}
	m := monthOf(until)
	k, err := r.monthKey(m)
	if err != nil {
		return nil, fmt.Errorf("wrap data key for %s: %w", m, err)
	}
	head := []byte{kindWrap, byte(m >> 8), byte(m)} // the two bytes of m
	return k.box.seal(head, nonce, AAD{Purpose: purpose}, dek.k.raw[:], 0), nil
}

// Unwrap returns the data key and the last instant of the month whose key wraps
// it, after which it cannot be unwrapped. It returns [ErrKeyGone] if that month
// is past, [ErrKeyAhead] if the key file does not reach it, and [ErrTampered]
// for altered bytes, another purpose or another installation's key. The month
// stands in clear, so altering it can also turn a record into one that is gone.
func (r *Ring) Unwrap(wrapped []byte, purpose string) (DEK, time.Time, error) {
	m, ok := wrappedMonth(wrapped)
	if !ok {
		return DEK{}, time.Time{}, fmt.Errorf("unwrap data key: %w", ErrTampered)
	}
	k, err := r.monthKey(m)
	if err != nil {
		return DEK{}, time.Time{}, fmt.Errorf("unwrap data key of %s: %w", m, err)
	}
	raw, err := k.box.open(wrapHead, wrapped, AAD{Purpose: purpose})
	if err != nil {
		return DEK{}, time.Time{}, fmt.Errorf("unwrap data key of %s: %w", m, err)
	}
	return dekOf((*[keySize]byte)(raw)), m.end(), nil // 32 bytes, or it had not been wrappedSize
}

// Covers reports whether wrapped lives at least as long as until asks, that is,
// whether its month is until's month or a later one. If not, the record needs a
// new [Ring.Wrap] before it is kept until then. It looks at the month only:
// Unwrap says whether the bytes are authentic.
func (*Ring) Covers(wrapped []byte, until time.Time) bool {
	m, ok := wrappedMonth(wrapped)
	return ok && m >= monthOf(until)
}

func wrappedMonth(wrapped []byte) (month, bool) {
	if len(wrapped) != wrappedSize || wrapped[0] != kindWrap {
		return 0, false
	}
	return month(binary.BigEndian.Uint16(wrapped[1:])), true
}
