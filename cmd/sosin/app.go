package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"sosin/bot"
	"sosin/bot/sms"
	"sosin/bot/telegram"
	"sosin/flows"
	"sosin/flows/service"
	"sosin/flows/stats"
	"sosin/handoff"
	"sosin/handoff/console"
	"sosin/handoff/staff"
	"sosin/locales"
	"sosin/store"
)

// app is the wired program: what serve and demo run.
type app struct {
	cfg      *serveConfig
	store    *store.Store
	flows    *flows.Machine
	texts    *locales.Texts
	service  *service.File
	engine   *bot.Engine
	sender   *bot.Sender
	desk     *handoff.Desk
	console  *console.Console
	accounts *staff.Accounts
	reports  *reports
	gate     *gate
	log      *slog.Logger
	registry *prometheus.Registry
	metrics  *metrics

	telegram *telegram.Client
	sms      *sms.Client
	loops    []loop
	public   *http.ServeMux
}

// loop is one thing that runs until the context ends.
type loop struct {
	name string
	run  func(ctx context.Context) error
}

// workers is how many lanes are sent at once. A provider 100 ms away then takes 640 messages a second.
const workers = 64

// newApp introduces the parts to each other. Nothing runs yet.
func newApp(cfg *serveConfig, st *store.Store, demo bool, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, store: st, log: log, registry: prometheus.NewRegistry(), public: http.NewServeMux()}
	a.metrics = newMetrics(a.registry, st)
	var err error
	if a.flows, a.texts, err = loadContent(cfg.flowsConfig); err != nil {
		return nil, err
	}
	if a.service, err = loadService(cfg.serviceConfig); err != nil {
		return nil, err
	}
	if err := a.channels(); err != nil {
		return nil, err
	}
	if err := a.line(); err != nil {
		return nil, err
	}
	if err := a.staff(demo); err != nil {
		return nil, err
	}
	if err := a.receivers(); err != nil {
		return nil, err
	}
	a.loops = append(a.loops,
		loop{"sender", a.sender.Run},
		loop{"deletions", (&bot.Deleter{Store: st, Erasers: a.erasers(), Log: log, Every: 10 * time.Second}).Run},
		loop{"chosen times", a.gate.after((&bot.Caller{Store: st, Call: a.engine.Call, Log: log, Every: 20 * time.Second}).Run)},
		loop{"clocks", every(5*time.Second, log, "clocks", a.strike)},
		loop{"append-only rewrite", every(time.Minute, log, "append-only rewrite", a.shred)},
	)
	return a, nil
}

func (a *app) channels() error {
	if a.cfg.telegram() {
		token, err := telegram.ParseToken(a.cfg.TelegramToken)
		if err != nil {
			return fmt.Errorf("telegram: %w", err)
		}
		if a.telegram, err = telegram.NewClient(token, a.cfg.TelegramAPI); err != nil {
			return fmt.Errorf("telegram: %w", err)
		}
	}
	if !a.cfg.sms() {
		return nil
	}
	var err error
	if a.sms, err = a.cfg.smsClient(); err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	return nil
}

// line wires the straight line: engine, store, sender; and from the other door, the desk.
func (a *app) line() error {
	fallback, err := a.texts.Say(string(flows.Estonian), "static.fallback", string(flows.SMS), nil)
	if err != nil {
		return fmt.Errorf("static fallback: %w", err)
	}
	chans := bot.Channels{}
	if a.telegram != nil {
		chans[flows.Telegram] = a.telegram
	}
	if a.sms != nil {
		chans[flows.SMS] = a.sms
	}
	a.sender = &bot.Sender{Lanes: a.store, Channels: chans, Texts: a.texts, Log: a.log, Metrics: a.metrics, Workers: workers}
	who := &duty{shifts: a.store, desks: desksOf(a.service, a.flows), service: a.service.Today()}
	a.engine = &bot.Engine{
		Store: a.store, Flows: a.flows, Today: who.forTurn, Send: a.sender, Texts: a.texts, Log: a.log, Metrics: a.metrics,
		Outage: &bot.Outage{Text: fallback, Send: a.sender.Once, Now: time.Now},
	}
	a.gate = &gate{engine: a.engine, opened: make(chan struct{})}
	a.desk = &handoff.Desk{
		Tickets: a.store, Clocks: a.store, Shifts: a.store, Log: a.store, Flows: a.flows,
		Secret:   func(words string) bool { _, blocked := a.service.Blocked(words); return blocked },
		Today:    who.forDesk,
		Partners: func(now time.Time) []handoff.Partner { return handoff.Partners(a.service, now) },
		Send:     func(l handoff.Lease) { a.sender.Wake(l.Lane, l.Fence) },
	}
	return nil
}

func (a *app) staff(demo bool) error {
	hasher := staff.NewHasher()
	gate := &staff.Gate{Accounts: a.store, Sessions: a.store, Attempts: a.store, Clock: a.store, Hasher: hasher}
	if demo {
		gate.Doors = a.store
	}
	a.accounts = &staff.Accounts{Store: a.store, Clock: a.store, Hasher: hasher}
	a.reports = &reports{store: a.store, options: stats.Options{
		Desks: a.flows.Desks(), Order: stats.Order(a.flows.Definition()),
	}}
	public := a.cfg.PublicURL
	if public == "" {
		public = "http://" + a.cfg.Listen
	}
	var err error
	a.console, err = console.New(console.Config{
		Gate: gate, Accounts: a.accounts, Desk: a.desk, Texts: a.texts, Hints: a.store, Reports: a.reports,
		PublicURL: public, Demo: demo, Log: a.log, Remote: remote,
	})
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	a.public.Handle("/", a.console)
	return nil
}

// remote is the address a sign-in is counted by. Behind the TLS proxy on this machine every connection comes from here;
// then the last address of X-Forwarded-For is the one the proxy itself wrote. From anywhere else the header is a claim.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !loopback(host) {
		return staff.Remote(r.RemoteAddr)
	}
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if last := strings.TrimSpace(list[len(list)-1]); last != "" {
		return staff.Remote(net.JoinHostPort(last, "0"))
	}
	return staff.Remote(r.RemoteAddr)
}

// receivers mounts the providers' doors.
func (a *app) receivers() error {
	if a.telegram != nil && a.cfg.polls() {
		p := telegram.NewPoller(a.telegram, a.gate, a.store, a.log, a.metrics.update)
		a.loops = append(a.loops, loop{"telegram poller", p.Run})
	} else if a.telegram != nil {
		secret, err := telegram.ParseSecret(a.cfg.TelegramSecret)
		if err != nil {
			return fmt.Errorf("telegram: %w", err)
		}
		hook, err := telegram.NewWebhook(secret, a.gate, a.metrics.update)
		if err != nil {
			return fmt.Errorf("telegram: %w", err)
		}
		a.public.Handle("/telegram", hook)
	}
	if a.sms == nil {
		return nil
	}
	v, err := sms.NewVerifier(a.cfg.PublicURL, sms.NewAuthToken(a.cfg.TwilioToken))
	if err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	fallback, err := sms.NewFallback(v, a.engine.Outage.Text)
	if err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	a.public.Handle(sms.WebhookPath, sms.NewWebhook(v, a.gate))
	a.public.Handle(sms.StatusPath, sms.NewStatus(v, deliveries{a.store}))
	a.public.Handle(sms.FallbackPath, fallback)
	sweep := &sms.Sweep{Client: a.sms, Receiver: a.gate, Leader: a.store, Watermarks: a.store, Log: a.log}
	// At a closed gate its first pass would find messages and could take none: they would wait for the next one, a minute on.
	a.loops = append(a.loops, loop{"sms sweep", a.gate.after(sweep.Run)})
	return nil
}

func (a *app) erasers() map[flows.Channel]bot.Eraser {
	out := map[flows.Channel]bot.Eraser{}
	if a.telegram != nil {
		out[flows.Telegram] = a.telegram
	}
	if a.sms != nil {
		out[flows.SMS] = a.sms
	}
	return out
}

// deliveries hands Twilio's reports to the outbox.
type deliveries struct{ store *store.Store }

func (d deliveries) Delivered(ctx context.Context, token string, s sms.DeliveryStatus) error {
	return d.store.Delivered(ctx, token, s.Verdict)
}

// gate lets nothing in before the store has shown to be ours: right schema, right keys.
type gate struct {
	engine *bot.Engine
	open   atomic.Bool
	once   sync.Once
	opened chan struct{}
}

// lift opens the gate for good.
func (g *gate) lift() {
	g.open.Store(true)
	g.once.Do(func() { close(g.opened) })
}

// after makes a loop wait until the gate is open.
func (g *gate) after(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-g.opened:
			return run(ctx)
		}
	}
}

var errNotReady = errors.New("the store is not ready")

// Receive hands an update on, or refuses it so that the provider keeps it and the person gets the numbers.
func (g *gate) Receive(ctx context.Context, in bot.Inbound) error {
	if !g.open.Load() && !g.opens(ctx) {
		g.engine.Outage.Failed(in.Address)
		return errNotReady
	}
	return g.engine.Receive(ctx, in)
}

// gateWait is how long an update waits at a closed gate: at a start the store is looked at for some milliseconds, and a
// refusal would cost a person five seconds.
const gateWait = 2 * time.Second

func (g *gate) opens(ctx context.Context) bool {
	wait := time.NewTimer(gateWait)
	defer wait.Stop()
	select {
	case <-g.opened:
		return true
	case <-wait.C:
	case <-ctx.Done():
	}
	return false
}

func (a *app) strike(ctx context.Context) error {
	_, err := a.store.Overdue(ctx)
	return err
}

func (a *app) shred(ctx context.Context) error {
	_, err := a.store.Rewrite(ctx)
	return err
}

// every makes a loop of something done now and then; a failure is logged once until it works again.
func every(d time.Duration, log *slog.Logger, name string, do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(d)
		defer tick.Stop()
		failing := false
		for {
			err := do(ctx)
			if err != nil && !failing && ctx.Err() == nil {
				log.Warn("a regular job failed; it will be tried again", "job", name, "error", err)
			}
			failing = err != nil
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

// run runs all loops until the context ends or one of them cannot go on.
func (a *app) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, l := range a.loops {
		g.Go(func() error {
			if err := l.run(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// ready opens the gate once the store has shown to be ours. While Redis is away it keeps trying; a namespace that is not
// ours, or a Redis that would lose messages, ends the program.
func (a *app) ready(ctx context.Context, unsafe bool) error {
	said := false
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := a.checkStore(ctx, unsafe)
		if err == nil {
			a.gate.lift()
			return nil
		}
		if refused(err) {
			return err
		}
		if !said {
			a.log.Error("Redis does not answer; webhooks are refused until it does", "error", err)
			said = true
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func refused(err error) bool {
	for _, e := range []error{store.ErrWrongKeys, store.ErrSchema, store.ErrEvicts, store.ErrVolatile, store.ErrOld} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (a *app) checkStore(ctx context.Context, unsafe bool) error {
	call, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := a.store.Ready(call); err != nil {
		return err
	}
	if unsafe {
		return nil
	}
	info, err := a.store.Info(call)
	if err != nil {
		return err
	}
	return info.Safe()
}
