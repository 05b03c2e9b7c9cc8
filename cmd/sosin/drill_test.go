package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sosin/flows/library"
	"sosin/locales"
)

// drillOf runs a drill as the command line does and returns what it printed.
func drillOf(t *testing.T, c *drillCmd) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out := &paper{}
	c.Seed, c.Think = 1, 100*time.Millisecond
	err := c.Run(ctx, streams{out, out})
	if ctx.Err() != nil {
		t.Errorf("the drill did not end within two minutes")
	}
	for _, person := range []string{"+37200", "90000000", "Drillperson"} {
		if strings.Contains(out.String(), person) {
			t.Errorf("the drill prints somebody's address or name:\n%s", out)
		}
	}
	return out.String(), err
}

// needsRedisServer: the drill shall meet the store that people's words are kept in.
func needsRedisServer(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server on this machine")
	}
}

// The program as it is keeps its promises to people who are answered. Otherwise nobody could trust a drill that complains.
func TestADrillOnItsOwnDemo(t *testing.T) {
	needsRedisServer(t)
	t.Parallel()
	out, err := drillOf(t, &drillCmd{Personas: []string{"calm", "danger", "translit"}, Lang: []string{"ru"}})
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"people done", "Every promise was kept.", "all"} {
		if !strings.Contains(out, want) {
			t.Errorf("the drill does not say %q:\n%s", want, out)
		}
	}
}

// With nobody on duty, what people leave is read by whoever comes next.
func TestADrillWithNobodyOnDuty(t *testing.T) {
	needsRedisServer(t)
	t.Parallel()
	out, err := drillOf(t, &drillCmd{Personas: []string{"child", "freetext"}, Lang: []string{"et"}, NoStaff: true, Quiet: true})
	if err != nil || strings.Contains(out, "people done") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A running demo can be drilled from another process, by the page that people open.
func TestADrillOnARunningDemo(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	out, err := drillOf(t, &drillCmd{Against: d.address, Personas: []string{"calm"}, Lang: []string{"en"}})
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Texts that give a person away must not pass a drill. Otherwise an organisation that changed its texts would hear that
// all is well, and somebody's lock screen would say who she writes to.
func TestADrillSeesTextsThatBreakAPromise(t *testing.T) {
	needsRedisServer(t)
	t.Parallel()
	dir := t.TempDir()
	if err := errors.Join(os.CopyFS(dir, library.Files), os.CopyFS(dir, locales.Embedded())); err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(dir, "en.toml"), `"Hello! Can you write in private right now?"`, `"Victim support. Can you write in private right now?"`)
	spoil(t, filepath.Join(dir, "en.toml"), `"danger.now.telegram" = "If you are in danger now, call 112.`, `"danger.now.telegram" = "If you are in danger now, call us.`)
	spoil(t, filepath.Join(dir, "en.toml"), `Do not wait for us. In danger call 112,`, `Do not wait for us. In danger call us,`)
	c := &drillCmd{Personas: []string{"danger"}, Lang: []string{"en"}, Channel: []string{"telegram"}, NoStaff: true}
	c.Flows = dir
	out, err := drillOf(t, c)
	var status exitStatus
	if !errors.As(err, &status) || status != 1 {
		t.Errorf("the drill ends with %v, not with status 1", err)
	}
	for _, want := range []string{"BROKEN  before yes", "BROKEN  7: the numbers always come", "danger, en, telegram"} {
		if !strings.Contains(out, want) {
			t.Errorf("the drill does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "call us") {
		t.Errorf("the drill prints what people were told:\n%s", out)
	}
}

// spoil puts a fault into a file where something stands that must be there.
func spoil(t *testing.T, file, was, is string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || bytes.Count(text, []byte(was)) != 1 {
		t.Fatalf("%q does not stand once in the texts: %v", was, err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(was), []byte(is), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What cannot be played is said before anything is started, with status 2.
func TestADrillThatCannotBe(t *testing.T) {
	for name, c := range map[string]*drillCmd{
		"persona":  {Personas: []string{"nobody"}},
		"language": {Lang: []string{"fi"}},
		"channel":  {Channel: []string{"fax"}},
		"cast":     {Personas: []string{"translit"}, Lang: []string{"en"}},
		"people":   {People: -1},
	} {
		var wrong wrongConfig
		if out, err := drillOf(t, c); !errors.As(err, &wrong) || out != "" {
			t.Errorf("%s: %v %q", name, err, out)
		}
	}
}
