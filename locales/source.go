package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// source is one language's file, decoded, with the place of everything in it.
type source struct {
	lang, file string
	messages   map[string]*message
	places     map[formKey]place
}

// message is one id in one language.
type message struct {
	id    string
	texts map[string]string // by plural form; a plain text is formOther alone
	vars  map[string][]string
	// broken: a template could not be read, so its variables are not known and
	// comparing them would only repeat the fault.
	broken bool
}

// plural says whether the text depends on a count.
func (m *message) plural() bool {
	for form := range m.texts {
		if form != formOther {
			return true
		}
	}
	return false
}

// allVars lists, sorted, every variable a form uses, and the count that chooses
// the form even where no form shows it.
func (m *message) allVars() []string {
	var all []string
	if m.plural() {
		all = append(all, countVar)
	}
	for _, vars := range m.vars {
		all = append(all, vars...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fault reports something wrong with an id, or one of its forms.
func (s *source) fault(id, form, what, mend string) Fault {
	at, ok := s.places[formKey{id, form}]
	if !ok { // a form in braces on the id's own line
		at = s.places[formKey{id: id}]
	}
	return Fault{File: s.file, Line: at.line, Column: at.column, What: what, Mend: mend}
}

// readSource decodes one language's file. A nil source means that there is
// nothing to compare with: the file is missing or not TOML.
func readSource(fsys fs.FS, lang string) (*source, Faults, error) {
	file := lang + ".toml"
	data, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Faults{{File: file, What: "the file is missing", Mend: "add it: every language has a file of its own"}}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading texts: %w", err)
	}
	text := strings.TrimPrefix(string(data), "\ufeff") // an editor's byte order mark
	var raw map[string]any
	if _, err := toml.Decode(text, &raw); err != nil {
		return nil, Faults{syntaxFault(file, err)}, nil
	}
	s := &source{lang: lang, file: file, messages: map[string]*message{}, places: places(text)}
	var faults Faults
	for id, value := range raw {
		faults = append(faults, s.add(id, value)...)
	}
	return s, faults, nil
}

func syntaxFault(file string, err error) Fault {
	f := Fault{File: file, Line: 1, Column: 1, What: err.Error(), Mend: "write valid TOML 1.0"}
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		f.Line, f.Column = syntax.Position.Line, max(syntax.Position.Col, 1)
		f.What = "not valid TOML: " + strings.TrimSuffix(syntax.Message, ".")
	}
	return f
}

// add takes one top-level key of the file.
func (s *source) add(id string, value any) Faults {
	if _, _, ok := splitID(id); !ok {
		return Faults{s.fault(id, "", fmt.Sprintf("%q has no known ending", id),
			"write the id in quotes and end it in .both, .telegram or .sms")}
	}
	m := &message{id: id, texts: map[string]string{}, vars: map[string][]string{}}
	s.messages[id] = m
	switch v := value.(type) {
	case string:
		return s.addText(m, formOther, v)
	case map[string]any:
		return s.addTable(m, v)
	}
	return Faults{s.fault(id, "", fmt.Sprintf("%q is neither a text nor a table of plural forms", id), "put the text in quotes")}
}

func (s *source) addTable(m *message, table map[string]any) Faults {
	var faults Faults
	for form, value := range table {
		text, isText := value.(string)
		switch {
		case !isText || (form != "description" && !slices.Contains(forms, form)):
			faults = append(faults, s.fault(m.id, form, fmt.Sprintf("%q in the table of %q is no plural form", form, m.id), mendForm(form)))
		case form != "description":
			faults = append(faults, s.addText(m, form, text)...)
		}
	}
	if len(m.texts) == 0 {
		faults = append(faults, s.fault(m.id, "", fmt.Sprintf("%q has no text", m.id), "add one or remove the id"))
	}
	return faults
}

// mendForm knows the usual slip: in TOML everything after a [table] belongs to
// it, so an id written below one becomes a part of it.
func mendForm(form string) string {
	if _, _, isID := splitID(form); isID {
		return "move plain texts above the first [table], or write the plural forms in braces on one line"
	}
	return "a form is one of zero, one, two, few, many, other, with a text in quotes; a note for translators is called description"
}

func (s *source) addText(m *message, form, text string) Faults {
	m.texts[form] = text
	var faults Faults
	for _, p := range proofread(m.id, text) {
		faults = append(faults, s.fault(m.id, form, p.what, p.mend))
	}
	vars, err := variables(text)
	if err != nil {
		m.broken = true
		faults = append(faults, s.fault(m.id, form, fmt.Sprintf("%q is not a valid template", m.id), "write a variable as {{.name}} and nothing else in {{ }}"))
	}
	m.vars[form] = vars
	return faults
}
