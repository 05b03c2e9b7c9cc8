package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// Account is how one of the drill's counsellors signs in: by a door of the demo, or as staff do, by name, password and a
// code made from the secret.
type Account struct {
	Door                   string // address of a page that leads to a one-time link
	Name, Password, Secret string
}

// desk is the console as a counsellor's browser uses it. Everything it is shown is kept for the search for addresses.
type desk struct {
	base   string // the console's
	client *http.Client
	shown  func([]byte)
	codes  []string // closing codes
}

var errSignIn = errors.New("drill: the console did not let the drill's counsellor in")

// refused is the console's answer to what it does not do, such as "empty".
type refused struct {
	status int
	code   string
}

func (r refused) Error() string { return fmt.Sprintf("the console answered %d %s", r.status, r.code) }

// signIn opens the desk. console may be empty for a door: then it is where the door leads.
func signIn(ctx context.Context, console string, a Account, shown func([]byte)) (*desk, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a browser: %w", err)
	}
	d := &desk{base: console, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}, shown: shown}
	r, err := a.request(ctx, console)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	resp, err := d.client.Do(r) // follows to the page of the role
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	page, err := d.body(resp)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/desk" {
		return nil, errSignIn
	}
	d.base = resp.Request.URL.Scheme + "://" + resp.Request.URL.Host
	for _, found := range codeInput.FindAllSubmatch(page, -1) {
		d.codes = append(d.codes, string(found[1]))
	}
	if len(d.codes) == 0 {
		return nil, errors.New("drill: the desk offers no closing codes")
	}
	return d, nil
}

// codeInput is a closing code on the desk's page.
var codeInput = regexp.MustCompile(`name="code" value="([a-z_]+)"`)

func (a Account) request(ctx context.Context, console string) (*http.Request, error) {
	if a.Door != "" {
		return http.NewRequestWithContext(ctx, http.MethodGet, a.Door, nil)
	}
	code, err := totp.GenerateCode(a.Secret, time.Now())
	if err != nil {
		return nil, errSignIn // the library's error may quote the secret
	}
	form := url.Values{"name": {a.Name}, "password": {a.Password}, "code": {code}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, console+"/sign-in", strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

func (d *desk) body(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the console: %w", err)
	}
	d.shown(body)
	return body, nil
}

// page opens a page and shows it to the search for addresses.
func (d *desk) page(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("open the console: %w", err)
	}
	resp, err := d.client.Do(r)
	if err != nil {
		return fmt.Errorf("open the console: %w", err)
	}
	_, err = d.body(resp)
	return err
}

// ask posts what the page's script posts and decodes the answer into got, if that is not nil.
func (d *desk) ask(ctx context.Context, path string, what map[string]any, got any) error {
	if what == nil {
		what = map[string]any{}
	}
	raw, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("ask the console: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+path, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("ask the console: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	resp, err := d.client.Do(r)
	if err != nil {
		return fmt.Errorf("ask the console: %w", err)
	}
	body, err := d.body(resp)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var no struct{ Error string }
		_ = json.Unmarshal(body, &no) // without a code the status says enough
		return refused{resp.StatusCode, no.Error}
	}
	if got == nil {
		return nil
	}
	if err := json.Unmarshal(body, got); err != nil {
		return fmt.Errorf("read the console: %w", err)
	}
	return nil
}

// overview is what the desk shows of the queue and of the chats held; times are Unix ms.
type overview struct {
	OnDuty  bool
	Waiting []struct{ Count int }
	Chats   []tab
}

type tab struct {
	Ticket        string
	Lang, Channel string
	Left          int64
	Unread        int
}

// chat is an open chat as the page shows it.
type chat struct {
	tab
	Log []struct {
		From, Text string
		Chosen     bool
	}
}

// code is the wanted closing code, or the first there is.
func (d *desk) code(want string) string {
	for _, c := range d.codes {
		if c == want {
			return c
		}
	}
	return d.codes[0]
}
