package sosin_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"sosin/flows/service"
)

// The folder .proof says of every promise and every requirement where it is met and which test shows it. What stands there
// is checked here against code, flows, texts and tests, so that it cannot go on saying what is no longer so. Its tables for
// reading are written by
//
//	go test -run Proof . -update
var updateProof = flag.Bool("update", false, "write the tables in .proof anew")

// promiseTitles are the eight promises to the person (DESIGN.md section 3), in its words and order.
var promiseTitles = []string{
	"Nobody here learns who you are", "Your phone stays quiet", "0 always leaves", "Erase means erased",
	"You can come back from any phone", "What you are told is true", "The numbers always come", "Statistics cannot point at you",
}

type promisesFile struct {
	Promise []struct {
		Title  string
		Words  string
		Clause []clause
	}
}

// clause is one thing that is promised, with the rules in code that keep it and the tests that would fail if it broke.
type clause struct {
	Says  string
	Rules []string
	Tests []string
}

type requirementsFile struct {
	Part []part
	Row  map[string]requirement
}

// part is one source, whose rows are numbered from 1 to Last.
type part struct {
	Title  string
	Prefix string
	Digits int
	Last   int
}

func (p part) ids() (all []string) {
	for n := 1; n <= p.Last; n++ {
		all = append(all, fmt.Sprintf("%s-%0*d", p.Prefix, p.Digits, n))
	}
	return all
}

// requirement is one requirement.
type requirement struct {
	Says   string
	Type   string   // FLOW, TRIAGE, ...; two of them with a slash between
	Side   []string // whom it shows itself to
	Status string
	Where  []string // places: see places.is
	Tests  []string // tests: see places.shows
	Rest   string   // what is not there yet, or why it is left out
	Note   string
}

var (
	statuses = []string{"met", "partly", "not met", "counters laid", "console later", "left out"}
	kinds    = []string{"FLOW", "TRIAGE", "ROUTE", "FORM", "TIMER", "STAT", "RULE", "OUT"}
	sides    = []string{"contact", "staff", "statistics", "organisation"}
	// owedToContacts are the kinds that a person who writes meets; they cannot wait for the console.
	owedToContacts = []string{"FLOW", "TRIAGE", "ROUTE", "TIMER", "RULE"}
)

func readTOML(t *testing.T, name string, into any) {
	t.Helper()
	meta, err := toml.DecodeFile(name, into)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range meta.Undecoded() {
		t.Errorf("%s: nobody reads %s", name, key)
	}
}

func TestProofOfPromises(t *testing.T) {
	var f promisesFile
	readTOML(t, ".proof/promises.toml", &f)
	p := findPlaces(t)
	report(t, promiseFaults(f, p))
	written(t, ".proof/PROMISES.md", promisesTable(f, p))
}

func promiseFaults(f promisesFile, p catalogue) (faults []string) {
	var titles []string
	for _, promise := range f.Promise {
		titles = append(titles, promise.Title)
		if promise.Words == "" || len(promise.Clause) == 0 {
			faults = append(faults, fmt.Sprintf("%q says nothing", promise.Title))
		}
		for _, c := range promise.Clause {
			at := fmt.Sprintf("%s: %q", promise.Title, c.Says)
			if c.Says == "" || len(c.Rules) == 0 || len(c.Tests) == 0 {
				faults = append(faults, at+": words, a rule and a test are needed")
			}
			faults = append(faults, p.missing(at, c.Rules, c.Tests)...)
		}
	}
	if !slices.Equal(titles, promiseTitles) {
		faults = append(faults, fmt.Sprintf("the promises are %q, want %q", titles, promiseTitles))
	}
	return faults
}

func TestProofOfRequirements(t *testing.T) {
	var f requirementsFile
	readTOML(t, ".proof/requirements.toml", &f)
	p := findPlaces(t)
	report(t, requirementFaults(f, p))
	written(t, ".proof/REQUIREMENTS.md", requirementsTable(f, p))
}

func requirementFaults(f requirementsFile, p catalogue) (faults []string) {
	known := map[string]bool{}
	for _, part := range f.Part {
		for _, id := range part.ids() {
			known[id] = true
			if r, ok := f.Row[id]; ok {
				faults = append(faults, r.faults(id, p)...)
			} else {
				faults = append(faults, id+" has no row")
			}
		}
	}
	for id := range f.Row {
		if !known[id] {
			faults = append(faults, id+" is in no source")
		}
	}
	slices.Sort(faults)
	return faults
}

func (r requirement) faults(id string, p catalogue) (faults []string) {
	miss := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, id+": "+what)
		}
	}
	notIn := func(list []string) func(string) bool {
		return func(s string) bool { return !slices.Contains(list, s) }
	}
	types := strings.Split(r.Type, "/")
	miss(r.Says == "", "it says nothing")
	miss(slices.ContainsFunc(types, notIn(kinds)), "type "+r.Type)
	miss(len(r.Side) == 0 || slices.ContainsFunc(r.Side, notIn(sides)), "side "+strings.Join(r.Side, ", "))
	miss(!slices.Contains(statuses, r.Status), "status "+r.Status)
	claimed := slices.Contains([]string{"met", "partly", "counters laid"}, r.Status)
	miss(claimed && (len(r.Where) == 0 || len(r.Tests) == 0), r.Status+" needs a place and a test")
	miss(r.Status != "met" && r.Rest == "", r.Status+" needs what is missing, or why")
	miss(!claimed && len(r.Tests) > 0, r.Status+", and yet a test is named")
	miss(types[0] == "OUT" && r.Status != "left out", "what no intake service can do is left out")
	waits := slices.Contains([]string{"console later", "counters laid"}, r.Status)
	miss(waits && slices.Contains(r.Side, "contact") && slices.Contains(owedToContacts, types[0]),
		r.Status+": who writes in meets this, it cannot wait for the console")
	return append(faults, p.missing(id, r.Where, r.Tests)...)
}

// written holds a table against what stands in the folder.
func written(t *testing.T, name string, table []byte) {
	t.Helper()
	if *updateProof {
		if err := os.WriteFile(name, table, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, table) {
		t.Errorf("%s is not what .proof says now (%v): run go test -run Proof . -update", name, err)
	}
}

const generated = "<!-- Written by go test -run Proof . -update, from %s. Do not edit. -->\n\n"

func promisesTable(f promisesFile, p catalogue) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "promises.toml")
	b.WriteString("# Promises to the person\n\nEach with the rules in code that keep it and the tests that fail if one breaks. A test holds this table " +
		"against the code: nothing named here can disappear unnoticed.\n")
	for n, promise := range f.Promise {
		fmt.Fprintf(&b, "\n## %d. %s\n\n%s\n\n| promised | rule | shown by |\n|---|---|---|\n", n+1, promise.Title, promise.Words)
		for _, c := range promise.Clause {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(c.Says), p.links(c.Rules), p.links(c.Tests))
		}
	}
	return b.Bytes()
}

func requirementsTable(f requirementsFile, p catalogue) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "requirements.toml")
	b.WriteString("# Requirements\n\nEvery clause of the sources, in own words: what became of it, where, and which test shows it.\n\n" +
		"*met*: there and tested; what staff or reports still lack stands under *still open*. *partly*: what is missing touches the clause itself. " +
		"*counters laid*: the table for reports is there, the form that fills it is not. *console later*: staff's work, not built. " +
		"*left out*: on purpose, with the reason. *not met*: nothing is there.\n\n")
	summary(&b, f)
	b.WriteString("\n## Not met, or not wholly\n\n")
	for _, part := range f.Part {
		for _, id := range part.ids() {
			if r := f.Row[id]; r.Status == "not met" || r.Status == "partly" {
				fmt.Fprintf(&b, "- **%s** (%s): %s Open: %s\n", id, r.Status, sentence(r.Says), sentence(r.Rest))
			}
		}
	}
	for _, part := range f.Part {
		fmt.Fprintf(&b, "\n## %s\n\n| ID | clause | type | side | status | where | shown by | still open, or why |\n|---|---|---|---|---|---|---|---|\n", part.Title)
		for _, id := range part.ids() {
			r := f.Row[id]
			rest := strings.TrimSpace(sentence(r.Rest) + " " + sentence(r.Note))
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", id, cell(r.Says), r.Type, strings.Join(r.Side, ", "), r.Status,
				p.links(r.Where), p.links(r.Tests), cell(rest))
		}
	}
	return b.Bytes()
}

func summary(b *bytes.Buffer, f requirementsFile) {
	fmt.Fprintf(b, "| source | %s |\n|---|%s\n", strings.Join(statuses, " | "), strings.Repeat("---|", len(statuses)))
	for _, part := range f.Part {
		count := map[string]int{}
		for _, id := range part.ids() {
			count[f.Row[id].Status]++
		}
		fmt.Fprintf(b, "| %s ", part.Title)
		for _, s := range statuses {
			fmt.Fprintf(b, "| %d ", count[s])
		}
		b.WriteString("|\n")
	}
}

// sentence ends what is not empty with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// What this service asks and keeps is this list and nothing else: no name, address, gender, age but "under 18", nationality,
// residence, protection status or health (P-01, P-10, N-25, A-06; requirements A6 rule 2). Whoever adds a question adds it here, on purpose.
func TestProofThatWhatIsAskedIsAClosedList(t *testing.T) {
	want := []string{
		"lang", "interpreter", "interpreter_asked", // which language
		"desk", "want", "region", "county", "elsewhere", "for", // about what, and where help is wanted
		"woman", "under18", // who may answer
		"access",       // that something special is needed; what it is stands in the person's words only
		"ask", "force", // risk questions: asked, refused, answered; any yes
		"times", "day", "hour", "called", "later", // when we may write, and where that was agreed
		"met", "shelter", "feedback", // what they were told, and what they wait for
	}
	var got []string
	for key := range findPlaces(t).answers {
		got = append(got, key)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the flows keep %q\nallowed are   %q", got, want)
	}
}

// N-51, P-44, G-08: a text of ours that named a street would be sent by nobody's decision, to everybody.
func TestProofThatNoTextNamesAPlace(t *testing.T) {
	f, read := service.Example(), 0
	for _, lang := range languages {
		for id, said := range readTexts(t, lang) {
			read++
			if what, blocked := f.Blocked(said); blocked {
				t.Errorf("%s in %s would be stopped if a counsellor wrote it: %s", id, lang, what)
			}
		}
	}
	if read < 900 {
		t.Errorf("only %d texts were read", read)
	}
	if _, blocked := f.Blocked("Tule siia: Kanaari tänav 5"); !blocked {
		t.Error("a street is not found: the test proves nothing")
	}
}

// A check that sees nothing proves nothing.
func TestProofSeesAFault(t *testing.T) {
	p := findPlaces(t)
	met := requirement{Says: "x", Type: "FLOW", Side: []string{"contact"}, Status: "met", Where: []string{"state menu.main"}, Tests: []string{"flows:FuzzStep"}}
	if faults := met.faults("P-01", p); len(faults) > 0 {
		t.Fatal(faults)
	}
	for want, spoil := range map[string]func(*requirement){
		"says nothing":         func(r *requirement) { r.Says = "" },
		"type FLOW/WISH":       func(r *requirement) { r.Type = "FLOW/WISH" },
		"side nobody":          func(r *requirement) { r.Side = []string{"nobody"} },
		"status done":          func(r *requirement) { r.Status = "done" },
		"a place and a test":   func(r *requirement) { r.Tests = nil },
		"met needs a place":    func(r *requirement) { r.Where = nil },
		"what is missing":      func(r *requirement) { r.Status = "partly" },
		"a test is named":      func(r *requirement) { r.Status, r.Rest = "not met", "x" },
		"is left out":          func(r *requirement) { r.Type = "OUT" },
		"cannot wait":          func(r *requirement) { r.Status, r.Rest = "counters laid", "x" },
		"state menu.nowhere":   func(r *requirement) { r.Where = []string{"state menu.nowhere"} },
		"text menu.nowhere":    func(r *requirement) { r.Where = []string{"text menu.nowhere"} },
		"control nowhere":      func(r *requirement) { r.Where = []string{"control nowhere"} },
		"counter nowhere":      func(r *requirement) { r.Where = []string{"counter nowhere"} },
		"counter referral":     func(r *requirement) { r.Where = []string{"counter referral"} }, // it is a form's
		"form woman":           func(r *requirement) { r.Where = []string{"form woman"} },       // it is no form's
		"feature nowhere":      func(r *requirement) { r.Where = []string{"feature nowhere"} },
		"step.nowhere":         func(r *requirement) { r.Where = []string{"flows/step.go:step.nowhere"} },
		"flows/nowhere.go":     func(r *requirement) { r.Where = []string{"flows/nowhere.go:Step"} },
		"claim.lua:nowhere":    func(r *requirement) { r.Where = []string{"store/scripts/claim.lua:nowhere"} },
		"flows:TestNowhere":    func(r *requirement) { r.Tests = []string{"flows:TestNowhere"} },
		"bot:FuzzStep":         func(r *requirement) { r.Tests = []string{"bot:FuzzStep"} },
		"nothing is said of":   func(r *requirement) { r.Where, r.Tests = []string{"text shelter.offer"}, []string{"talk own-word"} },
		"talk nowhere":         func(r *requirement) { r.Tests = []string{"talk nowhere"} },
		"storetest nowhere":    func(r *requirement) { r.Tests = []string{"storetest nowhere"} },
		"seed nowhere":         func(r *requirement) { r.Tests = []string{"seed nowhere"} },
		"flows:FuzzStep as a ": func(r *requirement) { r.Where = []string{"flows:FuzzStep as a place"} },
	} {
		r := met
		spoil(&r)
		if got := strings.Join(r.faults("P-01", p), "\n"); !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	few := requirementsFile{Part: []part{{Prefix: "P", Digits: 2, Last: 2}}, Row: map[string]requirement{"P-01": met, "P-03": met}}
	if got := requirementFaults(few, p); !slices.Equal(got, []string{"P-02 has no row", "P-03 is in no source"}) {
		t.Errorf("faults %q", got)
	}
	var none promisesFile
	if got := promiseFaults(none, p); len(got) != 1 {
		t.Errorf("no promise at all: %q", got)
	}
}

// receiver is the name of the type a method is of; empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	switch of := d.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		return path.Base(fmt.Sprint(of.X)) + "."
	default:
		return fmt.Sprint(of) + "."
	}
}
