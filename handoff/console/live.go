package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxStreams is how many live pages one member of staff may have open on one instance (T27).
const maxStreams = 6

// streams counts open streams by account.
type streams struct {
	mu   *sync.Mutex
	open map[string]int
}

func (s *streams) enter(account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account] >= maxStreams {
		return false
	}
	s.open[account]++
	return true
}

func (s *streams) leave(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account]--; s.open[account] == 0 {
		delete(s.open, account)
	}
}

// live streams hints as server-sent events, in the request's own goroutine. Events have no ids: there is nothing to
// resume, whatever Last-Event-ID says.
func (c *Console) live(w http.ResponseWriter, r *http.Request, v visitor) {
	if !c.sameOrigin(r) {
		fail(w, http.StatusForbidden, "request")
		return
	}
	if !c.streams.enter(v.Account.ID) {
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusTooManyRequests, "busy")
		return
	}
	defer c.streams.leave(v.Account.ID)
	hints, stop, err := c.Hints.Subscribe(r.Context())
	if err != nil {
		c.broken(w, r, v, "subscribe to hints", err)
		return
	}
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{c: c, v: v, w: w, rc: http.NewResponseController(w), pending: map[string]bool{}}
	_ = s.rc.SetReadDeadline(time.Time{}) // the server's limit on requests would end the stream
	s.run(r.Context(), hints)
}

// stream is one open page.
type stream struct {
	c       *Console
	v       visitor
	w       http.ResponseWriter
	rc      *http.ResponseController
	pending map[string]bool // tickets hinted at and not yet told
}

// run ends when the browser goes, the session dies, the hints break or a write fails. The page then connects anew and
// fetches everything.
func (s *stream) run(ctx context.Context, hints <-chan string) {
	beat, check, tell := time.NewTicker(s.c.beat), time.NewTicker(s.c.recheck), time.NewTicker(s.c.coalesce)
	defer beat.Stop()
	defer check.Stop()
	defer tell.Stop()
	ok := s.send("hello", "") && s.send("beat", "")
	for ok {
		select {
		case <-ctx.Done():
			return
		case hint, open := <-hints:
			ticket, _, _ := strings.Cut(hint, " ")
			s.pending[ticket] = true
			ok = open
		case <-tell.C:
			ok = s.tell(ctx)
		case <-beat.C:
			ok = s.send("beat", "")
		case <-check.C:
			ok = s.alive(ctx)
		}
	}
}

// alive ends the stream of a session that has died. The store being away is no reason: the next check will tell.
func (s *stream) alive(ctx context.Context) bool {
	acc, err := s.c.Gate.Who(ctx, s.v.token, false)
	if err == nil && acc.Role == s.v.Account.Role {
		return true
	}
	if err != nil && !isNoSession(err) {
		return false
	}
	s.send("signed_out", "")
	return false
}

// tell passes hints on: of the tickets only those this counsellor holds are named, so that nobody learns the id of
// another's; everything else is "the queue changed".
func (s *stream) tell(ctx context.Context) bool {
	if len(s.pending) == 0 {
		return true
	}
	mine, err := s.c.Desk.Tickets.Mine(ctx, s.v.Account.ID)
	if err != nil {
		return false
	}
	for _, t := range mine {
		if s.pending[t.ID] && !s.send("chat", t.ID) {
			return false
		}
	}
	clear(s.pending)
	return s.send("queue", "")
}

// writeWithin is how long a browser may take to accept a hint.
const writeWithin = 10 * time.Second

func (s *stream) send(event, data string) bool {
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeWithin)) // a writer without deadlines writes without one
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, data); err != nil {
		return false
	}
	err := s.rc.Flush()
	_ = s.rc.SetWriteDeadline(time.Time{}) // between hints there is nothing to be late with
	return err == nil
}
