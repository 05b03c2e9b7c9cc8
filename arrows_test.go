// Package sosin_test keeps the shape of the code: who may import whom, what the pure packages may not hold, and what every file owes its reader.
package sosin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "sosin"

// row is what one package may import of ours, and the sentence that says so.
type row struct {
	may      []string // packages of ours; "..." is any but cmd
	sentence string
}

// arrows has a row for every package; a key ending in "/..." stands for a folder and all below it. A new package gets a row here first: few arrows, all downward.
var arrows = map[string]row{
	"flows":               {nil, "flows imports nothing of ours: it decides, purely."},
	"flows/library":       {[]string{"flows"}, "library -> flows: conversations are data, no code of ours reads them but flows."},
	"flows/risk":          {[]string{"flows"}, "risk -> flows: it finds danger in free text and knows nothing else."},
	"flows/stats":         {[]string{"flows"}, "stats -> flows: reports are made of counters alone."},
	"flows/service":       {[]string{"flows"}, "service -> flows: it says what is true today."},
	"flows/inspect":       {[]string{"flows", "flows/service", "locales"}, "inspect -> flows, service, locales: it proves things about flows and texts without running them."},
	"locales":             {nil, "locales imports nothing of ours: the texts, and whether they fit."},
	"bot":                 {[]string{"flows", "locales"}, "bot -> flows, locales: each consumer declares the small interface it needs; it never sees store or handoff."},
	"bot/telegram":        {[]string{"bot", "flows"}, "telegram -> bot, flows: one provider each."},
	"bot/sms":             {[]string{"bot", "flows"}, "sms -> bot, flows: one provider each."},
	"bot/simulator/drill": {[]string{"bot/simulator", "locales"}, "drill -> simulator, locales: it knows of the program what a person and a browser see."},
	"bot/simulator":       {[]string{"locales"}, "simulator -> locales: a stand-in for the providers shares no code with what it tests."},
	"handoff":             {[]string{"flows", "flows/service"}, "handoff -> flows, service: Desk gets a lane's lease, never an address."},
	"handoff/staff":       {[]string{"flows"}, "staff -> flows: accounts, sign-in and roles know no conversation."},
	"handoff/console":     {[]string{"handoff", "handoff/staff", "flows", "flows/stats", "flows/inspect", "flows/service", "locales"}, "console -> handoff, staff, flows, stats, inspect, service, locales: a counsellor's page cannot even name a phone number's type."},
	"store":               {[]string{"flows", "flows/stats", "flows/service", "bot", "handoff", "handoff/staff", "store/seal"}, "store -> all the nouns it keeps, and seal."},
	"store/seal":          {nil, "seal imports nothing of ours: it seals bytes."},
	"store/child":         {nil, "child imports nothing of ours: it runs a redis-server."},
	"store/storetest":     {[]string{"..."}, "storetest -> anything but cmd: the behaviour every store must show."},
	"cmd/...":             {[]string{"...", "cmd/..."}, "cmd introduces them: configuration, subcommands, wiring, goroutines."},
}

// pure packages hold no goroutine, no mutex and no clock: time and facts are passed in.
var pure = []string{"flows", "flows/risk", "flows/service", "flows/stats", "handoff", "store/seal"}

// pkg is what go list says about one package of ours; paths are without the module.
type pkg struct {
	Name, ImportPath                   string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func (p pkg) path() string { return own(p.ImportPath) }

// own returns the path inside the module, "." for its root, and "" for what is not ours.
func own(importPath string) string {
	if importPath == module {
		return "."
	}
	inside, ours := strings.CutPrefix(importPath, module+"/")
	if !ours {
		return ""
	}
	return inside
}

func ours(imports []string) (found []string) {
	for _, i := range imports {
		if o := own(i); o != "" {
			found = append(found, o)
		}
	}
	return found
}

// below says whether a package is the folder or lies below it.
func below(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

func packages(t *testing.T) []pkg {
	t.Helper()
	all, err := list()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(all) == 0 {
		t.Fatal("go list found no package: nothing was checked")
	}
	return all
}

// list asks once: every test wants the same.
var list = sync.OnceValues(func() (all []pkg, err error) {
	cmd := exec.Command("go", "list", "-e", "-json=Name,ImportPath,GoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		if len(p.GoFiles) > 0 { // the root holds nothing but this file
			all = append(all, p)
		}
	}
	return all, nil
})

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}

func TestImportsFollowTheArrows(t *testing.T) { report(t, arrowFaults(packages(t))) }

func arrowFaults(all []pkg) (faults []string) {
	for _, p := range all {
		from, found := rowOf(p.path())
		if !found {
			faults = append(faults, fmt.Sprintf("%s is in no row of the table in arrows_test.go: give it a row, with the sentence it lives by", p.path()))
			continue
		}
		for _, to := range ours(p.Imports) {
			if !allows(from, to) {
				faults = append(faults, fmt.Sprintf("forbidden arrow %s -> %s. It breaks: %q. Declare a small interface where it is needed and let cmd introduce the two.", p.path(), to, from.sentence))
			}
			if to == "store/storetest" {
				faults = append(faults, fmt.Sprintf("forbidden arrow %s -> %s: only tests import it", p.path(), to))
			}
		}
	}
	return faults
}

func rowOf(p string) (row, bool) {
	if r, found := arrows[p]; found {
		return r, true
	}
	for folder := p; folder != "."; folder = path.Dir(folder) {
		if r, found := arrows[folder+"/..."]; found {
			return r, true
		}
	}
	return row{}, false
}

func allows(r row, to string) bool {
	return slices.ContainsFunc(r.may, func(may string) bool {
		folder, all := strings.CutSuffix(may, "/...")
		return may == to || all && below(to, folder) || may == "..." && !below(to, "cmd")
	})
}

func TestOnlyCmdAndTestsImportStore(t *testing.T) { report(t, storeFaults(packages(t))) }

func storeFaults(all []pkg) (faults []string) {
	for _, p := range all {
		if below(p.path(), "cmd") || below(p.path(), "store") {
			continue
		}
		for _, to := range ours(p.Imports) {
			if below(to, "store") {
				faults = append(faults, fmt.Sprintf("%s imports %s: only cmd and tests import store", p.path(), to))
			}
		}
	}
	return faults
}

func TestHandoffAndBotNeverMeet(t *testing.T) { report(t, meetings(packages(t))) }

// meetings finds each way from handoff to bot or back: through any packages of ours, and by a test of its own.
func meetings(all []pkg) (faults []string) {
	imports := map[string][]string{}
	for _, p := range all {
		imports[p.path()] = ours(p.Imports)
	}
	for _, side := range [][2]string{{"handoff", "bot"}, {"bot", "handoff"}} {
		for _, p := range all {
			if !below(p.path(), side[0]) {
				continue
			}
			if way := wayTo(imports, p.path(), side[1], map[string]bool{}); way != nil {
				faults = append(faults, fmt.Sprintf("handoff and bot never meet: %s", strings.Join(way, " -> ")))
			}
			for _, to := range ours(slices.Concat(p.TestImports, p.XTestImports)) {
				if below(to, side[1]) {
					faults = append(faults, fmt.Sprintf("handoff and bot never meet: a test of %s imports %s; what needs both belongs to cmd", p.path(), to))
				}
			}
		}
	}
	return faults
}

// wayTo returns the packages from one to the first inside the folder, or nil.
func wayTo(imports map[string][]string, from, folder string, seen map[string]bool) []string {
	if below(from, folder) {
		return []string{from}
	}
	seen[from] = true
	for _, to := range imports[from] {
		if seen[to] {
			continue
		}
		if way := wayTo(imports, to, folder, seen); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

func TestTheArrowChecksSeeABreach(t *testing.T) {
	make := func(name string, imports ...string) pkg {
		p := pkg{ImportPath: module + "/" + name}
		for _, i := range imports {
			p.Imports = append(p.Imports, module+"/"+i)
		}
		return p
	}
	tested := make("bot")
	tested.TestImports = []string{module + "/handoff/staff"}
	for name, c := range map[string]struct {
		check func([]pkg) []string
		all   []pkg
		want  string
	}{
		"upward":           {arrowFaults, []pkg{make("flows", "bot")}, "flows -> bot"},
		"no row":           {arrowFaults, []pkg{make("bot/fax")}, "give it a row"},
		"cmd is nobody's":  {arrowFaults, []pkg{make("store/storetest", "cmd/sosin")}, "storetest -> cmd/sosin"},
		"storetest":        {arrowFaults, []pkg{make("cmd/sosin", "store/storetest")}, "only tests"},
		"store":            {storeFaults, []pkg{make("handoff", "store")}, "handoff imports store"},
		"seal":             {storeFaults, []pkg{make("bot/sms", "store/seal")}, "bot/sms imports store/seal"},
		"directly":         {meetings, []pkg{make("handoff/console", "bot/sms")}, "handoff/console -> bot/sms"},
		"through another":  {meetings, []pkg{make("bot", "flows"), make("flows", "flows/x"), make("flows/x", "handoff")}, "bot -> flows -> flows/x -> handoff"},
		"through its test": {meetings, []pkg{tested}, "a test of bot imports handoff/staff"},
	} {
		if got := strings.Join(c.check(c.all), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q lacks %q", name, got, c.want)
		}
	}
	good := []pkg{make("flows"), make("bot", "flows", "locales"), make("handoff", "flows"), make("store", "bot", "handoff"),
		make("cmd/sosin", "store", "bot", "handoff", "cmd/sosin/config"), make("cmd/sosin/config", "flows"), make("locales")}
	for _, check := range []func([]pkg) []string{arrowFaults, storeFaults, meetings} {
		report(t, check(good))
	}
}

// source is one parsed file of a package that is not a test, whatever system it is for.
type source struct {
	*ast.File
	fset *token.FileSet
}

func (s source) at(n ast.Node) string {
	at := s.fset.Position(n.Pos())
	return at.Filename + ":" + strconv.Itoa(at.Line)
}

func parse(t *testing.T, name string, text any) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{file, fset}
}

func sources(t *testing.T, p pkg) (all []source) {
	t.Helper()
	names, _ := filepath.Glob(filepath.FromSlash(p.path()) + "/*.go")
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			all = append(all, parse(t, name, nil))
		}
	}
	if len(all) == 0 {
		t.Fatalf("no file of %s was read", p.path())
	}
	return all
}

func TestPurePackagesHoldNoGoroutineMutexOrClock(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(pure, p.path()) {
			continue
		}
		for _, s := range sources(t, p) {
			report(t, impurities(s))
		}
	}
}

// impure names what starts, guards or asks the time, by import path.
var impure = map[string][]string{
	"sync": {"Mutex", "RWMutex", "Cond", "NewCond", "WaitGroup"},
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
}

func impurities(s source) (faults []string) {
	named := map[string]string{} // by which name the file knows an import path
	for _, i := range s.Imports {
		importPath, _ := strconv.Unquote(i.Path.Value)
		name := path.Base(importPath)
		if i.Name != nil {
			name = i.Name.Name
		}
		named[name] = importPath
		if name == "." && impure[importPath] != nil {
			faults = append(faults, s.at(i)+": a dot import hides what is used of "+importPath)
		}
	}
	ast.Inspect(s.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			faults = append(faults, s.at(n)+": a goroutine in a pure package; only loops with Run(ctx) that cmd starts have one")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(impure[named[x.Name]], n.Sel.Name) {
				faults = append(faults, fmt.Sprintf("%s: %s.%s in a pure package; time and facts are passed in", s.at(n), x.Name, n.Sel.Name))
			}
		}
		return true
	})
	return faults
}

var emptyNames = regexp.MustCompile(`^(utils?|common|models?|services?|managers?|helpers?|misc|base)$`)

func TestPackagesAreNamedForWhatTheyAre(t *testing.T) {
	for _, p := range packages(t) {
		name := path.Base(p.path())
		if p.path() != "flows/service" && (emptyNames.MatchString(name) || emptyNames.MatchString(p.Name)) {
			t.Errorf("package %s (%s) is named for nothing: use the field's word", p.path(), p.Name)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		opening := "Package " + p.Name + " "
		if p.Name == "main" {
			opening = "Command " + path.Base(p.path()) + " "
		}
		if !slices.ContainsFunc(sources(t, p), func(s source) bool { return strings.HasPrefix(s.Doc.Text(), opening) }) {
			t.Errorf("no file of %s opens with a comment that begins %q", p.path(), opening)
		}
	}
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	for _, p := range packages(t) {
		for _, s := range sources(t, p) {
			report(t, undocumented(s))
		}
	}
}

func undocumented(s source) (faults []string) {
	miss := func(n ast.Node, name string) {
		faults = append(faults, s.at(n)+": exported "+name+" has no comment: say its contract, units and errors")
	}
	for _, d := range s.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
				miss(d, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				for _, name := range exportedNames(spec) {
					if d.Doc == nil && !documented(spec) {
						miss(spec, name)
					}
				}
			}
		}
	}
	return faults
}

// exportedReceiver says whether others can reach the function: it is no method, or one of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	of := d.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

func exportedNames(spec ast.Spec) (names []string) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() {
			names = append(names, spec.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range spec.Names {
			if n.IsExported() {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func documented(spec ast.Spec) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Doc != nil || spec.Comment != nil
	case *ast.ValueSpec:
		return spec.Doc != nil || spec.Comment != nil
	}
	return true
}

// maxMethods keeps interfaces what one consumer needs.
const maxMethods = 5

func TestInterfacesAreSmall(t *testing.T) {
	for _, p := range packages(t) {
		for _, s := range sources(t, p) {
			report(t, large(s))
		}
	}
}

// large finds interfaces with too many methods. An embedded one of the same file counts with all its methods, any other with one.
func large(s source) (faults []string) {
	declared := map[string]*ast.InterfaceType{}
	ast.Inspect(s.File, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if i, ok := spec.Type.(*ast.InterfaceType); ok {
				declared[spec.Name.Name] = i
			}
		}
		return true
	})
	ast.Inspect(s.File, func(n ast.Node) bool {
		if i, ok := n.(*ast.InterfaceType); ok && methods(i, declared, 0) > maxMethods {
			faults = append(faults, fmt.Sprintf("%s: an interface of %d methods, at most %d: split it by who uses it", s.at(i), methods(i, declared, 0), maxMethods))
		}
		return true
	})
	return faults
}

func methods(i *ast.InterfaceType, declared map[string]*ast.InterfaceType, depth int) (n int) {
	for _, m := range i.Methods.List {
		embedded, _ := m.Type.(*ast.Ident)
		switch {
		case len(m.Names) > 0:
			n += len(m.Names)
		case embedded != nil && declared[embedded.Name] != nil && depth < maxMethods:
			n += methods(declared[embedded.Name], declared, depth+1)
		default:
			n++
		}
	}
	return n
}

func TestTheSourceChecksSeeAFault(t *testing.T) {
	for name, c := range map[string]struct {
		check func(source) []string
		text  string
		want  int
	}{
		"goroutine":         {impurities, "func f() { go f() }", 1},
		"mutex":             {impurities, "import \"sync\"\nvar m sync.Mutex", 1},
		"renamed clock":     {impurities, "import clock \"time\"\nvar n = clock.Now()", 1},
		"clock as a value":  {impurities, "import \"time\"\nvar n = time.Now", 1},
		"dot import":        {impurities, "import . \"time\"\nvar n = Now()", 1},
		"time passed in":    {impurities, "import \"time\"\nfunc f(now time.Time) time.Time { return now.Add(time.Hour) }", 0},
		"a pool":            {impurities, "import \"sync\"\nvar p sync.Pool", 0},
		"bare function":     {undocumented, "func F() {}", 1},
		"bare method":       {undocumented, "// T is.\ntype T struct{}\nfunc (t *T) M() {}", 1},
		"hidden method":     {undocumented, "type t struct{}\nfunc (t) M() {}", 0},
		"bare type":         {undocumented, "type T int", 1},
		"bare constants":    {undocumented, "const (\n\tA = 1\n\tB = 2\n)", 2},
		"constant group":    {undocumented, "// Colours of the sky.\nconst (\n\tA = 1\n\tB = 2\n)", 0},
		"comment behind":    {undocumented, "const (\n\tA = 1 // the first\n)", 0},
		"six methods":       {large, "type T interface { A(); B(); C(); D(); E(); F() }", 1},
		"five methods":      {large, "type T interface { A(); B(); C(); D(); E() }", 0},
		"embedded methods":  {large, "type T interface { A(); B(); C(); U }\ntype U interface { D(); E(); F() }", 1},
		"unnamed interface": {large, "func f(x interface { A(); B(); C(); D(); E(); F() }) {}", 1},
	} {
		if got := c.check(parse(t, "x.go", "package x\n"+c.text)); len(got) != c.want {
			t.Errorf("%s: %d faults, want %d: %q", name, len(got), c.want, got)
		}
	}
}

// buildPlaces finds what only the machine of whoever built it knows: hosts of package registries (spelled apart, this file is read too) and home folders.
var buildPlaces = regexp.MustCompile(
	`(proxy|sum)\.` + `golang\.org|goproxy` + `\.|registry\.` + `(npmjs|yarnpkg)|pypi\.` + `org|index\.` + `crates\.io|deb\.` + `debian\.org` +
		"|(^|[\\s\"'`=(:])/(" + `work|root|workspace|builds|home/\w+|Users/\w+|tmp/\w+)/`)

func TestNoFileNamesARegistryOrABuildMachine(t *testing.T) {
	hosts := registryHosts(t)
	read := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch skip := slices.Contains([]string{".git", ".artefacts", "bin", "sosin-data"}, d.Name()); {
		case skip && d.IsDir():
			return fs.SkipDir
		case skip || !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0 {
			return err // pictures and fonts say nothing
		}
		read++
		report(t, places(name, string(text), hosts))
		return nil
	})
	if err != nil || read < 2 {
		t.Fatalf("%d files read: %v", read, err)
	}
}

func places(name, text string, hosts []string) (faults []string) {
	for number, line := range strings.Split(text, "\n") {
		found := buildPlaces.FindString(line)
		for _, host := range hosts {
			if strings.Contains(line, host) {
				found = host
			}
		}
		if found != "" {
			faults = append(faults, fmt.Sprintf("%s:%d names %q, which means something only where this was built", name, number+1, strings.TrimSpace(found)))
		}
	}
	return faults
}

// registryHosts are the ones this machine is set up with.
func registryHosts(t *testing.T) (hosts []string) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	for _, word := range strings.FieldsFunc(strings.TrimSpace(string(out)), func(r rune) bool { return r == ',' || r == '|' }) {
		if u, err := url.Parse(word); err == nil && strings.Contains(u.Hostname(), ".") && !strings.HasPrefix(u.Hostname(), "127.") {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}

func TestTheFileCheckSeesAPlace(t *testing.T) {
	for line, want := range map[string]int{
		"GOPROXY=https://proxy." + "golang.org":             1,
		"cd /" + "work/main":                                1,
		"\"/" + "home/someone/x\"":                          1,
		"see https://mirror.example.net/x":                  1,
		"https://pkg.go.dev and POST /sms/status, homework": 0,
		"go.yaml.in/yaml/v4 v4.0.0 h1:/" + "abc/root=":      0,
	} {
		if got := places("x", line, []string{"mirror.example.net"}); len(got) != want {
			t.Errorf("%q: %d faults, want %d", line, len(got), want)
		}
	}
}
