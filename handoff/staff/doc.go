// Package staff keeps accounts, sign-in and roles.
//
// A member of staff has a password nobody chose (it is generated, so that it is in no list of leaked ones) and a code
// from their phone that serves once. What is stored gives neither away: the password as argon2id, a session under the
// SHA-256 of its token. An unknown name costs an attacker as much time as a known one and gets the same answer.
//
// [Accounts] adds, resets and disables; [Gate] signs in and out and answers whether a session is still good. Both read
// the store's clock, so that a wrong clock on one machine changes nothing (T47). The package keeps no conversation and
// knows of none.
package staff
