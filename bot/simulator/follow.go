package simulator

import "slices"

// LogFrom is the part of Log from the n-th call on (counted from 0): a follower of many people reads each call once.
func (t *Telegram) LogFrom(n int) []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.log[min(n, len(t.log)):])
}

// LogFrom is the part of Log from the n-th request on (counted from 0).
func (t *Twilio) LogFrom(n int) []RESTCall {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.log[min(n, len(t.log)):])
}
