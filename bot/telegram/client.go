package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	api "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"sosin/bot"
	"sosin/flows"
)

// DefaultAPI is Telegram's own Bot API server.
const DefaultAPI = "https://api.telegram.org"

// callWithin bounds one call; the lane's lease is longer (12 s, DESIGN.md section 4).
const callWithin = 8 * time.Second

// ErrAPI: the Bot API's base URL is not an absolute http or https URL.
var ErrAPI = errors.New("telegram: the Bot API's address must be an absolute http(s) URL")

// Client calls the Bot API. It is a [bot.Channel] and safe for concurrent use.
type Client struct {
	lib  *api.Bot
	doer doer
	base string // "<api>/bot<token>/": never in an error
}

var _ bot.Channel = (*Client)(nil)

// NewClient makes a client for one bot. apiURL is DefaultAPI, a local Bot API server or a stand-in. Nothing is called
// yet. It returns ErrToken or ErrAPI.
func NewClient(token Token, apiURL string) (*Client, error) {
	if !tokenPattern.MatchString(token.value) {
		return nil, ErrToken
	}
	u, err := url.Parse(apiURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, ErrAPI
	}
	apiURL = strings.TrimRight(apiURL, "/")
	d := doer{client: newHTTPClient()}
	lib, err := api.New(token.value, api.WithSkipGetMe(), api.WithServerURL(apiURL),
		api.WithHTTPClient(callWithin, d),
		// The library's own handlers print whole updates and bodies.
		api.WithDefaultHandler(func(context.Context, *api.Bot, *models.Update) {}),
		api.WithErrorsHandler(func(error) {}),
		api.WithDebugHandler(func(string, ...any) {}))
	if err != nil {
		return nil, ErrToken
	}
	return &Client{lib: lib, doer: d, base: apiURL + "/bot" + token.value + "/"}, nil
}

// newHTTPClient has no time-out of its own: every call brings a context with one.
func newHTTPClient() *http.Client {
	var http1 http.Protocols // one stalled HTTP/2 connection would hold up everybody
	http1.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			Protocols:           &http1,
			MaxIdleConnsPerHost: 64, // the default of 2 would open a connection for nearly every message
			IdleConnTimeout:     30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second,
		},
		// A redirect is no answer, and following one would hand the token to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.doer.client.CloseIdleConnections() }

// do runs one call of the library within callWithin and sorts its end. The library's error is dropped: it may quote the
// URL and the body.
func (c *Client) do(ctx context.Context, call func(context.Context)) (*attempt, *bot.SendError) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	ctx, a := watched(ctx)
	call(ctx)
	return a, a.verdict()
}

// Send delivers one message as plain text, without link previews: an address on a lock screen is bad enough without its
// picture. It returns the message's id for deleting it later. An error is a *bot.SendError.
func (c *Client) Send(ctx context.Context, to bot.Address, m bot.Outbound) (string, error) {
	chat, err := chatID(to)
	if err != nil {
		return "", err
	}
	p := &api.SendMessageParams{
		ChatID:             chat,
		Text:               m.Text,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: api.True()},
	}
	if len(m.Buttons) > 0 {
		p.ReplyMarkup = keyboard(m.Buttons)
	}
	a, failed := c.do(ctx, func(ctx context.Context) { _, _ = c.lib.SendMessage(ctx, p) })
	if failed != nil {
		return "", failed
	}
	return a.sentID(), nil
}

// chatID reads an address back. One of another channel can never be sent to here.
func chatID(a bot.Address) (int64, error) {
	id, err := strconv.ParseInt(a.Reveal(), 10, 64)
	if err != nil || a.Channel != flows.Telegram {
		return 0, &bot.SendError{Reason: bot.Permanent}
	}
	return id, nil
}

// sentID is the new message's id, read from the wire: a message that Telegram has taken stays sent even if the library
// cannot read all of the answer.
func (a *attempt) sentID() string {
	var m struct {
		ID int64 `json:"message_id"`
	}
	if json.Unmarshal(a.answer.Result, &m) != nil || m.ID <= 0 {
		return ""
	}
	return strconv.FormatInt(m.ID, 10)
}

// answerTap stops a button's spinner; nothing depends on whether it worked.
func (c *Client) answerTap(ctx context.Context, id string) {
	_, _ = c.do(ctx, func(ctx context.Context) {
		_, _ = c.lib.AnswerCallbackQuery(ctx, &api.AnswerCallbackQueryParams{CallbackQueryID: id})
	})
}

// leave leaves a group or channel; nothing depends on whether it worked.
func (c *Client) leave(ctx context.Context, chat int64) {
	_, _ = c.do(ctx, func(ctx context.Context) {
		_, _ = c.lib.LeaveChat(ctx, &api.LeaveChatParams{ChatID: chat})
	})
}
