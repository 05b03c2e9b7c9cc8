package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// params are a method's parameters as text; structured ones stay JSON.
type params map[string]string

func (p params) bool(name string) bool {
	v := p[name]
	return v == "true" || v == "True" || v == "yes" || v == "1"
}

func (p params) int64(name string) (int64, bool) {
	n, err := strconv.ParseInt(p[name], 10, 64)
	return n, err == nil
}

// apiError is a refusal in the Bot API's form.
type apiError struct {
	code        int
	description string
	retryAfter  int // seconds; 0: none
}

func badRequest(description string) *apiError {
	return &apiError{code: http.StatusBadRequest, description: "Bad Request: " + description}
}

const requestMax = 1 << 20 // bytes; no method that the stand-in knows needs more

// readParams reads query, form, multipart or JSON: Bot API, Making requests.
func readParams(w http.ResponseWriter, r *http.Request) (params, *apiError) {
	p := params{}
	for k, v := range r.URL.Query() {
		p[k] = v[0]
	}
	r.Body = http.MaxBytesReader(w, r.Body, requestMax)
	var err error
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json":
		err = p.readJSON(r.Body)
	case "multipart/form-data":
		err = p.readMultipart(r)
	case "application/x-www-form-urlencoded":
		err = p.readForm(r)
	}
	if err != nil {
		return p, badRequest("can't parse the request")
	}
	for _, v := range p {
		if !utf8.ValidString(v) {
			return p, badRequest("strings must be encoded in UTF-8")
		}
	}
	return p, nil
}

func (p params) readJSON(body io.Reader) error {
	raw := map[string]json.RawMessage{}
	if err := json.NewDecoder(body).Decode(&raw); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for k, v := range raw {
		p[k] = string(v)
		var s string
		if json.Unmarshal(v, &s) == nil {
			p[k] = s
		}
		if string(v) == "null" {
			delete(p, k)
		}
	}
	return nil
}

// readMultipart takes an empty body too: clients send one for a method without
// parameters.
func (p params) readMultipart(r *http.Request) error {
	if err := r.ParseMultipartForm(requestMax); err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	for k, v := range r.MultipartForm.Value {
		p[k] = v[0]
	}
	return nil
}

func (p params) readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	for k, v := range r.PostForm {
		p[k] = v[0]
	}
	return nil
}

// writeTelegram answers in the Bot API's envelope.
func writeTelegram(w http.ResponseWriter, result json.RawMessage, e *apiError) {
	w.Header().Set("Content-Type", "application/json")
	if e == nil {
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
		return
	}
	answer := map[string]any{"ok": false, "error_code": e.code, "description": e.description}
	if e.retryAfter > 0 {
		answer["parameters"] = map[string]int{"retry_after": e.retryAfter}
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	writeJSON(w, e.code, answer)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller has hung up: nobody to tell
}

// mustJSON encodes the stand-in's own values, which cannot fail.
func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
