package console

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sosin/flows"
	"sosin/handoff"
	"sosin/handoff/staff"
)

var variable = regexp.MustCompile(`\{[a-z]+\}`)

func TestTheThreeCataloguesSayTheSame(t *testing.T) {
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range all["en"] {
		want := variable.FindAllString(text, -1)
		slices.Sort(want)
		for _, lang := range pageLangs {
			got := variable.FindAllString(all[lang][key], -1)
			slices.Sort(got)
			if strings.TrimSpace(all[lang][key]) == "" || !slices.Equal(got, want) {
				t.Errorf("%s in %s: %q", key, lang, all[lang][key])
			}
		}
	}
	for _, lang := range pageLangs {
		if len(all[lang]) != len(all["en"]) {
			t.Errorf("%s has %d texts, en %d", lang, len(all[lang]), len(all["en"]))
		}
	}
}

// uses finds what templates and scripts ask for.
var uses = regexp.MustCompile(`(?:\.Say|say\(|\$\.Say)\s*\(?"([a-z._0-9]+)"`)

func TestEveryTextAskedForExistsAndNoneIsLeftOver(t *testing.T) {
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, fsys := range []fs.FS{templateFiles, staticFiles} {
		err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := fs.ReadFile(fsys, name)
			source += string(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := uses.FindAllStringSubmatch(source, -1)
	if len(found) < 80 {
		t.Fatalf("only %d uses were found", len(found))
	}
	for _, use := range found {
		if _, ok := all["en"][use[1]]; !ok && !strings.HasSuffix(use[1], ".") {
			t.Errorf("%q is asked for and does not exist", use[1])
		}
	}
	built := []string{"language.own.", "role.", "live.", "fact.", "band.", "phase.", "language.", "channel.", "desk.", "answer.", "code.", "error.", "accounts.error.",
		"signin.", "notfound.", "broken.", "door.", "accounts.title", "credentials.title", "report.title", "line.unknown", "state.", "lost.", "safe.", "cost.", "report.alldesks",
		"need.", "times.", "dropped.", "skill.", "want.", "force.", "region.", "event."}
	for key := range all["en"] {
		if !strings.Contains(source, `"`+key+`"`) && !slices.ContainsFunc(built, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("nothing asks for %q", key)
		}
	}
}

func TestEverythingWithANameHasOneInWords(t *testing.T) {
	m, err := machine()
	if err != nil {
		t.Fatal(err)
	}
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, code := range handoff.Codes {
		keys = append(keys, "code."+code)
	}
	for _, lang := range flows.Langs {
		keys = append(keys, "language."+string(lang), "language.own."+string(lang))
	}
	for _, channel := range flows.Channels {
		keys = append(keys, "channel."+string(channel))
	}
	for band := flows.NoBand; band <= flows.Rest; band++ {
		keys = append(keys, "band."+toJS(int(band)))
	}
	for _, phase := range []flows.Phase{flows.Waiting, flows.Claimed, flows.Live, flows.Lost, flows.Closed} {
		keys = append(keys, "phase."+string(phase))
	}
	for _, role := range staff.Roles {
		keys = append(keys, "role."+string(role))
	}
	for _, desk := range m.Desks() {
		keys = append(keys, "desk."+desk)
	}
	for _, fact := range []string{"last", "safe", "lang", "waiting", "desk", "chosen", "times"} {
		keys = append(keys, "fact."+fact)
	}
	for _, skill := range staff.Skills {
		keys = append(keys, "skill."+skill)
	}
	for _, filter := range handoff.Filters {
		keys = append(keys, "dropped."+string(filter))
	}
	for _, when := range []string{"any", "workdays", "never"} {
		keys = append(keys, "times."+when)
	}
	keys = append(keys, handoff.ConsentAsked)
	for _, key := range keys {
		for _, lang := range pageLangs {
			if all[lang][key] == "" {
				t.Errorf("%s has no word for %s", lang, key)
			}
		}
	}
}
