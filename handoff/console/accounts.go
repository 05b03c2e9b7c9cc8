package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

type accountsBody struct {
	Accounts []staff.Account
	Roles    []staff.Role
	Skills   []string
	Spec     staff.Spec // what was typed, when it was refused
	Desks    string
	Error    string
}

// Asked tells whether a skill was ticked in the form that was refused.
func (b accountsBody) Asked(skill string) bool { return slices.Contains(b.Spec.Skills, skill) }

// credentialsBody is shown once, in the answer to the POST that made it, and kept nowhere.
type credentialsBody struct {
	staff.Credentials
	QR drawing
}

func (c *Console) accountsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.listAccounts(w, r, v, http.StatusOK, accountsBody{})
}

func (c *Console) listAccounts(w http.ResponseWriter, r *http.Request, v visitor, status int, body accountsBody) {
	all, err := c.Accounts.List(r.Context())
	if err != nil {
		c.broken(w, r, v, "list accounts", err)
		return
	}
	body.Accounts, body.Roles, body.Skills = all, staff.Roles, staff.Skills
	c.show(w, status, "accounts", c.page(v, "accounts.title", body))
}

// addAccount takes name, role, desks, languages and skills from the form and nothing else (T25).
func (c *Console) addAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	if err := r.ParseForm(); err != nil {
		c.listAccounts(w, r, v, http.StatusBadRequest, accountsBody{Error: "error.request"})
		return
	}
	body := accountsBody{Desks: r.PostForm.Get("desks")}
	body.Spec = staff.Spec{Name: r.PostForm.Get("name"), Role: staff.Role(r.PostForm.Get("role"))}
	for desk := range strings.SplitSeq(body.Desks, ",") {
		body.Spec.Desks = append(body.Spec.Desks, strings.TrimSpace(desk))
	}
	for _, lang := range r.PostForm["lang"] {
		body.Spec.Langs = append(body.Spec.Langs, flows.Lang(lang))
	}
	body.Spec.Skills = r.PostForm["skill"]
	if !c.audited(w, r, v, "add account") {
		return
	}
	_, cred, err := c.Accounts.Add(r.Context(), body.Spec)
	if err != nil {
		c.refuseAccount(w, r, v, body, err)
		return
	}
	c.showCredentials(w, r, v, cred)
}

func (c *Console) resetAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	if !c.audited(w, r, v, "reset account") {
		return
	}
	cred, err := c.Accounts.Reset(r.Context(), r.PostFormValue("account"))
	if err != nil {
		c.refuseAccount(w, r, v, accountsBody{}, err)
		return
	}
	c.showCredentials(w, r, v, cred)
}

func (c *Console) disableAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	if !c.audited(w, r, v, "disable account") {
		return
	}
	id := r.PostFormValue("account")
	err := c.Accounts.Disable(r.Context(), id)
	if err == nil {
		err = c.Desk.Shifts.OffDuty(r.Context(), id)
	}
	c.changed(w, r, v, err)
}

func (c *Console) enableAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	if !c.audited(w, r, v, "enable account") {
		return
	}
	c.changed(w, r, v, c.Accounts.Enable(r.Context(), r.PostFormValue("account")))
}

func (c *Console) changed(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	if err != nil {
		c.refuseAccount(w, r, v, accountsBody{}, err)
		return
	}
	http.Redirect(w, r, "/accounts", http.StatusSeeOther)
}

// audited writes the audit line first; without it nothing is done.
func (c *Console) audited(w http.ResponseWriter, r *http.Request, v visitor, what string) bool {
	if err := c.Desk.Log.Audit(r.Context(), handoff.Act{Staff: v.Account.ID, What: what}); err != nil {
		c.broken(w, r, v, "audit before "+what, err)
		return false
	}
	return true
}

func (c *Console) refuseAccount(w http.ResponseWriter, r *http.Request, v visitor, body accountsBody, err error) {
	known := []struct {
		err    error
		status int
		key    string
	}{
		{staff.ErrName, http.StatusUnprocessableEntity, "accounts.error.name"},
		{staff.ErrRole, http.StatusUnprocessableEntity, "accounts.error.role"},
		{staff.ErrLang, http.StatusUnprocessableEntity, "accounts.error.lang"},
		{staff.ErrSkill, http.StatusUnprocessableEntity, "accounts.error.skill"},
		{staff.ErrNameTaken, http.StatusConflict, "accounts.error.taken"},
		{staff.ErrLastAdmin, http.StatusConflict, "accounts.error.last"},
		{staff.ErrConflict, http.StatusConflict, "accounts.error.changed"},
		{staff.ErrNoAccount, http.StatusNotFound, "accounts.error.gone"},
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			body.Error = k.key
			c.listAccounts(w, r, v, k.status, body)
			return
		}
	}
	c.broken(w, r, v, "change account", err)
}

func (c *Console) showCredentials(w http.ResponseWriter, r *http.Request, v visitor, cred staff.Credentials) {
	code, err := drawQR(staff.EnrolURL("Sosin", cred.Name, cred.TOTP))
	if err != nil {
		c.broken(w, r, v, "draw QR code", err)
		return
	}
	c.show(w, http.StatusOK, "credentials", c.page(v, "credentials.title", credentialsBody{cred, code}))
}
