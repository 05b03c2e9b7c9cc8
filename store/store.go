package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/store/seal"
)

//go:embed scripts/*.lua
var scripts embed.FS

func script(name string) *redis.Script {
	raw, err := scripts.ReadFile("scripts/" + name + ".lua")
	if err != nil {
		panic("store: " + err.Error()) // embedded above
	}
	return redis.NewScript(string(raw))
}

var (
	loadScript      = script("load")
	commitScript    = script("commit")
	eraseScript     = script("erase")
	settleScript    = script("settle")
	takeScript      = script("take")
	dueScript       = script("due")
	claimScript     = script("claim")
	ticketScript    = script("ticket")
	overdueScript   = script("overdue")
	signScript      = script("sign")
	deliveredScript = script("delivered")
	nowScript       = script("now")
	putOffScript    = script("putoff")
)

// errAnswer: a script answered what this program does not know; the two are of different versions.
var errAnswer = errors.New("store: unexpected answer of a script")

// Store is one namespace on one Redis.
type Store struct {
	db    redis.UniversalClient
	k     keys
	ring  atomic.Pointer[seal.Ring]
	shift atomic.Int64 // tests move `now` by it; leases are not moved

	instance string // random; who leads a job

	// Trace, if set, sees every script call: benchmarks replay them, tests count them.
	Trace func(name string, keys []string, args []any)
}

// New opens a namespace. It does not touch Redis; see [Store.Ready]. From here on no command through db takes longer than
// three seconds.
func New(db redis.UniversalClient, namespace string, ring *seal.Ring) *Store {
	var b [12]byte
	_, _ = rand.Read(b[:])
	db.AddHook(limited{})
	s := &Store{db: db, k: newKeys(namespace), instance: base64.RawURLEncoding.EncodeToString(b[:])}
	s.ring.Store(ring)
	return s
}

// Turn swaps the key ring, after months were added or destroyed.
func (s *Store) Turn(ring *seal.Ring) { s.ring.Store(ring) }

// Ring is the key ring in use.
func (s *Store) Ring() *seal.Ring { return s.ring.Load() }

// Shift moves `now` for every deadline but leases. For tests.
func (s *Store) Shift(d time.Duration) { s.shift.Store(int64(d)) }

// now reads a script's time and moves it by the shift.
func (s *Store) at(ms int64) time.Time { return time.UnixMilli(ms).Add(time.Duration(s.shift.Load())) }

// Now is Redis's time, by the clock of the server that holds this namespace.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	v, err := s.run(ctx, "now", nowScript, []string{s.k.meta()})
	if err != nil {
		return time.Time{}, err
	}
	if len(v) != 2 {
		return time.Time{}, fmt.Errorf("now: %w", errAnswer)
	}
	t := time.Unix(num(v[0]), num(v[1])*1000)
	return t.Add(time.Duration(s.shift.Load())), nil
}

// run executes a script: EVALSHA, and EVAL only when Redis does not know it.
func (s *Store) run(ctx context.Context, name string, sc *redis.Script, keys []string, args ...any) ([]any, error) {
	if s.Trace != nil {
		s.Trace(name, keys, args)
	}
	v, err := sc.Run(ctx, s.db, keys, args...).Result()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, errAnswer)
	}
	return list, nil
}

// pid is the pseudonym a person's keys carry.
func (s *Store) pid(channel, address string) string {
	return s.Ring().Pseudonym("addr", channel+"\x00"+address)
}

func ms(d time.Duration) int64 { return d.Milliseconds() }

// Answers of scripts: Redis nil is a Go nil, everything else a string or an int64.
func str(v any) string {
	switch s := v.(type) {
	case string:
		return s
	case int64:
		return strconv.FormatInt(s, 10)
	}
	return ""
}

func num(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case string:
		var out int64
		_, _ = fmt.Sscan(n, &out)
		return out
	}
	return 0
}

func strs(v any) []string {
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i] = str(list[i])
	}
	return out
}
