package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"sosin/bot/simulator"
	"sosin/bot/sms"
	"sosin/flows"
	"sosin/flows/stats"
	"sosin/handoff/staff"
	"sosin/store"
	"sosin/store/child"
)

type demoCmd struct {
	flowsConfig
	Listen   string `help:"Address of the page with the two phones; if taken, a free port." env:"SOSIN_DEMO_LISTEN" default:"127.0.0.1:8090"`
	RedisURL string `help:"A Redis to use under a namespace of the demo's own; empty: redis-server if it is installed, else one in memory." env:"SOSIN_REDIS_URL" name:"redis-url"`
	Verbose  bool   `help:"Log what the service does." short:"v"`
}

// demo is everything on one machine: the real service between stand-ins for both providers.
type demo struct {
	cmd      *demoCmd
	std      streams
	log      *slog.Logger
	dir      string
	cfg      *serveConfig
	redis    *backing
	memory   *miniredis.Miniredis
	app      *app
	telegram *simulator.Telegram
	twilio   *simulator.Twilio
	phones   *simulator.Phones
	page     net.Listener // the two phones
	api      net.Listener // the providers' APIs
	public   net.Listener // the service
	ops      net.Listener
}

// Names of the demo's staff. They are invented.
const (
	demoCounsellor  = "Kadri"
	demoSecond      = "Mihkel"
	demoCoordinator = "Liis"
	demoAdmin       = "Admin"
)

// Run runs the demo until it is told to stop, and leaves nothing behind.
func (c *demoCmd) Run(ctx context.Context, std streams) error {
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = slog.New(slog.NewTextHandler(std.err, nil))
	}
	tuneMemory()
	d := &demo{cmd: c, std: std, log: log}
	defer d.close()
	if err := d.open(ctx); err != nil {
		return err
	}
	return d.serve(ctx)
}

func (d *demo) open(ctx context.Context) error {
	var err error
	if d.dir, err = os.MkdirTemp("", "sosin-demo-"); err != nil {
		return fmt.Errorf("make the demo's own data folder: %w", err)
	}
	if err := d.listen(ctx); err != nil {
		return err
	}
	d.configure()
	if err := d.openRedis(ctx); err != nil {
		return err
	}
	if d.app, err = newApp(d.cfg, d.redis.Store, true, d.log); err != nil {
		return err
	}
	if d.redis.server != nil {
		d.app.loops = append(d.app.loops, loop{"redis-server", d.redis.server.Run})
	}
	d.standIns()
	return d.seed(ctx)
}

func (d *demo) listen(ctx context.Context) error {
	lc := net.ListenConfig{}
	var err error
	if d.page, err = lc.Listen(ctx, "tcp", d.cmd.Listen); err != nil {
		if d.page, err = lc.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	for _, l := range []*net.Listener{&d.api, &d.public, &d.ops} {
		if *l, err = lc.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// configure makes the settings a real installation would have, with random secrets.
func (d *demo) configure() {
	api := "http://" + d.api.Addr().String()
	d.cfg = &serveConfig{
		storeConfig: storeConfig{Data: d.dir, RedisURL: d.cmd.RedisURL, Namespace: "sosin-demo-" + hex.EncodeToString(random(4)), Unsafe: true},
		flowsConfig: d.cmd.flowsConfig,
		Listen:      d.public.Addr().String(), OpsListen: d.ops.Addr().String(),
		PublicURL: "http://" + d.public.Addr().String(),
		channelConfig: channelConfig{
			TelegramToken:  "900000000:" + base64.RawURLEncoding.EncodeToString(random(26)),
			TelegramSecret: base64.RawURLEncoding.EncodeToString(random(32)),
			TelegramMode:   "webhook", TelegramAPI: api,
			TwilioSID: "AC" + hex.EncodeToString(random(16)), TwilioToken: hex.EncodeToString(random(16)),
			TwilioFrom: "+37200000000", TwilioAPI: api,
		},
	}
}

// openRedis takes the Redis given, else an installed redis-server, else one in memory that keeps nothing.
func (d *demo) openRedis(ctx context.Context) error {
	var err error
	if d.cmd.RedisURL == "" {
		if _, err = child.Find(ctx); err != nil {
			return d.openMemory()
		}
	}
	if _, err := readKeys(&d.cfg.storeConfig, true, d.log); err != nil {
		return err
	}
	d.redis, err = openStore(ctx, &d.cfg.storeConfig, true, d.log)
	return err
}

func (d *demo) openMemory() error {
	d.memory = miniredis.NewMiniRedis()
	d.memory.ClockTTL(true)
	if err := d.memory.Start(); err != nil {
		return fmt.Errorf("start the Redis in memory: %w", err)
	}
	ring, err := readKeys(&d.cfg.storeConfig, true, d.log)
	if err != nil {
		return err
	}
	o, err := store.Options("redis://" + d.memory.Addr())
	if err != nil {
		return err
	}
	db := redis.NewUniversalClient(o)
	d.redis = &backing{Store: store.New(db, d.cfg.Namespace, ring), db: db, what: "a Redis in memory"}
	return nil
}

func (d *demo) standIns() {
	d.telegram = simulator.NewTelegram(simulator.TelegramConfig{Token: d.cfg.TelegramToken, Insecure: true})
	d.twilio = simulator.NewTwilio(simulator.TwilioConfig{
		AccountSID: d.cfg.TwilioSID, AuthToken: d.cfg.TwilioToken, From: d.cfg.TwilioFrom,
		WebhookURL: d.cfg.PublicURL + sms.WebhookPath, FallbackURL: d.cfg.PublicURL + sms.FallbackPath,
		StatusDelay: 300 * time.Millisecond,
	})
	base := "http://" + d.page.Addr().String()
	d.phones = &simulator.Phones{Telegram: d.telegram, Twilio: d.twilio, Zone: flows.Tallinn, Doors: []simulator.Door{
		{Title: "Two phones", Text: "Write in by Telegram or SMS, as somebody who needs help.", URL: "#phones"},
		{Title: "Counsellor's console", Text: "Go on duty, take the person who just wrote, answer, close the chat.", URL: base + "/door/counsellor"},
		{Title: "Coordinator's page", Text: "Anonymous statistics: this month in bands, past months invented.", URL: base + "/door/coordinator"},
	}}
}

// seed makes the demo's staff and its invented past.
func (d *demo) seed(ctx context.Context) error {
	if err := d.redis.Ready(ctx); err != nil {
		return err
	}
	for name, role := range map[string]staff.Role{demoCounsellor: staff.Counsellor, demoSecond: staff.Counsellor,
		demoCoordinator: staff.Coordinator, demoAdmin: staff.Admin} {
		spec := staff.Spec{Name: name, Role: role}
		if name == demoCounsellor { // else nobody could take who asks for a woman or is under 18
			spec.Skills = staff.Skills
		}
		if _, _, err := d.app.accounts.Add(ctx, spec); err != nil {
			return fmt.Errorf("make the demo's staff: %w", err)
		}
	}
	o := d.app.reports.options
	o.Invented = true
	month := time.Now().In(flows.Tallinn)
	month = time.Date(month.Year(), month.Month(), 1, 12, 0, 0, 0, flows.Tallinn)
	for back := 1; back <= 3; back++ {
		m := stats.MonthOf(month.AddDate(0, -back, 0))
		raw, err := json.Marshal(stats.Publish(m, stats.Seed(m, int64(back)), o))
		if err != nil {
			return fmt.Errorf("write invented month: %w", err)
		}
		if _, err := d.redis.Freeze(ctx, string(m), raw); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	apis := http.NewServeMux()
	apis.Handle("/2010-04-01/", d.twilio)
	apis.Handle("/", d.telegram)
	g.Go(func() error { return serveHTTP(ctx, d.api, apis) })
	g.Go(func() error { return d.telegram.Run(ctx) })
	g.Go(func() error { return d.twilio.Run(ctx) })
	g.Go(func() error { return serveHTTP(ctx, d.page, d.pages()) })
	g.Go(func() error { return d.app.serveOn(ctx, d.public, d.ops) })
	d.welcome()
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// pages serves the two phones, and the doors: each press makes a fresh one-time link.
func (d *demo) pages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", d.oneName(d.phones.Handler()))
	for path, name := range map[string]string{"counsellor": demoCounsellor, "second-counsellor": demoSecond,
		"coordinator": demoCoordinator, "admin": demoAdmin} {
		mux.HandleFunc("GET /door/"+path, func(w http.ResponseWriter, r *http.Request) {
			to, err := d.app.console.DoorURL(r.Context(), name)
			if err != nil {
				http.Error(w, "The door does not open: the store does not answer. Try again.", http.StatusServiceUnavailable)
				return
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
		})
	}
	return mux
}

// oneName leads who came by the name localhost to the address the doors lead to. To a browser the two are different
// sites, and it would keep the session that a door opens from a page of the other.
func (d *demo) oneName(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(d.page.Addr().String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.EqualFold(r.Host, "localhost:"+port) {
			http.Redirect(w, r, "http://"+d.page.Addr().String()+r.URL.RequestURI(), http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (d *demo) welcome() {
	fmt.Fprintf(d.std.out, "\n  Sosin demo. Open this in a browser:\n\n      http://%s/\n\n", d.page.Addr())
	fmt.Fprintln(d.std.out, "  Two phones to write from, the counsellor's console, the coordinator's page.")
	fmt.Fprintln(d.std.out, "  Nothing here is a real phone or a real person; staff and past months are invented.")
	if d.memory != nil {
		fmt.Fprintln(d.std.out, "  No redis-server is installed, so everything is in memory and NOTHING IS KEPT.")
	}
	fmt.Fprintln(d.std.out, "  Stop with Ctrl-C; everything is then removed.")
}

// close stops what was started and removes what the demo wrote.
func (d *demo) close() {
	if d.phones != nil {
		d.phones.Close()
		d.telegram.Close()
		d.twilio.Close()
	}
	for _, l := range []net.Listener{d.page, d.api, d.public, d.ops} {
		if l != nil {
			_ = l.Close()
		}
	}
	if d.redis != nil {
		d.forget()
		d.redis.close()
	}
	if d.memory != nil {
		d.memory.Close()
	}
	if d.dir != "" && filepath.IsAbs(d.dir) {
		_ = os.RemoveAll(d.dir)
	}
}

// forget removes the demo's namespace from a Redis that was given to it.
func (d *demo) forget() {
	if d.cmd.RedisURL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	keys := d.redis.db.Scan(ctx, 0, "{"+d.cfg.Namespace+"}*", 500).Iterator()
	for keys.Next(ctx) {
		d.redis.db.Del(ctx, keys.Val())
	}
}
