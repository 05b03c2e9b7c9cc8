package inspect_test

import (
	"testing"

	"sosin/flows/inspect"
)

// What we offer has no fault: the same proof as `sosin check` runs.
func TestTheLibraryHasNoFault(t *testing.T) {
	for _, f := range inspect.Check(subject(t, files(t))) {
		t.Error(f)
	}
}
