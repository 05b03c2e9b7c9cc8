package library_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes the ways people are walked by chance many enough to find what a hundred seldom do.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue && !testing.Short() {
		_ = checks.Value.Set("300")
	}
	os.Exit(m.Run())
}
