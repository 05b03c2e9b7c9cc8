package bot

import (
	"sync"
	"time"

	"sosin/flows"
)

// pauses: a 429 delays its own lane; three lanes within ten seconds pause the whole channel (T42).
type pauses struct {
	mu    sync.Mutex
	hits  map[flows.Channel][]time.Time
	until map[flows.Channel]time.Time
}

const (
	pauseHits   = 3
	pauseWithin = 10 * time.Second
)

func (p *pauses) throttled(ch flows.Channel, now time.Time, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hits == nil {
		p.hits, p.until = map[flows.Channel][]time.Time{}, map[flows.Channel]time.Time{}
	}
	recent := p.hits[ch][:0]
	for _, t := range p.hits[ch] {
		if now.Sub(t) < pauseWithin {
			recent = append(recent, t)
		}
	}
	p.hits[ch] = append(recent, now)
	if len(p.hits[ch]) >= pauseHits {
		p.until[ch] = now.Add(max(after, time.Second))
	}
}

// left is how long the channel still rests.
func (p *pauses) left(ch flows.Channel, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.until[ch].Sub(now), 0)
}
