package store

import (
	"fmt"
	"strconv"
	"time"

	"sosin/flows"
)

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
	// A clock may close the ticket at the end of its open time, and a script cannot re-encrypt: the key lasts for both.
	if until = t.now.Add(ticketOpenFor + ticketClosed); t.opened || !t.s.Ring().Covers(t.p.twrapped, until) {
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
	later, err := t.later()
	if err != nil {
		return nil, err
	}
	ring, address := t.p.ring, []byte(nil)
	if t.mark != nil {
		ring = remember(ring, t.mark, t.attempt)
	}
	if t.p.fresh && t.address != nil {
		address = sealAddress(t.p, *t.address)
	}
	a := make(argv, 0, 64)
	a.add(t.s.k.tag, t.p.pid, t.p.rev, t.p.stone, flag(t.p.fresh && t.p.rev != ""), string(t.mark), string(t.attempt), ms(leaseFor), t.now.UnixMilli(),
		session, cwrap, ring, address, ms(t.out.Keep.For()), flag(t.lost),
		flag(t.out.Cancel), flag(t.out.Release), t.ids, t.p.idsLen, ms(messagesFor))
	a.list(t.rows)
	a.add(ms(flows.Present + time.Hour))
	a.list(t.held)
	a.list(countFields(t.out.Counts))
	a.add(ms(countersFor))
	a.add(len(t.deletes))
	for _, d := range t.deletes {
		a.add(d.id, d.record, d.due)
	}
	a.add(ms(deletionFor), t.cap(), t.wiped(), t.code(), t.called)
	a.list(later)
	a.list(t.move())
	fields := t.fields(twrap)
	a.add(t.tid, t.holder, string(t.act()), int(t.out.Handoff.Band), ms(t.ticketFor()), ms(ticketClosed), len(fields)/2)
	for _, f := range fields {
		a.add(f)
	}
	a.list(t.entries)
	a.add(len(t.marks) / 2)
	for _, m := range t.marks {
		a.add(m)
	}
	return a, nil
}

// wiped is the first row that may stay in a wiped thread: what is on its way now is deleted when it has arrived.
func (t *turn) wiped() string {
	if !t.out.Wipe || t.channel != flows.Telegram || t.address == nil {
		return ""
	}
	return strconv.FormatInt(t.p.firstRow(), 10)
}

// cap is how many rows may wait; a danger text always finds room.
func (t *turn) cap() int {
	if t.out.Handoff.Band == flows.High {
		return 2 * maxLane
	}
	return maxLane
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
		f = append(f, "pid", t.p.pid, "lang", "", "chan", string(t.channel))
	}
	if t.moved != nil && t.moved.person.ticket != "" {
		f = append(f, "pid", t.p.pid, "chan", string(t.channel))
	}
	if lang := t.out.Conversation.Lang; t.holder == "" && lang != "" { // danger may be said before a language, and it may change
		f = append(f, "lang", string(lang))
	}
	if t.opened || t.out.Handoff.Desk != "" && t.holder == "" {
		f = append(f, "desk", t.out.Handoff.Desk, "woman", flag(t.out.Handoff.Woman)) // a wish may be taken back
	}
	if t.out.Handoff.Minor && t.holder == "" { // never taken back (P-15)
		f = append(f, "minor", "1")
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
