package simulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A stand-in that falls over takes a whole end-to-end run with it: whatever the
// body, Telegram answers in its envelope and Twilio with JSON or nothing.
func FuzzRequests(f *testing.F) {
	f.Add("application/json", `{"chat_id":900000001,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}}`)
	f.Add("application/json", `{"chat_id":null,"message_ids":[1e999]}`)
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx\r\n--b--")
	f.Add("multipart/form-data", "")
	f.Add("application/x-www-form-urlencoded", "chat_id=900000001&text=%zz&url=%3A")
	f.Add("application/x-www-form-urlencoded", "To=%2B37200000001&From=%2B37200000000&Body=x&DateSent%3C=x")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		tg := NewTelegram(TelegramConfig{Token: token})
		tg.Write(writer, "hello")
		for _, m := range methods {
			w := httptest.NewRecorder()
			tg.ServeHTTP(w, request(t, "/bot"+token+"/"+m.name, contentType, body))
			var a telegramAnswer
			if json.Unmarshal(w.Body.Bytes(), &a) != nil || a.OK != (w.Code == 200) {
				t.Fatalf("%s: %d %s", m.name, w.Code, w.Body)
			}
		}
		tw := NewTwilio(TwilioConfig{AccountSID: account, AuthToken: secret, From: helpline})
		sid := tw.Write(phone, "hello")
		for _, path := range []string{messages + ".json", messages + "/" + sid + ".json"} {
			w := httptest.NewRecorder()
			tw.ServeHTTP(w, request(t, path, contentType, body))
			if !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}

func request(t *testing.T, path, contentType, body string) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.SetBasicAuth(account, secret)
	return r
}

// What a program answers to a webhook is foreign input too.
func FuzzWebhookAnswers(f *testing.F) {
	f.Add("application/json", `{"method":"answerCallbackQuery","callback_query_id":"1"}`)
	f.Add("text/xml", "<Response><Message>a</Message></Response>")
	f.Add("application/x-www-form-urlencoded", "method=SetWebhook")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		if p := webhookReply(contentType, []byte(body)); p != nil {
			name := strings.ToLower(p["method"])
			if name == "" || strings.HasPrefix(name, "get") || name == "setwebhook" || name == "deletewebhook" {
				t.Fatalf("%q must not be carried out", name)
			}
		}
		texts, err := readTwiML(contentType, []byte(body))
		for _, text := range texts {
			if err != nil || strings.TrimSpace(text) == "" {
				t.Fatalf("%q %v", text, err)
			}
		}
	})
}
