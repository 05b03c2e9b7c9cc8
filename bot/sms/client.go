package sms

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"sosin/bot"
	"sosin/flows"
)

const (
	twilioAPI = "https://api.twilio.com"
	// callWithin bounds one request (DESIGN.md section 4: lease 12 s, provider time-out 8 s).
	callWithin = 8 * time.Second
)

// Config is what a Client needs. API, Transport and Now may be left out.
type Config struct {
	AccountSID string
	AuthToken  AuthToken
	// From is our number in E.164, or a Messaging Service SID.
	From string
	// PublicURL is the address under which Twilio finds StatusPath.
	PublicURL string
	// API is the base URL of the REST API; empty is Twilio's.
	API string
	// Transport carries the requests; nil is a private one.
	Transport http.RoundTripper
	// Now tells the age of records; nil is time.Now.
	Now func() time.Time
}

// Client speaks Twilio's REST API, version 2010-04-01. It is safe for concurrent use, and a bot.Channel,
// bot.Reconciler and bot.Eraser. All its errors are *bot.SendError.
type Client struct {
	account string
	token   AuthToken
	from    string // our number, or empty
	service string // our Messaging Service, or empty
	public  string
	api     string
	// messaging is the base URL of Twilio's other API.
	messaging string
	http      *http.Client
	now       func() time.Time
}

var (
	_ bot.Channel    = (*Client)(nil)
	_ bot.Reconciler = (*Client)(nil)
	_ bot.Eraser     = (*Client)(nil)
)

// NewClient checks the configuration and returns all its faults, joined.
func NewClient(cfg Config) (*Client, error) {
	c := &Client{account: cfg.AccountSID, token: cfg.AuthToken, http: httpClient(cfg.Transport), now: cfg.Now}
	if c.now == nil {
		c.now = time.Now
	}
	var faults []error
	check := func(ok bool, fault error) {
		if !ok {
			faults = append(faults, fault)
		}
	}
	check(accountSID.MatchString(cfg.AccountSID), errAccount)
	check(!cfg.AuthToken.Empty(), errToken)
	check(c.setSender(cfg.From), errSender)
	var ok bool
	c.public, ok = baseURL(cfg.PublicURL)
	check(ok, errPublicURL)
	c.api, ok = baseURL(cmp.Or(cfg.API, twilioAPI))
	check(ok, errAPI)
	c.messaging = messagingBase(c.api)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) setSender(from string) bool {
	switch {
	case number.MatchString(from):
		c.from = from
	case serviceSID.MatchString(from):
		c.service = from
	default:
		return false // an alphanumeric sender cannot be answered
	}
	return true
}

// httpClient follows no redirect: it would carry a person's number to an address nobody configured.
func httpClient(rt http.RoundTripper) *http.Client {
	if rt == nil {
		rt = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second,
		}
	}
	return &http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// call prepares one request; cancel releases it after its answer was read.
func (c *Client) call(ctx context.Context) (*api.ApiService, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	return api.NewApiServiceWithClient(backend{ctx, c}), cancel
}

// Send implements bot.Channel: "Message resource", Create a Message. Smart encoding is not asked for: it replaces
// characters, and the texts are counted as they are. An address of another channel is Permanent.
func (c *Client) Send(ctx context.Context, a bot.Address, m bot.Outbound) (string, error) {
	if a.Channel != flows.SMS || !number.MatchString(a.Reveal()) {
		return "", &bot.SendError{Reason: bot.Permanent}
	}
	svc, cancel := c.call(ctx)
	defer cancel()
	msg, err := svc.CreateMessage(c.creation(a, m))
	if err != nil {
		return "", sendError(err)
	}
	if sid := text(msg.Sid); messageSID.MatchString(sid) {
		return sid, nil
	}
	return "", &bot.SendError{Reason: bot.Unknown}
}

func (c *Client) creation(a bot.Address, m bot.Outbound) *api.CreateMessageParams {
	p := (&api.CreateMessageParams{}).SetTo(a.Reveal()).SetBody(m.Text)
	if c.service != "" {
		p.SetMessagingServiceSid(c.service)
	} else {
		p.SetFrom(c.from)
	}
	if m.Token != "" {
		p.SetStatusCallback(c.public + StatusPath + "?t=" + url.QueryEscape(m.Token))
	}
	return p
}

// text reads one of twilio-go's optional fields.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
