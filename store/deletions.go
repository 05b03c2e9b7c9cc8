package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store/seal"
)

// deleteAfter is how long a provider's record is left alone before we delete it: Twilio refuses while a message is not
// final (error 20009), and the pending deletion is the mark by which the sweep knows what was handled.
const deleteAfter = 2 * time.Minute

type deletionBody struct {
	Channel  flows.Channel `json:"c"`
	Address  string        `json:"a"`
	Messages []string      `json:"m"`
}

// deletionID names the deletion of one provider message, so that the same message is recognised.
func (s *Store) deletionID(message string) string {
	if message == "" {
		return "none"
	}
	return s.Ring().Pseudonym("message", message)
}

// deletionOf makes the record of what a provider must delete: sealed under a key of its own, because it outlives the
// conversation it comes from.
func (s *Store) deletionOf(a bot.Address, messages []string, now, due time.Time) (deletionRow, error) {
	id := ""
	if a.Channel == flows.SMS && len(messages) == 1 {
		id = s.deletionID(messages[0])
	} else {
		var b [16]byte
		_, _ = rand.Read(b[:])
		id = base64.RawURLEncoding.EncodeToString(b[:])
	}
	plain, err := json.Marshal(deletionBody{a.Channel, a.Reveal(), messages})
	if err != nil {
		return deletionRow{}, fmt.Errorf("write deletion: %w", err)
	}
	dek := seal.NewDEK()
	wrapped, err := s.Ring().Wrap(dek, now.Add(deletionFor), "p:"+id)
	if err != nil {
		return deletionRow{}, fmt.Errorf("wrap deletion: %w", err)
	}
	sealed := dek.SealPadded(seal.AAD{Purpose: "deletion", Conversation: id}, plain, 128)
	return deletionRow{id: id, record: string(wrapped) + string(sealed), due: due.UnixMilli()}, nil
}

// DueDeletions takes up to n deletions whose time has come; each is put off by a lease so that one instance has it. One
// that cannot be opened does not keep the others waiting: they are returned beside the error.
func (s *Store) DueDeletions(ctx context.Context, n int) ([]bot.Deletion, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.db.ZRangeByScore(ctx, s.k.deletions(), &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Count: int64(n)}).Result()
	if err != nil {
		return nil, fmt.Errorf("list deletions: %w", err)
	}
	var out []bot.Deletion
	var faults []error
	for _, id := range ids {
		raw, err := s.db.Get(ctx, s.k.deletion(id)).Result()
		if err == redis.Nil {
			s.db.ZRem(ctx, s.k.deletions(), id)
			continue
		}
		if err != nil {
			return out, fmt.Errorf("read deletion: %w", err)
		}
		mine, err := s.leaseDeletion(ctx, id, now)
		if err != nil {
			return out, err
		}
		d, err := s.openDeletion(id, raw)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if mine {
			out = append(out, d)
		}
	}
	return out, errors.Join(faults...)
}

// leaseDeletion says whether this instance is the one to carry a deletion for the next minute.
func (s *Store) leaseDeletion(ctx context.Context, id string, now time.Time) (bool, error) {
	v, err := s.run(ctx, "putoff", putOffScript, []string{s.k.deletions()}, id, now.UnixMilli(), ms(time.Minute))
	if err != nil {
		return false, err
	}
	return num(v[0]) == 1, nil
}

func (s *Store) openDeletion(id, raw string) (bot.Deletion, error) {
	if len(raw) < wrappedSize {
		return bot.Deletion{}, fmt.Errorf("read deletion: %w", errAnswer)
	}
	dek, _, err := s.Ring().Unwrap([]byte(raw[:wrappedSize]), "p:"+id)
	if err != nil {
		return bot.Deletion{}, fmt.Errorf("unwrap deletion: %w", err)
	}
	plain, err := dek.Open(seal.AAD{Purpose: "deletion", Conversation: id}, []byte(raw[wrappedSize:]))
	if err != nil {
		return bot.Deletion{}, fmt.Errorf("open deletion: %w", err)
	}
	var b deletionBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return bot.Deletion{}, fmt.Errorf("read deletion: %w", err)
	}
	return bot.Deletion{ID: id, Address: bot.NewAddress(b.Channel, b.Address), Messages: b.Messages}, nil
}

// Deleted forgets a deletion that is done.
func (s *Store) Deleted(ctx context.Context, id string) error {
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRem(ctx, s.k.deletions(), id)
		p.Del(ctx, s.k.deletion(id))
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget deletion: %w", err)
	}
	return nil
}

// PutOff moves a deletion into the future.
func (s *Store) PutOff(ctx context.Context, id string, after time.Duration) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	err = s.db.ZAddXX(ctx, s.k.deletions(), redis.Z{Score: float64(now.Add(after).UnixMilli()), Member: id}).Err()
	if err != nil {
		return fmt.Errorf("put deletion off: %w", err)
	}
	return nil
}

// token names a row for delivery reports: lane, row and a proof that we wrote it. It identifies nobody without the pepper.
func (s *Store) token(pid string, row int64) string {
	n := strconv.FormatInt(row, 10)
	return pid + "." + n + "." + s.Ring().Token("delivery", pid, n)
}

// Delivered notes what a provider reports of a row. An unknown token is not an error: the lane may be gone.
func (s *Store) Delivered(ctx context.Context, token string, v bot.Verdict) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !s.Ring().VerifyToken(parts[2], "delivery", parts[0], parts[1]) {
		return nil
	}
	_, err := s.run(ctx, "delivered", deliveredScript,
		[]string{s.k.conversation(parts[0]), s.k.outbox(parts[0]), s.k.due()}, s.k.tag, parts[0], parts[1], string(v))
	return err
}
