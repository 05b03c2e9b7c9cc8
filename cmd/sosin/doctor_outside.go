package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"sosin/bot"
)

// outsideWithin bounds all that is asked of one provider: about thirty short calls of at most 8 s each.
const outsideWithin = 25 * time.Second

// unanswered says why a provider gave no answer to work with. credentials and address are the settings to look at.
func (d *diagnosis) unanswered(name, provider string, err error, credentials, address string) {
	var e *bot.SendError
	if !errors.As(err, &e) {
		e = &bot.SendError{Reason: bot.Unknown}
	}
	switch {
	case e.Reason == bot.Credentials && e.Code == http.StatusNotFound: // as from any other server
		d.bad(name, provider+" is not found where we ask", "check "+address+" and "+credentials)
	case e.Reason == bot.Credentials:
		d.bad(name, fmt.Sprintf("%s does not accept us (code %d)", provider, e.Code), "check "+credentials)
	case e.Reason == bot.Throttled:
		d.bad(name, provider+" asks us to wait", "try again in "+max(e.After, time.Minute).Round(time.Second).String())
	case e.Code != 0:
		d.bad(name, fmt.Sprintf("%s gives an answer that is of no use (code %d)", provider, e.Code), "try again later; if it stays, check "+address)
	default:
		d.bad(name, provider+" does not answer", "check the way out to the Internet (proxy, firewall, DNS) and "+address)
	}
}

// tells says that a text gives us away, if it does. The text itself is not shown, only the word.
func (d *diagnosis) tells(name, what, text, mend string) bool {
	word := revealing(text)
	if word != "" {
		d.bad(name, fmt.Sprintf("%s says %q, which tells what this is", what, word), mend)
	}
	return word != ""
}

// whose says for whom a text is: for a language, or for everybody else.
func whose(lang string) string {
	if lang == "" {
		return "default"
	}
	return "language " + lang
}
