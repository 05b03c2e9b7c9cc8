package simulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	account  = "AC00000000000000000000000000000001"
	secret   = "canaryAuthToken"
	helpline = "+37200000000"
	service  = "MG00000000000000000000000000000001"
	phone    = "+37200000001"
	quitter  = "+37200000002" // has opted out
)

func newTwilio(t *testing.T, change func(*TwilioConfig)) (*Twilio, *ManualClock) {
	t.Helper()
	clock := NewManualClock(start)
	cfg := TwilioConfig{AccountSID: account, AuthToken: secret, From: helpline, Clock: clock}
	if change != nil {
		change(&cfg)
	}
	tw := NewTwilio(cfg)
	t.Cleanup(tw.Close)
	return tw, clock
}

const messages = "/2010-04-01/Accounts/" + account + "/Messages"

func rest(t *testing.T, tw *Twilio, method, path string, form url.Values) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(account, secret)
	w := httptest.NewRecorder()
	tw.ServeHTTP(w, r)
	body := map[string]any{}
	if w.Code != http.StatusNoContent {
		decode(t, w.Body.Bytes(), &body)
	}
	return w, body
}

func sms(more ...string) url.Values {
	v := url.Values{"To": {phone}, "From": {helpline}, "Body": {"x"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
		if more[i+1] == "" {
			v.Del(more[i])
		}
	}
	return v
}

// Each row is one sentence of the Message resource's page or of the error dictionary.
func TestTwilioAcceptsAndRefuses(t *testing.T) {
	rows := []struct {
		rule   string
		params url.Values
		code   int // 0: accepted
	}{
		{"Body: up to 1,600 characters", sms("Body", strings.Repeat("õ", 1600)), 0},
		{"21617: body over 1,600 characters", sms("Body", strings.Repeat("õ", 1601)), 21617},
		{"21602: message body is required", sms("Body", ""), 21602},
		{"MediaUrl: stands for a body", sms("Body", "", "MediaUrl", "https://helpline.example/a.jpg"), 0},
		{"21604: To is required", sms("To", ""), 21604},
		{"21211: To not E.164, no plus", sms("To", "37200000001"), 21211},
		{"21211: To not E.164, letters", sms("To", "+372abc"), 21211},
		{"21211: To not E.164, sixteen digits", sms("To", "+1234567890123456"), 21211},
		{"E.164: fifteen digits", sms("To", "+123456789012345"), 0},
		{"21266: To and From the same", sms("To", helpline), 21266},
		{"21603: From or MessagingServiceSid is required", sms("From", ""), 21603},
		{"21606: From is not ours", sms("From", "+37200000099"), 21606},
		{"MessagingServiceSid instead of From", sms("From", "", "MessagingServiceSid", service), 0},
		{"21705: unknown Messaging Service", sms("From", "", "MessagingServiceSid", "MGx"), 21705},
		{"21609: StatusCallback not absolute", sms("StatusCallback", "/sms/status"), 21609},
		{"21609: StatusCallback not HTTP", sms("StatusCallback", "ftp://helpline.example/"), 21609},
		{"StatusCallback: an absolute URL", sms("StatusCallback", "https://helpline.example/sms/status?x=1"), 0},
		{"21610: unsubscribed recipient", sms("To", quitter), 21610},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			tw, _ := newTwilio(t, func(c *TwilioConfig) { c.MessagingServiceSID = service })
			tw.Write(quitter, "stop")
			w, body := rest(t, tw, http.MethodPost, messages+".json", row.params)
			if row.code == 0 {
				if w.Code != http.StatusCreated || !sidPattern.MatchString(body["sid"].(string)) {
					t.Fatalf("refused: %d %v", w.Code, body)
				}
				return
			}
			if w.Code != http.StatusBadRequest || body["code"] != float64(row.code) || body["status"] != float64(400) ||
				body["message"] == "" || !strings.HasSuffix(body["more_info"].(string), "/"+strconv.Itoa(row.code)) {
				t.Fatalf("got %d %v, want code %d", w.Code, body, row.code)
			}
			if last := tw.Log()[len(tw.Log())-1]; last.Done || last.Code != row.code || last.Operation != "create" {
				t.Errorf("the log says %+v", last)
			}
		})
	}
}

// "Requests to the Twilio API": HTTP basic authentication with account SID and auth
// token; errors 20003, 20404.
func TestTwilioAuthenticatesAndRoutes(t *testing.T) {
	tw, _ := newTwilio(t, nil)
	for _, row := range []struct {
		name, method, path, user, password string
		status                             int
	}{
		{"20003: wrong token", "GET", messages + ".json", account, "wrong", 401},
		{"20003: wrong account", "GET", messages + ".json", "ACx", secret, 401},
		{"20404: another account's path", "GET", "/2010-04-01/Accounts/ACx/Messages.json", account, secret, 404},
		{"20404: not JSON", "GET", messages, account, secret, 404},
		{"20404: no such message", "GET", messages + "/SM1.json", account, secret, 404},
		{"20404: delete an absent message", "DELETE", messages + "/SM1.json", account, secret, 404},
		{"20004: method not allowed", "PUT", messages + ".json", account, secret, 405},
		{"list", "GET", messages + ".json", account, secret, 200},
		{"PageSize: at most 1000", "GET", messages + ".json?PageSize=1001", account, secret, 400},
		{"DateSent: a date", "GET", messages + ".json?DateSent=yesterday", account, secret, 400},
		{"Page: a number", "GET", messages + ".json?Page=x", account, secret, 400},
	} {
		r := httptest.NewRequestWithContext(t.Context(), row.method, row.path, nil)
		r.SetBasicAuth(row.user, row.password)
		w := httptest.NewRecorder()
		tw.ServeHTTP(w, r)
		if w.Code != row.status {
			t.Errorf("%s: got %d, want %d", row.name, w.Code, row.status)
		}
	}
}

// "Message resource": delete and redact. Until Twilio lets go of a record, the
// program must come back; the words lie there until then.
func TestTwilioForgetsOnlyFinishedMessages(t *testing.T) {
	tw, _ := newTwilio(t, func(c *TwilioConfig) { c.DeleteRefusals = 2 })
	_, made := rest(t, tw, http.MethodPost, messages+".json", sms("Body", "canary"))
	one := messages + "/" + made["sid"].(string) + ".json"
	if w, body := rest(t, tw, http.MethodDelete, one, nil); w.Code != http.StatusConflict || body["code"] != float64(20009) {
		t.Fatalf("deleting a queued message: %d %v", w.Code, body)
	}
	if _, body := rest(t, tw, http.MethodPost, one, url.Values{"Body": {""}}); body["code"] != float64(20009) {
		t.Errorf("redacting a queued message: %v", body)
	}
	running(t, tw.Run)
	waitFor(t, tw.Await, "delivery", func() bool { return len(tw.Texts(phone)) == 1 })
	if _, body := rest(t, tw, http.MethodPost, one, url.Values{"Body": {"other words"}}); body["code"] != float64(20001) {
		t.Errorf("a body can only be emptied: %v", body)
	}
	if _, body := rest(t, tw, http.MethodPost, one, url.Values{}); body["code"] != float64(20001) {
		t.Errorf("Body must be given: %v", body)
	}
	if _, body := rest(t, tw, http.MethodPost, one, url.Values{"Body": {""}}); body["body"] != "" {
		t.Errorf("redacted: %v", body)
	}
	if _, body := rest(t, tw, http.MethodGet, one, nil); body["body"] != "" || body["status"] != "delivered" || body["date_sent"] == nil {
		t.Errorf("after redaction: %v", body)
	}
	for want := range 3 {
		w, _ := rest(t, tw, http.MethodDelete, one, nil)
		if (w.Code == http.StatusNoContent) != (want == 2) {
			t.Errorf("deletion %d: %d", want+1, w.Code)
		}
	}
	if w, _ := rest(t, tw, http.MethodGet, one, nil); w.Code != http.StatusNotFound || len(tw.Records()) != 0 {
		t.Error("the record is still there")
	}
	if len(tw.Texts(phone)) != 1 {
		t.Error("a record's deletion does not reach the phone")
	}
}

// "Message resource", read multiple: filters and pages.
func TestTwilioLists(t *testing.T) {
	tw, clock := newTwilio(t, nil)
	for range 3 { // 1, 2 and 3 March, noon
		tw.Write(phone, "in")
		tw.Write(quitter, "in")
		clock.Advance(24 * time.Hour)
	}
	count := func(query string) int {
		_, body := rest(t, tw, http.MethodGet, messages+".json?"+query, nil)
		return len(body["messages"].([]any))
	}
	for query, want := range map[string]int{
		"":                                      6,
		"To=%2B37200000000":                     6,
		"From=%2B37200000001":                   3,
		"To=%2B37200000001":                     0,
		"DateSent=2026-03-02":                   2,
		"DateSent=2026-03-02T23:00:00Z":         2,
		"DateSent>=2026-03-02":                  4,
		"DateSent<=2026-03-02":                  4,
		"DateSent%3E=2026-03-02T12:00:00Z":      4,
		"DateSent%3E=2026-03-02T12:00:01Z":      2,
		"DateSent%3C=2026-03-02T11:59:59Z":      2,
		"PageSize=4":                            4,
		"From=%2B37200000001&DateSent=20260302": -1,
	} {
		if want < 0 {
			if w, _ := rest(t, tw, http.MethodGet, messages+".json?"+query, nil); w.Code != 400 {
				t.Errorf("%s: %d, want 400", query, w.Code)
			}
			continue
		}
		if got := count(query); got != want {
			t.Errorf("%s: %d messages, want %d", query, got, want)
		}
	}
	seen := map[string]bool{}
	last := time.Time{}
	next := any(messages + ".json?PageSize=4&To=" + url.QueryEscape(helpline))
	pages := 0
	for ; next != nil; pages++ {
		_, body := rest(t, tw, http.MethodGet, next.(string), nil)
		for _, m := range body["messages"].([]any) {
			m := m.(map[string]any)
			seen[m["sid"].(string)] = true
			sent, err := time.Parse(time.RFC1123Z, m["date_sent"].(string))
			if err != nil || (!last.IsZero() && sent.After(last)) {
				t.Errorf("newest first, RFC 2822 dates: %v %v", m["date_sent"], err)
			}
			last = sent
		}
		next = body["next_page_uri"]
		tw.Write(phone, "one more while paging") // must not shift the pages
	}
	if pages != 2 || len(seen) != 6 {
		t.Errorf("%d pages with %d messages, want 2 with 6", pages, len(seen))
	}
}

// 20429: too many requests; and other faults on command.
func TestTwilioFaults(t *testing.T) {
	tw, _ := newTwilio(t, nil)
	tw.Fail(Fault{Operation: "create", To: phone, Times: 1, Status: 429, RetryAfter: 3 * time.Second})
	w, body := rest(t, tw, http.MethodPost, messages+".json", sms())
	if w.Code != 429 || body["code"] != float64(20429) || w.Header().Get("Retry-After") != "3" {
		t.Errorf("429: %v %v", body, w.Header())
	}
	tw.Fail(Fault{Times: 1, Status: 400, Code: 21614})
	if _, body := rest(t, tw, http.MethodPost, messages+".json", sms()); body["code"] != float64(21614) {
		t.Errorf("a chosen code: %v", body)
	}
	for code, want := range map[int]int{503: 20500, 401: 20003, 404: 20404, 422: 20001} {
		tw.Fail(Fault{Times: 1, Status: code})
		if _, body := rest(t, tw, http.MethodGet, messages+".json", nil); body["code"] != float64(want) {
			t.Errorf("%d: %v", code, body)
		}
	}
	lose := func(f Fault) {
		t.Helper()
		tw.Fail(f)
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Error("the connection was not lost")
			}
		}()
		rest(t, tw, http.MethodPost, messages+".json", sms())
	}
	lose(Fault{Times: 1, Drop: DropBefore})
	if len(tw.Records()) != 0 {
		t.Error("nothing must have been sent")
	}
	lose(Fault{Times: 1, Drop: DropAfter})
	if log := tw.Calls("create"); len(tw.Records()) != 1 || !log[len(log)-1].Done {
		t.Error("it must have been sent")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, messages+"/"+tw.Records()[0]+".json", nil)
	r.SetBasicAuth(account, secret)
	tw.Fail(Fault{To: phone, Times: 1, Status: 502, Body: "<html>"})
	rec := httptest.NewRecorder()
	tw.ServeHTTP(rec, r)
	if rec.Code != 502 || json.Valid(rec.Body.Bytes()) {
		t.Errorf("a gateway's page: %d %s", rec.Code, rec.Body)
	}
	tw.Fail(Fault{Status: 500})
	tw.ClearFaults()
	if w, _ := rest(t, tw, http.MethodGet, messages+".json", nil); w.Code != 200 {
		t.Errorf("after ClearFaults: %d", w.Code)
	}
}
