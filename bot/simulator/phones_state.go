package simulator

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The page's state, as JSON. Times are "15:04" in Phones.Zone.
type pageState struct {
	Telegram *telegramState `json:"telegram,omitempty"`
	SMS      *smsState      `json:"sms,omitempty"`
}

type telegramState struct {
	Person   string        `json:"person"`
	Blocked  bool          `json:"blocked"`
	Notice   string        `json:"notice"`
	Messages []pageMessage `json:"messages"`
}

type smsState struct {
	Person   string        `json:"person"`
	OptedOut bool          `json:"optedOut"`
	Messages []pageMessage `json:"messages"`
}

type pageMessage struct {
	ID      int        `json:"id"`
	Mine    bool       `json:"mine"`
	Kind    string     `json:"kind"`
	Text    string     `json:"text"`
	Time    string     `json:"time"`
	Notes   []string   `json:"notes"`
	Buttons [][]Button `json:"buttons,omitempty"`
	Waiting []string   `json:"waiting,omitempty"`
}

// clock is a time as the phones show it.
func (p *Phones) clock(at time.Time) string {
	if p.Zone != nil {
		at = at.In(p.Zone)
	}
	return at.Format("15:04")
}

func (p *Phones) state(v visitor) pageState {
	var s pageState
	if p.Telegram != nil {
		s.Telegram = p.telegramPhone(v.user)
	}
	if p.Twilio != nil {
		s.SMS = p.smsPhone(v.number)
	}
	return s
}

func (p *Phones) telegramPhone(user int64) *telegramState {
	t := p.Telegram
	s := &telegramState{
		Person: strconv.FormatInt(user, 10), Blocked: t.Blocked(user), Notice: t.Notice(user),
		Messages: []pageMessage{},
	}
	for _, m := range t.Chat(user) {
		s.Messages = append(s.Messages, pageMessage{
			ID: m.ID, Mine: !m.FromBot, Kind: m.Kind, Text: m.Text, Time: p.clock(m.At),
			Notes: telegramNotes(m), Buttons: m.Buttons, Waiting: m.Waiting,
		})
	}
	return s
}

func telegramNotes(m Message) []string {
	notes := []string{}
	for _, n := range []struct {
		on   bool
		word string
	}{{m.Edited, "edited"}, {m.Silent, "silent"}, {m.Protected, "cannot be forwarded"}} {
		if n.on {
			notes = append(notes, n.word)
		}
	}
	return notes
}

func (p *Phones) smsPhone(number string) *smsState {
	t := p.Twilio
	s := &smsState{Person: number, OptedOut: t.OptedOut(number), Messages: []pageMessage{}}
	for i, m := range t.Texts(number) {
		notes := []string{plural(m.Segments, "segment"), m.Encoding}
		if m.Media > 0 {
			notes = append(notes, plural(m.Media, "picture"))
		}
		s.Messages = append(s.Messages, pageMessage{
			ID: i + 1, Mine: !m.Received, Kind: "text", Text: m.Body, Time: p.clock(m.At), Notes: notes,
		})
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// keepAlive is how often an idle stream shows a sign of life; wall-clock time.
const keepAlive = 20 * time.Second

// events streams the whole state of the visitor's phones after every change:
// Server-Sent Events, one "state" event each.
func (p *Phones) events(w http.ResponseWriter, r *http.Request, v *visitor) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	telegram, sms, stop := p.watch()
	defer stop()
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	var last []byte
	for {
		now := mustJSON(p.state(p.who(v)))
		line := []byte(": still here\n\n")
		if !bytes.Equal(now, last) {
			line, last = fmt.Appendf(nil, "event: state\ndata: %s\n\n", now), now
		}
		if _, err := w.Write(line); err != nil || flush() != nil {
			return
		}
		select {
		case <-telegram:
		case <-sms:
		case <-alive.C:
		case <-r.Context().Done():
			return
		case <-p.closed:
			return
		}
	}
}

func (p *Phones) watch() (telegram, sms <-chan struct{}, stop func()) {
	var stops []func()
	if p.Telegram != nil {
		ch, end := p.Telegram.changes.watch()
		telegram, stops = ch, append(stops, end)
	}
	if p.Twilio != nil {
		ch, end := p.Twilio.changes.watch()
		sms, stops = ch, append(stops, end)
	}
	return telegram, sms, func() {
		for _, end := range stops {
			end()
		}
	}
}
