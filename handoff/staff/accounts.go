package staff

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
)

// Credentials are what a new or reset account is told, once. They print themselves as nothing; as JSON they are the
// output of "sosin staff add --json".
type Credentials struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret"` // base32
}

// String keeps a password out of any log.
func (Credentials) String() string { return "[credentials]" }

// GoString keeps it out of %#v too.
func (Credentials) GoString() string { return "[credentials]" }

// LogValue keeps it out of structured logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue("[credentials]") }

// Accounts adds, resets and disables accounts.
type Accounts struct {
	Store  Store
	Clock  Clock
	Hasher *Hasher
}

// Add makes an account and returns its credentials, which are kept nowhere. ErrName, ErrRole, ErrLang, ErrSkill, ErrNameTaken.
func (a *Accounts) Add(ctx context.Context, s Spec) (Account, Credentials, error) {
	s, err := s.check()
	if err != nil {
		return Account{}, Credentials{}, err
	}
	now, err := a.Clock.Now(ctx)
	if err != nil {
		return Account{}, Credentials{}, fmt.Errorf("read the time: %w", err)
	}
	acc := Account{ID: newID(), Name: s.Name, Role: s.Role, Desks: s.Desks, Langs: s.Langs, Skills: s.Skills,
		Created: now, Version: 1}
	cred, err := a.renew(ctx, &acc)
	if err != nil {
		return Account{}, Credentials{}, err
	}
	if err := a.Store.PutAccount(ctx, acc, 0); err != nil {
		return Account{}, Credentials{}, fmt.Errorf("add account: %w", err)
	}
	return acc, cred, nil
}

// Reset gives an account a new password and a new secret and ends its sessions. Nobody can choose a password for
// somebody else (ASVS 6.4.6). ErrNoAccount, ErrConflict.
func (a *Accounts) Reset(ctx context.Context, id string) (cred Credentials, err error) {
	err = a.change(ctx, id, func(acc *Account) error {
		cred, err = a.renew(ctx, acc)
		return err
	})
	if err != nil {
		return Credentials{}, err
	}
	return cred, nil
}

// Disable ends an account's sessions and refuses new ones; Enable lets it sign in again. ErrNoAccount, ErrConflict,
// ErrLastAdmin.
func (a *Accounts) Disable(ctx context.Context, id string) error {
	all, err := a.Store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	others := slices.ContainsFunc(all, func(o Account) bool { return o.ID != id && o.Role == Admin && !o.Disabled })
	return a.change(ctx, id, func(acc *Account) error {
		if acc.Role == Admin && !others {
			return ErrLastAdmin
		}
		acc.Disabled = true
		return nil
	})
}

// Enable lets a disabled account sign in again with the credentials it had.
func (a *Accounts) Enable(ctx context.Context, id string) error {
	return a.change(ctx, id, func(acc *Account) error { acc.Disabled = false; return nil })
}

// List returns all accounts by name, with passwords and secrets left out.
func (a *Accounts) List(ctx context.Context) ([]Account, error) {
	all, err := a.Store.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].Password, all[i].TOTP = "", nil
	}
	slices.SortFunc(all, func(x, y Account) int { return cmp.Compare(NameKey(x.Name), NameKey(y.Name)) })
	return all, nil
}

// Find returns an account by the name its owner types, with password and secret left out. ErrNoAccount.
func (a *Accounts) Find(ctx context.Context, name string) (Account, error) {
	acc, err := a.Store.AccountByName(ctx, NameKey(name))
	acc.Password, acc.TOTP = "", nil
	return acc, err
}

// change loads an account, changes it and writes it under a new version, which ends its sessions.
func (a *Accounts) change(ctx context.Context, id string, edit func(*Account) error) error {
	acc, err := a.Store.Account(ctx, id)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	old := acc.Version
	if err := edit(&acc); err != nil {
		return err
	}
	acc.Version++
	if err := a.Store.PutAccount(ctx, acc, old); err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	return nil
}

// renew puts a fresh password and secret into an account.
func (a *Accounts) renew(ctx context.Context, acc *Account) (Credentials, error) {
	password := NewPassword()
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return Credentials{}, err
	}
	acc.Password, acc.TOTP = hash, newTOTP()
	return Credentials{Name: acc.Name, Password: password, TOTP: SecretText(acc.TOTP)}, nil
}

// newID is 128 random bits in hex.
func newID() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
