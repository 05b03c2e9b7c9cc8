// Package drill plays people against the running program and checks the promises to them from the outside.
//
// It is a training tool (a counsellor answers people who cannot be hurt), a load tool and an end-to-end test in one. It
// knows nothing of the program but what a person knows: what the phone shows, and, for the staff it plays, what the
// console's pages show over HTTP. It shares no code with the program except the texts, so that a button is found by its
// label in the person's language.
//
// The people are in personas.go, written to be read: each is a short script over the words of script.go (writes, taps,
// says, waits, leaves). What must hold is in promises.go: each promise is a function over a [Trace], the whole of what one
// phone sent and received, so that it can be tested with a trace made up for it.
//
// What it prints names a promise, a persona, a language and a channel; never words, numbers or ids of a person, even
// though nobody here is real: the same lines stand in logs that are sent around.
package drill
