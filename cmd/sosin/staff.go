package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"sosin/flows"
	"sosin/handoff/staff"
)

type staffCmd struct {
	Add     staffAddCmd     `cmd:"" help:"Make an account; prints its password and TOTP secret once."`
	List    staffListCmd    `cmd:"" help:"List accounts."`
	Disable staffDisableCmd `cmd:"" help:"End an account's sessions and refuse new ones."`
	Reset   staffResetCmd   `cmd:"" help:"New password and TOTP secret."`
}

// withAccounts opens the store, joining a running service's Redis, and hands over the accounts.
func withAccounts(ctx context.Context, c *storeConfig, std streams, do func(*staff.Accounts) error) error {
	var w wrongConfig
	if c.check(&w); w.err() != nil {
		return w
	}
	b, err := openStore(ctx, c, false, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer b.close()
	if err := b.Ready(ctx); err != nil {
		return err
	}
	return do(&staff.Accounts{Store: b.Store, Clock: b.Store, Hasher: staff.NewHasher()})
}

type staffAddCmd struct {
	storeConfig
	Name string   `help:"Working name; people are told it." required:""`
	Role string   `help:"counsellor, coordinator or admin." required:"" enum:"counsellor,coordinator,admin"`
	Desk []string `help:"Desk the counsellor serves; may be given several times. None: every desk."`
	Lang []string `help:"Language served (et, ru, en); may be given several times. None: every language."`

	Skill []string `help:"What the counsellor can do: ${skills}; may be given several times. female: she may be given to people who ask for a woman. child_qualified: only then is somebody under 18 given to her or him."`
	JSON  bool     `help:"Print one line of JSON."`
}

// Run adds an account.
func (c *staffAddCmd) Run(ctx context.Context, std streams) error {
	langs := make([]flows.Lang, len(c.Lang))
	for i, l := range c.Lang {
		langs[i] = flows.Lang(l)
	}
	return withAccounts(ctx, &c.storeConfig, std, func(a *staff.Accounts) error {
		acc, cred, err := a.Add(ctx, staff.Spec{Name: c.Name, Role: staff.Role(c.Role), Desks: c.Desk, Langs: langs, Skills: c.Skill})
		if err != nil {
			return wrongAccount(err)
		}
		return printCredentials(std.out, acc.Name, cred, c.JSON)
	})
}

// wrongAccount turns what was asked for wrongly into exit status 2.
func wrongAccount(err error) error {
	for _, e := range []error{staff.ErrName, staff.ErrRole, staff.ErrLang, staff.ErrSkill, staff.ErrNameTaken, staff.ErrNoAccount, staff.ErrLastAdmin} {
		if errors.Is(err, e) {
			return wrongConfig{err.Error()}
		}
	}
	return err
}

func printCredentials(w io.Writer, name string, cred staff.Credentials, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]string{
			"name": name, "password": cred.Password, "totp_secret": cred.TOTP})
	}
	_, err := fmt.Fprintf(w, "name         %s\npassword     %s\nTOTP secret  %s\n%s\nThis is shown once. Hand it over in person.\n",
		name, cred.Password, cred.TOTP, staff.EnrolURL("Sosin", name, cred.TOTP))
	return err
}

type staffListCmd struct{ storeConfig }

// Run lists accounts.
func (c *staffListCmd) Run(ctx context.Context, std streams) error {
	return withAccounts(ctx, &c.storeConfig, std, func(a *staff.Accounts) error {
		list, err := a.List(ctx)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(std.out, "no accounts yet; make one with `sosin staff add`")
		}
		for _, acc := range list {
			state, desks := strings.Join(acc.Skills, ","), strings.Join(acc.Desks, ",")
			if acc.Disabled {
				state = strings.TrimSpace(state + "  disabled")
			}
			if desks == "" {
				desks = "every desk"
			}
			fmt.Fprintf(std.out, "%-16s  %-11s  %-24s  %s\n", acc.Name, acc.Role, desks, state)
		}
		return nil
	})
}

type staffDisableCmd struct {
	storeConfig
	Name string `help:"Working name." required:""`
}

// Run disables an account; its open pages die within five seconds.
func (c *staffDisableCmd) Run(ctx context.Context, std streams) error {
	return withAccounts(ctx, &c.storeConfig, std, func(a *staff.Accounts) error {
		acc, err := a.Find(ctx, c.Name)
		if err == nil {
			err = a.Disable(ctx, acc.ID)
		}
		if err != nil {
			return wrongAccount(err)
		}
		fmt.Fprintln(std.out, "disabled; open pages end within five seconds")
		return nil
	})
}

type staffResetCmd struct {
	storeConfig
	Name string `help:"Working name." required:""`
	JSON bool   `help:"Print one line of JSON."`
}

// Run gives an account new credentials.
func (c *staffResetCmd) Run(ctx context.Context, std streams) error {
	return withAccounts(ctx, &c.storeConfig, std, func(a *staff.Accounts) error {
		acc, err := a.Find(ctx, c.Name)
		if err != nil {
			return wrongAccount(err)
		}
		cred, err := a.Reset(ctx, acc.ID)
		if err != nil {
			return wrongAccount(err)
		}
		return printCredentials(std.out, acc.Name, cred, c.JSON)
	})
}
