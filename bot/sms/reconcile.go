package sms

import (
	"context"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"sosin/bot"
)

const (
	// reconcileSlack covers Twilio's whole seconds and clocks that differ.
	reconcileSlack = 5 * time.Second
	reconcilePage  = 100
	// reconcilePages bounds the search: a person's records are deleted as they become final, few are ever listed.
	reconcilePages = 5
)

// Reconcile implements bot.Reconciler: it looks in Twilio's list for a message of the same text to the same person that we
// created since then. The list is not narrowed by DateSent, which a message still queued at Twilio does not have: it would
// be missed and sent twice.
func (c *Client) Reconcile(ctx context.Context, a bot.Address, m bot.Outbound, since time.Time) (string, bool, error) {
	since = since.Add(-reconcileSlack)
	sid, left := "", reconcilePages
	p := (&api.ListMessageParams{}).SetTo(a.Reveal()).SetPageSize(reconcilePage)
	err := c.pages(ctx, p, func(batch []api.ApiV2010Message) bool {
		sid = match(batch, m.Text, since)
		left--
		return sid == "" && left > 0 && anySince(batch, since)
	})
	if err != nil {
		return "", false, err
	}
	return sid, sid != "", nil
}

func match(batch []api.ApiV2010Message, body string, since time.Time) string {
	for _, r := range batch {
		same := strings.TrimSpace(text(r.Body)) == strings.TrimSpace(body)
		if same && text(r.Direction) == "outbound-api" && !date(r.DateCreated).Before(since) {
			return text(r.Sid)
		}
	}
	return ""
}

func anySince(batch []api.ApiV2010Message, since time.Time) bool {
	for _, r := range batch {
		if !date(r.DateCreated).Before(since) {
			return true
		}
	}
	return false
}
