package console

import (
	"context"
	"sync"
	"time"

	"sosin/handoff/staff"
)

// memory is every store this package asks for, with a clock that is moved by hand.
type memory struct {
	mu       sync.Mutex
	now      time.Time
	accounts map[string]staff.Account
	sessions map[string]kept[staff.Session]
	doors    map[string]kept[string]
	tries    map[string][]time.Time
	hashes   []string // everything ever used as a key, for the leak test
}

type kept[T any] struct {
	value T
	until time.Time
}

func newMemory() *memory {
	return &memory{now: time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC), accounts: map[string]staff.Account{},
		sessions: map[string]kept[staff.Session]{}, doors: map[string]kept[string]{}, tries: map[string][]time.Time{}}
}

func (m *memory) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func (m *memory) Now(context.Context) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now, nil
}

func (m *memory) Account(_ context.Context, id string) (staff.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[id]
	if !ok {
		return staff.Account{}, staff.ErrNoAccount
	}
	return a, nil
}

func (m *memory) AccountByName(_ context.Context, key string) (staff.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		if staff.NameKey(a.Name) == key {
			return a, nil
		}
	}
	return staff.Account{}, staff.ErrNoAccount
}

func (m *memory) Accounts(context.Context) (all []staff.Account, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		all = append(all, a)
	}
	return all, nil
}

func (m *memory) PutAccount(_ context.Context, a staff.Account, old int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored := m.accounts[a.ID]
	if stored.Version != old {
		return staff.ErrConflict
	}
	for id, other := range m.accounts {
		if id != a.ID && staff.NameKey(other.Name) == staff.NameKey(a.Name) {
			return staff.ErrNameTaken
		}
	}
	a.Step = max(a.Step, stored.Step)
	m.accounts[a.ID] = a
	return nil
}

func (m *memory) UseStep(_ context.Context, id string, step int64) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[id]
	if !ok {
		return false, staff.ErrNoAccount
	}
	if a.Step >= step {
		return false, nil
	}
	a.Step = step
	m.accounts[id] = a
	return true, nil
}

func (m *memory) PutSession(_ context.Context, hash string, s staff.Session, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hashes = append(m.hashes, hash)
	m.sessions[hash] = kept[staff.Session]{s, m.now.Add(ttl)}
	return nil
}

func (m *memory) GetSession(_ context.Context, hash string) (staff.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[hash]
	if !ok || !s.until.After(m.now) {
		return staff.Session{}, staff.ErrNoSession
	}
	return s.value, nil
}

func (m *memory) TouchSession(ctx context.Context, hash string, s staff.Session, ttl time.Duration) error {
	if _, err := m.GetSession(ctx, hash); err != nil {
		return err
	}
	return m.PutSession(ctx, hash, s, ttl)
}

func (m *memory) EndSession(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, hash)
	return nil
}

func (m *memory) PutDoor(_ context.Context, hash, account string, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hashes = append(m.hashes, hash)
	m.doors[hash] = kept[string]{account, m.now.Add(ttl)}
	return nil
}

func (m *memory) TakeDoor(_ context.Context, hash string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.doors[hash]
	delete(m.doors, hash)
	if !ok || !d.until.After(m.now) {
		return "", staff.ErrNoSession
	}
	return d.value, nil
}

func (m *memory) Attempt(_ context.Context, key string, limit int, window time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hashes = append(m.hashes, key)
	tries := m.tries[key]
	if len(tries) > 0 && !tries[0].Add(window).After(m.now) {
		tries = nil
	}
	m.tries[key] = append(tries, m.now)
	return len(m.tries[key]) <= limit, nil
}
