package flows

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Fault is one thing wrong in a data file: where, what, and how to mend it.
type Fault struct {
	File         string
	Line, Column int
	What, Mend   string
}

// String is the line an author reads: file:line:column: what; mend.
func (f Fault) String() string {
	return fmt.Sprintf("%s:%d:%d: %s; %s", f.File, f.Line, f.Column, f.What, f.Mend)
}

// Faults are all faults of a set of files; as an error they read one per line.
type Faults []Fault

// Error lists the faults, one per line, in file order.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the faults in file order, or a nil error when there is none.
func (fs Faults) sorted() error {
	if len(fs) == 0 {
		return nil
	}
	sort.SliceStable(fs, func(i, j int) bool {
		a, b := fs[i], fs[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line || a.Column != b.Column {
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		}
		return a.What < b.What
	})
	return slices.Compact(fs)
}
