package child

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// ErrNotFound says that no redis-server is on the PATH.
var ErrNotFound = errors.New("no redis-server on the PATH; install one (Debian: apt-get install redis-server) or set SOSIN_REDIS_URL")

// oldest is the first major version whose commands, scripts and append-only folder the store relies on.
const oldest = 7

// versionLimit bounds one call of a program with --version.
const versionLimit = 5 * time.Second

// versionPattern reads "Redis server v=7.0.15 sha=..." and "Valkey server v=8.1.1 sha=...".
var versionPattern = regexp.MustCompile(`\bv=((\d+)\.\d+\.\d+)\b`)

// Binary is a server's program file.
type Binary struct {
	Path    string // absolute
	Version string // such as 7.0.15
}

// Find looks for redis-server, then valkey-server, on the PATH and takes the first that is 7.0 or newer. It returns ErrNotFound if there is
// none at all, and otherwise an error that names the one it cannot use and the mend.
func Find(ctx context.Context) (Binary, error) {
	refused := ErrNotFound
	for _, name := range []string{"redis-server", "valkey-server"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		found, err := inspect(ctx, path)
		if err == nil {
			return found, nil
		}
		if errors.Is(refused, ErrNotFound) {
			refused = err
		}
	}
	return Binary{}, refused
}

// inspect asks a program for its version and refuses an old one.
func inspect(ctx context.Context, path string) (Binary, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	path, err := filepath.Abs(path)
	if err != nil {
		return Binary{}, fmt.Errorf("find redis-server: %w", err)
	}
	text, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return Binary{}, fmt.Errorf("ask %s for its version (reinstall it, or set SOSIN_REDIS_URL): %w", path, err)
	}
	match := versionPattern.FindSubmatch(text)
	if match == nil {
		return Binary{}, fmt.Errorf("%s does not say its version; install Redis 7.0 or newer, or set SOSIN_REDIS_URL", path)
	}
	if major, err := strconv.Atoi(string(match[2])); err != nil || major < oldest {
		return Binary{}, fmt.Errorf("%s is version %s; install Redis 7.0 or newer, or set SOSIN_REDIS_URL", path, match[1])
	}
	return Binary{Path: path, Version: string(match[1])}, nil
}
