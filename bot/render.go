package bot

import (
	"fmt"
	"strconv"
	"strings"

	"sosin/flows"
)

// Texts says a text key in a language for a channel. Package locales implements it.
type Texts interface {
	Say(lang, key, channel string, args map[string]any) (string, error)
}

// Render turns a message into what the channel sends. On Telegram the answers are buttons whose label begins with the
// number to type; on SMS they are lines under the text.
func Render(t Texts, lang flows.Lang, ch flows.Channel, m flows.Message) (Outbound, error) {
	if m.Words != "" {
		return Outbound{Text: m.Words}, nil
	}
	text, err := t.Say(string(lang), m.Text, string(ch), anyMap(m.Args))
	if err != nil {
		return Outbound{}, fmt.Errorf("render text: %w", err)
	}
	out := Outbound{Text: text}
	for _, c := range m.Choices {
		if c.Hide == ch {
			continue
		}
		label, err := t.Say(string(lang), c.Label, string(ch), nil)
		if err != nil {
			return Outbound{}, fmt.Errorf("render label: %w", err)
		}
		label = c.Key + " " + label
		if ch == flows.SMS {
			out.Text += "\n" + label
			continue
		}
		out.Buttons = append(out.Buttons, Button{Label: label, Data: TapData(flows.Tap{State: m.State, Turn: m.Turn, Key: c.Key})})
	}
	return out, nil
}

func anyMap(m map[string]string) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// TapData writes what a button carries: state, turn and key, within Telegram's 64 bytes.
func TapData(t flows.Tap) string { return t.State + "|" + strconv.Itoa(t.Turn) + "|" + t.Key }

// ParseTap reads it back. Anything malformed is a tap on no known prompt.
func ParseTap(data string) flows.Tap {
	parts := strings.Split(data, "|")
	if len(parts) != 3 {
		return flows.Tap{}
	}
	turn, err := strconv.Atoi(parts[1])
	if err != nil {
		return flows.Tap{}
	}
	return flows.Tap{State: parts[0], Turn: turn, Key: parts[2]}
}
