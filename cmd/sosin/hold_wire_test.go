package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire stands between the programs and Redis. It knows which of our scripts a command calls, and at a chosen point of
// a chosen script it stops everything and calls back: that is how a test kills the program between two bytes.
type wire struct {
	listener net.Listener
	socket   string
	scripts  map[string]string // SHA-1 of the source -> name

	mu    sync.Mutex
	cut   bool
	point point
	reach func()
	meet  *meeting
	conns map[net.Conn]int // settles under way on each
}

// meeting holds calls at one point until a number of them has come, so that they happen at once.
type meeting struct {
	at   point
	left int
	all  chan struct{}
}

// gather lets the next n calls that come to this point wait for each other.
func (w *wire) gather(at point, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meet = &meeting{at, n, make(chan struct{})}
}

// wait holds a call at a meeting, five seconds at most.
func (w *wire) wait(at point) {
	w.mu.Lock()
	m := w.meet
	if m == nil || m.at != at || m.left == 0 {
		w.mu.Unlock()
		return
	}
	if m.left--; m.left == 0 {
		close(m.all)
	}
	w.mu.Unlock()
	select {
	case <-m.all:
	case <-time.After(5 * time.Second):
	}
}

// point is a place on the way of one script call.
type point struct {
	script string
	after  bool // after Redis answered and before the answer is seen; otherwise before Redis gets the call
}

func newWire(t testing.TB, socket string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, socket: socket, scripts: map[string]string{}, conns: map[net.Conn]int{}}
	files, err := filepath.Glob("../../store/scripts/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("the store's scripts are not where they were: %v", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(raw)
		w.scripts[hex.EncodeToString(sum[:])] = strings.TrimSuffix(filepath.Base(f), ".lua")
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.carry(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); w.sever(true); running.Wait() })
	return w
}

func (w *wire) url() string { return "redis://" + w.listener.Addr().String() }

// arm calls reach once when a call of this script gets to this point; the connection is then gone.
func (w *wire) arm(p point, reach func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.point, w.reach = p, reach
}

// sever cuts all connections and, while cut stays true, refuses new ones: Redis is away.
func (w *wire) sever(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for c := range w.conns {
		_ = c.Close()
	}
}

// reached returns what to do if this is the armed point, and disarms it.
func (w *wire) reached(p point) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reach == nil || p != w.point {
		return nil
	}
	f := w.reach
	w.reach = nil
	return f
}

func (w *wire) enter(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return false
	}
	w.conns[c] = 0
	return true
}

// flies counts a settle that has set out, or has come home.
func (w *wire) flies(c net.Conn, name string, by int) {
	if name != "settle" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.conns[c]; ok {
		w.conns[c] += by
	}
}

// quiet tells that no settle is under way: the program has seen the answer to every one.
func (w *wire) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.conns {
		if n > 0 {
			return false
		}
	}
	return true
}

func (w *wire) carry(c net.Conn) {
	defer c.Close()
	if !w.enter(c) {
		return
	}
	defer func() { w.mu.Lock(); delete(w.conns, c); w.mu.Unlock() }()
	r, err := net.Dial("unix", w.socket)
	if err != nil {
		return
	}
	defer r.Close()
	calls := make(chan string, 1024) // names of calls whose answers are still to come
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.answers(bufio.NewReader(r), c, calls)
		_ = c.Close()
	}()
	w.questions(bufio.NewReader(c), c, r, calls)
	_ = r.Close()
	<-done
}

// questions carries commands to Redis.
func (w *wire) questions(from *bufio.Reader, client net.Conn, to io.Writer, calls chan<- string) {
	defer close(calls)
	for {
		raw, words, err := readCommand(from)
		if err != nil {
			return
		}
		name := w.name(words)
		w.wait(point{script: name})
		if f := w.reached(point{script: name}); f != nil {
			f()
			return
		}
		if !strings.EqualFold(words[0], "SUBSCRIBE") { // its answer is a push
			w.flies(client, name, 1)
			calls <- name
		}
		if _, err := to.Write(raw); err != nil {
			return
		}
	}
}

// answers carries replies back, in the order of the calls.
func (w *wire) answers(from *bufio.Reader, to net.Conn, calls <-chan string) {
	for {
		raw, err := readValue(from, nil)
		if err != nil {
			return
		}
		name := ""
		if raw[0] != '>' {
			var ok bool
			name, ok = <-calls
			if !ok {
				return
			}
			unknown := strings.HasPrefix(string(raw), "-NOSCRIPT")
			if !unknown {
				w.wait(point{script: name, after: true})
				if f := w.reached(point{script: name, after: true}); f != nil {
					f()
					return
				}
			}
		}
		if _, err := to.Write(raw); err != nil {
			return
		}
		w.flies(to, name, -1)
	}
}

// name is the script a command calls; empty for any other command.
func (w *wire) name(words []string) string {
	switch strings.ToUpper(words[0]) {
	case "EVALSHA":
		return w.scripts[words[1]]
	case "EVAL":
		sum := sha1.Sum([]byte(words[1]))
		return w.scripts[hex.EncodeToString(sum[:])]
	}
	return ""
}

var errWire = errors.New("not RESP")

// readCommand reads one command as clients send it: an array of bulk strings. Only the first two words are kept apart.
func readCommand(r *bufio.Reader) (raw []byte, words []string, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil || line[0] != '*' {
		return nil, nil, errors.Join(err, errWire)
	}
	raw = append(raw, line...)
	n, err := strconv.Atoi(strings.TrimSpace(string(line[1:])))
	if err != nil || n < 1 {
		return nil, nil, errWire
	}
	for i := range n {
		at := len(raw)
		if raw, err = readValue(r, raw); err != nil {
			return nil, nil, err
		}
		if i < 2 {
			_, word, _ := strings.Cut(string(raw[at:]), "\r\n")
			words = append(words, strings.TrimSuffix(word, "\r\n"))
		}
	}
	return raw, words, nil
}

// readValue appends one whole RESP3 value to raw.
func readValue(r *bufio.Reader, raw []byte) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	kind := line[0]
	size := strings.TrimSpace(string(line[1:]))
	raw = append(raw, line...)
	n := 0
	switch kind {
	case '+', '-', ':', '_', '#', ',', '(':
		return raw, nil
	case '$', '=', '!', '*', '~', '>', '%', '|':
		if n, err = strconv.Atoi(size); err != nil {
			return nil, errWire
		}
	default:
		return nil, errWire
	}
	switch kind {
	case '$', '=', '!':
		return readBytes(r, raw, n)
	case '%':
		n *= 2
	case '|':
		n = 2*n + 1 // an attribute stands before the value it belongs to
	}
	for range n {
		if raw, err = readValue(r, raw); err != nil {
			return nil, err
		}
	}
	return raw, nil
}

func readBytes(r *bufio.Reader, raw []byte, n int) ([]byte, error) {
	if n < 0 {
		return raw, nil
	}
	at := len(raw)
	raw = append(raw, make([]byte, n+2)...)
	_, err := io.ReadFull(r, raw[at:])
	return raw, err
}
