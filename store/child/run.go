package child

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	firstPause = 50 * time.Millisecond
	longPause  = 5 * time.Second
	// steady is how long a server has to live for its death to count as the first again.
	steady = time.Minute
	// rebirthLimit bounds one attempt to replace a dead server, reading its file back included.
	rebirthLimit = startLimit
)

// Run keeps the server alive until ctx is over or Stop is called, and then returns nil; it does not stop the server, since others still
// finish their writes on it. A server that ends is replaced on the same socket, after a pause that grows from 50 ms to 5 s while
// replacements fail. It never gives up: what hinders it (a full disk) is mended from outside, and meanwhile the providers keep the messages.
func (s *Server) Run(ctx context.Context) error {
	deaths := 0
	for {
		p, born := s.current(), time.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-p.done:
		}
		if s.isStopped() {
			return nil
		}
		if time.Since(born) > steady {
			deaths = 0
		}
		s.log.Error("redis-server ended, starting it again", "pid", p.os.Pid, "exit", fmt.Sprint(p.exit))
		if !s.replace(ctx, &deaths) {
			return nil
		}
	}
}

// replace tries until a new server answers. It returns false when ctx is over or Stop was called.
func (s *Server) replace(ctx context.Context, deaths *int) bool {
	for {
		if pause(ctx, pauseAfter(*deaths)) != nil {
			return false
		}
		*deaths++
		err := s.rebirth(ctx)
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil, errors.Is(err, errStopped), s.isStopped():
			return false
		}
		s.log.Error("redis-server could not be started again", "error", err)
	}
}

// rebirth starts one server on the same socket, once the dead one has let go of the folder (redis-server removes a stale socket of that name
// itself). One that lives but does not answer in time is left to its reading: the next attempt waits for it again instead of ending it.
func (s *Server) rebirth(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, rebirthLimit)
	defer cancel()
	if p := s.current(); p.ended() {
		guard, err := s.folder.lockServer(ctx)
		if err != nil {
			return err
		}
		if err := s.spawn(guard); err != nil {
			return err
		}
	}
	return s.ready(ctx)
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (s *Server) isStopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// pauseAfter doubles from firstPause to longPause.
func pauseAfter(deaths int) time.Duration {
	return min(firstPause<<min(deaths, 10), longPause)
}
