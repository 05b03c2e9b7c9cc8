// Package child runs a redis-server of our own beside the program, so that an operator with no Redis has one that keeps its data.
//
// One data folder has at most one redis-server, whatever dies when: two writers would ruin the append-only file. Two locks see to it.
//
//	<Dir>/lock               held by the program that runs the server, for as long as it runs
//	<Dir>/redis/server.lock  held by the redis-server itself: it inherits the descriptor, so the kernel lets go only when the process is gone
//	<Dir>/redis/socket       where the present server listens; written before it is started
//
// On Linux the server is told to leave (SIGTERM) when the program dies. One that lives on is asked to leave through its socket, and waited
// for; nothing is started while server.lock is held. A process id is never trusted, since the system hands it out again.
//
// The socket's name is new for each start of the program and stays the same when Run replaces a dead server, so a client reconnects by itself.
package child

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// ErrInUse says that another living program runs a server on the data folder.
var ErrInUse = errors.New("the data folder is in use")

// startLimit bounds a start whose context has no deadline. Reading back a large append-only file takes a while.
const startLimit = 2 * time.Minute

// endLimit is how long a server that could not be started may take to leave.
const endLimit = 5 * time.Second

// Options says what to run and where.
type Options struct {
	// Binary is the server's program file, as Find returns it.
	Binary string
	// Dir is the data folder (SOSIN_DATA). It is made if missing; everything of Redis goes into its subfolder redis, mode 0700.
	Dir string
	// Log receives starts, ends and restarts; nil discards them. Nothing but paths, process ids and exit states is logged.
	Log *slog.Logger
}

// Server is a redis-server on a Unix socket that belongs to this program. Start makes it, Run keeps it alive, Stop ends it.
type Server struct {
	binary string
	folder folder
	socket string
	log    *slog.Logger
	lock   *os.File

	mu      sync.Mutex // guards what follows: Stop may be called while Run replaces a dead server
	process *process
	stopped bool
}

// Start runs a server on the data folder and returns when it answers PING. ctx bounds the start only (two minutes if it has no deadline), not
// the server's life. It returns ErrInUse if another program runs a server there; a server left over from a program that died is asked to
// leave and waited for.
func Start(ctx context.Context, o Options) (*Server, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, startLimit)
		defer cancel()
	}
	s, err := prepare(o)
	if err != nil {
		return nil, fmt.Errorf("managed Redis: %w", err)
	}
	if err := s.first(ctx); err != nil {
		return nil, fmt.Errorf("managed Redis: %w", errors.Join(err, s.lock.Close()))
	}
	return s, nil
}

// prepare makes the folder and takes the program's lock.
func prepare(o Options) (*Server, error) {
	if o.Binary == "" || o.Dir == "" {
		return nil, errors.New("needs a program file and a data folder")
	}
	f, err := openFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := f.lockProgram()
	if err != nil {
		return nil, err
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Server{binary: o.Binary, folder: f, log: log, lock: lock}, nil
}

// first waits until no server of an earlier program is left, chooses the socket and starts the server.
func (s *Server) first(ctx context.Context) error {
	guard, err := s.folder.lockServer(ctx)
	if err != nil {
		return err
	}
	s.folder.sweep()
	if s.socket, err = s.folder.placeSocket(); err != nil {
		return errors.Join(err, guard.Close())
	}
	if !s.folder.owns(s.socket) {
		s.log.Info("data folder too deep for a Unix socket, the socket is elsewhere", "socket", s.socket)
	}
	if err := s.spawn(guard); err != nil {
		s.folder.sweep()
		return err
	}
	if err := s.ready(ctx); err != nil {
		brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
		defer cancel()
		err = errors.Join(err, s.process.end(brief))
		s.folder.sweep()
		return err
	}
	return nil
}

// spawn starts one server that takes over the guard, the held server.lock.
func (s *Server) spawn(guard *os.File) error {
	defer guard.Close() // the server's own copy keeps the lock
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errStopped
	}
	if err := s.folder.recordSocket(s.socket); err != nil {
		return err
	}
	p, err := launch(s.binary, s.folder, s.socket, guard)
	if err != nil {
		return err
	}
	s.process = p
	s.log.Info("redis-server started", "pid", p.os.Pid, "socket", s.socket)
	return nil
}

// Socket is the absolute path of the Unix socket, at most 103 bytes long. It stays the same until Stop.
func (s *Server) Socket() string { return s.socket }

// Stop lets the server write out its file and leave, waits for it, and gives the data folder free. When ctx ends first the server is killed,
// which loses no acknowledged write (it syncs each one), and the error says so. Stopping twice is harmless. Stop it last: what still has
// to be written needs it.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return nil
	}
	s.stopped = true
	p := s.process
	s.mu.Unlock()

	err := p.end(ctx)
	s.folder.sweep()
	if err := errors.Join(err, s.lock.Close()); err != nil {
		return fmt.Errorf("stop managed Redis: %w", err)
	}
	return nil
}

// end asks the process to leave, waits, and kills it when ctx is over.
func (p *process) end(ctx context.Context) error {
	_ = p.os.Signal(syscall.SIGTERM) // fails only if it is gone already, and then the wait is short
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
	}
	_ = p.os.Kill()
	<-p.done
	return fmt.Errorf("redis-server did not leave in time and was killed: %w", context.Cause(ctx))
}

// Running returns the socket of the server that a living program runs on the data folder, if it answers. Commands that only need to look or
// to change a record use it instead of starting a second server.
func Running(ctx context.Context, dir string) (socket string, ok bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	socket = folderIn(abs).recordedSocket()
	return socket, socket != "" && ping(ctx, socket) == nil
}
