package main

import (
	"fmt"

	"sosin/bot"
	"sosin/flows"
	"sosin/locales"
)

// longestValues gives the longest value of each variable in each language.
func longestValues() map[string]any {
	values := map[string]any{}
	for _, lang := range flows.Langs {
		for name, v := range flows.Longest(lang) {
			byLang, ok := values[name].(locales.ByLang)
			if !ok {
				byLang = locales.ByLang{}
				values[name] = byLang
			}
			byLang[string(lang)] = v
		}
	}
	return values
}

// withUnspoken adds the prompts as they are said before a language is known, where there is a text in all three.
func withUnspoken(texts *locales.Texts, prompts []flows.Message) []flows.Message {
	anyOf := func(key string) string {
		if texts.Has("any." + key) {
			return "any." + key
		}
		return key
	}
	out := prompts
	for _, m := range prompts {
		if !texts.Has("any." + m.Text) {
			continue
		}
		choices := m.Choices
		m.Text, m.Choices = anyOf(m.Text), nil
		for _, ch := range choices {
			ch.Label = anyOf(ch.Label)
			m.Choices = append(m.Choices, ch)
		}
		out = append(out, m)
	}
	return out
}

// checkPrompts renders every prompt with its answers and the longest values, as people get it, and reports each that
// does not fit: two SMS segments, Telegram's 4096 units, 64 bytes for what a button carries.
func checkPrompts(texts *locales.Texts, prompts []flows.Message) wrongConfig {
	var w wrongConfig
	for _, m := range prompts {
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
	out, cost, err := renderLongest(texts, lang, ch, m)
	if err != nil {
		return err.Error()
	}
	for _, b := range out.Buttons {
		if len(b.Data) > 64 {
			return "the name of the state is too long for a button"
		}
	}
	switch {
	case ch == flows.SMS && cost.Segments > locales.MaxSegments:
		return fmt.Sprintf("takes %d SMS segments (%d units, %s)", cost.Segments, cost.Units, cost.Encoding)
	case ch == flows.Telegram && cost.Units > locales.MaxTelegram:
		return "is longer than a Telegram message"
	}
	return ""
}

// renderLongest renders a message as it comes out longest, and says what it would cost as SMS. A text whose longest
// values are not known comes out empty: that is the texts' own fault.
func renderLongest(texts *locales.Texts, lang flows.Lang, ch flows.Channel, m flows.Message) (bot.Outbound, locales.Cost, error) {
	var longest bot.Outbound
	var most locales.Cost
	for _, args := range texts.Longest(string(lang), m.Text, string(ch), longestValues()) {
		m.Args = map[string]string{}
		for name, v := range args {
			m.Args[name] = fmt.Sprint(v)
		}
		out, err := bot.Render(texts, lang, ch, m)
		if err != nil {
			return bot.Outbound{}, locales.Cost{}, err
		}
		if cost := locales.Segments(out.Text); cost.Segments > most.Segments || cost.Segments == most.Segments && cost.Units >= most.Units {
			longest, most = out, cost
		}
	}
	return longest, most, nil
}
