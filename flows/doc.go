// Package flows decides, purely, what a conversation does next and what follows from it.
//
// One message in is one step: a [Conversation], an [Input] and the [Facts] of this moment go in, an [Outcome] comes out.
// Nothing is sent, stored or looked up here; there is no clock, no goroutine and no lock. Whatever should happen is a value
// in the Outcome, which the store commits in one script together with the new state.
//
//	channel ──► bot.Engine ──► store.Load ──► flows.Step ──► store.Commit ──► 200 OK
//
// The conversations themselves are data files (see package library) which [Load] reads strictly and compiles to a
// looplab/fsm machine. The order in a step is fixed: control words, then the risk scan, then the state machine. Before
// the person has said that it is safe to write, only states marked open may speak.
package flows
