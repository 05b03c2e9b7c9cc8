package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sosin/flows"
	"sosin/handoff/staff"
)

var staffing = []check{
	{"an account comes back as it was, and is found by its name", accounts},
	{"an account made before there were skills still signs in", oldAccounts},
	{"two changes of one account do not overwrite each other", accountsMoved},
	{"a code signs in once", stepsOnce},
	{"a session that was ended never comes back", sessions},
	{"a one-time link opens once", doors},
	{"guesses are counted", attempts},
}

func account(id, name string) staff.Account {
	return staff.Account{ID: id, Name: name, Role: staff.Counsellor, Desks: []string{"women"}, Langs: []flows.Lang{flows.Estonian}, Skills: []string{"female"},
		Password: "$argon2id$x", TOTP: []byte("secret"), Version: 1, Step: 5, Created: time.Unix(1800000000, 0).UTC()}
}

func accounts(t *testing.T, h *Harness) {
	s := h.Store(t)
	ctx := t.Context()
	want := account("one", "Mari")
	if err := s.PutAccount(ctx, want, 0); err != nil {
		t.Fatal(err)
	}
	got, err := s.AccountByName(ctx, staff.NameKey(" MARI "))
	if err != nil || got.ID != "one" || got.Password != want.Password || string(got.TOTP) != "secret" || got.Step != 5 || got.Version != 1 ||
		got.Desks[0] != "women" || len(got.Skills) != 1 || got.Skills[0] != "female" || !got.Created.Equal(want.Created) {
		t.Errorf("came back as %+v %v", got, err)
	}
	if err := s.PutAccount(ctx, account("two", "mari"), 0); !errors.Is(err, staff.ErrNameTaken) {
		t.Errorf("the same name again: %v", err)
	}
	want.Name, want.Version = "Liis", 2
	if err := s.PutAccount(ctx, want, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AccountByName(ctx, "mari"); !errors.Is(err, staff.ErrNoAccount) {
		t.Errorf("the old name: %v", err)
	}
	if err := s.PutAccount(ctx, account("two", "mari"), 0); err != nil {
		t.Errorf("a name that is free again: %v", err)
	}
	if all, err := s.Accounts(ctx); err != nil || len(all) != 2 {
		t.Errorf("%d accounts %v", len(all), err)
	}
	if _, err := s.Account(ctx, "three"); !errors.Is(err, staff.ErrNoAccount) {
		t.Errorf("unknown: %v", err)
	}
	x := h.Redis.HGet(ctx, h.key("staff"), "one").Val()
	h.Redis.HSet(ctx, h.key("staff"), "two", x)
	if _, err := s.Account(ctx, "two"); err == nil {
		t.Error("one account's secrets serve another")
	}
}

func oldAccounts(t *testing.T, h *Harness) {
	s := h.Store(t)
	raw := h.Ring.SealFixed("account", "one", []byte(`{"ID":"one","Name":"Mari","Role":"counsellor","Desks":["women"],"Langs":null,`+
		`"Password":"x","TOTP":"c2VjcmV0","Step":5,"Disabled":false,"Created":"2026-01-02T03:04:05Z","Version":1}`))
	h.Redis.HSet(t.Context(), h.key("staff"), "one", "1:5:"+string(raw))
	if got, err := s.Account(t.Context(), "one"); err != nil || got.Name != "Mari" || len(got.Skills) != 0 || got.Version != 1 {
		t.Errorf("came back as %+v %v", got, err)
	}
	duty := h.key("dutyas") // and one on duty while the program is replaced
	counsellor(t, s, "a")
	h.Redis.HSet(t.Context(), duty, "a", `{"ID":"a","Alias":"Alias a","Desks":null,"Langs":null}`)
	if d, err := s.Duties(t.Context()); err != nil || len(d) != 1 || d[0].Member.Has("female") {
		t.Errorf("on duty: %+v %v", d, err)
	}
}

func accountsMoved(t *testing.T, h *Harness) {
	s := h.Store(t)
	a := account("one", "Mari")
	if err := s.PutAccount(t.Context(), a, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.PutAccount(t.Context(), a, 0); !errors.Is(err, staff.ErrConflict) {
		t.Errorf("made twice: %v", err)
	}
	a.Version, a.Step = 2, 0
	if err := s.PutAccount(t.Context(), a, 1); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Account(t.Context(), "one"); got.Step != 5 || got.Version != 2 {
		t.Errorf("step %d version %d: a used code is good again", got.Step, got.Version)
	}
	if err := s.PutAccount(t.Context(), a, 1); !errors.Is(err, staff.ErrConflict) {
		t.Errorf("over a newer one: %v", err)
	}
}

func stepsOnce(t *testing.T, h *Harness) {
	s := h.Store(t)
	if err := s.PutAccount(t.Context(), account("one", "Mari"), 0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var good atomic.Int64
	for range 20 {
		wg.Go(func() {
			if ok, err := s.UseStep(t.Context(), "one", 6); err != nil {
				t.Error(err)
			} else if ok {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("one code served %d times", good.Load())
	}
	if ok, err := s.UseStep(t.Context(), "one", 5); ok || err != nil {
		t.Errorf("an older code: %v %v", ok, err)
	}
	if _, err := s.UseStep(t.Context(), "none", 5); !errors.Is(err, staff.ErrNoAccount) {
		t.Errorf("nobody's code: %v", err)
	}
}

func sessions(t *testing.T, h *Harness) {
	s := h.Store(t)
	ctx := t.Context()
	v := staff.Session{Staff: "one", Version: 3, Created: time.Unix(1800000000, 0)}
	if err := s.TouchSession(ctx, "hash", v, time.Hour); !errors.Is(err, staff.ErrNoSession) {
		t.Errorf("touched before it was: %v", err)
	}
	if err := s.PutSession(ctx, "hash", v, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := s.TouchSession(ctx, "hash", v, time.Hour); err != nil {
		t.Fatal(err)
	}
	if got, err := s.GetSession(ctx, "hash"); err != nil || got.Staff != "one" || got.Version != 3 {
		t.Errorf("came back as %+v %v", got, err)
	}
	if ttl := h.Redis.PTTL(ctx, h.key("sess:hash")).Val(); ttl <= time.Minute || ttl > time.Hour {
		t.Errorf("lives for %v", ttl)
	}
	if err := s.EndSession(ctx, "hash"); err != nil {
		t.Fatal(err)
	}
	if err := s.TouchSession(ctx, "hash", v, time.Hour); !errors.Is(err, staff.ErrNoSession) {
		t.Errorf("touched after its end: %v", err)
	}
	if _, err := s.GetSession(ctx, "hash"); !errors.Is(err, staff.ErrNoSession) {
		t.Errorf("read after its end: %v", err)
	}
	if err := s.EndSession(ctx, "hash"); err != nil {
		t.Errorf("ended twice: %v", err)
	}
}

func doors(t *testing.T, h *Harness) {
	s := h.Store(t)
	if err := s.PutDoor(t.Context(), "hash", "one", time.Minute); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var opened atomic.Int64
	for range 10 {
		wg.Go(func() {
			id, err := s.TakeDoor(t.Context(), "hash")
			if err == nil && id == "one" {
				opened.Add(1)
			} else if !errors.Is(err, staff.ErrNoSession) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 1 {
		t.Errorf("opened %d times", opened.Load())
	}
}

func attempts(t *testing.T, h *Harness) {
	s := h.Store(t)
	for i := range 5 {
		if ok, err := s.Attempt(t.Context(), "key", 3, time.Minute); err != nil || ok != (i < 3) {
			t.Errorf("try %d: %v %v", i+1, ok, err)
		}
	}
	if ok, err := s.Attempt(t.Context(), "other", 3, time.Minute); err != nil || !ok {
		t.Errorf("somebody else's try: %v %v", ok, err)
	}
	h.Redis.PExpire(t.Context(), h.key("rate:key"), time.Hour)
	if _, err := s.Attempt(t.Context(), "key", 3, time.Minute); err != nil || h.Redis.PTTL(t.Context(), h.key("rate:key")).Val() < 59*time.Minute {
		t.Error("each try begins the window anew: guessing on would lock the account for ever")
	}
}
