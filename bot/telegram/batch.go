package telegram

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
)

const (
	// handlers bounds how many people's updates are handled at a time.
	handlers = 16
	// remembered is how many updates of one person the store can tell as seen (DESIGN.md section 4: the marks of the last
	// 16). No more of one person's may be handled than that before Telegram has the confirmation: should the process die,
	// all of them come again.
	remembered = 16
)

// backlog is what we have handled and Telegram still holds: updates above one that could not be committed.
type backlog map[int64]int64 // update id -> person; 0: nobody's

// walk is one person's share of a batch, in order.
type walk struct {
	updates []update
	handled int
}

// handle takes a batch through the receiver, each person's updates in order and different people's at once. It returns
// the offset that confirms all below the lowest update still open, and whether a commit failed.
func (p *Poller) handle(ctx context.Context, batch []update) (int64, bool) {
	walks := p.backlog.split(batch)
	var g errgroup.Group
	g.SetLimit(handlers)
	for _, w := range walks {
		g.Go(func() error { return p.walk(ctx, w) })
	}
	err := g.Wait()
	for _, w := range walks {
		for _, u := range w.updates[:w.handled] {
			p.backlog[u.id] = u.person
		}
	}
	p.setAside(ctx, batch)
	return p.backlog.offset(batch), err != nil
}

// split groups what is new and useful by person.
func (b backlog) split(batch []update) map[int64]*walk {
	open := map[int64]int{}
	for _, person := range b {
		open[person]++
	}
	walks := map[int64]*walk{}
	for _, u := range batch {
		if _, handled := b[u.id]; handled || !u.useful || open[u.person] >= remembered {
			continue
		}
		open[u.person]++
		if walks[u.person] == nil {
			walks[u.person] = &walk{}
		}
		walks[u.person].updates = append(walks[u.person].updates, u)
	}
	return walks
}

// walk stops at the first update that is not committed: what follows it must not overtake it.
func (p *Poller) walk(ctx context.Context, w *walk) error {
	for _, u := range w.updates {
		if err := p.receive(ctx, u); err != nil {
			p.count.add(Deferred)
			return err
		}
		p.count.add(Committed)
		w.handled++
		if u.tap != "" {
			p.client.answerTap(ctx, u.tap)
		}
	}
	return nil
}

func (p *Poller) receive(ctx context.Context, u update) error {
	ctx, cancel := context.WithTimeout(ctx, receiveWithin)
	defer cancel()
	return p.receiver.Receive(ctx, u.in)
}

// setAside is done with what is of no use, leaving the groups it came from.
func (p *Poller) setAside(ctx context.Context, batch []update) {
	var left []int64
	for _, u := range batch {
		if _, seen := p.backlog[u.id]; seen || u.useful {
			continue
		}
		p.backlog[u.id] = 0
		if u.malformed {
			p.count.add(Malformed)
			continue
		}
		p.count.add(Ignored)
		if u.leave != 0 && !slices.Contains(left, u.leave) {
			left = append(left, u.leave)
			p.client.leave(ctx, u.leave)
		}
	}
}

// offset is the lowest update that is open, or one past the last.
func (b backlog) offset(batch []update) int64 {
	var next int64
	for _, u := range batch {
		next = max(next, u.id+1)
	}
	for _, u := range batch {
		if _, done := b[u.id]; !done {
			next = min(next, u.id)
		}
	}
	return next
}

// keep forgets what Telegram shows no longer: it comes oldest first, so that much is confirmed.
func (b backlog) keep(batch []update) {
	shown := make(map[int64]bool, len(batch))
	for _, u := range batch {
		shown[u.id] = true
	}
	maps.DeleteFunc(b, func(id, _ int64) bool { return !shown[id] })
}
