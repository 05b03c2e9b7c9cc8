package locales

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func withFile(name, src string) fstest.MapFS {
	text := "\"anon.info.both\" = \"A\"\n\"anon.limits.both\" = \"A\"\n\"age.ask.both\" = \"A\"\n\"anonymous.both\" = \"A\""
	fsys := folder(text, text, text)
	fsys[name] = &fstest.MapFile{Data: []byte(src)}
	return fsys
}

// What nobody has signed is listed until somebody has: forgetting it would put a promise in our mouth that no one stands by.
func TestUnsigned(t *testing.T) {
	texts, err := Load(withFile(unsignedFile, `# who
"native, Russian" = ["*"]
"legal owner" = [
  "anon.*", # secrecy
  "age.ask", "anon.info",
  "police.promise", "police.*",
]
"done" = []
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Unsigned{
		{Signer: "native, Russian", Keys: []string{"age.ask", "anon.info", "anon.limits", "anonymous"}, All: true},
		{Signer: "legal owner", Keys: []string{"age.ask", "anon.info", "anon.limits"}, Unknown: []string{"police.promise", "police.*"}},
	}
	if diff := cmp.Diff(want, texts.Unsigned()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := checkLines(texts, nil); len(got) > 0 {
		t.Errorf("an unsigned text is a fault: %v", got)
	}
}

// A folder of an organisation that has no such list works.
func TestUnsignedAbsent(t *testing.T) {
	texts := mustLoad(t, goodET, goodRU, goodEN)
	if got := texts.Unsigned(); len(got) > 0 {
		t.Errorf("Unsigned = %v", got)
	}
	if texts.PromisesReader("hello") {
		t.Error("a text is flagged and nobody flagged it")
	}
}

// A list that cannot be read must not pass for an empty one.
func TestListFaults(t *testing.T) {
	for name, c := range map[string]struct {
		file, src string
		want      []string
	}{
		"not TOML":      {unsignedFile, "\"a\" = [", []string{`unsigned.toml:1:7: not valid TOML: unexpected EOF; expected value; write valid TOML 1.0`}},
		"no list":       {unsignedFile, "\n\"legal owner\" = \"anon.info\"", []string{`unsigned.toml:2:1: "legal owner" is not a list of text ids; write it as ["menu.main", "menu.back"]`}},
		"numbers":       {unsignedFile, "\"legal owner\" = [\"a\", 1]", []string{`unsigned.toml:1:1: "legal owner" is not a list of text ids; write it as ["menu.main", "menu.back"]`}},
		"empty id":      {flagsFile, "later = []\nreader = [\"\"]", []string{`flags.toml:2:1: "reader" is not a list of text ids; write it as ["menu.main", "menu.back"]`}},
		"misspelt list": {flagsFile, "\ufeffreaders = [\"anon.info\"]", []string{`flags.toml:1:1: nobody reads the list "readers"; the lists are reader, later`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, faultLines(t, withFile(c.file, c.src))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// A disk that fails is neither a fault of the texts nor an absent list.
func TestListReadError(t *testing.T) {
	for _, file := range []string{unsignedFile, flagsFile} {
		fsys := withFile(file, "")
		fsys[file] = &fstest.MapFile{Mode: fs.ModeDir}
		_, err := Load(fsys)
		var faults Faults
		if err == nil || errors.As(err, &faults) {
			t.Errorf("%s: Load = %v, want an error that is not Faults", file, err)
		}
	}
}

// The texts that are shipped say who has still to sign what.
func TestEmbeddedUnsigned(t *testing.T) {
	texts, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	native := 0
	for _, u := range texts.Unsigned() {
		if u.All {
			native++
		}
		if len(u.Keys) == 0 {
			t.Errorf("%s is to sign, and no text answers to it", u.Signer)
		}
	}
	if native != 2 {
		t.Errorf("%d signers have all texts before them, want one for Estonian and one for Russian; if they have signed, change this test with their list", native)
	}
}
