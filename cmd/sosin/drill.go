package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"sosin/bot/simulator"
	"sosin/bot/simulator/drill"
	"sosin/handoff/staff"
)

type drillCmd struct {
	flowsConfig
	Against  string        `help:"Address of a running demo's page with the two phones, such as http://127.0.0.1:8090; empty: a demo of the drill's own." env:"SOSIN_DRILL_AGAINST"`
	NoStaff  bool          `help:"Play no counsellors: nobody is on duty, or, in a running demo, whoever trains there." name:"no-staff" env:"SOSIN_DRILL_NO_STAFF"`
	People   int           `help:"How many people write at once; 0: one of each persona, language and channel." env:"SOSIN_DRILL_PEOPLE"`
	Personas []string      `help:"Who writes: calm, danger, threatened, silent, abuser, child, freetext, translit, flood, doubletap, returning, erasing; empty: all." env:"SOSIN_DRILL_PERSONAS"`
	Lang     []string      `help:"Languages: et, ru, en; empty: all." env:"SOSIN_DRILL_LANG"`
	Channel  []string      `help:"Channels: telegram, sms; empty: both." env:"SOSIN_DRILL_CHANNEL"`
	Seed     uint64        `help:"Makes the same people come again and choose the same; 0: others each time." env:"SOSIN_DRILL_SEED"`
	For      time.Duration `help:"Keep going this long: whoever is done is replaced by somebody new." env:"SOSIN_DRILL_FOR"`
	Think    time.Duration `help:"The least time a person takes before writing; at most it is twice that. Longer for training by hand, shorter for load." env:"SOSIN_DRILL_THINK" default:"250ms"`
	RedisURL string        `help:"A Redis to use under a namespace of the drill's own; empty: redis-server if it is installed, else one in memory." env:"SOSIN_REDIS_URL" name:"redis-url"`
	Quiet    bool          `help:"Only the report at the end." short:"q" env:"SOSIN_DRILL_QUIET"`
	Verbose  bool          `help:"Log what the service does." short:"v" env:"SOSIN_DRILL_VERBOSE"`
}

// Run plays people against a running program and says which promises it broke; then the exit status is 1.
func (c *drillCmd) Run(ctx context.Context, std streams) error {
	if c.People < 0 || c.For < 0 || c.Think < 0 {
		return wrongConfig{"--people, --for, --think: must not be negative"}
	}
	_, texts, err := loadContent(c.flowsConfig)
	if err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	cfg := drill.Config{Texts: texts, Personas: c.Personas, Langs: c.Lang, Channels: c.Channel, People: c.People, For: c.For,
		Seed: c.Seed, Think: c.Think, Duty: drill.Played, Out: std.out, Every: progressEvery}
	if c.Quiet {
		cfg.Every = 0
	}
	planned, err := drill.New(cfg)
	if err != nil {
		return wrongConfig{err.Error()} // before anything is opened
	}
	c.People = planned.People()
	fmt.Fprintf(std.out, "Nobody here is a real person. The same again: --seed %d\n", c.Seed)
	if c.Against != "" {
		return c.playOn(ctx, cfg)
	}
	return c.playAlone(ctx, cfg, std)
}

// progressEvery is how often a running drill says where it stands.
const progressEvery = 2 * time.Second

// verdict runs a drill. A promise broken was reported already.
func verdict(ctx context.Context, cfg drill.Config) error {
	d, err := drill.New(cfg)
	if err != nil {
		return wrongConfig{err.Error()}
	}
	broken, err := d.Run(ctx)
	switch {
	case err != nil:
		return err
	case len(broken) > 0:
		return exitStatus(1)
	}
	return nil
}

// playOn plays on somebody else's demo. Its doors let the drill's counsellors in.
func (c *drillCmd) playOn(ctx context.Context, cfg drill.Config) error {
	base := strings.TrimSuffix(c.Against, "/")
	cfg.Exchange = &drill.Page{Base: base}
	if c.NoStaff {
		cfg.Duty = drill.Unknown
		return verdict(ctx, cfg)
	}
	for _, door := range []string{"counsellor", "second-counsellor"} {
		cfg.Accounts = append(cfg.Accounts, drill.Account{Door: base + "/door/" + door})
	}
	cfg.Pages = doorsToSee(base)
	return verdict(ctx, cfg)
}

// doorsToSee are the pages of those who may never see a text; nobody may see an address.
func doorsToSee(base string) []string {
	return []string{base + "/door/coordinator", base + "/door/admin"}
}

// playAlone starts a demo of its own, plays on it and removes it.
func (c *drillCmd) playAlone(ctx context.Context, cfg drill.Config, std streams) error {
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = slog.New(slog.NewTextHandler(std.err, nil))
	}
	tuneMemory()
	quiet := streams{out: io.Discard, err: std.err}
	d := &demo{cmd: &demoCmd{flowsConfig: c.flowsConfig, Listen: "127.0.0.1:0", RedisURL: c.RedisURL}, std: quiet, log: log}
	defer d.close()
	if err := d.open(ctx); err != nil {
		return err
	}
	if d.memory != nil {
		fmt.Fprintln(std.out, "No redis-server is installed: the drill runs on a Redis in memory, which is no measure of a real one.")
	}
	cfg.Exchange = &drill.Inside{Telegram: d.telegram, Twilio: d.twilio}
	cfg.Console = d.cfg.PublicURL
	cfg.Pages = doorsToSee("http://" + d.page.Addr().String())
	if c.NoStaff {
		cfg.Duty = drill.Nobody
	}
	if err := c.hire(ctx, d, &cfg); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.serve(ctx) })
	g.Go(func() error {
		defer stop()
		if err := d.up(ctx); err != nil {
			return err
		}
		return verdict(ctx, cfg)
	})
	return g.Wait()
}

// hire makes as many counsellors as people in the drill need, with passwords and codes like anybody's.
func (c *drillCmd) hire(ctx context.Context, d *demo, cfg *drill.Config) error {
	for i := range min(max(c.People/6, 2), 20) {
		name := fmt.Sprintf("Drill %d", i+1)
		_, cred, err := d.app.accounts.Add(ctx, staff.Spec{Name: name, Role: staff.Counsellor, Skills: staff.Skills})
		if err != nil {
			return fmt.Errorf("make the drill's counsellors: %w", err)
		}
		cfg.Accounts = append(cfg.Accounts, drill.Account{Name: name, Password: cred.Password, Secret: cred.TOTP})
	}
	return nil
}

// upWithin is how long a demo may take to be ready.
const upWithin = 20 * time.Second

var errNotUp = errors.New("the demo did not become ready")

// up waits until the demo takes messages: the store is open and Telegram knows where updates go.
func (d *demo) up(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, upWithin)
	defer cancel()
	for {
		registered := slices.ContainsFunc(d.telegram.Log(), func(c simulator.Call) bool { return c.Method == "setWebhook" && c.Done })
		if registered && d.ready(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errNotUp
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *demo) ready(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.ops.Addr().String()+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
