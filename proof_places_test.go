package sosin_test

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v4"
)

// catalogue is what .proof can name.
type catalogue struct {
	found   map[string]string   // a place as it is written, and the file it stands in
	tests   map[string]string   // the same of tests
	answers map[string]bool     // what the flows keep of what a person chose
	speaks  map[string][]string // the ids of the texts a state or text says
	english map[string]string   // those texts, by whole id
}

var languages = []string{"et", "ru", "en"}

// findPlaces reads code, flows, texts and tests. They are read as text: what does not compile just now can still be named.
//
// A place is
//
//	state queue.waiting            a state of flows/library       feature group     of the service file
//	control stop                   a control word there           counter woman     a table of reports
//	text danger.now                in every language              form referral     a table that waits for its form
//	flows/guards.go:DutyKey        what a Go file declares        store/scripts/claim.lua:dropped   a word of any other file
//
// A test is
//
//	flows:TestOneStep              a test or fuzz target of a package
//	talk danger-words              a golden conversation, played in three languages on both channels; it must say a text named
//	                               beside it
//	storetest a code signs in once a behaviour that every store must show
//	seed 0 that does not ...       a broken flow or text that the proofs over flows must find
func findPlaces(t *testing.T) catalogue {
	t.Helper()
	if placesFound.found == nil {
		placesFound = readPlaces(t)
	}
	return placesFound
}

// placesFound are read once: every test wants the same, and none runs beside another.
var placesFound catalogue

func readPlaces(t *testing.T) catalogue {
	t.Helper()
	p := catalogue{found: map[string]string{}, tests: map[string]string{}, answers: map[string]bool{}, speaks: map[string][]string{}}
	p.goFiles(t)
	p.library(t)
	p.textFiles(t)
	p.tables(t)
	p.features(t)
	p.english = readTexts(t, "en")
	talks, _ := filepath.Glob("flows/library/testdata/*.talk")
	for _, name := range talks {
		p.tests["talk "+strings.TrimSuffix(path.Base(name), ".talk")] = name
	}
	if len(p.found) < 2000 || len(p.tests) < 500 {
		t.Fatalf("%d places and %d tests were found: not all was read", len(p.found), len(p.tests))
	}
	return p
}

// missing names every place and test that does not exist.
func (p catalogue) missing(at string, where, tests []string) (faults []string) {
	for _, w := range where {
		if !p.is(w) {
			faults = append(faults, fmt.Sprintf("%s: there is no %s", at, w))
		}
	}
	for _, test := range tests {
		if _, ok := p.tests[test]; !ok {
			faults = append(faults, fmt.Sprintf("%s: there is no test %s", at, test))
		}
	}
	return append(faults, p.beside(at, where, tests)...)
}

// beside names every golden conversation in which nothing is said of what it should show.
func (p catalogue) beside(at string, where, tests []string) (faults []string) {
	var openings []string
	for _, w := range where {
		for _, key := range p.speaks[w] {
			for _, end := range []string{".both", ".telegram", ".sms"} {
				if said := p.english[key+end]; said != "" {
					openings = append(openings, strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '{' })[0])
				}
			}
		}
	}
	for _, test := range tests {
		name, ok := strings.CutPrefix(test, "talk ")
		if !ok || len(openings) == 0 {
			continue
		}
		var said []byte
		for _, ch := range []string{"telegram", "sms"} {
			raw, _ := os.ReadFile("flows/library/testdata/said/" + name + ".en." + ch + ".txt") // none: nothing is said
			said = append(said, raw...)
		}
		if !slices.ContainsFunc(openings, func(o string) bool { return strings.Contains(string(said), o) }) {
			faults = append(faults, fmt.Sprintf("%s: in %s nothing is said of %s", at, test, strings.Join(where, ", ")))
		}
	}
	return faults
}

func (p catalogue) is(where string) bool {
	if _, ok := p.found[where]; ok {
		return true
	}
	name, word, ok := strings.Cut(where, ":")
	if !ok || word == "" || strings.HasSuffix(name, ".go") || !filepath.IsLocal(name) {
		return false
	}
	raw, err := os.ReadFile(name)
	return err == nil && strings.Contains(string(raw), word)
}

// links shows places and tests with a link to where they stand, seen from .proof.
func (p catalogue) links(all []string) string {
	var out []string
	for _, name := range all {
		file, ok := p.found[name]
		if !ok {
			file, ok = p.tests[name]
		}
		if !ok {
			file, _, _ = strings.Cut(name, ":")
		}
		shown := name
		if dir, test, ok := strings.Cut(name, ":Test"); ok {
			shown = dir + " Test" + test
		}
		out = append(out, fmt.Sprintf("[%s](../%s)", cell(shown), file))
	}
	return strings.Join(out, "<br>")
}

func (p catalogue) goFiles(t *testing.T) {
	for _, pkg := range append(packages(t), pkg{ImportPath: module}) {
		dir := "."
		if pkg.ImportPath != module {
			dir = pkg.path()
		}
		names, _ := filepath.Glob(filepath.FromSlash(dir) + "/*.go")
		for _, name := range names {
			p.goFile(t, dir, filepath.ToSlash(name))
		}
	}
}

func (p catalogue) goFile(t *testing.T, dir, name string) {
	s := parse(t, name, nil)
	test := strings.HasSuffix(name, "_test.go")
	for _, d := range s.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case !test:
				p.found[name+":"+receiver(d)+d.Name.Name] = name
			case strings.HasPrefix(d.Name.Name, "Test") || strings.HasPrefix(d.Name.Name, "Fuzz"):
				p.tests[dir+":"+d.Name.Name] = name
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				p.declared(name, spec)
			}
		}
	}
	if dir == "store/storetest" || dir == "flows/inspect" && test {
		ast.Inspect(s.File, func(n ast.Node) bool {
			if list, ok := n.(*ast.CompositeLit); ok && list.Type == nil {
				p.named(dir, name, list)
			}
			return true
		})
	}
}

// named takes the first words of {"what must hold", theTest} and {"what is broken", changes}.
func (p catalogue) named(dir, name string, list *ast.CompositeLit) {
	if len(list.Elts) != 2 {
		return
	}
	words, ok := list.Elts[0].(*ast.BasicLit)
	if !ok {
		return
	}
	kind := map[string]string{"store/storetest": "storetest ", "flows/inspect": "seed "}[dir]
	if s, err := strconv.Unquote(words.Value); err == nil && strings.Contains(s, " ") {
		p.tests[kind+s] = name
	}
}

func (p catalogue) declared(name string, spec ast.Spec) {
	if strings.HasSuffix(name, "_test.go") {
		return
	}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		p.found[name+":"+spec.Name.Name] = name
	case *ast.ValueSpec:
		for _, n := range spec.Names {
			p.found[name+":"+n.Name] = name
		}
	}
}

// library reads the flows as a coordinator writes them.
func (p catalogue) library(t *testing.T) {
	names, _ := filepath.Glob("flows/library/*.yaml")
	for _, name := range names {
		var f struct {
			Flow     string
			Controls map[string]any
			States   map[string]struct {
				Set     map[string]string
				Say     []string
				Choices map[string]struct{ Set map[string]string }
			}
		}
		readYAML(t, name, &f)
		for control := range f.Controls {
			p.found["control "+control] = name
		}
		for state, s := range f.States {
			p.found["state "+f.Flow+"."+state] = name
			p.speaks["state "+f.Flow+"."+state] = s.Say
			for key := range s.Set {
				p.answers[key] = true
			}
			for _, ch := range s.Choices {
				for key := range ch.Set {
					p.answers[key] = true
				}
			}
		}
	}
}

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err == nil {
		err = yaml.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// textFiles knows a text when it stands in every language.
func (p catalogue) textFiles(t *testing.T) {
	in := map[string]int{}
	for _, lang := range languages {
		var keys []string
		for id := range readTexts(t, lang) {
			for _, end := range []string{".both", ".telegram", ".sms"} {
				if key, ok := strings.CutSuffix(id, end); ok && !slices.Contains(keys, key) {
					keys = append(keys, key)
				}
			}
		}
		for _, key := range keys {
			if in[key]++; in[key] == len(languages) {
				p.found["text "+key] = "locales/texts/en.toml"
				p.speaks["text "+key] = []string{key}
			}
		}
	}
}

// readTexts are a language's texts by their whole id; of a text with plural forms, all of them together.
func readTexts(t *testing.T, lang string) map[string]string {
	t.Helper()
	var raw map[string]any
	if _, err := toml.DecodeFile("locales/texts/"+lang+".toml", &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for id, said := range raw {
		out[id] = fmt.Sprint(said)
	}
	return out
}

func (p catalogue) tables(t *testing.T) {
	var f struct {
		Table []struct {
			ID   string
			Form bool
		}
	}
	const name = "flows/stats/tables.toml"
	if _, err := toml.DecodeFile(name, &f); err != nil {
		t.Fatal(err)
	}
	for _, table := range f.Table {
		kind := map[bool]string{true: "form ", false: "counter "}[table.Form]
		p.found[kind+table.ID] = name
	}
}

func (p catalogue) features(t *testing.T) {
	const name = "flows/service/example.yaml"
	var f struct{ Features map[string]bool }
	readYAML(t, name, &f)
	for feature := range f.Features {
		p.found["feature "+feature] = name
	}
}
