package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/handoff"
)

// LoadTicket reads a ticket and the conversation behind it.
func (s *Store) LoadTicket(ctx context.Context, tid string) (handoff.Loaded, error) {
	v, err := s.run(ctx, "ticket", ticketScript, []string{s.k.ticket(tid), s.k.transcript(tid)}, s.k.tag)
	if err != nil {
		return handoff.Loaded{}, err
	}
	if len(v) != 6 {
		return handoff.Loaded{}, handoff.ErrNotFound
	}
	fields := pairs(strs(v[1]))
	c := strs(v[3])
	if c[0] == "" || c[5] != tid {
		return handoff.Loaded{}, handoff.ErrNotFound // closed, or the conversation is gone
	}
	// The same answer as load.lua gives, so that one reader opens both.
	entries, _ := v[2].([]any)
	facts := []any{fields["phase"], fields["band"], fields["left"], fields["k"], int64(len(entries))}
	l, p, err := s.open(fields["pid"], []any{v[0], v[3], v[5], nil, nil, int64(0), facts, v[4]})
	if err != nil {
		return handoff.Loaded{}, err
	}
	if p.ticket == "" {
		return handoff.Loaded{}, handoff.ErrNotFound
	}
	chat := handoff.Chat{Ticket: ticketOf(tid, fields), Held: len(l.Held), Answers: l.Conversation.Answers,
		Safe: l.Conversation.Safe}
	if l.Conversation.SafeAt > 0 {
		chat.SafeAt = time.UnixMilli(l.Conversation.SafeAt)
	}
	chat.Entries = len(entries)
	if chat.Log, err = transcript(p, tid, strs(v[2]), fields); err != nil {
		return handoff.Loaded{}, err
	}
	chat.CanWrite = l.Conversation.State != "" && l.Conversation.Present(p.now) && chat.Left.IsZero()
	return handoff.Loaded{Chat: chat, Conversation: l.Conversation, Private: p, Facts: flows.Facts{
		Now: p.now, Channel: chat.Channel, Ticket: l.Ticket, Held: l.Held, Undelivered: l.Undelivered}}, nil
}

func pairs(list []string) map[string]string {
	out := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		out[list[i]] = list[i+1]
	}
	return out
}

func moment(ms string) time.Time {
	if n := num(ms); n > 0 {
		return time.UnixMilli(n)
	}
	return time.Time{}
}

func ticketOf(tid string, f map[string]string) handoff.Ticket {
	return handoff.Ticket{
		ID: tid, Desk: f["desk"], Lang: flows.Lang(f["lang"]), Channel: flows.Channel(f["chan"]),
		Band: flows.Band(num(f["band"])), Raised: moment(f["raised"]), Phase: flows.Phase(f["phase"]), Holder: f["holder"], Alias: f["alias"],
		Since: moment(f["since"]), Claimed: moment(f["claimed"]), Person: moment(f["person"]), Staff: moment(f["staff"]),
		Left: moment(f["left"]), Unread: int(num(f["unread"])), Dead: f["dead"] == "1", Code: f["code"],
		Woman: f["woman"] == "1", Minor: f["minor"] == "1", Dropped: filters(f["dropped"]),
	}
}

// filters reads the list that claim.lua wrote.
func filters(list string) (out []handoff.Filter) {
	for _, name := range handoff.Filters {
		if slices.Contains(strings.Split(list, ","), string(name)) {
			out = append(out, name)
		}
	}
	return out
}

func transcript(p *person, tid string, sealed []string, fields map[string]string) ([]handoff.Line, error) {
	out := make([]handoff.Line, 0, len(sealed))
	for i, raw := range sealed {
		plain, err := p.tdek.Open(entryAAD(tid, int64(i)+1), []byte(raw))
		if err != nil {
			return nil, fmt.Errorf("open entry: %w", err)
		}
		line := handoff.Line{Delivery: fields[fmt.Sprintf("d%d", i+1)]}
		if err := json.Unmarshal(plain, &line.Entry); err != nil {
			return nil, fmt.Errorf("read entry: %w", err)
		}
		out = append(out, line)
	}
	return out, nil
}

// Claim takes the next ticket for a member.
func (s *Store) Claim(ctx context.Context, m handoff.Member) (string, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return "", err
	}
	langs := make([]string, len(m.Langs))
	for i, l := range m.Langs {
		langs[i] = string(l)
	}
	v, err := s.run(ctx, "claim", claimScript, []string{s.k.queue(), s.k.watch(), s.k.duty(), s.k.mine(m.ID)},
		s.k.tag, m.ID, m.Alias, now.UnixMilli(), commas(m.Desks), commas(langs), handoff.Cap, 1,
		ms(handoff.AnswerWithin), ms(handoff.OpenUp), ms(ticketOpenFor), flows.AnyDesk,
		flag(m.Has(service.Female)), flag(m.Has(service.ChildQualified)))
	if err != nil {
		return "", err
	}
	switch str(v[0]) {
	case "ok":
		return str(v[1]), nil
	case "empty":
		return "", handoff.ErrEmpty
	case "cap":
		return "", handoff.ErrCap
	case "offduty":
		return "", handoff.ErrOffDuty
	}
	return "", fmt.Errorf("claim: %w", errAnswer)
}

func commas(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "," + strings.Join(list, ",") + ","
}

// Mine lists the open tickets a member holds, oldest first.
func (s *Store) Mine(ctx context.Context, member string) ([]handoff.Ticket, error) {
	ids, err := s.db.SMembers(ctx, s.k.mine(member)).Result()
	if err != nil {
		return nil, fmt.Errorf("list my tickets: %w", err)
	}
	var out []handoff.Ticket
	for _, tid := range ids {
		f, err := s.db.HGetAll(ctx, s.k.ticket(tid)).Result()
		if err != nil {
			return nil, fmt.Errorf("read my ticket: %w", err)
		}
		if t := ticketOf(tid, f); t.Holder == member && t.Phase != flows.Closed {
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Since.Before(out[j].Since) })
	return out, nil
}

// Overview counts the queue.
func (s *Store) Overview(ctx context.Context) (handoff.Overview, error) {
	o := handoff.Overview{Waiting: map[string]int{}}
	now, err := s.Now(ctx)
	if err != nil {
		return o, err
	}
	ids, err := s.db.ZRange(ctx, s.k.queue(), 0, 999).Result()
	if err != nil {
		return o, fmt.Errorf("read queue: %w", err)
	}
	for _, tid := range ids {
		f, err := s.db.HGetAll(ctx, s.k.ticket(tid)).Result()
		if err != nil {
			return o, fmt.Errorf("read queue: %w", err)
		}
		t := ticketOf(tid, f)
		if t.Phase != flows.Waiting && t.Phase != flows.Lost || !t.Left.IsZero() && t.Band != flows.High {
			continue // a place kept for somebody who left is offered to nobody; a HIGH stays visible
		}
		o.Waiting[t.Desk]++
		if t.Band == flows.High {
			o.High++
		}
		o.Longest = max(o.Longest, now.Sub(t.Since))
	}
	duties, err := s.Duties(ctx)
	o.OnDuty = len(duties)
	return o, err
}

// Waits gives the median waiting time of each desk, as [handoff.Wait] names it; no entry where none may be named.
func (s *Store) Waits(ctx context.Context, desks []string) (map[string]time.Duration, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	lists := make([]*redis.StringSliceCmd, len(desks))
	_, err = s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, desk := range desks {
			lists[i] = p.LRange(ctx, s.k.waits(desk), 0, handoff.WaitsLast-1)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read waiting times: %w", err)
	}
	out := map[string]time.Duration{}
	for i, desk := range desks {
		if median, ok := handoff.Wait(waited(lists[i].Val()), now); ok {
			out[desk] = median
		}
	}
	return out, nil
}

// waited reads the list that commit.lua keeps.
func waited(list []string) []handoff.Waited {
	out := make([]handoff.Waited, len(list))
	for i, entry := range list {
		at, length, _ := strings.Cut(entry, ":")
		out[i] = handoff.Waited{At: time.UnixMilli(num(at)), For: time.Duration(num(length)) * time.Millisecond}
	}
	return out
}

// Overdue lets the clocks strike.
func (s *Store) Overdue(ctx context.Context) (int, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	v, err := s.run(ctx, "overdue", overdueScript, []string{s.k.watch(), s.k.queue()}, s.k.tag, now.UnixMilli(),
		ms(handoff.AnswerWithin), ms(handoff.SignWithin), ms(flows.LeftFor), 200, ms(ticketClosed), ms(flows.KeepClosed.For()))
	if err != nil {
		return 0, err
	}
	return int(num(v[1])), nil
}

// Sign notes that the holder is looking at a ticket.
func (s *Store) Sign(ctx context.Context, tid, member string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	v, err := s.run(ctx, "sign", signScript, []string{s.k.ticket(tid)}, member, now.UnixMilli())
	if err == nil && str(v[0]) != "ok" {
		return handoff.ErrNotFound
	}
	return err
}
