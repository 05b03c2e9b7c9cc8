package store_test

import (
	"testing"

	"sosin/store/storetest"
)

// Each test has an embedded Redis of its own: one for all is too slow under the race detector.
func TestEmbedded(t *testing.T) {
	storetest.Exercise(t, func(t *testing.T) *storetest.Harness { return storetest.On(storetest.Memory(t))(t) })
}

func TestServer(t *testing.T) { storetest.Exercise(t, storetest.On(storetest.Redis(t))) }

func TestCluster(t *testing.T) { storetest.Exercise(t, storetest.On(storetest.Cluster(t))) }

func TestSentinel(t *testing.T) {
	url, _ := storetest.Sentinel(t)
	storetest.Exercise(t, storetest.On(url))
}

// What was acknowledged is known after the primary died, and what waited to be sent is sent.
func TestFailover(t *testing.T) {
	url, kill := storetest.Sentinel(t)
	storetest.Failover(t, storetest.On(url)(t), kill)
}
