package drill

import (
	"slices"
	"sync"
	"time"
)

// tally counts while the drill runs.
type tally struct {
	mu       sync.Mutex
	personas map[string]*count
}

type count struct {
	people, done, in, out int
	took                  []time.Duration // from a message to the first line of the bot's answer
}

func (t *tally) of(persona string, change func(*count)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.personas == nil {
		t.personas = map[string]*count{}
	}
	if t.personas[persona] == nil {
		t.personas[persona] = &count{}
	}
	change(t.personas[persona])
}

func (t *tally) came(persona string)  { t.of(persona, func(c *count) { c.people++ }) }
func (t *tally) wrote(persona string) { t.of(persona, func(c *count) { c.in++ }) }
func (t *tally) heard(persona string) { t.of(persona, func(c *count) { c.out++ }) }

func (t *tally) left(persona string) { t.of(persona, func(c *count) { c.done++ }) }

// answered counts how long an answer of the bot took, as the phone saw it.
func (t *tally) answered(persona string, took time.Duration) {
	t.of(persona, func(c *count) { c.took = append(c.took, max(0, took)) })
}

// total is everything together.
func (t *tally) total() (all count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.personas {
		all.people, all.done, all.in, all.out = all.people+c.people, all.done+c.done, all.in+c.in, all.out+c.out
		all.took = append(all.took, c.took...)
	}
	return all
}

// quantile is the value below which that share of the values lies; sorts them. 0 of none.
func quantile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(share*float64(len(all))), len(all)-1)]
}
