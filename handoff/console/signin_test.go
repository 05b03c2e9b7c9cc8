package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sosin/handoff/staff"
)

func (w *world) form(role staff.Role) url.Values {
	cred := w.creds[role]
	return url.Values{"name": {cred.Name}, "password": {cred.Password}, "code": {w.code(cred)}}
}

func https(c *Config) { c.PublicURL = "https://console.example" }

// T21: the cookie is bound to host and TLS, out of reach of scripts, and new at every sign-in.
func TestSigningInGivesANewCookieThatNothingElseCanRead(t *testing.T) {
	w := newWorld(t, https)
	planted := &http.Cookie{Name: "__Host-sosin", Value: "planted-by-somebody"}
	res := w.ask("POST", "/sign-in", w.form(staff.Counsellor).Encode(), planted)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk" {
		t.Fatalf("%d to %q: %s", res.StatusCode, res.Header.Get("Location"), text(t, res))
	}
	for _, name := range []string{"__Host-sosin", "__Host-sosin-device"} {
		c := cookieOf(res, name)
		if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 43 {
			t.Errorf("%s: %v", name, c)
		}
	}
	first := cookieOf(res, "__Host-sosin")
	if first.Value == planted.Value || w.ask("GET", "/desk", nil, planted).StatusCode != http.StatusSeeOther {
		t.Error("a planted cookie was adopted")
	}
	w.pass(30e9)
	second := cookieOf(w.ask("POST", "/sign-in", w.form(staff.Counsellor).Encode(), first), "__Host-sosin")
	if second == nil || second.Value == first.Value {
		t.Fatal("the cookie did not change at sign-in")
	}
	if w.ask("GET", "/desk", nil, first).StatusCode == http.StatusOK {
		t.Error("the session the browser brought along still lives")
	}
	if w.ask("GET", "/desk", nil, second).StatusCode != http.StatusOK {
		t.Error("the new session does not")
	}
}

func TestPlainHTTPGetsCookiesThatCanWork(t *testing.T) {
	w := newWorld(t)
	res := w.ask("POST", "/sign-in", w.form(staff.Admin).Encode())
	c := cookieOf(res, "sosin")
	if c == nil || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("%v", res.Cookies())
	}
}

// T20: nobody learns from the answer whether a name exists.
func TestWrongSignInsLookTheSame(t *testing.T) {
	w := newWorld(t)
	good := w.form(staff.Counsellor)
	var answers []string
	for _, change := range []url.Values{{"name": {"Nobody"}}, {"password": {"wrong"}}, {"code": {"000000"}}, {"name": {"Nobody"}, "password": {""}}} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		for k, v := range change {
			form[k] = v
		}
		res := w.ask("POST", "/sign-in", form.Encode())
		if res.StatusCode != http.StatusUnauthorized || len(res.Cookies()) != 0 {
			t.Errorf("%v: %d, cookies %v", change, res.StatusCode, res.Cookies())
		}
		answers = append(answers, text(t, res))
	}
	for _, a := range answers[1:] {
		if a != answers[0] {
			t.Error("two refusals differ")
		}
	}
	for range 20 {
		w.ask("POST", "/sign-in", url.Values{"name": {"Nobody"}, "password": {"x"}, "code": {"1"}}.Encode())
	}
	if res := w.ask("POST", "/sign-in", url.Values{"name": {"Nobody"}, "password": {"x"}, "code": {"1"}}.Encode()); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("after many tries: %d", res.StatusCode)
	}
	if log := w.log.String(); strings.Contains(log, "Nobody") || strings.Contains(log, w.creds[staff.Counsellor].Password) {
		t.Errorf("names or passwords in the log: %s", log)
	}
}

func TestTheThrottleBelievesNoHeader(t *testing.T) {
	w := newWorld(t)
	var last *http.Response
	for n := range 12 {
		req := w.request("POST", "/sign-in", "name=Mari&password=x&code=1")
		for _, h := range []string{"X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP"} {
			req.Header.Set(h, "198.51.100."+string(rune('0'+n%10)))
		}
		last = w.do(req)
	}
	if last.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a header made the same address a new one: %d", last.StatusCode)
	}
}

func TestSigningOutLeavesNothing(t *testing.T) {
	w := newWorld(t)
	cookie := w.session(staff.Counsellor)
	if err := w.OnDuty(t.Context(), member(w.accounts[staff.Counsellor])); err != nil {
		t.Fatal(err)
	}
	res := w.ask("POST", "/sign-out", "", cookie)
	if res.Header.Get("Clear-Site-Data") != `"cache", "storage"` || cookieOf(res, cookie.Name) == nil || cookieOf(res, cookie.Name).MaxAge >= 0 {
		t.Errorf("the browser keeps something: %v", res.Header)
	}
	if w.ask("GET", "/desk", nil, cookie).StatusCode == http.StatusOK {
		t.Error("the old cookie still opens the page")
	}
	if duties, _ := w.Duties(t.Context()); len(duties) != 0 {
		t.Error("still said to be on duty (promise 6)")
	}
	if res := w.ask("GET", "/sign-out", nil, w.session(staff.Admin)); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link signs people out: %d", res.StatusCode)
	}
}

// T22: the very next request of a disabled or reset account is turned away.
func TestADisabledAccountsNextRequestIsTurnedAway(t *testing.T) {
	w := newWorld(t)
	cookie, admin := w.session(staff.Counsellor), w.session(staff.Admin)
	if err := w.OnDuty(t.Context(), member(w.accounts[staff.Counsellor])); err != nil {
		t.Fatal(err)
	}
	w.ask("POST", "/accounts/disable", "account="+w.accounts[staff.Counsellor].ID, admin)
	if res := w.ask("POST", "/desk/overview", map[string]any{}, cookie); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d", res.StatusCode)
	}
	if duties, _ := w.Duties(t.Context()); len(duties) != 0 {
		t.Error("a disabled account is said to be on duty")
	}
}

func TestDoorsOpenOnceAndOnlyInTheDemo(t *testing.T) {
	w := newWorld(t)
	if _, err := w.console.DoorURL(t.Context(), "Mari"); err == nil {
		t.Fatal("the real service has doors")
	}
	demo := newWorld(t, func(c *Config) { c.Demo = true })
	demo.console.Gate.Doors = demo.memory
	cookies := map[staff.Role]*http.Cookie{}
	for role, name := range map[staff.Role]string{staff.Counsellor: "mari", staff.Coordinator: "Liis", staff.Admin: "Anu"} {
		link, err := demo.console.DoorURL(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(link, demo.server.URL)
		res := demo.ask("GET", path, nil)
		cookies[role] = cookieOf(res, "sosin-"+string(role))
		if res.Header.Get("Location") != homeOf(role) || cookies[role] == nil {
			t.Fatalf("%s: %d %v", role, res.StatusCode, res.Cookies())
		}
		if again := demo.ask("GET", path, nil); again.StatusCode != http.StatusNotFound || len(again.Cookies()) != 0 {
			t.Errorf("%s: the link worked twice: %d", role, again.StatusCode)
		}
	}
	// One browser holds all doors open, and each page knows its own.
	for _, role := range staff.Roles {
		res := demo.ask("GET", homeOf(role), nil, cookies[staff.Counsellor], cookies[staff.Coordinator], cookies[staff.Admin])
		if body := text(t, res); res.StatusCode != http.StatusOK || !strings.Contains(body, demo.console.words["et"]["demo.banner"]) {
			t.Errorf("%s: %d", role, res.StatusCode)
		}
	}
	demo.ask("POST", "/sign-out", "role=coordinator", cookies[staff.Counsellor], cookies[staff.Coordinator])
	if demo.ask("GET", "/desk", nil, cookies[staff.Counsellor]).StatusCode != http.StatusOK || demo.ask("GET", "/report", nil, cookies[staff.Coordinator]).StatusCode == http.StatusOK {
		t.Error("signing out of one door shut another, or did not shut its own")
	}
}

func TestTheLanguageIsChosenAndKept(t *testing.T) {
	w := newWorld(t)
	res := w.ask("POST", "/language", "language=ru&back=/sign-in")
	c := cookieOf(res, "sosin-language")
	if res.Header.Get("Location") != "/sign-in" || c == nil {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if body := text(t, w.ask("GET", "/sign-in", nil, c)); !strings.Contains(body, `<html lang="ru">`) {
		t.Error("not in the language chosen")
	}
	for _, back := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/desk?x", "/live", "/report.csv", "/door", ""} {
		if to := w.ask("POST", "/language", url.Values{"language": {"xx"}, "back": {back}}.Encode()).Header.Get("Location"); to != "/" {
			t.Errorf("%q leads to %q", back, to)
		}
	}
	for accept, want := range map[string]string{"ru-RU,ru;q=0.9": "ru", "en-GB": "en", "fi": "et", "": "et", "de, en;q=0.5": "en", ";;;": "et"} {
		req := w.request("GET", "/sign-in", nil)
		req.Header.Set("Accept-Language", accept)
		if body := text(t, w.do(req)); !strings.Contains(body, `<html lang="`+want+`">`) {
			t.Errorf("Accept-Language %q is not met with %s", accept, want)
		}
	}
}
