package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestWriteThenRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "deep", "keys")
	r := freshRing(t, "2026-11-21T20:00:00Z")
	if err := Write(path, r); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): fs.ModeDir | 0o700, filepath.Dir(filepath.Dir(path)): fs.ModeDir | 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v; want %v", filepath.Base(p), info.Mode(), err, want)
		}
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.text(), r.text()) || len(got.Differs(r.Check())) != 0 || len(got.Check()) != 28 {
		t.Error("read another ring than was written")
	}
	onlyFile(t, path)
}

// onlyFile fails if a temporary file, with keys in it, was left behind.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Errorf("beside the key file: %v, %v", entries, err)
	}
}

// A second "keys new" would lose everybody's conversations.
func TestWriteNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	r := freshRing(t, "2026-11-21T20:00:00Z")
	if err := Write(path, r); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, freshRing(t, "2026-11-21T20:00:00Z")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second write: %v", err)
	}
	if got, err := Read(path); err != nil || len(got.Differs(r.Check())) != 0 {
		t.Errorf("the first keys are gone: %v", err)
	}
	onlyFile(t, path)
}

func TestReplaceTakesOverAndTidies(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	r := freshRing(t, "2026-11-21T20:00:00Z")
	if err := Replace(path, r); err != nil {
		t.Fatal(err)
	}
	left, kept := filepath.Join(dir, ".keys-123"), filepath.Join(dir, ".keys-of-mine")
	for _, p := range []string{left, kept} {
		if err := os.WriteFile(p, []byte("canary"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.Rotate(at("2026-12-01T00:00:00Z"))
	if err := Replace(path, r); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path); err != nil || !bytes.Equal(got.text(), r.text()) {
		t.Errorf("not replaced: %v", err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Error("an interrupted write's keys were left behind")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error("someone else's file was removed")
	}
}

func TestWriteSaysWhatFailed(t *testing.T) {
	dir := t.TempDir()
	r := freshRing(t, "2026-11-21T20:00:00Z")
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(file, "keys"), r); err == nil {
		t.Error("wrote below a file")
	}
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "keys"), r); err == nil {
		t.Error("replaced a folder")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// faulty is the test key file with one change and, unless the change is to it,
// the right checksum.
func faulty(t *testing.T, change func(lines []string) []string) string {
	t.Helper()
	lines := strings.SplitAfter(string(testRing(t).text()), "\n")
	body := strings.Join(change(lines[:len(lines)-2]), "")
	return body + "sum " + textSum([]byte(body)) + "\n"
}

func find(lines []string, name string) int {
	for i, l := range lines {
		if strings.HasPrefix(l, name+" ") {
			return i
		}
	}
	panic(name)
}

func replaceLine(name, with string) func([]string) []string {
	return func(l []string) []string { l[find(l, name)] = with; return l }
}

// T35: every fault of the key file stops the start, and says what to mend.
func TestReadRefusesFaultyText(t *testing.T) {
	whole := string(testRing(t).text())
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "does not begin"},
		{"other file", "SOSIN_LISTEN=127.0.0.1:8080\n", "does not begin"},
		{"newer version", strings.Replace(whole, "sosin-keys 1", "sosin-keys 2", 1), "this version"},
		{"Windows line ends", strings.ReplaceAll(whole, "\n", "\r\n"), "does not begin"},
		{"header only", "sosin-keys 1\n", "cut short"},
		{"no checksum", whole[:strings.LastIndex(whole, "sum ")], "cut short"},
		{"no last line end", strings.TrimSuffix(whole, "\n"), "cut short"},
		{"something after", whole + "2027-02 " + key + "\n", "cut short"},
		{"checksum of another file", strings.Replace(whole, "2027-01 L", "2027-01 M", 1), "checksum does not match"},
		{"remark altered", strings.Replace(whole, "# W", "# V", 1), "checksum does not match"},
		{"no pepper", faulty(t, replaceLine("pepper", "")), `"pepper" is not there`},
		{"no staff key", faulty(t, replaceLine("staff", "")), `"staff" is not there`},
		{"no web key", faulty(t, replaceLine("web", "")), `"web" is not there`},
		{"month missing", faulty(t, replaceLine("2026-12", "")), "not consecutive"},
		{"pepper twice", faulty(t, func(l []string) []string { return append(l, "pepper "+key+"\n") }), "line 10 repeats"},
		{"month twice", faulty(t, func(l []string) []string { return append(l, "2026-12 "+key+"\n") }), "line 10 repeats"},
		{"two equal keys", faulty(t, func(l []string) []string { return append(l, "2027-02"+l[find(l, "web")][3:]) }), "are equal"},
		{"short key", faulty(t, replaceLine("web", "web "+base64.StdEncoding.EncodeToString(make([]byte, 31))+"\n")), "not 32 bytes"},
		{"long key", faulty(t, replaceLine("web", "web "+base64.StdEncoding.EncodeToString(make([]byte, 33))+"\n")), "not 32 bytes"},
		{"no key", faulty(t, replaceLine("web", "web \n")), "not 32 bytes"},
		{"not base64", faulty(t, replaceLine("web", "web "+strings.Repeat("!", 44)+"\n")), "not 32 bytes"},
		{"base64 of web pages", faulty(t, replaceLine("web", "web "+strings.Repeat("_", 43)+"=\n")), "not 32 bytes"},
		{"bits after the key", faulty(t, replaceLine("web", "web "+strings.Repeat("A", 42)+"B=\n")), "not 32 bytes"},
		{"two spaces", faulty(t, replaceLine("web", "web  "+key+"\n")), "not 32 bytes"},
		{"carriage return", faulty(t, replaceLine("web", "web "+key+"\r\n")), "not 32 bytes"},
		{"zeros", faulty(t, replaceLine("web", "web "+base64.StdEncoding.EncodeToString(make([]byte, 32))+"\n")), "all zeros"},
		{"name only", faulty(t, replaceLine("web", key+"\n")), "is not a name"},
		{"unknown name", faulty(t, replaceLine("web", key+" "+key+"\n")), "unknown key"},
		{"month 13", faulty(t, replaceLine("2027-01", "2026-13 "+key+"\n")), "unknown key"},
		{"month beyond counting", faulty(t, replaceLine("2027-01", "9999-12 "+key+"\n")), "unknown key"},
		{"day", faulty(t, replaceLine("2027-01", "2027-01-01 "+key+"\n")), "unknown key"},
		{"empty line", faulty(t, func(l []string) []string { return append(l, "\n") }), "is not a name"},
		{"huge", whole + strings.Repeat("#", maxFile), "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			if !errors.Is(err, ErrKeyFile) {
				t.Fatalf("error %v, want a refusal", err)
			}
			for _, want := range []string{path, c.want, "; mend: restore it from its backup"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			noKeyMaterial(t, strings.ReplaceAll(err.Error(), path, ""))
		})
	}
}

func noKeyMaterial(t *testing.T, message string) {
	t.Helper()
	if m := regexp.MustCompile(`[A-Za-z0-9+/=_!]{13,}`).FindString(message); m != "" {
		t.Errorf("message holds %q", m)
	}
}

func TestEveryCutFileIsRefused(t *testing.T) {
	whole := testRing(t).text()
	for n := range whole {
		if _, err := parse(whole[:n]); err == nil {
			t.Fatalf("cut to %d of %d bytes: taken", n, len(whole))
		}
	}
}

// T35: the file itself, not what is in it.
func TestReadRefusesTheFile(t *testing.T) {
	good := func(t *testing.T, path string) {
		t.Helper()
		if err := Write(path, testRing(t)); err != nil {
			t.Fatal(err)
		}
	}
	mode := func(m fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			good(t, path)
			if err := os.Chmod(path, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name, want, mend string
		make             func(*testing.T, string)
	}{
		{"missing", "is missing", "sosin keys new", func(*testing.T, string) {}},
		{"others may read", "mode 0604", "chmod 600 ", mode(0o604)},
		{"group may read", "mode 0640", "chmod 600 ", mode(0o640)},
		{"group may write", "mode 0620", "chmod 600 ", mode(0o620)},
		{"others may run", "mode 0601", "chmod 600 ", mode(0o601)},
		{"folder", "not a regular file", "the file itself", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"link", "not a regular file", "the file itself", func(t *testing.T, path string) {
			t.Helper()
			good(t, path+"-real")
			if err := os.Symlink(path+"-real", path); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys")
			c.make(t, path)
			_, err := Read(path)
			if !errors.Is(err, ErrKeyFile) || errors.Is(err, fs.ErrNotExist) != (c.name == "missing") {
				t.Fatalf("error %v", err)
			}
			for _, want := range []string{path, c.want, c.mend} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
	path := filepath.Join(t.TempDir(), "keys")
	mode(0o400)(t, path)
	if _, err := Read(path); err != nil {
		t.Errorf("a file its owner can only read is refused: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(testRing(f).text())
	f.Add([]byte("sosin-keys 1\nsum " + textSum([]byte("sosin-keys 1\n")) + "\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		// The right checksum is given, or the fuzzer never gets past it.
		for _, text := range [][]byte{data, append(bytes.Clone(data), "sum "+textSum(data)+"\n"...)} {
			r, err := parse(text)
			if err != nil {
				noKeyMaterial(t, strings.NewReplacer("checksum", "", "consecutive", "").Replace(err.Error()))
				continue
			}
			again, err := parse(r.text())
			if err != nil || !bytes.Equal(again.text(), r.text()) || len(again.Differs(r.Check())) != 0 {
				t.Fatalf("read, written and read again it is another ring: %v", err)
			}
		}
	})
}
