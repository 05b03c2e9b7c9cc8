package console

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"

	"sosin/handoff"
	"sosin/handoff/staff"
)

// member is an account as the desk knows it.
func member(acc staff.Account) handoff.Member {
	return handoff.Member{ID: acc.ID, Alias: acc.Name, Desks: acc.Desks, Langs: acc.Langs, Skills: acc.Skills}
}

type deskBody struct {
	Codes []string
}

func (c *Console) deskPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.show(w, http.StatusOK, "desk", c.page(v, "desk.title", deskBody{Codes: handoff.Codes}))
}

// asked is everything a page may send. A field too many is refused, so that nothing is ever assigned by accident (T25).
type asked struct {
	Ticket  string `json:"ticket"`
	Words   string `json:"words"`
	Code    string `json:"code"`
	Partner string `json:"partner"` // id of whom the person would be handed over to
	On      bool   `json:"on"`
	Active  bool   `json:"active"` // the counsellor has touched the page since the last beat
}

// read decodes what was asked, or answers and returns false. Only JSON by its own name is read: a form of another site
// cannot send that.
func read(w http.ResponseWriter, r *http.Request) (asked, bool) {
	var a asked
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, "request")
		return a, false
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.More() {
		fail(w, http.StatusBadRequest, "request")
		return a, false
	}
	return a, true
}

// refusals are the answers to what the desk refuses. Foreign, closed, erased and unknown tickets are one (T23).
var refusals = []struct {
	err    error
	status int
	code   string
}{
	{handoff.ErrNotFound, http.StatusNotFound, "gone"},
	{handoff.ErrNotYours, http.StatusNotFound, "gone"},
	{handoff.ErrClosed, http.StatusNotFound, "gone"},
	{handoff.ErrEmpty, http.StatusConflict, "empty"},
	{handoff.ErrCap, http.StatusConflict, "cap"},
	{handoff.ErrOffDuty, http.StatusConflict, "off_duty"},
	{handoff.ErrConflict, http.StatusConflict, "conflict"},
	{handoff.ErrLeft, http.StatusConflict, "left"},
	{handoff.ErrWords, http.StatusUnprocessableEntity, "words"},
	{handoff.ErrHeld, http.StatusConflict, "held"},
	{handoff.ErrSecret, http.StatusUnprocessableEntity, "secret"},
	{handoff.ErrCode, http.StatusUnprocessableEntity, "code"},
	{handoff.ErrAway, http.StatusConflict, "away"},
	{handoff.ErrPartner, http.StatusUnprocessableEntity, "partner"},
}

// refuse answers an error of the desk in a word the page has a sentence for.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, v visitor, what string, err error) {
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			fail(w, known.status, known.code)
			return
		}
	}
	c.broken(w, r, v, what, err)
}

// act reads what was asked, does it and answers.
func (c *Console) act(w http.ResponseWriter, r *http.Request, v visitor, what string, do func(context.Context, handoff.Member, asked) (any, error)) {
	a, ok := read(w, r)
	if !ok {
		return
	}
	out, err := do(r.Context(), member(v.Account), a)
	if err != nil {
		c.refuse(w, r, v, what, err)
		return
	}
	answer(w, out)
}

type done struct {
	Ticket string `json:"ticket,omitempty"`
	Held   bool   `json:"held,omitempty"`
	On     bool   `json:"on,omitempty"`
}

func (c *Console) take(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "take", func(ctx context.Context, m handoff.Member, _ asked) (any, error) {
		id, err := c.Desk.Take(ctx, m)
		return done{Ticket: id}, err
	})
}

func (c *Console) reply(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "reply", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		held, err := c.Desk.Reply(ctx, m, a.Ticket, a.Words)
		return done{Ticket: a.Ticket, Held: held}, err
	})
}

func (c *Console) note(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "note", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		return done{Ticket: a.Ticket}, c.Desk.Note(ctx, m, a.Ticket, a.Words)
	})
}

func (c *Console) closeChat(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "close", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		return done{Ticket: a.Ticket}, c.Desk.Close(ctx, m, a.Ticket, a.Code)
	})
}

func (c *Console) giveBack(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "give back", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		return done{Ticket: a.Ticket}, c.Desk.GiveBack(ctx, m, a.Ticket)
	})
}

// consent asks the person whether they may be handed over. What is asked is chosen from a list; a name that was typed
// would be refused.
func (c *Console) consent(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "ask consent", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		return done{Ticket: a.Ticket}, c.Desk.AskConsent(ctx, m, a.Ticket, a.Partner)
	})
}

// duty is the switch.
func (c *Console) duty(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "duty", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		if a.On {
			return done{On: true}, c.Desk.Shifts.OnDuty(ctx, m)
		}
		return done{}, c.Desk.Shifts.OffDuty(ctx, m.ID)
	})
}

// beatOn is the page's sign of life: it keeps its counsellor on duty, and only if they have touched the page themselves
// does it keep them signed in and count as a sign for the chat they look at. A page nobody sits at goes quiet.
func (c *Console) beatOn(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "beat", func(ctx context.Context, m handoff.Member, a asked) (any, error) {
		if a.Active {
			if _, err := c.Gate.Who(ctx, v.token, true); err != nil && !errors.Is(err, staff.ErrNoSession) {
				return nil, err
			}
			if err := c.signFor(ctx, m, a.Ticket); err != nil {
				return nil, err
			}
		}
		if !a.On {
			return done{}, nil
		}
		return done{On: true}, c.Desk.Shifts.OnDuty(ctx, m)
	})
}

// signFor notes that the holder looks at a chat of theirs. One they no longer hold is no fault of a beat.
func (c *Console) signFor(ctx context.Context, m handoff.Member, ticket string) error {
	if ticket == "" {
		return nil
	}
	mine, err := c.Desk.Tickets.Mine(ctx, m.ID)
	if err != nil || !slices.ContainsFunc(mine, func(t handoff.Ticket) bool { return t.ID == ticket }) {
		return err
	}
	err = c.Desk.Clocks.Sign(ctx, ticket, m.ID)
	if errors.Is(err, handoff.ErrNotFound) || errors.Is(err, handoff.ErrNotYours) || errors.Is(err, handoff.ErrClosed) {
		return nil
	}
	return err
}
