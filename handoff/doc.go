// Package handoff lets a person in: [Desk] takes a staff action through load, step and commit, and keeps the life of a
// ticket: queue order, claim, answer, close; who is on duty; the two clocks.
//
// It walks the same straight line as a contact's message, from the other door:
//
//	console ──► handoff.Desk ──► pure step ──► store.Commit ──► bot.Sender
//
// Desk gets a lane's lease, never an address: this package and package bot do not know each other.
package handoff
