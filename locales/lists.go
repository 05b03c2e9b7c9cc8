package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// lists is a file beside the texts that holds lists of text ids by name. It may be absent.
type lists struct {
	file, src string
	ids       map[string][]string
}

// readLists decodes such a file. Names are the lists it may have; none means any.
func readLists(fsys fs.FS, file string, names ...string) (lists, Faults, error) {
	data, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return lists{}, nil, nil
	}
	if err != nil {
		return lists{}, nil, fmt.Errorf("reading %s: %w", file, err)
	}
	l := lists{file: file, src: strings.TrimPrefix(string(data), "\ufeff"), ids: map[string][]string{}}
	var raw map[string]any
	if _, err := toml.Decode(l.src, &raw); err != nil {
		return lists{}, Faults{syntaxFault(file, err)}, nil
	}
	var faults Faults
	for name, value := range raw {
		if len(names) > 0 && !slices.Contains(names, name) {
			faults = append(faults, l.fault(name, "", fmt.Sprintf("nobody reads the list %q", name), "the lists are "+strings.Join(names, ", ")))
			continue
		}
		ids, ok := idList(value)
		if !ok {
			faults = append(faults, l.fault(name, "", fmt.Sprintf("%q is not a list of text ids", name), `write it as ["menu.main", "menu.back"]`))
		}
		l.ids[name] = ids
	}
	return l, faults, nil
}

func idList(value any) ([]string, bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	var out []string
	for _, v := range list {
		s, isText := v.(string)
		if !isText || s == "" {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// names are the lists there are, in the order of the file.
func (l lists) names() []string {
	at := places(l.src)
	return slices.SortedFunc(maps.Keys(l.ids), func(a, b string) int {
		return at[formKey{id: a}].line - at[formKey{id: b}].line
	})
}

// fault reports something wrong with a list, or with an id in it.
func (l lists) fault(name, id, what, mend string) Fault {
	at := places(l.src)[formKey{id: name}]
	f := Fault{File: l.file, Line: at.line, Column: at.column, What: what, Mend: mend}
	if id == "" {
		return f
	}
	for n, line := range strings.Split(l.src, "\n") {
		if n+1 < f.Line || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if i := max(strings.Index(line, `"`+id+`"`), strings.Index(line, `'`+id+`'`)); i >= 0 {
			f.Line, f.Column = n+1, i+1
			break
		}
	}
	return f
}
