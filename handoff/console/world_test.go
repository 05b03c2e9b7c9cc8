package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/flows/service"
	"sosin/flows/stats"
	"sosin/handoff"
	"sosin/handoff/staff"
	"sosin/locales"
)

// world is a console over stores in memory and the real flows, texts and HTTP.
type world struct {
	*memory
	t        *testing.T
	console  *Console
	server   *httptest.Server
	accounts map[staff.Role]staff.Account
	creds    map[staff.Role]staff.Credentials
	log      *safeBuffer

	mu      sync.Mutex
	tickets map[string]*ticket
	duties  map[string]handoff.Duty
	audit   []handoff.Act
	signs   []string // tickets signed for
	open    []chan string
	failing map[string]error // by operation
}

type ticket struct {
	chat handoff.Chat
	conv flows.Conversation
}

var hasher = staff.NewHasher()

var texts = sync.OnceValues(func() (*locales.Texts, error) { return locales.Load(locales.Embedded()) })

var machine = sync.OnceValues(func() (*flows.Machine, error) {
	t, err := texts()
	if err != nil {
		return nil, err
	}
	return flows.Load(library.Files, t)
})

// newWorld starts a console with one account of each role. Options change the configuration before it is built.
func newWorld(t *testing.T, options ...func(*Config)) *world {
	t.Helper()
	w := &world{memory: newMemory(), t: t, accounts: map[staff.Role]staff.Account{}, creds: map[staff.Role]staff.Credentials{}, log: &safeBuffer{},
		tickets: map[string]*ticket{}, duties: map[string]handoff.Duty{}, failing: map[string]error{}}
	w.server = httptest.NewUnstartedServer(nil)
	cfg := w.config()
	for _, option := range options {
		option(&cfg)
	}
	var err error
	if w.console, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	w.server.Config.Handler = w.console
	w.server.Start()
	t.Cleanup(w.server.Close)
	for role, m := range made() {
		w.memory.accounts[m.account.ID] = m.account
		w.accounts[role], w.creds[role] = m.account, m.cred
	}
	return w
}

func (w *world) config() Config {
	said, err := texts()
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := machine()
	if err != nil {
		w.t.Fatal(err)
	}
	return Config{
		Gate:     &staff.Gate{Accounts: w, Sessions: w, Attempts: w, Clock: w, Hasher: hasher},
		Accounts: &staff.Accounts{Store: w, Clock: w, Hasher: hasher},
		Desk: &handoff.Desk{Tickets: w, Clocks: w, Shifts: w, Log: w, Flows: m, Secret: func(string) bool { return false }, Send: func(handoff.Lease) {},
			Today: func(context.Context, flows.Lang) (handoff.Today, error) {
				return handoff.Today{Service: service.Example().Today()}, nil
			},
			Partners: func(now time.Time) []handoff.Partner { return handoff.Partners(service.Example(), now) }},
		Texts: said, Hints: w, Reports: months{},
		PublicURL: "http://" + w.server.Listener.Addr().String(),
		Log:       slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

// made are accounts like those newWorld starts with: making them costs a password hash each.
var made = sync.OnceValue(func() map[staff.Role]madeAccount {
	all := map[staff.Role]madeAccount{}
	for role, name := range map[staff.Role]string{staff.Counsellor: "Mari", staff.Coordinator: "Liis", staff.Admin: "Anu"} {
		m := newMemory()
		acc, cred, err := (&staff.Accounts{Store: m, Clock: m, Hasher: hasher}).Add(context.Background(), staff.Spec{Name: name, Role: role})
		if err != nil {
			panic(err)
		}
		full, err := m.Account(context.Background(), acc.ID)
		if err != nil {
			panic(err)
		}
		all[role] = madeAccount{full, cred}
	}
	return all
})

type madeAccount struct {
	account staff.Account
	cred    staff.Credentials
}

// session signs a role in by the back door and returns its cookie.
func (w *world) session(role staff.Role) *http.Cookie {
	w.t.Helper()
	gate := *w.console.Gate
	gate.Doors = w.memory
	token, err := gate.Door(w.t.Context(), w.accounts[role].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	grant, err := gate.Enter(w.t.Context(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	return &http.Cookie{Name: w.console.named(w.console.sessionName(role)), Value: grant.Session}
}

// client does not follow redirects.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}

// ask sends a request as a browser of our own pages would. body: a string is a form, anything else JSON, nil none.
func (w *world) ask(method, path string, body any, cookies ...*http.Cookie) *http.Response {
	w.t.Helper()
	req := w.request(method, path, body, cookies...)
	return w.do(req)
}

func (w *world) request(method, path string, body any, cookies ...*http.Cookie) *http.Request {
	w.t.Helper()
	var content io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		content, kind = strings.NewReader(b), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		content, kind = bytes.NewReader(raw), "application/json"
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, content)
	if err != nil {
		w.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if kind == "application/json" {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		if c != nil {
			req.AddCookie(c)
		}
	}
	return req
}

func (w *world) do(req *http.Request) *http.Response {
	w.t.Helper()
	res, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { res.Body.Close() })
	return res
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func cookieOf(res *http.Response, name string) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// --- people and tickets ---

// ticketID is what the store gives: 128 random bits; these are fixed for the eye.
func ticketID(n byte) string {
	return strings.Repeat("0", 30) + string("0123456789abcdef"[n/16]) + string("0123456789abcdef"[n%16])
}

// waits puts a person into the queue who has said words.
func (w *world) waits(id string, words ...string) *ticket {
	now, _ := w.Now(w.t.Context())
	k := &ticket{
		chat: handoff.Chat{Ticket: handoff.Ticket{ID: id, Desk: "violence", Lang: flows.Estonian, Channel: flows.Telegram, Band: flows.Rest, Phase: flows.Waiting, Since: now},
			Safe: true, SafeAt: now, Answers: map[string]string{"desk": "violence"}, CanWrite: true},
		conv: flows.Conversation{Lang: flows.Estonian, State: "queue.waiting", Safe: true, SafeAt: now.UnixMilli(), Answers: map[string]string{"desk": "violence"}},
	}
	k.chat.Log = append(k.chat.Log, handoff.Line{Entry: flows.Entry{From: flows.Bot, At: now.UnixMilli(), Text: "menu.main"}, Delivery: "sent"})
	w.mu.Lock()
	w.tickets[id] = k
	w.mu.Unlock()
	for _, words := range words {
		w.says(id, words)
	}
	return k
}

// says adds a person's message.
func (w *world) says(id, words string) {
	now, _ := w.Now(w.t.Context())
	w.mu.Lock()
	k := w.tickets[id]
	k.chat.Log = append(k.chat.Log, handoff.Line{Entry: flows.Entry{From: flows.Person, At: now.UnixMilli(), Words: words}})
	k.chat.Person, k.conv.Last = now, now.UnixMilli()
	k.chat.Unread++
	k.chat.CanWrite = true
	w.mu.Unlock()
	w.hint(id)
}

// holds gives a waiting ticket to a counsellor.
func (w *world) holds(id string, acc staff.Account) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tickets[id].chat.Holder, w.tickets[id].chat.Alias, w.tickets[id].chat.Phase = acc.ID, acc.Name, flows.Claimed
}

func (w *world) change(id string, edit func(*handoff.Chat)) {
	w.mu.Lock()
	edit(&w.tickets[id].chat)
	w.mu.Unlock()
	w.hint(id)
}

func (w *world) look(id string) handoff.Chat {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.tickets[id].chat
	c.Log = slices.Clone(c.Log)
	return c
}

func (w *world) fail(what string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failing[what] = err
}

func (w *world) hint(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		select {
		case c <- id + " 1":
		default:
		}
	}
}

func (w *world) Subscribe(context.Context) (<-chan string, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(chan string, 64)
	w.open = append(w.open, c)
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = slices.DeleteFunc(w.open, func(o chan string) bool { return o == c })
	}, nil
}

func (w *world) Audit(_ context.Context, a handoff.Act) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.failing["audit"]; err != nil {
		return err
	}
	w.audit = append(w.audit, a)
	return nil
}

func (w *world) acts(what string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.audit {
		if a.What == what {
			n++
		}
	}
	return n
}

func (w *world) LoadTicket(ctx context.Context, id string) (handoff.Loaded, error) {
	now, _ := w.Now(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.failing["load"]; err != nil {
		return handoff.Loaded{}, err
	}
	k := w.tickets[id]
	if k == nil {
		return handoff.Loaded{}, handoff.ErrNotFound
	}
	chat := k.chat
	chat.Log = slices.Clone(chat.Log)
	chat.CanWrite = k.conv.Present(now) && k.chat.Left.IsZero()
	chat.Entries = len(chat.Log)
	return handoff.Loaded{Chat: chat, Conversation: k.conv, Facts: flows.Facts{Now: now, Channel: chat.Channel,
		Ticket: flows.TicketFacts{Phase: chat.Phase, Band: chat.Band}}}, nil
}

func (w *world) CommitTicket(ctx context.Context, l handoff.Loaded, m handoff.Member, out flows.Outcome) (handoff.Lease, error) {
	defer w.hint(l.Chat.ID)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.failing["commit"]; err != nil {
		return handoff.Lease{}, err
	}
	k := w.tickets[l.Chat.ID]
	k.conv = out.Conversation
	for _, e := range out.Record {
		line := handoff.Line{Entry: e}
		if e.From == flows.Counsellor && !e.Held {
			line.Delivery = "sent"
		}
		k.chat.Log = append(k.chat.Log, line)
	}
	for _, h := range out.Hold {
		if h.Words != "" {
			k.chat.Held++
		}
	}
	switch out.Handoff.Act {
	case flows.Answer:
		k.chat.Phase, k.chat.Unread = flows.Live, 0
	case flows.Close:
		k.chat.Phase, k.chat.Code = flows.Closed, out.Handoff.Code
	case flows.Requeue:
		k.chat.Phase, k.chat.Holder = flows.Lost, ""
	}
	return handoff.Lease{Lane: "lane", Fence: 1}, nil
}

func (w *world) Claim(_ context.Context, m handoff.Member) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.failing["claim"]; err != nil {
		return "", err
	}
	if _, on := w.duties[m.ID]; !on {
		return "", handoff.ErrOffDuty
	}
	held, next := 0, ""
	for id, k := range w.tickets {
		if k.chat.Holder == m.ID && k.chat.Phase != flows.Closed {
			held++
		}
		if k.chat.Phase == flows.Waiting && (next == "" || k.chat.Band < w.tickets[next].chat.Band || k.chat.Band == w.tickets[next].chat.Band && id < next) {
			next = id
		}
	}
	if held >= handoff.Cap {
		return "", handoff.ErrCap
	}
	if next == "" {
		return "", handoff.ErrEmpty
	}
	k := w.tickets[next]
	k.chat.Holder, k.chat.Alias, k.chat.Phase = m.ID, m.Alias, flows.Claimed
	return next, nil
}

func (w *world) Mine(_ context.Context, member string) (mine []handoff.Ticket, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range w.tickets {
		if k.chat.Holder == member && k.chat.Phase != flows.Closed {
			mine = append(mine, k.chat.Ticket)
		}
	}
	slices.SortFunc(mine, func(a, b handoff.Ticket) int { return strings.Compare(a.ID, b.ID) })
	return mine, w.failing["mine"]
}

func (w *world) Overview(ctx context.Context) (handoff.Overview, error) {
	now, _ := w.Now(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	o := handoff.Overview{Waiting: map[string]int{}, OnDuty: len(w.duties)}
	for _, k := range w.tickets {
		if k.chat.Phase == flows.Waiting || k.chat.Phase == flows.Lost {
			o.Waiting[k.chat.Desk]++
			o.Longest = max(o.Longest, now.Sub(k.chat.Since))
			if k.chat.Band == flows.High {
				o.High++
			}
		}
	}
	return o, w.failing["overview"]
}

func (w *world) Overdue(context.Context) (int, error) { return 0, nil }

func (w *world) Sign(_ context.Context, ticket, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signs = append(w.signs, ticket)
	return nil
}

func (w *world) OnDuty(ctx context.Context, m handoff.Member) error {
	now, _ := w.Now(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.duties[m.ID] = handoff.Duty{Member: m, Until: now.Add(handoff.Fresh)}
	return nil
}

func (w *world) OffDuty(_ context.Context, member string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.duties, member)
	return nil
}

func (w *world) Duties(context.Context) (all []handoff.Duty, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.duties {
		all = append(all, d)
	}
	return all, nil
}

// months is a service with two published months, invented.
type months struct{}

func (months) Months(context.Context) ([]string, error) { return []string{"2026-03", "2026-04"}, nil }

func (months) Release(_ context.Context, month string) (stats.Release, error) {
	if month != "2026-03" && month != "2026-04" {
		return stats.Release{}, ErrNoRelease
	}
	m := stats.Month(month)
	return stats.Publish(m, stats.Seed(m, 7), reportOptions()), nil
}

func (months) Running(context.Context) (stats.Report, error) {
	return stats.Running(stats.Seed("2026-05", 8), reportOptions()), nil
}

func reportOptions() stats.Options {
	m, err := machine()
	if err != nil {
		panic(err)
	}
	return stats.Options{Invented: true, Order: stats.Order(m.Definition())}
}

// safeBuffer is a log many requests write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// until waits for a condition, never for a time.
func until(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", within, what)
		case <-tick.C:
		}
	}
}

var errAway = errors.New("the store is away")

// code is what the authenticator app shows now.
func (w *world) code(cred staff.Credentials) string {
	w.t.Helper()
	now, _ := w.Now(w.t.Context())
	code, err := totp.GenerateCode(cred.TOTP, now)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}
