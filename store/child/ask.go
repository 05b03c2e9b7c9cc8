package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// errStopped says that Stop was called meanwhile.
var errStopped = errors.New("the server was stopped")

// askLimit bounds one question to a server on this machine.
const askLimit = time.Second

// ask sends one inline command (Redis protocol specification, "Inline commands") and returns the first line of the answer.
func ask(ctx context.Context, socket, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 512)).ReadString('\n')
	return strings.TrimSpace(line), err
}

// ping returns nil if the server answers and has read its data back.
func ping(ctx context.Context, socket string) error {
	answer, err := ask(ctx, socket, "PING")
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if answer != "+PONG" {
		return errors.New("ping: not ready") // -LOADING, while it reads its file
	}
	return nil
}

// ready waits until the present server answers, has ended, or ctx is over.
func (s *Server) ready(ctx context.Context) error {
	p := s.current()
	for ping(ctx, s.socket) != nil {
		wait := time.NewTimer(5 * time.Millisecond)
		select {
		case <-wait.C:
		case <-p.done:
			wait.Stop()
			return fmt.Errorf("redis-server ended while it started (%v); see %s: %s", p.exit, s.folder.logFile(), s.folder.lastWords())
		case <-ctx.Done():
			wait.Stop()
			return fmt.Errorf("redis-server does not answer yet; see %s: %w", s.folder.logFile(), context.Cause(ctx))
		}
	}
	return nil
}

func (s *Server) current() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// pause waits for d, or returns the cause if ctx is over first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
