package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of one password check: OWASP's first choice for argon2id.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonKey     = 32 // bytes
)

// atOnce is how many passwords are hashed at a time: each takes 19 MiB and a core for a tenth of a second, so a flood of
// tries must not be able to take the machine.
const atOnce = 2

var errPHC = errors.New("staff: stored password is not argon2id in PHC string format")

// Hasher hashes passwords, a few at a time. One is shared by everything that checks passwords in a process.
type Hasher struct {
	slots chan struct{}
	cost  phc    // memory, time and threads of new hashes
	decoy string // what an unknown name is checked against: the same work, never a match
}

// NewHasher prepares a hasher.
func NewHasher() *Hasher {
	return newHasher(phc{memory: argonMemory, time: argonTime, threads: argonThreads})
}

func newHasher(cost phc) *Hasher {
	h := &Hasher{slots: make(chan struct{}, atOnce), cost: cost}
	h.decoy = h.derive(rand.Text(), newSalt()).String()
	return h
}

// Hash returns the password in PHC string format. It waits for its turn and fails only when ctx ends first.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return h.derive(password, newSalt()).String(), nil
}

// Verify says whether the password is the one hashed. An empty hash costs the same and never matches.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	want, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), want.salt, want.time, want.memory, want.threads, uint32(len(want.key)))
	return subtle.ConstantTimeCompare(got, want.key) == 1 && known, nil
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to check a password: %w", ctx.Err())
	}
}

func (h *Hasher) leave() { <-h.slots }

// phc is a hash taken apart.
type phc struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func newSalt() []byte {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails (crypto/rand)
	return salt
}

func (h *Hasher) derive(password string, salt []byte) phc {
	p := h.cost
	p.salt, p.key = salt, argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, argonKey)
	return p
}

func (p phc) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		b.EncodeToString(p.salt), b.EncodeToString(p.key))
}

// parsePHC refuses costs that no version of this program has written: a stored string must not be able to ask for
// gigabytes.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errPHC
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return phc{}, errPHC
	}
	var errSalt, errKey error
	p.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	sane := p.memory >= 8*1024 && p.memory <= 256*1024 && p.time >= 1 && p.time <= 8 && p.threads >= 1 && p.threads <= 8
	if errSalt != nil || errKey != nil || !sane || len(p.salt) < 16 || len(p.salt) > 64 || len(p.key) < 32 || len(p.key) > 64 || p.String() != s {
		return phc{}, errPHC
	}
	return p, nil
}

// The letters of generated passwords: syllables can be read out over a telephone in any of our languages.
const (
	consonants = "bdfghjklmnprstv"
	vowels     = "aeiou"
	groups     = 4
)

// NewPassword makes one of four spoken groups, 23 characters, 65 bits: "tumak-visop-relin-dabof".
func NewPassword() string {
	var b strings.Builder
	for g := range groups {
		if g > 0 {
			b.WriteByte('-')
		}
		for i := range 5 {
			set := consonants
			if i%2 == 1 {
				set = vowels
			}
			b.WriteByte(pick(set))
		}
	}
	return b.String()
}

func pick(set string) byte {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(set))))
	if err != nil {
		panic("staff: " + err.Error()) // crypto/rand never fails
	}
	return set[n.Int64()]
}
