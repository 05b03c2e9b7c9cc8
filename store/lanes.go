package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store/seal"
)

// lane is what a lease needs of the store: the conversation's key and the record that collects message ids.
type lane struct {
	dek seal.DEK
	ids messageIDs
}

// Settle ends a lease and leases the next row of the lane to us. A stale fence is bot.ErrMoved: somebody else goes on.
func (s *Store) Settle(ctx context.Context, l bot.Lease, r bot.Result) (*bot.Lease, error) {
	p := l.Private.(*lane)
	now := s.estimate(l)
	var id []byte
	var del deletionRow
	if r.Verdict == bot.Sent && r.Message != "" {
		after := deleteAfter
		if l.Address.Channel == flows.Telegram {
			id, after = p.ids.one(l.Lane, r.Message, now), forgetAfter
		}
		if l.Address.Channel != flows.Telegram || l.Row.Message.Brief {
			var err error
			if del, err = s.deletionOf(l.Address, []string{r.Message}, now, now.Add(after)); err != nil {
				return nil, err
			}
		}
	}
	k := s.k
	keys := []string{k.conversation(l.Lane), k.outbox(l.Lane), k.held(l.Lane), k.messages(l.Lane), k.due(), k.deletions(),
		k.tombstone(l.Lane)}
	v, err := s.run(ctx, "settle", settleScript, keys, k.tag, l.Lane, l.Fence, l.Row.Seq, string(r.Verdict), ms(r.After),
		id, ms(leaseFor), ms(ticketOpenFor), del.id, del.record, del.due, ms(deletionFor),
		fmt.Sprintf("%010d", l.Now.Unix()))
	if err != nil {
		return nil, err
	}
	answer := strs(v)
	if len(answer) > 0 && answer[0] == "erased" || len(answer) > 1 && answer[1] == "1" {
		if err := s.late(ctx, l, r, now); err != nil {
			return nil, err
		}
	}
	switch {
	case len(v) == 2 && answer[0] == "ok":
		return nil, nil
	case len(v) == 2 && answer[0] == "stale", len(v) == 1 && answer[0] == "erased":
		return nil, bot.ErrMoved
	case len(v) == 5 && answer[0] == "next":
		return s.next(l, p, v[2:])
	}
	return nil, fmt.Errorf("settle: %w", errAnswer)
}

// late owes the provider the deletion of a message that was on its way while its conversation was erased or moved
// (promises 4 and 5), or its thread wiped.
func (s *Store) late(ctx context.Context, l bot.Lease, r bot.Result, now time.Time) error {
	if r.Message == "" || l.Address.Channel != flows.Telegram {
		return nil // an SMS has its record already
	}
	d, err := s.deletionOf(l.Address, []string{r.Message}, now, now)
	if err != nil {
		return err
	}
	_, err = s.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, s.k.deletion(d.id), d.record, deletionFor)
		p.ZAdd(ctx, s.k.deletions(), redis.Z{Score: float64(d.due), Member: d.id})
		return nil
	})
	if err != nil {
		return fmt.Errorf("owe deletion: %w", err)
	}
	return nil
}

// next makes the lease on the following row, {fence, row, now ms}, from memory where the commit left it there.
func (s *Store) next(l bot.Lease, p *lane, v []any) (*bot.Lease, error) {
	n := bot.Lease{Lane: l.Lane, Fence: num(v[0]), Address: l.Address, Now: s.at(num(v[2])), Taken: time.Now(), Private: p}
	head, _, ok := cutRow(str(v[1]))
	if ok && len(l.Rows) > 0 && l.Rows[0].Seq == head.seq && head.doubts == 0 && string(l.Rows[0].Message.Class) == head.class {
		n.Row, n.Rows = l.Rows[0], l.Rows[1:]
		return &n, nil
	}
	row, err := openRow(p.dek, l.Lane, str(v[1]))
	if err != nil {
		return nil, err
	}
	row.Token = s.token(l.Lane, row.Seq)
	n.Row = row
	return &n, nil
}

// estimate is the store's time now, from the lease's and how long ago it was taken.
func (s *Store) estimate(l bot.Lease) time.Time { return l.Now.Add(time.Since(l.Taken)) }

// Take opens the head of a lane that a counsellor's commit leased to us.
func (s *Store) Take(ctx context.Context, pid string, fence int64) (*bot.Lease, error) {
	v, err := s.run(ctx, "take", takeScript, []string{s.k.conversation(pid), s.k.outbox(pid), s.k.messages(pid), s.k.due()},
		fence, pid, ms(leaseFor))
	if err != nil || len(v) == 0 {
		return nil, err
	}
	if len(v) != 5 {
		return nil, fmt.Errorf("take: %w", errAnswer)
	}
	return s.lease(pid, fence, str(v[1]), str(v[2]), str(v[3]), str(v[4]), num(v[0]))
}

// Due leases up to n lanes whose time has come. A lane that cannot be opened does not keep the others waiting: they are
// returned beside the error.
func (s *Store) Due(ctx context.Context, n int) ([]bot.Lease, error) {
	v, err := s.run(ctx, "due", dueScript, []string{s.k.due()}, s.k.tag, ms(leaseFor), n)
	if err != nil {
		return nil, err
	}
	var out []bot.Lease
	var faults []error
	for _, item := range v {
		r, _ := item.([]any)
		if len(r) != 8 {
			return out, fmt.Errorf("due: %w", errAnswer)
		}
		l, err := s.lease(str(r[0]), num(r[1]), str(r[2]), str(r[3]), str(r[4]), str(r[7]), num(r[6]))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		l.Doubt = num(r[5]) == 1
		out = append(out, *l)
	}
	return out, errors.Join(faults...)
}

func (s *Store) lease(pid string, fence int64, row, address, wrapped, ids string, nowMs int64) (*bot.Lease, error) {
	dek, _, err := s.Ring().Unwrap([]byte(wrapped), "c:"+pid)
	if err != nil {
		return nil, fmt.Errorf("unwrap lane: %w", err)
	}
	l := &bot.Lease{Lane: pid, Fence: fence, Now: s.at(nowMs), Taken: time.Now(), Private: &lane{dek: dek, ids: s.idsKey(pid, ids)}}
	if l.Row, err = openRow(dek, pid, row); err != nil {
		return nil, err
	}
	l.Row.Token = s.token(pid, l.Row.Seq)
	if l.Address, err = openAddress(dek, pid, address); err != nil {
		return nil, err
	}
	return l, nil
}
