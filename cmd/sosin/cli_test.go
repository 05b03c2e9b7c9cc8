package main

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sosin/flows/library"
	"sosin/locales"
)

// The test binary is the program when it is called sosin, so that scripts meet the real command line: flags,
// environment, exit status, streams.
func init() {
	if filepath.Base(os.Args[0]) != "sosin" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// What an operator types, and what they get. Commands beside testscript's own:
//
//	status N sosin ...     runs the program and wants exit status N
//	lines stdout|stderr N  the last output has N lines
//	mode FILE 0600         the file's permissions
//	credentials NAME       stdout is one line of JSON with exactly name, password and totp_secret
//	hides TEXT             neither stream has the text
//	content DIR            writes the embedded flows and texts into a folder
//	edit FILE OLD NEW      puts NEW where OLD stands, which must be once
func TestCommandLine(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "sosin")); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("TMPDIR", short(t)) // a Unix socket's path has 108 bytes
			return nil
		},
		Condition: func(cond string) (bool, error) {
			_, err := exec.LookPath(cond)
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": wantStatus, "lines": wantLines, "mode": wantMode, "credentials": wantCredentials, "hides": wantHidden, "content": writeContent, "edit": editFile,
		},
	})
}

// short is a temporary folder with a short name.
func short(t *testing.T) string {
	dir, err := os.MkdirTemp("", "cli")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func wantStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%s: status %d, want %d\n%s%s", strings.Join(args[1:], " "), code, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func wantLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines stdout|stderr N")
	}
	out := ts.ReadFile(args[0])
	if n := strings.Count(out, "\n"); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s has %d lines, want %s:\n%s", args[0], n, args[1], out)
	}
}

func wantMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE 0600")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

// wantCredentials holds what `sosin staff add --json` prints: other programs read it.
func wantCredentials(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: credentials NAME")
	}
	out := ts.ReadFile("stdout")
	var got map[string]string
	if err := json.Unmarshal([]byte(out), &got); err != nil || strings.Count(out, "\n") != 1 {
		ts.Fatalf("not one line of JSON: %v\n%s", err, out)
	}
	fields := make([]string, 0, len(got))
	for field := range got {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	if strings.Join(fields, " ") != "name password totp_secret" {
		ts.Fatalf("the fields are %v", fields)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(got["totp_secret"])
	if err != nil || len(secret) < 20 || len(got["password"]) < 15 || got["name"] != args[0] {
		ts.Fatalf("name %q, password of %d letters, secret of %d bytes: %v", got["name"], len(got["password"]), len(secret), err)
	}
}

func wantHidden(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hides TEXT")
	}
	if strings.Contains(ts.ReadFile("stdout")+ts.ReadFile("stderr"), args[0]) {
		ts.Fatalf("%s was printed:\n%s%s", args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// writeContent writes what the program carries into a folder, as an organisation would that changes it.
func writeContent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: content DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.CopyFS(dir, library.Files))
	ts.Check(os.CopyFS(dir, locales.Embedded()))
}

func editFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, args[1]) != 1 {
		ts.Fatalf("%q stands %d times in %s", args[1], strings.Count(text, args[1]), args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o600))
}
