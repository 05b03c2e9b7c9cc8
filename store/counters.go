package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"sosin/flows"
)

// Cells reads a month's counters ("2026-11"). They never held an identity.
func (s *Store) Cells(ctx context.Context, month string) (map[flows.Count]int64, error) {
	raw, err := s.db.HGetAll(ctx, s.k.counters(month)).Result()
	if err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	out := make(map[flows.Count]int64, len(raw))
	for field, value := range raw {
		part := strings.Split(field, "|")
		n, err := strconv.ParseInt(value, 10, 64)
		if len(part) != 3 || err != nil {
			continue
		}
		out[flows.Count{Table: part[0], Row: part[1], Column: part[2]}] = n
	}
	return out, nil
}

// AddCells adds counters to a month: the demo's invented past.
func (s *Store) AddCells(ctx context.Context, month string, cells map[flows.Count]int64) error {
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for c, n := range cells {
			p.HIncrBy(ctx, s.k.counters(month), c.Table+"|"+c.Row+"|"+c.Column, n)
		}
		p.PExpire(ctx, s.k.counters(month), countersFor)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write counters: %w", err)
	}
	return nil
}

// Release reads the frozen report of a month; nil when none was published.
func (s *Store) Release(ctx context.Context, month string) ([]byte, error) {
	raw, err := s.db.Get(ctx, s.k.release(month)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	return raw, nil
}

// Freeze keeps the first report ever computed of a month and returns the one that is kept.
func (s *Store) Freeze(ctx context.Context, month string, report []byte) ([]byte, error) {
	if err := s.db.SetNX(ctx, s.k.release(month), report, 0).Err(); err != nil {
		return nil, fmt.Errorf("freeze release: %w", err)
	}
	return s.Release(ctx, month)
}

// Months tells which of the given months have counters or a release.
func (s *Store) Months(ctx context.Context, candidates []string) ([]string, error) {
	var out []string
	for _, m := range candidates {
		n, err := s.db.Exists(ctx, s.k.counters(m), s.k.release(m)).Result()
		if err != nil {
			return nil, fmt.Errorf("list months: %w", err)
		}
		if n > 0 {
			out = append(out, m)
		}
	}
	return out, nil
}
