package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"sosin/bot"
)

// updatesMax: Bot API, getUpdates: limit, 1-100.
const updatesMax = 100

type getUpdates struct {
	Offset  int64    `json:"offset,omitempty"` // confirms every update below it; absent: none
	Limit   int      `json:"limit"`
	Timeout int      `json:"timeout"` // seconds
	Allowed []string `json:"allowed_updates"`
}

// fetch makes one long poll, apart from the library, which confirms updates before anybody has handled them. What
// cannot be read comes back with its id and nothing else.
func (c *Client) fetch(ctx context.Context, offset int64, wait time.Duration) ([]update, *bot.SendError) {
	ctx, cancel := context.WithTimeout(ctx, wait+callWithin)
	defer cancel()
	ctx, a := watched(ctx)
	body, err := json.Marshal(getUpdates{offset, updatesMax, wholeSeconds(wait), allowedUpdates})
	if err != nil {
		return nil, &bot.SendError{Reason: bot.NotSent}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, &bot.SendError{Reason: bot.NotSent}
	}
	req.Header.Set("Content-Type", "application/json")
	if resp, err := c.doer.Do(req); err == nil {
		resp.Body.Close()
	}
	if failed := a.verdict(); failed != nil {
		return nil, failed
	}
	return readBatch(a.answer.Result)
}

// readBatch leaves out what has no id: it cannot be confirmed by itself, only together with what comes after it.
func readBatch(result json.RawMessage) ([]update, *bot.SendError) {
	var raw []json.RawMessage
	bad := json.Unmarshal(result, &raw) != nil
	batch := make([]update, 0, len(raw))
	for _, r := range raw {
		u, err := decode(r)
		if err != nil {
			u = update{id: onlyID(r), malformed: true}
		}
		if u.id > 0 {
			batch = append(batch, u)
		}
	}
	if bad || len(batch) == 0 && len(raw) > 0 {
		return nil, &bot.SendError{Reason: bot.Unknown, Code: http.StatusOK}
	}
	return batch, nil
}

func onlyID(raw json.RawMessage) int64 {
	var u struct {
		ID int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil {
		return 0
	}
	return u.ID
}
