package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store/seal"
)

// turn is one commit being put together: an outcome, and who caused it.
type turn struct {
	s       *Store
	p       *person
	out     flows.Outcome
	mark    []byte // of the provider's update; nil for staff
	attempt []byte
	address *bot.Address // for a stranger
	holder  string       // staff id that must hold the ticket; "" for the person's own turns
	channel flows.Channel

	now      time.Time
	deletes  []deletionRow
	ids      []byte
	tid      string
	opened   bool
	rows     []string
	sent     []bot.Row // the rows as they will be sent, in order
	held     []string
	stale    []string // entries whose message is too late to send
	lost     bool     // a prompt was not queued
	lastRow  int64
	entries  []string
	answered error
}

type deletionRow struct {
	id, record string
	due        int64
}

// Commit writes one turn of a person. The errors are bot.ErrDuplicate, ErrMoved, ErrFull, or doubt.
func (s *Store) Commit(ctx context.Context, l bot.Loaded, in bot.Inbound, out flows.Outcome) (bot.Committed, error) {
	p := l.Private.(*person)
	t := &turn{s: s, p: p, out: out, mark: s.mark(in.Update), attempt: attempt(), address: &in.Address,
		channel: in.Address.Channel, now: p.now}
	if err := t.provider(in); err != nil {
		return bot.Committed{}, err
	}
	if out.Erase {
		return bot.Committed{}, t.erase(ctx)
	}
	fence, err := t.write(ctx)
	if err != nil || fence == 0 {
		return bot.Committed{}, err
	}
	lease := bot.Lease{Lane: p.pid, Fence: fence, Address: in.Address, Row: t.sent[0], Rows: t.sent[1:], Now: p.now,
		Taken: time.Now(), Private: &lane{dek: p.dek, ids: p.ids}}
	return bot.Committed{Lease: &lease}, nil
}

// CommitTicket writes the outcome of a holder's action on their ticket.
func (s *Store) CommitTicket(ctx context.Context, l handoff.Loaded, m handoff.Member, out flows.Outcome) (handoff.Lease, error) {
	p := l.Private.(*person)
	t := &turn{s: s, p: p, out: out, holder: m.ID, channel: l.Chat.Channel, now: p.now}
	fence, err := t.write(ctx)
	switch err {
	case nil:
		return handoff.Lease{Lane: p.pid, Fence: fence}, nil
	case bot.ErrMoved, bot.ErrFull:
		return handoff.Lease{}, handoff.ErrConflict
	default:
		return handoff.Lease{}, err
	}
}

// provider prepares what the provider keeps of this update: its message id for erasing, its record for deletion.
func (t *turn) provider(in bot.Inbound) error {
	if in.Message == "" {
		return nil
	}
	if t.channel == flows.Telegram {
		t.p.ids.add(in.Message, t.now)
		if t.out.Erase {
			return nil
		}
		var err error
		t.ids, err = t.p.ids.pack(t.s.Ring(), t.p.pid, t.now)
		return err
	}
	d, err := t.s.deletionOf(in.Address, []string{in.Message}, t.now, t.now.Add(deleteAfter))
	t.deletes = append(t.deletes, d)
	return err
}

// write seals the outcome and runs the commit script. It returns the fence of the lane leased to us, or 0.
func (t *turn) write(ctx context.Context) (int64, error) {
	if err := t.prepare(); err != nil {
		return 0, err
	}
	args, err := t.arguments()
	if err != nil {
		return 0, err
	}
	k, pid := t.s.k, t.p.pid
	keys := []string{k.conversation(pid), k.outbox(pid), k.held(pid), k.tombstone(pid), k.messages(pid), k.due(),
		k.queue(), k.watch(), k.index(pid), k.counters(month(t.now)), k.deletions()}
	v, err := t.s.run(ctx, "commit", commitScript, keys, args...)
	if err != nil {
		return 0, err
	}
	return committed(v)
}

func committed(v []any) (int64, error) {
	if len(v) == 0 {
		return 0, fmt.Errorf("commit: %w", errAnswer)
	}
	switch str(v[0]) {
	case "ok":
		return num(v[1]), nil
	case "own":
		return 0, nil
	case "dup":
		return 0, bot.ErrDuplicate
	case "moved":
		return 0, bot.ErrMoved
	case "full":
		return 0, bot.ErrFull
	case "notyours":
		return 0, handoff.ErrNotYours
	case "gone":
		return 0, handoff.ErrNotFound
	}
	return 0, fmt.Errorf("commit: %w", errAnswer)
}

// prepare seals rows and transcript entries.
func (t *turn) prepare() error {
	t.lastRow = t.p.lastRow
	t.tid = t.p.ticket
	if t.out.Handoff.Act == flows.Open && t.tid == "" {
		t.open()
	}
	if err := t.transcript(); err != nil {
		return err
	}
	for _, m := range t.out.Messages {
		if !t.out.NotAfter.After(t.now) {
			t.tooLate(m)
			continue
		}
		row, err := t.seal(m)
		if err != nil {
			return err
		}
		t.rows = append(t.rows, row)
	}
	for _, m := range t.out.Hold {
		row, err := t.seal(m)
		if err != nil {
			return err
		}
		t.held = append(t.held, row)
		t.sent = t.sent[:len(t.sent)-1]
	}
	return nil
}

// open begins a ticket with a random id and a key of its own.
func (t *turn) open() {
	var b [16]byte
	_, _ = rand.Read(b[:])
	t.tid, t.opened = base64.RawURLEncoding.EncodeToString(b[:]), true
	t.p.tdek, t.p.twrapped, t.p.entries = seal.NewDEK(), nil, 0
}

func (t *turn) transcript() error {
	if t.tid == "" {
		return nil
	}
	for i, e := range t.out.Record {
		if t.p.entries+int64(i) >= maxEntries {
			break
		}
		plain, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write entry: %w", err)
		}
		t.entries = append(t.entries, string(t.p.tdek.SealPadded(entryAAD(t.tid, t.p.entries+int64(i)+1), plain, 256)))
	}
	return nil
}

func entryAAD(tid string, n int64) seal.AAD {
	return seal.AAD{Purpose: "entry", Conversation: tid, Sequence: uint64(n)}
}

// tooLate: a message that has become untrue before it could be queued.
func (t *turn) tooLate(m flows.Message) {
	t.lost = true
	if m.Entry > 0 {
		t.stale = append(t.stale, strconv.FormatInt(t.p.entries+int64(m.Entry), 10))
	}
}

func (t *turn) seal(m flows.Message) (string, error) {
	t.lastRow++
	entry := int64(0)
	if m.Entry > 0 && t.tid != "" {
		entry = t.p.entries + int64(m.Entry)
	}
	row, err := sealRow(t.p, t.lastRow, t.out.Lang, m, t.out.NotAfter, entry)
	m.Entry = int(entry)
	t.sent = append(t.sent, bot.Row{Seq: t.lastRow, NotAfter: t.out.NotAfter, Lang: t.out.Lang, Message: m,
		Token: t.s.token(t.p.pid, t.lastRow)})
	return row, err
}

// wraps re-encrypts the keys whose record must now live longer than their month.
func (t *turn) wraps() (conversation, ticket string, err error) {
	until := t.now.Add(t.out.Keep.For())
	if t.p.fresh || !t.s.Ring().Covers(t.p.wrapped, until) {
		w, err := t.s.Ring().Wrap(t.p.dek, until, "c:"+t.p.pid)
		if err != nil {
			return "", "", fmt.Errorf("wrap conversation: %w", err)
		}
		conversation = string(w)
	}
	if t.tid == "" {
		return conversation, "", nil
	}
	if until = t.now.Add(t.ticketFor()); t.opened || !t.s.Ring().Covers(t.p.twrapped, until) {
		w, err := t.s.Ring().Wrap(t.p.tdek, until, "t:"+t.tid)
		if err != nil {
			return "", "", fmt.Errorf("wrap ticket: %w", err)
		}
		ticket = string(w)
	}
	return conversation, ticket, nil
}

func (t *turn) ticketFor() time.Duration {
	if t.out.Handoff.Act == flows.Close {
		return ticketClosed
	}
	return ticketOpenFor
}

// arguments writes ARGV in the order commit.lua reads it.
func (t *turn) arguments() ([]any, error) {
	session, err := sealSession(t.p, t.out.Conversation)
	if err != nil {
		return nil, err
	}
	cwrap, twrap, err := t.wraps()
	if err != nil {
		return nil, err
	}
	ring, address := t.p.ring, []byte(nil)
	if t.mark != nil {
		ring = remember(ring, t.mark, t.attempt)
	}
	if t.p.rev == "" && t.address != nil {
		address = sealAddress(t.p, *t.address)
	}
	a := make(argv, 0, 64)
	a.add(t.s.k.tag, t.p.pid, t.p.rev, string(t.mark), string(t.attempt), ms(leaseFor), t.now.UnixMilli(),
		session, cwrap, ring, address, ms(t.out.Keep.For()), flag(t.lost),
		flag(t.out.Cancel), flag(t.out.Release), t.ids, ms(messagesFor), t.lastRow)
	a.list(t.rows)
	a.add(ms(flows.Present + time.Hour))
	a.list(t.held)
	a.list(countFields(t.out.Counts))
	a.add(ms(countersFor))
	a.add(len(t.deletes))
	for _, d := range t.deletes {
		a.add(d.id, d.record, d.due)
	}
	a.add(ms(deletionFor), maxLane)
	fields := t.fields(twrap)
	a.add(t.tid, t.holder, string(t.act()), int(t.out.Handoff.Band), ms(t.ticketFor()), ms(ticketClosed), len(fields)/2)
	for _, f := range fields {
		a.add(f)
	}
	a.list(t.entries)
	a.add(strings.Join(t.stale, ","))
	return a, nil
}

func (t *turn) act() flows.Act {
	act := t.out.Handoff.Act
	if act == flows.Open && !t.opened {
		return flows.Touch
	}
	return act
}

// fields are the ticket's own values that this turn sets.
func (t *turn) fields(wrapped string) []string {
	var f []string
	if wrapped != "" {
		f = append(f, "k", wrapped)
	}
	if t.opened {
		f = append(f, "pid", t.p.pid, "lang", string(t.out.Lang), "chan", string(t.channel))
	}
	if t.opened || t.out.Handoff.Desk != "" && t.holder == "" {
		f = append(f, "desk", t.out.Handoff.Desk)
	}
	if t.out.Handoff.Code != "" {
		f = append(f, "code", t.out.Handoff.Code)
	}
	return f
}

// argv collects a script's arguments.
type argv []any

func (a *argv) add(v ...any) { *a = append(*a, v...) }

func (a *argv) list(v []string) {
	a.add(len(v))
	for _, s := range v {
		a.add(s)
	}
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// erase destroys everything of one person: the keys, the tickets, what waits to be sent. The provider's copies are owed.
func (t *turn) erase(ctx context.Context) error {
	if ids := t.p.ids.list(); len(ids) > 0 && t.address != nil {
		d, err := t.s.deletionOf(*t.address, ids, t.now, t.now)
		if err != nil {
			return err
		}
		t.deletes = append(t.deletes, d)
	}
	k, pid := t.s.k, t.p.pid
	a := make(argv, 0, 24)
	a.add(k.tag, pid, t.p.rev, tombstone(t.now, remember(t.p.ring, t.mark, t.attempt)), ms(tombstoneFor),
		ms(24*time.Hour), ms(countersFor), ms(deletionFor))
	a.list(countFields(t.out.Counts))
	a.add(len(t.deletes))
	for _, d := range t.deletes {
		a.add(d.id, d.record, d.due)
	}
	keys := []string{k.conversation(pid), k.outbox(pid), k.held(pid), k.tombstone(pid), k.messages(pid), k.index(pid),
		k.due(), k.queue(), k.watch(), k.deletions(), k.shred(), k.counters(month(t.now))}
	v, err := t.s.run(ctx, "erase", eraseScript, keys, a...)
	if err != nil {
		return err
	}
	if len(v) == 1 && str(v[0]) == "ok" {
		return nil
	}
	return bot.ErrMoved
}

func month(t time.Time) string { return t.In(flows.Tallinn).Format("2006-01") }

func countFields(counts []flows.Count) []string {
	out := make([]string, len(counts))
	for i, c := range counts {
		out[i] = c.Table + "|" + c.Row + "|" + c.Column
	}
	return out
}
