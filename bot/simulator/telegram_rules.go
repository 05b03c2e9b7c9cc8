package simulator

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
)

// Limits of the Telegram Bot API. "Bot API" is the published reference, "server"
// the published source of the Bot API server (tdlib/telegram-bot-api).
const (
	// TextMax: Bot API, sendMessage: text is 1-4096 characters after entities
	// parsing. A character is a UTF-16 code unit, as for entity offsets.
	TextMax = 4096
	// CallbackDataMax: Bot API, InlineKeyboardButton: callback_data, 1-64 bytes.
	CallbackDataMax = 64
	// ButtonsMax: server, reply markup: at most 100 inline buttons to a message.
	ButtonsMax = 100
	// DeleteMax: Bot API, deleteMessages: message_ids, 1-100 identifiers.
	DeleteMax = 100
	// DeletableFor: Bot API, deleteMessage: only if sent less than 48 hours ago.
	DeletableFor = 48 * time.Hour
	// SecretMax: Bot API, setWebhook: secret_token, 1-256 characters.
	SecretMax = 256
	// ConnectionsDefault and ConnectionsMax: Bot API, setWebhook: max_connections,
	// 1-100, defaults to 40. (The server clamps; the stand-in refuses.)
	ConnectionsDefault = 40
	ConnectionsMax     = 100
	// UpdatesMax: Bot API, getUpdates: limit, 1-100, defaults to 100.
	UpdatesMax = 100
	// PollMax: server, LONG_POLL_MAX_TIMEOUT.
	PollMax = 50 * time.Second
	// AnswerTextMax: Bot API, answerCallbackQuery: text, 0-200 characters.
	AnswerTextMax = 200
	// CommandsMax: Bot API, setMyCommands: at most 100 commands.
	CommandsMax = 100
	// CommandDescriptionMax: Bot API, BotCommand: description, 1-256 characters.
	CommandDescriptionMax = 256
	// NameMax: Bot API, setMyName: 0-64 characters.
	NameMax = 64
	// DescriptionMax: Bot API, setMyDescription: 0-512 characters.
	DescriptionMax = 512
	// ShortDescriptionMax: Bot API, setMyShortDescription: 0-120 characters.
	ShortDescriptionMax = 120
	// ChatInterval: Bot API FAQ, "My bot is hitting limits": not more than one
	// message per second in one chat. Enforced only if rate limiting is on.
	ChatInterval = time.Second
	// TotalPerSecond: the same FAQ: not more than about 30 messages per second.
	TotalPerSecond = 30
)

// How Telegram delivers updates to a webhook.
const (
	// MessageLife: Bot API, Getting updates: updates are kept for 24 hours.
	MessageLife = 24 * time.Hour
	// TapLife: server, Client::add_update(CallbackQuery, ..., 150, ...).
	TapLife = 150 * time.Second
	// RetryFirst: server, WebhookActor: the first retry comes at once, the second
	// after twice this, and so on doubling.
	RetryFirst = time.Second
	// RetryMax: server, WEBHOOK_MAX_RESEND_TIMEOUT. The server draws the cap from
	// 60-120 s; the stand-in takes the lower end so that tests can count.
	RetryMax = 60 * time.Second
	// RetryAfterMax: server, MAX_RETRY_AFTER: a Retry-After header is obeyed up to
	// one hour.
	RetryAfterMax = time.Hour
	// webhookTimeout: server, idle time-out of a webhook connection.
	webhookTimeout = 60 * time.Second
	// queryLifetime is how long a tap can be answered. The reference says only
	// "query is too old"; the figure is the stand-in's.
	queryLifetime = 60 * time.Second
)

// webhookPorts: Bot API, setWebhook, Notes: ports currently supported.
var webhookPorts = []string{"443", "80", "88", "8443"}

var (
	// secretPattern: Bot API, setWebhook: only A-Z, a-z, 0-9, _ and -.
	secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	// commandPattern: Bot API, BotCommand: 1-32 lowercase letters, digits, underscores.
	commandPattern = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	// languagePattern: Bot API, setMyCommands: a two-letter ISO 639-1 code or empty.
	languagePattern = regexp.MustCompile(`^([a-z]{2})?$`)
	// tokenPattern: Bot API, Authorizing your bot.
	tokenPattern = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)
)

// characters counts as Telegram does, in UTF-16 code units.
func characters(s string) int { return len(utf16.Encode([]rune(s))) }

// validWebhook: Bot API, setWebhook: an HTTPS URL on a supported port. With
// insecure, plain HTTP and any port are taken too (a local Bot API server does so).
func validWebhook(raw string, insecure bool) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "invalid webhook URL specified"
	}
	switch {
	case insecure && (u.Scheme == "http" || u.Scheme == "https"):
		return ""
	case u.Scheme != "https":
		return "bad webhook: An HTTPS URL must be provided for webhook"
	case u.Port() != "" && !slices.Contains(webhookPorts, u.Port()):
		return "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
	}
	return ""
}

// between parses a whole number that the documentation bounds; absent gives def.
func between(raw string, def, low, high int) (int, bool) {
	if raw == "" {
		return def, true
	}
	n, err := strconv.Atoi(raw)
	return n, err == nil && n >= low && n <= high
}
