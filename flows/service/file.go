package service

import (
	"bytes"
	"embed"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strconv"

	"go.yaml.in/yaml/v4"

	"sosin/flows"
)

// File is a loaded service file. Its methods are safe for any number of readers.
type File struct {
	name      string
	desks     []Desk
	added     map[date]string // days off beside the public holidays, with their names
	removed   map[date]bool   // public holidays on which we work
	workday   span
	numbers   []number
	providers []Provider
	links     []link
	features  map[string]bool
	counties  map[string]county
	blocks    blocks
	complaint Complaint
	freeSMS   string
}

// Files holds the embedded service file under the name [ExampleName], to be read or copied.
//
//go:embed example.yaml
var Files embed.FS

// ExampleName is how the embedded file is called in faults and warnings.
const ExampleName = "example.yaml"

// Example returns the embedded service file: what the published sources say for certain, everything else empty or off.
func Example() *File {
	f, err := Load(Files, ExampleName)
	if err != nil {
		panic("service: the embedded example: " + err.Error()) // a test loads it
	}
	return f
}

// Load reads and checks a service file. The error is [flows.Faults], all that is wrong with it in file order.
func Load(fsys fs.FS, name string) (*File, error) {
	r := &reader{file: &File{
		name: name, added: map[date]string{}, removed: map[date]bool{}, workday: defaultWorkday,
		features: map[string]bool{}, counties: map[string]county{}, freeSMS: unknownSMS,
	}}
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, flows.Faults{r.fault(nil, "cannot be read", "check the path and the file's permissions")}
	}
	root := r.parse(raw)
	if root != nil {
		r.sections(root)
		for _, check := range r.checks {
			check()
		}
	}
	if len(r.faults) > 0 {
		sort.SliceStable(r.faults, func(i, j int) bool {
			a, b := r.faults[i], r.faults[j]
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		})
		return nil, slices.Compact(r.faults)
	}
	return r.file, nil
}

// parse returns the file's one mapping, or nil with a fault. A second document would be ignored by the parser: refused.
func (r *reader) parse(raw []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil || len(doc.Content) == 0 {
		r.faults = append(r.faults, r.notYAML(err))
		return nil
	}
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.faults = append(r.faults, r.notYAML(err))
	default:
		r.add(&more, "a second document begins here and would be ignored", "keep everything in one, without a line of ---")
	}
	return doc.Content[0]
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// notYAML names the line and nothing the parser quotes: the file may hold the names of shelters.
func (r *reader) notYAML(err error) flows.Fault {
	f := r.fault(nil, "is not valid YAML", "check indentation, quotes and colons near this line")
	if err != nil {
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
		}
	}
	return f
}

func (r *reader) sections(root *yaml.Node) {
	given := map[string]bool{}
	sections := map[string]func(*yaml.Node){
		"desks":      r.desks,
		"holidays":   r.holidays,
		"workday":    r.workday,
		"numbers":    r.numbers,
		"providers":  r.providers,
		"links":      r.links,
		"features":   r.features,
		"counties":   r.counties,
		"never_send": r.neverSend,
		"complaint":  r.complaint,
		"free_sms":   r.freeSMS,
	}
	for name, read := range sections {
		sections[name] = func(n *yaml.Node) { given[name] = true; read(n) }
	}
	r.fields(root, sections)
	for _, name := range []string{"counties", "desks", "numbers"} {
		if !given[name] && root.Kind == yaml.MappingNode {
			r.add(root, "section "+name+" is missing", "add it as in the embedded example")
		}
	}
}
