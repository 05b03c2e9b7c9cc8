package child

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// process is one redis-server from its start to its end.
type process struct {
	os   *os.Process
	done chan struct{} // closed when it has ended and been waited for
	exit error         // why, once done is closed
}

// shell closes new files to others, forbids core dumps (they would hold the memory of the store) and becomes the server. The mask cannot be
// set from here: it belongs to the whole program.
const shell = `umask 077; ulimit -c 0; exec "$@"`

// launch starts a server that inherits the guard. What it writes before it opens its log goes to the log as well.
func launch(binary string, f folder, socket string, guard *os.File) (*process, error) {
	f.turnLog()
	log, err := os.OpenFile(f.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of redis-server: %w", err)
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", shell, "sosin-redis", binary}, settings(f, socket)...)...)
	cmd.Dir = f.root
	cmd.Env = environment() // ours may hold secrets
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{guard}
	cmd.SysProcAttr = attributes()
	return keep(cmd)
}

// environment is what the server needs of ours: where to look for programs, and the time zone of its log.
func environment() []string {
	env := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	if zone, ok := os.LookupEnv("TZ"); ok {
		env = append(env, "TZ="+zone)
	}
	return env
}

// keep starts cmd from a thread that lives exactly as long as the server: the parent-death signal is sent when the thread that started
// the process ends, not when the program does (prctl(2), PR_SET_PDEATHSIG).
func keep(cmd *exec.Cmd) (*process, error) {
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := cmd.Start()
		p.os = cmd.Process
		started <- err
		if err == nil {
			p.exit = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		<-p.done
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	return p, nil
}
