package store_test

import (
	"slices"
	"strings"
	"testing"

	"sosin/store"
)

// An operator writes one address; a wrong reading of it would put a helpline on the wrong Redis.
func TestOptionsReadsEachKindOfAddress(t *testing.T) {
	for address, want := range map[string]struct {
		addrs   []string
		master  string
		cluster bool
	}{
		"redis://127.0.0.1:6379/0": {[]string{"127.0.0.1:6379"}, "", false},
		"unix:///run/redis.sock":   {[]string{"/run/redis.sock"}, "", false},
		"redis://127.0.0.1:26379?master_name=sosin&addr=127.0.0.2:26379": {[]string{"127.0.0.1:26379", "127.0.0.2:26379"}, "sosin", false},
		"redis://127.0.0.1:6379?addr=127.0.0.2:6379":                     {[]string{"127.0.0.1:6379", "127.0.0.2:6379"}, "", true},
	} {
		o, err := store.Options(address)
		if err != nil || !slices.Equal(o.Addrs, want.addrs) || o.MasterName != want.master || o.IsClusterMode != want.cluster {
			t.Errorf("%s: %+v %v", address, o, err)
			continue
		}
		if o.MaxRetries != -1 || o.MaxRedirects != -1 || !o.ContextTimeoutEnabled {
			t.Errorf("%s: a script could be sent twice", address)
		}
	}
	for _, address := range []string{"", "http://canary", "redis://:canary@[", "canary"} {
		if _, err := store.Options(address); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v; want an error that quotes nothing", address, err)
		}
	}
}
