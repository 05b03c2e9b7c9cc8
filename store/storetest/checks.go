package storetest

import (
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/handoff"
	"sosin/store"
)

var checksFirst = []check{
	{"a script that cannot finish writes nothing", wrongTypes},
	{"a Redis that forgot the scripts learns them again", forgotten},
}

// attack prepares one change and names the keys it needs, each by what it should be.
type attack struct {
	name    string
	prepare func(*testing.T, *Harness, *store.Store) (keys []string, act func() error)
}

// chat is somebody live with a counsellor, an answer on its way, words held.
func chat(t *testing.T, h *Harness, s *store.Store) (contact, handoff.Member, string) {
	t.Helper()
	c, m, tid := silentChat(t, h, s)
	turn(t, s, c.writes("x"), does(flows.Touch, "x"), "one", "two")
	return c, m, tid
}

var attacks = []attack{
	{"commit", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c, _, tid := chat(t, h, s)
		in := c.writes("y")
		l := load(t, s, in)
		out := answer(l, "three")
		does(flows.Touch, "y")(&out)
		out.Counts = []flows.Count{{Table: "a", Row: "b", Column: "c"}}
		return []string{c.key("c"), c.key("o"), c.key("h"), c.key("x"), c.key("i"), h.key("due"), h.key("q"), h.key("watch"),
				h.key("del"), h.key("n:" + l.Now.In(flows.Tallinn).Format("2006-01")), h.key("k:" + tid), h.key("t:" + tid)}, func() error {
				_, err := s.Commit(t.Context(), l, in, out)
				return err
			}
	}},
	{"answer", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.asks(t, s, "general", flows.Rest, "x")
		m := counsellor(t, s, "a")
		tid := claim(t, s, m)
		l := read(t, s, tid)
		h.Redis.RPush(t.Context(), h.key("w:general"), "1:1")
		return []string{c.key("c"), c.key("o"), h.key("w:general"), h.key("watch"), h.key("k:" + tid), h.key("t:" + tid), h.key("mine:" + m.ID)},
			func() error {
				_, err := s.CommitTicket(t.Context(), l, m, replied(l, "words", nil))
				return err
			}
	}},
	{"close", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c, m, tid := chat(t, h, s)
		l := read(t, s, tid)
		return []string{c.key("c"), c.key("o"), c.key("h"), h.key("q"), h.key("watch"), h.key("k:" + tid), h.key("t:" + tid), h.key("mine:" + m.ID)},
			func() error {
				_, err := s.CommitTicket(t.Context(), l, m, replied(l, "", staffAct(flows.Close, "helped")))
				return err
			}
	}},
	{"erase", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c, m, tid := chat(t, h, s)
		in := c.writes("y")
		l := load(t, s, in)
		out := answer(l)
		erases(&out)
		return []string{c.key("c"), c.key("i"), c.key("x"), h.key("due"), h.key("q"), h.key("watch"), h.key("del"), h.key("bad"),
				h.key("n:" + l.Now.In(flows.Tallinn).Format("2006-01")), h.key("k:" + tid), h.key("mine:" + m.ID)}, func() error {
				_, err := s.Commit(t.Context(), l, in, out)
				return err
			}
	}},
	{"move", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		code := codeOf()
		old, c := h.leaver(t, s, flows.Telegram, code), h.somebody(flows.Telegram)
		turn(t, s, old.writes("x"), func(out *flows.Outcome) {
			does(flows.Touch)(out)
			out.Keep = flows.KeepCode
			chooses(t, s, time.Hour)(out)
		})
		m := counsellor(t, s, "a")
		tid := claim(t, s, m)
		turn(t, s, c.writes("x"), opens("general", flows.Rest, "x"), "waits")
		own := claim(t, s, m)
		in := c.writes(code)
		l, b := look(t, s, in, code)
		return []string{old.key("c"), old.key("o"), old.key("h"), old.key("m"), old.key("i"), c.key("o"), h.key("k:" + tid),
				h.key("k:" + own), h.key("mine:a"), h.key("bad"), h.key("later")}, func() error {
				_, err := s.Commit(t.Context(), l, in, taking(l, b, code))
				return err
			}
	}},
	{"look behind a code", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		code := codeOf()
		h.leaver(t, s, flows.Telegram, code)
		l := load(t, s, h.somebody(flows.Telegram).writes(code))
		return []string{h.key("code:" + h.Ring.Pseudonym("return code", code)), h.key("rate:codes")}, func() error {
			_, err := s.Behind(t.Context(), l, code)
			return err
		}
	}},
	{"keep a chosen time", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.somebody(flows.Telegram)
		turn(t, s, c.writes("x"), chooses(t, s, time.Hour))
		s.Shift(2 * time.Hour)
		in := keeps(calls(t, s)[0])
		l := load(t, s, in)
		return []string{c.key("c"), c.key("i"), h.key("later"), h.key("due")}, func() error {
			_, err := s.Commit(t.Context(), l, in, answer(l, "ping.neutral"))
			return err
		}
	}},
	{"settle", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.somebody(flows.SMS)
		l := turn(t, s, c.writes("x"), opens("general", flows.Rest, "x"), "one", "two")
		tid := h.Redis.HGet(t.Context(), c.key("c"), "t").Val()
		return []string{c.key("c"), c.key("o"), c.key("h"), c.key("m"), c.key("x"), h.key("due"), h.key("del"), h.key("k:" + tid)}, func() error {
			_, err := s.Settle(t.Context(), *l, bot.Result{Verdict: bot.Sent, Message: "SMx"})
			return err
		}
	}},
	{"take", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.asks(t, s, "general", flows.Rest, "x")
		m := counsellor(t, s, "a")
		lease := reply(t, s, m, claim(t, s, m), "words", nil)
		return []string{c.key("c"), c.key("o"), c.key("m"), h.key("due")}, func() error {
			_, err := s.Take(t.Context(), lease.Lane, lease.Fence)
			return err
		}
	}},
	{"due", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		a, b := h.somebody(flows.Telegram), h.somebody(flows.Telegram)
		for _, c := range []contact{a, b} {
			turn(t, s, c.writes("x"), nil, "one")
			c.lapse(t)
		}
		return []string{h.key("due"), a.key("c"), b.key("o"), b.key("m")}, func() error {
			_, err := s.Due(t.Context(), 10)
			return err
		}
	}},
	{"claim", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.asks(t, s, "general", flows.Rest, "x")
		m := counsellor(t, s, "a")
		tid := h.Redis.HGet(t.Context(), c.key("c"), "t").Val()
		return []string{h.key("q"), h.key("watch"), h.key("duty"), h.key("mine:a"), h.key("k:" + tid)}, func() error {
			_, err := s.Claim(t.Context(), m)
			return err
		}
	}},
	{"overdue", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.asks(t, s, "general", flows.Rest, "x")
		turn(t, s, c.writes("0"), does(flows.Leave))
		tid := h.Redis.HGet(t.Context(), c.key("c"), "t").Val()
		s.Shift(31 * time.Minute)
		return []string{h.key("q"), h.key("watch"), c.key("c"), c.key("h"), c.key("i"), h.key("k:" + tid), h.key("t:" + tid)}, func() error {
			_, err := s.Overdue(t.Context())
			return err
		}
	}},
	{"quarantine", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		in := h.somebody(flows.Telegram).writes("x")
		return []string{h.key("bad"), h.key("pz:" + h.Ring.Pseudonym("panics", in.Update))}, func() error {
			_, err := s.Quarantine(t.Context(), in)
			return err
		}
	}},
	{"delivered", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		c := h.somebody(flows.SMS)
		l := turn(t, s, c.writes("x"), opens("general", flows.Rest, "x"), "one", "two")
		settle(t, s, l, bot.Unsure)
		tid := h.Redis.HGet(t.Context(), c.key("c"), "t").Val()
		return []string{c.key("c"), c.key("o"), h.key("due"), h.key("k:" + tid)}, func() error {
			return s.Delivered(t.Context(), l.Row.Token, bot.Sent)
		}
	}},
	{"account", func(t *testing.T, h *Harness, s *store.Store) ([]string, func() error) {
		if err := s.PutAccount(t.Context(), account("one", "Mari"), 0); err != nil {
			t.Fatal(err)
		}
		return []string{h.key("staff"), h.key("names")}, func() error {
			a := account("one", "Liis")
			a.Version = 2
			return s.PutAccount(t.Context(), a, 1)
		}
	}},
}

// spoil makes a key what no script expects of it.
func (h *Harness) spoil(t *testing.T, key string) {
	t.Helper()
	ctx := t.Context()
	kind := h.Redis.Type(ctx, key).Val()
	h.Redis.Del(ctx, key)
	switch kind, name := kind, h.kind(key); {
	case kind == "string", kind == "none" && (name == "x:" || name == "m:" || name == "pz:"):
		h.Redis.RPush(ctx, key, "spoilt")
	default:
		h.Redis.Set(ctx, key, "spoilt", 0)
	}
}

func wrongTypes(t *testing.T, h *Harness) {
	for _, a := range attacks {
		whole := h.anew(t)
		keys, act := a.prepare(t, whole, whole.Store(t))
		if err := act(); err != nil {
			t.Errorf("%s, with nothing spoilt: %v", a.name, err)
		}
		for i := range keys {
			fresh := h.anew(t)
			keys, act := a.prepare(t, fresh, fresh.Store(t))
			fresh.spoil(t, keys[i])
			before := fresh.dump(t)
			if err := act(); err == nil {
				t.Errorf("%s did not see that %s is of a wrong type", a.name, fresh.kind(keys[i]))
			}
			fresh.same(t, before)
		}
	}
}

// anew is another namespace on the same server with the same keys.
func (h *Harness) anew(t *testing.T) *Harness {
	t.Helper()
	return On(h.url)(t)
}

func forgotten(t *testing.T, h *Harness) {
	s := h.Store(t)
	everything(t, h, s)
	for i, a := range attacks {
		fresh := h.anew(t)
		_, act := a.prepare(t, fresh, fresh.Store(t))
		if err := h.Redis.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := act(); err != nil {
			t.Errorf("%s after Redis was started anew (%d): %v", a.name, i, err)
		}
	}
}
