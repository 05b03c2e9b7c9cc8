package sms

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Limits of a request. Twilio's largest, ten pictures and 1600 characters, stays far below both.
const (
	bodyMax = 64 << 10 // bytes
	keysMax = 200
)

// readForm reads a form within the limits. A status other than 0 is the refusal.
func readForm(w http.ResponseWriter, r *http.Request) (map[string]string, int) {
	if status := headers(r); status != 0 {
		return nil, status
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return parseForm(body)
}

func headers(r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || len(r.Header.Values("Content-Encoding")) > 0 {
		return http.StatusUnsupportedMediaType
	}
	return 0
}

// parseForm refuses a key that occurs twice: Twilio sends none, and whoever signs one value must not have another one read.
func parseForm(body []byte) (map[string]string, int) {
	if bytes.Count(body, []byte{'&'}) >= keysMax {
		return nil, http.StatusBadRequest
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	form := make(map[string]string, len(values))
	for key, all := range values {
		if len(all) != 1 {
			return nil, http.StatusForbidden
		}
		form[key] = all[0]
	}
	return form, 0
}
