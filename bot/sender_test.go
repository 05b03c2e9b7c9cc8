package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sosin/flows"
)

// outbox is the store's side of sending: lanes of rows, one lease at a time, as the scripts keep them.
type outbox struct {
	mu    sync.Mutex
	lanes map[string]*fakeLane
	away  bool
}

type fakeLane struct {
	rows    []Row
	fence   int64
	lease   time.Time // zero: none
	due     time.Time
	settled []string // "text:verdict"
	after   []time.Duration
}

var errAway = errors.New("redis is away")

func newOutbox(lanes map[string][]string) *outbox {
	o := &outbox{lanes: map[string]*fakeLane{}}
	for name, texts := range lanes {
		l := &fakeLane{}
		for i, text := range texts {
			l.rows = append(l.rows, Row{Seq: int64(i + 1), NotAfter: time.Now().Add(flows.Present), Message: flows.Message{Words: text}})
		}
		o.lanes[name] = l
	}
	return o
}

func (o *outbox) lease(name string) Lease {
	l := o.lanes[name]
	l.fence++
	l.lease = time.Now().Add(12 * time.Second)
	return Lease{Lane: name, Fence: l.fence, Address: NewAddress(flows.Telegram, name), Row: l.rows[0], Now: time.Now(), Taken: time.Now()}
}

func (o *outbox) commit(name string) Lease {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lease(name)
}

func (o *outbox) Settle(_ context.Context, lease Lease, r Result) (*Lease, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return nil, errAway
	}
	l := o.lanes[lease.Lane]
	if l.fence != lease.Fence || len(l.rows) == 0 || l.rows[0].Seq != lease.Row.Seq {
		return nil, ErrMoved
	}
	l.settled = append(l.settled, lease.Row.Message.Words+":"+string(r.Verdict))
	l.after = append(l.after, r.After)
	l.lease = time.Time{}
	switch r.Verdict {
	case Unsure:
		l.rows[0].Doubts++
		fallthrough
	case Later:
		l.due = time.Now().Add(r.After)
		return nil, nil
	case Unreachable:
		l.rows = nil
		return nil, nil
	}
	if l.rows = l.rows[1:]; len(l.rows) == 0 {
		return nil, nil
	}
	next := o.lease(lease.Lane)
	return &next, nil
}

func (o *outbox) Take(_ context.Context, name string, fence int64) (*Lease, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lanes[name]
	if o.away || l.fence != fence {
		return nil, errAway
	}
	return &Lease{Lane: name, Fence: fence, Address: NewAddress(flows.Telegram, name), Row: l.rows[0], Now: time.Now(), Taken: time.Now()}, nil
}

func (o *outbox) Due(_ context.Context, n int) (out []Lease, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return nil, errAway
	}
	for name, l := range o.lanes {
		if l.fence == 0 || len(l.rows) == 0 || len(out) == n || time.Now().Before(l.lease) || time.Now().Before(l.due) {
			continue
		}
		if !l.lease.IsZero() {
			l.rows[0].Doubts++
		}
		out = append(out, o.lease(name))
	}
	return out, nil
}

func (o *outbox) set(away bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = away
}

func (o *outbox) settled(name string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.lanes[name].settled)
}

// provider is what the other side saw. answer says how it reacts; nil accepts.
type provider struct {
	mu     sync.Mutex
	sent   []string // "lane text"
	answer func(n int, a Address, m Outbound) error
	takes  time.Duration
}

func (p *provider) Send(ctx context.Context, a Address, m Outbound) (string, error) {
	p.mu.Lock()
	p.sent = append(p.sent, a.Reveal()+" "+m.Text)
	n, answer := len(p.sent), p.answer
	p.mu.Unlock()
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		return "", &SendError{Reason: Unknown}
	}
	if answer != nil {
		if err := answer(n, a, m); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(n), nil
}

func (p *provider) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// reporting is a provider that can be asked what arrived.
type reporting struct {
	*provider
	arrived bool
	err     error
}

func (r reporting) Reconcile(context.Context, Address, Outbound, time.Time) (string, bool, error) {
	return "id", r.arrived, r.err
}

// sending runs a sender in a bubble of fake time and waits for it at the end.
func sending(t *testing.T, o *outbox, ch Channel, play func(s *Sender)) {
	t.Helper()
	s := &Sender{Lanes: o, Channels: Channels{flows.Telegram: ch}, Texts: newDesk(), Metrics: newDesk(), Log: slog.New(slog.DiscardHandler), Workers: 8}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	s.init()
	go func() { done <- s.Run(ctx) }()
	play(s)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// pass lets fake time go by and everything that follows from it happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func want(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// A person reads our lines in the order they were said.
func TestSenderKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"1", "2", "3"}}), &provider{takes: 50 * time.Millisecond}
		sending(t, o, p, func(s *Sender) {
			s.Deliver(o.commit("a"))
			pass(time.Second)
		})
		want(t, "sent", p.seen(), []string{"a 1", "a 2", "a 3"})
		want(t, "settled", o.settled("a"), []string{"1:sent", "2:sent", "3:sent"})
	})
}

// A 429 delays the one lane for as long as the provider asked; others go on.
func TestSenderDelaysAThrottledLaneOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(map[string][]string{"a": {"1"}, "b": {"2"}})
		p := &provider{}
		p.answer = func(n int, a Address, _ Outbound) error {
			if a.Reveal() == "a" && n <= 4 {
				return &SendError{Reason: Throttled, After: 3 * time.Second}
			}
			return nil
		}
		sending(t, o, p, func(s *Sender) {
			s.Deliver(o.commit("a"))
			pass(2 * time.Second)
			want(t, "before its time", p.seen(), []string{"a 1"})
			pass(8 * time.Second) // the same lane, throttled three times in ten seconds, is still one lane
			s.Deliver(o.commit("b"))
			pass(100 * time.Millisecond)
			want(t, "another lane", o.settled("b"), []string{"2:sent"})
			pass(10 * time.Second)
		})
		if got := o.settled("a"); got[len(got)-1] != "1:sent" {
			t.Errorf("the lane ended as %q", got)
		}
	})
}

// Three lanes throttled within ten seconds mean the whole bot: sending on would make the ban longer (T42).
func TestSenderPausesAThrottledChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(map[string][]string{"a": {"1"}, "b": {"1"}, "c": {"1"}, "d": {"1"}})
		p := &provider{answer: func(n int, _ Address, _ Outbound) error {
			if n <= 3 {
				return &SendError{Reason: Throttled, After: 20 * time.Second}
			}
			return nil
		}}
		sending(t, o, p, func(s *Sender) {
			for _, lane := range []string{"a", "b", "c", "d"} {
				s.Deliver(o.commit(lane))
				pass(100 * time.Millisecond)
			}
			if n := len(p.seen()); n != 3 {
				t.Errorf("%d requests, want 3: the fourth lane waits", n)
			}
			pass(19 * time.Second)
			if n := len(p.seen()); n != 3 {
				t.Errorf("%d requests during the pause", n)
			}
			pass(5 * time.Second)
		})
		for _, lane := range []string{"a", "b", "c", "d"} {
			if got := o.settled(lane); got[len(got)-1] != "1:sent" {
				t.Errorf("lane %s ended as %q", lane, got)
			}
		}
	})
}

// A message whose end was never seen goes once more and not a third time.
func TestSenderTriesAnUnsureMessageOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"1"}}), &provider{takes: time.Hour}
		sending(t, o, p, func(s *Sender) {
			s.Deliver(o.commit("a"))
			pass(2 * time.Minute)
		})
		want(t, "sent", p.seen(), []string{"a 1", "a 1"})
		want(t, "settled", o.settled("a"), []string{"1:unsure", "1:unsure", "1:refused"})
	})
}

// A provider that can tell whether a message arrived is asked before it goes again.
func TestSenderReconcilesADoubt(t *testing.T) {
	for name, c := range map[string]struct {
		arrived bool
		err     error
		sent    int
		last    string
	}{
		"it arrived":     {true, nil, 1, "1:sent"},
		"it did not":     {false, nil, 2, "1:sent"},
		"nobody can say": {false, errAway, 1, "1:later"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, p := newOutbox(map[string][]string{"a": {"1"}}), &provider{}
				p.answer = func(n int, _ Address, _ Outbound) error {
					if n == 1 {
						return &SendError{Reason: Unknown}
					}
					return nil
				}
				sending(t, o, reporting{p, c.arrived, c.err}, func(s *Sender) {
					s.Deliver(o.commit("a"))
					pass(59 * time.Second)
					want(t, "before a report can have come", p.seen(), []string{"a 1"})
					pass(5 * time.Second)
				})
				got := o.settled("a")
				if len(p.seen()) != c.sent || got[len(got)-1] != c.last {
					t.Errorf("sent %d times, settled %q; want %d, %s", len(p.seen()), got, c.sent, c.last)
				}
			})
		})
	}
}

// Redis goes away between the send and its settling: the person gets the message once all the same, also when the lease
// runs out meanwhile and the lane comes up as due.
func TestSenderSendsOnceWhileTheStoreIsAway(t *testing.T) {
	for _, outage := range []time.Duration{300 * time.Millisecond, 5 * time.Second, 13 * time.Second, time.Minute} {
		t.Run(outage.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, p := newOutbox(map[string][]string{"a": {"1", "2"}}), &provider{}
				p.answer = func(n int, _ Address, _ Outbound) error {
					if n == 1 {
						o.set(true)
					}
					return nil
				}
				sending(t, o, p, func(s *Sender) {
					s.Deliver(o.commit("a"))
					pass(outage)
					o.set(false)
					pass(10 * time.Second)
				})
				want(t, "sent", p.seen(), []string{"a 1", "a 2"})
			})
		})
	}
}

// The lease was lost to this very process: what it has sent already is not sent under the new lease.
func TestSenderKnowsWhatItSentUnderALostLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"1"}}), &provider{}
		sending(t, o, p, func(s *Sender) {
			old := o.commit("a")
			newer := o.commit("a") // somebody holds the row under a newer fence
			s.Deliver(old)
			pass(100 * time.Millisecond)
			s.Deliver(newer)
			pass(100 * time.Millisecond)
		})
		want(t, "sent", p.seen(), []string{"a 1"})
		want(t, "settled", o.settled("a"), []string{"1:sent"})
	})
}

// What each answer of a provider means for the row.
func TestSenderVerdicts(t *testing.T) {
	for reason, c := range map[Reason]struct {
		first string
		after time.Duration
	}{
		NotSent: {"1:later", 2 * time.Second}, Forbidden: {"1:unreachable", 0}, Permanent: {"1:refused", 0},
		Credentials: {"1:later", 30 * time.Second}, Throttled: {"1:later", time.Second},
	} {
		t.Run(reason.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutbox(map[string][]string{"a": {"1"}})
				p := &provider{answer: func(int, Address, Outbound) error { return &SendError{Reason: reason} }}
				sending(t, o, p, func(s *Sender) {
					s.Deliver(o.commit("a"))
					pass(100 * time.Millisecond)
				})
				if got := o.settled("a"); len(got) != 1 || got[0] != c.first || o.lanes["a"].after[0] != c.after {
					t.Errorf("settled %q after %v, want %s after %v", got, o.lanes["a"].after, c.first, c.after)
				}
			})
		})
	}
}

// What has become untrue is not said, nor what the lease leaves no time for.
func TestSenderSendsNothingLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"1"}, "b": {"1"}}), &provider{}
		sending(t, o, p, func(s *Sender) {
			stale, old := o.commit("a"), o.commit("b")
			stale.Row.NotAfter = time.Now()
			old.Taken = old.Taken.Add(-4 * time.Second)
			s.Deliver(stale)
			s.Deliver(old)
			pass(time.Millisecond)
		})
		want(t, "stale", o.settled("a"), []string{"1:stale"})
		if got := o.settled("b"); got[0] != "1:later" {
			t.Errorf("a lease with no time left: %q", got)
		}
	})
}

// With every worker busy a lane goes back for whoever is free; nothing waits in memory.
func TestSenderGivesBackWhatItCannotSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lanes := map[string][]string{"x": {"1"}}
		for i := range 8 {
			lanes[fmt.Sprint("busy", i)] = []string{"1"}
		}
		o, p := newOutbox(lanes), &provider{takes: 2500 * time.Millisecond}
		sending(t, o, p, func(s *Sender) {
			for i := range 8 {
				s.Deliver(o.commit(fmt.Sprint("busy", i)))
			}
			s.Deliver(o.commit("x"))
			pass(100 * time.Millisecond)
			want(t, "no worker free", o.settled("x"), []string{"1:later"})
			pass(10 * time.Second)
		})
		want(t, "later", o.settled("x"), []string{"1:later", "1:sent"})
	})
}

// At shutdown what is being sent is finished and told; nothing new begins.
func TestSenderDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"1"}, "b": {"1"}}), &provider{takes: 3 * time.Second}
		var sender *Sender
		sending(t, o, p, func(s *Sender) {
			sender = s
			s.Deliver(o.commit("a"))
			pass(time.Second)
		})
		want(t, "in flight", o.settled("a"), []string{"1:sent"})
		b := o.commit("b")
		sender.Deliver(b)
		sender.Wake("b", b.Fence)
		sender.Once(someone, Outbound{Text: "x"})
		pass(time.Minute)
		want(t, "after the end", p.seen(), []string{"a 1"})
	})
}

// A counsellor's answer is sent by the instance that took it; a fence that is over sends nothing.
func TestSenderWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, p := newOutbox(map[string][]string{"a": {"words"}}), &provider{}
		sending(t, o, p, func(s *Sender) {
			l := o.commit("a")
			s.Wake("a", l.Fence-1)
			pass(time.Millisecond)
			want(t, "an old fence", p.seen(), nil)
			s.Wake("a", l.Fence)
			pass(time.Millisecond)
		})
		want(t, "sent", p.seen(), []string{"a words"})
	})
}

// Buttons on Telegram, lines on SMS; each answer begins with what to type.
func TestRenderOffersWhatToType(t *testing.T) {
	m := flows.Message{Text: "q", State: "menu.main", Turn: 3, Choices: []flows.Choice{{Key: "1", Label: "yes"}}}
	tg, err := Render(newDesk(), flows.English, flows.Telegram, m)
	if err != nil || len(tg.Buttons) != 1 || tg.Buttons[0].Label != "1 said yes" || ParseTap(tg.Buttons[0].Data) != (flows.Tap{State: "menu.main", Turn: 3, Key: "1"}) {
		t.Errorf("Telegram: %+v %v", tg, err)
	}
	if text, err := Render(newDesk(), flows.English, flows.SMS, m); err != nil || text.Text != "said q\n1 said yes" || len(text.Buttons) != 0 {
		t.Errorf("SMS: %+v %v", text, err)
	}
	for _, data := range []string{"", "a|b", "a|x|1", "a|1|b|c"} {
		if ParseTap(data) != (flows.Tap{}) {
			t.Errorf("%q was taken for a tap", data)
		}
	}
}

// No address leaves by any verb or encoding.
func TestAddressPrintsItsChannelOnly(t *testing.T) {
	text, _ := someone.MarshalText()
	for _, printed := range []string{fmt.Sprint(someone), fmt.Sprintf("%v %+v %#v %s %q %d %x", someone, someone, someone, someone, someone, someone, someone),
		fmt.Sprintf("%+v %#v", Lease{Address: someone}, &Inbound{Address: someone}), string(text), someone.LogValue().String()} {
		if strings.Contains(printed, someone.Reveal()) || strings.Contains(printed, "393030303030303031") {
			t.Errorf("printed %q", printed)
		}
	}
}
