//go:build !linux

package child

import "syscall"

// attributes has no parent-death signal to ask for here: a server left over is asked to leave at the next start.
func attributes() *syscall.SysProcAttr { return newGroup() }
