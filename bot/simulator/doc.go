// Package simulator holds stand-ins for both providers' HTTP APIs with a page of
// two phones: used by the demo, the drill and the end-to-end tests.
//
// The stand-ins are strict on purpose. What Telegram's or Twilio's documentation
// refuses they refuse, with the provider's own error codes, so that a program
// that works against them has not merely been told "ok". Each limit is a
// constant in telegram_rules.go or twilio_rules.go and names its source.
//
// Nothing here imports the program under test (apart from the texts' segment
// counter): the wire formats, Telegram's retry schedule and Twilio's signature
// are written from the providers' documentation, not from our own reading of it,
// so that one misunderstanding cannot hide on both sides.
//
// The stand-ins live longer than the program under test. A test kills the
// program, starts it again and then reads here what the providers saw:
// [Telegram.Log], [Telegram.Deliveries], [Twilio.Log], [Twilio.Deliveries].
//
// Left out, because the program has no use for it: formatting (a parse_mode is
// refused), files, editing, Telegram's closing of a webhook after 23 hours of 410,
// Twilio's connection overrides (what follows a # is ignored), scheduling and prices.
//
// Both are http.Handlers and safe for concurrent use. Webhooks and status
// callbacks leave only while Run is running.
package simulator
