package service

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"sosin/flows"
)

// Regions are the four of P-49. Which county lies in which stands in the file (B-29).
var Regions = []string{"north", "south", "east", "west"}

// CountyIDs lists the 15 counties in the order in which they are offered: the first has the code 11.
var CountyIDs = []string{"harju", "hiiu", "ida-viru", "jogeva", "jarva", "laane", "laane-viru", "polva", "parnu", "rapla",
	"saare", "tartu", "valga", "viljandi", "voru"}

const firstCode = 11

// countyTable has for each county its names, and its stems as people write them, folded: Estonian without diacritics,
// Russian, and Russian in Latin letters.
var countyTable = map[string]struct{ et, ru, stems string }{
	"harju":      {"Harjumaa", "Харьюмаа", `hary?ju|har[iy]u|khar[jiy]?[jiy]u|kharyu|харью|харю`},
	"hiiu":       {"Hiiumaa", "Хийумаа", `hii?u|hi[jy]u|khi[iyj]?y?u|хии?у|хию|хий[ую]`},
	"ida-viru":   {"Ida-Virumaa", "Ида-Вирумаа", `ida ?viru|east(?:ern)? viru|ида ?виру`},
	"jogeva":     {"Jõgevamaa", "Йыгевамаа", `j[oy]gev[ae]|[yi][yo]geva|[йи]ыгев[аыеу]`},
	"jarva":      {"Järvamaa", "Ярвамаа", `[jyi]arva|ярв[аыеу]`},
	"laane":      {"Läänemaa", "Ляэнемаа", `laa?ne|lyae?ne|lja[ae]?ne|л(?:яэ|яа|я|аа|аэ)не`},
	"laane-viru": {"Lääne-Virumaa", "Ляэне-Вирумаа", `(?:laa?ne|lyae?ne|lja[ae]?ne|west(?:ern)?) ?viru|л(?:яэ|яа|я|аа|аэ)не ?виру`},
	"polva":      {"Põlvamaa", "Пылвамаа", `p[oy]lva|пылв[аыеу]`},
	"parnu":      {"Pärnumaa", "Пярнумаа", `p[jyi]?arnu|paernu|пярну`},
	"rapla":      {"Raplamaa", "Рапламаа", `rapl[ay]|рапл[аыеу]`},
	"saare":      {"Saaremaa", "Сааремаа", `saare|саа?ре`},
	"tartu":      {"Tartumaa", "Тартумаа", `tartu|тарту`},
	"valga":      {"Valgamaa", "Валгамаа", `val[gk]a|валг[аиеу]`},
	"viljandi":   {"Viljandimaa", "Вильяндимаа", `vil[jyi]?[jyi]andi|вил[ьи]?янди`},
	"voru":       {"Võrumaa", "Вырумаа", `v[oy]rr?u|выру`},
}

// What may follow a county's stem: Estonian cases, with or without "maa"; Russian adjectives.
const countyEnding = `(?:maa?)?(?:kon[nd][a-z]*|sse|st|le|lt|ga|ni|s|l|маа|sk[a-z]{1,3}|ск[а-я]{1,3})?(?:ск[а-я]{1,3})?`

// What may follow a town's name.
const townEnding = `(?:[aeiu]?(?:sse|st|le|lt|ga|ni|s|l)?|ск[а-я]{1,3})`

type county struct {
	region string
	typed  *regexp.Regexp
}

// CountyName returns a county's name in a language, or "" for an id that is none.
func CountyName(id string, lang flows.Lang) string {
	c := countyTable[id]
	switch {
	case c.et == "" || lang == flows.Estonian:
		return c.et
	case lang == flows.Russian:
		return c.ru
	}
	return strings.TrimSuffix(c.et, "maa") + " County"
}

// Region returns the region of a county's id, or "".
func (f *File) Region(county string) string { return f.counties[county].region }

// County understands a county that was typed: a two-digit code from 11 (county.ask), or its name or one of its towns among
// at most eight words, in Estonian, Russian or English, declined, without diacritics, or Russian in Latin letters. ok is
// false when it finds none, or more than one.
func (f *File) County(typed string) (id string, ok bool) {
	if len(typed) > 400 {
		return "", false
	}
	words := strings.Fields(plain(typed))
	if len(words) > 8 {
		return "", false
	}
	if len(words) == 1 {
		if id, ok := countyByCode(words[0]); ok {
			return id, true
		}
	}
	return f.countyIn(" " + strings.Join(words, " ") + " ")
}

func countyByCode(word string) (string, bool) {
	for i, id := range CountyIDs {
		if code := firstCode + i; word == string([]byte{byte('0' + code/10), byte('0' + code%10)}) {
			return id, true
		}
	}
	return "", false
}

// longestFirst has Lääne-Viru before Lääne, which is a part of its name.
var longestFirst = func() []string {
	ids := slices.Clone(CountyIDs)
	slices.SortStableFunc(ids, func(a, b string) int { return len(b) - len(a) })
	return ids
}()

func (f *File) countyIn(text string) (found string, ok bool) {
	for _, id := range longestFirst {
		typed := f.counties[id].typed
		if typed == nil || !typed.MatchString(text) {
			continue
		}
		if found != "" {
			return "", false
		}
		found, text = id, typed.ReplaceAllString(text, " ")
	}
	return found, found != ""
}

// counties reads for each county its region and the towns by which people name it.
func (r *reader) counties(n *yaml.Node) {
	r.pairs(n, func(k, v *yaml.Node) {
		if _, ok := countyTable[k.Value]; !ok {
			r.oneOf(k, "county", CountyIDs...)
			return
		}
		c := county{}
		var towns []string
		r.fields(v, map[string]func(*yaml.Node){
			"region": func(n *yaml.Node) { c.region = r.oneOf(n, "region", Regions...) },
			"towns": func(n *yaml.Node) {
				r.list(n, func(n *yaml.Node, s string) {
					towns = append(towns, s)
					r.later(func() { r.understood(n, s, k.Value) })
				})
			},
		})
		r.require(k, v, "region")
		c.typed = typedForms(countyTable[k.Value].stems, towns)
		r.file.counties[k.Value] = c
	})
	r.later(func() {
		for _, id := range CountyIDs {
			if _, ok := r.file.counties[id]; !ok && n.Kind == yaml.MappingNode {
				r.add(n, "county "+id+" is missing", "give all 15, each with its region")
			}
		}
	})
}

// understood faults a town that is not taken for its county, or is another county's name as well.
func (r *reader) understood(n *yaml.Node, town, county string) {
	got, _ := r.file.County(town)
	text, shared := " "+plain(town)+" ", false
	for id, c := range r.file.counties {
		shared = shared || id != county && c.typed != nil && c.typed.FindString(text) == text
	}
	if got != county || shared {
		r.add(n, town+" is not understood as "+county, "leave it out: it names another county too, or none")
	}
}

func typedForms(stems string, towns []string) *regexp.Regexp {
	all := []string{"(?:" + stems + ")" + countyEnding}
	for _, town := range towns {
		words := strings.Fields(plain(town))
		if len(words) == 0 {
			continue
		}
		name := strings.Join(words, " ?")
		if stem, ok := strings.CutSuffix(name, "а"); ok { // declined in Russian: Нарва, в Нарве
			name = stem + "[аыеиу]"
		} else {
			name += "[аеу]?"
		}
		all = append(all, name+townEnding)
	}
	return regexp.MustCompile(" (?:" + strings.Join(all, "|") + ") ") // letters and digits only, by plain
}
