package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/store"
	"sosin/store/seal"
)

// Harness is one namespace on a Redis, and a way to look at it from outside.
type Harness struct {
	Redis     redis.UniversalClient // not through the gate: it looks at keys and spoils them
	Namespace string
	Ring      *seal.Ring

	url  string
	gate *gate
}

// On opens harnesses with fresh namespaces and keys on the server at a URL (see store.Options).
func On(url string) func(t *testing.T) *Harness {
	return func(t *testing.T) *Harness {
		t.Helper()
		var b [6]byte
		_, _ = rand.Read(b[:])
		h := &Harness{Namespace: "t" + hex.EncodeToString(b[:]), url: url, gate: &gate{}}
		h.Redis = h.dial(t, nil)
		now, err := h.Store(t).Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h.Ring, err = seal.New(now); err != nil {
			t.Fatal(err)
		}
		return h
	}
}

// Store opens one more instance of the program on the namespace, with connections of its own.
func (h *Harness) Store(t *testing.T) *store.Store {
	t.Helper()
	return store.New(h.dial(t, h.gate), h.Namespace, h.Ring)
}

func (h *Harness) dial(t *testing.T, g *gate) redis.UniversalClient {
	t.Helper()
	o, err := store.Options(h.url)
	if err != nil {
		t.Fatal(err)
	}
	o.MinIdleConns = 0
	if g != nil {
		o.Dialer = g.through(o.Dialer)
	}
	db := redis.NewUniversalClient(o)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Cut makes Redis refuse connections, Hang makes it accept them and never answer, Mend makes it answer again.
func (h *Harness) Cut() { h.gate.set(refusing) }

// Hang makes Redis accept connections and never answer.
func (h *Harness) Hang() { h.gate.set(hanging) }

// Mend makes Redis answer again.
func (h *Harness) Mend() { h.gate.set(open) }

// gate stands between a client and its server.
type gate struct {
	mu    sync.Mutex
	state state
	conns []net.Conn
}

type state int

const (
	open state = iota
	refusing
	hanging
)

type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

func (g *gate) set(s state) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state = s
	for _, c := range g.conns {
		_ = c.Close()
	}
	g.conns = nil
}

func (g *gate) through(next dialer) dialer {
	if next == nil {
		next = (&net.Dialer{Timeout: time.Second}).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		var c net.Conn
		var err error
		switch g.state {
		case refusing:
			return nil, os.ErrDeadlineExceeded
		case hanging:
			c = silent()
		default:
			if c, err = next(ctx, network, addr); err != nil {
				return nil, err
			}
		}
		g.conns = append(g.conns, c)
		return c, nil
	}
}

// silent is a connection that takes everything and never answers.
func silent() net.Conn {
	ours, theirs := net.Pipe()
	go func() {
		b := make([]byte, 4096)
		for {
			if _, err := theirs.Read(b); err != nil {
				_ = theirs.Close()
				return
			}
		}
	}()
	return ours
}
