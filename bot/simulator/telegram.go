package simulator

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// TelegramConfig configures the Telegram stand-in. Only Token is required.
type TelegramConfig struct {
	// Token is the bot's token, "<id>:<secret>".
	Token string
	// Name and Username are the bot's; default "Bot" and "demo_bot".
	Name, Username string
	// NoGroups and NoPrivacy are BotFather's /setjoingroups and /setprivacy, each set
	// to "Disable"; a new bot may join groups and does not read along in them.
	NoGroups, NoPrivacy bool
	// Pictures is how many profile pictures the bot has.
	Pictures int
	// Insecure lets a webhook be plain HTTP and on any port, as a local Bot API
	// server does.
	Insecure bool
	// RateLimit turns on 429 for more than one message per second and chat, or 30
	// per second in all.
	RateLimit bool
	// Clock defaults to the wall clock.
	Clock Clock
	// Transport carries webhook requests; defaults to a private one.
	Transport http.RoundTripper
	// WebhookTimeout is wall-clock time; defaults to 60 s.
	WebhookTimeout time.Duration
	// AnswerWithin is how long a tap can be answered; defaults to 60 s.
	AnswerWithin time.Duration
}

// Telegram stands in for the Bot API server and for its users' phones.
type Telegram struct {
	cfg     TelegramConfig
	bot     User
	client  *http.Client
	loop    *loop
	faults  faults
	changes hub
	closing sync.Once
	closed  chan struct{}

	mu          sync.Mutex
	people      map[int64]*person
	groups      map[int64]*group
	messages    map[int]*Message
	order       []int // message ids as sent
	taps        map[string]*tap
	texts       profile
	hook        webhook
	poll        chan string // gets a reason when a newer request takes over
	polling     int
	updates     []*pending
	lastUpdate  int64
	lastMessage int
	lastTap     int64
	sent        []sending
	log         []Call
	deliveries  []Delivery
}

// NewTelegram makes a stand-in that knows nobody yet.
func NewTelegram(cfg TelegramConfig) *Telegram {
	cfg.fill()
	id, _ := strconv.ParseInt(strings.SplitN(cfg.Token, ":", 2)[0], 10, 64)
	return &Telegram{
		cfg:      cfg,
		bot:      User{ID: id, IsBot: true, FirstName: cfg.Name, Username: cfg.Username},
		client:   webhookClient(cfg.Transport, cfg.WebhookTimeout),
		loop:     newLoop(),
		closed:   make(chan struct{}),
		people:   map[int64]*person{},
		groups:   map[int64]*group{},
		messages: map[int]*Message{},
		taps:     map[string]*tap{},
		texts:    newProfile(cfg.Name),
		// A program that keeps its store across a restart of the stand-in must not
		// take new updates for ones it has seen.
		lastUpdate: cfg.Clock.Now().Unix(),
		lastTap:    cfg.Clock.Now().UnixNano(),
	}
}

func (c *TelegramConfig) fill() {
	if c.Name == "" {
		c.Name = "Bot"
	}
	if c.Username == "" {
		c.Username = "demo_bot"
	}
	if c.Clock == nil {
		c.Clock = wallClock{}
	}
	if c.WebhookTimeout == 0 {
		c.WebhookTimeout = webhookTimeout
	}
	if c.AnswerWithin == 0 {
		c.AnswerWithin = queryLifetime
	}
}

// webhookClient follows no redirect: to both providers a 3xx is no success.
func webhookClient(tr http.RoundTripper, timeout time.Duration) *http.Client {
	if tr == nil {
		tr = &http.Transport{MaxIdleConnsPerHost: ConnectionsMax, IdleConnTimeout: time.Minute}
	}
	return &http.Client{
		Transport:     tr,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Run delivers updates to the webhook until ctx ends; it returns nil then, or
// ErrRunning if it runs already.
func (t *Telegram) Run(ctx context.Context) error {
	return t.loop.run(ctx, t.cfg.Clock, t.due)
}

// Close ends long polls and delayed answers and lets go of idle connections. Calls
// after Close still work.
func (t *Telegram) Close() {
	t.closing.Do(func() { close(t.closed) })
	t.client.CloseIdleConnections()
}

// Fail makes coming calls go wrong; faults are used in the order in which they
// were added.
func (t *Telegram) Fail(f Fault) { t.faults.add(f) }

// ClearFaults forgets what Fail asked for.
func (t *Telegram) ClearFaults() { t.faults.clear() }

// Await returns nil once cond holds, looking again after every change here; or
// ctx's error.
func (t *Telegram) Await(ctx context.Context, cond func() bool) error {
	return t.changes.await(ctx, cond)
}

// ServeHTTP answers /bot<token>/<method>: Bot API, Making requests.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, e := t.route(r.URL.Path)
	if e != nil {
		writeTelegram(w, nil, e)
		return
	}
	p, e := readParams(w, r)
	if e != nil {
		t.record(Call{Method: method, Params: p, Code: e.code, Description: e.description})
		writeTelegram(w, nil, e)
		return
	}
	fault := t.faults.take(method, p["chat_id"])
	if !pause(r.Context(), t.cfg.Clock, fault.Delay, t.closed) || fault.Drop == DropBefore {
		t.record(Call{Method: method, Params: p, Description: "connection lost"})
		hangUp()
	}
	if fault.Status != 0 || fault.Body != "" {
		t.answerFault(w, method, p, fault)
		return
	}
	result, e := t.call(r.Context(), method, p, false)
	if fault.Drop == DropAfter {
		hangUp()
	}
	writeTelegram(w, result, e)
}

// route checks the token: 404 for one that cannot be a token, 401 for a wrong one.
func (t *Telegram) route(path string) (string, *apiError) {
	token, method, ok := strings.Cut(strings.TrimPrefix(path, "/bot"), "/")
	method = strings.TrimPrefix(method, "test/")
	switch {
	case !ok || !strings.HasPrefix(path, "/bot") || !tokenPattern.MatchString(token):
		return "", &apiError{code: http.StatusNotFound, description: "Not Found"}
	case token != t.cfg.Token:
		return "", &apiError{code: http.StatusUnauthorized, description: "Unauthorized"}
	}
	return method, nil
}

func (t *Telegram) answerFault(w http.ResponseWriter, method string, p params, f Fault) {
	e := &apiError{code: f.Status, description: http.StatusText(f.Status), retryAfter: f.retrySeconds()}
	if e.code == http.StatusTooManyRequests {
		e = tooMany(max(1, e.retryAfter))
	}
	t.record(Call{Method: method, Params: p, Code: e.code, Description: e.description})
	if f.Body == "" {
		writeTelegram(w, nil, e)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = w.Write([]byte(f.Body)) // the caller has hung up: nobody to tell
}

func tooMany(seconds int) *apiError {
	return &apiError{
		code:        http.StatusTooManyRequests,
		description: "Too Many Requests: retry after " + strconv.Itoa(seconds),
		retryAfter:  seconds,
	}
}

// call carries out one method and writes it down.
func (t *Telegram) call(ctx context.Context, name string, p params, inReply bool) (json.RawMessage, *apiError) {
	if strings.EqualFold(name, "getUpdates") {
		return t.getUpdates(ctx, p)
	}
	m, ok := methods[strings.ToLower(name)]
	if !ok {
		e := &apiError{code: http.StatusNotFound, description: "Not Found: method not found"}
		t.record(Call{Method: name, Params: p, Code: e.code, Description: e.description, InReply: inReply})
		return nil, e
	}
	t.mu.Lock()
	result, e := m.do(t, p)
	c := Call{At: t.cfg.Clock.Now(), Method: m.name, Params: p, InReply: inReply}
	if e != nil {
		c.Code, c.Description = e.code, e.description
	} else {
		c.Done, c.Result = true, mustJSON(result)
	}
	t.log = append(t.log, c)
	t.mu.Unlock()
	t.touched()
	return c.Result, e
}

func (t *Telegram) record(c Call) {
	t.mu.Lock()
	c.At = t.cfg.Clock.Now()
	t.log = append(t.log, c)
	t.mu.Unlock()
	t.changes.changed()
}

// touched wakes the delivery loop and everybody who waits for a change.
func (t *Telegram) touched() {
	t.loop.poke()
	t.changes.changed()
}
