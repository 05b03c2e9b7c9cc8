package main

import (
	"fmt"

	"sosin/bot"
	"sosin/flows"
	"sosin/locales"
)

// checkPrompts renders every prompt with its answers and the longest values, as people get it, and reports each that
// does not fit: two SMS segments, Telegram's 4096 units, 64 bytes for what a button carries.
func checkPrompts(texts *locales.Texts, prompts []flows.Message) wrongConfig {
	var w wrongConfig
	longest := flows.Longest()
	for _, m := range prompts {
		m.Args = map[string]string{}
		for _, v := range texts.Vars(m.Text) {
			m.Args[v] = fmt.Sprint(longest[v])
		}
		for _, lang := range flows.Langs {
			for _, ch := range flows.Channels {
				if what := fit(texts, lang, ch, m); what != "" {
					w.add(fmt.Sprintf("state %s, %s, %s", m.State, lang, ch), what, "shorten the text or its answers")
				}
			}
		}
	}
	return w
}

func fit(texts *locales.Texts, lang flows.Lang, ch flows.Channel, m flows.Message) string {
	out, err := bot.Render(texts, lang, ch, m)
	if err != nil {
		return err.Error()
	}
	for _, b := range out.Buttons {
		if len(b.Data) > 64 {
			return "the name of the state is too long for a button"
		}
	}
	cost := locales.Segments(out.Text)
	switch {
	case ch == flows.SMS && cost.Segments > locales.MaxSegments:
		return fmt.Sprintf("takes %d SMS segments (%d units, %s)", cost.Segments, cost.Units, cost.Encoding)
	case ch == flows.Telegram && cost.Units > locales.MaxTelegram:
		return "is longer than a Telegram message"
	}
	return ""
}
