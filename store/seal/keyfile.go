package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxFile bounds what Read takes in: far more than any rotation writes.
const maxFile = 64 << 10

const mendRestore = "restore it from its backup or from another host"

// Read returns the ring in the key file at path. It refuses, with an
// [ErrKeyFile] that names the fault and the mend, a file that is missing (also
// fs.ErrNotExist), a link or anything but a regular file, open to group or
// others, cut short, damaged, or not complete.
func Read(path string) (*Ring, error) {
	data, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	r, err := parse(data)
	if err != nil {
		return nil, refuse(path, err, mendRestore)
	}
	return r, nil
}

// readPrivate returns the file's content if nobody but its owner can read it.
func readPrivate(path string) ([]byte, error) {
	named, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(path, fmt.Errorf("is missing (%w)", fs.ErrNotExist),
			mendRestore+"; only a new installation makes one with: sosin keys new")
	}
	if err != nil {
		return nil, refuse(path, err, "let this user read it")
	}
	if err := private(path, named); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, refuse(path, err, "let this user read it")
	}
	defer func() { _ = f.Close() }()
	opened, err := f.Stat()
	if err != nil || !os.SameFile(named, opened) {
		return nil, refuse(path, errors.New("was exchanged while it was opened"), "start again")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, refuse(path, err, mendRestore)
	}
	if len(data) > maxFile {
		return nil, refuse(path, errors.New("is too large to be a key file"), mendRestore)
	}
	return data, nil
}

func private(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return refuse(path, errors.New("is not a regular file"), "put the file itself there, not a link or folder")
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return refuse(path, fmt.Errorf("is open to other users (mode %04o)", mode), "chmod 600 "+path)
	}
	return nil
}

func refuse(path string, fault error, mend string) error {
	return fmt.Errorf("%w %s: %w; mend: %s", ErrKeyFile, path, fault, mend)
}

// Write stores r at path, mode 0600, in a folder it makes (0700) if there is
// none. Either the whole file is there afterwards, on disk, or nothing is. It
// never touches a file that exists: the error is then fs.ErrExist.
func Write(path string, r *Ring) error { return write(path, r, os.Link) }

// Replace is [Write] for a file that may exist, after [Ring.Rotate] or
// [Ring.Expire]. It also removes what an interrupted write left beside it, lest
// dropped keys live on there. Read, change and replace as one act under the
// data folder's lock: a ring read before someone else's rotation would undo it.
func Replace(path string, r *Ring) error {
	if err := write(path, r, os.Rename); err != nil {
		return err
	}
	if err := removeTemps(path); err != nil {
		return fmt.Errorf("tidy beside key file: %w", err)
	}
	return nil
}

// write stores the ring in a temporary file beside path and lets put give it
// its name: link fails if the name is taken, rename takes it over.
func write(path string, r *Ring, put func(old, new string) error) error {
	dir := filepath.Dir(path)
	if err := makeFolder(dir); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	tmp, err := writeTemp(path, r.text())
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	err = put(tmp, path)
	if gone := os.Remove(tmp); !errors.Is(gone, fs.ErrNotExist) { // a rename took it
		err = errors.Join(err, gone)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

// tempPrefix begins the names of temporary files for the key file at path.
func tempPrefix(path string) string { return "." + filepath.Base(path) + "-" }

// writeTemp returns the name of a new file, mode 0600, with data on disk.
func writeTemp(path string, data []byte) (name string, err error) {
	defer clear(data)
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix(path)+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// removeTemps removes temporary files of writes that never ended. Their random
// part is digits only, which spares files that merely begin alike.
func removeTemps(path string) error {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		random, ok := strings.CutPrefix(e.Name(), tempPrefix(path))
		if ok && random != "" && strings.Trim(random, "0123456789") == "" {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// makeFolder makes dir and syncs its parent, so that the folder itself outlives
// a loss of power.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(dir))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
