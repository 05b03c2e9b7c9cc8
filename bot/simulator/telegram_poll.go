package simulator

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// pollRequest is a getUpdates: Bot API, Getting updates.
type pollRequest struct {
	offset  int64
	limit   int
	timeout time.Duration
}

// getUpdates waits as long as it was asked to. A newer getUpdates, or setWebhook,
// ends an older one with 409.
func (t *Telegram) getUpdates(ctx context.Context, p params) (json.RawMessage, *apiError) {
	result, e := t.longPoll(ctx, p)
	c := Call{Method: "getUpdates", Params: p, Result: result, Done: e == nil}
	if e != nil {
		c.Code, c.Description = e.code, e.description
	}
	t.record(c)
	return result, e
}

func (t *Telegram) longPoll(ctx context.Context, p params) (json.RawMessage, *apiError) {
	req, superseded, e := t.beginPoll(p)
	if e != nil {
		return nil, e
	}
	changed, stop := t.changes.watch()
	defer stop()
	deadline, cancel := t.cfg.Clock.At(t.cfg.Clock.Now().Add(req.timeout))
	defer cancel()
	t.polls(1)
	defer t.polls(-1)
	for {
		batch := t.takePoll(req)
		if len(batch) > 0 || req.timeout == 0 {
			return mustJSON(batch), nil
		}
		select {
		case reason := <-superseded:
			return nil, conflict(reason)
		case <-changed:
		case <-deadline:
			req.timeout = 0
		case <-ctx.Done():
			req.timeout = 0
		case <-t.closed:
			req.timeout = 0
		}
	}
}

// Polling tells whether a getUpdates is under way.
func (t *Telegram) Polling() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.polling > 0
}

func (t *Telegram) polls(n int) {
	t.mu.Lock()
	t.polling += n
	t.mu.Unlock()
	t.changes.changed()
}

func (t *Telegram) beginPoll(p params) (pollRequest, <-chan string, *apiError) {
	offset, _ := strconv.ParseInt(p["offset"], 10, 64)
	limit, ok := between(p["limit"], UpdatesMax, 1, UpdatesMax)
	if !ok {
		return pollRequest{}, nil, badRequest("limit must be between 1 and 100")
	}
	seconds, _ := between(p["timeout"], 0, 0, int(PollMax/time.Second))
	wait := min(max(time.Duration(seconds)*time.Second, 0), PollMax)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hook.url != "" {
		return pollRequest{}, nil, conflict("Conflict: can't use getUpdates method while webhook is active; " +
			"use deleteWebhook to delete the webhook first")
	}
	if e := t.allow(p); e != nil {
		return pollRequest{}, nil, e
	}
	t.supersede("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	t.poll = make(chan string, 1)
	return pollRequest{offset, limit, wait}, t.poll, nil
}

// supersede ends the long poll that is waiting, if any.
func (t *Telegram) supersede(reason string) {
	if t.poll == nil {
		return
	}
	t.poll <- reason // one slot, one sender: the field is cleared below
	t.poll = nil
}

// takePoll confirms what lies before the offset and returns what follows. A
// negative offset counts from the end of the queue and forgets what is before.
func (t *Telegram) takePoll(req pollRequest) []json.RawMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(t.cfg.Clock.Now())
	if req.offset < 0 {
		t.updates = t.updates[max(0, len(t.updates)+int(req.offset)):]
	}
	for len(t.updates) > 0 && t.updates[0].id < req.offset {
		t.updates = t.updates[1:]
	}
	batch := []json.RawMessage{}
	for _, u := range t.updates[:min(req.limit, len(t.updates))] {
		batch = append(batch, u.body)
	}
	return batch
}

func conflict(reason string) *apiError {
	return &apiError{code: http.StatusConflict, description: reason}
}
