//go:build unix

package child

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAServerIsReadySoonAndKeepsItsDataOverAStop(t *testing.T) {
	dir := t.TempDir()
	before := time.Now()
	s := mustStart(t, dir)
	if took := time.Since(before); took > 2*time.Second {
		t.Errorf("ready after %v: the service would be down that long at each start", took)
	}
	if got := count(t, s.Socket()); got != ":1" {
		t.Fatalf("first count: %q", got)
	}
	mustStop(t, s)
	if left := serversOn(t, dir); len(left) != 0 {
		t.Fatalf("still running after Stop: %v", left)
	}
	again := mustStart(t, dir)
	if again.Socket() == s.Socket() {
		t.Error("two starts share a socket name: an old server could unlink the new one's socket")
	}
	if got := count(t, again.Socket()); got != ":2" {
		t.Errorf("count after a restart: %q, conversations would be lost", got)
	}
}

func TestTheServerSyncsEachWriteAndNeverEvicts(t *testing.T) {
	s := mustStart(t, t.TempDir())
	for _, c := range []struct{ section, want string }{
		{"persistence", "aof_enabled:1"},
		{"memory", "maxmemory_policy:noeviction"},
	} {
		if !strings.Contains(info(t, s.Socket(), c.section), c.want+"\r\n") {
			t.Errorf("INFO %s lacks %s", c.section, c.want)
		}
	}
	for setting, want := range map[string]string{
		"appendfsync": "always", "save": "", "port": "0", "unixsocketperm": "700", "enable-debug-command": "no",
		"crash-log-enabled": "no", "slowlog-log-slower-than": "-1",
	} {
		if got := config(t, s.Socket(), setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
}

func TestASecondProgramIsRefusedAndToldWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	s := mustStart(t, dir)
	_, err := Start(t.Context(), Options{Binary: mustFind(t), Dir: dir})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("second start: %v, want ErrInUse", err)
	}
	for _, part := range []string{filepath.Join(dir, "lock"), "SOSIN_DATA"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the operator is not told %q: %v", part, err)
		}
	}
	if got := serversOn(t, dir); len(got) != 1 {
		t.Errorf("servers on the folder: %v, want one", got)
	}
	if got := count(t, s.Socket()); got != ":1" {
		t.Errorf("the first server suffered: %q", got)
	}
}

func TestACommandFindsTheServerOfALivingProgram(t *testing.T) {
	dir := t.TempDir()
	if _, ok := Running(t.Context(), dir); ok {
		t.Fatal("found a server in an empty folder")
	}
	s := mustStart(t, dir)
	if socket, ok := Running(t.Context(), dir); !ok || socket != s.Socket() {
		t.Errorf("Running = %q %v, want %q", socket, ok, s.Socket())
	}
	mustStop(t, s)
	if socket, ok := Running(t.Context(), dir); ok {
		t.Errorf("found %q after Stop", socket)
	}
}

func TestADeepFolderGetsItsSocketElsewhereAndLeavesNothingThere(t *testing.T) {
	temp, err := os.MkdirTemp("", "t") // t.TempDir is too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	t.Setenv("TMPDIR", temp)
	s := mustStart(t, dir)
	if !strings.HasPrefix(s.Socket(), temp) || len(s.Socket()) > maxSocketPath {
		t.Fatalf("socket %q", s.Socket())
	}
	wantMode(t, filepath.Dir(s.Socket()), 0o700)
	if got := count(t, s.Socket()); got != ":1" {
		t.Fatalf("count: %q", got)
	}
	if socket, ok := Running(t.Context(), dir); !ok || socket != s.Socket() {
		t.Errorf("Running = %q %v", socket, ok)
	}
	mustStop(t, s)
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("left in the folder for temporary files: %v", left)
	}
}

func TestNoPlaceForASocketIsSaidWithTheMend(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", deep)
	_, err := Start(t.Context(), Options{Binary: mustFind(t), Dir: deep})
	if err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Fatalf("error %v does not name the mend", err)
	}
	f := folderIn(deep)
	guard, err := f.lockServer(t.Context())
	if err != nil {
		t.Fatalf("a failed start keeps the folder locked: %v", err)
	}
	guard.Close()
}

func TestNobodyElseOnTheMachineCanReadTheData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(filepath.Join(dir, "redis"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, dir)
	count(t, s.Socket())
	var kinds []string
	err := filepath.WalkDir(filepath.Join(dir, "redis"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		kinds = append(kinds, filepath.Base(path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"appendonlydir", "redis.log", "redis.pid", "socket", filepath.Base(s.Socket())} {
		if !strings.Contains(strings.Join(kinds, "\n"), want) {
			t.Errorf("%s was not looked at", want)
		}
	}
	wantMode(t, filepath.Join(dir, "lock"), 0o600)
}

func TestSecretsOfTheProgramReachNeitherTheServerNorACoreDump(t *testing.T) {
	t.Setenv("SOSIN_TELEGRAM_TOKEN", "canary-token")
	f, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	guard, err := f.lockServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	said := filepath.Join(f.root, "said")
	// Not a real server: that overwrites its environment with its title, so the process table would not tell.
	fake := filepath.Join(f.data, "redis-server")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\n{ env; echo core $(ulimit -c); } >"+said+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := launch(fake, f, "unused", guard)
	if err != nil {
		t.Fatal(err)
	}
	<-p.done
	text, err := os.ReadFile(said)
	if err != nil || !strings.Contains(string(text), "core 0\n") {
		t.Errorf("a crash of the server would write its memory to disk: %v", err)
	}
	if strings.Contains(string(text), "canary-token") {
		t.Error("the server is given the program's secrets")
	}
}

func TestAServerThatCannotStartIsExplained(t *testing.T) {
	dir := t.TempDir()
	aof := filepath.Join(dir, "redis", "appendonlydir")
	if err := os.MkdirAll(aof, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(aof, "appendonly.aof.manifest"), []byte("not a manifest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Binary: mustFind(t), Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "redis.log") || !strings.Contains(err.Error(), "manifest") {
		t.Fatalf("error %v does not say why", err)
	}
	if err := os.RemoveAll(aof); err != nil {
		t.Fatal(err)
	}
	mustStart(t, dir) // the mended folder is free
}

func TestAnEndedContextEndsTheStartAndLeavesNoServer(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{Binary: mustFind(t), Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if left := serversOn(t, dir); len(left) != 0 {
		t.Errorf("left running: %v", left)
	}
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %v, want %v", path, got, want)
	}
}
