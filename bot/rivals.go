package bot

import (
	"context"
	"sync"
)

// rivals lets the messages of one person that came at the same moment go one after another, once they have been found to
// get in each other's way: a person who writes eight lines in a second must not lose the race six times and wait for the
// provider to try again. Between instances the commit alone decides.
type rivals struct {
	mu    sync.Mutex
	lines map[Address]*line
}

type line struct {
	head  chan struct{} // holds one token
	users int
}

// enter waits for one's turn. The function returned ends it.
func (r *rivals) enter(ctx context.Context, a Address) (func(), error) {
	r.mu.Lock()
	if r.lines == nil {
		r.lines = map[Address]*line{}
	}
	l := r.lines[a]
	if l == nil {
		l = &line{head: make(chan struct{}, 1)}
		r.lines[a] = l
	}
	l.users++
	r.mu.Unlock()

	select {
	case l.head <- struct{}{}:
		return func() { <-l.head; r.forget(a, l) }, nil
	case <-ctx.Done():
		r.forget(a, l)
		return nil, ctx.Err()
	}
}

func (r *rivals) forget(a Address, l *line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(r.lines, a)
	}
}
