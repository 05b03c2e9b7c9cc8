package console

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// Times in these views are Unix ms; 0 means never. Labels are in the counsellor's language.

type overviewView struct {
	Now     int64       `json:"now"`
	OnDuty  bool        `json:"onDuty"` // this member
	Count   int         `json:"count"`  // members on duty
	High    int         `json:"high"`
	Longest int64       `json:"longest"` // ms the first in the queue has waited
	Waiting []countView `json:"waiting"`
	Chats   []chatTab   `json:"chats"`
}

type countView struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// chatTab is what may be known of a chat without opening it.
type chatTab struct {
	Ticket  string        `json:"ticket"`
	Code    string        `json:"code"` // by which staff speak of it: handoff.Ticket.Label
	Band    flows.Band    `json:"band"`
	Raised  int64         `json:"raised"`
	Phase   flows.Phase   `json:"phase"`
	Lang    flows.Lang    `json:"lang"`
	Channel flows.Channel `json:"channel"`
	Desk    string        `json:"desk"`
	Since   int64         `json:"since"`
	Claimed int64         `json:"claimed"`
	Person  int64         `json:"person"`
	Staff   int64         `json:"staff"`
	Left    int64         `json:"left"`
	Unread  int           `json:"unread"`
	Dead    bool          `json:"dead"`
}

type chatView struct {
	chatTab
	Now      int64        `json:"now"`
	Safe     bool         `json:"safe"`
	SafeAt   int64        `json:"safeAt"`
	Held     int          `json:"held"`
	CanWrite bool         `json:"canWrite"`
	There    bool         `json:"there"` // the person can be asked something now
	Needs    []needView   `json:"needs"`
	Times    string       `json:"times"` // when the person may be written to; empty while not asked
	Answers  []answerView `json:"answers"`
	Partners []choiceView `json:"partners"`
	Log      []lineView   `json:"log"`
}

// choiceView is one thing to choose from a list.
type choiceView struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

type answerView struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type lineView struct {
	From     flows.Speaker `json:"from"`
	At       int64         `json:"at"`
	Text     string        `json:"text"`
	By       string        `json:"by,omitempty"`
	Chosen   bool          `json:"chosen,omitempty"` // the person pressed or typed an offered answer
	Edited   bool          `json:"edited,omitempty"`
	Held     bool          `json:"held,omitempty"`
	Delivery string        `json:"delivery,omitempty"`
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// overview is the queue in numbers, and the chats this counsellor holds.
func (c *Console) overview(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "overview", func(ctx context.Context, m handoff.Member, _ asked) (any, error) {
		view, err := c.queue(ctx, v.lang, m.ID)
		if err != nil {
			return nil, err
		}
		mine, err := c.Desk.Tickets.Mine(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		for _, t := range mine {
			view.Chats = append(view.Chats, c.tab(v.lang, t))
		}
		return view, nil
	})
}

// queue counts; member may be empty.
func (c *Console) queue(ctx context.Context, lang, member string) (overviewView, error) {
	o, err := c.Desk.Tickets.Overview(ctx)
	if err != nil {
		return overviewView{}, err
	}
	duties, err := c.Desk.Shifts.Duties(ctx)
	if err != nil {
		return overviewView{}, err
	}
	now, err := c.Gate.Clock.Now(ctx)
	if err != nil {
		return overviewView{}, err
	}
	view := overviewView{Now: ms(now), Count: o.OnDuty, High: o.High, Longest: o.Longest.Milliseconds(),
		Waiting: []countView{}, Chats: []chatTab{}}
	view.OnDuty = slices.ContainsFunc(duties, func(d handoff.Duty) bool { return d.Member.ID == member && d.Until.After(now) })
	for _, desk := range slices.Sorted(maps.Keys(o.Waiting)) {
		view.Waiting = append(view.Waiting, countView{c.words[lang].label("desk", desk), o.Waiting[desk]})
	}
	return view, nil
}

func (c *Console) tab(lang string, t handoff.Ticket) chatTab {
	return chatTab{Ticket: t.ID, Code: t.Label(), Band: t.Band, Raised: ms(t.Raised), Phase: t.Phase, Lang: t.Lang, Channel: t.Channel,
		Desk: c.words[lang].label("desk", t.Desk), Since: ms(t.Since), Claimed: ms(t.Claimed), Person: ms(t.Person),
		Staff: ms(t.Staff), Left: ms(t.Left), Unread: t.Unread, Dead: t.Dead}
}

// chat opens a chat for its holder. Read writes the audit line first; nobody else gets a word.
func (c *Console) chat(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "read", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		chat, err := c.Desk.Read(ctx, m, a.Ticket)
		if err != nil {
			return nil, err
		}
		now, err := c.Gate.Clock.Now(ctx)
		if err != nil {
			return nil, err
		}
		return c.chatView(v.lang, chat, now), nil
	})
}

func (c *Console) chatView(lang string, chat handoff.Chat, now time.Time) chatView {
	view := chatView{chatTab: c.tab(lang, chat.Ticket), Now: ms(now), Safe: chat.Safe, SafeAt: ms(chat.SafeAt),
		Held: chat.Held, CanWrite: chat.CanWrite, There: chat.There(), Log: []lineView{}, Partners: []choiceView{}}
	words := c.words[lang]
	view.Needs, view.Times, view.Answers = words.needs(chat), words.times(chat), words.answers(lang, chat.Answers)
	for _, p := range c.Desk.PartnersOf(chat, now) {
		view.Partners = append(view.Partners, choiceView{p.ID, p.Name[flows.Lang(lang)]})
	}
	for _, line := range chat.Log {
		view.Log = append(view.Log, lineView{From: line.From, At: line.At, Text: c.lineText(lang, chat.Channel, line),
			By: line.By, Chosen: line.From == flows.Person && line.Text != "", Edited: line.Edited, Held: line.Held, Delivery: line.Delivery})
	}
	return view
}

// lineText is what a line says: words as they are, a text of ours in the counsellor's own language.
func (c *Console) lineText(lang string, channel flows.Channel, line handoff.Line) string {
	if line.Text == "" {
		return line.Words
	}
	if line.Text == handoff.ConsentAsked {
		return c.words[lang].say(line.Text, "provider", line.Args["provider"], "alias", line.By)
	}
	args := make(map[string]any, len(line.Args))
	for k, value := range line.Args {
		args[k] = value
	}
	text, err := c.Texts.Say(lang, line.Text, string(channel), args)
	if err != nil {
		return c.words[lang].say("line.unknown", "key", line.Text)
	}
	return text
}

func isNoSession(err error) bool { return errors.Is(err, staff.ErrNoSession) }
