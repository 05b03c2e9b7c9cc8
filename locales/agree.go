package locales

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// agree compares what the files say about the same ids. It looks only at files
// that could be read, or a single broken file would fault every text.
func agree(sources []*source) Faults {
	ids := map[string]*source{} // the first file that has the id
	for _, s := range slices.Backward(sources) {
		for id := range s.messages {
			ids[id] = s
		}
	}
	faults := endings(ids)
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		faults = append(faults, complete(sources, ids[id], id)...)
		faults = append(faults, pluralForms(sources, id)...)
		faults = append(faults, sameVariables(sources, id)...)
	}
	for _, s := range sources {
		faults = append(faults, acrossChannels(s)...)
		for _, m := range s.messages {
			faults = append(faults, acrossForms(s, m)...)
		}
	}
	return faults
}

// endings: a key is one text for both channels, or one for each.
func endings(ids map[string]*source) Faults {
	var faults Faults
	for id, s := range ids {
		key, ending, _ := splitID(id)
		switch {
		case ending == both:
			if ids[key+"."+Telegram] != nil || ids[key+"."+SMS] != nil {
				faults = append(faults, s.fault(id, "", fmt.Sprintf("%q has both .both and .telegram or .sms", key),
					"keep either .both, or .telegram with .sms, in every language"))
			}
		case ids[key+"."+other(ending)] == nil:
			faults = append(faults, s.fault(id, "", fmt.Sprintf("%q has no .%s", id, other(ending)),
				fmt.Sprintf("add %q, or rename this one to %q", key+"."+other(ending), key+"."+both)))
		}
	}
	return faults
}

func other(channel string) string {
	if channel == SMS {
		return Telegram
	}
	return SMS
}

func complete(sources []*source, first *source, id string) Faults {
	var faults Faults
	for _, s := range sources {
		if s.messages[id] == nil {
			faults = append(faults, first.fault(id, "", fmt.Sprintf("%q is missing in %s", id, s.file), "add it there, or remove it everywhere"))
		}
	}
	return faults
}

// pluralForms: if an id is plural in one language, it is plural in all, and
// each has exactly the forms that CLDR gives that language.
func pluralForms(sources []*source, id string) Faults {
	if !slices.ContainsFunc(sources, func(s *source) bool { return s.messages[id] != nil && s.messages[id].plural() }) {
		return nil
	}
	var faults Faults
	for _, s := range sources {
		m := s.messages[id]
		if m == nil || len(m.texts) == 0 {
			continue
		}
		needed := formsOf(s.lang)
		for _, form := range forms {
			_, has := m.texts[form]
			needs := slices.Contains(needed, form)
			switch {
			case needs && !has:
				faults = append(faults, s.fault(id, "", fmt.Sprintf("%q has no plural form %q", id, form),
					fmt.Sprintf("%s needs %s", s.file, strings.Join(needed, ", "))))
			case has && !needs:
				faults = append(faults, s.fault(id, form, fmt.Sprintf("%q has the plural form %q, which its language does not have", id, form),
					fmt.Sprintf("remove it; %s needs %s", s.file, strings.Join(needed, ", "))))
			}
		}
	}
	return faults
}

func sameVariables(sources []*source, id string) Faults {
	var faults Faults
	var first *source
	for _, s := range sources {
		m := s.messages[id]
		if m == nil || m.broken {
			continue
		}
		if first == nil {
			first = s
		}
		if want := first.messages[id].allVars(); !slices.Equal(m.allVars(), want) {
			faults = append(faults, s.fault(id, "", fmt.Sprintf("%q uses %s, in %s it uses %s", id, named(m.allVars()), first.file, named(want)),
				"use the same variables in every language"))
		}
	}
	return faults
}

func acrossChannels(s *source) Faults {
	var faults Faults
	for id, m := range s.messages {
		key, ending, _ := splitID(id)
		telegram := s.messages[key+"."+Telegram]
		if ending == SMS && telegram != nil && !m.broken && !telegram.broken && !slices.Equal(m.allVars(), telegram.allVars()) {
			faults = append(faults, s.fault(id, "", fmt.Sprintf("%q uses %s, %q uses %s", id, named(m.allVars()), telegram.id, named(telegram.allVars())),
				"use the same variables on both channels"))
		}
	}
	return faults
}

// acrossForms: every plural form names the same variables; only the count may
// be left out, and only where the form stands for one number.
func acrossForms(s *source, m *message) Faults {
	if m.broken {
		return nil
	}
	var faults Faults
	var all []string
	for _, vars := range m.vars {
		all = append(all, vars...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for form, vars := range m.vars {
		for _, name := range all {
			if slices.Contains(vars, name) || (name == countVar && namesOneNumber(s.lang, form)) {
				continue
			}
			faults = append(faults, s.fault(m.id, form, fmt.Sprintf("plural form %q of %q does not use {{.%s}}", form, m.id, name),
				"use the same variables in every form; only a form that means a single number may leave out {{.count}}"))
		}
	}
	return faults
}

// named writes variables as they stand in a text.
func named(vars []string) string {
	if len(vars) == 0 {
		return "no variable"
	}
	return "{{." + strings.Join(vars, "}} {{.") + "}}"
}
