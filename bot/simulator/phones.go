package simulator

import (
	"cmp"
	"crypto/rand"
	"embed"
	"html/template"
	"io/fs"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed static
var static embed.FS

var page = template.Must(template.ParseFS(static, "static/index.html"))

// Door is a way into the demo, shown as a card above the phones.
type Door struct{ Title, Text, URL string }

// Phones is a web page with two phones, one for each stand-in. Every browser gets
// a person of its own; what it shows comes from the stand-ins, so a reload keeps
// the conversation.
type Phones struct {
	// Telegram and Twilio are the stand-ins behind the phones; a nil one has no phone.
	Telegram *Telegram
	Twilio   *Twilio
	// Prefix is where the page is served, ending in a slash; default "/".
	Prefix string
	Doors  []Door
	// Zone is what the phones' clocks show; default the machine's.
	Zone *time.Location

	start    sync.Once
	stop     sync.Once
	closed   chan struct{}
	mu       sync.Mutex
	visitors map[string]*visitor
	recent   []string // visitors' keys, oldest first
}

// visitor is one browser and the person it plays.
type visitor struct {
	user   int64
	number string
}

const (
	cookieName  = "phones"
	visitorsMax = 1000
	// The page's people get ids and numbers from ranges that belong to nobody, at
	// random: a program that kept its store must not know a new person.
	firstUser    = 900_000_000
	numberPrefix = "+37200"
	rangeSize    = 1_000_000
)

// policy: everything from here, no inline script or style, no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page under Prefix. Requests that change something must come
// from the page's own origin.
func (p *Phones) Handler() http.Handler {
	p.begin()
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.index)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	mux.HandleFunc("GET /events", p.known(p.events))
	p.telegramRoutes(mux)
	p.twilioRoutes(mux)
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.StripPrefix(strings.TrimSuffix(p.Prefix, "/"), headers(guarded))
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

func (p *Phones) begin() {
	p.start.Do(func() {
		p.closed = make(chan struct{})
		p.visitors = map[string]*visitor{}
	})
}

// Close ends all live updates.
func (p *Phones) Close() {
	p.begin()
	p.stop.Do(func() { close(p.closed) })
}

func (p *Phones) index(w http.ResponseWriter, r *http.Request) {
	if p.visitor(r) == nil {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: p.admit(), Path: cmp.Or(p.Prefix, "/"), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, p) // a failed write has nobody to tell
}

// visitor finds the browser's person; nil if it has none yet.
func (p *Phones) visitor(r *http.Request) *visitor {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.visitors[c.Value]
}

// admit makes a person for a new browser, in place of the oldest if there are too many.
func (p *Phones) admit() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.recent) >= visitorsMax {
		delete(p.visitors, p.recent[0])
		p.recent = slices.Delete(p.recent, 0, 1)
	}
	key := rand.Text()
	p.recent = append(p.recent, key)
	v := &visitor{number: newNumber()}
	p.visitors[key] = v
	p.newUser(v, "en")
	return key
}

// newUser gives the visitor a new Telegram account with the phone's language.
func (p *Phones) newUser(v *visitor, language string) {
	v.user = firstUser + draw()
	if p.Telegram != nil {
		p.Telegram.AddUser(User{ID: v.user, FirstName: "Visitor", LanguageCode: language})
	}
}

func newNumber() string {
	n := strconv.FormatInt(draw(), 10)
	return numberPrefix + strings.Repeat("0", 6-len(n)) + n
}

// draw is a number from 1 up; 0 is left for the helpline itself.
func draw() int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(rangeSize-1))
	if err != nil {
		panic(err) // the system's randomness never fails
	}
	return 1 + n.Int64()
}

// known calls next with the browser's person, or answers 409: load the page first.
func (p *Phones) known(next func(http.ResponseWriter, *http.Request, *visitor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := p.visitor(r)
		if v == nil {
			http.Error(w, "load the page first", http.StatusConflict)
			return
		}
		next(w, r, v)
	}
}

// act answers a press on the page with 204; what it led to arrives as an event.
func (p *Phones) act(do func(*visitor, *http.Request)) http.HandlerFunc {
	return p.known(func(w http.ResponseWriter, r *http.Request, v *visitor) {
		do(v, r)
		w.WriteHeader(http.StatusNoContent)
	})
}

func (p *Phones) telegramRoutes(mux *http.ServeMux) {
	t := p.Telegram
	if t == nil {
		return
	}
	mux.HandleFunc("POST /telegram/write", p.act(func(v *visitor, r *http.Request) {
		if text := strings.TrimSpace(r.FormValue("text")); text != "" && characters(text) <= TextMax {
			t.Write(p.who(v).user, text)
		}
	}))
	mux.HandleFunc("POST /telegram/tap", p.act(func(v *visitor, r *http.Request) {
		if id, err := strconv.Atoi(r.FormValue("message")); err == nil {
			t.Tap(p.who(v).user, id, r.FormValue("data"))
		}
	}))
	mux.HandleFunc("POST /telegram/block", p.act(func(v *visitor, _ *http.Request) { t.Block(p.who(v).user) }))
	mux.HandleFunc("POST /telegram/unblock", p.act(func(v *visitor, _ *http.Request) { t.Unblock(p.who(v).user) }))
	mux.HandleFunc("POST /telegram/new", p.act(func(v *visitor, r *http.Request) {
		language := r.FormValue("language")
		if !languagePattern.MatchString(language) {
			return
		}
		p.mu.Lock()
		p.newUser(v, language)
		p.mu.Unlock()
		t.changes.changed()
	}))
}

func (p *Phones) twilioRoutes(mux *http.ServeMux) {
	t := p.Twilio
	if t == nil {
		return
	}
	mux.HandleFunc("POST /sms/write", p.act(func(v *visitor, r *http.Request) {
		if text := strings.TrimSpace(r.FormValue("text")); text != "" && characters(text) <= BodyMax {
			t.Write(p.who(v).number, text)
		}
	}))
	mux.HandleFunc("POST /sms/new", p.act(func(v *visitor, _ *http.Request) {
		p.mu.Lock()
		v.number = newNumber()
		p.mu.Unlock()
		t.changes.changed()
	}))
}

// who is a copy of whom the visitor plays now.
func (p *Phones) who(v *visitor) visitor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *v
}
