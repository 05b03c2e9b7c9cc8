package bot

import (
	"context"
	"time"

	"sosin/flows"
)

// Today is what a turn may rely on beyond the conversation itself: who is here, how long people wait, what the service
// offers. Its maps are shared and must not be changed.
type Today struct {
	Duty    map[string]bool          // by [flows.DutyKey]; at most five seconds stale (promise 6)
	Wait    map[string]time.Duration // median waiting time by desk; no entry where too few were measured
	Service flows.Service            // nil: a service that offers nothing
}

// TodayFunc tells it for people of a language. Before a language is chosen ("") any counsellor counts.
type TodayFunc func(ctx context.Context, lang flows.Lang) (Today, error)
