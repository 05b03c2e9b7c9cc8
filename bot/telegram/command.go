package telegram

import (
	"regexp"
	"strings"
)

// botCommand: Bot API, Commands: a slash, up to 32 letters, digits or underscores, and optionally the bot's name. Parsed
// here because entity offsets count UTF-16 units and libraries get them wrong.
var botCommand = regexp.MustCompile(`^(/[A-Za-z0-9_]{1,32})(@[A-Za-z0-9_]+)?(\s|$)`)

// command takes the bot's name off a leading command. Of "/start" only the word stays: its payload comes from a link
// and is nobody's words (Bot API, Deep linking).
func command(text string) string {
	m := botCommand.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	if strings.EqualFold(m[1], "/start") {
		return "/start"
	}
	return m[1] + text[len(m[1])+len(m[2]):]
}
