package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/store"
	"sosin/store/child"
	"sosin/store/seal"
)

// backing is an open store with what stands under it.
type backing struct {
	*store.Store
	db     redis.UniversalClient
	server *child.Server // nil on an external Redis
	what   string        // for people: which Redis this is
}

// openStore opens the Redis a configuration names: an external one, or a managed child in the data folder.
// With start the managed server is ours to run; without it, that of a running service is joined, and only if there is
// none one is started for the length of this command.
func openStore(ctx context.Context, c *storeConfig, start bool, log *slog.Logger) (*backing, error) {
	if _, err := seal.Read(c.keyFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, wrongConfig{"SOSIN_KEYS: " + err.Error()} // before anything is opened
	}
	redis.SetLogger(quiet{})
	b := &backing{}
	url := c.RedisURL
	if url == "" {
		socket, err := b.managed(ctx, c, start, log)
		if err != nil {
			return nil, err
		}
		url = "unix://" + socket
	} else {
		b.what = "external Redis"
	}
	o, err := store.Options(url)
	if err != nil {
		b.close()
		return nil, wrongConfig{"SOSIN_REDIS_URL: " + err.Error() + "; correct it"}
	}
	ring, err := readKeys(c, url != c.RedisURL, log)
	if err != nil {
		b.close()
		return nil, err
	}
	b.db = redis.NewUniversalClient(o)
	b.Store = store.New(b.db, c.Namespace, ring)
	return b, nil
}

// quiet is the Redis client's own logger: what it would print of lost connections is said once, in words, by whoever
// needed the connection.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// managed finds or starts redis-server in the data folder.
func (b *backing) managed(ctx context.Context, c *storeConfig, start bool, log *slog.Logger) (string, error) {
	if socket, ok := child.Running(ctx, c.Data); ok && !start {
		b.what = "managed redis-server of the running service"
		return socket, nil
	}
	bin, err := child.Find(ctx)
	if err != nil {
		return "", wrongConfig{"SOSIN_REDIS_URL: is empty, and there is no usable redis-server here (" + err.Error() +
			"); install the package redis-server, or set the address of a Redis"}
	}
	if b.server, err = child.Start(ctx, child.Options{Binary: bin.Path, Dir: c.Data, Log: log}); err != nil {
		return "", fmt.Errorf("start redis-server: %w", err)
	}
	b.what = "managed redis-server " + bin.Version
	return b.server.Socket(), nil
}

func (b *backing) close() {
	if b.db != nil {
		_ = b.db.Close()
	}
	if b.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	_ = b.server.Stop(ctx)
}

// readKeys reads the key file; with a managed Redis the first start makes it.
func readKeys(c *storeConfig, managed bool, log *slog.Logger) (*seal.Ring, error) {
	ring, err := seal.Read(c.keyFile())
	if err == nil {
		return ring, nil
	}
	if !managed || !errors.Is(err, fs.ErrNotExist) {
		return nil, wrongConfig{"SOSIN_KEYS: " + err.Error()}
	}
	if ring, err = seal.New(time.Now()); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if err := seal.Write(c.keyFile(), ring); err != nil {
		return nil, fmt.Errorf("write keys: %w", err)
	}
	log.Info("made a new key file; keep a copy of it apart from Redis's backups", "file", c.keyFile())
	return ring, nil
}
