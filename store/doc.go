// Package store keeps it all in Redis, each change in one script.
//
// Every key carries the hash tag {namespace}, so each change is one script and one Redis server, Sentinel and Redis
// Cluster run the same code. A script checks everything first and only then writes, because Redis does not roll scripts
// back. What a script may see is pseudonyms, times, revisions and codes; what people are and say arrives sealed (package
// seal) and leaves sealed.
//
// One turn is three calls:
//
//	load.lua    the conversation, its ticket, what is held, Redis's own time
//	commit.lua  duplicate? moved? erased? full? then state, transcript, outbox, queue, counters; leases an empty lane
//	settle.lua  the head was sent (or not): next head under a new fence
//
// Leases compare Redis's own time inside the script; every other deadline compares a `now` passed in, which is Redis's
// time as read by load, movable in tests.
//
// keys.go spells every key and its TTL; scripts/*.lua list their KEYS, ARGV and answers at the top.
package store
