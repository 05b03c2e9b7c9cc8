package drill

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Page is the exchange of somebody else's demo: the page with the two phones. Each person is a browser of their own
// there. The page remembers a thousand people and tells everybody of every change, so it is no place for great loads.
type Page struct {
	Base string // "http://127.0.0.1:8090"

	mu    sync.Mutex
	calls sync.WaitGroup
}

var errPage = errors.New("the page with the two phones does not answer as it should")

// Phone implements Exchange. It fails if there is no such page.
func (x *Page) Phone(ctx context.Context, channel string, heard func(Received)) (Phone, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a browser: %w", err)
	}
	ctx, hang := context.WithCancel(ctx)
	p := &pagePhone{base: strings.TrimSuffix(x.Base, "/"), client: &http.Client{Jar: jar}, channel: channel, heard: heard, hang: hang}
	if err := p.begin(ctx, x); err != nil {
		hang()
		return nil, err
	}
	return p, nil
}

// Run implements Exchange: each phone listens for itself.
func (x *Page) Run(ctx context.Context) error {
	<-ctx.Done()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.calls.Wait()
	return ctx.Err()
}

type pagePhone struct {
	base    string
	client  *http.Client
	channel string
	heard   func(Received)
	hang    context.CancelFunc
	person  string
	seen    int // the last message's id, or their number
}

// begin opens the page and waits for the first state, which names the person.
func (p *pagePhone) begin(ctx context.Context, x *Page) error {
	resp, err := p.get(ctx, "/")
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body) // only the cookie is wanted
	_ = resp.Body.Close()
	stream, err := p.get(ctx, "/events")
	if err != nil {
		return err
	}
	states := bufio.NewScanner(stream.Body)
	states.Buffer(nil, 16<<20)
	if !p.next(states) {
		_ = stream.Body.Close()
		return errPage
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if ctx.Err() != nil {
		_ = stream.Body.Close()
		return ctx.Err()
	}
	x.calls.Go(func() {
		defer stream.Body.Close()
		for p.next(states) {
		}
	})
	return nil
}

func (p *pagePhone) get(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("open the page: %w", err)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("open the page: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, errPage
	}
	return resp, nil
}

// shownPhone is one phone's part of the page's state.
type shownPhone struct {
	Person   string
	Messages []struct {
		ID      int
		Mine    bool
		Text    string
		Buttons [][]struct{ Text string }
	}
}

// next reads one state from the stream; false at its end.
func (p *pagePhone) next(states *bufio.Scanner) bool {
	for states.Scan() {
		data, found := strings.CutPrefix(states.Text(), "data: ")
		if !found {
			continue
		}
		var all struct{ Telegram, SMS shownPhone }
		if json.Unmarshal([]byte(data), &all) != nil {
			return false
		}
		if p.channel == SMS {
			p.look(all.SMS)
		} else {
			p.look(all.Telegram)
		}
		return true
	}
	return false
}

// look hands on what is new on the phone.
func (p *pagePhone) look(now shownPhone) {
	if p.person == "" {
		p.person = now.Person
	}
	for _, m := range now.Messages {
		if m.ID <= p.seen {
			continue
		}
		p.seen = m.ID
		if m.Mine {
			continue
		}
		got := Received{At: time.Now(), Text: m.Text, ID: m.ID}
		for _, row := range m.Buttons {
			for _, b := range row {
				got.Buttons = append(got.Buttons, b.Text)
			}
		}
		p.heard(got)
	}
}

// path is the channel's folder on the page.
func (p *pagePhone) path() string {
	if p.channel == SMS {
		return "/sms/"
	}
	return "/telegram/"
}

func (p *pagePhone) post(ctx context.Context, what string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+p.path()+what, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("use a phone of the page: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("use a phone of the page: %w", err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return errPage
	}
	return nil
}

func (p *pagePhone) Write(ctx context.Context, text string) error {
	return p.post(ctx, "write", url.Values{"text": {text}})
}

func (p *pagePhone) Tap(ctx context.Context, message int, label string) error {
	return p.post(ctx, "tap", url.Values{"message": {strconv.Itoa(message)}, "data": {label}})
}

func (p *pagePhone) Secrets() []string { return []string{p.person} }

func (p *pagePhone) Hang() { p.hang() }
