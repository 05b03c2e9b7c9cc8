package inspect_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sosin/flows"
	"sosin/flows/inspect"
)

// pictures draws the library in a language.
func pictures(t testing.TB, lang flows.Lang) []inspect.Picture {
	t.Helper()
	s := subject(t, files(t))
	return inspect.Pictures(s.Flows, s.Texts, lang)
}

func TestThereIsAMapAndAPictureOfEachFlow(t *testing.T) {
	var names []string
	for _, p := range pictures(t, flows.English) {
		names = append(names, p.Name)
	}
	if len(names) < 10 || names[0] != "map" || !slices.IsSorted(names[1:]) || !slices.Contains(names, "queue") {
		t.Errorf("pictures %q", names)
	}
}

func TestPicturesAreAlwaysTheSame(t *testing.T) {
	again := pictures(t, flows.Russian)
	for i, p := range pictures(t, flows.Russian) {
		if !bytes.Equal(p.SVG(), again[i].SVG()) || !bytes.Equal(p.Mermaid(), again[i].Mermaid()) {
			t.Errorf("%s comes out differently a second time", p.Name)
		}
	}
}

// Every state is in the picture of its flow, and every answer is to be read there.
func TestAPictureShowsEveryStateAndAnswer(t *testing.T) {
	s := subject(t, files(t))
	svg := map[string]string{}
	for _, p := range inspect.Pictures(s.Flows, s.Texts, flows.English) {
		svg[p.Name] = string(p.SVG())
	}
	for name, state := range s.Flows.Definition().States {
		if !strings.Contains(svg[state.Table], `id="`+name+`"`) {
			t.Errorf("%s is in no picture", name)
		}
		for _, ch := range state.Choices {
			if !strings.Contains(svg[state.Table], ">"+ch.Key+" ") {
				t.Errorf("answer %s of %s is in no picture", ch.Key, name)
			}
		}
	}
	if svg["map"] == "" {
		t.Error("there is no map")
	}
}

// wellFormed reads XML to its end, as strictly as Go can.
func wellFormed(doc []byte) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var (
	mermaidNode  = regexp.MustCompile(`^  (n_\w+)(\["[^"]*"\]|\(\["[^"]*"\]\)):::[a-z]+$`)
	mermaidArrow = regexp.MustCompile(`^  (n_\w+) -->(?:\|"[^"]+"\|)? (n_\w+)$`)
	mermaidClass = regexp.MustCompile(`^  classDef [a-z]+ [a-z#0-9:,\- ]+$`)
)

// Mermaid: every node is defined once and before it is used, every label is quoted, nothing else stands there.
func TestMermaidIsWellFormed(t *testing.T) {
	all := 0
	for _, lang := range flows.Langs {
		for _, p := range pictures(t, lang) {
			lines := strings.Split(strings.TrimSuffix(string(p.Mermaid()), "\n"), "\n")
			if len(lines) < 5 || lines[0] != "---" || !strings.HasPrefix(lines[1], "title: ") || lines[2] != "---" || lines[3] != "flowchart LR" {
				t.Fatalf("%s begins %q", p.Name, lines[:min(5, len(lines))])
			}
			defined, arrows := map[string]bool{}, 0
			for _, l := range lines[4:] {
				if m := mermaidNode.FindStringSubmatch(l); m != nil {
					if defined[m[1]] {
						t.Errorf("%s: %s is defined twice", p.Name, m[1])
					}
					defined[m[1]] = true
				} else if m := mermaidArrow.FindStringSubmatch(l); m != nil {
					if arrows++; !defined[m[1]] || !defined[m[2]] {
						t.Errorf("%s: an end of %q is not defined", p.Name, l)
					}
				} else if !mermaidClass.MatchString(l) {
					t.Errorf("%s: %q is nothing Mermaid reads", p.Name, l)
				}
			}
			if all += arrows; len(defined) == 0 {
				t.Errorf("%s has no nodes", p.Name)
			}
		}
	}
	if all < 300 {
		t.Errorf("only %d arrows were drawn", all)
	}
}

// measure finds, in a drawn picture, boxes that cover each other and text that stands out of its box or of the picture.
const measure = `(() => {
  const wrong = [], svg = document.querySelector("svg"), boxes = [...svg.querySelectorAll("g.box")];
  const all = {x: 0, y: 0, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height};
  const inside = (a, b) => a.x >= b.x - .5 && a.y >= b.y - .5 && a.x + a.width <= b.x + b.width + .5 && a.y + a.height <= b.y + b.height + .5;
  const rects = boxes.map(g => g.querySelector("rect").getBBox());
  rects.forEach((a, i) => rects.forEach((b, j) => {
    if (i < j && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height) wrong.push(boxes[i].id + " covers " + boxes[j].id);
  }));
  boxes.forEach((g, i) => {
    if (!inside(rects[i], all)) wrong.push(g.id + " is out of the picture");
    const rows = [...g.querySelectorAll("text")];
    rows.forEach(t => { if (!inside(t.getBBox(), rects[i])) wrong.push(g.id + ": " + t.textContent + " stands out of its box"); });
    rows.forEach((t, n) => { if (n > 0 && t.getBBox().y < rows[n-1].getBBox().y + 8) wrong.push(g.id + ": lines on each other"); });
  });
  svg.querySelectorAll("text").forEach(t => { if (!inside(t.getBBox(), all)) wrong.push(t.textContent + " is cut off"); });
  return [boxes.length + " boxes"].concat(wrong);
})()`

// Readable means: no two boxes on each other, all text in its box, in every language; a browser measures it.
func TestPicturesAreReadable(t *testing.T) {
	drawn := map[string][]byte{}
	for _, lang := range flows.Langs {
		for _, p := range pictures(t, lang) {
			svg := p.SVG()
			if err := wellFormed(svg); err != nil {
				t.Errorf("%s in %s: %v", p.Name, lang, err)
			}
			drawn[fmt.Sprintf("%s.%s.svg", p.Name, lang)] = svg
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(drawn[path.Base(r.URL.Path)])
	}))
	defer server.Close()
	browser := openBrowser(t)
	for name := range drawn {
		if err := chromedp.Do(browser, chromedp.Navigate(server.URL+"/"+name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](measure))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if found[0] == "0 boxes" {
			t.Errorf("%s is empty", name)
		}
		for _, wrong := range found[1:] {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// openBrowser starts Chromium and stops it with the test.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil && found == "" {
			found = p
		}
	}
	if found == "" {
		t.Skip("no Chromium on this machine")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	ctx, late := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() { late(); _ = chromedp.Cancel(ctx); end(); stop() })
	return ctx
}
