package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

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

// Options for Redis that hold for every deployment: our commits carry their own attempt mark, so the client must not
// send a script twice; deadlines of the context hold on the socket; no maintenance notifications on Redis 7.0.
func Options(url string) (*redis.UniversalOptions, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("store: the Redis address is not of the form redis://, rediss:// or unix://") // never quote it: it may hold a password
	}
	u := &redis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
	}
	tune(u)
	if o.Network == "unix" {
		u.Dialer = unixDialer
	}
	return u, nil
}

func tune(u *redis.UniversalOptions) {
	u.MaxRetries = -1
	u.ContextTimeoutEnabled = true
	u.DialTimeout = time.Second
	u.ReadTimeout, u.WriteTimeout = 2*time.Second, 2*time.Second
	u.PoolSize, u.MinIdleConns = 24, 2
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// New opens a namespace. It does not touch Redis; see [Store.Ready].
func New(db redis.UniversalClient, namespace string, ring *seal.Ring) *Store {
	var b [12]byte
	_, _ = rand.Read(b[:])
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

// Now is Redis's time.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	t, err := s.db.Time(ctx).Result()
	if err != nil {
		return time.Time{}, fmt.Errorf("read Redis's time: %w", err)
	}
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
	s, _ := v.(string)
	return s
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
