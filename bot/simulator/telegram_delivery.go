package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lane is a queue in which updates go one after another: messages and edits of a
// chat share one, taps of a user have their own, membership its own.
type lane struct {
	id   int64
	kind string
}

// pending is an update that nobody has confirmed yet.
type pending struct {
	id       int64
	kind     string
	body     json.RawMessage
	lane     lane
	expires  time.Time
	wake     time.Time
	fails    int
	delay    time.Duration
	inFlight bool
}

// enqueue adds an update and returns its id; 0 if the bot has not asked for the kind.
func (t *Telegram) enqueue(kind string, payload any, l lane, life time.Duration) int64 {
	if !t.hook.wants(kind) {
		return 0
	}
	t.lastUpdate++
	body := fmt.Appendf(nil, `{"update_id":%d,%q:%s}`, t.lastUpdate, kind, mustJSON(payload))
	t.push(t.lastUpdate, kind, body, l, life)
	return t.lastUpdate
}

func (t *Telegram) push(id int64, kind string, body json.RawMessage, l lane, life time.Duration) {
	t.updates = append(t.updates, &pending{
		id: id, kind: kind, body: body, lane: l,
		expires: t.cfg.Clock.Now().Add(life), delay: RetryFirst,
	})
}

// expire drops what nobody fetched in time.
func (t *Telegram) expire(now time.Time) {
	t.updates = slices.DeleteFunc(t.updates, func(u *pending) bool {
		return !u.inFlight && !now.Before(u.expires)
	})
}

// due picks the head of every lane that may go now.
func (t *Telegram) due(now time.Time) ([]job, time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(now)
	if t.hook.url == "" {
		return nil, time.Time{}
	}
	var jobs []job
	next, free := time.Time{}, t.hook.connections-t.inFlight()
	for _, u := range t.heads() {
		switch {
		case u.inFlight:
		case u.wake.After(now):
			next = earlier(next, u.wake)
		case free > 0:
			free--
			u.inFlight = true
			jobs = append(jobs, t.deliver(u, t.hook))
		}
	}
	return jobs, next
}

func (t *Telegram) heads() []*pending {
	seen := map[lane]bool{}
	var heads []*pending
	for _, u := range t.updates {
		if !seen[u.lane] {
			seen[u.lane] = true
			heads = append(heads, u)
		}
	}
	return heads
}

func (t *Telegram) inFlight() int {
	n := 0
	for _, u := range t.updates {
		if u.inFlight {
			n++
		}
	}
	return n
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// NextAttempt is when the next retry falls due; false if none is waiting for its time.
func (t *Telegram) NextAttempt() (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := time.Time{}
	for _, u := range t.heads() {
		if !u.inFlight && u.wake.After(t.cfg.Clock.Now()) {
			next = earlier(next, u.wake)
		}
	}
	return next, !next.IsZero()
}

// Pending is the number of updates that the program has not confirmed.
func (t *Telegram) Pending() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(t.cfg.Clock.Now())
	return len(t.updates)
}

// outcome is a webhook's answer.
type outcome struct {
	status     int
	problem    string // empty: delivered
	retryAfter time.Duration
	reply      params
}

func (t *Telegram) deliver(u *pending, h webhook) job {
	return func(ctx context.Context) {
		o := t.post(ctx, u.body, h)
		if ctx.Err() != nil && o.status == 0 {
			o.problem = "" // we hung up ourselves; the update stays
		}
		if reply := t.settle(u, h, o); reply != nil {
			_, _ = t.call(ctx, reply["method"], reply, true) // the result goes to the log only
		}
		t.touched()
	}
}

// post hands one update over: Bot API, setWebhook: an HTTPS POST with a
// JSON-serialized Update; anything but 2xx is a failure.
func (t *Telegram) post(ctx context.Context, body []byte, h webhook) outcome {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return outcome{problem: "Webhook URL is unusable"}
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return outcome{problem: "Webhook connection closed"}
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, requestMax)) // half an answer counts by its status
	o := outcome{status: resp.StatusCode}
	if resp.StatusCode/100 != 2 {
		o.problem = "Wrong response from the webhook: " + resp.Status
		o.retryAfter = retryAfter(resp.Header)
		return o
	}
	o.reply = webhookReply(resp.Header.Get("Content-Type"), answer)
	return o
}

// retryAfter is clamped as the server does; dates are not understood there either.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, RetryAfterMax)
}

// settle writes the outcome down, schedules the next attempt and returns the
// method that the answer asked for, if any.
func (t *Telegram) settle(u *pending, h webhook, o outcome) params {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.cfg.Clock.Now()
	d := Delivery{At: now, UpdateID: u.id, Kind: u.kind, Attempt: u.fails + 1, Status: o.status}
	if t.hook.generation != h.generation {
		return nil // the webhook was changed meanwhile; the update is queued afresh
	}
	u.inFlight = false
	if o.problem == "" && o.status == 0 {
		return nil
	}
	if o.problem == "" || !u.retryAt(now, o.retryAfter) {
		d.Dropped = o.problem != ""
		t.updates = slices.DeleteFunc(t.updates, func(v *pending) bool { return v == u })
	}
	if o.problem != "" {
		t.hook.errorAt, t.hook.errorText = now, o.problem
	}
	t.deliveries = append(t.deliveries, d)
	return o.reply
}

// retryAt sets the time of the next attempt as WebhookActor::on_update_error does;
// false if the update expires before it.
func (u *pending) retryAt(now time.Time, asked time.Duration) bool {
	wait := asked
	if asked == 0 && u.fails > 0 {
		u.delay = min(u.delay*2, RetryMax)
		wait = u.delay
	}
	u.fails++
	u.wake = now.Add(wait)
	return !u.wake.After(u.expires)
}

// webhookReply reads a method from the answer: Bot API, Making requests when
// getting updates. Methods that read or change the webhook are not taken.
func webhookReply(contentType string, body []byte) params {
	p := params{}
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		r := &http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {contentType}},
			Body: io.NopCloser(bytes.NewReader(body))}
		if p.readForm(r) != nil {
			return nil
		}
	} else if p.readJSON(bytes.NewReader(body)) != nil {
		return nil
	}
	name := strings.ToLower(p["method"])
	if name == "" || strings.HasPrefix(name, "get") || slices.Contains(replyForbidden, name) {
		return nil
	}
	return p
}

// replyForbidden: server, WebhookActor::handle.
var replyForbidden = []string{"deletewebhook", "setwebhook", "close", "logout"}
