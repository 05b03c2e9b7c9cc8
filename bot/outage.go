package bot

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"sosin/flows"
)

// Outage tells people the numbers when the store is away: on Telegram once per person per outage, after the store has
// failed for 20 seconds (promise 7). An SMS is answered by the fallback URL instead, which needs no store.
type Outage struct {
	Text string // static, in three languages; has 112 and 116 006
	Send func(Address, Outbound)
	Now  func() time.Time

	mu    sync.Mutex
	since time.Time
	key   [32]byte
	told  map[[32]byte]bool
}

const (
	outageAfter = 20 * time.Second
	outageMost  = 100_000 // people told in one outage by one process; a bound on memory
)

// Failed notes that an update of this person could not be committed.
func (o *Outage) Failed(a Address) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.Now()
	if o.since.IsZero() {
		o.since, o.told = now, map[[32]byte]bool{}
		_, _ = rand.Read(o.key[:])
	}
	if a.Channel != flows.Telegram || now.Sub(o.since) < outageAfter || len(o.told) >= outageMost {
		return
	}
	who := o.who(a)
	if o.told[who] {
		return
	}
	o.told[who] = true
	o.Send(a, Outbound{Text: o.Text})
}

// Over notes that the store answered. Who was told is forgotten.
func (o *Outage) Over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since, o.told = time.Time{}, nil
}

// who is a keyed hash, so that no address stays in memory for an outage's sake.
func (o *Outage) who(a Address) (out [32]byte) {
	h := hmac.New(sha256.New, o.key[:])
	h.Write([]byte(a.Channel))
	h.Write([]byte(a.Reveal()))
	h.Sum(out[:0])
	return out
}
