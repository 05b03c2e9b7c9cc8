package child

import "syscall"

// attributes makes the server leave when we die, and keeps the terminal's Ctrl-C from it: it has to outlive our own orderly end.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
