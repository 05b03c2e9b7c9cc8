package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// The first field of every MAC keeps its uses apart.
const (
	macPseudonym = "sosin pseudonym 1"
	macMark      = "sosin mark 1"
	macDerive    = "sosin derive 1"
	macToken     = "sosin token 1"
	macCheck     = "sosin check 1"
)

const (
	pseudonymSize = 12 // bytes; 16 characters
	tokenSize     = 16 // bytes; 22 characters
	checkSize     = 8  // bytes; 16 hex digits
)

// Pseudonym returns 16 URL-safe characters (96 bits) that stand for value
// wherever Redis could be read: the same value gives the same pseudonym for as
// long as the pepper lives, and without the pepper nobody can try out all phone
// numbers. kind ("addr", "code", "sid") keeps uses apart: one value's
// pseudonyms of two kinds cannot be linked.
func (r *Ring) Pseudonym(kind, value string) string {
	sum := mac(r.pepper.raw, macPseudonym, kind, value)
	return base64.RawURLEncoding.EncodeToString(sum[:pseudonymSize])
}

// Mark is a shorter pseudonym, for the few updates one conversation remembers
// so as to know a repeated one.
func (r *Ring) Mark(kind, value string) [8]byte {
	sum := mac(r.pepper.raw, macMark, kind, value)
	return [8]byte(sum[:8])
}

// Derive returns the data key that belongs to value, for records that only
// someone who brings value (a return code) may open. It is as long-lived as the
// pepper and as hard to guess as value: keep such records short-lived, and let
// them hold no more than a reference to what is sealed under a wrapped key.
func (r *Ring) Derive(kind, value string) DEK {
	sum := mac(r.pepper.raw, macDerive, kind, value)
	return dekOf(&sum)
}

// Token returns 22 URL-safe characters (128 bits) that prove we wrote label and
// parts, for URLs we hand to a provider. It carries no time: if the token must
// expire, make the deadline one of the parts.
func (r *Ring) Token(label string, parts ...string) string {
	fields := append([]string{macToken, label}, parts...)
	sum := mac(r.web.raw, fields...)
	return base64.RawURLEncoding.EncodeToString(sum[:tokenSize])
}

// VerifyToken reports, in time that does not depend on where they differ,
// whether token is the one Token returns for label and parts.
func (r *Ring) VerifyToken(token, label string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(r.Token(label, parts...))) == 1
}

// mac is HMAC-SHA256 over the fields, each behind its length.
func mac(raw *[keySize]byte, fields ...string) (sum [sha256.Size]byte) {
	var room [192]byte
	msg := room[:0]
	for _, f := range fields {
		msg = appendField(msg, f)
	}
	h := hmac.New(sha256.New, raw[:])
	h.Write(msg)
	h.Sum(sum[:0])
	return sum
}
