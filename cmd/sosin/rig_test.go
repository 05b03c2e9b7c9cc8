package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot/simulator"
	"sosin/bot/sms"
	"sosin/store/seal"
)

// This file is the stage of the hold_*_test.go files: the program as processes of their own, a real redis-server, and
// in the test's process both providers, which outlive whatever is killed.

// asProgram, set in the environment, makes this test binary be sosin. So the program under test is built once, together
// with its tests and under the same race detector.
const asProgram = "SOSIN_RIG_PROGRAM"

func init() {
	if os.Getenv(asProgram) == "" {
		redis.SetLogger(silence{}) // it complains of every connection that a test cuts
		return
	}
	go func() { // its standard input ends with the test: nothing is left running
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	main()
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// long is set for the loops that look for rare things: hours, not seconds.
func long() bool { return os.Getenv("SOSIN_LONG") != "" }

// Everything a test plants is invented; nothing looks like a real person's.
const (
	rigToken  = "900000009:canary-token_0000000000000000000000000"
	rigSecret = "canary-secret_0123456789"
	rigSID    = "AC0123456789abcdef0123456789abcdef"
	rigAuth   = "canary-auth-token-0123456789abcdef"
	rigNumber = "+37200000000"
	rigPublic = "https://helpline.example"
	rigSpace  = "hold"
)

// world is one installation between its two providers.
type world struct {
	testing.TB
	dir      string
	redis    *redisServer
	wire     *wire // between the programs and Redis; counts and cuts
	telegram *simulator.Telegram
	twilio   *simulator.Twilio
	doors    *providerDoor
	said     *heard

	mu       sync.Mutex
	programs []*program // that listen now
	turn     int
}

// newWorld starts Redis and both providers. change may set clocks and delays of the stand-ins.
func newWorld(t testing.TB, change func(*simulator.TelegramConfig, *simulator.TwilioConfig)) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "sosin-hold-") // short, for the socket's sake
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w := &world{TB: t, dir: dir}
	ring, err := seal.New(time.Now())
	if err == nil {
		err = seal.Write(w.keys(), ring)
	}
	if err != nil {
		t.Fatalf("make keys: %v", err)
	}
	w.hours("general", "always")
	w.hours("prostitution", "always")
	w.redis = startRedis(t, dir)
	w.wire = newWire(t, w.redis.socket)
	w.providers(change)
	return w
}

func (w *world) keys() string { return filepath.Join(w.dir, "keys") }

// service is the service file: the embedded example, but open at every hour, so that no test depends on the day it runs.
func (w *world) service() string { return filepath.Join(w.dir, "service.yaml") }

// hours sets when a desk is open, in the words of the service file; before the program starts.
func (w *world) hours(desk, open string) {
	w.Helper()
	raw, err := os.ReadFile(w.service())
	if errors.Is(err, os.ErrNotExist) {
		raw, err = os.ReadFile("../../flows/service/example.yaml")
	}
	if err != nil {
		w.Fatalf("read the service file: %v", err)
	}
	head, rest, found := strings.Cut(string(raw), "\n  "+desk+":\n")
	before, after, more := strings.Cut(rest, "    hours: ")
	_, tail, line := strings.Cut(after, "\n")
	if !found || !more || !line {
		w.Fatalf("the desk %s has no hours in the service file", desk)
	}
	text := head + "\n  " + desk + ":\n" + before + "    hours: " + open + "\n" + tail
	if err := os.WriteFile(w.service(), []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

func (w *world) providers(change func(*simulator.TelegramConfig, *simulator.TwilioConfig)) {
	tg := simulator.TelegramConfig{Token: rigToken, Transport: w}
	tw := simulator.TwilioConfig{AccountSID: rigSID, AuthToken: rigAuth, From: rigNumber, Transport: w,
		WebhookURL: rigPublic + sms.WebhookPath, FallbackURL: rigPublic + sms.FallbackPath}
	if change != nil {
		change(&tg, &tw)
	}
	w.telegram, w.twilio = simulator.NewTelegram(tg), simulator.NewTwilio(tw)
	w.doors = newProviderDoor(w.TB, w.telegram, w.twilio)
	w.said = newHeard(w.telegram, w.twilio)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{w.telegram.Run, w.twilio.Run, w.said.run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				w.Errorf("a stand-in stopped: %v", err)
			}
		})
	}
	w.Cleanup(func() { cancel(); running.Wait(); w.telegram.Close(); w.twilio.Close() })
}

// RoundTrip is the network between a provider and whichever instance listens, as a proxy in front would spread it.
// With none there it fails as a refused connection does.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	var to *program
	if n := len(w.programs); n > 0 {
		w.turn++
		to = w.programs[w.turn%n]
	}
	w.mu.Unlock()
	if to == nil {
		return nil, errors.New("connection refused: no instance listens")
	}
	return to.roundTrip(r)
}

// config is the whole environment of the program.
func (w *world) config() map[string]string {
	return map[string]string{
		"SOSIN_LISTEN": "127.0.0.1:0", "SOSIN_OPS_LISTEN": "127.0.0.1:0", "SOSIN_PUBLIC_URL": rigPublic,
		"SOSIN_DATA": filepath.Join(w.dir, "data"), "SOSIN_KEYS": w.keys(),
		"SOSIN_REDIS_URL": w.wire.url(), "SOSIN_NAMESPACE": rigSpace, "SOSIN_SERVICE": w.service(),
		"SOSIN_TELEGRAM_TOKEN": rigToken, "SOSIN_TELEGRAM_SECRET": rigSecret, "SOSIN_TELEGRAM_API": w.doors.URL,
		"SOSIN_TWILIO_ACCOUNT_SID": rigSID, "SOSIN_TWILIO_AUTH_TOKEN": rigAuth, "SOSIN_TWILIO_FROM": rigNumber,
		"SOSIN_TWILIO_API": w.doors.URL,
	}
}

// command runs one subcommand to its end and returns what it printed.
func (w *world) command(args ...string) string {
	w.Helper()
	c := w.exec(args...)
	c.Stdin = nil
	in, err := c.StdinPipe()
	if err != nil {
		w.Fatal(err)
	}
	defer in.Close()
	var out, wrong bytes.Buffer
	c.Stdout, c.Stderr = &out, &wrong
	if err := c.Run(); err != nil {
		w.Fatalf("sosin %s: %v\n%s", strings.Join(args, " "), err, &wrong)
	}
	return out.String()
}

func (w *world) exec(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(c.Env, asProgram+"=1", "PATH="+os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0")
	for k, v := range w.config() {
		c.Env = append(c.Env, k+"="+v)
	}
	return c
}

// program is one running `sosin serve`.
type program struct {
	w           *world
	cmd         *exec.Cmd
	public, ops string
	client      *http.Client
	gone        chan struct{}
	status      int // of the exit; once gone

	mu  sync.Mutex
	log []string
}

var listening = regexp.MustCompile(`msg=listening public=(\S+) operations=(\S+)`)

// serve starts an instance, waits until it listens, and lets the providers find it. It need not be ready.
func (w *world) serve() *program {
	w.Helper()
	p := &program{w: w, cmd: w.exec("serve"), gone: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: 20 * time.Second}}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		w.Fatal(err)
	}
	out, write := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = write, write
	if err := p.cmd.Start(); err != nil {
		w.Fatalf("start the program: %v", err)
	}
	found := make(chan []string, 1)
	go p.read(out, found)
	go func() {
		_ = p.cmd.Wait() // the status says it
		p.status = p.cmd.ProcessState.ExitCode()
		_, _ = in.Close(), write.Close()
		close(p.gone)
	}()
	w.Cleanup(func() { p.kill(); p.client.CloseIdleConnections() })
	select {
	case at := <-found:
		p.public, p.ops = at[1], at[2]
	case <-p.gone:
		w.Fatalf("the program ended at its start with status %d:\n%s", p.status, p.said())
	case <-time.After(30 * time.Second):
		w.Fatalf("the program did not listen within 30 s:\n%s", p.said())
	}
	w.mu.Lock()
	w.programs = append(w.programs, p)
	w.mu.Unlock()
	return p
}

// ready starts an instance that takes updates, and has told Telegram so.
func (w *world) ready() *program {
	w.Helper()
	before := len(w.telegram.Calls("setWebhook"))
	p := w.serve()
	w.until(20*time.Second, "the program says it is ready", func() bool { return p.get("/readyz") == http.StatusOK })
	w.until(20*time.Second, "the program registers with Telegram", func() bool {
		return len(w.telegram.Calls("setWebhook")) > before
	})
	return p
}

func (p *program) read(out io.Reader, found chan<- []string) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		p.mu.Lock()
		p.log = append(p.log, line)
		p.mu.Unlock()
		if at := listening.FindStringSubmatch(line); at != nil {
			found <- at
		}
		if strings.Contains(line, "DATA RACE") {
			p.w.Errorf("the race detector stopped at something in the program; its log:\n%s", p.said())
		}
	}
}

// said is everything the program wrote.
func (p *program) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

// kill ends the program as a power cut would, and returns once it is gone.
func (p *program) kill() {
	p.leave()
	_ = p.cmd.Process.Kill() // gone already: nothing to do
	<-p.gone
}

// terminate asks it to stop, as systemd would, and returns the exit status.
func (p *program) terminate(within time.Duration) int {
	p.w.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.w.Fatalf("send SIGTERM: %v", err)
	}
	select {
	case <-p.gone:
	case <-time.After(within):
		p.w.Fatalf("the program did not stop within %v of SIGTERM:\n%s", within, p.said())
	}
	p.leave()
	return p.status
}

// leave takes the instance out of the providers' sight.
func (p *program) leave() {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.programs = slices.DeleteFunc(p.w.programs, func(q *program) bool { return q == p })
}

// roundTrip carries a provider's request to this instance, whatever host it was addressed to.
func (p *program) roundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", p.public
	return p.client.Transport.RoundTrip(r)
}

// get asks the operations port; 0 is no answer.
func (p *program) get(path string) int {
	status, _ := p.operations(path)
	return status
}

func (p *program) operations(path string) (int, string) {
	resp, err := p.client.Get("http://" + p.ops + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// until waits for a condition; what completes "waited in vain until ...".
func (w *world) until(within time.Duration, what string, holds func() bool) {
	w.Helper()
	if !eventually(within, holds) {
		w.Fatalf("waited %v in vain until %s", within, what)
	}
}

func eventually(within time.Duration, holds func() bool) bool {
	late := time.After(within)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-late:
			return holds()
		case <-tick.C:
		}
	}
	return true
}

// inside is one more instance, in the test's own process: for clocks that only a test can move and for a counsellor's
// desk. Its loops do not run unless the test runs them.
func (w *world) inside() *app {
	w.Helper()
	cfg := &serveConfig{
		storeConfig:   storeConfig{Data: filepath.Join(w.dir, "data"), RedisURL: w.wire.url(), Namespace: rigSpace, Keys: w.keys()},
		serviceConfig: serviceConfig{Service: w.service()},
		Listen:        "127.0.0.1:0", OpsListen: "127.0.0.1:0", PublicURL: rigPublic,
		channelConfig: channelConfig{
			TelegramToken: rigToken, TelegramSecret: rigSecret, TelegramMode: "webhook", TelegramAPI: w.doors.URL,
			TwilioSID: rigSID, TwilioToken: rigAuth, TwilioFrom: rigNumber, TwilioAPI: w.doors.URL,
		},
	}
	quiet := slog.New(slog.DiscardHandler)
	b, err := openStore(context.Background(), &cfg.storeConfig, false, quiet)
	if err != nil {
		w.Fatalf("open the store: %v", err)
	}
	w.Cleanup(b.close)
	a, err := newApp(cfg, b.Store, false, quiet)
	if err != nil {
		w.Fatalf("wire an instance: %v", err)
	}
	return a
}

// operationOf names what a request asks of a provider: "sendMessage", or Twilio's "create".
func operationOf(r *http.Request) string {
	if path, ok := strings.CutPrefix(r.URL.Path, "/bot"+rigToken+"/"); ok {
		return path
	}
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Messages.json") {
		return "create"
	}
	return ""
}

// providerDoor is where both providers' APIs are reached. It can hold a request to send and let the world end there.
type providerDoor struct {
	*httptest.Server
	mu     sync.Mutex
	before func() // called once, before the provider takes a message; the caller then gets no answer
	after  func() // called once, after it has taken it
}

func newProviderDoor(t testing.TB, tg *simulator.Telegram, tw *simulator.Twilio) *providerDoor {
	d := &providerDoor{}
	apis := http.NewServeMux()
	apis.Handle("/2010-04-01/", tw)
	apis.Handle("/", tg)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before, after := d.hooks(operationOf(r))
		if before != nil {
			before()
			panic(http.ErrAbortHandler)
		}
		if after != nil {
			apis.ServeHTTP(httptest.NewRecorder(), r)
			after()
			panic(http.ErrAbortHandler)
		}
		apis.ServeHTTP(w, r)
	}))
	d.Server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(d.Close)
	return d
}

func (d *providerDoor) hooks(op string) (before, after func()) {
	if op != "sendMessage" && op != "create" {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	before, after = d.before, d.after
	d.before, d.after = nil, nil
	return before, after
}

func (d *providerDoor) arm(before, after func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before, d.after = before, after
}
