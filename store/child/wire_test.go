//go:build unix

package child

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const stopSignal = syscall.SIGSTOP

// bulk sends a command and returns the n-th bulk string of the answer.
func bulk(t *testing.T, socket, command string, n int) string {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	var text []byte
	for n > 0 {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		size, found := strings.CutPrefix(strings.TrimSpace(line), "$")
		if !found {
			continue // the length of an array
		}
		length, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		text = make([]byte, length+len("\r\n"))
		if _, err := io.ReadFull(r, text); err != nil {
			t.Fatal(err)
		}
		n--
	}
	return string(text[:len(text)-len("\r\n")])
}

func info(t *testing.T, socket, section string) string {
	t.Helper()
	return bulk(t, socket, "INFO "+section, 1)
}

func config(t *testing.T, socket, setting string) string {
	t.Helper()
	return bulk(t, socket, "CONFIG GET "+setting, 2)
}
