package simulator

import (
	"encoding/json"
	"slices"
	"time"
)

// webhook is what setWebhook configured; the zero value is none.
type webhook struct {
	url         string
	secret      string
	connections int
	allowed     []string // empty: all but those that must be asked for
	generation  int      // counts changes, so that a late answer finds it is stale
	errorAt     time.Time
	errorText   string
}

// askedFor: Bot API, setWebhook: allowed_updates: by default all update types
// except chat_member, message_reaction and message_reaction_count.
var askedFor = []string{"chat_member", "message_reaction", "message_reaction_count"}

func (h *webhook) wants(kind string) bool {
	if len(h.allowed) == 0 {
		return !slices.Contains(askedFor, kind)
	}
	return slices.Contains(h.allowed, kind)
}

func (t *Telegram) setWebhook(p params) (any, *apiError) {
	if p["url"] == "" {
		return t.deleteWebhook(p)
	}
	if reason := validWebhook(p["url"], t.cfg.Insecure); reason != "" {
		return nil, badRequest(reason)
	}
	secret := p["secret_token"]
	if len(secret) > SecretMax {
		return nil, badRequest("secret token is too long")
	}
	if secret != "" && !secretPattern.MatchString(secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	connections, ok := between(p["max_connections"], ConnectionsDefault, 1, ConnectionsMax)
	if !ok {
		return nil, badRequest("max_connections must be between 1 and 100")
	}
	if e := t.allow(p); e != nil {
		return nil, e
	}
	if p.bool("drop_pending_updates") {
		t.updates = nil
	}
	t.supersede("Conflict: terminated by setWebhook request")
	t.hook = webhook{
		url: p["url"], secret: secret, connections: connections,
		allowed: t.hook.allowed, generation: t.hook.generation + 1,
	}
	t.rewind()
	return true, nil
}

// rewind makes every waiting update deliverable at once: a webhook that is set
// anew starts with fresh connections and no memory of failures.
func (t *Telegram) rewind() {
	for _, u := range t.updates {
		u.inFlight, u.wake, u.fails, u.delay = false, time.Time{}, 0, RetryFirst
	}
}

// allow takes allowed_updates; absent keeps the previous setting.
func (t *Telegram) allow(p params) *apiError {
	if p["allowed_updates"] == "" {
		return nil
	}
	var kinds []string
	if json.Unmarshal([]byte(p["allowed_updates"]), &kinds) != nil {
		return badRequest("can't parse allowed_updates JSON array")
	}
	t.hook.allowed = kinds
	return nil
}

func (t *Telegram) deleteWebhook(p params) (any, *apiError) {
	t.hook = webhook{allowed: t.hook.allowed, generation: t.hook.generation + 1}
	t.rewind()
	if p.bool("drop_pending_updates") {
		t.updates = nil
	}
	return true, nil
}

type webhookInfo struct {
	URL            string   `json:"url"`
	Certificate    bool     `json:"has_custom_certificate"`
	Pending        int      `json:"pending_update_count"`
	ErrorDate      int64    `json:"last_error_date,omitempty"`
	ErrorMessage   string   `json:"last_error_message,omitempty"`
	MaxConnections int      `json:"max_connections,omitempty"`
	Allowed        []string `json:"allowed_updates,omitempty"`
}

func (t *Telegram) getWebhookInfo(params) (any, *apiError) {
	t.expire(t.cfg.Clock.Now())
	info := webhookInfo{
		URL: t.hook.url, Pending: len(t.updates), MaxConnections: t.hook.connections,
		Allowed: t.hook.allowed, ErrorMessage: t.hook.errorText,
	}
	if !t.hook.errorAt.IsZero() {
		info.ErrorDate = t.hook.errorAt.Unix()
	}
	return info, nil
}
