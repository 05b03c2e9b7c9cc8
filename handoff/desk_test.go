package handoff

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

// house is everything around a desk: what happened, in order, and how each part answers.
type house struct {
	did    []string
	loaded Loaded
	load   error
	commit []error // one per try; then nil
	lease  Lease
	audit  error
	sent   []Lease
	out    flows.Outcome
	lang   flows.Lang  // today was asked for
	away   error       // today's
	facts  flows.Facts // of the last reply
	kept   flows.Outcome
}

func (h *house) note(what string) { h.did = append(h.did, what) }

func (h *house) LoadTicket(context.Context, string) (Loaded, error) {
	h.note("load")
	return h.loaded, h.load
}

func (h *house) CommitTicket(_ context.Context, _ Loaded, _ Member, out flows.Outcome) (Lease, error) {
	h.note("commit")
	h.kept = out
	if len(h.commit) == 0 {
		return h.lease, nil
	}
	err := h.commit[0]
	h.commit = h.commit[1:]
	return Lease{}, err
}

func (h *house) Claim(context.Context, Member) (string, error) {
	h.note("claim")
	return "tid", h.load
}

func (h *house) Mine(context.Context, string) ([]Ticket, error) { return nil, nil }

func (h *house) Overview(context.Context) (Overview, error) { return Overview{}, nil }

func (h *house) Overdue(context.Context) (int, error) { return 0, nil }

func (h *house) Sign(context.Context, string, string) error {
	h.note("sign")
	return nil
}

func (h *house) Audit(_ context.Context, a Act) error {
	h.note("audit " + a.What + " " + a.Staff + " " + a.Ticket)
	return h.audit
}

func (h *house) Reply(_ flows.Conversation, alias, words string, f flows.Facts) flows.Outcome {
	h.facts = f
	h.note("reply " + alias + " " + words)
	return h.out
}

func (h *house) End(_ flows.Conversation, code string, _ flows.Facts) flows.Outcome {
	h.note("end " + code)
	return h.out
}

func (h *house) Remark(_ flows.Conversation, _, words string, _ flows.Facts) flows.Outcome {
	h.note("remark " + words)
	return h.out
}

func (h *house) GiveBack(flows.Conversation, string, flows.Facts) flows.Outcome {
	h.note("give back")
	return h.out
}

func (h *house) Consent(_ flows.Conversation, alias, provider string, _ flows.Facts) flows.Outcome {
	h.note("consent " + alias + " " + provider)
	return h.out
}

func (h *house) Today(_ context.Context, lang flows.Lang) (Today, error) {
	h.lang = lang
	return Today{Duty: map[string]bool{"women": true}, Wait: map[string]time.Duration{"women": time.Minute}}, h.away
}

var mari = Member{ID: "m", Alias: "Mari"}

// open is a house in which mari holds a live ticket.
func open() *house {
	return &house{loaded: Loaded{Chat: Chat{Ticket: Ticket{ID: "tid", Holder: "m", Phase: flows.Live}}}}
}

func (h *house) desk() *Desk {
	return &Desk{Tickets: h, Clocks: h, Log: h, Flows: h, Today: h.Today, Partners: partners, Send: func(l Lease) { h.sent = append(h.sent, l) },
		Secret: func(words string) bool { return words == "canary-shelter" }}
}

func (h *house) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(h.did, want) {
		t.Errorf("happened %q, want %q", h.did, want)
	}
}

// An answer walks the straight line, and the lane leased to us is sent at once.
func TestReplyWalksTheLine(t *testing.T) {
	h := open()
	h.lease = Lease{Lane: "lane", Fence: 7}
	held, err := h.desk().Reply(t.Context(), mari, "tid", "  hello ")
	if err != nil || held {
		t.Fatal(held, err)
	}
	h.want(t, "audit reply m tid", "load", "reply Mari hello", "commit")
	if len(h.sent) != 1 || h.sent[0].Fence != 7 {
		t.Errorf("sent %v", h.sent)
	}
	h = open() // somebody is sending in that lane already
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "hello"); err != nil || len(h.sent) != 0 {
		t.Errorf("%v, sent %v", err, h.sent)
	}
	h = open()
	h.out.Hold = []flows.Message{{Words: "hello"}}
	if held, err := h.desk().Reply(t.Context(), mari, "tid", "hello"); err != nil || !held {
		t.Errorf("held %v %v: the counsellor is not told that the words wait", held, err)
	}
}

// Where a shelter is goes out by no mistake (N-51): nothing is stepped, nothing is committed.
func TestReplyKeepsAShelterSecret(t *testing.T) {
	h := open()
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "canary-shelter"); !errors.Is(err, ErrSecret) {
		t.Errorf("%v: a shelter's place would have been sent", err)
	}
	h.want(t)
}

// Words that wait must all fit into the lane once the person says yes; more would never be released.
func TestReplyIsRefusedWhenEnoughWordsWait(t *testing.T) {
	h := open()
	h.loaded.Chat.Held = MaxHeld
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); !errors.Is(err, ErrHeld) {
		t.Errorf("%v: words pile up that can never be released", err)
	}
}

// The person wrote in between: the answer is judged anew, and given up when that never ends.
func TestReplyIsJudgedAnew(t *testing.T) {
	h := open()
	h.commit = []error{ErrConflict, ErrConflict}
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); err != nil {
		t.Fatal(err)
	}
	h.want(t, "audit reply m tid", "load", "reply Mari x", "commit", "load", "reply Mari x", "commit", "load", "reply Mari x", "commit")
	h = open()
	h.commit = slices.Repeat([]error{ErrConflict}, 10)
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v", err)
	}
	h = open()
	h.commit = []error{ErrNotYours}
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); !errors.Is(err, ErrNotYours) || len(h.sent) != 0 {
		t.Errorf("a ticket taken away meanwhile: %v", err)
	}
}

// Without the audit line nothing is read, changed or taken out of the record's sight.
func TestNothingWithoutItsAuditLine(t *testing.T) {
	for name, act := range map[string]func(*Desk) error{
		"read":      func(d *Desk) error { _, err := d.Read(t.Context(), mari, "tid"); return err },
		"reply":     func(d *Desk) error { _, err := d.Reply(t.Context(), mari, "tid", "x"); return err },
		"close":     func(d *Desk) error { return d.Close(t.Context(), mari, "tid", "helped") },
		"note":      func(d *Desk) error { return d.Note(t.Context(), mari, "tid", "x") },
		"give back": func(d *Desk) error { return d.GiveBack(t.Context(), mari, "tid") },
	} {
		h := open()
		h.audit = errors.New("away")
		if err := act(h.desk()); err == nil {
			t.Errorf("%s went on without its audit line", name)
		}
		h.want(t, "audit "+name+" m tid")
		h = open()
		if err := act(h.desk()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if h.did[0] != "audit "+name+" m tid" {
			t.Errorf("%s: first came %q", name, h.did[0])
		}
	}
}

// Nobody reads or answers what they do not hold, and an id tells nothing about who does.
func TestOnlyTheHolder(t *testing.T) {
	for name, change := range map[string]func(*house){
		"somebody else's": func(h *house) { h.loaded.Chat.Holder = "other" },
		"nobody's":        func(h *house) { h.loaded.Chat.Holder, h.loaded.Chat.Phase = "", flows.Waiting },
		"closed":          func(h *house) { h.loaded.Chat.Phase = flows.Closed },
		"unknown":         func(h *house) { h.load = ErrNotFound },
	} {
		h := open()
		change(h)
		if chat, err := h.desk().Read(t.Context(), mari, "tid"); !errors.Is(err, ErrNotFound) || chat.ID != "" {
			t.Errorf("%s: read %+v %v", name, chat.Ticket, err)
		}
		if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: reply %v", name, err)
		}
		if slices.Contains(h.did, "commit") || slices.Contains(h.did, "sign") {
			t.Errorf("%s: %q", name, h.did)
		}
	}
	h := open()
	if chat, err := h.desk().Read(t.Context(), mari, "tid"); err != nil || chat.ID != "tid" {
		t.Errorf("their own: %+v %v", chat.Ticket, err)
	}
	h.want(t, "audit read m tid", "load", "sign")
}

// What cannot be sent is refused before anything is loaded.
func TestWordsAndCodesAreChecked(t *testing.T) {
	long := strings.Repeat("õ", MaxWords)
	for words, want := range map[string]error{"": ErrWords, " \n\t": ErrWords, "\x00\x07": ErrWords, long + "x": ErrWords, long: nil} {
		h := open()
		if _, err := h.desk().Reply(t.Context(), mari, "tid", words); !errors.Is(err, want) {
			t.Errorf("reply of %d bytes: %v, want %v", len(words), err, want)
		}
		if err := h.desk().Note(t.Context(), mari, "tid", words); !errors.Is(err, want) {
			t.Errorf("note of %d bytes: %v, want %v", len(words), err, want)
		}
	}
	h := open()
	if err := h.desk().Close(t.Context(), mari, "tid", "invented"); !errors.Is(err, ErrCode) || len(h.did) != 0 {
		t.Errorf("an unknown closing code: %v, %q", err, h.did)
	}
	for _, code := range Codes {
		if err := open().desk().Close(t.Context(), mari, "tid", code); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// Taking a person is on record, and a refusal says why.
func TestTake(t *testing.T) {
	h := open()
	if id, err := h.desk().Take(t.Context(), mari); err != nil || id != "tid" {
		t.Errorf("took %q %v", id, err)
	}
	h.want(t, "claim", "audit take m tid")
	for _, refusal := range []error{ErrEmpty, ErrCap, ErrOffDuty} {
		h := open()
		h.load = refusal
		if id, err := h.desk().Take(t.Context(), mari); !errors.Is(err, refusal) || id != "" {
			t.Errorf("%q %v, want %v", id, err, refusal)
		}
	}
}

// A counsellor's turn says to the person what is true for them now, or is not taken (promise 6).
func TestAStaffTurnIsToldWhatIsTrueToday(t *testing.T) {
	h := open()
	h.loaded.Conversation.Lang = flows.Russian
	if _, err := h.desk().Reply(t.Context(), mari, "tid", "x"); err != nil {
		t.Fatal(err)
	}
	if h.lang != flows.Russian || !h.facts.Duty["women"] || h.facts.Wait["women"] != time.Minute {
		t.Errorf("asked for %q, the step was told %+v", h.lang, h.facts)
	}
	h = open()
	h.away = errors.New("away")
	if err := h.desk().Close(t.Context(), mari, "tid", "helped"); err == nil || slices.Contains(h.did, "commit") {
		t.Errorf("closed without knowing who is here: %v, %q", err, h.did)
	}
}
