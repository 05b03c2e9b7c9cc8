package console

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"sosin/handoff/staff"
)

//go:embed templates
var templateFiles embed.FS

// page is what every template gets.
type page struct {
	Lang    string
	Langs   []string
	Words   words
	Title   string
	Demo    bool
	Path    string
	Account staff.Account // empty before sign-in
	Body    any
}

// message is a page that says one thing.
type message struct{ Text string }

// Say is a text of this page's language.
func (p page) Say(key string, args ...string) string { return p.Words.say(key, args...) }

// Label names an id that data files may extend.
func (p page) Label(prefix, id string) string { return p.Words.label(prefix, id) }

// JSON is the whole catalogue for the page's script.
func (p page) JSON() (string, error) {
	raw, err := json.Marshal(p.Words)
	return string(raw), err
}

func (c *Console) page(v visitor, title string, body any) page {
	w := c.words[v.lang]
	return page{Lang: v.lang, Langs: pageLangs, Words: w, Title: w.say(title), Demo: c.Demo, Account: v.Account,
		Path: homeOf(v.Account.Role), Body: body}
}

// loadPages parses each page together with the layout.
func loadPages() (map[string]*template.Template, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		if path.Base(name) == "layout.html" {
			continue
		}
		t, err := template.New("layout.html").Option("missingkey=error").ParseFS(templateFiles, "templates/layout.html", name)
		if err != nil {
			return nil, fmt.Errorf("console: template: %w", err)
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

// show renders into memory first: half a page with a status of 200 would be a lie.
func (c *Console) show(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := c.pages[name].Execute(&b, p); err != nil {
		c.Log.Error("console: render page", "page", name, "err", err)
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser went away: nothing to do
}

// answer and fail speak to a script.
func answer(w http.ResponseWriter, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		fail(w, http.StatusInternalServerError, "broken")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw) // as above
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code}) // as above
}
