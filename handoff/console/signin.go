package console

import (
	"errors"
	"net/http"
	"slices"

	"sosin/handoff"
	"sosin/handoff/staff"
)

type signInForm struct {
	Name  string
	Error string // key of a text; the same for every reason but the throttle
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.show(w, http.StatusOK, "signin", c.page(v, "signin.title", signInForm{}))
}

// signIn answers the same, in body and time, whether the name, the password or the code was wrong.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request, v visitor) {
	if err := r.ParseForm(); err != nil {
		c.show(w, http.StatusBadRequest, "signin", c.page(v, "signin.title", signInForm{Error: "signin.refused"}))
		return
	}
	form := r.PostForm
	grant, err := c.Gate.SignIn(r.Context(), staff.Try{
		Name: form.Get("name"), Password: form.Get("password"), Code: form.Get("code"),
		From: staff.Remote(c.Remote(r)), Device: c.cookie(r, deviceCookie),
	})
	switch {
	case errors.Is(err, staff.ErrRefused):
		c.show(w, http.StatusUnauthorized, "signin", c.page(v, "signin.title", signInForm{Error: "signin.refused"}))
	case errors.Is(err, staff.ErrThrottled):
		w.Header().Set("Retry-After", "900")
		c.show(w, http.StatusTooManyRequests, "signin", c.page(v, "signin.title", signInForm{Error: "signin.throttled"}))
	case err != nil:
		c.broken(w, r, v, "sign in", err)
	default:
		c.welcome(w, r, v, grant)
	}
}

// welcome opens the session and leads to the role's page.
func (c *Console) welcome(w http.ResponseWriter, r *http.Request, v visitor, grant staff.Grant) {
	if err := c.enter(w, r, grant); err != nil {
		c.broken(w, r, v, "end the old session", err)
		return
	}
	if err := c.Desk.Log.Audit(r.Context(), handoff.Act{Staff: grant.Account.ID, What: "sign in"}); err != nil {
		c.broken(w, r, v, "audit sign-in", err)
		return
	}
	http.Redirect(w, r, homeOf(grant.Account.Role), http.StatusSeeOther)
}

// door uses up a one-time link of the demo.
func (c *Console) door(w http.ResponseWriter, r *http.Request, v visitor) {
	grant, err := c.Gate.Enter(r.Context(), r.URL.Query().Get("key"))
	switch {
	case errors.Is(err, staff.ErrNoSession), errors.Is(err, staff.ErrNoDoors):
		c.show(w, http.StatusNotFound, "message", c.page(v, "door.title", message{Text: "door.used"}))
	case err != nil:
		c.broken(w, r, v, "open door", err)
	default:
		c.welcome(w, r, v, grant)
	}
}

// signOut ends every session this browser brings, takes the counsellor off duty and has the browser forget the pages.
// The mark of the known device stays: it signs nobody in.
func (c *Console) signOut(w http.ResponseWriter, r *http.Request, v visitor) {
	for _, role := range c.leaving(r) {
		name := c.sessionName(role)
		token := c.cookie(r, name)
		if token == "" {
			continue
		}
		acc, err := c.Gate.Who(r.Context(), token, false)
		if err == nil && acc.Role == staff.Counsellor {
			err = c.Desk.Shifts.OffDuty(r.Context(), acc.ID)
		}
		if err != nil && !errors.Is(err, staff.ErrNoSession) {
			c.broken(w, r, v, "go off duty", err)
			return
		}
		if err := c.Gate.SignOut(r.Context(), token); err != nil {
			c.broken(w, r, v, "sign out", err)
			return
		}
		c.setCookie(w, name, "", -1)
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// leaving lists whose sessions end: in the demo only that of the page's role, for other doors may stand open beside it.
func (c *Console) leaving(r *http.Request) []staff.Role {
	role := staff.Role(r.PostFormValue("role"))
	if c.Demo && slices.Contains(staff.Roles, role) {
		return []staff.Role{role}
	}
	return staff.Roles
}

// setLanguage keeps the language of the pages and goes back to the page it was chosen on.
func (c *Console) setLanguage(w http.ResponseWriter, r *http.Request, _ visitor) {
	if lang := r.PostFormValue("language"); slices.Contains(pageLangs, lang) {
		c.setCookie(w, languageCookie, lang, 365*24*3600)
	}
	back := r.PostFormValue("back")
	if !slices.Contains([]string{"/sign-in", "/desk", "/report", "/accounts"}, back) {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
