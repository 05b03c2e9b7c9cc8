package locales

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with the text files: where, what, and how to mend it.
// Line and Column count from 1 and point at the id or plural form; both are 0
// when the fault has no place in the file (the file is missing). What and Mend
// quote ids, names of variables and words of our own texts, never values.
type Fault struct {
	File         string
	Line, Column int
	What, Mend   string
}

// String is one line: file:line:column: what; mend.
func (f Fault) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s; %s", f.File, f.What, f.Mend)
	}
	return fmt.Sprintf("%s:%d:%d: %s; %s", f.File, f.Line, f.Column, f.What, f.Mend)
}

// Faults is the error [Load] returns when the texts are refused: all faults at
// once, sorted by file, line and column.
type Faults []Fault

// Error is one line per fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders the faults as an editor shows them.
func (fs Faults) sorted() Faults {
	slices.SortFunc(fs, func(a, b Fault) int {
		return cmp.Or(
			strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.What, b.What),
			strings.Compare(a.Mend, b.Mend),
		)
	})
	return fs
}
