package telegram

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	api "github.com/go-telegram/bot"

	"sosin/bot"
)

// deleteMax: Bot API, deleteMessages: message_ids, 1-100 identifiers.
const deleteMax = 100

// Erase removes messages, ours and the person's, from both sides of a private chat (promise 4). Ones that are gone
// already, or older than the 48 hours Telegram allows, count as done. It may be repeated after any error, which is a
// *bot.SendError: Forbidden if the chat is no longer there, Permanent if an id was none of Telegram's (the others are
// deleted all the same).
func (c *Client) Erase(ctx context.Context, a bot.Address, ids []string) error {
	chat, err := chatID(a)
	if err != nil {
		return err
	}
	numbers := make([]int, 0, len(ids))
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	for batch := range slices.Chunk(numbers, deleteMax) {
		if err := c.deleteBatch(ctx, chat, batch); err != nil {
			return err
		}
	}
	if len(numbers) < len(ids) {
		return &bot.SendError{Reason: bot.Permanent}
	}
	return nil
}

// deleteBatch falls back to one by one: a single message that is too old makes Telegram refuse the whole batch.
func (c *Client) deleteBatch(ctx context.Context, chat int64, batch []int) error {
	_, failed := c.do(ctx, func(ctx context.Context) {
		_, _ = c.lib.DeleteMessages(ctx, &api.DeleteMessagesParams{ChatID: chat, MessageIDs: batch})
	})
	if failed == nil {
		return nil
	}
	if !refusedMessage(failed) {
		return failed
	}
	for _, id := range batch {
		_, failed := c.do(ctx, func(ctx context.Context) {
			_, _ = c.lib.DeleteMessage(ctx, &api.DeleteMessageParams{ChatID: chat, MessageID: id})
		})
		if failed != nil && !refusedMessage(failed) {
			return failed
		}
	}
	return nil
}

// refusedMessage: a 400 about the message, not about the chat: it is gone or too old.
func refusedMessage(err error) bool {
	var e *bot.SendError
	return errors.As(err, &e) && e.Reason == bot.Permanent && e.Code == http.StatusBadRequest
}
