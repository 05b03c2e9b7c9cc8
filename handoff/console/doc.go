// Package console is the staff's web pages and live updates; templates and static files are embedded.
//
// Everything is denied unless the one table in routes.go names the path, the method and the role. What a member of staff
// may not reach looks like what does not exist. Pages are plain HTML with a strict content security policy; words of
// people are put into them as text only, and each is kept apart from its surroundings in direction.
//
// A ticket's id stands in no URL: the page names it after "#", which browsers keep to themselves, and sends it in the
// body of a POST. Reading a chat is a POST because it changes something: the audit log gets a line before the read.
//
// Live updates are hints. The stream says that something changed and the page fetches what it may see; there is no log of
// events to fall behind with, and after a break the page simply fetches everything. The stream also carries a beat, which
// the page answers: a page in a background tab keeps its counsellor on duty although its timers sleep.
//
// The package starts no goroutine: a stream lives in its own request.
package console
