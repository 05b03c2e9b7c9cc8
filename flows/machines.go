package flows

import (
	"context"
	"errors"
	"sort"

	"github.com/looplab/fsm"
)

// machines are the FSMs of one set of flows. One holds thousands of transitions and takes milliseconds to build, so those
// built are kept for as long as the program runs: a pool that the garbage collector empties would build them anew.
type machines struct {
	start  string
	events fsm.Events
	idle   chan *fsm.FSM
}

// kept bounds how many FSMs lie idle.
const kept = 16

func newMachines(start string, events fsm.Events) machines {
	return machines{start: start, events: events, idle: make(chan *fsm.FSM, kept)}
}

// fire moves from one state to another by the event that leads there.
func (m machines) fire(from, to string) string {
	var f *fsm.FSM
	select {
	case f = <-m.idle:
	default:
		f = fsm.NewFSM(m.start, m.events, nil)
	}
	f.SetState(from)
	if err := f.Event(context.Background(), to); err != nil && !errors.As(err, &fsm.NoTransitionError{}) {
		panic("flows: no way from " + from + " to " + to)
	}
	now := f.Current()
	select {
	case m.idle <- f:
	default:
	}
	return now
}

// events lists one event for each state somebody can be led to, from all states with a way to it.
func (c *compiler) events() fsm.Events {
	var out fsm.Events
	for to, from := range c.sources {
		out = append(out, fsm.EventDesc{Name: to, Src: from, Dst: to})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
