package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sosin/flows"
)

const aCode, bCode = "0123456789", "ABCDEFGHJK"

// code is a well-formed return code that begins so.
func code(t testing.TB, letters string) string {
	t.Helper()
	for _, check := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		if c, ok := flows.ReturnCode(letters[:9] + string(check)); ok {
			return c
		}
	}
	t.Fatal("no check letter fits")
	return ""
}

// The store is asked exactly when a code was typed, or one waits for its word: an ordinary message costs no look-up, and
// must not use up the tries of somebody who mistypes.
func TestBehindIsAskedForCodes(t *testing.T) {
	typed, waits := code(t, aCode), code(t, bCode)
	for name, c := range map[string]struct {
		in      flows.Input
		pending string
		later   string
		want    []string
	}{
		"an ordinary message":         {flows.Input{Text: "hello"}, "", "", nil},
		"a code":                      {flows.Input{Text: typed}, "", "", []string{typed}},
		"a code as people type it":    {flows.Input{Text: " " + typed[:5] + "-" + typed[5:] + "\n"}, "", "", []string{typed}},
		"a slip of the pen":           {flows.Input{Text: "1" + typed[1:]}, "", "", nil},
		"a code under a photo":        {flows.Input{Kind: flows.Media, Text: typed}, "", "", nil},
		"the word for a code":         {flows.Input{Text: "hello"}, waits, "", []string{waits}},
		"another code instead":        {flows.Input{Text: typed}, waits, "", []string{typed}},
		"a button while one waits":    {flows.Input{Kind: flows.Tapped}, waits, "", []string{waits}},
		"a chosen time, nobody wrote": {flows.Input{}, waits, "id", nil},
	} {
		d := newDesk()
		d.load = func() (Loaded, error) {
			return Loaded{Now: time.Unix(1800000000, 0), Conversation: flows.Conversation{Pending: c.pending}}, nil
		}
		var asked []string
		d.behind = func(_ Loaded, code string) (flows.Behind, error) {
			asked = append(asked, code)
			return flows.Behind{Found: true, Conversation: flows.Conversation{State: "menu.main"}}, nil
		}
		var facts flows.Facts
		d.step = func(f flows.Facts) flows.Outcome { facts = f; return flows.Outcome{} }
		if c.later != "" {
			_ = d.engine(time.Now).Call(t.Context(), Call{ID: c.later, Address: someone})
		} else if err := d.engine(time.Now).Receive(t.Context(), Inbound{Address: someone, Input: c.in}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(asked, c.want) || facts.Behind.Found != (len(c.want) > 0) {
			t.Errorf("%s: asked for %v and found %v, want %v", name, asked, facts.Behind.Found, c.want)
		}
	}
}

// A conversation that moved on while it was being moved is looked at again: what the step decides on is never old. With
// the store in doubt, a person is not told that their code is wrong.
func TestBehindIsReadAnew(t *testing.T) {
	d := newDesk()
	looks, commits := 0, 0
	d.behind = func(Loaded, string) (flows.Behind, error) { looks++; return flows.Behind{Live: looks == 2}, nil }
	d.commit = func(flows.Outcome) (Committed, error) {
		if commits++; commits == 1 {
			return Committed{}, ErrMoved
		}
		return Committed{}, nil
	}
	var live []bool
	d.step = func(f flows.Facts) flows.Outcome { live = append(live, f.Behind.Live); return flows.Outcome{} }
	in := Inbound{Address: someone, Input: flows.Input{Text: code(t, aCode)}}
	if err := d.engine(time.Now).Receive(t.Context(), in); err != nil || !slices.Equal(live, []bool{false, true}) {
		t.Errorf("decided on %v (%v)", live, err)
	}
	d.behind = func(Loaded, string) (flows.Behind, error) { return flows.Behind{}, errors.New("away") }
	if d.engine(time.Now).Receive(t.Context(), in) == nil {
		t.Error("a code was judged without the store")
	}
}

// Each turn has a code of its own to give.
func TestFreshCodes(t *testing.T) {
	d := newDesk()
	seen := map[string]bool{}
	d.step = func(f flows.Facts) flows.Outcome {
		if _, ok := flows.ReturnCode(f.Fresh); !ok || seen[f.Fresh] {
			t.Errorf("%q is no new code", f.Fresh)
		}
		seen[f.Fresh] = true
		return flows.Outcome{}
	}
	for range 50 {
		_ = d.engine(time.Now).Receive(t.Context(), Inbound{Address: someone})
	}
}

func BenchmarkFresh(b *testing.B) {
	for b.Loop() {
		_ = fresh()
	}
}

// A chosen time is a turn like any other, but nobody wrote: it is committed once, under the record it keeps, in the
// language it was chosen in, and an outage says nothing to the person.
func TestCall(t *testing.T) {
	d := newDesk()
	tries := 0
	d.commit = func(flows.Outcome) (Committed, error) {
		if tries++; tries == 1 {
			return Committed{}, ErrMoved
		}
		return Committed{Lease: &Lease{Lane: "lane"}}, nil
	}
	var met flows.Conversation
	var facts flows.Facts
	d.call = func(c flows.Conversation, f flows.Facts) flows.Outcome {
		met, facts = c, f
		return flows.Outcome{Messages: []flows.Message{{Text: "ping.neutral"}}}
	}
	now := time.Unix(1800000000, 0)
	e := d.engine(func() time.Time { return now })
	if err := e.Call(t.Context(), Call{ID: "id", Address: someone, Lang: flows.Russian}); err != nil {
		t.Fatal(err)
	}
	if met.Lang != flows.Russian || !facts.Duty["general"] || facts.Channel != flows.Telegram {
		t.Errorf("stepped from %+v with %+v", met, facts)
	}
	if len(d.inbound) != 2 || d.inbound[1].Update != "later:id" || d.inbound[1].Later != "id" || d.inbound[1].Address != someone {
		t.Errorf("committed %+v", d.inbound)
	}
	if len(d.delivered) != 1 || d.turns["called"] != 1 {
		t.Errorf("delivered %v, counted %v", d.delivered, d.turns)
	}
	d.load = func() (Loaded, error) {
		return Loaded{Now: now, Conversation: flows.Conversation{Lang: flows.English}}, nil
	}
	if _ = e.Call(t.Context(), Call{ID: "id", Address: someone, Lang: flows.Russian}); met.Lang != flows.English {
		t.Errorf("the language chosen since is %q", met.Lang)
	}
	d.commit = func(flows.Outcome) (Committed, error) { return Committed{}, ErrDuplicate }
	if err := e.Call(t.Context(), Call{ID: "id", Address: someone}); err != nil || len(d.delivered) != 2 {
		t.Errorf("kept or cancelled meanwhile: %v, delivered %d", err, len(d.delivered))
	}
	d.call = func(flows.Conversation, flows.Facts) flows.Outcome { panic("canary") }
	if e.Call(t.Context(), Call{ID: "id", Address: someone}) == nil {
		t.Error("a step that panicked is not tried again")
	}
	d.quarantine = func() (bool, error) { return true, nil }
	if err := e.Call(t.Context(), Call{ID: "id", Address: someone}); err != nil {
		t.Errorf("put away: %v", err)
	}
	d.load = func() (Loaded, error) { return Loaded{}, errors.New("away") }
	for range 3 {
		if e.Call(t.Context(), Call{ID: "id", Address: someone}) == nil {
			t.Error("nothing is left to do, with the store away")
		}
		now = now.Add(30 * time.Second)
	}
	if len(d.once) != 0 {
		t.Errorf("told %v: nobody wrote", d.once)
	}
}

// times is what people chose, and what became of it.
type times struct {
	due    []Call
	err    error
	called []string
}

func (k *times) DueCalls(context.Context, int) ([]Call, error) { return k.due, k.err }

func (k *times) Called(_ context.Context, c Call) error {
	k.called = append(k.called, c.ID)
	return nil
}

// One time that cannot be kept now stays for the next sweep and keeps no other waiting.
func TestCallerKeepsEachTime(t *testing.T) {
	k := &times{due: []Call{{ID: "fails"}, {ID: "kept"}}, err: errors.New("one could not be opened")}
	var tried []string
	caller := &Caller{Store: k, Call: func(_ context.Context, c Call) error {
		if tried = append(tried, c.ID); c.ID == "fails" {
			return errors.New("away")
		}
		return nil
	}}
	if caller.Sweep(t.Context()) == nil {
		t.Error("nobody hears of it")
	}
	if !slices.Equal(tried, []string{"fails", "kept"}) || !slices.Equal(k.called, []string{"kept"}) {
		t.Errorf("tried %v, forgot %v", tried, k.called)
	}
}
