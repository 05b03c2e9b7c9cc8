//go:build unix

package child

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindTakesTheFirstUsableServerAndNamesTheMendForOthers(t *testing.T) {
	const redis, valkey = "redis-server", "valkey-server"
	cases := map[string]struct {
		programs map[string]string // name to what it prints for --version
		want     string            // name
		version  string
		refusal  string // part of the error
	}{
		"redis":                   {map[string]string{redis: "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"}, redis, "7.0.15", ""},
		"valkey alone":            {map[string]string{valkey: "Valkey server v=8.1.1 sha=00000000:0"}, valkey, "8.1.1", ""},
		"both":                    {map[string]string{redis: "Redis server v=8.2.1 sha=0", valkey: "Valkey server v=8.1.1 sha=0"}, redis, "8.2.1", ""},
		"old redis, usable other": {map[string]string{redis: "Redis server v=6.0.16 sha=0", valkey: "Valkey server v=8.1.1 sha=0"}, valkey, "8.1.1", ""},
		"two digits":              {map[string]string{redis: "Redis server v=10.0.0 sha=0"}, redis, "10.0.0", ""},
		"old redis":               {map[string]string{redis: "Redis server v=6.2.14 sha=0"}, "", "", "install Redis 7.0 or newer"},
		"something else":          {map[string]string{redis: "hello"}, "", "", "install Redis 7.0 or newer"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for program, says := range c.programs {
				script := "#!/bin/sh\necho '" + says + "'\n"
				if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			got, err := Find(t.Context())
			if c.refusal != "" {
				if err == nil || errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), c.refusal) {
					t.Fatalf("error %v, want one with %q", err, c.refusal)
				}
				return
			}
			if want := (Binary{Path: filepath.Join(dir, c.want), Version: c.version}); err != nil || got != want {
				t.Errorf("Find = %+v %v, want %+v", got, err, want)
			}
		})
	}
}

func TestFindSaysThatThereIsNone(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound: the demo would not fall back", err)
	}
}
