package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize   = chacha20poly1305.KeySize
	nonceSize = chacha20poly1305.NonceSizeX
	tagSize   = chacha20poly1305.Overhead
)

// The first byte of everything sealed says what it is and, being
// authenticated, cannot be turned into another kind.
const (
	kindPlain  byte = 1 // by DEK.Seal
	kindPadded byte = 2 // by DEK.SealPadded
	kindWrap   byte = 3 // by Ring.Wrap
	kindFixed  byte = 4 // by Ring.SealFixed
)

// The domain keeps one use of a key apart from any other.
const (
	domainSeal  = "sosin seal 1"
	domainWrap  = "sosin wrap 1"
	domainFixed = "sosin fixed 1"
)

// AAD says where sealed bytes belong. Opening them anywhere else fails with
// [ErrTampered]. None of it is stored with the bytes and none of it is secret.
type AAD struct {
	Purpose      string // what the record is for, such as "transcript"
	Conversation string // the record's random or pseudonymous id
	Sequence     uint64 // place in its list; 0 for a single value
	Field        string // which of the record's values
}

// size is the number of bytes that append adds.
func (a AAD) size(domain string, head []byte) int {
	const lengths, sequence = 4 * 4, 8
	return lengths + len(domain) + len(head) + len(a.Purpose) + len(a.Conversation) + sequence + len(a.Field)
}

// append adds the associated data as package seal's comment draws it.
func (a AAD) append(b []byte, domain string, head []byte) []byte {
	b = appendField(b, domain)
	b = append(b, head...)
	b = appendField(b, a.Purpose)
	b = appendField(b, a.Conversation)
	b = binary.BigEndian.AppendUint64(b, a.Sequence)
	return appendField(b, a.Field)
}

// appendField adds s behind its length, so that no two lists of fields are
// spelled alike.
func appendField(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s))) // ids and short names
	return append(b, s...)
}

// box seals under one key for one domain. It has no state: any number of
// goroutines may use it.
type box struct {
	aead   cipher.AEAD
	domain string
}

// key is a secret with the box made from it; keys that only make MACs have none.
// raw is a pointer, and a key is held by pointer, for the reason redacted gives.
type key struct {
	raw *[keySize]byte
	box box
}

func newKey(raw *[keySize]byte, domain string) *key {
	return &key{raw: raw, box: newBox(raw, domain)}
}

func randomKey() *[keySize]byte {
	raw := new([keySize]byte)
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return raw
}

// newBox panics only where XChaCha20-Poly1305 is forbidden, which New and Read
// report before any box is made.
func newBox(key *[keySize]byte, domain string) box {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		panic("seal: " + err.Error())
	}
	return box{aead: aead, domain: domain}
}

// newNonce is random; 24 bytes make a repeat impossible in practice.
func newNonce() (n [nonceSize]byte) {
	_, _ = rand.Read(n[:]) // never fails: crypto/rand ends the program instead
	return n
}

// seal returns head | nonce | ciphertext | tag in one allocation, at the end of
// which the associated data is built. pad bytes (0 for none) follow plain. The
// nonce is a parameter for the known-answer tests' sake.
func (x box) seal(head []byte, nonce [nonceSize]byte, a AAD, plain []byte, pad int) []byte {
	start := len(head) + nonceSize
	body := len(plain) + pad
	size := start + body + tagSize

	buf := make([]byte, size+a.size(x.domain, head))
	copy(buf, head)
	copy(buf[len(head):], nonce[:])
	copy(buf[start:], plain)
	if pad > 0 {
		buf[start+len(plain)] = padMark
	}
	aad := a.append(buf[size:size], x.domain, head)
	x.aead.Seal(buf[:start], buf[len(head):start], buf[start:start+body], aad)
	return buf[:size:size]
}

// open undoes seal; head is the number of bytes before the nonce. It returns
// ErrTampered, and nothing else, for whatever is not authentic.
func (x box) open(head int, sealed []byte, a AAD) ([]byte, error) {
	start := head + nonceSize
	body := len(sealed) - start - tagSize
	if body < 0 {
		return nil, ErrTampered
	}
	buf := make([]byte, body+a.size(x.domain, sealed[:head]))
	aad := a.append(buf[body:body], x.domain, sealed[:head])
	plain, err := x.aead.Open(buf[:0:body], sealed[head:start], sealed[start:], aad)
	if err != nil {
		return nil, ErrTampered
	}
	if plain == nil {
		plain = buf[:0:0] // empty words are words
	}
	return plain, nil
}
