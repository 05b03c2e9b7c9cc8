// Package seal seals identities and content, derives pseudonyms, turns keys.
//
// Redis, its append-only file, its replicas and its backups are taken as lost
// to a thief. What they hold must then say nothing, and what was promised to be
// gone must be gone from last year's backup too. So every key that can open
// anything lives in one file outside Redis, and time destroys those keys:
//
//	key file                          Redis
//	  month key 2026-11 ──wraps──►  data key of a conversation ──seals──► address, words, state
//	  staff             ──seals──►  TOTP secrets
//	  pepper            ──HMAC───►  pseudonyms in key names, update marks
//	  web               ──HMAC───►  tokens in status-callback URLs
//
// Each conversation (or ticket, or delayed record) has a random data key, a
// [DEK]. It is wrapped under the key of the UTC month in which the record must
// be gone. When the month is over its key is dropped from the file
// ([Ring.Expire]), and every copy of every record of that month is noise. A
// later deadline asks for another wrap ([Ring.Covers]). The other three keys
// are independent random keys that live as long as the installation; nothing
// is derived from one root, for what can be derived again cannot be destroyed.
//
// # Key file
//
// One text file, mode 0600, never larger than 64 KiB. Lines end in one LF.
// Lines that begin with # are remarks. Keys are 32 bytes in standard base64.
// Months are consecutive. The last line is the first 8 bytes, in hex, of the
// SHA-256 of everything above it, so that a file cut short is not taken for a
// smaller one.
//
//	sosin-keys 1
//	# Whoever has this file and a copy of Redis can read everything. ...
//	pepper q83vEjRW...=
//	staff Zm9vYmFy...=
//	web c2VjcmV0...=
//	2026-11 AAECAwQF...=
//	2026-12 BgcICQoL...=
//	...
//	sum 5f1c0a9be3d24471
//
// # What is stored in Redis
//
// All AEADs are XChaCha20-Poly1305 with a random 24-byte nonce.
//
//	sealed   kind 1 | nonce 24 | ciphertext | tag 16     kind 1 plain, 2 padded
//	wrapped  kind 3 | month 2  | nonce 24 | ciphertext 32 | tag 16     75 bytes
//	fixed    kind 4 | nonce 24 | ciphertext | tag 16
//
// The associated data is length(domain) domain | head (kind, month) |
// length(purpose) purpose | length(conversation) conversation | sequence 8 |
// length(field) field, with lengths of 4 bytes; numbers are big-endian, month
// is 12*year + month-1.
//
// # Limits, said openly
//
// A data key protects nothing from someone who has both the file and Redis
// now; dropping month keys protects what is past. Rewriting a file does not
// reliably erase the old blocks of an SSD, and a backup of the key file lives
// as long as the backup. The package holds no goroutine, mutex or clock: time
// is passed in, and a [Ring] in use by several goroutines is never changed but
// replaced by a rotated [Ring.Clone].
package seal

import "errors"

var (
	// ErrTampered says that sealed bytes were altered, cut, moved to another
	// place, or sealed under another key. Nothing of the content is returned.
	ErrTampered = errors.New("seal: not authentic")

	// ErrKeyGone says that the month's key has been dropped: the record is
	// unreadable for good, as promised, and may be removed.
	ErrKeyGone = errors.New("seal: month key is gone")

	// ErrKeyAhead says that the month lies after the last one in the key file:
	// it was not rotated, or not copied from the host where it was. The record
	// is not lost and must not be removed.
	ErrKeyAhead = errors.New("seal: month key is not in the key file yet")

	// ErrKeyFile is wrapped by every refusal of [Read]; the message names the
	// fault and the mend, never key material.
	ErrKeyFile = errors.New("key file")
)
