package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// bodyMax is four times the largest update Telegram builds (telegram-bot-api serialises into 64 KiB), so nothing
// authentic is ever turned away by it.
const bodyMax = 256 << 10

// Webhook answers Telegram's POSTs. Every status is chosen for what Telegram does with it: 2xx takes the update off its
// queue, anything else blocks that person's chat until a retry succeeds.
type Webhook struct {
	secret   [sha256.Size]byte
	receiver Receiver
	count    Counter
}

// NewWebhook returns ErrSecret for the zero Secret: a webhook without one would believe anybody.
func NewWebhook(secret Secret, r Receiver, count Counter) (*Webhook, error) {
	if !secretPattern.MatchString(secret.value) {
		return nil, ErrSecret
	}
	return &Webhook{secret: sha256.Sum256([]byte(secret.value)), receiver: r, count: count}, nil
}

// ServeHTTP answers 405, 401, 415 or 413 to what cannot be Telegram's, 200 to what is committed or useless, and 503 with
// Retry-After while the store is in doubt.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status := h.inspect(w, r); status != 0 {
		h.count.add(Refused)
		w.WriteHeader(status)
		return
	}
	raw, status := readBody(w, r)
	if status != 0 {
		h.count.add(Refused)
		w.WriteHeader(status)
		return
	}
	u, err := decode(raw)
	switch {
	case err != nil:
		h.count.add(Malformed) // 200: a repeat would be no better, and would block somebody's chat
	case !u.useful:
		h.count.add(Ignored)
		u.reply(w)
	default:
		h.receive(w, r, u)
	}
}

// inspect refuses before a byte of the body is read.
func (h *Webhook) inspect(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	// Hashes are of one length whatever was sent, so the time taken says nothing about the secret.
	got := sha256.Sum256([]byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
	if subtle.ConstantTimeCompare(got[:], h.secret[:]) != 1 {
		return http.StatusUnauthorized
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return http.StatusUnsupportedMediaType
	}
	return 0
}

// readBody takes at most bodyMax, and no longer than a commit may take. A body cut short is no fault of the update: 503
// keeps it.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(receiveWithin)) // unsupported by test recorders only
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusServiceUnavailable
	}
	_ = conn.SetReadDeadline(time.Time{}) // passed later, it would cancel the request's context
	return raw, 0
}

func (h *Webhook) receive(w http.ResponseWriter, r *http.Request, u update) {
	ctx, cancel := context.WithTimeout(r.Context(), receiveWithin)
	defer cancel()
	if err := h.receiver.Receive(ctx, u.in); err != nil {
		h.count.add(Deferred)
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(waitAsked(err))))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.count.add(Committed)
	u.reply(w)
}

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// method is a Bot API call given in the answer to a webhook (Bot API, Making requests when getting updates). Its result
// stays unknown, which is fine for these two only.
type method struct {
	Method string `json:"method"`
	Tap    string `json:"callback_query_id,omitempty"`
	Chat   int64  `json:"chat_id,omitempty"`
}

// reply answers 200, and with it ends a button's spinner or leaves a group.
func (u update) reply(w http.ResponseWriter) {
	var m method
	switch {
	case u.tap != "":
		m = method{Method: "answerCallbackQuery", Tap: u.tap}
	case u.leave != 0:
		m = method{Method: "leaveChat", Chat: u.leave}
	default:
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m) // Telegram has hung up: it will ask again
}
