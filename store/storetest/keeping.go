package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
	"sosin/store"
)

var keeping = []check{
	{"everything has an end", everyKeyEnds},
	{"nothing outlives what was promised", lengths},
	{"a job is done by one instance", leads},
	{"a sweep goes on where it stopped", watermark},
	{"counters add up and a published report never changes", counters},
}

// forever are the keys without a time to live; store/keys.go gives the reason for each.
var forever = []string{"audit", "del", "due", "duty", "dutyas", "later", "mark:", "meta", "names", "q", "rel:", "staff", "watch"}

// kinds are all keys that keys.go spells. A new one must be touched by everything below.
var kinds = append([]string{"c:", "o:", "h:", "m:", "i:", "x:", "k:", "t:", "w:", "mine:", "p:", "code:", "l:", "n:", "sess:", "door:", "rate:", "lead:",
	"pz:", "bad", "shred"}, forever...)

// kind is the part of a key's name that says what it is.
func (h *Harness) kind(key string) string {
	name := strings.TrimPrefix(key, h.key(""))
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[:i+1]
	}
	return name
}

// everything makes the namespace hold every kind of key.
func everything(t *testing.T, h *Harness, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Ready(ctx))
	_, m, tid := silentChat(t, h, s)
	c := h.asks(t, s, "general", flows.High, "waits")
	turn(t, s, c.writes("y"), func(out *flows.Outcome) {
		out.Counts = []flows.Count{{Table: "contacts", Row: "telegram", Column: "all"}}
	}, "waits to be sent")
	turn(t, s, c.writes("z"), gives(codeOf()))
	turn(t, s, h.somebody(flows.SMS).writes("x"), chooses(t, s, time.Hour))
	found(t, s, h.somebody(flows.SMS), codeOf())
	phone := h.somebody(flows.SMS)
	settle(t, s, turn(t, s, phone.writes("x"), nil, "one"), bot.Sent)
	turn(t, s, phone.writes("left"), does(flows.Leave))
	gone := h.somebody(flows.Telegram)
	turn(t, s, gone.writes("x"), nil)
	turn(t, s, gone.writes("yes, erase"), erases)
	h.asks(t, s, "general", flows.High, "x")
	tid2 := claim(t, s, m)
	reply(t, s, m, tid2, "", staffAct(flows.Close, "helped"))
	leaver := h.asks(t, s, "general", flows.Rest, "x")
	turn(t, s, leaver.writes("0"), does(flows.Leave))
	poison := c.writes("x")
	for range 3 {
		_, err := s.Quarantine(ctx, poison)
		must(err)
	}
	must(s.Audit(ctx, handoff.Act{Staff: "a", What: "read", Ticket: tid}))
	_, err := s.Freeze(ctx, "2026-01", []byte("report"))
	must(err)
	must(s.PutAccount(ctx, staff.Account{ID: "id", Name: "Name", Version: 1, TOTP: []byte("canary-secret"), Password: "canary-hash"}, 0))
	must(s.PutSession(ctx, "hash", staff.Session{Staff: "id"}, time.Hour))
	must(s.PutDoor(ctx, "hash", "id", time.Minute))
	_, err = s.Attempt(ctx, "key", 3, time.Minute)
	must(err)
	_, err = s.Lead(ctx, "sweep", 30*time.Second)
	must(err)
	must(s.SetWatermark(ctx, "twilio", time.Now()))
}

func everyKeyEnds(t *testing.T, h *Harness) {
	s := h.Store(t)
	everything(t, h, s)
	seen := map[string]bool{}
	for _, key := range h.names(t) {
		kind := h.kind(key)
		seen[kind] = true
		ttl := h.Redis.PTTL(t.Context(), key).Val()
		if ends := ttl > 0; ends == slices.Contains(forever, kind) {
			t.Errorf("%s: ends %v (%v), against the closed list", kind, ends, ttl)
		}
		if !slices.Contains(kinds, kind) {
			t.Errorf("%s is not a key of keys.go", kind)
		}
	}
	for _, kind := range kinds {
		if !seen[kind] {
			t.Errorf("%s was not written: this test does not see it", kind)
		}
	}
}

func lengths(t *testing.T, h *Harness) {
	s, c := h.Store(t), h.somebody(flows.Telegram)
	day := 24 * time.Hour
	turn(t, s, c.writes("x"), nil, "one")
	ends := func(key string, want time.Duration) {
		t.Helper()
		if ttl := h.Redis.PTTL(t.Context(), key).Val(); ttl > want || ttl < want-time.Minute {
			t.Errorf("%s lives for %v, want %v", h.kind(key), ttl, want)
		}
	}
	ends(c.key("c"), day)
	ends(c.key("o"), 70*time.Minute)
	ends(c.key("m"), 2*day)
	turn(t, s, c.writes("y"), opens("general", flows.Rest, "y"))
	ends(c.key("c"), 7*day)
	ends(c.key("i"), 30*day)
	m := counsellor(t, s, "a")
	tid := claim(t, s, m)
	ends(h.key("k:"+tid), 7*day)
	ends(h.key("t:"+tid), 7*day)
	ends(h.key("mine:a"), 7*day)
	reply(t, s, m, tid, "w", holds)
	ends(c.key("h"), 7*day)
}

func leads(t *testing.T, h *Harness) {
	a, b := h.Store(t), h.Store(t)
	for i, step := range []struct {
		s    *store.Store
		want bool
	}{{a, true}, {b, false}, {a, true}} {
		if got, err := step.s.Lead(t.Context(), "sweep", 30*time.Second); err != nil || got != step.want {
			t.Errorf("step %d: leads %v %v", i, got, err)
		}
	}
	h.Redis.Del(t.Context(), h.key("lead:sweep")) // its time ran out
	if got, err := b.Lead(t.Context(), "sweep", 30*time.Second); err != nil || !got {
		t.Errorf("nobody takes over: %v %v", got, err)
	}
}

func watermark(t *testing.T, h *Harness) {
	s := h.Store(t)
	if at, err := s.Watermark(t.Context(), "twilio"); err != nil || !at.IsZero() {
		t.Errorf("never ran: %v %v", at, err)
	}
	want := time.UnixMilli(1800000000123)
	if err := s.SetWatermark(t.Context(), "twilio", want); err != nil {
		t.Fatal(err)
	}
	if at, err := s.Watermark(t.Context(), "twilio"); err != nil || !at.Equal(want) {
		t.Errorf("came back as %v %v", at, err)
	}
}

func counters(t *testing.T, h *Harness) {
	s := h.Store(t)
	cell := flows.Count{Table: "contacts", Row: "telegram", Column: "all"}
	for range 3 {
		turn(t, s, h.somebody(flows.Telegram).writes("x"), func(out *flows.Outcome) { out.Counts = []flows.Count{cell} })
	}
	now, _ := s.Now(t.Context())
	month := now.In(flows.Tallinn).Format("2006-01")
	if err := s.AddCells(t.Context(), month, map[flows.Count]int64{cell: 5}); err != nil {
		t.Fatal(err)
	}
	if cells, err := s.Cells(t.Context(), month); err != nil || cells[cell] != 8 || len(cells) != 1 {
		t.Errorf("%v %v, want 8", cells, err)
	}
	if months, err := s.Months(t.Context(), []string{"2001-01", month}); err != nil || !slices.Equal(months, []string{month}) {
		t.Errorf("months %v %v", months, err)
	}
	if raw, err := s.Release(t.Context(), month); raw != nil || err != nil {
		t.Errorf("a report nobody published: %q %v", raw, err)
	}
	for _, report := range []string{"first", "second"} {
		if kept, err := s.Freeze(t.Context(), month, []byte(report)); err != nil || string(kept) != "first" {
			t.Errorf("published %q, kept %q %v", report, kept, err)
		}
	}
}
