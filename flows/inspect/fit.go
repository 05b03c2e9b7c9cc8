package inspect

import (
	"fmt"
	"sync"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/locales"
)

// maxButton is how many bytes a Telegram button carries (Bot API, InlineKeyboardButton: callback_data, 1-64 bytes).
const maxButton = 64

// fits: every SMS takes at most two segments as rendered, with its answers and the longest values; a Telegram message fits
// its 4096 units, a button its 64 bytes (DESIGN.md section 2).
func fits(p *prover) {
	for _, m := range Prompts(p.Flows, p.Texts) {
		for _, ch := range flows.Channels {
			for _, lang := range flows.Langs {
				if what, mend := p.misfit(lang, ch, m); what != "" {
					p.add(p.state(m.State).Pos, what, mend)
				}
			}
		}
	}
}

// misfit says what does not fit, and how to mend it.
func (p *prover) misfit(lang flows.Lang, ch flows.Channel, m flows.Message) (what, mend string) {
	prompt := fmt.Sprintf("the text %s with the answers of the state %s", m.Text, m.State)
	const shorten = "shorten the text or its answers"
	out, err := p.Longest(lang, ch, m)
	switch {
	case err != nil:
		return fmt.Sprintf("%s cannot be shown in %s on %s", prompt, lang, ch), "mend the text"
	case out.button > maxButton:
		return fmt.Sprintf("the buttons of the state %s need %d bytes, a button carries %d", m.State, out.button, maxButton), "shorten the name of the state"
	case ch == flows.SMS && out.Segments > locales.MaxSegments:
		return fmt.Sprintf("%s takes %d SMS segments in %s (%d units, %s)", prompt, out.Segments, lang, out.Units, out.Encoding), shorten
	case ch == flows.Telegram && out.Units > locales.MaxTelegram:
		return fmt.Sprintf("%s is longer in %s than a Telegram message, which holds %d units", prompt, lang, locales.MaxTelegram), shorten
	}
	return "", ""
}

// Rendered is a message as it comes out longest, and what it would cost as SMS.
type Rendered struct {
	Text string
	locales.Cost
	button int // bytes the largest button carries
}

// Longest renders a message with the longest value of each of its variables. A text whose longest values are not known comes
// out empty: that is a fault of the texts.
func (s Subject) Longest(lang flows.Lang, ch flows.Channel, m flows.Message) (Rendered, error) {
	var longest Rendered
	for _, args := range s.Texts.Longest(string(lang), m.Text, string(ch), longestValues()) {
		m.Args = map[string]string{}
		for name, v := range args {
			m.Args[name] = fmt.Sprint(v)
		}
		text, data, err := s.Render(lang, ch, m)
		if err != nil {
			return Rendered{}, err
		}
		cost := locales.Segments(text)
		if cost.Segments < longest.Segments || cost.Segments == longest.Segments && cost.Units < longest.Units {
			continue
		}
		longest = Rendered{Text: text, Cost: cost}
		for _, d := range data {
			longest.button = max(longest.button, len(d))
		}
	}
	return longest, nil
}

// Prompts lists every prompt with its answers, as [flows.Machine.Prompts] does, and those that are said before a language is
// known once more in all three.
func Prompts(m *flows.Machine, texts *locales.Texts) []flows.Message {
	anyOf := func(key string) string {
		if texts.Has("any." + key) {
			return "any." + key
		}
		return key
	}
	out := m.Prompts()
	for _, m := range out {
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

// longestValues gives the longest value of each variable in each language. When a desk opens next is said by the service
// file, so its words count where they are longer.
var longestValues = sync.OnceValue(func() map[string]any {
	values := map[string]any{}
	for _, lang := range flows.Langs {
		for name, v := range flows.Longest(lang) {
			if next := service.LongestNextOpen(lang); name == "next_open" && len([]rune(next)) > len([]rune(v.(string))) {
				v = next
			}
			byLang, ok := values[name].(locales.ByLang)
			if !ok {
				byLang = locales.ByLang{}
				values[name] = byLang
			}
			byLang[string(lang)] = v
		}
	}
	return values
})
