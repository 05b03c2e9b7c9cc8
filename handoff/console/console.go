package console

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sosin/flows/stats"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// Texts says the bot's lines, in the counsellor's own language. *locales.Texts implements it.
type Texts interface {
	Say(lang, key, channel string, args map[string]any) (string, error)
}

// Hints tells that something changed. A hint is "ticket revision"; a ticket that is empty or unknown means the queue.
type Hints interface {
	// Subscribe returns hints until the returned func is called or ctx ends. A closed channel means that some were
	// missed: subscribe again and fetch everything.
	Subscribe(ctx context.Context) (<-chan string, func(), error)
}

// Reports gives the coordinator's numbers. None of them holds a text or points at one person.
type Reports interface {
	// Months lists the published months, oldest first, as "2026-05".
	Months(ctx context.Context) ([]string, error)
	// Release returns a published month. ErrNoRelease for any other.
	Release(ctx context.Context, month string) (stats.Release, error)
	// Running returns the month that has not ended, in bands.
	Running(ctx context.Context) (stats.Report, error)
}

// ErrNoRelease is what Reports returns for a month that is not published.
var ErrNoRelease = errors.New("console: that month is not published")

// Config is what a console is made of. All is needed except where it says otherwise.
type Config struct {
	Gate      *staff.Gate
	Accounts  *staff.Accounts
	Desk      *handoff.Desk
	Texts     Texts
	Hints     Hints
	Reports   Reports
	PublicURL string // as staff see it; with http, cookies are not Secure and there is no HSTS
	Demo      bool   // says so on every page, and opens the doors
	Log       *slog.Logger
	// Remote gives the address that tries to sign in are counted by; nil takes the connection's. Behind a proxy, give
	// one that reads what that proxy, and nobody else, has written.
	Remote func(*http.Request) string
}

// Console serves the pages. It is an http.Handler for everything under "/".
type Console struct {
	Config
	public   *url.URL
	handler  http.Handler
	table    []route
	routes   map[string]route // by "METHOD /path"
	pages    map[string]*template.Template
	words    map[string]words
	streams  streams
	beat     time.Duration
	recheck  time.Duration
	coalesce time.Duration
}

// The pace of live streams.
const (
	beatEvery    = 15 * time.Second       // asks the page for a sign of life; three within handoff.Fresh
	recheckEvery = 4 * time.Second        // is the session still good? A disabled account's page dies within 5 s (T22)
	hintsEvery   = 200 * time.Millisecond // hints that come together are told together
)

// New makes a console. It fails on a PublicURL that is none, on a missing part, and on a broken template or catalogue.
func New(cfg Config) (*Console, error) {
	if cfg.Gate == nil || cfg.Accounts == nil || cfg.Desk == nil || cfg.Texts == nil || cfg.Hints == nil || cfg.Reports == nil || cfg.Log == nil {
		return nil, errors.New("console: a part is missing")
	}
	public, err := url.Parse(cfg.PublicURL)
	if err != nil || public.Host == "" || public.Scheme != "http" && public.Scheme != "https" {
		return nil, errors.New("console: the public URL must begin with https:// (or http:// on this machine only)")
	}
	if cfg.Remote == nil {
		cfg.Remote = func(r *http.Request) string { return r.RemoteAddr }
	}
	c := &Console{Config: cfg, public: public, beat: beatEvery, recheck: recheckEvery, coalesce: hintsEvery,
		streams: streams{open: map[string]int{}, mu: new(sync.Mutex)}}
	if c.words, err = loadWords(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(); err != nil {
		return nil, err
	}
	c.table, err = c.routeTable()
	if err != nil {
		return nil, err
	}
	c.routes = map[string]route{}
	for _, r := range c.table {
		c.routes[r.method+" "+r.path] = r
	}
	c.handler = c.secure(http.NewCrossOriginProtection().Handler(http.HandlerFunc(c.dispatch)))
	return c, nil
}

// ServeHTTP answers one request.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// DoorURL makes a fresh one-time link that signs in to the account of that name. It works in the demo only; the demo's
// own page calls it each time one of its doors is pressed. staff.ErrNoDoors, staff.ErrNoAccount.
func (c *Console) DoorURL(ctx context.Context, name string) (string, error) {
	if !c.Demo {
		return "", staff.ErrNoDoors
	}
	acc, err := c.Accounts.Find(ctx, name)
	if err != nil {
		return "", err
	}
	token, err := c.Gate.Door(ctx, acc.ID)
	if err != nil {
		return "", err
	}
	u := *c.public
	u.Path, u.RawQuery = doorPath, url.Values{"key": {token}}.Encode()
	return u.String(), nil
}
