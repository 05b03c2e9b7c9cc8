package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed texts
var embedded embed.FS

// Embedded is the folder of texts that the program carries.
func Embedded() fs.FS {
	dir, err := fs.Sub(embedded, "texts")
	if err != nil {
		panic(err) // the path is a valid constant
	}
	return dir
}

// Load reads et.toml, ru.toml and en.toml from the root of fsys, and beside
// them, if they are there, flags.toml ([Texts.PromisesReader]) and unsigned.toml
// ([Texts.Unsigned]). It returns [Faults] when the texts are not fit to be sent,
// and any other error when a file could not be read.
func Load(fsys fs.FS) (*Texts, error) {
	faults, err := strayFiles(fsys)
	if err != nil {
		return nil, err
	}
	var sources []*source
	for _, lang := range Langs {
		s, found, err := readSource(fsys, lang)
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
		if s != nil {
			sources = append(sources, s)
		}
	}
	faults = append(faults, agree(sources)...)
	flags, found, err := readFlags(fsys)
	if err != nil {
		return nil, err
	}
	faults = append(faults, found...)
	unsigned, found, err := readUnsigned(fsys)
	if err != nil {
		return nil, err
	}
	faults = append(faults, found...)
	if len(faults) > 0 {
		return nil, faults.sorted()
	}
	t, err := build(sources)
	if err != nil {
		return nil, err
	}
	t.flags, t.unsigned = flags, unsigned
	return t, nil
}

// strayFiles finds TOML files no language would ever read.
func strayFiles(fsys fs.FS) (Faults, error) {
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("listing texts: %w", err)
	}
	var faults Faults
	for _, name := range names {
		if name != flagsFile && name != unsignedFile && !slices.Contains(Langs, strings.TrimSuffix(name, path.Ext(name))) {
			faults = append(faults, Fault{File: name, What: "no language reads this file", Mend: "remove it; the files are et.toml, ru.toml and en.toml"})
		}
	}
	return faults, nil
}

// build turns faultless sources into texts that never change again.
func build(sources []*source) (*Texts, error) {
	t := &Texts{
		localizers: map[string]*i18n.Localizer{},
		entries:    map[slot]*entry{},
		vars:       map[string][]string{},
	}
	for _, s := range sources {
		bundle := i18n.NewBundle(language.Make(s.lang))
		for _, m := range s.messages {
			if err := bundle.AddMessages(language.Make(s.lang), i18nMessage(m)); err != nil {
				return nil, fmt.Errorf("adding text %s: %w", m.id, err)
			}
		}
		t.localizers[s.lang] = i18n.NewLocalizer(bundle, s.lang)
		for _, m := range s.messages {
			if err := t.add(s, m); err != nil {
				return nil, err
			}
		}
	}
	t.keys = slices.Sorted(maps.Keys(t.vars))
	return t, nil
}

func i18nMessage(m *message) *i18n.Message {
	return &i18n.Message{
		ID: m.id, Zero: m.texts["zero"], One: m.texts["one"], Two: m.texts["two"],
		Few: m.texts["few"], Many: m.texts["many"], Other: m.texts[formOther],
	}
}

// add enters one message under each channel it serves.
func (t *Texts) add(s *source, m *message) error {
	e := &entry{lang: s.lang, id: m.id, plural: m.plural(), vars: m.allVars(), at: s.fault(m.id, "", "", ""), forms: formsIn(s, m)}
	if len(e.vars) == 0 {
		text, err := t.localize(e, nil)
		if err != nil {
			return err
		}
		e.plain = text
	}
	key, ending, _ := splitID(m.id)
	t.vars[key] = e.vars
	for _, channel := range Channels {
		if ending == channel || ending == both {
			t.entries[slot{s.lang, key, channel}] = e
		}
	}
	return nil
}
