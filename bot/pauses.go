package bot

import (
	"maps"
	"sync"
	"time"

	"sosin/flows"
)

// pauses: a 429 delays its own lane; three lanes within ten seconds pause the whole channel (T42).
type pauses struct {
	mu    sync.Mutex
	hits  map[flows.Channel]map[string]time.Time // by lane
	until map[flows.Channel]time.Time
}

const (
	pauseHits   = 3
	pauseWithin = 10 * time.Second
)

func (p *pauses) throttled(ch flows.Channel, lane string, now time.Time, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hits == nil {
		p.hits, p.until = map[flows.Channel]map[string]time.Time{}, map[flows.Channel]time.Time{}
	}
	if p.hits[ch] == nil {
		p.hits[ch] = map[string]time.Time{}
	}
	p.hits[ch][lane] = now
	maps.DeleteFunc(p.hits[ch], func(_ string, t time.Time) bool { return now.Sub(t) >= pauseWithin })
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
