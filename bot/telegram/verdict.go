package telegram

import (
	"net/http"
	"strings"

	"sosin/bot"
)

// verdict sorts a call that did not end well by what is to be done about it; nil if it did. What Telegram says about a
// chat is told from what a gateway on the way says about the request.
func (a *attempt) verdict() *bot.SendError {
	switch {
	case a.decoded && a.answer.OK:
		return nil
	case a.status == 0 && !a.connected.Load():
		return &bot.SendError{Reason: bot.NotSent}
	case a.status == 0:
		return &bot.SendError{Reason: bot.Unknown}
	case a.decoded:
		return a.refusal(a.answer.Code)
	}
	return a.gateway()
}

// refusal is the Bot API's own no.
func (a *attempt) refusal(code int) *bot.SendError {
	e := &bot.SendError{Reason: bot.Permanent, Code: code}
	switch {
	case code == http.StatusTooManyRequests:
		e.Reason, e.After = bot.Throttled, max(seconds(a.answer.Parameters.RetryAfter), a.after)
	case code == http.StatusUnauthorized, code == http.StatusNotFound:
		e.Reason = bot.Credentials
	case code == http.StatusForbidden, code == http.StatusBadRequest && unreachable(a.answer.Description):
		e.Reason = bot.Forbidden
	case code >= http.StatusInternalServerError:
		e.Reason = bot.Unknown // it may fail after having sent
	}
	return e
}

// gateway is a no from in front of Telegram, or an answer cut short. A 403 there says nothing about the person.
func (a *attempt) gateway() *bot.SendError {
	e := &bot.SendError{Reason: bot.NotSent, Code: a.status}
	switch {
	case a.status == http.StatusTooManyRequests:
		e.Reason, e.After = bot.Throttled, a.after
	case a.status == http.StatusUnauthorized, a.status == http.StatusNotFound:
		e.Reason = bot.Credentials // not the Bot API's address, or not with this token
	case a.status < http.StatusMultipleChoices, a.status >= http.StatusInternalServerError:
		e.Reason = bot.Unknown
	}
	return e
}

// gone are the descriptions under which a 400 means that the person cannot be written to at all. The reference does not
// list them; they are the ones the published server (telegram-bot-api) and Telegram behind it are known to use.
var gone = []string{"chat not found", "user is deactivated", "user_is_blocked", "input_user_deactivated",
	"peer_id_invalid", "bot was blocked by the user"}

func unreachable(description string) bool {
	d := strings.ToLower(description)
	for _, g := range gone {
		if strings.Contains(d, g) {
			return true
		}
	}
	return false
}
