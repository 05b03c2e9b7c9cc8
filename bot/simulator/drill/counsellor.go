package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// counsellor is one of the drill's own staff: on duty all the time, takes whoever is next, answers every message, closes
// when the person has had enough or is gone.
type counsellor struct {
	d     *Drill
	desk  *desk
	mute  bool // reads and closes, and answers nobody
	beat  time.Time
	chats map[string]*held
}

// held is a chat in this counsellor's hands.
type held struct {
	answered  int // how many answers were given
	quietFrom time.Time
	who       *Person // nil until their words say who it is
}

const (
	lookEvery = 200 * time.Millisecond
	beatEvery = 10 * time.Second
	// giveUp is after how long without a word a counsellor closes a chat with somebody the drill cannot tell.
	giveUp = 5 * time.Second
)

// run works until done is closed and nobody is left, or ctx ends.
func (c *counsellor) run(ctx context.Context, done <-chan struct{}) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		left, err := c.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the drill's counsellor: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			if !left {
				return c.desk.ask(ctx, "/desk/duty", map[string]any{"on": false}, nil)
			}
		default:
		}
		<-tick.C
	}
}

// look does one round; left says whether somebody waits or is held.
func (c *counsellor) look(ctx context.Context) (left bool, err error) {
	if time.Since(c.beat) > beatEvery {
		c.beat = time.Now()
		if err := c.desk.ask(ctx, "/desk/beat", map[string]any{"on": true, "active": true}, nil); err != nil {
			return false, err
		}
	}
	var now overview
	if err := c.desk.ask(ctx, "/desk/overview", nil, &now); err != nil {
		return false, err
	}
	if len(now.Waiting) > 0 {
		if left, err = c.take(ctx); err != nil {
			return false, err
		}
	}
	for _, t := range now.Chats {
		if err := lost(c.attend(ctx, t)); err != nil {
			return false, err
		}
	}
	return left || len(now.Chats) > 0, nil
}

// take claims whoever is next, and says whether somebody was. That nobody is, or that hands are full, is no fault: a
// place kept for somebody who has left is counted in the queue and given to nobody.
func (c *counsellor) take(ctx context.Context) (took bool, err error) {
	err = c.desk.ask(ctx, "/desk/take", nil, nil)
	return err == nil, lost(err)
}

// lost forgives the refusals that are part of the work: somebody else was faster, the person has just left or erased.
func lost(err error) error {
	var no refused
	if errors.As(err, &no) && (no.status == http.StatusConflict || no.status == http.StatusNotFound) {
		return nil
	}
	return err
}

// attend does for one chat what is to be done now.
func (c *counsellor) attend(ctx context.Context, t tab) error {
	h := c.chats[t.Ticket]
	if h == nil {
		h = &held{quietFrom: time.Now()}
		c.chats[t.Ticket] = h
	}
	if h.who == nil { // who has left has words in it, and may come back
		if _, err := c.reads(ctx, t, h); err != nil {
			return err
		}
	}
	if !c.mute && t.Left == 0 && (h.answered == 0 || t.Unread > 0) {
		return c.answer(ctx, t, h)
	}
	if !c.finished(t, h) {
		return nil
	}
	return c.close(ctx, t, h)
}

// answer reads and answers once.
func (c *counsellor) answer(ctx context.Context, t tab, h *held) error {
	if _, err := c.reads(ctx, t, h); err != nil {
		return err
	}
	words := answers[h.answered%len(answers)][t.Lang]
	if words == "" { // danger was said before a language was chosen
		words = answers[h.answered%len(answers)]["en"]
	}
	text, done := c.d.replies.next(words, h.who)
	var got struct{ Held bool }
	err := c.desk.ask(ctx, "/desk/reply", map[string]any{"ticket": t.Ticket, "words": text}, &got)
	if err == nil {
		h.answered, h.quietFrom = h.answered+1, time.Now()
		done()
	}
	return err
}

// reads opens the chat, finds out whose it is, and returns the marks of the person's words in it, in order.
func (c *counsellor) reads(ctx context.Context, t tab, h *held) (tokens []string, err error) {
	var now chat
	if err := c.desk.ask(ctx, "/desk/chat", map[string]any{"ticket": t.Ticket}, &now); err != nil {
		return nil, err
	}
	for _, line := range now.Log {
		if token := tokenOf(line.Text); line.From == "person" && !line.Chosen && token != "" {
			tokens = append(tokens, token)
		}
	}
	if h.who == nil && len(tokens) > 0 {
		owner, _, _ := strings.Cut(tokens[0], ".")
		h.who = c.d.person(owner)
	}
	return tokens, nil
}

// finished says whether a chat can be closed.
func (c *counsellor) finished(t tab, h *held) bool {
	if h.who == nil {
		return time.Since(h.quietFrom) > giveUp
	}
	h.who.mu.Lock()
	defer h.who.mu.Unlock()
	return h.who.over || h.who.enough && t.Left == 0
}

// close reads the chat a last time, compares, and ends it.
func (c *counsellor) close(ctx context.Context, t tab, h *held) error {
	began := time.Now()
	tokens, err := c.reads(ctx, t, h)
	if err != nil {
		return err
	}
	code := "helped"
	switch {
	case t.Left != 0:
		code = "left"
	case h.who == nil:
		code = "no_answer"
	}
	if h.who != nil {
		h.who.compare(tokens, began)
	}
	delete(c.chats, t.Ticket)
	err = c.desk.ask(ctx, "/desk/close", map[string]any{"ticket": t.Ticket, "code": c.desk.code(code)}, nil)
	if err == nil && h.who != nil {
		h.who.parted()
	}
	return err
}

// parted notes that the chat was closed. The next one begins anew.
func (p *Person) parted() {
	p.mu.Lock()
	p.closed, p.enough = true, false
	p.mu.Unlock()
	p.poke()
}
