// Package bot carries messages: [Engine] takes an Inbound through load, step and commit; [Sender] takes outbox rows out,
// with retries and in order.
//
// Nothing is acknowledged to a provider before the commit; any doubt about the store is an error, and the provider keeps
// the message. The commit that fills an empty lane leases it to the instance that committed, which sends at once; other
// instances meet a lane only when its time in the `due` set has come.
//
// The address type lives here, and only here: a counsellor's page cannot even name a phone number's type.
package bot
