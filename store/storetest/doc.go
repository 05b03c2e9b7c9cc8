// Package storetest shows the behaviour every store must show: on the embedded Redis, a real server, Sentinel and Cluster.
//
// [Exercise] is one suite for all of them; each of its tests says what a person or a member of staff would lose if it
// failed. [Memory], [Redis], [Cluster] and [Sentinel] start a private server of each kind for one test, also for tests of
// other packages.
//
// Nothing here waits for time to pass: deadlines are moved with Store.Shift, a lease is made to end by writing its lane's
// place in `due`, and a Redis that is away is a closed gate between the client and the server (see [Harness.Cut]).
package storetest

import (
	"strings"
	"testing"
)

// Exercise runs the suite. open gives each test a namespace of its own on the server under test; see [On].
func Exercise(t *testing.T, open func(t *testing.T) *Harness) {
	for _, group := range [][]check{turns, lanes, queue, tickets, held, codes, moving, threads, later, erasing, sealing, keeping, checksFirst, staffing, away} {
		for _, c := range group {
			t.Run(strings.ReplaceAll(c.says, " ", "_"), func(t *testing.T) {
				t.Parallel()
				c.run(t, open(t))
			})
		}
	}
}

// check is one behaviour, named by what must hold for somebody.
type check struct {
	says string
	run  func(*testing.T, *Harness)
}
