//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package child

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errHeld says that another open file holds the lock.
var errHeld = errors.New("the lock is held")

// tryLock refuses: without flock(2) nothing here keeps two servers from one folder.
func tryLock(*os.File) error {
	return fmt.Errorf("this system cannot run a managed Redis; set SOSIN_REDIS_URL: %w", errors.ErrUnsupported)
}

func newGroup() *syscall.SysProcAttr { return nil }
