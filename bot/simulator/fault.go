package simulator

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Drop says whether a faulty call loses its connection, and when.
type Drop int

const (
	// DropNever answers.
	DropNever Drop = iota
	// DropBefore closes the connection without doing what was asked.
	DropBefore
	// DropAfter does what was asked and closes the connection without an answer:
	// the caller cannot know whether the message went out.
	DropAfter
)

// Fault makes matching calls go wrong. The zero value of a field does not restrict
// or change anything.
type Fault struct {
	// Operation limits the fault to one Telegram method ("sendMessage") or one
	// Twilio operation (see RESTCall).
	Operation string
	// To limits the fault to one chat id (decimal) or phone number.
	To string
	// Times is how many calls are hit; 0 means every one until ClearFaults.
	Times int
	// Delay passes on the stand-in's clock before the call is looked at.
	Delay time.Duration
	// Status, if not 0, is answered instead of doing what was asked.
	Status int
	// Code is Twilio's error code; 0 takes the usual one of the status.
	Code int
	// RetryAfter goes into the answer, rounded up to seconds.
	RetryAfter time.Duration
	// Body, if not empty, is the raw answer (gateways answer HTML, not JSON).
	Body string
	// Drop loses the connection.
	Drop Drop
}

func (f *Fault) matches(operation, to string) bool {
	return (f.Operation == "" || f.Operation == operation) && (f.To == "" || f.To == to)
}

// retrySeconds rounds up, as a provider would.
func (f *Fault) retrySeconds() int {
	return int((f.RetryAfter + time.Second - 1) / time.Second)
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
}

func (fs *faults) add(f Fault) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = append(fs.list, &f)
}

func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

// take returns the first fault that matches and uses it up once.
func (fs *faults) take(operation, to string) Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i, f := range fs.list {
		if !f.matches(operation, to) {
			continue
		}
		hit := *f
		if f.Times == 1 {
			fs.list = slices.Delete(fs.list, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return hit
	}
	return Fault{}
}

// pause waits for d on the clock; false if the caller or the stand-in left first.
func pause(ctx context.Context, clock Clock, d time.Duration, closed <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	fire, stop := clock.At(clock.Now().Add(d))
	defer stop()
	select {
	case <-fire:
		return true
	case <-ctx.Done():
	case <-closed:
	}
	return false
}

// hangUp closes the connection under the handler without an answer.
func hangUp() { panic(http.ErrAbortHandler) }
