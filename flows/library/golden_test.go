package library_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/flows/risk"
	"sosin/locales"
)

var update = flag.Bool("update", false, "rewrite the golden conversations")

// Golden conversations are read by people: a counsellor can correct them. A script is written once, in testdata/*.talk,
// and played in every language on both channels; what was said is kept in testdata/said/. It names no wording, only
// answers and texts by their id.
//
//	> text            the person writes
//	>> 1              the person taps the button that begins with this; on SMS they type it
//	>>> 1             the same button once more, a second later: a double tap
//	> ~ text          the person changes an earlier message
//	{yes}             a word that differs by language (see spoken); {code} is the return code given last
//	? id id           what was said to that, exactly; nothing after the ? means silence
//	[sms] > 2         only on this channel
//	= 31m             time passes; = clock 23:00 until this hour in Tallinn
//	= duty on         a counsellor's heartbeat at every desk; duty woman, duty child: of one with this skill; duty off: nobody's
//	= wait 20m        the waiting time measured at every desk; 0s: none
//	= fact id text    a number or link of the service file; = feature name on|off
//	= claim           the counsellor takes the ticket
//	= lost            the counsellor goes away, the ticket is back at the head of the queue
//	= code 7K3P9XQ2M  the next return code, without its check
//	= phone 2         somebody goes on at another phone
//	= call            the time chosen for a message has come
//	: text            the counsellor answers
//	: consent Name    the counsellor asks whether the chat may be handed over to them
//	: close code      the counsellor closes
//	= photo, blocked, undelivered, raced
func TestGoldenConversations(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts to play")
	}
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	m.Watch(scanner().Hits)
	forgotten(t, scripts)
	for _, script := range scripts {
		raw, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(script), ".talk")
		for _, lang := range flows.Langs {
			for _, ch := range flows.Channels {
				t.Run(fmt.Sprintf("%s/%s/%s", name, lang, ch), func(t *testing.T) {
					said := play(t, m, texts, lang, ch, string(raw))
					compare(t, filepath.Join("testdata", "said", fmt.Sprintf("%s.%s.%s.txt", name, lang, ch)), said)
				})
			}
		}
	}
}

// forgotten finds what is kept of a script that is no more.
func forgotten(t *testing.T, scripts []string) {
	said, err := filepath.Glob("testdata/said/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range said {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		if slices.Contains(scripts, filepath.Join("testdata", name+".talk")) {
			continue
		}
		if !*update {
			t.Errorf("%s belongs to no script", file)
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run `go test ./flows/library -update` and read what it wrote", err)
	}
	if string(want) == got {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s:%d differs\nwant %q\n got %q", file, i+1, line(a, i), line(b, i))
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

func loadTexts(t testing.TB) *locales.Texts {
	t.Helper()
	texts, err := locales.Load(locales.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func loadFlows(t testing.TB, texts *locales.Texts) *flows.Machine {
	t.Helper()
	m, err := flows.Load(library.Files, texts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// scanner is built once: it is the program's own.
var scanner = sync.OnceValue(risk.New)
