package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// answerMax bounds an answer: 100 updates of at most 64 KiB each, doubled.
const answerMax = 16 << 20

// attempt is what can be known of one call after it has ended.
type attempt struct {
	// connected: a connection was handed to the request, so bytes of it may have been written. Before that nothing can
	// have reached the provider.
	connected atomic.Bool
	status    int           // HTTP status; 0: no answer seen
	after     time.Duration // Retry-After header; 0: none
	decoded   bool          // the answer is the Bot API's, not a gateway's
	answer    answer
}

// answer is the Bot API's envelope (Bot API, Making requests).
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"` // seconds
	} `json:"parameters"`
}

type attemptKey struct{}

// watched makes calls under the returned context report into the attempt.
func watched(ctx context.Context) (context.Context, *attempt) {
	a := &attempt{}
	return context.WithValue(ctx, attemptKey{}, a), a
}

// trace follows a request onto a connection. The transport itself repeats a POST only if it wrote nothing of it, so each
// GetConn starts afresh.
func (a *attempt) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { a.connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	}
}

// doer carries requests for go-telegram/bot and for us.
type doer struct{ client *http.Client }

// Do makes the request and notes in its context's attempt how it went. The library streams its form; here it is
// gathered first, so that the transport can repeat what was never written to a connection gone stale.
func (d doer) Do(req *http.Request) (*http.Response, error) {
	a, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		a = &attempt{}
	}
	if err := gather(req); err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), a.trace())))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a.status, a.after = resp.StatusCode, headerSeconds(resp.Header)
	raw, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if err != nil {
		return nil, err
	}
	a.decoded = json.Unmarshal(raw, &a.answer) == nil && (a.answer.OK || a.answer.Code != 0)
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	return resp, nil
}

func gather(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	raw, err := io.ReadAll(req.Body)
	_ = req.Body.Close() // a pipe's reading end: cannot fail
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(raw))
	if len(raw) == 0 {
		req.Body = http.NoBody
		req.Header.Del("Content-Type") // an empty body is no form
		return nil
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
	req.Body, err = req.GetBody()
	return err
}

// headerSeconds reads Retry-After in its form of seconds (RFC 9110, 10.2.3), the one that gateways send with a 429.
func headerSeconds(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return seconds(n)
}

// seconds keeps what a provider asks for within sense: a day at most, never negative.
func seconds(n int) time.Duration {
	return time.Duration(min(max(n, 0), 24*60*60)) * time.Second
}
