package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
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
	called  string  // the chosen time this turn keeps
	moved   *behind // the conversation that becomes this person's
	ends    string  // this person's own ticket, when one moves here

	now     time.Time
	deletes []deletionRow
	ids     []byte
	tid     string
	opened  bool
	rows    []string
	sent    []bot.Row // the rows as they will be sent, in order
	held    []string
	marks   []string // entries whose message will not be sent now, each with what becomes of it
	lost    bool     // a prompt was not queued
	row     int64    // the next row's number
	entries []string
}

type deletionRow struct {
	id, record string
	due        int64
}

// Commit writes one turn of a person. The errors are bot.ErrDuplicate, ErrMoved, ErrFull, or doubt.
func (s *Store) Commit(ctx context.Context, l bot.Loaded, in bot.Inbound, out flows.Outcome) (bot.Committed, error) {
	p := *l.Private.(*person) // a copy: a turn refused because the lane is full is committed once more
	t := &turn{s: s, p: &p, out: out, mark: s.mark(in.Update), attempt: attempt(), address: &in.Address,
		channel: in.Address.Channel, now: p.now, called: in.Later}
	if out.Take != "" {
		if err := t.take(); err != nil {
			return bot.Committed{}, err
		}
	}
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

// forgetAfter is when a message that must not stay is deleted from a Telegram thread: with the deleter's pace, within two
// minutes of being sent.
const forgetAfter = 100 * time.Second

// forget deletes from the Telegram thread what must not stay there: the person's message of this turn soon, or, when the
// thread is wiped, everything known of it at once.
func (t *turn) forget(in bot.Inbound) error {
	if ids := t.p.ids.list(); t.out.Wipe && len(ids) > 0 {
		t.p.ids.ids = nil
		return t.owe(in.Address, ids, t.now)
	}
	if !t.out.Forget || in.Message == "" {
		return nil
	}
	due := t.now
	if sent := in.Input.At; !sent.IsZero() && sent.Before(due) {
		due = sent
	}
	if due = due.Add(forgetAfter); due.Before(t.now) {
		due = t.now
	}
	return t.owe(in.Address, []string{in.Message}, due)
}

// provider prepares what the provider keeps of this update: its message id for erasing, its record for deletion.
func (t *turn) provider(in bot.Inbound) error {
	if t.channel == flows.Telegram {
		t.p.ids.add(in.Message, t.now)
		if t.out.Erase {
			return nil
		}
		if err := t.forget(in); err != nil {
			return err
		}
		var err error // also for a tap, which has no message of its own: the record is where our answers' ids go
		t.ids, err = t.p.ids.pack(t.s.Ring(), t.p.pid, t.now)
		return err
	}
	if in.Message == "" {
		return nil
	}
	return t.owe(in.Address, []string{in.Message}, t.now.Add(deleteAfter))
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
		if len(v) > 1 {
			return num(v[1]), nil
		}
		return 0, nil
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
	t.row = t.p.firstRow()
	t.tid = t.p.ticket
	if t.out.Handoff.Act == flows.Open && t.tid == "" {
		t.open()
	}
	if err := t.transcript(); err != nil {
		return err
	}
	for _, m := range t.out.Messages {
		if !t.out.NotAfter.After(t.now) {
			if err := t.tooLate(m); err != nil {
				return err
			}
			continue
		}
		row, err := t.seal(m)
		if err != nil {
			return err
		}
		t.rows = append(t.rows, row)
	}
	for _, m := range t.out.Hold {
		if err := t.hold(m); err != nil {
			return err
		}
	}
	return nil
}

// hold keeps a counsellor's words until the person's yes.
func (t *turn) hold(m flows.Message) error {
	row, err := t.seal(m)
	if err != nil {
		return err
	}
	t.held = append(t.held, row)
	t.sent = t.sent[:len(t.sent)-1]
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

// tooLate: a message that has become untrue before it could be queued. A counsellor's words are never lost by it.
func (t *turn) tooLate(m flows.Message) error {
	become := bot.Stale
	if m.Class == flows.FromCounsellor {
		become = "held"
	}
	if n := t.line(m); n > 0 {
		t.marks = append(t.marks, strconv.FormatInt(n, 10), string(become))
	}
	if m.Class == flows.FromCounsellor {
		return t.hold(m)
	}
	t.lost = true
	return nil
}

// line is the transcript line a message belongs to, counted from 1 over the whole ticket; 0 for none.
func (t *turn) line(m flows.Message) int64 {
	switch {
	case t.tid == "" || m.Entry == 0:
		return 0
	case m.Entry < 0: // written by an earlier turn, see heldEntry
		return t.p.entries + 1 + int64(m.Entry)
	}
	return t.p.entries + int64(m.Entry)
}

func (t *turn) seal(m flows.Message) (string, error) {
	entry := t.line(m)
	row, err := sealRow(t.p, t.row, t.out.Lang, m, t.out.NotAfter, entry)
	m.Entry = int(entry)
	t.sent = append(t.sent, bot.Row{Seq: t.row, NotAfter: t.out.NotAfter, Lang: t.out.Lang, Message: m,
		Token: t.s.token(t.p.pid, t.row)})
	t.row++
	return row, err
}

func month(t time.Time) string { return t.In(flows.Tallinn).Format("2006-01") }

func countFields(counts []flows.Count) []string {
	out := make([]string, len(counts))
	for i, c := range counts {
		out[i] = c.Table + "|" + c.Row + "|" + c.Column
	}
	return out
}
