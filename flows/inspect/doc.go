// Package inspect proves things about flows without running them; draws them.
//
// Whoever changes a flow or a text is often not the one who wrote the code, and a person at the other end cannot report a
// dead end. So everything that has to hold for every flow, state, language and channel is proved before a program starts
// with them: [Check] reads the compiled machine, follows each way out of each state with what is known on it (guards that
// hold, guards that do not), and returns a fault for each place where a rule of DESIGN.md section 2 is broken: file, line,
// column, what is wrong, how to mend it.
//
// Each proof is a small file of its own, named for what it proves, and opens with the clause it stands for:
//
//	reach.go     every state can be reached             menu.go      every answer leads to a text or a person
//	exit.go      nobody is caught                       named.go     what a text tells a person to type works there
//	person.go    a person within two messages           wording.go   every text is there, is used, and reads well
//	numbers.go   the numbers by one typed word          fit.go       every message fits its channel
//	leave.go     quick exit and language, everywhere    open.go      nothing gives the service away before yes
//	notice.go    notices before questions               promise.go   no reader promised who may not be there
//	unknown.go   nothing ends by misunderstanding       values.go    no value said that may not be known
//	choices.go   hidden answers can be found            owed.go      116 006 where it is owed
//	today.go     what flows ask of the service file
//
// The proofs are about all ways a fact may turn out, so they can refuse what would never happen; they cannot pass what
// might. Nothing here runs a step, sends or stores anything.
//
// [Pictures] draws the same machine, as SVG and as Mermaid: a map of all flows, and one of each.
package inspect
