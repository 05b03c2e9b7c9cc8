package sms

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
)

var toAnna = bot.NewAddress(flows.SMS, anna)

// What is sent is what the phone shows, from our number, with the report's address in it.
func TestSend(t *testing.T) {
	r := newRig(t, nil)
	sid := must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Õhtust – «тест»\n1 Jah", Token: "a b"}))(t)
	r.await(t, "the text", func() bool { return len(r.tw.Texts(anna)) == 1 })
	call := r.tw.Calls("create")[0]
	if got := r.tw.Texts(anna)[0].Body; got != "Õhtust – «тест»\n1 Jah" || call.SID != sid {
		t.Errorf("the phone shows %q", got)
	}
	for name, want := range map[string]string{
		"From": helpline, "MessagingServiceSid": "", "StatusCallback": public + "/sms/status?t=a+b", "SmartEncoded": "",
	} {
		if got := call.Params.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestSendThroughAService(t *testing.T) {
	r := newRig(t, func(theirs *simulator.TwilioConfig, ours *Config) {
		theirs.MessagingServiceSID, ours.From = service, service
	})
	must(r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"}))(t)
	call := r.tw.Calls("create")[0].Params
	if call.Get("MessagingServiceSid") != service || call.Has("From") || call.Has("StatusCallback") {
		t.Error("not sent through the service, or with a report nobody waits for")
	}
}

// T42: what to do about a failure decides whether a person gets the message, gets it twice, or is given up.
func TestFailuresAreSorted(t *testing.T) {
	for name, test := range map[string]struct {
		fault simulator.Fault
		want  bot.SendError
	}{
		"opted out":         {simulator.Fault{Status: 400, Code: 21610}, bot.SendError{Reason: bot.Forbidden, Code: 21610}},
		"no such number":    {simulator.Fault{Status: 400, Code: 21211}, bot.SendError{Reason: bot.Forbidden, Code: 21211}},
		"not mobile":        {simulator.Fault{Status: 400, Code: 21614}, bot.SendError{Reason: bot.Forbidden, Code: 21614}},
		"landline":          {simulator.Fault{Status: 400, Code: 21635}, bot.SendError{Reason: bot.Forbidden, Code: 21635}},
		"country":           {simulator.Fault{Status: 400, Code: 21408}, bot.SendError{Reason: bot.Permanent, Code: 21408}},
		"country as 403":    {simulator.Fault{Status: 403, Code: 21408}, bot.SendError{Reason: bot.Permanent, Code: 21408}},
		"route":             {simulator.Fault{Status: 400, Code: 21612}, bot.SendError{Reason: bot.Permanent, Code: 21612}},
		"too long":          {simulator.Fault{Status: 400, Code: 21617}, bot.SendError{Reason: bot.Permanent, Code: 21617}},
		"code of tomorrow":  {simulator.Fault{Status: 400, Code: 21999}, bot.SendError{Reason: bot.Permanent, Code: 21999}},
		"too many":          {simulator.Fault{Status: 429, RetryAfter: 3 * time.Second}, bot.SendError{Reason: bot.Throttled, Code: 20429, After: 3 * time.Second}},
		"too many, no time": {simulator.Fault{Status: 429}, bot.SendError{Reason: bot.Throttled, Code: 20429, After: time.Second}},
		"too many, a day":   {simulator.Fault{Status: 429, RetryAfter: 24 * time.Hour}, bot.SendError{Reason: bot.Throttled, Code: 20429, After: time.Hour}},
		"gateway's 429":     {simulator.Fault{Status: 429, Body: "<html>"}, bot.SendError{Reason: bot.Throttled, Code: 429, After: time.Second}},
		"rate 14107":        {simulator.Fault{Status: 400, Code: 14107}, bot.SendError{Reason: bot.Throttled, Code: 14107, After: time.Second}},
		"queue full":        {simulator.Fault{Status: 400, Code: 30001}, bot.SendError{Reason: bot.Throttled, Code: 30001, After: time.Second}},
		"carrier's rate":    {simulator.Fault{Status: 400, Code: 30022}, bot.SendError{Reason: bot.Throttled, Code: 30022, After: time.Second}},
		"token refused":     {simulator.Fault{Status: 401}, bot.SendError{Reason: bot.Credentials, Code: 20003}},
		"denied":            {simulator.Fault{Status: 403, Code: 20003}, bot.SendError{Reason: bot.Credentials, Code: 20003}},
		"bare 403":          {simulator.Fault{Status: 403, Body: "no"}, bot.SendError{Reason: bot.Credentials, Code: 403}},
		"no account":        {simulator.Fault{Status: 404}, bot.SendError{Reason: bot.Credentials, Code: 20404}},
		"not our number":    {simulator.Fault{Status: 400, Code: 21659}, bot.SendError{Reason: bot.Credentials, Code: 21659}},
		"redirect":          {simulator.Fault{Status: 302, Body: "elsewhere"}, bot.SendError{Reason: bot.NotSent, Code: 302}},
		"500":               {simulator.Fault{Status: 500}, bot.SendError{Reason: bot.Unknown, Code: 20500}},
		"503, known code":   {simulator.Fault{Status: 503, Code: 20429}, bot.SendError{Reason: bot.Unknown, Code: 20429}},
		"gateway's 502":     {simulator.Fault{Status: 502, Body: "<html>"}, bot.SendError{Reason: bot.Unknown, Code: 502}},
		"201 in HTML":       {simulator.Fault{Status: 201, Body: "<html>"}, bot.SendError{Reason: bot.Unknown}},
		"201 without SID":   {simulator.Fault{Status: 201, Body: "{}"}, bot.SendError{Reason: bot.Unknown}},
		"answer lost":       {simulator.Fault{Drop: simulator.DropAfter}, bot.SendError{Reason: bot.Unknown}},
		"connection lost":   {simulator.Fault{Drop: simulator.DropBefore}, bot.SendError{Reason: bot.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			test.fault.Operation = "create"
			r.tw.Fail(test.fault)
			id, err := r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "canary text", Token: "canary-row"})
			if e := sendErr(t, err); *e != test.want || id != "" {
				t.Errorf("got %+v, want %+v", *e, test.want)
			}
			discreet(t, err)
			if n := len(r.tw.Calls("create")); n != 1 {
				t.Errorf("%d requests: the transport tried again by itself", n)
			}
		})
	}
}

// A wait of zero would ask Twilio in a busy loop; one of days would silence the channel.
func TestRetryAfter(t *testing.T) {
	for raw, want := range map[string][2]time.Duration{
		"": {time.Second, time.Second}, "0": {time.Second, time.Second}, "-5": {time.Second, time.Second},
		"30": {30 * time.Second, 30 * time.Second}, "99999999999": {time.Hour, time.Hour}, "soon": {time.Second, time.Second},
		"Mon, 02 Jan 2006 15:04:05 GMT":                                {time.Second, time.Second},
		time.Now().Add(10 * time.Minute).UTC().Format(http.TimeFormat): {8 * time.Minute, 10 * time.Minute},
		time.Now().Add(100 * time.Hour).UTC().Format(http.TimeFormat):  {time.Hour, time.Hour},
	} {
		if got := retryAfter(http.Header{"Retry-After": {raw}}); got < want[0] || got > want[1] {
			t.Errorf("%q: %s", raw, got)
		}
	}
}

// The stand-in's own refusals, not forced ones.
func TestRefusals(t *testing.T) {
	r := newRig(t, nil)
	r.write(t, berta, "STOP")
	for name, test := range map[string]struct {
		to   bot.Address
		text string
		want bot.SendError
	}{
		"opted out":     {bot.NewAddress(flows.SMS, berta), "Tere", bot.SendError{Reason: bot.Forbidden, Code: 21610}},
		"too long":      {toAnna, strings.Repeat("a", 1601), bot.SendError{Reason: bot.Permanent, Code: 21617}},
		"empty":         {toAnna, "", bot.SendError{Reason: bot.Permanent, Code: 21602}},
		"other channel": {bot.NewAddress(flows.Telegram, anna), "Tere", bot.SendError{Reason: bot.Permanent}},
		"no number":     {bot.NewAddress(flows.SMS, "900000001"), "Tere", bot.SendError{Reason: bot.Permanent}},
	} {
		_, err := r.client.Send(t.Context(), test.to, bot.Outbound{Text: test.text})
		if e := sendErr(t, err); *e != test.want {
			t.Errorf("%s: %+v", name, *e)
		}
	}
	if n := len(r.tw.Calls("create")); n != 3 {
		t.Errorf("%d requests, want 3: an address of another channel left the house", n)
	}
}

// Nothing left the house: it may be sent again without asking anybody.
func TestNotSent(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	address := gone.URL
	gone.Close()
	cfg := Config{AccountSID: account, AuthToken: NewAuthToken(secret), From: helpline, PublicURL: public, API: address}
	c := must(NewClient(cfg))(t)
	_, err := c.Send(t.Context(), toAnna, bot.Outbound{Text: "canary text"})
	if e := sendErr(t, err); e.Reason != bot.NotSent {
		t.Errorf("nobody listens: %s", e.Reason)
	}
	discreet(t, err)

	r := newRig(t, nil)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.client.Send(over, toAnna, bot.Outbound{Text: "canary text"})
	if e := sendErr(t, err); e.Reason != bot.NotSent || len(r.tw.Calls("create")) != 0 {
		t.Errorf("time was over: %s", e.Reason)
	}
}

// The caller's time-out ends a call that was written: it may have been carried out.
func TestTimeOut(t *testing.T) {
	arrived := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		close(arrived)
		<-r.Context().Done()
	}))
	defer slow.Close()
	cfg := Config{AccountSID: account, AuthToken: NewAuthToken(secret), From: helpline, PublicURL: public, API: slow.URL}
	c := must(NewClient(cfg))(t)
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := c.Send(ctx, toAnna, bot.Outbound{Text: "canary text"})
	if e := sendErr(t, err); e.Reason != bot.Unknown {
		t.Errorf("written, then over: %s", e.Reason)
	}
	discreet(t, err)
}

// A redirect would carry a person's number and words to an address nobody configured.
func TestNoRedirectIsFollowed(t *testing.T) {
	followed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	cfg := Config{AccountSID: account, AuthToken: NewAuthToken(secret), From: helpline, PublicURL: public, API: srv.URL}
	c := must(NewClient(cfg))(t)
	defer c.Close()
	_, err := c.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"})
	if e := sendErr(t, err); e.Reason != bot.NotSent || followed {
		t.Errorf("%s, followed %v", e.Reason, followed)
	}
}

func TestWrongTokenIsCredentials(t *testing.T) {
	r := newRig(t, func(_ *simulator.TwilioConfig, ours *Config) { ours.AuthToken = NewAuthToken("wrong") })
	_, err := r.client.Send(t.Context(), toAnna, bot.Outbound{Text: "Tere"})
	if e := sendErr(t, err); e.Reason != bot.Credentials || e.Code != 20003 {
		t.Errorf("%+v", *e)
	}
}

// Every fault of a configuration is named, none quotes a value: the value may be the secret.
func TestConfigFaults(t *testing.T) {
	good := Config{AccountSID: account, AuthToken: NewAuthToken(secret), From: helpline, PublicURL: public}
	for name, change := range map[string]func(*Config){
		"account":      func(c *Config) { c.AccountSID = "canary" },
		"token":        func(c *Config) { c.AuthToken = AuthToken{} },
		"no sender":    func(c *Config) { c.From = "" },
		"alphanumeric": func(c *Config) { c.From = "canary" },
		"public URL":   func(c *Config) { c.PublicURL = "canary" },
		"API":          func(c *Config) { c.API = "canary://x" },
	} {
		cfg := good
		change(&cfg)
		c, err := NewClient(cfg)
		if err == nil || c != nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := NewClient(Config{})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("want four faults, one a line: %v", err)
	}
	if c, err := NewClient(good); err != nil || c.api != "https://api.twilio.com" {
		t.Errorf("defaults: %v", err)
	}
}

func TestTokenIsNeverPrinted(t *testing.T) {
	tok := NewAuthToken(secret)
	text, _ := tok.MarshalText()
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", tok, "config", Config{AuthToken: tok})
	all := fmt.Sprintf("%v %+v %#v %s %q %x %d %v", tok, tok, tok, tok, tok, tok, tok, Config{AuthToken: tok}) + string(text) + log.String()
	if strings.Contains(all, secret) || strings.Contains(all, fmt.Sprintf("%x", secret)) {
		t.Error("the token was printed")
	}
}

// discreet: an error ends up in logs.
func discreet(t *testing.T, err error) {
	t.Helper()
	for _, s := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		for _, word := range []string{anna[1:], "canary", secret, account, "http", someSID} {
			if strings.Contains(s, word) {
				t.Errorf("an error tells %q", word)
			}
		}
	}
}
