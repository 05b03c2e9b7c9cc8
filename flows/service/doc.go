// Package service says what is true today: desks, hours, holidays, providers, numbers, features.
//
// The facts stand in one YAML file that an operator keeps (the service file). Reading is strict, because a fact that is
// silently skipped is a phone nobody answers: whatever is unknown, doubled or of the wrong form is refused with file, line,
// column and the mend. Estonian public holidays and shortened days are computed; the file may only correct single dates.
//
// Every fact that can grow old carries the last day on which it holds, and is not given after it (C-13). What nobody has
// verified is left empty or off: an empty phone falls back to 116 006 (B-11).
//
// The package is pure: the time is passed in, and a loaded [File] never changes, so any number of readers may share it.
package service
