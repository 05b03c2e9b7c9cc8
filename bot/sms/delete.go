package sms

import (
	"context"
	"errors"
	"net/http"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"sosin/bot"
)

// DeleteFor is how long a deletion is worth trying: error 20009, a record may rarely stay incomplete for up to 14 days.
const DeleteFor = 14 * 24 * time.Hour

const (
	codeNotComplete = 20009
	codeNotFound    = 20404
	deleteFirst     = time.Minute
	deleteLongest   = 6 * time.Hour
)

// DeleteAfter is how long to wait until the deletion of a record of this age is tried again: half its age, at least a
// minute and at most six hours. The waits grow without anybody counting attempts.
func DeleteAfter(age time.Duration) time.Duration {
	return min(max(age/2, deleteFirst), deleteLongest)
}

// Erase implements bot.Eraser: it deletes all of one person's records that Twilio lets go, and returns the first refusal.
func (c *Client) Erase(ctx context.Context, _ bot.Address, messages []string) error {
	var first error
	for _, sid := range messages {
		if err := c.DeleteMessage(ctx, sid); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// DeleteMessage deletes a record with its pictures; a record that is gone already is deleted. One that Twilio does not let
// go yet (20009) is NotSent with After from DeleteAfter: try again, for DeleteFor. An identifier that is no MessageSid is
// Permanent.
func (c *Client) DeleteMessage(ctx context.Context, sid string) error {
	return c.forget(ctx, sid, func(svc *api.ApiService) error { return svc.DeleteMessage(sid, nil) })
}

// RedactMessage empties a record's text, for use before DeleteMessage where the text must go even if the record stays.
// Its errors are those of DeleteMessage.
func (c *Client) RedactMessage(ctx context.Context, sid string) error {
	return c.forget(ctx, sid, func(svc *api.ApiService) error {
		_, err := svc.UpdateMessage(sid, (&api.UpdateMessageParams{}).SetBody(""))
		return err
	})
}

func (c *Client) forget(ctx context.Context, sid string, do func(*api.ApiService) error) error {
	if !messageSID.MatchString(sid) {
		return &bot.SendError{Reason: bot.Permanent}
	}
	svc, cancel := c.call(ctx)
	defer cancel()
	err := sendError(do(svc))
	var e *bot.SendError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case codeNotFound, http.StatusNotFound:
		return nil
	case codeNotComplete:
		return &bot.SendError{Reason: bot.NotSent, Code: e.Code, After: DeleteAfter(c.age(svc, sid))}
	}
	return e
}

// age is how old a record is; 0 if Twilio does not say.
func (c *Client) age(svc *api.ApiService, sid string) time.Duration {
	r, err := svc.FetchMessage(sid, nil)
	if err != nil || date(r.DateCreated).IsZero() {
		return 0
	}
	return c.now().Sub(date(r.DateCreated))
}
