package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

// canary stands wherever a person's words can stand. No coordinator's or admin's page may hold it.
const canary = "canary-6f1c"

// plant puts words into every place that holds some, in a chat the counsellor holds and in one that waits.
func (w *world) plant() {
	for n := range byte(2) {
		k := w.waits(ticketID(n), canary+" said")
		for _, from := range []flows.Speaker{flows.Bot, flows.Counsellor, flows.Note, flows.Event} {
			k.chat.Log = append(k.chat.Log, handoff.Line{Entry: flows.Entry{From: from, Words: canary + string(from), By: canary}})
		}
		k.chat.Answers["county"] = canary
		k.conv.Words = []string{canary}
	}
	w.holds(ticketID(0), w.accounts[staff.Counsellor])
}

// query is what a route needs to have something to show.
var query = map[string]string{"/report.csv": "?month=2026-04", "/report-excel.csv": "?month=2026-04", "/report": "?month=2026-03"}

// body is a request that would do something if it were let through.
func (w *world) body(rt route) any {
	switch {
	case rt.method == "GET":
		return nil
	case strings.HasPrefix(rt.path, "/desk/"), rt.path == "/report/now":
		return map[string]any{"ticket": ticketID(0), "words": "x", "code": "helped", "on": true, "partner": "desk:prostitution"}
	case rt.path == "/accounts/add":
		return "name=Uus&role=counsellor"
	case strings.HasPrefix(rt.path, "/accounts/"):
		return "account=" + w.accounts[staff.Coordinator].ID
	default:
		return ""
	}
}

// T24: every route of the table with every role, and with none.
func TestEveryRouteServesItsRolesAndNobodyElse(t *testing.T) {
	table := newWorld(t).console.table
	if len(table) < 30 {
		t.Fatalf("only %d routes were walked", len(table))
	}
	for _, rt := range table {
		if rt.path == "/live" {
			continue // it does not end; see live_test.go
		}
		for _, role := range append([]staff.Role{""}, staff.Roles...) {
			t.Run(rt.method+rt.path+"/"+string(role), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.plant()
				var cookie *http.Cookie
				if role != "" {
					cookie = w.session(role)
				}
				acts, before := len(w.audit), w.look(ticketID(0))
				res := w.ask(rt.method, rt.path+query[rt.path], w.body(rt), cookie)
				body := text(t, res)
				allowed := rt.open || slices.Contains(rt.roles, role)
				switch {
				case allowed && (res.StatusCode == http.StatusNotFound || res.StatusCode >= 500):
					t.Errorf("%s may, and got %d: %s", role, res.StatusCode, body)
				case !allowed && role == "" && res.StatusCode != http.StatusUnauthorized && res.Header.Get("Location") != "/sign-in":
					t.Errorf("before sign-in: %d", res.StatusCode)
				case !allowed && role != "" && res.StatusCode != http.StatusNotFound:
					t.Errorf("%s may not, and got %d", role, res.StatusCode)
				}
				if !allowed && (len(w.audit) != acts || w.look(ticketID(0)).Phase != before.Phase || len(w.look(ticketID(0)).Log) != len(before.Log)) {
					t.Error("a refused request did something")
				}
				if role != staff.Counsellor && strings.Contains(body, canary) {
					t.Errorf("%q reads a person's words", role)
				}
			})
		}
	}
}

func TestTheMatrixWouldSeeWords(t *testing.T) {
	w := newWorld(t)
	w.plant()
	res := w.ask("POST", "/desk/chat", map[string]any{"ticket": ticketID(0)}, w.session(staff.Counsellor))
	if body := text(t, res); !strings.Contains(body, canary) {
		t.Fatalf("the canary is not where the holder reads: %s", body)
	}
}

func TestWhatIsNotInTheTableDoesNotExist(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/desk/", "/DESK", "/desk/../accounts", "//desk", "/static/", "/static", "/door", "/door?key=x", "/admin", "/metrics",
		"/debug/pprof/", "/.git/config", "/templates/desk.html", "/words/et.toml", "/report.csv/x"} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
			if res := w.ask(method, path, nil); res.Header.Get("Location") != "/sign-in" {
				t.Errorf("%s %s before sign-in: %d", method, path, res.StatusCode)
			}
			if res := w.ask(method, path, nil, w.session(staff.Admin)); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s after sign-in: %d", method, path, res.StatusCode)
			}
		}
	}
}

// T28: whatever is tried, only the embedded files come out.
func TestThereIsNothingToTraverse(t *testing.T) {
	w := newWorld(t)
	admin := w.session(staff.Admin)
	for _, path := range []string{"/static/../console.go", "/static/%2e%2e/console.go", "/static/..%2fconsole.go", "/static/..%5cconsole.go",
		"/static/..\\console.go", "/static//desk.js", "/static/./desk.js", "/static/desk.js/", "/static/desk.js%00", "/static/desk.js%00.css", "/static/%64esk.js%2e", "/static/DESK.JS"} {
		req := w.request("GET", "/", nil, admin)
		req.URL.Opaque = "//" + req.URL.Host + path // sent as it is spelled
		res, err := client.Do(req)
		if err != nil {
			continue // the client itself refused it
		}
		if res.Body.Close(); res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res := w.ask("GET", "/static/desk.js", nil); res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("the page's own script: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
}

// T28: every answer, good or bad, carries the headers.
func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	w := newWorld(t)
	want := map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
	}
	for _, path := range []string{"/", "/sign-in", "/nowhere", "/static/desk.js", "/desk", "/accounts"} {
		res := w.ask("GET", path, nil, w.session(staff.Admin))
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		if res.Header.Get("Strict-Transport-Security") != "" {
			t.Error("HSTS over plain http locks browsers out of the demo")
		}
	}
	for _, ban := range []string{"unsafe", "*", "data:", "http:"} {
		if strings.Contains(policy, ban) {
			t.Errorf("the policy allows %s", ban)
		}
	}
	lan := newWorld(t, func(c *Config) { c.PublicURL = "http://console.example" })
	if got := lan.ask("GET", "/sign-in", nil).Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("without TLS our own forms would be refused: %q", got)
	}
	tls := newWorld(t, func(c *Config) { c.PublicURL = "https://console.example" })
	if got := tls.ask("GET", "/sign-in", nil).Header.Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=31536000") {
		t.Errorf("HSTS with https: %q", got)
	}
}

// T26: another site can make a browser ask, with its cookies; nothing must come of it.
func TestOtherSitesCanDoNothing(t *testing.T) {
	w := newWorld(t)
	w.plant()
	for name, header := range map[string]map[string]string{
		"cross-site":         {"Sec-Fetch-Site": "cross-site"},
		"same-site":          {"Sec-Fetch-Site": "same-site"},
		"foreign origin":     {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"null origin":        {"Sec-Fetch-Site": "", "Origin": "null"},
		"origin of port":     {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1:1"},
		"cross-site claimed": {"Sec-Fetch-Site": "cross-site", "Origin": w.server.URL, "X-User": "admin"},
	} {
		for _, rt := range w.console.table {
			if rt.method != "POST" {
				continue
			}
			role := staff.Counsellor
			if len(rt.roles) > 0 {
				role = rt.roles[0]
			}
			req := w.request("POST", rt.path, w.body(rt), w.session(role))
			for k, v := range header {
				req.Header.Del(k)
				if v != "" {
					req.Header.Set(k, v)
				}
			}
			if res := w.do(req); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s, POST %s: %d, want 403", name, rt.path, res.StatusCode)
			}
		}
	}
	if len(w.audit) != 0 {
		t.Errorf("something was done: %v", w.audit)
	}
}

func TestAFormCannotPassForJSON(t *testing.T) {
	w := newWorld(t)
	w.plant()
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonx"} {
		req := w.request("POST", "/desk/close", map[string]any{"ticket": ticketID(0), "code": "helped"}, w.session(staff.Counsellor))
		req.Header.Del("Content-Type")
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		if res := w.do(req); res.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d", kind, res.StatusCode)
		}
	}
	if w.look(ticketID(0)).Phase == flows.Closed {
		t.Error("the chat was closed")
	}
}

// T25: what was not asked for is refused, and headers name nobody.
func TestNothingIsAssignedByAccident(t *testing.T) {
	w := newWorld(t)
	w.plant()
	cookie := w.session(staff.Counsellor)
	for name, body := range map[string]any{
		"another's name": map[string]any{"ticket": ticketID(0), "words": "x", "holder": "x"},
		"a role":         map[string]any{"role": "admin", "on": true},
		"a list":         []int{1},
		"two values":     "raw:{\"on\":true}{\"on\":false}",
	} {
		req := w.request("POST", "/desk/duty", body, cookie)
		if raw, ok := body.(string); ok {
			req = w.request("POST", "/desk/duty", strings.TrimPrefix(raw, "raw:"), cookie)
			req.Header.Set("Content-Type", "application/json")
		}
		if res := w.do(req); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	req := w.request("GET", "/accounts", nil, cookie)
	for _, h := range []string{"X-User", "X-Forwarded-User", "Remote-User", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"} {
		req.Header.Set(h, "Anu")
	}
	if res := w.do(req); res.StatusCode != http.StatusNotFound {
		t.Errorf("a header made a counsellor an admin: %d", res.StatusCode)
	}
	res := w.ask("POST", "/accounts/add", "name=Uus&role=counsellor&id=1&version=9&disabled=true&password=chosen-by-me", w.session(staff.Admin))
	acc, err := w.AccountByName(t.Context(), "uus")
	if res.StatusCode != http.StatusOK || err != nil || acc.Disabled || acc.Version != 1 || acc.ID == "1" {
		t.Errorf("extra fields changed the account: %d %v", res.StatusCode, err)
	}
}

func TestAHugeBodyIsRefused(t *testing.T) {
	w := newWorld(t)
	w.plant()
	res := w.ask("POST", "/desk/reply", map[string]any{"ticket": ticketID(0), "words": strings.Repeat("x", maxBody)}, w.session(staff.Counsellor))
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", res.StatusCode)
	}
}
