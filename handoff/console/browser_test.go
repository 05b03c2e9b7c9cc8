package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is one page in a headless Chromium, with everything it complains about.
type tab struct {
	t   *testing.T
	w   *world
	ctx context.Context

	mu     sync.Mutex
	faults []string
}

// watch counts violations of the policy from the first byte of every document.
const watch = `addEventListener("securitypolicyviolation", e => console.error("CSP: " + e.violatedDirective + " " + e.blockedURI));
window.alert = window.confirm = window.prompt = m => { console.error("dialog: " + m); return true; };`

func (w *world) browse(t *testing.T, cookie *http.Cookie, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true)),
		chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		if strings.Contains(err.Error(), "executable file not found") {
			t.Skip("no Chromium on this machine")
		}
		t.Fatal(err)
	}
	b := &tab{t: t, w: w, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	call(b, cdplog.Enable, cdp.Empty{})
	call(b, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
	if cookie != nil {
		call(b, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: w.server.URL + "/"})
	}
	b.do(chromedp.EmulateViewport(width, height))
	return b
}

// hear keeps what a page without faults never says. A refused request is logged by the browser and no fault.
func (b *tab) hear(ev any) {
	said := ""
	switch e := ev.(type) {
	case runtime.EventConsoleAPICalled:
		said = consoleText(string(e.Type), e.Args)
	case *runtime.EventConsoleAPICalled:
		said = consoleText(string(e.Type), e.Args)
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *cdplog.EventEntryAdded:
		said = entryText(e.Entry)
	case cdplog.EventEntryAdded:
		said = entryText(e.Entry)
	}
	if said == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, said)
}

func consoleText(kind string, args []*runtime.RemoteObject) string {
	if kind != "error" && kind != "warning" {
		return ""
	}
	said := "console " + kind + ":"
	for _, a := range args {
		said += fmt.Sprintf(" %s %s", a.Value, a.Description)
	}
	return said
}

func entryText(e *cdplog.Entry) string {
	if e.Level != "error" || e.Source == "network" {
		return ""
	}
	return "log: " + e.Text
}

// clean fails the test if the page complained about anything.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Errorf("the page complains: %s", f)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.w.server.URL + path))
}

// eval asks the page. It goes through the debugger, which the policy does not bind; a script in the page could not.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// sees waits until an expression is true in the page.
func (b *tab) sees(js string) {
	b.t.Helper()
	defer func() {
		if b.t.Failed() {
			b.t.Log(b.shot("failed"))
		}
	}()
	until(b.t, js, 15*time.Second, func() bool {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		return err == nil && v
	})
}

// press sends keys to whatever has the focus.
func (b *tab) press(keys string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// hit presses a key that is no text: a shortcut. (press types, even where the page has taken the key for itself.)
func (b *tab) hit(key string) {
	b.t.Helper()
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kb.KeyRawDown, Key: key})
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kb.KeyUp, Key: key})
}

// shot writes a picture into the folder SOSIN_SHOTS names, for eyes; without it, nothing.
func (b *tab) shot(name string) string {
	dir := os.Getenv("SOSIN_SHOTS")
	if dir == "" {
		return ""
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err.Error()
	}
	file := filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		return err.Error()
	}
	return file
}

func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, cmd, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}
