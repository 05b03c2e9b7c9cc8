package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sosin/bot"
	"sosin/flows"
)

// How many return codes may be tried in an hour, by one person and by everybody together. A code has 45 random bits: with
// a thousand in use, somebody who uses up all tries for a year finds one with a chance of one in twenty thousand.
const (
	triesEach = 5
	triesAll  = 200
	triesFor  = time.Hour
)

var lookupScript = script("lookup")

// behind is what was read of the conversation a return code leads to. It waits in person for the commit that may move it.
type behind struct {
	code    string // its hash
	ticket  string // as the conversation names it, even where it is gone
	person  *person
	address bot.Address
	rows    int // waiting, and
	held    int // held, when it was read
	later   *laterBody
}

// codeHash is what is kept of a return code: it cannot be tried out without the pepper.
func (s *Store) codeHash(code string) string { return s.Ring().Pseudonym("return code", code) }

// Behind reads the conversation a return code leads to. The zero value is a code nobody has, one's own, or one try too
// many: the three cannot be told apart. The code for which the conversation waits already was counted when it was typed.
func (s *Store) Behind(ctx context.Context, l bot.Loaded, code string) (flows.Behind, error) {
	p := l.Private.(*person)
	hash := s.codeHash(code)
	own, all := "", ""
	if code != l.Conversation.Pending {
		own, all = string(s.try(hash, "")), string(s.try(hash, p.pid))
	}
	// Not the person's pid: an erasure leaves the count as it is, and it names nobody.
	keys := []string{s.k.code(hash), s.k.rate("code:" + s.Ring().Pseudonym("tries", p.pid)), s.k.rate("codes")}
	v, err := s.run(ctx, "lookup", lookupScript, keys, s.k.tag, p.pid, hash, own, all, triesEach, triesAll, ms(triesFor))
	if err != nil || len(v) == 0 {
		return flows.Behind{}, err
	}
	if len(v) != 11 {
		return flows.Behind{}, fmt.Errorf("lookup: %w", errAnswer)
	}
	return s.openBehind(p, hash, v)
}

func (s *Store) try(hash, pid string) []byte {
	m := s.Ring().Mark("code", hash+pid)
	return m[:]
}

func (s *Store) openBehind(p *person, hash string, v []any) (flows.Behind, error) {
	c, rows := strs(v[1]), strs(v[9])
	b := &behind{code: hash, ticket: c[5], rows: len(rows), held: len(strs(v[7]))}
	l, other, err := s.open(str(v[8]), v)
	if err != nil || other.fresh { // its time was over
		return flows.Behind{}, err
	}
	b.person = other
	if b.address, err = openAddress(other.dek, other.pid, c[7]); err != nil {
		return flows.Behind{}, err
	}
	if later := strs(v[10]); len(later) == 2 {
		if b.later, err = s.openLater(later[0], later[1]); err != nil {
			return flows.Behind{}, err
		}
	}
	if l.Ticket.Open() {
		if err := openHeld(other, waitingWords(rows), &l); err != nil {
			return flows.Behind{}, err
		}
	}
	p.behind = b
	return flows.Behind{Found: true, Live: l.Ticket.Phase == flows.Live, Conversation: l.Conversation, Ticket: l.Ticket,
		Held: l.Held}, nil
}

// waitingWords are a counsellor's rows among those that wait to be sent: on the move they are held like the others.
func waitingWords(rows []string) []string {
	var out []string
	for _, row := range rows {
		if head, _, ok := cutRow(row); ok && flows.Class(head.class) == flows.FromCounsellor {
			out = append(out, row)
		}
	}
	return out
}

var errNotAsked = errors.New("store: a conversation is moved only after Behind has read it in the same turn")

// take makes this turn move the conversation behind a code to its person.
func (t *turn) take() error {
	b := t.p.behind
	if b == nil || b.code != t.s.codeHash(t.out.Take) {
		return errNotAsked
	}
	t.moved = b
	if o := b.person; o.ticket != "" {
		t.ends = t.p.ticket
		t.p.ticket, t.p.phase, t.p.tdek, t.p.twrapped, t.p.entries = o.ticket, o.phase, o.tdek, o.twrapped, o.entries
	}
	if b.later != nil && t.out.Later == nil && !t.out.Cancel {
		t.out.Later = &flows.Later{At: time.UnixMilli(b.later.At), Lang: b.later.Lang}
	}
	ids := b.person.ids.list()
	if b.address.Channel != flows.Telegram || len(ids) == 0 {
		return nil
	}
	return t.owe(b.address, ids, t.now) // the phone it was on forgets, where Telegram allows it
}

// owe notes messages for a provider to delete.
func (t *turn) owe(a bot.Address, ids []string, due time.Time) error {
	d, err := t.s.deletionOf(a, ids, t.now, due)
	t.deletes = append(t.deletes, d)
	return err
}

// code is the hash of the return code this conversation has from now on: "" leaves it as it is, "-" takes it away, because
// whoever goes on here is not the one it was given to.
func (t *turn) code() string {
	switch {
	case t.out.Code != "":
		return t.s.codeHash(t.out.Code)
	case t.moved != nil:
		return t.moved.code
	case !t.out.Conversation.Code:
		return "-"
	}
	return ""
}

// move are the arguments of the move in commit.lua.
func (t *turn) move() []string {
	if t.moved == nil {
		return nil
	}
	b, o := t.moved, t.moved.person
	return []string{o.pid, o.rev, b.code, b.ticket, fmt.Sprint(b.rows), fmt.Sprint(b.held), fmt.Sprint(o.idsLen),
		tombstone(t.now, o.ring), fmt.Sprint(ms(tombstoneFor)), t.ends, fmt.Sprint(ms(ticketClosed))}
}
