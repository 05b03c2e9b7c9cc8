package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/store"
)

// redisServer is a private redis-server that syncs every write, on a socket and data of its own. It can be killed and
// started again on the same data.
type redisServer struct {
	t           testing.TB
	dir, socket string
	db          redis.UniversalClient // the test's own look at it, past the wire

	mu   sync.Mutex
	cmd  *exec.Cmd
	gone chan struct{}
}

func startRedis(t testing.TB, dir string) *redisServer {
	t.Helper()
	r := &redisServer{t: t, dir: filepath.Join(dir, "redis"), socket: filepath.Join(dir, "redis.sock")}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	o, err := store.Options("unix://" + r.socket)
	if err != nil {
		t.Fatal(err)
	}
	r.db = redis.NewUniversalClient(o)
	t.Cleanup(func() { _ = r.db.Close(); r.kill() })
	r.start()
	return r
}

// start runs it on the data of before.
func (r *redisServer) start() {
	r.t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		r.t.Fatal("redis-server is not installed; these tests need it (package redis-server)")
	}
	_ = os.Remove(r.socket) // of a killed one
	c := exec.Command(bin, "--port", "0", "--unixsocket", r.socket, "--dir", r.dir, "--logfile", filepath.Join(r.dir, "redis.log"),
		"--daemonize", "no", "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "debug")
	if err := c.Start(); err != nil {
		r.t.Fatalf("start redis-server: %v", err)
	}
	gone := make(chan struct{})
	go func() { _ = c.Wait(); close(gone) }()
	r.mu.Lock()
	r.cmd, r.gone = c, gone
	r.mu.Unlock()
	if !eventually(20*time.Second, r.answers) {
		log, _ := os.ReadFile(filepath.Join(r.dir, "redis.log"))
		r.t.Fatalf("redis-server does not answer:\n%s", log)
	}
}

func (r *redisServer) answers() bool {
	if _, err := os.Stat(r.socket); err != nil { // the client would complain aloud
		return false
	}
	return r.db.Ping(context.Background()).Err() == nil
}

// kill ends it as a power cut would.
func (r *redisServer) kill() {
	r.mu.Lock()
	c, gone := r.cmd, r.gone
	r.mu.Unlock()
	if c == nil {
		return
	}
	_ = c.Process.Kill() // gone already: nothing to do
	<-gone
}

// files is everything Redis has on disk: its append-only file, snapshots, log.
func (r *redisServer) files() map[string][]byte {
	r.t.Helper()
	out := map[string][]byte{}
	err := filepath.Walk(r.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		out[path] = raw
		return err
	})
	if err != nil {
		r.t.Fatalf("read Redis's files: %v", err)
	}
	return out
}

func (r *redisServer) key(name string) string { return "{" + rigSpace + "}" + name }

// idle tells that no lane has anything to send, and that the programs know it.
func (w *world) idle() bool {
	n, err := w.redis.db.ZCard(context.Background(), w.redis.key("due")).Result()
	return err == nil && n == 0 && w.wire.quiet()
}

// passJobs lets the leases of an instance that died run out at once: the sweep's lasts two minutes.
func (w *world) passJobs() {
	w.Helper()
	ctx := context.Background()
	jobs, err := w.redis.db.Keys(ctx, w.redis.key("lead:*")).Result()
	if err != nil {
		w.Fatalf("list jobs: %v", err)
	}
	for _, k := range jobs {
		w.redis.db.Del(ctx, k)
	}
}
