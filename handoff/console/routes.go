package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"sosin/handoff/staff"
)

// visitor is who a request comes from. Account is empty on open routes.
type visitor struct {
	Account staff.Account
	token   string
	lang    string
}

// route is one line of the table: what is not in it does not exist.
type route struct {
	method, path string
	roles        []staff.Role // whom it serves
	open         bool         // before sign-in too
	quiet        bool         // the page asks on its own: the idle time goes on
	serve        func(http.ResponseWriter, *http.Request, visitor)
}

const doorPath = "/door"

// routeTable is the whole surface. Everything else is 404 after sign-in and leads to sign-in before.
func (c *Console) routeTable() ([]route, error) {
	counsellor, coordinator, admin := []staff.Role{staff.Counsellor}, []staff.Role{staff.Coordinator}, []staff.Role{staff.Admin}
	table := []route{
		{method: "GET", path: "/", roles: staff.Roles, serve: c.home},
		{method: "GET", path: "/sign-in", open: true, serve: c.signInPage},
		{method: "POST", path: "/sign-in", open: true, serve: c.signIn},
		{method: "POST", path: "/sign-out", open: true, serve: c.signOut},
		{method: "POST", path: "/language", open: true, serve: c.setLanguage},
		{method: "GET", path: "/live", roles: counsellor, quiet: true, serve: c.live},

		{method: "GET", path: "/desk", roles: counsellor, serve: c.deskPage},
		{method: "POST", path: "/desk/overview", roles: counsellor, quiet: true, serve: c.overview},
		{method: "POST", path: "/desk/beat", roles: counsellor, quiet: true, serve: c.beatOn},
		{method: "POST", path: "/desk/duty", roles: counsellor, serve: c.duty},
		{method: "POST", path: "/desk/take", roles: counsellor, serve: c.take},
		{method: "POST", path: "/desk/chat", roles: counsellor, quiet: true, serve: c.chat},
		{method: "POST", path: "/desk/reply", roles: counsellor, serve: c.reply},
		{method: "POST", path: "/desk/note", roles: counsellor, serve: c.note},
		{method: "POST", path: "/desk/close", roles: counsellor, serve: c.closeChat},
		{method: "POST", path: "/desk/give-back", roles: counsellor, serve: c.giveBack},
		{method: "POST", path: "/desk/consent", roles: counsellor, serve: c.consent},

		{method: "GET", path: "/report", roles: coordinator, serve: c.reportPage},
		{method: "GET", path: "/report.csv", roles: coordinator, serve: c.reportCSV},
		{method: "GET", path: "/report-excel.csv", roles: coordinator, serve: c.reportExcel},
		{method: "POST", path: "/report/now", roles: coordinator, quiet: true, serve: c.reportNow},

		{method: "GET", path: "/accounts", roles: admin, serve: c.accountsPage},
		{method: "POST", path: "/accounts/add", roles: admin, serve: c.addAccount},
		{method: "POST", path: "/accounts/reset", roles: admin, serve: c.resetAccount},
		{method: "POST", path: "/accounts/disable", roles: admin, serve: c.disableAccount},
		{method: "POST", path: "/accounts/enable", roles: admin, serve: c.enableAccount},
	}
	if c.Demo {
		table = append(table, route{method: "GET", path: doorPath, open: true, serve: c.door})
	}
	files, err := staticRoutes()
	return append(table, files...), err
}

// dispatch finds the route, then who asks, then whether they may.
func (c *Console) dispatch(w http.ResponseWriter, r *http.Request) {
	rt, found := c.routes[r.Method+" "+r.URL.Path]
	if found && rt.open {
		rt.serve(w, r, visitor{lang: c.langOf(r, staff.Account{})})
		return
	}
	v, err := c.who(r, rt)
	switch {
	case errors.Is(err, staff.ErrNoSession):
		c.turnAway(w, r)
	case err != nil:
		c.broken(w, r, visitor{lang: c.langOf(r, staff.Account{})}, "check session", err)
	case !found || !slices.Contains(rt.roles, v.Account.Role):
		c.notFound(w, r, v)
	default:
		rt.serve(w, r, v)
	}
}

// who asks the gate. In the demo each role has a cookie of its own, so that one browser can hold all doors open; the
// one the route serves is tried first.
func (c *Console) who(r *http.Request, rt route) (visitor, error) {
	for _, name := range c.cookieNames(rt.roles) {
		cookie, err := r.Cookie(name)
		if err != nil {
			continue
		}
		acc, err := c.Gate.Who(r.Context(), cookie.Value, !rt.quiet)
		if errors.Is(err, staff.ErrNoSession) {
			continue
		}
		return visitor{Account: acc, token: cookie.Value, lang: c.langOf(r, acc)}, err
	}
	return visitor{}, staff.ErrNoSession
}

// turnAway sends a person to sign-in and tells a script that it is signed out.
func (c *Console) turnAway(w http.ResponseWriter, r *http.Request) {
	if wantsJSON(r) {
		fail(w, http.StatusUnauthorized, "signed_out")
		return
	}
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// notFound is one answer for what does not exist, what another role has, and what somebody else holds.
func (c *Console) notFound(w http.ResponseWriter, r *http.Request, v visitor) {
	if wantsJSON(r) {
		fail(w, http.StatusNotFound, "gone")
		return
	}
	c.show(w, http.StatusNotFound, "message", c.page(v, "notfound.title", message{Text: "notfound.text"}))
}

// broken answers when the store is away. The log gets the operation and the error, which names nobody.
func (c *Console) broken(w http.ResponseWriter, r *http.Request, v visitor, what string, err error) {
	c.Log.ErrorContext(r.Context(), "console: "+what, "err", err)
	w.Header().Set("Retry-After", "5")
	if wantsJSON(r) {
		fail(w, http.StatusServiceUnavailable, "broken")
		return
	}
	c.show(w, http.StatusServiceUnavailable, "message", c.page(v, "broken.title", message{Text: "broken.text"}))
}

// home sends each role to its page.
func (c *Console) home(w http.ResponseWriter, r *http.Request, v visitor) {
	http.Redirect(w, r, homeOf(v.Account.Role), http.StatusSeeOther)
}

func homeOf(role staff.Role) string {
	return map[staff.Role]string{staff.Counsellor: "/desk", staff.Coordinator: "/report", staff.Admin: "/accounts"}[role]
}

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json") || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}
