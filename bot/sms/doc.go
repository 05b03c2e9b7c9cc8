// Package sms verifies, decodes and sends for one provider: Twilio.
//
// Three doors lead in, each checked against Twilio's signature before anything else is read from it: [Webhook] takes a
// person's message, [Status] learns what became of ours, [Fallback] answers with the emergency numbers when the first
// door failed and needs no store for it.
//
// Twilio does not deliver a webhook a second time once about 15 s have passed, but it keeps the message: its Message list
// is the recovery queue, and [Sweep] empties it through the same Receiver. [Client] sends, looks up whether a message whose
// answer was lost did arrive, and deletes Twilio's records.
//
// No error and no log line of this package holds a number, a text, a token or a message's SID: every error is a
// *bot.SendError or names a configuration fault without quoting the value.
package sms
