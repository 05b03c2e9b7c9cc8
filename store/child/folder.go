package child

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// maxSocketPath is the longest path, in bytes, that every Unix takes for a socket: sun_path holds 108 on Linux and 104 elsewhere, with a final zero.
	maxSocketPath = 103
	// maxLog is the size, in bytes, above which the server's log is set aside before a start.
	maxLog = 8 << 20
	// leaveLimit is how long a server of an earlier program may take to leave.
	leaveLimit = 20 * time.Second
	// tempPrefix begins the name of a private folder that holds nothing but a socket.
	tempPrefix = "sosin-"
)

// folder is the data folder with the subfolder that belongs to Redis alone.
type folder struct{ data, root string }

func folderIn(data string) folder { return folder{data: data, root: filepath.Join(data, "redis")} }

func (f folder) programLock() string { return filepath.Join(f.data, "lock") }
func (f folder) serverLock() string  { return filepath.Join(f.root, "server.lock") }
func (f folder) record() string      { return filepath.Join(f.root, "socket") }
func (f folder) pidFile() string     { return filepath.Join(f.root, "redis.pid") }
func (f folder) logFile() string     { return filepath.Join(f.root, "redis.log") }

// openFolder makes what is missing. The subfolder is ours, so a looser mode is tightened; the data folder may be the operator's and is left alone.
func openFolder(dir string) (folder, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return folder{}, fmt.Errorf("data folder: %w", err)
	}
	f := folderIn(abs)
	if err := os.MkdirAll(f.root, 0o700); err != nil {
		return folder{}, fmt.Errorf("make the data folder (let this user write there, or set SOSIN_DATA to another): %w", err)
	}
	if err := os.Chmod(f.root, 0o700); err != nil {
		return folder{}, fmt.Errorf("close the data folder to others (give it to this user with chown): %w", err)
	}
	return f, nil
}

// lockProgram takes the lock of the program that runs the server and writes our process id into it, for the next one's message.
func (f folder) lockProgram() (*os.File, error) {
	file, err := openLock(f.programLock())
	if err != nil {
		return nil, err
	}
	if err := tryLock(file); err != nil {
		holder, _ := os.ReadFile(f.programLock())
		_ = file.Close()
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock %s: %w", f.programLock(), err)
		}
		return nil, fmt.Errorf("%w: process %s holds %s; end it, or set SOSIN_DATA to another folder",
			ErrInUse, bytes.TrimSpace(holder), f.programLock())
	}
	if err := errors.Join(file.Truncate(0), write(file, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		return nil, fmt.Errorf("write %s: %w", f.programLock(), errors.Join(err, file.Close()))
	}
	return file, nil
}

func write(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// lockServer takes the lock that a living redis-server holds. A left-over one is asked to leave (again and again: it may not listen yet).
func (f folder) lockServer(ctx context.Context) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, leaveLimit)
	defer cancel()
	file, err := openLock(f.serverLock())
	if err != nil {
		return nil, err
	}
	for {
		err := tryLock(file)
		if err == nil {
			return file, nil
		}
		if errors.Is(err, errHeld) {
			_, _ = ask(ctx, f.recordedSocket(), "SHUTDOWN")
			err = pause(ctx, 20*time.Millisecond)
		}
		if err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("an earlier redis-server still holds %s; end the process named in %s: %w", f.serverLock(), f.pidFile(), err)
		}
	}
}

func openLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock (give the data folder to this user with chown): %w", err)
	}
	return file, nil
}

// placeSocket names a socket of this start: in the folder if the path is short enough, else in a private folder for temporary files.
func (f folder) placeSocket() (string, error) {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	name := "redis-" + hex.EncodeToString(id[:]) + ".sock"
	if path := filepath.Join(f.root, name); len(path) <= maxSocketPath {
		return path, nil
	}
	dir, err := os.MkdirTemp("", tempPrefix) // mode 0700
	if err != nil {
		return "", fmt.Errorf("make a folder for the socket: %w", err)
	}
	path := filepath.Join(dir, name)
	if len(path) > maxSocketPath {
		_ = os.Remove(dir)
		return "", fmt.Errorf("socket path of %d bytes is longer than %d; set SOSIN_DATA or TMPDIR to a shorter path", len(path), maxSocketPath)
	}
	return path, nil
}

func (f folder) owns(socket string) bool { return filepath.Dir(socket) == f.root }

// recordSocket writes where the server will listen, before it is started: a program that dies right after still leaves a trail to it.
func (f folder) recordSocket(socket string) error {
	if err := os.WriteFile(f.record(), []byte(socket+"\n"), 0o600); err != nil {
		return fmt.Errorf("record the socket: %w", err)
	}
	return nil
}

// recordedSocket is "" if none is recorded.
func (f folder) recordedSocket() string {
	text, err := os.ReadFile(f.record())
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// sweep removes sockets that nobody can listen on any more: call it with server.lock held or the server gone.
func (f folder) sweep() {
	old, _ := filepath.Glob(filepath.Join(globSafe(f.root), "redis-*.sock"))
	if recorded := f.recordedSocket(); recorded != "" && !f.owns(recorded) {
		old = append(old, recorded)
	}
	for _, socket := range old {
		removeSocket(socket)
	}
	_ = os.Remove(f.record())
}

// removeSocket removes a socket, and the private folder made for it. Anything that is not a socket stays.
func removeSocket(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		_ = os.Remove(path)
	}
	if dir := filepath.Dir(path); strings.HasPrefix(filepath.Base(dir), tempPrefix) && filepath.Dir(dir) == filepath.Clean(os.TempDir()) {
		_ = os.Remove(dir) // refuses a folder with anything in it
	}
}

// globSafe quotes the characters that filepath.Glob would read as a pattern.
func globSafe(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// turnLog sets a large log aside, so that two files bound what years of restarts leave.
func (f folder) turnLog() {
	if info, err := os.Stat(f.logFile()); err == nil && info.Size() > maxLog {
		_ = os.Rename(f.logFile(), f.logFile()+".1")
	}
}

// lastWords returns the last lines of the server's log, where it says why it could not start.
func (f folder) lastWords() string {
	const lines, tail = 3, 4096
	text, err := os.ReadFile(f.logFile())
	if err != nil {
		return "no log"
	}
	all := strings.Split(strings.TrimSpace(string(text[max(0, len(text)-tail):])), "\n")
	return strings.Join(all[max(0, len(all)-lines):], " | ")
}
