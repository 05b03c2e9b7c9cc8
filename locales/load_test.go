package locales

import (
	"errors"
	"io/fs"
	"maps"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// A translator gets every fault at once, each with its line. One row per way to
// leave a person without words, or with the wrong ones.
func TestLoadFaults(t *testing.T) {
	const ok = `"a.both" = "A"` + "\n"
	for name, c := range map[string]struct {
		et, ru, en string
		want       []string
	}{
		"missing file": {ok, ok, "", []string{
			`en.toml: the file is missing; add it: every language has a file of its own`,
		}},
		"not TOML": {ok, ok + "\n\"b.both\" = \"x\n", ok, []string{
			`ru.toml:3:14: not valid TOML: strings cannot contain newlines; write valid TOML 1.0`,
		}},
		"twice": {ok + ok, ok, ok, []string{
			`et.toml:2:2: not valid TOML: Key '"a.both"' has already been defined; write valid TOML 1.0`,
		}},
		"ending": {ok + `"b.mail" = "B"`, ok + "\n" + `c.both = "C"`, ok + `"" = "D"` + "\n" + `".sms" = "E"`, []string{
			`en.toml:2:1: "" has no known ending; write the id in quotes and end it in .both, .telegram or .sms`,
			`en.toml:3:1: ".sms" has no known ending; write the id in quotes and end it in .both, .telegram or .sms`,
			`et.toml:2:1: "b.mail" has no known ending; write the id in quotes and end it in .both, .telegram or .sms`,
			`ru.toml:3:1: "c" has no known ending; write the id in quotes and end it in .both, .telegram or .sms`,
		}},
		"no text": {ok + `"b.both" = 7`, ok + `"b.both" = "B"`, ok + `["b.both"]` + "\n" + `description = "B"`, []string{
			`en.toml:2:2: "b.both" has no text; add one or remove the id`,
			`et.toml:2:1: "b.both" is neither a text nor a table of plural forms; put the text in quotes`,
		}},
		"missing in a language": {ok + `"b.both" = "B"`, ok, ok + "# below\n\n" + `"c.both" = "C"`, []string{
			`en.toml:4:1: "c.both" is missing in et.toml; add it there, or remove it everywhere`,
			`en.toml:4:1: "c.both" is missing in ru.toml; add it there, or remove it everywhere`,
			`et.toml:2:1: "b.both" is missing in en.toml; add it there, or remove it everywhere`,
			`et.toml:2:1: "b.both" is missing in ru.toml; add it there, or remove it everywhere`,
		}},
		"both and apart": {ok + "\"a.sms\" = \"A\"\n\"a.telegram\" = \"A\"", ok + "\"a.sms\" = \"A\"\n\"a.telegram\" = \"A\"", ok + "\"a.sms\" = \"A\"\n\"a.telegram\" = \"A\"", []string{
			`et.toml:1:1: "a" has both .both and .telegram or .sms; keep either .both, or .telegram with .sms, in every language`,
		}},
		"one channel": {ok + `"b.sms" = "B"`, ok + `"b.sms" = "B"`, ok + `"b.sms" = "B"`, []string{
			`et.toml:2:1: "b.sms" has no .telegram; add "b.telegram", or rename this one to "b.both"`,
		}},
		"the other channel": {`"b.telegram" = "B"`, `"b.telegram" = "B"`, `"b.telegram" = "B"`, []string{
			`et.toml:1:1: "b.telegram" has no .sms; add "b.sms", or rename this one to "b.both"`,
		}},
		"white space": {`"a.both" = "A "`, `"a.both" = "A\nB \nC"`, "\"a.both\" = \"\"\"\nA\n\"\"\"", []string{
			`en.toml:1:1: "a.both" has white space at its beginning or at the end of a line; remove it; close the quotes right after the last character`,
			`et.toml:1:1: "a.both" has white space at its beginning or at the end of a line; remove it; close the quotes right after the last character`,
			`ru.toml:1:1: "a.both" has white space at its beginning or at the end of a line; remove it; close the quotes right after the last character`,
		}},
		"empty": {`"a.both" = ""`, `"a.both" = " \n"`, ok, []string{
			`et.toml:1:1: "a.both" is empty; write the text`,
			`ru.toml:1:1: "a.both" is empty; write the text`,
		}},
		"invisible": {"\"a.both\" = \"A\u200bB\"", `"a.both" = "A\u0007B"`, ok, []string{
			`et.toml:1:1: "a.both" holds an invisible character U+200B; remove it`,
			`ru.toml:1:1: "a.both" holds an invisible character U+0007; remove it`,
		}},
		"typography": {
			`"b.telegram" = "it’s – “fine” …"` + "\n" + `"b.sms" = "it’s"`,
			`"b.telegram" = "«да» — это"` + "\n" + `"b.sms" = "да – нет"`,
			`"b.telegram" = "B"` + "\n" + `"b.sms" = "„B“"`,
			[]string{
				`en.toml:2:1: "b.sms" is sent by SMS and holds '„' (U+201E); use straight quotes, hyphens, three dots and plain blanks`,
				`et.toml:2:1: "b.sms" is sent by SMS and holds '’' (U+2019); use straight quotes, hyphens, three dots and plain blanks`,
				`ru.toml:2:1: "b.sms" is sent by SMS and holds '–' (U+2013); use straight quotes, hyphens, three dots and plain blanks`,
			},
		},
		"plural forms": {
			"[\"a.both\"]\none = \"{{.count}} a\"\nother = \"{{.count}} a\"\nfew = \"{{.count}} a\"",
			"[\"a.both\"]\none = \"{{.count}} a\"\nother = \"{{.count}} a\"",
			`"a.both" = "{{.count}} a"`,
			[]string{
				`en.toml:1:1: "a.both" has no plural form "one"; en.toml needs one, other`,
				`et.toml:4:1: "a.both" has the plural form "few", which its language does not have; remove it; et.toml needs one, other`,
				`ru.toml:1:2: "a.both" has no plural form "few"; ru.toml needs one, few, many, other`,
				`ru.toml:1:2: "a.both" has no plural form "many"; ru.toml needs one, few, many, other`,
			},
		},
		"id below a table": {ok + "[\"b.both\"]\nother = \"B\"\n\"c.both\" = \"C\"", ok + `"b.both" = "B"`, ok + "[\"b.both\"]\nothr = \"B\"\nother = \"B\"", []string{
			`en.toml:3:1: "othr" in the table of "b.both" is no plural form; a form is one of zero, one, two, few, many, other, with a text in quotes; a note for translators is called description`,
			`et.toml:4:1: "c.both" in the table of "b.both" is no plural form; move plain texts above the first [table], or write the plural forms in braces on one line`,
		}},
		"variables by language": {`"a.both" = "{{.x}}"`, `"a.both" = "{{.x}} {{.y}}"`, ok, []string{
			`en.toml:1:1: "a.both" uses no variable, in et.toml it uses {{.x}}; use the same variables in every language`,
			`ru.toml:1:1: "a.both" uses {{.x}} {{.y}}, in et.toml it uses {{.x}}; use the same variables in every language`,
		}},
		"variables by channel": {
			"\"a.sms\" = \"{{.x}}\"\n\"a.telegram\" = \"{{.y}}\"", "\"a.sms\" = \"{{.x}}\"\n\"a.telegram\" = \"{{.y}}\"", "\"a.sms\" = \"{{.x}}\"\n\"a.telegram\" = \"{{.y}}\"",
			[]string{
				`en.toml:1:1: "a.sms" uses {{.x}}, "a.telegram" uses {{.y}}; use the same variables on both channels`,
				`et.toml:1:1: "a.sms" uses {{.x}}, "a.telegram" uses {{.y}}; use the same variables on both channels`,
				`ru.toml:1:1: "a.sms" uses {{.x}}, "a.telegram" uses {{.y}}; use the same variables on both channels`,
			},
		},
		"variables by form": {
			"[\"a.both\"]\none = \"one\"\nother = \"{{.count}} {{.x}}\"",
			"[\"a.both\"]\none = \"один {{.x}}\"\nfew = \"{{.count}} {{.x}}\"\nmany = \"{{.count}} {{.x}}\"\nother = \"{{.count}} {{.x}}\"",
			"[\"a.both\"]\none = \"one {{.x}}\"\nother = \"{{.count}} {{.x}}\"",
			[]string{
				`et.toml:2:1: plural form "one" of "a.both" does not use {{.x}}; use the same variables in every form; only a form that means a single number may leave out {{.count}}`,
				`ru.toml:2:1: plural form "one" of "a.both" does not use {{.count}}; use the same variables in every form; only a form that means a single number may leave out {{.count}}`,
			},
		},
		"template": {`"a.both" = "A {{.x"`, `"a.both" = "A {{if .x}}B{{end}}"`, `"a.both" = "A {{.x.y}}"`, []string{
			`en.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
			`et.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
			`ru.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
		}},
		"a broken template is told once": {
			"\"a.sms\" = \"{{.x}}\"\n\"a.telegram\" = \"{{.x}}\"", "\"a.sms\" = \"{{.x}\"\n\"a.telegram\" = \"{{.x}}\"", "\"a.sms\" = \"{{.x}}\"\n\"a.telegram\" = \"{{$y := .x}}\"",
			[]string{
				`en.toml:2:1: "a.telegram" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
				`ru.toml:1:1: "a.sms" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
			},
		},
		"template tricks": {`"a.both" = "A {{/* note */}}"`, `"a.both" = "A {{.x | printf}}"`, `"a.both" = "A {{define \"b\"}}B{{end}}"`, []string{
			`en.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
			`et.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
			`ru.toml:1:1: "a.both" is not a valid template; write a variable as {{.name}} and nothing else in {{ }}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, faultLines(t, folder(c.et, c.ru, c.en))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// A file named wrongly would otherwise be translated, saved and never read.
func TestLoadStrayFile(t *testing.T) {
	fsys := folder(goodET, goodRU, goodEN)
	fsys["est.toml"] = &fstest.MapFile{Data: []byte(goodET)}
	fsys["menu.yaml"] = &fstest.MapFile{Data: []byte("x: y")}
	want := []string{"est.toml: no language reads this file; remove it; the files are et.toml, ru.toml and en.toml"}
	if diff := cmp.Diff(want, faultLines(t, fsys)); diff != "" {
		t.Error(diff)
	}
}

// A disk that fails is not a fault of the texts.
func TestLoadReadError(t *testing.T) {
	fsys := folder(goodET, goodRU, goodEN)
	fsys["ru.toml"] = &fstest.MapFile{Mode: fs.ModeDir}
	_, err := Load(fsys)
	var faults Faults
	if err == nil || errors.As(err, &faults) {
		t.Errorf("Load = %v, want an error that is not Faults", err)
	}
}

// The texts that are shipped can be said in every language on both channels.
func TestEmbedded(t *testing.T) {
	texts, err := Load(Embedded())
	if err != nil {
		t.Fatalf("the embedded texts are refused:\n%v", err)
	}
	if len(texts.Keys()) == 0 {
		t.Fatal("there are no embedded texts")
	}
	for _, key := range texts.Keys() {
		args := map[string]any{}
		for _, name := range texts.Vars(key) {
			args[name] = 5
		}
		for _, lang := range Langs {
			for _, channel := range Channels {
				if text, err := texts.Say(lang, key, channel, args); err != nil || text == "" {
					t.Errorf("Say(%s, %s, %s) = %q, %v", lang, key, channel, text, err)
				}
			}
		}
	}
}

// Whatever stands in a file, the operator gets an answer and not a crash; what
// is accepted can be said.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{goodET, goodRU, goodEN, "", "[a", `"a.both" = """`, `a = '''x''''`, "[['a.both']]\n= 1", "\"a.both\" = \"{{.x}}\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		places(src)
		texts, err := Load(folder(src+"\n", src+"\n", src+"\n"))
		if err != nil {
			return
		}
		for _, key := range texts.Keys() {
			args := map[string]any{}
			for _, name := range texts.Vars(key) {
				args[name] = 1
			}
			for _, channel := range Channels {
				if text, err := texts.Say("et", key, channel, args); err != nil || text == "" {
					t.Errorf("accepted, but cannot be said: %q: %q, %v", key, text, err)
				}
			}
		}
	})
}

// The place is right whatever stands above: long strings, brackets, comments.
func TestPlaces(t *testing.T) {
	src := `"first.both" = "x # no comment" # "no.both" = 1
# "no.both" = "commented out"
"long.both" = """
"no.both" = "inside"
a \""" still inside"""""
'literal.both' = '''
["no.both"]
it's''''
"list.both" = [ "a", # ["no.both"]
  "b = c" ]
"brace.both" = { one = "}", few = """"x"""", other = "x" }
  bare-key = 'c:\'

[ "table.both" ] # note
  one = "1"
"other" = """
few = 2"""
["last.both"]
other = "x"`
	got := places(src)
	want := map[formKey]place{
		{"first.both", ""}: {1, 1}, {"long.both", ""}: {3, 1}, {"literal.both", ""}: {6, 1},
		{"list.both", ""}: {9, 1}, {"brace.both", ""}: {11, 1}, {"bare-key", ""}: {12, 3},
		{"table.both", ""}: {14, 3}, {"table.both", "one"}: {15, 3}, {"table.both", "other"}: {16, 1},
		{"last.both", ""}: {18, 2}, {"last.both", "other"}: {19, 1},
	}
	if !maps.Equal(got, want) {
		t.Errorf("places =\n%v, want\n%v", got, want)
	}
}

// An editor that writes a byte order mark does not cost the first text its line.
func TestPlacesAfterByteOrderMark(t *testing.T) {
	want := []string{`et.toml:1:1: "a.both" is empty; write the text`}
	if diff := cmp.Diff(want, faultLines(t, folder("\ufeff"+`"a.both" = ""`, `"a.both" = "A"`, `"a.both" = "A"`))); diff != "" {
		t.Error(diff)
	}
}
