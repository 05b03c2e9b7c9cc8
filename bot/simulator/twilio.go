package simulator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// TwilioConfig configures the Twilio stand-in. AccountSID, AuthToken and From are
// required.
type TwilioConfig struct {
	// AccountSID is "AC" and 32 hex digits; with AuthToken it signs in and signs.
	AccountSID, AuthToken string
	// From is the helpline's number in E.164.
	From string
	// MessagingServiceSID, if set, may be given instead of From and appears in webhooks.
	MessagingServiceSID string
	// Number and Service are how those two are set up beside that.
	Number  NumberSetup
	Service ServiceSetup
	// WebhookURL and FallbackURL are the number's; exactly as written (up to a
	// fragment) they are signed. Empty: none.
	WebhookURL, FallbackURL string
	// StatusDelay is the time from queued to sent and from sent to delivered.
	StatusDelay time.Duration
	// DeleteRefusals is how often each message refuses its deletion with 20009
	// after it is final.
	DeleteRefusals int
	// PlainOptOut leaves OptOutType out of webhooks, as for a number without
	// Advanced Opt-Out.
	PlainOptOut bool
	// Clock defaults to the wall clock.
	Clock Clock
	// Transport carries webhook requests; defaults to a private one. One that
	// redirects a public address to a local listener is set here.
	Transport http.RoundTripper
	// WebhookTimeout is wall-clock time; defaults to 15 s.
	WebhookTimeout time.Duration
}

// Twilio stands in for Twilio's REST API, its webhooks and the phones behind it.
type Twilio struct {
	cfg     TwilioConfig
	number  string // SID of the helpline's number
	client  *http.Client
	loop    *loop
	faults  faults
	changes hub
	closing sync.Once
	closed  chan struct{}

	mu       sync.Mutex
	records  map[string]*record
	order    []*record // as created
	optedOut map[string]bool
	outcomes map[string]Outcome
	phones   map[string][]Text
	agenda   []appointment
	log      []RESTCall
	hooks    []Hook
}

// appointment is a job for later.
type appointment struct {
	at time.Time
	do job
}

// NewTwilio makes a stand-in with an empty account.
func NewTwilio(cfg TwilioConfig) *Twilio {
	if cfg.Clock == nil {
		cfg.Clock = wallClock{}
	}
	if cfg.WebhookTimeout == 0 {
		cfg.WebhookTimeout = InboundTimeout
	}
	return &Twilio{
		cfg:      cfg,
		number:   newSID("PN"),
		client:   webhookClient(cfg.Transport, cfg.WebhookTimeout),
		loop:     newLoop(),
		closed:   make(chan struct{}),
		records:  map[string]*record{},
		optedOut: map[string]bool{},
		outcomes: map[string]Outcome{},
		phones:   map[string][]Text{},
	}
}

// Run makes webhook requests and moves messages towards delivery until ctx ends;
// it returns nil then, or ErrRunning if it runs already.
func (t *Twilio) Run(ctx context.Context) error {
	return t.loop.run(ctx, t.cfg.Clock, t.due)
}

// Close ends delayed answers and lets go of idle connections.
func (t *Twilio) Close() {
	t.closing.Do(func() { close(t.closed) })
	t.client.CloseIdleConnections()
}

// Fail makes coming calls go wrong; faults are used in the order in which they
// were added.
func (t *Twilio) Fail(f Fault) { t.faults.add(f) }

// ClearFaults forgets what Fail asked for.
func (t *Twilio) ClearFaults() { t.faults.clear() }

// Await returns nil once cond holds, looking again after every change here; or
// ctx's error.
func (t *Twilio) Await(ctx context.Context, cond func() bool) error {
	return t.changes.await(ctx, cond)
}

func (t *Twilio) due(now time.Time) ([]job, time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var jobs []job
	var later []appointment
	next := time.Time{}
	for _, a := range t.agenda {
		if a.at.After(now) {
			later = append(later, a)
			next = earlier(next, a.at)
			continue
		}
		jobs = append(jobs, a.do)
	}
	t.agenda = later
	return jobs, next
}

func (t *Twilio) plan(after time.Duration, do job) {
	t.agenda = append(t.agenda, appointment{t.cfg.Clock.Now().Add(after), do})
}

func (t *Twilio) touched() {
	t.loop.poke()
	t.changes.changed()
}

// newSID: two letters and 32 hex digits.
func newSID(prefix string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return prefix + hex.EncodeToString(b)
}

// operation is one REST request, taken apart.
type operation struct {
	name   string
	sid    string
	params url.Values
}

// answer is what the REST API says.
type answer struct {
	status int
	body   any // nil: none
	err    *restError
}

// ServeHTTP answers /2010-04-01/Accounts/{sid}/Messages.json and .../{sid}.json, and what
// shows how the account is set up (see setup).
func (t *Twilio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, e := t.route(w, r)
	if e != nil {
		t.record(op, answer{err: e}, false)
		writeTwilio(w, answer{err: e})
		return
	}
	fault := t.faults.take(op.name, t.recipient(op))
	if !pause(r.Context(), t.cfg.Clock, fault.Delay, t.closed) || fault.Drop == DropBefore {
		t.record(op, answer{}, false)
		hangUp()
	}
	if fault.Status != 0 || fault.Body != "" {
		t.answerFault(w, op, fault)
		return
	}
	a := t.carryOut(&op)
	t.record(op, a, a.err == nil)
	t.touched()
	if fault.Drop == DropAfter {
		hangUp()
	}
	writeTwilio(w, a)
}

// recipient is the number that a fault's To is compared with.
func (t *Twilio) recipient(op operation) string {
	if op.sid == "" {
		return op.params.Get("To")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.records[op.sid]; r != nil {
		return r.to
	}
	return ""
}

func (t *Twilio) answerFault(w http.ResponseWriter, op operation, f Fault) {
	if f.Body != "" {
		t.record(op, answer{status: f.Status}, false)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(f.Body)) // the caller has hung up: nobody to tell
		return
	}
	code := f.Code
	if code == 0 {
		code = usualCode(f.Status)
	}
	e := refuse(f.Status, code, http.StatusText(f.Status))
	e.retryAfter = f.retrySeconds()
	t.record(op, answer{err: e}, false)
	writeTwilio(w, answer{err: e})
}

// route signs the caller in and finds the operation: "Requests to the Twilio API".
func (t *Twilio) route(w http.ResponseWriter, r *http.Request) (operation, *restError) {
	user, password, ok := r.BasicAuth()
	if !ok || user != t.cfg.AccountSID || password != t.cfg.AuthToken {
		return operation{}, refuse(http.StatusUnauthorized, codeAuthenticate, "Authenticate")
	}
	if name := t.setup(r.URL.Path); name != "" && r.Method == http.MethodGet {
		return operation{name: name, params: r.URL.Query()}, nil
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/"+apiVersion+"/Accounts/"+t.cfg.AccountSID+"/Messages")
	rest, isJSON := strings.CutSuffix(rest, ".json")
	sid := strings.TrimPrefix(rest, "/")
	if !ok || !isJSON || (sid != "" && !strings.HasPrefix(rest, "/")) {
		return operation{}, missing(r.URL.Path)
	}
	r.Body = http.MaxBytesReader(w, r.Body, requestMax)
	if err := r.ParseForm(); err != nil {
		return operation{sid: sid}, invalid(codeInvalidParameter, "The request body cannot be read")
	}
	op := operation{name: operations[opKey{r.Method, sid != ""}], sid: sid, params: r.PostForm}
	if r.Method == http.MethodGet {
		op.params = r.Form
	}
	if op.name == "" {
		return op, refuse(http.StatusMethodNotAllowed, 20004, "Method not allowed")
	}
	return op, nil
}

type opKey struct {
	method string
	one    bool
}

var operations = map[opKey]string{
	{http.MethodPost, false}:  "create",
	{http.MethodGet, false}:   "list",
	{http.MethodGet, true}:    "fetch",
	{http.MethodPost, true}:   "redact",
	{http.MethodDelete, true}: "delete",
}

func missing(path string) *restError {
	return refuse(http.StatusNotFound, codeNotFound, "The requested resource "+path+" was not found")
}

func (t *Twilio) carryOut(op *operation) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch op.name {
	case "create":
		return t.create(op)
	case "list":
		return t.list(op.params)
	case opAccount, opNumbers, opServices, opService, opPool:
		return t.look(op)
	}
	r := t.records[op.sid]
	if r == nil {
		return answer{err: missing(t.uriOf(op.sid))}
	}
	switch op.name {
	case "redact":
		return t.redact(r, op.params)
	case "delete":
		return t.delete(r)
	}
	return answer{status: http.StatusOK, body: t.wireRecord(r)}
}

func (t *Twilio) record(op operation, a answer, done bool) {
	c := RESTCall{At: t.cfg.Clock.Now(), Operation: op.name, SID: op.sid, Params: op.params, Status: a.status, Done: done}
	if a.err != nil {
		c.Status, c.Code = a.err.Status, a.err.Code
	}
	t.mu.Lock()
	t.log = append(t.log, c)
	t.mu.Unlock()
	t.changes.changed()
}

func writeTwilio(w http.ResponseWriter, a answer) {
	switch {
	case a.err != nil:
		if a.err.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(a.err.retryAfter))
		}
		writeJSON(w, a.err.Status, a.err)
	case a.body == nil:
		w.WriteHeader(a.status)
	default:
		writeJSON(w, a.status, a.body)
	}
}
