package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
)

// "Validating requests are coming from Twilio": the documented example.
func TestSignatureOfTheDocumentation(t *testing.T) {
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"},
		"From": {"+14158675309"}, "To": {"+18005551212"},
	}
	got := Signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form)
	if want := "RSOYDt4T1cUTdK1PDd93/VVr8B8="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// public is a transport that takes a public address to a local listener, as a
// reverse proxy does.
func public(t *testing.T, l *listener) http.RoundTripper {
	tr := &http.Transport{}
	tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, l.Listener.Addr().String())
	}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func form(t *testing.T, h heard) url.Values {
	t.Helper()
	f, err := url.ParseQuery(h.body)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// valid checks a request with Twilio's own library.
func valid(h heard, address string) bool {
	v := twilio.NewRequestValidator(secret)
	return v.ValidateBody(address, []byte(h.body), h.header.Get("X-Twilio-Signature"))
}

// "Twilio's request to your incoming message webhook URL".
func TestInboundWebhook(t *testing.T) {
	l := listen(t, nil)
	const address = "http://helpline.example/sms?x=1"
	tw, _ := newTwilio(t, func(c *TwilioConfig) {
		c.WebhookURL, c.Transport, c.MessagingServiceSID = address+"#rc=3", public(t, l), service
	})
	running(t, tw.Run)
	sid := tw.Write(phone, "Tere, õ & + =")
	waitFor(t, tw.Await, "the webhook", func() bool { return len(tw.Deliveries()) == 1 })
	got := form(t, l.heard()[0])
	for name, want := range map[string]string{
		"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": account, "MessagingServiceSid": service,
		"From": phone, "To": helpline, "Body": "Tere, õ & + =", "NumMedia": "0", "NumSegments": "1",
		"SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "EE", "FromCity": "", "FromZip": "",
	} {
		if !got.Has(name) || got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
	if !sidPattern.MatchString(sid) || got.Has("OptOutType") {
		t.Errorf("sid %s, OptOutType %q", sid, got.Get("OptOutType"))
	}
	if !valid(l.heard()[0], address) || valid(l.heard()[0], "https://helpline.example/sms?x=1") {
		t.Error("signed over something else than the public URL")
	}
	mms := tw.WriteMMS(phone, "", 2)
	waitFor(t, tw.Await, "the MMS", func() bool { return len(tw.Deliveries()) == 2 })
	if got := form(t, l.heard()[1]); got.Get("NumMedia") != "2" || got.Get("MediaContentType1") == "" || got.Get("MediaUrl0") == "" {
		t.Errorf("MMS: %v", got)
	}
	if !slices.Equal(tw.Records(), []string{sid, mms}) || !strings.HasPrefix(mms, "MM") {
		t.Errorf("the records %v must stay until they are deleted", tw.Records())
	}
}

func twiml(doc string) func(int, http.ResponseWriter, string) {
	return func(_ int, w http.ResponseWriter, _ string) {
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		fmt.Fprint(w, doc)
	}
}

// "Availability and reliability": a webhook that fails is not retried; the
// fallback URL is asked once and its words reach the person.
func TestFallback(t *testing.T) {
	for name, answer := range map[string]struct {
		do   func(int, http.ResponseWriter, string)
		code string
	}{
		"5xx":         {status(503), "11200"},
		"4xx":         {status(403), "11200"},
		"hang up":     {func(int, http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, "11205"},
		"time-out":    {nil, "11205"},
		"not TwiML":   {twiml("<Response>"), "12100"},
		"not XML":     {twiml("ok"), "12100"},
		"second root": {twiml("<Response/><Respo"), "12100"},
	} {
		t.Run(name, func(t *testing.T) {
			if answer.do == nil {
				hold := make(chan struct{})
				answer.do = func(int, http.ResponseWriter, string) { <-hold }
				defer close(hold)
			}
			primary := listen(t, answer.do)
			fallback := listen(t, twiml(`<?xml version="1.0" encoding="UTF-8"?><Response><Message>112 &amp; 116 006</Message><Message><Body>two</Body></Message></Response>`))
			tw, _ := newTwilio(t, func(c *TwilioConfig) {
				c.WebhookURL, c.FallbackURL = primary.URL+"/sms", fallback.URL+"/sms/fallback"
				c.WebhookTimeout = 200 * time.Millisecond
			})
			running(t, tw.Run)
			tw.Write(phone, "hello")
			waitFor(t, tw.Await, "the fallback's words", func() bool { return len(tw.Texts(phone)) == 3 })
			var texts []string
			for _, m := range tw.Texts(phone)[1:] {
				texts = append(texts, m.Body)
			}
			if slices.Sort(texts); !slices.Equal(texts, []string{"112 & 116 006", "two"}) {
				t.Errorf("the phone shows %q", texts)
			}
			got := form(t, fallback.heard()[0])
			if got.Get("ErrorCode") != answer.code || got.Get("ErrorUrl") != primary.URL+"/sms" || got.Get("Body") != "hello" {
				t.Errorf("fallback parameters: ErrorCode %s, %v", got.Get("ErrorCode"), got)
			}
			if !valid(fallback.heard()[0], fallback.URL+"/sms/fallback") || len(primary.heard()) != 1 || len(fallback.heard()) != 1 {
				t.Error("one signed request to each, no more")
			}
		})
	}
}

// "TwiML for Programmable Messaging": the webhook's own answer is honoured, plain
// text too; nothing comes of an empty one.
func TestWebhookAnswers(t *testing.T) {
	for _, row := range []struct {
		contentType, body string
		want              []string
	}{
		{"text/xml", "<Response><Message>hi</Message></Response>", []string{"hi"}},
		{"text/plain; charset=utf-8", "plain words", []string{"plain words"}},
		{"text/xml", "<Response/>", nil},
		{"text/xml", "<Response><Message> </Message></Response>", nil},
		{"text/xml", "", nil},
	} {
		got, err := readTwiML(row.contentType, []byte(row.body))
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%q: %q %v, want %q", row.body, got, err, row.want)
		}
	}
	l := listen(t, twiml("<Response><Message>hi</Message></Response>"))
	tw, _ := newTwilio(t, func(c *TwilioConfig) { c.WebhookURL, c.FallbackURL = l.URL, l.URL+"/fallback" })
	running(t, tw.Run)
	tw.Write(phone, "hello")
	waitFor(t, tw.Await, "the answer", func() bool { return len(tw.Texts(phone)) == 2 })
	if d := tw.Deliveries(); len(d) != 1 || d[0].Kind != "message" || d[0].Code != 0 {
		t.Errorf("a webhook that works needs no fallback: %+v", d)
	}
	tw.Write(quitter, "stop")
	waitFor(t, tw.Await, "the answer's failure", func() bool { return len(tw.Records()) == 4 })
	if got := tw.Texts(phone); got[1].Body != "hi" {
		t.Errorf("the phone shows %+v", got)
	}
	if got := tw.Texts(quitter); len(got) != 2 || got[1].Body != stopReply {
		t.Errorf("who has opted out must hear nothing but Twilio: %+v", got)
	}
}

// "Twilio support for opt-out keywords": a program that uses one as a flow word
// would lock its own people out.
func TestOptOutKeywords(t *testing.T) {
	l := listen(t, nil)
	tw, _ := newTwilio(t, func(c *TwilioConfig) { c.WebhookURL = l.URL })
	running(t, tw.Run)
	type step struct {
		text, kind string
		out        bool
		replies    int // texts received so far
	}
	steps := []step{
		{"please stop", "", false, 0}, {"START", "", false, 0}, {"yes", "", false, 0},
		{"Help", "HELP", false, 1}, {"INFO", "HELP", false, 2},
	}
	replies := 2
	for _, word := range strings.Fields("STOP StopAll unsubscribe REVOKE OPTOUT END QUIT CANCEL") {
		steps = append(steps, step{" " + word + " ", "STOP", true, replies + 1}, step{"HELP", "HELP", true, replies + 1},
			step{"quit", "STOP", true, replies + 1}, step{"unstop", "START", false, replies + 2})
		replies += 2
	}
	for i, s := range steps {
		tw.Write(phone, s.text)
		waitFor(t, tw.Await, "the webhook", func() bool { return len(tw.Deliveries()) == i+1 })
		received := 0
		for _, m := range tw.Texts(phone) {
			if m.Received {
				received++
			}
		}
		if got := form(t, l.heard()[i]).Get("OptOutType"); got != s.kind || tw.OptedOut(phone) != s.out || received != s.replies {
			t.Errorf("step %d %q: type %q out %v replies %d, want %+v", i, s.text, got, tw.OptedOut(phone), received, s)
		}
	}
	plain, _ := newTwilio(t, func(c *TwilioConfig) { c.WebhookURL, c.PlainOptOut = l.URL, true })
	running(t, plain.Run)
	plain.Write(phone, "STOP")
	waitFor(t, plain.Await, "the webhook", func() bool { return len(plain.Deliveries()) == 1 })
	if heard := l.heard(); form(t, heard[len(heard)-1]).Has("OptOutType") || !plain.OptedOut(phone) {
		t.Error("without Advanced Opt-Out the type is not told")
	}
}

// "Track the message status of outbound messages".
func TestStatusCallbacks(t *testing.T) {
	for _, row := range []struct {
		outcome Outcome
		want    string
		reached int
	}{
		{Outcome{}, "queued sent delivered", 1},
		{Outcome{Status: "undelivered", Code: 30003}, "queued sent undelivered", 0},
		{Outcome{Status: "failed", Code: 30006}, "queued failed", 0},
		{Outcome{Status: "sent"}, "queued sent", 0},
	} {
		t.Run(row.want, func(t *testing.T) {
			l := listen(t, nil)
			tw, clock := newTwilio(t, func(c *TwilioConfig) { c.StatusDelay, c.MessagingServiceSID = time.Second, service })
			tw.SetOutcome(phone, row.outcome)
			running(t, tw.Run)
			address := l.URL + "/sms/status?row=7"
			_, made := rest(t, tw, http.MethodPost, messages+".json", sms("From", "", "MessagingServiceSid", service, "StatusCallback", address))
			if made["num_segments"] != "0" || made["status"] != "accepted" || made["from"] != nil {
				t.Errorf("a Messaging Service's first answer: %v", made)
			}
			states := strings.Fields(row.want)
			for i := range states {
				waitFor(t, tw.Await, states[i], func() bool { return len(tw.Deliveries()) > i })
				if i+1 < len(states) { // the next step waits for its time
					if err := clock.Await(deadline(t), 1); err != nil {
						t.Fatal(err)
					}
					clock.Advance(time.Second)
				}
			}
			for i, h := range l.heard() {
				got := form(t, h)
				if got.Get("MessageStatus") != states[i] || got.Get("MessageSid") != made["sid"] || !valid(h, address) {
					t.Errorf("callback %d: %v", i, got)
				}
				if last := i == len(states)-1; (got.Get("ErrorCode") != "") != (last && row.outcome.Code != 0) {
					t.Errorf("callback %d: ErrorCode %q", i, got.Get("ErrorCode"))
				}
			}
			if got := len(tw.Texts(phone)); got != row.reached {
				t.Errorf("%d messages on the phone, want %d", got, row.reached)
			}
			if d := tw.Deliveries()[0]; d.Kind != "status" || d.State != "queued" || d.Status != 200 {
				t.Errorf("written down as %+v", d)
			}
		})
	}
}

// Segments decide what a message costs and whether a network splits it.
func TestSegmentsShown(t *testing.T) {
	tw, _ := newTwilio(t, nil)
	tw.Write(phone, strings.Repeat("a", 161))
	tw.Write(phone, strings.Repeat("õ", 70))
	if got := tw.Texts(phone); got[0].Segments != 2 || got[0].Encoding != "GSM-7" || got[1].Segments != 1 || got[1].Encoding != "UCS-2" {
		t.Errorf("%+v", got)
	}
}
