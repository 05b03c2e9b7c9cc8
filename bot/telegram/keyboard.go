package telegram

import (
	"unicode/utf8"

	"sosin/bot"
)

// narrow is the longest label, in runes, of which two fit beside each other on a small phone.
const narrow = 13

// inlineKeyboard is the Bot API's InlineKeyboardMarkup. The library's own would add an empty copy_text to each button.
type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// keyboard lays buttons out in their order: two short ones to a row, a long one alone.
func keyboard(buttons []bot.Button) inlineKeyboard {
	var k inlineKeyboard
	room := false // the last row holds one short button
	for _, b := range buttons {
		short := utf8.RuneCountInString(b.Label) <= narrow
		button := inlineButton{Text: b.Label, Data: b.Data}
		if last := len(k.Rows) - 1; room && short {
			k.Rows[last] = append(k.Rows[last], button)
			room = false
			continue
		}
		k.Rows = append(k.Rows, []inlineButton{button})
		room = short
	}
	return k
}
