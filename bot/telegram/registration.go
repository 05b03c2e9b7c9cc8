package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	api "github.com/go-telegram/bot"

	"sosin/bot"
)

// allowedUpdates are the kinds we can use; the server does not even queue the others.
var allowedUpdates = []string{"message", "edited_message", "callback_query", "my_chat_member"}

// maxConnections: Bot API, setWebhook: 1-100; 40 is Telegram's own default.
const maxConnections = 40

// setup runs a call and names the operation in its error, which wraps a *bot.SendError.
func (c *Client) setup(ctx context.Context, op string, call func(context.Context)) (*attempt, error) {
	a, failed := c.do(ctx, call)
	if failed != nil {
		return nil, fmt.Errorf("telegram: %s: %w", op, failed)
	}
	return a, nil
}

// Register tells Telegram to deliver to publicURL, which must be https on port 443, 80, 88 or 8443, and to prove itself
// with the secret. Updates that wait are kept: somebody wrote them.
func (c *Client) Register(ctx context.Context, publicURL string, secret Secret) error {
	if !secretPattern.MatchString(secret.value) {
		return ErrSecret
	}
	_, err := c.setup(ctx, "set webhook", func(ctx context.Context) {
		_, _ = c.lib.SetWebhook(ctx, &api.SetWebhookParams{
			URL: publicURL, SecretToken: secret.value, AllowedUpdates: allowedUpdates, MaxConnections: maxConnections,
		})
	})
	return err
}

// ask is setup for a call whose result is read.
func (c *Client) ask(ctx context.Context, op string, into any, call func(context.Context)) error {
	a, err := c.setup(ctx, op, call)
	if err == nil && json.Unmarshal(a.answer.Result, into) != nil {
		err = fmt.Errorf("telegram: %s: %w", op, &bot.SendError{Reason: bot.Unknown, Code: a.status})
	}
	return err
}

// Unregister removes the webhook, for poll mode, and keeps the updates that wait.
func (c *Client) Unregister(ctx context.Context) error {
	_, err := c.setup(ctx, "delete webhook", func(ctx context.Context) {
		_, _ = c.lib.DeleteWebhook(ctx, nil) // absent, drop_pending_updates is false
	})
	return err
}

// Identity is the bot's own account.
type Identity struct {
	ID       int64  `json:"id"`
	Username string `json:"username"` // for https://t.me/<username>
	Name     string `json:"first_name"`
	// Groups show their members to each other: neither should be.
	JoinsGroups bool `json:"can_join_groups"`
	ReadsGroups bool `json:"can_read_all_group_messages"`
}

// Me checks the token. A refused one is a *bot.SendError with reason Credentials.
func (c *Client) Me(ctx context.Context) (Identity, error) {
	var me Identity
	err := c.ask(ctx, "get me", &me, func(ctx context.Context) { _, _ = c.lib.GetMe(ctx) })
	return me, err
}

// Registration is how the webhook stands with Telegram.
type Registration struct {
	URL         string    // empty: no webhook is set
	Pending     int       // updates that wait for delivery
	LastError   string    // of the last failed delivery, in Telegram's words; empty: none
	LastErrorAt time.Time // zero: none
}

// WebhookInfo asks how the webhook stands.
func (c *Client) WebhookInfo(ctx context.Context) (Registration, error) {
	var w struct {
		URL       string `json:"url"`
		Pending   int    `json:"pending_update_count"`
		ErrorDate int64  `json:"last_error_date"`
		Error     string `json:"last_error_message"`
	}
	err := c.ask(ctx, "get webhook info", &w, func(ctx context.Context) { _, _ = c.lib.GetWebhookInfo(ctx) })
	if err != nil {
		return Registration{}, err
	}
	return Registration{URL: w.URL, Pending: w.Pending, LastError: w.Error, LastErrorAt: date(w.ErrorDate)}, nil
}
