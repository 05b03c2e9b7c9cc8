package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/handoff"
)

// OnDuty extends a member's heartbeat to 60 seconds from now.
func (s *Store) OnDuty(ctx context.Context, m handoff.Member) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	as, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write duty: %w", err)
	}
	_, err = s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, s.k.dutyAs(), m.ID, as)
		p.ZAdd(ctx, s.k.duty(), redis.Z{Score: float64(now.Add(handoff.Fresh).UnixMilli()), Member: m.ID})
		p.Publish(ctx, s.k.hints(), "duty")
		return nil
	})
	if err != nil {
		return fmt.Errorf("go on duty: %w", err)
	}
	return nil
}

// OffDuty ends a heartbeat.
func (s *Store) OffDuty(ctx context.Context, member string) error {
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRem(ctx, s.k.duty(), member)
		p.HDel(ctx, s.k.dutyAs(), member)
		p.Publish(ctx, s.k.hints(), "duty")
		return nil
	})
	if err != nil {
		return fmt.Errorf("go off duty: %w", err)
	}
	return nil
}

// Duties lists the fresh heartbeats.
func (s *Store) Duties(ctx context.Context) ([]handoff.Duty, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.db.ZRangeWithScores(ctx, s.k.duty(), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("read duty: %w", err)
	}
	var out []handoff.Duty
	for _, z := range list {
		id, _ := z.Member.(string)
		until := time.UnixMilli(int64(z.Score))
		if !until.After(now) {
			s.db.ZRem(ctx, s.k.duty(), id)
			continue
		}
		raw, err := s.db.HGet(ctx, s.k.dutyAs(), id).Bytes()
		if err != nil {
			continue
		}
		var m handoff.Member
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, fmt.Errorf("read duty: %w", err)
		}
		out = append(out, handoff.Duty{Member: m, Until: until})
	}
	return out, nil
}

// Audit writes one line: who, what, which ticket, to the minute.
func (s *Store) Audit(ctx context.Context, a handoff.Act) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	err = s.db.XAdd(ctx, &redis.XAddArgs{
		Stream: s.k.audit(), MinID: fmt.Sprint(now.Add(-auditFor).UnixMilli()), Approx: true,
		Values: []any{"staff", a.Staff, "what", a.What, "ticket", a.Ticket, "minute", now.Unix() / 60},
	}).Err()
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

// Subscribe hands out hints that something changed: a ticket id, or "duty". A slow reader misses hints, never state.
func (s *Store) Subscribe(ctx context.Context) (<-chan string, func(), error) {
	if err := s.Ping(ctx); err != nil {
		return nil, nil, fmt.Errorf("subscribe to hints: %w", err) // a subscription alone is not bound by callLimit
	}
	begin, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	sub := s.db.Subscribe(begin, s.k.hints())
	if _, err := sub.Receive(begin); err != nil {
		_ = sub.Close()
		return nil, nil, fmt.Errorf("subscribe to hints: %w", err)
	}
	out := make(chan string, 1)
	in := sub.Channel()
	go func() {
		defer close(out)
		for m := range in {
			select {
			case out <- m.Payload:
			default:
			}
		}
	}()
	return out, func() { _ = sub.Close() }, nil
}
