package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sosin/store/seal"
)

// messageIDs is the record of a person's Telegram message ids, kept 48 hours so that an erasure can delete them: its own
// wrapped key, then sealed blocks each led by two bytes of length. A commit packs all blocks into one; a settle appends
// one small block, because a script cannot open what is there.
type messageIDs struct {
	dek     seal.DEK
	wrapped []byte
	ids     []sentID
}

type sentID struct {
	id   int64
	hour int64 // Unix hours, rounded down: older than 48 h can no longer be deleted
}

const (
	wrappedSize = 75
	maxIDs      = 500 // the last messages of a very long chat; five calls to delete
)

func idsAAD(pid string) seal.AAD { return seal.AAD{Purpose: "message ids", Conversation: pid} }

func (s *Store) openIDs(pid, raw string) (messageIDs, error) {
	var m messageIDs
	if len(raw) < wrappedSize {
		return m, nil
	}
	m.wrapped = []byte(raw[:wrappedSize])
	var err error
	if m.dek, _, err = s.Ring().Unwrap(m.wrapped, "m:"+pid); errors.Is(err, seal.ErrKeyGone) {
		return messageIDs{}, nil // older than 48 hours
	}
	if err != nil {
		return m, fmt.Errorf("unwrap message ids: %w", err)
	}
	rest := raw[wrappedSize:]
	for len(rest) > 2 {
		n := int(binary.BigEndian.Uint16([]byte(rest)))
		if len(rest) < 2+n {
			return m, fmt.Errorf("message ids: %w", errAnswer)
		}
		// A block of an earlier record (its key is gone after 48 h) may have been appended late: it is passed over.
		if plain, err := m.dek.Open(idsAAD(pid), []byte(rest[2:2+n])); err == nil {
			m.unpack(plain)
		}
		rest = rest[2+n:]
	}
	return m, nil
}

// idsKey is the record's key alone, which is all a settle needs to append to it.
func (s *Store) idsKey(pid, wrapped string) messageIDs {
	if len(wrapped) != wrappedSize {
		return messageIDs{}
	}
	dek, _, err := s.Ring().Unwrap([]byte(wrapped), "m:"+pid)
	if err != nil {
		return messageIDs{}
	}
	return messageIDs{dek: dek, wrapped: []byte(wrapped)}
}

func (m *messageIDs) unpack(plain []byte) {
	var last sentID
	for len(plain) > 0 {
		d, n := binary.Varint(plain)
		h, k := binary.Varint(plain[max(n, 0):])
		if n <= 0 || k <= 0 {
			return
		}
		last = sentID{last.id + d, last.hour + h}
		m.ids = append(m.ids, last)
		plain = plain[n+k:]
	}
}

// add notes a message id; anything but a number (a provider other than Telegram) is not kept here.
func (m *messageIDs) add(id string, now time.Time) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err == nil && (len(m.ids) == 0 || m.ids[len(m.ids)-1].id != n) { // a turn may be committed in a second try
		m.ids = append(m.ids, sentID{n, now.Unix() / 3600})
		m.ids = m.ids[max(0, len(m.ids)-maxIDs):]
	}
}

// pack seals all ids younger than 48 hours into one record.
func (m *messageIDs) pack(ring *seal.Ring, pid string, now time.Time) ([]byte, error) {
	until := now.Add(messagesFor)
	if m.wrapped == nil {
		m.dek = seal.NewDEK()
	}
	if m.wrapped == nil || !ring.Covers(m.wrapped, until) {
		w, err := ring.Wrap(m.dek, until, "m:"+pid)
		if err != nil {
			return nil, fmt.Errorf("wrap message ids: %w", err)
		}
		m.wrapped = w
	}
	var plain []byte
	var last sentID
	for _, id := range m.ids {
		if now.Unix()/3600-id.hour >= int64(messagesFor/time.Hour) {
			continue
		}
		plain = binary.AppendVarint(plain, id.id-last.id)
		plain = binary.AppendVarint(plain, id.hour-last.hour)
		last = id
	}
	return append(append([]byte(nil), m.wrapped...), m.block(pid, plain)...), nil
}

// block is one sealed block of ids.
func (m *messageIDs) block(pid string, plain []byte) []byte {
	sealed := m.dek.Seal(idsAAD(pid), plain)
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(sealed))), sealed...)
}

// one is a block with a single id, for a settle to append.
func (m *messageIDs) one(pid, id string, now time.Time) []byte {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || m.wrapped == nil {
		return nil
	}
	return m.block(pid, binary.AppendVarint(binary.AppendVarint(nil, n), now.Unix()/3600))
}

func (m *messageIDs) list() []string {
	out := make([]string, len(m.ids))
	for i, id := range m.ids {
		out[i] = strconv.FormatInt(id.id, 10)
	}
	return out
}
