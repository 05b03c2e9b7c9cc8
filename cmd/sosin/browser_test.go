package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// This file is the stage of the browser_*_test.go files: one Chromium, and in it a window for each person, who shares
// nothing with the others. Pages hold a stream open, so nothing here waits for a quiet network; each step has a deadline.

// stepLimit is what one look or one press may take; a whole walk needs a few seconds of an idle machine.
const stepLimit = 20 * time.Second

type size struct{ width, height int64 }

var (
	phoneSize  = size{360, 740}
	laptopSize = size{1200, 850}
)

// openBrowser starts Chromium with a profile of its own and stops it with the test.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); end(); stop() }) // one that is gone already is fine
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// window is one person's browser, with everything its pages complain about.
type window struct {
	testing.TB
	ctx  context.Context
	name string // whose
	size size
	// refused is a path whose refusals are wanted; the browser logs them as errors.
	refused string

	mu     sync.Mutex
	faults []string
}

// onEveryPage counts violations of the policy from the first byte of every document, and dialogs nobody should see.
const onEveryPage = `addEventListener("securitypolicyviolation", e => console.error("policy: " + e.violatedDirective + " " + e.blockedURI));
window.alert = window.confirm = window.prompt = m => { console.error("dialog: " + m); return true; };`

// newWindow opens a window for somebody.
func newWindow(t testing.TB, browser context.Context, name string, s size) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w := &window{TB: t, ctx: ctx, name: name}
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatalf("open %s's window: %v", name, err)
	}
	drive(w, cdplog.Enable, cdp.Empty{})
	drive(w, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: onEveryPage})
	w.resize(s)
	return w
}

// hear keeps what a page without faults never says.
func (w *window) hear(ev any) {
	said := ""
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			said = "console " + string(e.Type)
			for _, a := range e.Args {
				said += fmt.Sprintf(" %s %s", a.Value, a.Description)
			}
		}
	case *runtime.EventExceptionThrown:
		said = "exception " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			said += " " + x.Description
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			said = "log " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if said == "" || w.refused != "" && strings.HasPrefix(said, "log ") && strings.Contains(said, w.refused) {
		return
	}
	w.faults = append(w.faults, said)
}

// clean fails the test if a page complained about anything.
func (w *window) clean() {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.faults {
		w.Errorf("%s's page complains: %s", w.name, f)
	}
}

// mayRefuse says that requests to a path are about to be refused on purpose; empty ends it.
func (w *window) mayRefuse(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = path
}

// within gives one step its deadline.
func within[T any](w *window, what string, do func(context.Context) (T, error)) T {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	v, err := do(ctx)
	if err != nil {
		w.Fatalf("%s: %s: %v\n%s", w.name, what, err, w.state())
	}
	return v
}

func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	within(w, what, func(ctx context.Context) (chromedp.Void, error) { return chromedp.Void{}, chromedp.Do(ctx, steps...) })
}

func drive[P, R any](w *window, cmd cdp.Command[P, R], params P) R {
	w.Helper()
	return within(w, "drive the browser", func(ctx context.Context) (R, error) { return chromedp.Call(ctx, cmd, params) })
}

// look evaluates an expression in the page. It goes through the debugger, which the page's policy does not bind.
func look[T any](w *window, js string) T {
	w.Helper()
	return within(w, js, func(ctx context.Context) (T, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	})
}

// sees waits until an expression holds in the page; what completes "waited in vain until ...".
func (w *window) sees(what, js string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	holds := func() bool {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		return err == nil && v // between two documents there is nothing to ask
	}
	if !eventually(stepLimit, holds) {
		w.Fatalf("%s waited in vain until %s\n%s", w.name, what, w.state())
	}
}

// state is what a reader of a failure wants to know: what the page says, and where its picture is.
func (w *window) state() string {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return "and the page does not answer: " + err.Error()
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		text += "\npicture: " + keepPicture(w.TB, "failed-"+w.name, png)
	}
	return text
}

func (w *window) open(url string) {
	w.Helper()
	w.do("open "+url, chromedp.Navigate(url))
}

func (w *window) click(selector string) {
	w.Helper()
	w.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// types writes into a field as a keyboard or an input method would, any characters at all.
func (w *window) types(selector, words string) {
	w.Helper()
	w.do("go to "+selector, chromedp.Focus(chromedp.CSS(selector)))
	drive(w, input.InsertText, input.InsertTextParams{Text: words})
}

func (w *window) resize(s size) {
	w.Helper()
	w.size = s
	w.do("resize", chromedp.EmulateViewport(s.width, s.height))
}

// shot keeps a picture of the page at both sizes, and nothing may stand wider than the window. Without a name it does
// nothing.
func (w *window) shot(name string) {
	w.Helper()
	if name == "" {
		return
	}
	was := w.size
	for _, s := range []size{phoneSize, laptopSize} {
		w.resize(s)
		if wide := look[int64](w, `document.documentElement.scrollWidth`); wide > s.width {
			w.Errorf("%s: %s is %d wide on a window of %d", w.name, name, wide, s.width)
		}
		w.picture(name)
	}
	w.resize(was)
}

func (w *window) picture(name string) {
	w.Helper()
	png := within(w, "picture", func(ctx context.Context) ([]byte, error) { return chromedp.Run(ctx, chromedp.CaptureScreenshot()) })
	keepPicture(w.TB, fmt.Sprintf("%s-%s-%d", name, w.name, w.size.width), png)
}

// keepPicture writes a picture where a person finds it after the run.
func keepPicture(t testing.TB, name string, png []byte) string {
	t.Helper()
	dir := os.Getenv("SOSIN_ARTEFACTS")
	if dir == "" {
		dir = filepath.Join("..", "..", ".artefacts")
	}
	dir = filepath.Join(dir, "demo")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Error(err)
		return ""
	}
	file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Error(err)
	}
	return file
}

// js writes a value as a literal of the page's language.
func js(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
