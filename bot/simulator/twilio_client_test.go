package simulator

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// toStandIn takes Twilio's library, whose address is fixed, to the stand-in.
type toStandIn struct {
	host string
	http.Transport
}

func (s *toStandIn) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", s.host
	return s.Transport.RoundTrip(r)
}

func library(t *testing.T, tw *Twilio) *api.ApiService {
	t.Helper()
	srv := httptest.NewServer(tw)
	t.Cleanup(srv.Close)
	address, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr := &toStandIn{host: address.Host}
	t.Cleanup(tr.CloseIdleConnections)
	c := &twilio.Client{Credentials: twilio.NewCredentials(account, secret), HTTPClient: &http.Client{Transport: tr}}
	c.SetAccountSid(account)
	return api.NewApiServiceWithClient(c)
}

func TestTwilioLibrarySpeaksToTwilio(t *testing.T) {
	tw, _ := newTwilio(t, nil)
	lib := library(t, tw)
	m, err := lib.CreateMessage((&api.CreateMessageParams{}).SetTo(phone).SetFrom(helpline).SetBody(strings.Repeat("õ", 71)))
	if err != nil {
		t.Fatal(err)
	}
	if *m.Status != "queued" || *m.NumSegments != "2" || *m.Direction != "outbound-api" || *m.AccountSid != account || m.DateSent != nil {
		t.Errorf("answer: %+v", m)
	}
	running(t, tw.Run)
	waitFor(t, tw.Await, "delivery", func() bool { return len(tw.Texts(phone)) == 1 })
	if m, err = lib.UpdateMessage(*m.Sid, (&api.UpdateMessageParams{}).SetBody("")); err != nil || *m.Body != "" {
		t.Errorf("redact: %v", err)
	}
	if m, err = lib.FetchMessage(*m.Sid, nil); err != nil || *m.Status != "delivered" {
		t.Errorf("fetch: %v", err)
	}
	for range 5 {
		tw.Write(phone, "hello")
	}
	list, err := lib.ListMessage((&api.ListMessageParams{}).SetTo(helpline).SetDateSentAfter(start.Add(-time.Hour)).SetPageSize(2))
	if err != nil || len(list) != 5 {
		t.Errorf("list over pages: %d %v", len(list), err)
	}
	if err := lib.DeleteMessage(*m.Sid, nil); err != nil {
		t.Errorf("delete: %v", err)
	}
	var gone *twilio.TwilioRestError
	if err := lib.DeleteMessage(*m.Sid, nil); !errors.As(err, &gone) || gone.Code != 20404 || gone.Status != 404 {
		t.Errorf("delete twice: %v", err)
	}
	tw.Write(phone, "STOP")
	var out *twilio.TwilioRestError
	if _, err := lib.CreateMessage((&api.CreateMessageParams{}).SetTo(phone).SetFrom(helpline).SetBody("x")); !errors.As(err, &out) || out.Code != 21610 {
		t.Errorf("opted out: %v", err)
	}
}
