package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

const schema = "1"

// The reasons a Redis is refused.
var (
	ErrWrongKeys = errors.New("store: this namespace was sealed with another key file; put the right one back (SOSIN_KEYS)")
	ErrSchema    = errors.New("store: this namespace was written by another version of sosin")
	ErrEvicts    = errors.New("store: Redis may evict keys (maxmemory-policy is not noeviction); set `maxmemory-policy noeviction`, or SOSIN_REDIS_UNSAFE=true to lose messages knowingly")
	ErrVolatile  = errors.New("store: Redis does not keep its data (append-only file is off); set `appendonly yes`, or SOSIN_REDIS_UNSAFE=true to lose messages knowingly")
	ErrOld       = errors.New("store: Redis is older than 7.0; install Redis 7.0 or newer")
)

// Ready checks that the namespace belongs to our schema and keys, and claims it when it is new.
func (s *Store) Ready(ctx context.Context) error {
	meta, err := s.db.HGetAll(ctx, s.k.meta()).Result()
	if err != nil {
		return fmt.Errorf("read meta: %w", err)
	}
	if v := meta["schema"]; v != "" && v != schema {
		return ErrSchema
	}
	stored := map[string]string{}
	for k, v := range meta {
		if id, ok := strings.CutPrefix(k, "key:"); ok {
			stored[id] = v
		}
	}
	if len(s.Ring().Differs(stored)) > 0 {
		return ErrWrongKeys
	}
	fields := []any{"schema", schema}
	for id, check := range s.Ring().Check() {
		fields = append(fields, "key:"+id, check)
	}
	if err := s.db.HSet(ctx, s.k.meta(), fields...).Err(); err != nil {
		return fmt.Errorf("write meta: %w", err)
	}
	return nil
}

// Info is what Redis says of itself.
type Info map[string]string

// Info reads INFO of the server that holds this namespace.
func (s *Store) Info(ctx context.Context) (Info, error) {
	db, err := s.server(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := db.Info(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("read INFO: %w", err)
	}
	out := Info{}
	for _, line := range strings.Split(raw, "\n") {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			out[k] = v
		}
	}
	return out, nil
}

// Safe refuses a Redis that may evict or does not persist, by what INFO says (CONFIG may be forbidden to us).
func (i Info) Safe() error {
	var major int
	_, _ = fmt.Sscanf(i["redis_version"], "%d.", &major)
	switch {
	case major < 7:
		return ErrOld
	case i["maxmemory_policy"] != "noeviction":
		return ErrEvicts
	case i["aof_enabled"] != "1":
		return ErrVolatile
	}
	return nil
}

// server is the one that holds this namespace: in a Cluster, the master of its slot.
func (s *Store) server(ctx context.Context) (redis.Cmdable, error) {
	c, ok := s.db.(*redis.ClusterClient)
	if !ok {
		return s.db, nil
	}
	node, err := c.MasterForKey(ctx, s.k.meta())
	if err != nil {
		return nil, fmt.Errorf("find our server in the Cluster: %w", err)
	}
	return node, nil
}

// Ping tells whether Redis answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx).Err() }

// Client is the connection, for the few who need Redis itself: metrics, doctor, tests.
func (s *Store) Client() redis.UniversalClient { return s.db }
