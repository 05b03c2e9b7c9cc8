package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"sosin/bot/telegram"
)

type serveCmd struct{ serveConfig }

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context, std streams) error {
	if err := c.check(); err != nil {
		return err
	}
	if _, _, err := loadContent(c.flowsConfig); err != nil {
		return err // before anything is opened
	}
	if _, err := loadService(c.serviceConfig); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.err, nil))
	tuneMemory()
	b, err := openStore(ctx, &c.storeConfig, true, log)
	if err != nil {
		return err
	}
	defer b.close()
	a, err := newApp(&c.serveConfig, b.Store, false, log)
	if err != nil {
		return err
	}
	if b.server != nil {
		a.loops = append(a.loops, loop{"redis-server", b.server.Run})
	}
	a.loops = append(a.loops, loop{"old keys", every(time.Hour, log, "old keys", a.expireKeys)})
	log.Info("starting", "redis", b.what, "telegram", a.cfg.telegramState(), "sms", a.cfg.smsState())
	return a.serve(ctx)
}

func (c *channelConfig) telegramState() string {
	if !c.telegram() {
		return "off: SOSIN_TELEGRAM_TOKEN is not set"
	}
	return c.TelegramMode
}

func (c *channelConfig) smsState() string {
	if !c.sms() {
		return "off: SOSIN_TWILIO_ACCOUNT_SID is not set"
	}
	return "on"
}

// tuneMemory: short-lived garbage is nearly all there is, so collecting less often buys a tenth of the CPU; the limit
// keeps a flood from taking the machine.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// serve opens the listeners, runs the loops, registers with Telegram, and at the end drains: no new requests, sends in
// flight done.
func (a *app) serve(ctx context.Context) error {
	public, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on SOSIN_LISTEN: %w", err)
	}
	ops, err := net.Listen("tcp", a.cfg.OpsListen)
	if err != nil {
		_ = public.Close()
		return fmt.Errorf("listen on SOSIN_OPS_LISTEN: %w", err)
	}
	return a.serveOn(ctx, public, ops)
}

// serveOn runs on listeners that are open already.
func (a *app) serveOn(ctx context.Context, public, ops net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	// The loops outlast the public listener: what it commits in its last moments is still sent by us, not twelve seconds
	// later by somebody else.
	loops, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g.Go(func() error { defer stop(); return serveHTTP(ctx, public, a.public) })
	g.Go(func() error { return serveHTTP(ctx, ops, a.operations()) })
	g.Go(func() error { return a.ready(ctx, a.cfg.Unsafe) })
	g.Go(func() error { return a.run(loops) })
	g.Go(func() error { return a.register(ctx) })
	a.log.Info("listening", "public", public.Addr().String(), "operations", ops.Addr().String())
	if err := g.Wait(); err != nil {
		return err
	}
	a.log.Info("stopped")
	return nil
}

// Limits of the listeners. Live pages stream for hours, so there is no write time-out; a stream ends itself.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	idleTimeout   = 75 * time.Second
	drainTimeout  = 10 * time.Second
	maxHeader     = 32 << 10
)

func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	// Live pages end with this context, so that a shutdown does not wait for them.
	base, end := context.WithCancel(context.Background())
	s := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // its lines quote what clients send
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		end()
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	timer := time.AfterFunc(drainTimeout/2, end)
	defer timer.Stop()
	defer end()
	if err := s.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("shut down: %w", err)
	}
	return s.Close()
}

// register tells Telegram where updates go, until it has listened.
func (a *app) register(ctx context.Context) error {
	if a.telegram == nil {
		return nil
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := a.registerOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		a.log.Error("Telegram did not take our registration; trying again", "mode", a.cfg.TelegramMode, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func (a *app) registerOnce(ctx context.Context) error {
	call, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if a.cfg.polls() {
		return a.telegram.Unregister(call)
	}
	secret, err := telegram.ParseSecret(a.cfg.TelegramSecret)
	if err != nil {
		return err
	}
	return a.telegram.Register(call, a.cfg.PublicURL+"/telegram", secret)
}

// operations serves what only the machine's own network sees.
func (a *app) operations() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}))
	return mux
}

// readyz says what is not ready, one line each; 503 if anything is.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var lines []string
	code := http.StatusOK
	if !a.gate.open.Load() {
		lines, code = append(lines, "redis: not ready"), http.StatusServiceUnavailable
	} else if err := a.store.Ping(ctx); err != nil {
		lines, code = append(lines, "redis: does not answer"), http.StatusServiceUnavailable
	}
	if left := time.Until(a.store.Ring().Last()); left < keysWarning {
		lines = append(lines, fmt.Sprintf("keys: the last month ends in %d days; run `sosin keys rotate`", int(left.Hours()/24)))
	}
	w.WriteHeader(code)
	if len(lines) == 0 {
		lines = []string{"ok"}
	}
	_, _ = w.Write([]byte(strings.Join(lines, "\n") + "\n"))
}
