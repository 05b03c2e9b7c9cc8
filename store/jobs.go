package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/store/seal"
)

var (
	leadScript   = script("lead")
	panicsScript = script("panics")
)

// Lead asks to be the one instance that does a job for the next ttl; the one who has it renews it.
func (s *Store) Lead(ctx context.Context, job string, ttl time.Duration) (bool, error) {
	v, err := s.run(ctx, "lead", leadScript, []string{s.k.lead(job)}, s.instance, ms(ttl))
	if err != nil {
		return false, err
	}
	return num(v[0]) == 1, nil
}

// Watermark reads how far a sweep has come; zero when it never ran.
func (s *Store) Watermark(ctx context.Context, name string) (time.Time, error) {
	n, err := s.db.Get(ctx, s.k.mark(name)).Int64()
	if errors.Is(err, redis.Nil) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read watermark: %w", err)
	}
	return time.UnixMilli(n), nil
}

// SetWatermark writes it.
func (s *Store) SetWatermark(ctx context.Context, name string, t time.Time) error {
	if err := s.db.Set(ctx, s.k.mark(name), t.UnixMilli(), 0).Err(); err != nil {
		return fmt.Errorf("write watermark: %w", err)
	}
	return nil
}

// quarantined is what is kept, sealed, of an update that makes a step panic.
type quarantined struct {
	Inbound struct {
		Channel string `json:"channel"`
		Kind    int    `json:"kind"`
		Text    string `json:"text"`
	} `json:"inbound"`
	At time.Time `json:"at"`
}

// Quarantine counts a panic of this update; at the third it seals the update away, marks it as handled and says so.
func (s *Store) Quarantine(ctx context.Context, in bot.Inbound) (bool, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return false, err
	}
	q := quarantined{At: now}
	q.Inbound.Channel, q.Inbound.Kind, q.Inbound.Text = string(in.Address.Channel), int(in.Input.Kind), in.Input.Text
	plain, err := json.Marshal(q)
	if err != nil {
		return false, fmt.Errorf("write quarantine: %w", err)
	}
	dek := seal.NewDEK()
	wrapped, err := s.Ring().Wrap(dek, now.Add(quarantineFor), "quarantine")
	if err != nil {
		return false, fmt.Errorf("wrap quarantine: %w", err)
	}
	pid := s.pid(string(in.Address.Channel), in.Address.Reveal()) // by which an erasure finds it
	record := pid + string(wrapped) + string(dek.SealPadded(seal.AAD{Purpose: "quarantine"}, plain, 256))
	mark := s.Ring().Pseudonym("panics", in.Update)
	v, err := s.run(ctx, "panics", panicsScript, []string{s.k.panics(mark), s.k.quarantine()},
		record, 3, ms(panicsFor), quarantineSize, ms(quarantineFor))
	if err != nil {
		return false, err
	}
	return num(v[0]) == 1, nil
}

// Quarantined counts the updates put away.
func (s *Store) Quarantined(ctx context.Context) (int64, error) {
	n, err := s.db.LLen(ctx, s.k.quarantine()).Result()
	if err != nil {
		return 0, fmt.Errorf("count quarantine: %w", err)
	}
	return n, nil
}

// Rewrite asks Redis to rewrite its append-only file if an erasure waits for it, so that the keys destroyed leave the
// disk too. One rewrite serves every erasure since the last (promise 4). It returns whether one was begun.
func (s *Store) Rewrite(ctx context.Context) (bool, error) {
	n, err := s.db.Del(ctx, s.k.shred()).Result()
	if err != nil || n == 0 {
		return false, err
	}
	err = s.rewrite(ctx)
	if err != nil && strings.Contains(err.Error(), "unknown command") {
		return false, nil // the embedded Redis has no file
	}
	if err != nil {
		s.db.Set(ctx, s.k.shred(), "1", shredFor)
		return false, fmt.Errorf("rewrite the append-only file: %w", err)
	}
	return true, nil
}

// rewrite asks every server of a Cluster: the replicas of ours keep a file too.
func (s *Store) rewrite(ctx context.Context) error {
	if c, ok := s.db.(*redis.ClusterClient); ok {
		return c.ForEachShard(ctx, func(ctx context.Context, node *redis.Client) error { return node.BgRewriteAOF(ctx).Err() })
	}
	return s.db.BgRewriteAOF(ctx).Err()
}
