package sms

import (
	"context"
	"net/url"
	"strconv"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"sosin/bot"
)

// pages reads the Message list ("Message resource", Read multiple Messages: newest first) page by page until visit returns
// false or the list ends. twilio-go's own paging needs a goroutine.
func (c *Client) pages(ctx context.Context, p *api.ListMessageParams, visit func([]api.ApiV2010Message) bool) error {
	page, token := "", ""
	for {
		got, err := c.page(ctx, p, token, page)
		if err != nil {
			return sendError(err)
		}
		if !visit(got.Messages) {
			return nil
		}
		before := token
		token, page = nextPage(text(got.NextPageUri))
		if token == "" {
			return nil
		}
		if token == before {
			return &bot.SendError{Reason: bot.Unknown} // a list that never ends
		}
	}
}

func (c *Client) page(ctx context.Context, p *api.ListMessageParams, token, page string) (*api.ListMessageResponse, error) {
	svc, cancel := c.call(ctx)
	defer cancel()
	return svc.PageMessage(p, token, page)
}

func nextPage(uri string) (token, page string) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", ""
	}
	return u.Query().Get("PageToken"), u.Query().Get("Page")
}

// date reads an RFC 2822 date; one that is absent or unreadable is zero.
func date(s *string) time.Time {
	t, err := time.Parse(time.RFC1123Z, text(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// fromRecord reads a person's message from the list. DateSent of an inbound message is when Twilio called the webhook.
func fromRecord(r api.ApiV2010Message) message {
	media, _ := strconv.Atoi(text(r.NumMedia)) // absent: none
	m := message{sid: text(r.Sid), from: text(r.From), body: text(r.Body), media: media, at: date(r.DateSent)}
	if m.at.IsZero() {
		m.at = date(r.DateCreated)
	}
	return m
}
