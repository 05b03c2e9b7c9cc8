package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/handoff/staff"
)

var (
	putStaffScript = script("putstaff")
	useStepScript  = script("usestep")
	attemptScript  = script("attempt")
)

// Account reads one account.
func (s *Store) Account(ctx context.Context, id string) (staff.Account, error) {
	raw, err := s.db.HGet(ctx, s.k.staff(), id).Result()
	if errors.Is(err, redis.Nil) {
		return staff.Account{}, staff.ErrNoAccount
	}
	if err != nil {
		return staff.Account{}, fmt.Errorf("read account: %w", err)
	}
	return s.openAccount(id, raw)
}

// openAccount reads "version:step:sealed": password hash and TOTP secret never stand in Redis in clear.
func (s *Store) openAccount(id, raw string) (staff.Account, error) {
	var a staff.Account
	i := indexByte(raw, ':')
	j := i + 1 + indexByte(raw[i+1:], ':')
	if i < 0 || j <= i {
		return a, fmt.Errorf("read account: %w", errAnswer)
	}
	plain, err := s.Ring().OpenFixed("account", id, []byte(raw[j+1:]))
	if err != nil {
		return a, fmt.Errorf("open account: %w", err)
	}
	if err := json.Unmarshal(plain, &a); err != nil {
		return a, fmt.Errorf("read account: %w", err)
	}
	a.Version, a.Step = num(raw[:i]), num(raw[i+1:j])
	return a, nil
}

// AccountByName finds an account by the folded form of its name.
func (s *Store) AccountByName(ctx context.Context, key string) (staff.Account, error) {
	id, err := s.db.HGet(ctx, s.k.names(), key).Result()
	if errors.Is(err, redis.Nil) {
		return staff.Account{}, staff.ErrNoAccount
	}
	if err != nil {
		return staff.Account{}, fmt.Errorf("find account: %w", err)
	}
	return s.Account(ctx, id)
}

// Accounts lists all of them.
func (s *Store) Accounts(ctx context.Context) ([]staff.Account, error) {
	all, err := s.db.HGetAll(ctx, s.k.staff()).Result()
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	out := make([]staff.Account, 0, len(all))
	for id, raw := range all {
		a, err := s.openAccount(id, raw)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// PutAccount writes an account if the stored version is old; 0 means that there is none yet.
func (s *Store) PutAccount(ctx context.Context, a staff.Account, old int64) error {
	plain, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write account: %w", err)
	}
	raw := s.Ring().SealFixed("account", a.ID, plain)
	v, err := s.run(ctx, "putstaff", putStaffScript, []string{s.k.staff(), s.k.names()},
		a.ID, staff.NameKey(a.Name), old, a.Version, a.Step, raw)
	if err != nil {
		return err
	}
	switch str(v[0]) {
	case "ok":
		return nil
	case "taken":
		return staff.ErrNameTaken
	case "moved":
		return staff.ErrConflict
	}
	return fmt.Errorf("putstaff: %w", errAnswer)
}

// UseStep raises the last TOTP step used, once.
func (s *Store) UseStep(ctx context.Context, id string, step int64) (bool, error) {
	v, err := s.run(ctx, "usestep", useStepScript, []string{s.k.staff()}, id, step)
	if err != nil {
		return false, err
	}
	switch str(v[0]) {
	case "ok":
		return true, nil
	case "used":
		return false, nil
	}
	return false, staff.ErrNoAccount
}

// PutSession writes a new session.
func (s *Store) PutSession(ctx context.Context, hash string, v staff.Session, ttl time.Duration) error {
	return s.writeSession(ctx, hash, v, ttl, false)
}

// TouchSession writes only over one that is still there.
func (s *Store) TouchSession(ctx context.Context, hash string, v staff.Session, ttl time.Duration) error {
	return s.writeSession(ctx, hash, v, ttl, true)
}

func (s *Store) writeSession(ctx context.Context, hash string, v staff.Session, ttl time.Duration, over bool) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	if !over {
		err = s.db.Set(ctx, s.k.session(hash), raw, ttl).Err()
	} else {
		err = s.db.SetArgs(ctx, s.k.session(hash), raw, redis.SetArgs{Mode: "XX", TTL: ttl}).Err()
	}
	if errors.Is(err, redis.Nil) {
		return staff.ErrNoSession
	}
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// GetSession reads a session without lengthening its life.
func (s *Store) GetSession(ctx context.Context, hash string) (staff.Session, error) {
	var v staff.Session
	raw, err := s.db.Get(ctx, s.k.session(hash)).Bytes()
	if errors.Is(err, redis.Nil) {
		return v, staff.ErrNoSession
	}
	if err != nil {
		return v, fmt.Errorf("read session: %w", err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("read session: %w", err)
	}
	return v, nil
}

// EndSession removes a session.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	if err := s.db.Del(ctx, s.k.session(hash)).Err(); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Attempt counts one try and says whether it is among the first limit within the window.
func (s *Store) Attempt(ctx context.Context, key string, limit int, window time.Duration) (bool, error) {
	v, err := s.run(ctx, "attempt", attemptScript, []string{s.k.rate(key)}, ms(window))
	if err != nil {
		return false, err
	}
	return num(v[0]) <= int64(limit), nil
}

// PutDoor keeps a one-time sign-in link of the demo.
func (s *Store) PutDoor(ctx context.Context, hash, account string, ttl time.Duration) error {
	if err := s.db.Set(ctx, s.k.door(hash), account, ttl).Err(); err != nil {
		return fmt.Errorf("write door: %w", err)
	}
	return nil
}

// TakeDoor returns the account and removes the link in the same breath.
func (s *Store) TakeDoor(ctx context.Context, hash string) (string, error) {
	id, err := s.db.GetDel(ctx, s.k.door(hash)).Result()
	if errors.Is(err, redis.Nil) {
		return "", staff.ErrNoSession
	}
	if err != nil {
		return "", fmt.Errorf("take door: %w", err)
	}
	return id, nil
}
