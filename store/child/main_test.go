//go:build unix

package child

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// helperDir makes the test binary a program of its own that runs a server on this folder until it is killed.
const helperDir = "SOSIN_CHILD_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		os.Exit(helper(dir))
	}
	goleak.VerifyTestMain(m)
}

func helper(dir string) int {
	binary, err := Find(context.Background())
	if err != nil {
		fmt.Println(err)
		return 1
	}
	s, err := Start(context.Background(), Options{Binary: binary.Path, Dir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(s.Socket())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// startHelper returns the other program and the socket it printed.
func startHelper(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "/") {
		t.Fatalf("the other program did not start a server: %q %v", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func mustFind(t *testing.T) string {
	t.Helper()
	found, err := Find(t.Context())
	if err != nil {
		t.Fatalf("these tests need a real redis-server: %v", err)
	}
	return found.Path
}

func mustStart(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Binary: mustFind(t), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustStop(t, s) })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// count adds one to a counter that lives in the server and returns it.
func count(t *testing.T, socket string) string {
	t.Helper()
	answer, err := ask(t.Context(), socket, "INCR kept")
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for !holds() {
		if pause(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// serversOn lists the processes that are a redis-server with this data folder, from the process table.
func serversOn(t *testing.T, dir string) []int {
	t.Helper()
	root, err := filepath.EvalSymlinks(folderIn(dir).root)
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		at, err := os.Readlink(link)
		name, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "comm"))
		if err != nil || at != root || !strings.HasPrefix(string(name), "redis-server") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
