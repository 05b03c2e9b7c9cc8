package console

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"sosin/handoff/staff"
)

// The cookies. With https they carry the prefix __Host-, which binds them to this host and to TLS.
const (
	sessionCookie  = "sosin"
	deviceCookie   = "sosin-device"
	languageCookie = "sosin-language"
)

// named is a cookie's name. Browsers refuse Secure cookies from plain http, and with them the prefix.
func (c *Console) named(name string) string {
	if c.public.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

func (c *Console) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: c.named(name), Value: value, Path: "/", MaxAge: maxAge,
		Secure: c.public.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// sessionName is the session cookie of a role: one for all, but in the demo one for each.
func (c *Console) sessionName(role staff.Role) string {
	if c.Demo {
		return sessionCookie + "-" + string(role)
	}
	return sessionCookie
}

// cookieNames lists the session cookies to try, those of the given roles first.
func (c *Console) cookieNames(first []staff.Role) (names []string) {
	for _, role := range append(slices.Clone(first), staff.Roles...) {
		if name := c.named(c.sessionName(role)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// enter gives the browser its new session; whatever it brought along is ended, never adopted (T21).
func (c *Console) enter(w http.ResponseWriter, r *http.Request, grant staff.Grant) error {
	name := c.sessionName(grant.Account.Role)
	if old, err := r.Cookie(c.named(name)); err == nil {
		if err := c.Gate.SignOut(r.Context(), old.Value); err != nil {
			return err
		}
	}
	c.setCookie(w, name, grant.Session, 0)
	if grant.Device != "" {
		c.setCookie(w, deviceCookie, grant.Device, int(staff.DeviceLife.Seconds()))
	}
	return nil
}

func (c *Console) cookie(r *http.Request, name string) string {
	cookie, err := r.Cookie(c.named(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// langOf is the language of the pages: what was chosen, else the account's first, else the browser's, else Estonian.
func (c *Console) langOf(r *http.Request, acc staff.Account) string {
	if chosen := c.cookie(r, languageCookie); slices.Contains(pageLangs, chosen) {
		return chosen
	}
	if len(acc.Langs) > 0 && slices.Contains(pageLangs, string(acc.Langs[0])) {
		return string(acc.Langs[0])
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return pageLangs[0]
	}
	_, i, _ := pageMatcher.Match(wanted...)
	return pageLangs[i]
}

// pageLangs are the languages of the pages; the first is the one for everybody else.
var pageLangs = []string{"et", "ru", "en"}

var pageMatcher = language.NewMatcher([]language.Tag{language.Estonian, language.Russian, language.English})
