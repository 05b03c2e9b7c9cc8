package sms

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"

	"sosin/bot"
)

// backend is twilio-go's way to the network, for one call: its own client knows no context, no base URL and no
// Retry-After, and quotes numbers in its errors. Every error that leaves SendRequest is a *bot.SendError.
type backend struct {
	ctx context.Context
	c   *Client
}

// AccountSid implements client.BaseClient.
func (b backend) AccountSid() string { return b.c.account }

// SetTimeout implements client.BaseClient; the context bounds a call instead.
func (backend) SetTimeout(time.Duration) {}

// SetOauth implements client.BaseClient; only the auth token signs in.
func (backend) SetOauth(client.OAuth) {}

// OAuth implements client.BaseClient.
func (backend) OAuth() client.OAuth { return nil }

// SendRequest implements client.BaseClient. Of rawURL only the path counts, and which of Twilio's APIs it names.
func (b backend) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	var written atomic.Bool
	req, err := b.request(method, rawURL, data, headers, &written)
	if err != nil {
		return nil, &bot.SendError{Reason: bot.Permanent}
	}
	resp, err := b.c.http.Do(req)
	switch {
	case err != nil && written.Load():
		return nil, &bot.SendError{Reason: bot.Unknown}
	case err != nil:
		return nil, &bot.SendError{Reason: bot.NotSent}
	case resp.StatusCode >= http.StatusMultipleChoices:
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	resp.Body = limited{io.LimitReader(resp.Body, answerMax), resp.Body}
	return resp, nil
}

// answerMax bounds an answer, in bytes: a page of 1000 records takes about 2 MB.
const answerMax = 16 << 20

type limited struct {
	io.Reader
	io.Closer
}

func (b backend) request(method, rawURL string, data url.Values, headers map[string]any, written *atomic.Bool) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	address, body := b.c.api+u.EscapedPath(), ""
	if strings.HasPrefix(u.Host, "messaging.") {
		address = b.c.messaging + u.EscapedPath()
	}
	if method == http.MethodPost {
		body = data.Encode()
	} else if len(data) > 0 {
		address += "?" + data.Encode()
	}
	ctx := httptrace.WithClientTrace(b.ctx, trace(written))
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		if text, ok := value.(string); ok {
			req.Header.Set(name, text)
		}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "sosin")
	req.SetBasicAuth(b.c.account, b.c.token.secret)
	return req, nil
}

// trace finds out whether anything may have reached the network. net/http takes a new connection for a request only if
// nothing of it left on the one before, so what was noted for that one is forgotten.
func trace(written *atomic.Bool) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { written.Store(true) },
	}
}

// refusal reads only the code of an error answer ("Twilio's response", REST exceptions): the texts quote numbers. Without
// a code, a gateway's page for instance, the HTTP status stands in for it.
func refusal(resp *http.Response) error {
	var exception struct {
		Code int `json:"code"`
	}
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&exception)
	e := &bot.SendError{
		Reason: reasonOf(resp.StatusCode, exception.Code),
		Code:   cmp.Or(exception.Code, resp.StatusCode),
	}
	if e.Reason == bot.Throttled {
		e.After = retryAfter(resp.Header)
	}
	return e
}

// retryAfter: RFC 9110, 10.2.3, in seconds or as a date. At least a second, so that nobody is asked in a busy loop; at
// most an hour, so that a wrong clock does not silence us.
func retryAfter(h http.Header) time.Duration {
	raw := h.Get("Retry-After")
	wait := time.Second
	if seconds, err := strconv.Atoi(raw); err == nil {
		wait = time.Duration(min(seconds, 3600)) * time.Second
	} else if date, err := http.ParseTime(raw); err == nil {
		wait = time.Until(date)
	}
	return min(max(wait, time.Second), time.Hour)
}

// sendError keeps what SendRequest said. Anything else, such as an answer that is no JSON, came after the request was
// written, and may quote the answer: it becomes Unknown.
func sendError(err error) error {
	if err == nil {
		return nil
	}
	var e *bot.SendError
	if errors.As(err, &e) {
		return e
	}
	return &bot.SendError{Reason: bot.Unknown}
}
