//go:build unix

package child

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// runUntilEnd runs s until the test ends.
func runUntilEnd(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestAKilledServerComesBackOnTheSameSocketWithAllItsData(t *testing.T) {
	dir := t.TempDir()
	s := mustStart(t, dir)
	runUntilEnd(t, s)
	for i, want := range []string{":1", ":2", ":3"} {
		if got := count(t, s.Socket()); got != want {
			t.Fatalf("after %d kills the count is %q, want %q: an acknowledged write was lost", i, got, want)
		}
		old := s.current()
		if err := old.os.Kill(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a new server answers", func() bool {
			return s.current() != old && ping(t.Context(), s.Socket()) == nil
		})
		if got := serversOn(t, dir); len(got) != 1 || got[0] != s.current().os.Pid {
			t.Fatalf("servers on the folder: %v, want only %d", got, s.current().os.Pid)
		}
	}
}

func TestStopEndsRunAndNothingComesBack(t *testing.T) {
	dir := t.TempDir()
	s := mustStart(t, dir)
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	mustStop(t, s)
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if left := serversOn(t, dir); len(left) != 0 {
		t.Errorf("left running: %v", left)
	}
	mustStop(t, s) // a second Stop is harmless
}

func TestTheServerOutlivesRunSoThatOthersCanFinishTheirWrites(t *testing.T) {
	s := mustStart(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
	if got := count(t, s.Socket()); got != ":1" {
		t.Errorf("count after Run: %q", got)
	}
}

func TestAServerThatDoesNotLeaveInTimeIsKilledAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := mustStart(t, dir)
	count(t, s.Socket())
	if err := s.current().os.Signal(stopSignal); err != nil { // it cannot leave now
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop: %v, want it to say that it killed", err)
	}
	if got := count(t, mustStart(t, dir).Socket()); got != ":2" {
		t.Errorf("count after the kill: %q", got)
	}
}

func TestTheProgramsDeathEndsTheServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("no parent-death signal here: the next start ends the server, which another test shows")
		return
	}
	dir := t.TempDir()
	other, _ := startHelper(t, dir)
	if got := serversOn(t, dir); len(got) != 1 {
		t.Fatalf("servers on the folder: %v, want one", got)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has left", func() bool { return len(serversOn(t, dir)) == 0 })
}

func TestTheProgramsDeathEndsTheServerAndTheNextStartWaitsForIt(t *testing.T) {
	dir := t.TempDir()
	other, socket := startHelper(t, dir)
	count(t, socket)
	if _, err := Start(t.Context(), Options{Binary: mustFind(t), Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Fatalf("start beside a living program: %v, want ErrInUse", err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	s := mustStart(t, dir) // at once: the old server may still be leaving
	if got := count(t, s.Socket()); got != ":2" {
		t.Errorf("count: %q, the old server's writes are lost", got)
	}
	if got := serversOn(t, dir); len(got) != 1 || got[0] != s.current().os.Pid {
		t.Errorf("servers on the folder: %v, want only %d: two writers ruin the file", got, s.current().os.Pid)
	}
}

func TestAServerThatOutlivesItsProgramIsAskedToLeaveNotDoubled(t *testing.T) {
	dir := t.TempDir()
	old := mustStart(t, dir)
	count(t, old.Socket())
	if err := old.lock.Close(); err != nil { // as if the program had died where there is no parent-death signal
		t.Fatal(err)
	}
	s := mustStart(t, dir)
	eventually(t, "the old server has been waited for", old.current().ended)
	if got := count(t, s.Socket()); got != ":2" {
		t.Errorf("count: %q", got)
	}
	if got := serversOn(t, dir); len(got) != 1 {
		t.Errorf("servers on the folder: %v, want one", got)
	}
	var err error
	if old.lock, err = openLock(old.folder.logFile()); err != nil { // any file: the cleanup closes it
		t.Fatal(err)
	}
}

func TestThePauseBetweenReplacementsGrowsAndIsBounded(t *testing.T) {
	for deaths, want := range map[int]time.Duration{0: firstPause, 1: 2 * firstPause, 3: 8 * firstPause, 50: longPause} {
		if got := pauseAfter(deaths); got != want {
			t.Errorf("after %d deaths: %v, want %v", deaths, got, want)
		}
	}
}
