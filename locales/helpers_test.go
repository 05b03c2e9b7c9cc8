package locales

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// folder is a folder of texts; an empty source stands for a missing file.
func folder(et, ru, en string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for file, src := range map[string]string{"et.toml": et, "ru.toml": ru, "en.toml": en} {
		if src != "" {
			fsys[file] = &fstest.MapFile{Data: []byte(src)}
		}
	}
	return fsys
}

func mustLoad(t testing.TB, et, ru, en string) *Texts {
	t.Helper()
	texts, err := Load(folder(et, ru, en))
	if err != nil {
		t.Fatalf("texts refused:\n%v", err)
	}
	return texts
}

// faultLines loads texts that must be refused.
func faultLines(t testing.TB, fsys fstest.MapFS) []string {
	t.Helper()
	texts, err := Load(fsys)
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("Load = %v, %v; want Faults", texts, err)
	}
	if texts != nil {
		t.Error("Load returned texts together with faults")
	}
	return strings.Split(faults.Error(), "\n")
}

// Texts with everything in them: plain, per channel, variables, plural.
const (
	goodET = `# Estonian
"hello.both" = "Tere!"
"who.telegram" = """
Tere.
Number on {{.number}}."""
"who.sms" = 'Number on {{.number}}.'

["wait.both"]
description = "minutes until a person reads"
one = "Oota 1 minut."
other = "Oota {{.count}} minutit."
`
	goodRU = `"hello.both" = "Здравствуйте!"
"wait.both" = { one = "{{.count}} минута", few = "{{.count}} минуты", many = "{{.count}} минут", other = "{{.count}} минуты" }
"who.telegram" = "Номер: {{.number}}."
"who.sms" = "Номер {{.number}}"
`
	goodEN = `"hello.both" = "Hello!"
"who.telegram" = "The number is {{.number}}."
"who.sms" = "Number: {{ .number }}"
["wait.both"]
one = "Wait one minute."
other = "Wait {{.count}} minutes."
`
)
