package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"sosin/store/seal"
)

// keysWarning is how long before the last month's end doctor and /readyz begin to warn.
const keysWarning = 60 * 24 * time.Hour

type keysCmd struct {
	New    keysNewCmd    `cmd:"" help:"Make a key file."`
	Rotate keysRotateCmd `cmd:"" help:"Add months until 24 ahead, drop past ones. Copy the file to every other host afterwards."`
}

type keysNewCmd struct{ storeConfig }

// Run makes a key file; an existing one is never overwritten.
func (c *keysNewCmd) Run(std streams) error {
	ring, err := seal.New(time.Now())
	if err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	if err := seal.Write(c.keyFile(), ring); errors.Is(err, fs.ErrExist) {
		return wrongConfig{"SOSIN_KEYS: " + c.keyFile() + " exists already; use `sosin keys rotate`, or move it away if its data may be lost"}
	} else if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	fmt.Fprintln(std.out, "wrote", c.keyFile())
	fmt.Fprintln(std.out, "Keep one copy apart from Redis and its backups. Without it nothing in Redis can be read.")
	return nil
}

type keysRotateCmd struct{ storeConfig }

// Run extends the key file.
func (c *keysRotateCmd) Run(std streams) error {
	ring, err := seal.Read(c.keyFile())
	if err != nil {
		return wrongConfig{"SOSIN_KEYS: " + err.Error()}
	}
	added, dropped := ring.Rotate(time.Now())
	if err := seal.Replace(c.keyFile(), ring); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	fmt.Fprintf(std.out, "added %d months, dropped %d; the last ends %s\n", added, dropped, ring.Last().Format(time.DateOnly))
	fmt.Fprintln(std.out, "Copy the file to every other host that serves this namespace; a running service reads it within the hour.")
	return nil
}

// expireKeys takes over months added to the file and destroys past ones, in memory and in the file, so that old backups
// become unreadable.
func (a *app) expireKeys(context.Context) error {
	ring, err := seal.Read(a.cfg.keyFile())
	if err != nil {
		return err
	}
	if ring.Expire(time.Now()) > 0 {
		if err := seal.Replace(a.cfg.keyFile(), ring); err != nil {
			return fmt.Errorf("drop past keys: %w", err)
		}
		a.log.Info("destroyed the keys of past months")
	}
	a.store.Turn(ring)
	return nil
}
