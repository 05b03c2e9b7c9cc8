package inspect_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"sosin/bot"
	"sosin/flows"
	"sosin/flows/inspect"
	"sosin/flows/library"
	"sosin/flows/service"
	"sosin/locales"
)

// files are the library's flows and texts as one folder, to be changed.
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, folder := range []fs.FS{library.Files, locales.Embedded()} {
		for _, glob := range []string{"*.yaml", "*.toml"} {
			names, err := fs.Glob(folder, glob)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				raw, err := fs.ReadFile(folder, name)
				if err != nil {
					t.Fatal(err)
				}
				out[name] = &fstest.MapFile{Data: raw}
			}
		}
	}
	return out
}

// subject loads a folder as the program does.
func subject(t testing.TB, folder fs.FS) inspect.Subject {
	t.Helper()
	texts, err := locales.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	m, err := flows.Load(folder, texts)
	if err != nil {
		t.Fatal(err)
	}
	return inspect.Subject{Flows: m, Texts: texts, Sources: folder, Service: service.Example(), Elsewhere: []string{"static.fallback", "system.error"},
		Render: func(lang flows.Lang, ch flows.Channel, msg flows.Message) (string, []string, error) {
			out, err := bot.Render(texts, lang, ch, msg)
			var data []string
			for _, b := range out.Buttons {
				data = append(data, b.Data)
			}
			return out.Text, data, err
		}}
}

// change puts new where old stands in a file, which must be exactly once.
func change(t testing.TB, folder fstest.MapFS, file, old, new string) {
	t.Helper()
	src := string(folder[file].Data)
	if n := strings.Count(src, old); n != 1 {
		t.Fatalf("%s has %q %d times, want once: correct the seed", file, old, n)
	}
	folder[file] = &fstest.MapFile{Data: []byte(strings.Replace(src, old, new, 1))}
}

// reword gives a text other words in one language, on both channels.
func reword(t testing.TB, folder fstest.MapFS, file, key, words string) {
	t.Helper()
	lines, n := strings.Split(string(folder[file].Data), "\n"), 0
	for i, l := range lines {
		for _, ending := range []string{"both", "telegram", "sms"} {
			if id := `"` + key + "." + ending + `" = `; strings.HasPrefix(l, id) {
				lines[i], n = id+`"`+words+`"`, n+1
			}
		}
	}
	if n == 0 {
		t.Fatalf("%s has no text %s: correct the seed", file, key)
	}
	folder[file] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
}
