package risk

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func trainingSentences(t *testing.T) []Sentence {
	t.Helper()
	data, err := os.ReadFile("data/training.tsv")
	if err != nil {
		t.Fatal(err)
	}
	list, err := ReadSentences(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A rule or mask that nothing meets is dead weight, or misspelt and blind.
func TestEveryRuleAndMaskIsMet(t *testing.T) {
	met := map[string]bool{}
	try := func(text string) {
		h := scanner.rules.find(normalise(text))
		for _, i := range h.rules {
			met[scanner.rules.rules[i].id] = true
		}
		for _, id := range h.masked {
			met[id] = true
		}
	}
	for _, s := range trainingSentences(t) {
		try(s.Text)
	}
	f := fixtures(t)
	for _, p := range f.Positive {
		try(p.Text)
	}
	for _, text := range append(f.Negative, "olen alla 18", "ta käib koolis", "мне нет 18", "i am under 18") {
		try(text)
	}
	for _, r := range scanner.rules.rules {
		if !met[r.id] {
			t.Errorf("rule %s is met by no sentence: %s", r.id, r.re)
		}
	}
	for _, m := range scanner.rules.masks {
		if !met[m.id] {
			t.Errorf("mask %s is met by no sentence: %s", m.id, m.re)
		}
	}
}

// The index only saves time: without it the same rules are met. A rule left out would be a person overlooked.
func TestTheIndexLosesNothing(t *testing.T) {
	for n, s := range trainingSentences(t) {
		if n%7 != 0 {
			continue
		}
		r := normalise(s.Text)
		found := scanner.rules.ruleIndex.candidates(r.plain)
		for i, rule := range scanner.rules.rules {
			if rule.re.MatchString(r.plain) && !slices.Contains(found, i) {
				t.Errorf("%s is not tried on line %d", rule.id, n+1)
			}
		}
	}
}

// A strong rule stands whatever the model says, so it may meet hardly any sentence known to be harmless.
func TestStrongRulesMeetNoHarmlessSentence(t *testing.T) {
	for n, s := range trainingSentences(t) {
		for _, i := range scanner.rules.find(normalise(s.Text)).rules {
			if r := scanner.rules.rules[i]; r.strong && s.Level == None {
				t.Errorf("line %d is harmless and meets %s", n+1, r.id)
			}
		}
	}
}

// The model learns from what is written here: enough of it, in every language, half of it harmless.
func TestTrainingDataIsBalanced(t *testing.T) {
	count := map[string]int{}
	texts := map[string]int{}
	list := trainingSentences(t)
	for n, s := range list {
		count[s.Lang+" "+s.Level.String()]++
		key := strings.ToLower(s.Text)
		if m, ok := texts[key]; ok {
			t.Errorf("line %d repeats line %d", n+1, m)
		}
		texts[key] = n + 1
	}
	if len(list) < 2500 {
		t.Errorf("%d sentences", len(list))
	}
	harmless := 0
	for _, lang := range []string{"et", "ru", "en", "ru-latn"} {
		harmless += count[lang+" NONE"]
		for _, l := range []Level{None, Check, High} {
			if count[lang+" "+l.String()] < 70 {
				t.Errorf("%s %v: %d sentences", lang, l, count[lang+" "+l.String()])
			}
		}
	}
	if 2*harmless < len(list) {
		t.Errorf("%d of %d are harmless, want half", harmless, len(list))
	}
}

// The weights travel inside the program.
func TestModelIsSmall(t *testing.T) {
	if len(modelBin) >= 600_000 {
		t.Errorf("%d bytes", len(modelBin))
	}
	if _, err := loadWeights(modelBin[:100]); err == nil {
		t.Error("a damaged model is accepted")
	}
}

func TestFaultyDataIsRefused(t *testing.T) {
	for name, rules := range map[string]string{
		"not JSON":         `{`,
		"no id":            `{"rules":[{"lang":"et","category":"life","level":"HIGH","re":" a "}]}`,
		"bad pattern":      `{"rules":[{"id":"x","lang":"et","category":"life","level":"HIGH","re":"("}]}`,
		"bad level":        `{"rules":[{"id":"x","lang":"et","category":"life","level":"NONE","re":" a "}]}`,
		"bad category":     `{"rules":[{"id":"x","lang":"et","category":"war","level":"HIGH","re":" a "}]}`,
		"trafficking HIGH": `{"rules":[{"id":"x","lang":"et","category":"trafficking","level":"HIGH","re":" a "}]}`,
		"id twice":         `{"masks":[{"id":"x","lang":"et","re":" a "},{"id":"x","lang":"et","re":" b "}]}`,
	} {
		if _, err := loadRules([]byte(rules)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := loadConcepts("die\n"); err == nil {
		t.Error("an idea without words is accepted")
	}
	for _, tsv := range []string{"et\tHIGH\tlife\ttext", "et\tLOW\tlife\ta\tb", "et\tNONE\tlife\ta\tb", "et\tHIGH\tnone\ta\tb"} {
		if _, err := ReadSentences(tsv); err == nil {
			t.Errorf("accepted: %q", tsv)
		}
	}
}

// Cross-validation is the only measure the thresholds were chosen by. With all copies it finds 80 % of HIGH
// and 84 % of CHECK or HIGH, and calls 9 % of harmless sentences HIGH (most were written to mislead): the floors are below.
func TestCrossValidation(t *testing.T) {
	const folds = 3
	list := trainingSentences(t)
	group := groups(list)
	fold := func(i int) int { return (group[i]*7919 + 13) % folds }
	var sums tally
	for k := range folds {
		var learn []Sentence
		for i, s := range list {
			if fold(i) != k {
				learn = append(learn, s)
			}
		}
		s, err := newScanner(rulesJSON, conceptsTSV)
		if err != nil {
			t.Fatal(err)
		}
		s.model = s.train(learn, 1) // fewer copies than in use, to save time: a little worse
		for i, line := range list {
			if fold(i) == k {
				addAll(&sums, s, line)
			}
		}
	}
	t.Log("\n" + sums.table())
	all := sums.by["all"]
	if r := rate(all.highFound, all.high); r < 0.76 {
		t.Errorf("only %.1f%% of HIGH found", 100*r)
	}
	if r := rate(all.dangerFound, all.danger); r < 0.80 {
		t.Errorf("only %.1f%% of CHECK or HIGH found", 100*r)
	}
	if r := rate(all.falseHigh, all.harmless); r > 0.12 {
		t.Errorf("%.1f%% of harmless sentences called HIGH", 100*r)
	}
}

// addAll counts one sentence under "all", its language, its category and its style.
func addAll(sums *tally, s *Scanner, line Sentence) {
	got := None
	if found := s.Scan(line.Text); len(found) > 0 {
		got = found[0].Level
	}
	sums.add("all", line.Level, got)
	sums.add("language "+line.Lang, line.Level, got)
	if line.Category != "" {
		sums.add("category "+string(line.Category), line.Level, got)
	}
	sums.add("style "+line.Style, line.Level, got)
}

// Whoever reads this package must find what a name in data files means.
func TestConceptsCoverTheLanguages(t *testing.T) {
	for name, words := range map[string][]string{
		"blade": {"noaga", "ножом", "nozhom", "knife"},
		"child": {"lapsele", "ребёнка", "rebjonka", "children"},
		"door":  {"uksest", "дверью", "dverju", "door"},
	} {
		for _, w := range words {
			found := map[string]bool{}
			for _, s := range normalise(w).words {
				for _, id := range scanner.reader.concepts.of(s) {
					found[scanner.reader.concepts.names[id]] = true
				}
			}
			if !found[name] {
				t.Errorf("%s is not %s but %v", w, name, slices.Sorted(maps.Keys(found)))
			}
		}
	}
}

// frozenFiles are what the first run on unseen sentences was made with.
func frozenFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("data/*")
	if err != nil || len(files) < 4 {
		t.Fatal(fmt.Errorf("data files: %v %w", files, err))
	}
	return files
}
