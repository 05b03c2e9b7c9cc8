// Package telegram verifies, decodes and sends for one provider, the Telegram Bot API.
//
// Telegram is a queue that keeps each person's updates in order for a day and hands the next one over only when the one
// before got a 2xx. So [Webhook] and [Poller] acknowledge an update only after the [Receiver] has it committed, answer
// 2xx to what is authentic but useless (anything else would block that person's chat for up to a day), and ask Telegram
// to wait when the store is in doubt.
//
// Decoding uses structs of our own in which names, usernames, language codes and file ids are not even declared: what is
// never read cannot be kept or logged. [Client] sends with go-telegram/bot, used for nothing else; how a call ended is
// read from the wire, not from that library's error texts, which quote addresses and bodies.
package telegram
