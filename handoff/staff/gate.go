package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// How long a session lives (ASVS 7.3.1, 7.3.2).
const (
	Idle     = 30 * time.Minute // without the member of staff doing anything
	Absolute = 12 * time.Hour   // at most
	// DeviceLife is how long a browser that has signed in once counts as known.
	DeviceLife = 90 * 24 * time.Hour
	// DoorLife is how long a one-time link may wait to be used.
	DoorLife = time.Minute
)

// seenEvery is how exact Session.Seen is: a write for each click would buy nothing.
const seenEvery = time.Minute

// The answers of the gate. Refused is one answer for an unknown name, a wrong password, a wrong or used code and a
// disabled account.
var (
	ErrRefused   = errors.New("staff: sign-in refused")
	ErrThrottled = errors.New("staff: too many tries; wait")
	ErrNoSession = errors.New("staff: not signed in")
	ErrNoDoors   = errors.New("staff: one-time links exist in the demo only")
)

// Gate signs staff in and out.
type Gate struct {
	Accounts Store
	Sessions Sessions
	Attempts Attempts
	Clock    Clock
	Hasher   *Hasher
	Doors    Doors // nil except in the demo: then there are no one-time links
}

// Try is one attempt to sign in.
type Try struct {
	Name, Password, Code string
	From                 string // remote address as the throttle counts it, see [Remote]
	Device               string // token of the known-device cookie; may be empty or forged
}

// Grant is what a browser gets: two tokens of 256 bits, kept by us as hashes only.
type Grant struct {
	Account Account // without password and secret
	Session string
	Device  string // empty when the browser already has a good one, or came by a one-time link
}

// SignIn checks a name, password and code. ErrRefused, ErrThrottled; anything else is the store's fault. The grant's
// session is always a new one: a token that a browser brought along is never adopted (T21).
func (g *Gate) SignIn(ctx context.Context, t Try) (Grant, error) {
	now, err := g.Clock.Now(ctx)
	if err != nil {
		return Grant{}, fmt.Errorf("read the time: %w", err)
	}
	acc, err := g.Accounts.AccountByName(ctx, NameKey(t.Name))
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return Grant{}, fmt.Errorf("find account: %w", err)
	}
	known, err := g.knows(ctx, t.Device, acc)
	if err != nil {
		return Grant{}, err
	}
	if ok, err := g.mayTry(ctx, t, known); err != nil || !ok {
		return Grant{}, firstOf(err, ErrThrottled)
	}
	if err := g.check(ctx, acc, t, now); err != nil {
		return Grant{}, err
	}
	grant, err := g.open(ctx, acc, now)
	if err != nil || known {
		return grant, err
	}
	grant.Device = newToken()
	mark := Session{Staff: acc.ID, Version: acc.Version, Created: now, Seen: now, Device: true}
	if err := g.Sessions.PutSession(ctx, deviceHash(grant.Device), mark, DeviceLife); err != nil {
		return Grant{}, fmt.Errorf("keep device: %w", err)
	}
	return grant, nil
}

// check does the same work for every name: one password hash, and the code only after it.
func (g *Gate) check(ctx context.Context, acc Account, t Try, now time.Time) error {
	ok, err := g.Hasher.Verify(ctx, acc.Password, t.Password)
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	step, good := codeStep(acc.TOTP, t.Code, now)
	if !ok || !good || acc.Disabled {
		return ErrRefused
	}
	fresh, err := g.Accounts.UseStep(ctx, acc.ID, step)
	if err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	if !fresh {
		return ErrRefused
	}
	return nil
}

func (g *Gate) open(ctx context.Context, acc Account, now time.Time) (Grant, error) {
	token := newToken()
	s := Session{Staff: acc.ID, Version: acc.Version, Created: now, Seen: now}
	if err := g.Sessions.PutSession(ctx, tokenHash(token), s, Idle); err != nil {
		return Grant{}, fmt.Errorf("open session: %w", err)
	}
	return Grant{Account: bare(acc), Session: token}, nil
}

// Who returns the account behind a session token, or ErrNoSession: unknown, idle too long, older than twelve hours, the
// account changed or disabled since. With active, the member of staff did something, and the idle time begins anew.
func (g *Gate) Who(ctx context.Context, token string, active bool) (Account, error) {
	if token == "" {
		return Account{}, ErrNoSession
	}
	hash := tokenHash(token)
	s, err := g.Sessions.GetSession(ctx, hash)
	if err != nil {
		return Account{}, err
	}
	now, err := g.Clock.Now(ctx)
	if err != nil {
		return Account{}, fmt.Errorf("read the time: %w", err)
	}
	acc, err := g.Accounts.Account(ctx, s.Staff)
	if errors.Is(err, ErrNoAccount) {
		return Account{}, ErrNoSession
	}
	if err != nil {
		return Account{}, fmt.Errorf("read account: %w", err)
	}
	left := min(Absolute-now.Sub(s.Created), Idle)
	if s.Device || acc.Disabled || acc.Version != s.Version || now.Sub(s.Seen) >= Idle || left <= 0 {
		return Account{}, ErrNoSession
	}
	if active && now.Sub(s.Seen) >= seenEvery {
		s.Seen = now
		if err := g.Sessions.TouchSession(ctx, hash, s, left); err != nil {
			return Account{}, err
		}
	}
	return bare(acc), nil
}

// SignOut ends a session; an unknown token is no error.
func (g *Gate) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return g.Sessions.EndSession(ctx, tokenHash(token))
}

// Door makes a one-time sign-in token for an account, good for a minute. ErrNoDoors outside the demo, ErrNoAccount.
func (g *Gate) Door(ctx context.Context, id string) (string, error) {
	if g.Doors == nil {
		return "", ErrNoDoors
	}
	acc, err := g.Accounts.Account(ctx, id)
	if err != nil {
		return "", err
	}
	token := newToken()
	if err := g.Doors.PutDoor(ctx, doorHash(token), acc.ID, DoorLife); err != nil {
		return "", fmt.Errorf("make door: %w", err)
	}
	return token, nil
}

// Enter uses a one-time token up and signs in. ErrNoDoors outside the demo, ErrNoSession for a used, old or unknown one.
func (g *Gate) Enter(ctx context.Context, token string) (Grant, error) {
	if g.Doors == nil {
		return Grant{}, ErrNoDoors
	}
	id, err := g.Doors.TakeDoor(ctx, doorHash(token))
	if err != nil {
		return Grant{}, err
	}
	acc, err := g.Accounts.Account(ctx, id)
	if errors.Is(err, ErrNoAccount) || err == nil && acc.Disabled {
		return Grant{}, ErrNoSession
	}
	if err != nil {
		return Grant{}, fmt.Errorf("read account: %w", err)
	}
	now, err := g.Clock.Now(ctx)
	if err != nil {
		return Grant{}, fmt.Errorf("read the time: %w", err)
	}
	return g.open(ctx, acc, now)
}

func bare(a Account) Account {
	a.Password, a.TOTP = "", nil
	return a
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// newToken is 256 random bits.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// The three kinds of token hash differently, so that one can never serve as another. A session's is the plain SHA-256.
func tokenHash(token string) string  { return hexSum(token) }
func deviceHash(token string) string { return hexSum("device:" + token) }
func doorHash(token string) string   { return hexSum("door:" + token) }

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
