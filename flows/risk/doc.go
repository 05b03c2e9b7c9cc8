// Package risk finds danger in free text; it may only ever raise the priority.
//
// People write about danger in four ways of spelling (Estonian, Russian, Russian in Latin letters, English), often
// misspelt and often without any word a list would hold. So two readers look at each message:
//
//	text ──► normalise ──► masks cut out ──► rules (data/rules.json) ──┐
//	             └───────► n-grams, ideas, rules hit ──► model ────────┴──► findings, highest first
//
// A rule marked strong stands whatever the model says. Any other rule is a suspicion: the model may lower it, and the
// finding it would have been is named by [Scanner.Explain]. The model (a linear one over hashed n-grams and over ideas
// shared by the languages, data/concepts.tsv) may raise a message that no rule knows. A High finding says whether it is
// Sure: those were right about 95 times in 100 on sentences held out in training, all High ones about 8 in 10.
//
// The model learns from data/training.tsv (one sentence a line) and from data/templates-*.txt, whose lines stand for many
// sentences each: mostly of the ordinary kind, which is where false alarms come from.
//
// "No finding" means nothing: nobody may be put further back in a queue because of it. The package is pure: no clock,
// no goroutine, nothing kept between calls; a [Scanner] may be used by many at once.
package risk

//go:generate go run train/main.go
