package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sosin/handoff/staff"
	"sosin/store/child"
	"sosin/store/seal"
)

type doctorCmd struct{ serveConfig }

// diagnosis collects what the checks find.
type diagnosis struct {
	std   streams
	wrong int
}

func (d *diagnosis) ok(name, what string) { fmt.Fprintf(d.std.out, "ok     %-12s %s\n", name, what) }

func (d *diagnosis) bad(name, what, mend string) {
	d.wrong++
	fmt.Fprintf(d.std.out, "WRONG  %-12s %s; %s\n", name, what, mend)
}

// note says what no program can judge, or what is not wrong yet; it changes nothing about the exit status.
func (d *diagnosis) note(name, what string) { fmt.Fprintf(d.std.out, "note   %-12s %s\n", name, what) }

// Run looks at the installation as it is configured, and outward at what both providers show of it, and says what is
// wrong, each line with the mend.
func (c *doctorCmd) Run(ctx context.Context, std streams) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	d := &diagnosis{std: std}
	var w wrongConfig
	if err := c.check(); errors.As(err, &w) {
		for _, line := range w {
			what, mend, _ := strings.Cut(line, "; ")
			d.bad("settings", what, mend)
		}
	} else {
		d.ok("settings", "complete")
	}
	c.content(d)
	c.keys(d)
	c.redis(ctx, d)
	c.telegramLives(ctx, d)
	c.twilioLives(ctx, d)
	if d.wrong > 0 {
		return exitStatus(1)
	}
	return nil
}

func (c *doctorCmd) content(d *diagnosis) {
	if _, _, err := loadContent(c.flowsConfig); err != nil {
		d.bad("flows", "the flows or texts have faults: "+firstLine(err), "run `sosin check`")
		return
	}
	d.ok("flows", "loaded")
	c.today(d)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (c *doctorCmd) keys(d *diagnosis) {
	ring, err := seal.Read(c.keyFile())
	switch {
	case errors.Is(err, os.ErrNotExist) && c.RedisURL == "":
		d.ok("keys", "not made yet; the first start makes them")
	case err != nil:
		d.bad("keys", "the key file is refused", err.Error())
	case time.Until(ring.Last()) < keysWarning:
		d.bad("keys", "the last month ends "+ring.Last().Format(time.DateOnly), "run `sosin keys rotate` and copy the file to every host")
	default:
		d.ok("keys", "reach until "+ring.Last().Format(time.DateOnly))
	}
}

// empty tells that nothing was ever begun here: looking must not begin an installation.
func (c *doctorCmd) empty(ctx context.Context, d *diagnosis) bool {
	if _, err := os.Stat(filepath.Join(c.Data, "redis")); c.RedisURL != "" || err == nil {
		return false
	}
	bin, err := child.Find(ctx)
	if err != nil {
		d.bad("redis", "there is no usable redis-server here: "+firstLine(err), "install the package redis-server, or set SOSIN_REDIS_URL")
		return true
	}
	d.ok("redis", "redis-server "+bin.Version+" is installed; the first `sosin serve` or `sosin staff add` starts it")
	d.bad("staff", noCounsellor, addCounsellor)
	return true
}

func (c *doctorCmd) redis(ctx context.Context, d *diagnosis) {
	if c.empty(ctx, d) {
		return
	}
	b, err := openStore(ctx, &c.storeConfig, false, slog.New(slog.DiscardHandler))
	if err != nil {
		d.bad("redis", firstLine(err), "see the README, Redis")
		return
	}
	defer b.close()
	if err := b.Ready(ctx); err != nil {
		d.bad("redis", "is not usable: "+firstLine(err), "check SOSIN_REDIS_URL, SOSIN_NAMESPACE and SOSIN_KEYS")
		return
	}
	info, err := b.Info(ctx)
	if err == nil {
		err = info.Safe()
	}
	if err != nil {
		d.bad("redis", "would lose messages", firstLine(err))
	} else {
		d.ok("redis", b.what+", Redis "+info["redis_version"]+", append-only file on, nothing evicted")
	}
	c.fsync(ctx, d, b)
	c.staffing(ctx, d, b)
	c.memory(d, info)
	c.clock(ctx, d, b)
	c.quarantine(ctx, d, b)
}

// fsync: what a power failure costs. A Redis that does not let us ask is not blamed.
func (c *doctorCmd) fsync(ctx context.Context, d *diagnosis, b *backing) {
	got, err := b.Client().ConfigGet(ctx, "appendfsync").Result()
	if err == nil && got["appendfsync"] != "" && got["appendfsync"] != "always" {
		d.bad("durability", "Redis writes to disk with appendfsync "+got["appendfsync"]+", so a power failure can lose the last seconds", "set `appendfsync always`")
	}
}

// clock: deadlines are Redis's, but keys, TOTP codes and holidays go by this machine's clock.
func (c *doctorCmd) clock(ctx context.Context, d *diagnosis, b *backing) {
	now, err := b.Now(ctx)
	if err != nil {
		return // said under redis
	}
	if off := time.Since(now).Abs(); off > 5*time.Second {
		d.bad("clock", fmt.Sprintf("this machine and Redis differ by %s", off.Round(time.Second)), "switch time synchronisation on (systemd-timesyncd or chrony) on both")
		return
	}
	d.ok("clock", "agrees with Redis")
}

func (c *doctorCmd) quarantine(ctx context.Context, d *diagnosis, b *backing) {
	n, err := b.Quarantined(ctx)
	switch {
	case err != nil:
		d.bad("quarantine", "cannot be read", firstLine(err))
	case n > 0:
		d.bad("quarantine", fmt.Sprintf("%d updates could not be handled and were put away", n), "update sosin; they are kept for 7 days")
	default:
		d.ok("quarantine", "empty")
	}
}

func (c *doctorCmd) memory(d *diagnosis, info map[string]string) {
	if info["aof_last_write_status"] != "" && info["aof_last_write_status"] != "ok" {
		d.bad("disk", "Redis could not write its append-only file", "look at free space on the data disk")
	}
	var used, most int64
	_, _ = fmt.Sscan(info["used_memory"], &used)
	_, _ = fmt.Sscan(info["maxmemory"], &most)
	if most > 0 && used*10 > most*7 {
		d.bad("memory", "Redis has used more than 70 % of maxmemory", "raise maxmemory")
	}
}

const (
	noCounsellor  = "there is no counsellor, so nobody can be answered"
	addCounsellor = "run `sosin staff add --role counsellor --name NAME`"
)

func (c *doctorCmd) staffing(ctx context.Context, d *diagnosis, b *backing) {
	list, err := b.Accounts(ctx)
	if err != nil {
		d.bad("staff", "accounts cannot be read", firstLine(err))
		return
	}
	have := map[staff.Role]int{}
	for _, a := range list {
		if !a.Disabled {
			have[a.Role]++
		}
	}
	if have[staff.Counsellor] == 0 {
		d.bad("staff", noCounsellor, addCounsellor)
		return
	}
	d.ok("staff", fmt.Sprintf("%d counsellors, %d coordinators, %d admins", have[staff.Counsellor], have[staff.Coordinator], have[staff.Admin]))
}
