package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"sosin/bot"
)

// erase destroys everything of one person: the keys, the tickets, what waits to be sent. The provider's copies are owed.
func (t *turn) erase(ctx context.Context) error {
	if ids := t.p.ids.list(); len(ids) > 0 && t.address != nil {
		if err := t.owe(*t.address, ids, t.now); err != nil {
			return err
		}
	}
	k, pid := t.s.k, t.p.pid
	a := make(argv, 0, 24)
	a.add(k.tag, pid, t.p.rev, tombstone(t.now, remember(t.p.ring, t.mark, t.attempt)), ms(tombstoneFor),
		ms(shredFor), ms(countersFor), ms(deletionFor), t.p.stone, string(t.mark), t.p.idsLen)
	a.list(countFields(t.out.Counts))
	a.add(len(t.deletes))
	for _, d := range t.deletes {
		a.add(d.id, d.record, d.due)
	}
	keys := []string{k.conversation(pid), k.outbox(pid), k.held(pid), k.tombstone(pid), k.messages(pid), k.index(pid),
		k.due(), k.queue(), k.watch(), k.deletions(), k.shred(), k.counters(month(t.now)), k.quarantine()}
	v, err := t.s.run(ctx, "erase", eraseScript, keys, a...)
	if err != nil {
		return err
	}
	if len(v) != 1 {
		return fmt.Errorf("erase: %w", errAnswer)
	}
	_, err = committed(v)
	return err
}

// buried tells whether an update belongs to what was erased: its mark is in the tombstone, or it was sent before.
// A conversation begun after an erasure goes on from the tombstone's marks.
func (s *Store) buried(p *person, in bot.Inbound) bool {
	stone := p.stone
	if len(stone) < 10 {
		return false
	}
	p.ring = []byte(stone[10:])
	if has(p.ring, s.mark(in.Update)) {
		return true
	}
	erased, _ := strconv.ParseInt(stone[:10], 10, 64)
	return !in.Input.At.IsZero() && in.Input.At.Unix() < erased
}

func tombstone(now time.Time, ring []byte) string {
	return fmt.Sprintf("%010d", now.Unix()) + string(ring)
}
