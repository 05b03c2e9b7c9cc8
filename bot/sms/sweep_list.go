package sms

import (
	"context"
	"errors"
	"slices"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"sosin/bot"
)

// sweepPage is Twilio's largest page.
const sweepPage = 1000

// received lists what people wrote to us since then, oldest first; of one second in the order of their arrival. Behind a
// Messaging Service the numbers may differ, so the list is read whole and the service's SID picked out.
func (c *Client) received(ctx context.Context, since time.Time) ([]message, error) {
	p := (&api.ListMessageParams{}).SetDateSentAfter(since.UTC().Truncate(time.Second)).SetPageSize(sweepPage)
	if c.from != "" {
		p.SetTo(c.from)
	}
	var found []message
	err := c.pages(ctx, p, func(batch []api.ApiV2010Message) bool {
		for _, r := range batch {
			m := fromRecord(r)
			if text(r.Direction) == "inbound" && c.ours(r) && (m.at.IsZero() || !m.at.Before(since)) {
				found = append(found, m)
			}
		}
		return true
	})
	slices.Reverse(found)
	slices.SortStableFunc(found, func(a, b message) int { return a.at.Compare(b.at) })
	return found, err
}

func (c *Client) ours(r api.ApiV2010Message) bool {
	return c.service == "" || text(r.MessagingServiceSid) == c.service
}

// forgotten is the age at which our own message is no longer looked for: a row lives ten minutes, and a doubt about its
// end is settled within two more.
const forgotten = 20 * time.Minute

// dropReplies deletes the records of answers that no outbox row knows: the fallback's text, Twilio's own replies to its
// keywords, and what was sent so long ago that no row can ask for it any more. They hold a person's number (promise 4). What cannot be deleted yet is listed again the next time.
func (c *Client) dropReplies(ctx context.Context, since time.Time) error {
	p := (&api.ListMessageParams{}).SetDateSentAfter(since.UTC().Truncate(time.Second)).SetPageSize(sweepPage)
	if c.from != "" {
		p.SetFrom(c.from)
	}
	var sids []string
	err := c.pages(ctx, p, func(batch []api.ApiV2010Message) bool {
		for _, r := range batch {
			old := text(r.Direction) == "outbound-api" && fromRecord(r).at.Before(c.now().Add(-forgotten))
			if (text(r.Direction) == "outbound-reply" || old) && c.ours(r) && final[text(r.Status)] {
				sids = append(sids, text(r.Sid))
			}
		}
		return true
	})
	for _, sid := range sids {
		var refused *bot.SendError
		if errors.As(c.DeleteMessage(ctx, sid), &refused) && refused.Code != codeNotComplete {
			return refused
		}
	}
	return err
}

// final: "Message resource", Message status values that do not change any more.
var final = map[string]bool{"delivered": true, "undelivered": true, "failed": true, "read": true, "canceled": true}
