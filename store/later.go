package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store/seal"
)

const (
	// laterKept is how long the record of a chosen time outlives it.
	laterKept = 2 * 24 * time.Hour
	// laterLate is how late a chosen time may still be kept. A promise about a time is not kept by writing at another.
	laterLate = 12 * time.Hour
)

type laterBody struct {
	Channel flows.Channel `json:"c"`
	Address string        `json:"a"`
	Lang    flows.Lang    `json:"l"`
	At      int64         `json:"t"` // Unix ms; its place in the set of times moves with every lease
}

// later seals the time this turn's person chose, under a key of its own: it may outlive the conversation. Empty without one;
// nobody else chooses.
func (t *turn) later() ([]string, error) {
	if t.out.Later == nil || t.address == nil || t.out.Erase {
		return nil, nil
	}
	at := t.out.Later.At
	plain, err := json.Marshal(laterBody{t.address.Channel, t.address.Reveal(), t.out.Later.Lang, at.UnixMilli()})
	if err != nil {
		return nil, fmt.Errorf("write chosen time: %w", err)
	}
	var b [16]byte
	_, _ = rand.Read(b[:])
	id := base64.RawURLEncoding.EncodeToString(b[:])
	until := at.Add(laterKept)
	if until.Before(t.now.Add(laterKept)) {
		until = t.now.Add(laterKept)
	}
	dek := seal.NewDEK()
	wrapped, err := t.s.Ring().Wrap(dek, until, "l:"+id)
	if err != nil {
		return nil, fmt.Errorf("wrap chosen time: %w", err)
	}
	return []string{id, string(wrapped) + string(dek.SealPadded(laterAAD(id), plain, 128)),
		strconv.FormatInt(at.UnixMilli(), 10), strconv.FormatInt(ms(until.Sub(t.now)), 10)}, nil
}

func laterAAD(id string) seal.AAD { return seal.AAD{Purpose: "later", Conversation: id} }

func (s *Store) openLater(id, raw string) (*laterBody, error) {
	if len(raw) < wrappedSize {
		return nil, fmt.Errorf("read chosen time: %w", errAnswer)
	}
	dek, _, err := s.Ring().Unwrap([]byte(raw[:wrappedSize]), "l:"+id)
	if err != nil {
		return nil, fmt.Errorf("unwrap chosen time: %w", err)
	}
	plain, err := dek.Open(laterAAD(id), []byte(raw[wrappedSize:]))
	if err != nil {
		return nil, fmt.Errorf("open chosen time: %w", err)
	}
	b := &laterBody{}
	if err := json.Unmarshal(plain, b); err != nil {
		return nil, fmt.Errorf("read chosen time: %w", err)
	}
	return b, nil
}

// DueCalls takes up to n chosen times that have come; each is put off by a lease so that one instance has it. One that the
// program missed by half a day is dropped. One that cannot be opened does not keep the others waiting: they are returned
// beside the error.
func (s *Store) DueCalls(ctx context.Context, n int) ([]bot.Call, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.db.ZRangeByScore(ctx, s.k.later(), &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Count: int64(n)}).Result()
	if err != nil {
		return nil, fmt.Errorf("list chosen times: %w", err)
	}
	var out []bot.Call
	var faults []error
	for _, id := range ids {
		c, err := s.dueCall(ctx, id, now)
		if err != nil {
			faults = append(faults, err)
		}
		if c != nil {
			out = append(out, *c)
		}
	}
	return out, errors.Join(faults...)
}

// dueCall takes one chosen time; nil when somebody else has it, or it is no more.
func (s *Store) dueCall(ctx context.Context, id string, now time.Time) (*bot.Call, error) {
	raw, err := s.db.Get(ctx, s.k.chosen(id)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, s.db.ZRem(ctx, s.k.later(), id).Err()
	}
	if err != nil {
		return nil, fmt.Errorf("read chosen time: %w", err)
	}
	v, err := s.run(ctx, "putoff", putOffScript, []string{s.k.later()}, id, now.UnixMilli(), ms(time.Minute))
	if err != nil || num(v[0]) == 0 {
		return nil, err
	}
	b, err := s.openLater(id, raw)
	if errors.Is(err, seal.ErrKeyGone) {
		return nil, s.Called(ctx, bot.Call{ID: id}) // nobody can read it any more
	}
	if err != nil {
		return nil, err
	}
	c := &bot.Call{ID: id, Address: bot.NewAddress(b.Channel, b.Address), Lang: b.Lang}
	if now.Sub(time.UnixMilli(b.At)) > laterLate {
		return nil, s.Called(ctx, *c)
	}
	return c, nil
}

// Called forgets a chosen time.
func (s *Store) Called(ctx context.Context, c bot.Call) error {
	_, err := s.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, s.k.chosen(c.ID))
		p.ZRem(ctx, s.k.later(), c.ID)
		p.SRem(ctx, s.k.index(s.pid(string(c.Address.Channel), c.Address.Reveal())), "l:"+c.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget chosen time: %w", err)
	}
	return nil
}
