//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package child

import "syscall"

// newGroup keeps the terminal's Ctrl-C from the server: it has to outlive our own orderly end.
func newGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
