package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/store/seal"
)

// person is what load read of one person, with what is needed to seal the next turn. It travels to the commit as
// bot.Loaded.Private or handoff.Loaded.Private.
type person struct {
	pid      string
	rev      string // as Redis holds it; "" for a stranger
	dek      seal.DEK
	wrapped  []byte // "" when the key must be written first
	fresh    bool   // the key is new: a stranger, or somebody whose key's month is over
	stone    string // the tombstone as it was read, "" for none; looked at only for strangers
	ring     []byte // marks of the last updates, 11 bytes each
	ticket   string
	tdek     seal.DEK
	twrapped []byte
	entries  int64
	phase    flows.Phase
	ids      messageIDs
	idsLen   int // bytes of the record as read: what a settle appends afterwards is kept
	behind   *behind
	now      time.Time
}

// Eight bytes tell updates apart, three tell our own attempt from another at the same update.
const markSize, attemptSize = 8, 3

// rowsATurn bounds the rows of one turn; a row's number is its turn's revision times this, so that numbers grow without
// being kept.
const rowsATurn = 64

func (p *person) firstRow() int64 { return (num(p.rev) + 1) * rowsATurn }

// Load reads the conversation of the person an update comes from.
func (s *Store) Load(ctx context.Context, in bot.Inbound) (bot.Loaded, error) {
	pid := s.pid(string(in.Address.Channel), in.Address.Reveal())
	keys := []string{s.k.conversation(pid), s.k.outbox(pid), s.k.held(pid), s.k.tombstone(pid), s.k.messages(pid),
		s.k.deletion(s.deletionID(in.Message))}
	v, err := s.run(ctx, "load", loadScript, keys, s.k.tag)
	if err != nil {
		return bot.Loaded{}, err
	}
	if len(v) != 8 {
		return bot.Loaded{}, fmt.Errorf("load: %w", errAnswer)
	}
	l, p, err := s.open(pid, v)
	if err != nil {
		return bot.Loaded{}, err
	}
	mark := s.mark(in.Update)
	l.Seen = has(p.ring, mark) || in.Address.Channel == flows.SMS && num(v[5]) == 1
	if p.rev == "" {
		p.stone = str(v[3])
		l.Seen = s.buried(p, in) || l.Seen
	}
	l.Private = p
	return l, nil
}

// open unseals a load's answer.
func (s *Store) open(pid string, v []any) (bot.Loaded, *person, error) {
	c := strs(v[1])
	p := &person{pid: pid, rev: c[0], ring: []byte(c[3]), now: s.at(num(v[0]))}
	l := bot.Loaded{Now: p.now}
	var err error
	p.idsLen = len(str(v[4]))
	if p.ids, err = s.openIDs(pid, str(v[4])); err != nil {
		return l, nil, err
	}
	if p.rev == "" {
		p.dek, p.fresh = seal.NewDEK(), true
		return l, p, nil
	}
	p.wrapped = []byte(c[2])
	p.dek, _, err = s.Ring().Unwrap(p.wrapped, "c:"+pid)
	if errors.Is(err, seal.ErrKeyGone) {
		// Its time was over and its key is destroyed (a restored backup brought it back): what was promised to be gone
		// is gone, and its writer is met as a stranger. The commit replaces what is there.
		p.dek, p.fresh = seal.NewDEK(), true
		return l, p, s.openTicket(p, c[5], strs(v[6]), &l)
	}
	if err != nil {
		return l, nil, fmt.Errorf("unwrap conversation: %w", err)
	}
	if l.Conversation, err = openSession(p, c[1]); err != nil {
		return l, nil, err
	}
	l.Undelivered = c[6] != "" || num(c[4]) == 0 && num(v[2]) > 0
	if err := s.openTicket(p, c[5], strs(v[6]), &l); err != nil {
		return l, nil, err
	}
	return l, p, openHeld(p, strs(v[7]), &l)
}

// openHeld opens the words that wait for a yes, in the order they were written.
func openHeld(p *person, rows []string, l *bot.Loaded) error {
	for _, row := range rows {
		r, err := openRow(p.dek, p.pid, row)
		if err != nil {
			return err
		}
		if r.Message.Entry > 0 {
			r.Message.Entry = heldEntry(r.Message.Entry, p.entries)
		}
		l.Held = append(l.Held, r.Message)
	}
	return nil
}

// heldEntry names a transcript line already written, from the end: -1 is the last one. A positive Entry counts from the
// lines of the turn that is being made.
func heldEntry(line int, entries int64) int { return line - int(entries) - 1 }

// openTicket reads how the open ticket stands. One that is gone (expired, or closed elsewhere) is none.
func (s *Store) openTicket(p *person, tid string, t []string, l *bot.Loaded) error {
	if tid == "" || len(t) < 5 || t[0] == "" || flows.Phase(t[0]) == flows.Closed {
		return nil
	}
	p.ticket, p.phase, p.twrapped, p.entries = tid, flows.Phase(t[0]), []byte(t[3]), num(t[4])
	var err error
	if p.tdek, _, err = s.Ring().Unwrap(p.twrapped, "t:"+tid); errors.Is(err, seal.ErrKeyGone) {
		p.ticket = "" // its month is over: nobody can read it any more
		return nil
	}
	if err != nil {
		return fmt.Errorf("unwrap ticket: %w", err)
	}
	l.Ticket = flows.TicketFacts{Phase: p.phase, Band: flows.Band(num(t[1]))}
	return nil
}

func openSession(p *person, sealed string) (flows.Conversation, error) {
	var c flows.Conversation
	rev, _ := strconv.ParseUint(p.rev, 10, 64)
	plain, err := p.dek.Open(seal.AAD{Purpose: "session", Conversation: p.pid, Sequence: rev}, []byte(sealed))
	if err != nil {
		return c, fmt.Errorf("open conversation: %w", err)
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return c, fmt.Errorf("read conversation: %w", err)
	}
	return relative(c, 1), nil
}

// relative writes the times of a conversation as distances from the last message (sign -1), and back (sign 1): short
// numbers, mostly zero and so left out, in what every idle conversation costs.
func relative(c flows.Conversation, sign int64) flows.Conversation {
	c.Asked += sign * c.Last
	if c.Safe {
		c.SafeAt += sign * c.Last
	}
	return c
}

// sealSession seals the next state under its revision, so that an older one cannot be put back in its place.
func sealSession(p *person, c flows.Conversation) ([]byte, error) {
	plain, err := json.Marshal(relative(c, -1))
	if err != nil {
		return nil, fmt.Errorf("write conversation: %w", err)
	}
	rev, _ := strconv.ParseUint(p.rev, 10, 64)
	return p.dek.SealPadded(seal.AAD{Purpose: "session", Conversation: p.pid, Sequence: rev + 1}, plain, 64), nil
}

func (s *Store) mark(update string) []byte {
	m := s.Ring().Mark("update", update)
	return m[:]
}

func attempt() []byte {
	var b [attemptSize]byte
	_, _ = rand.Read(b[:])
	return b[:]
}

func has(ring, mark []byte) bool {
	for i := 0; i+markSize+attemptSize <= len(ring); i += markSize + attemptSize {
		if string(ring[i:i+markSize]) == string(mark) {
			return true
		}
	}
	return false
}

// remember appends a mark and its attempt and keeps the last 16.
func remember(ring, mark, attempt []byte) []byte {
	out := append(append(append([]byte(nil), ring...), mark...), attempt...)
	if over := len(out) - maxMarks*(markSize+attemptSize); over > 0 {
		out = out[over:]
	}
	return out
}

// openRow reads one outbox or held row: seq:class:not_after:entry:doubts:sealed.
func openRow(dek seal.DEK, pid, raw string) (bot.Row, error) {
	head, sealed, ok := cutRow(raw)
	if !ok {
		return bot.Row{}, fmt.Errorf("read row: %w", errAnswer)
	}
	plain, err := dek.Open(rowAAD(pid, head.seq), []byte(sealed))
	if err != nil {
		return bot.Row{}, fmt.Errorf("open row: %w", err)
	}
	var body rowBody
	if err := json.Unmarshal(plain, &body); err != nil {
		return bot.Row{}, fmt.Errorf("read row: %w", err)
	}
	m := body.Message
	m.Class, m.Entry = flows.Class(head.class), head.entry
	return bot.Row{Seq: head.seq, NotAfter: time.UnixMilli(head.notAfter), Lang: body.Lang, Doubts: head.doubts, Message: m}, nil
}

type rowBody struct {
	Message flows.Message `json:"m"`
	Lang    flows.Lang    `json:"l"`
}

type rowHead struct {
	seq      int64
	class    string
	notAfter int64
	entry    int
	doubts   int
}

func rowAAD(pid string, seq int64) seal.AAD {
	return seal.AAD{Purpose: "row", Conversation: pid, Sequence: uint64(seq)}
}

func cutRow(raw string) (rowHead, string, bool) {
	var part [5]string
	rest := raw
	for i := range part {
		j := indexByte(rest, ':')
		if j < 0 {
			return rowHead{}, "", false
		}
		part[i], rest = rest[:j], rest[j+1:]
	}
	h := rowHead{seq: num(part[0]), class: part[1], notAfter: num(part[2]), entry: int(num(part[3])), doubts: int(num(part[4]))}
	return h, rest, true
}

func indexByte(s string, b byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == b {
			return i
		}
	}
	return -1
}

// sealRow writes one row. entry is the absolute transcript line it belongs to; 0 for none.
func sealRow(p *person, seq int64, lang flows.Lang, m flows.Message, notAfter time.Time, entry int64) (string, error) {
	class := m.Class
	m.Class, m.Entry = "", 0
	plain, err := json.Marshal(rowBody{m, lang})
	if err != nil {
		return "", fmt.Errorf("write row: %w", err)
	}
	sealed := p.dek.SealPadded(rowAAD(p.pid, seq), plain, 64)
	return fmt.Sprintf("%d:%s:%d:%d:0:", seq, class, notAfter.UnixMilli(), entry) + string(sealed), nil
}

func addressAAD(pid string) seal.AAD { return seal.AAD{Purpose: "address", Conversation: pid} }

// sealAddress seals channel and id together; only the sender opens it.
func sealAddress(p *person, a bot.Address) []byte {
	return p.dek.SealPadded(addressAAD(p.pid), []byte(string(a.Channel)+" "+a.Reveal()), 32)
}

func openAddress(dek seal.DEK, pid, sealed string) (bot.Address, error) {
	plain, err := dek.Open(addressAAD(pid), []byte(sealed))
	if err != nil {
		return bot.Address{}, fmt.Errorf("open address: %w", err)
	}
	i := indexByte(string(plain), ' ')
	if i < 0 {
		return bot.Address{}, fmt.Errorf("open address: %w", errAnswer)
	}
	return bot.NewAddress(flows.Channel(plain[:i]), string(plain[i+1:])), nil
}
