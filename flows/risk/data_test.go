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
	list, err := ReadTraining(os.DirFS("data"))
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
	if len(modelBin) >= 1_500_000 {
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

// heldOut is a sentence with what a model says that has never seen it, nor any other made from the same line or much
// like it.
type heldOut struct {
	line    Sentence
	hits    hits
	verdict verdict
}

// crossValidate judges every hand-written sentence, and three from each template, by models that have not met them.
func crossValidate(t *testing.T, folds, copies, templated int) []heldOut {
	t.Helper()
	list := trainingSentences(t)
	base, err := newScanner(rulesJSON, conceptsTSV)
	if err != nil {
		t.Fatal(err)
	}
	examples := base.examples(list, copies, templated)
	fold := folding(list, folds)
	var out []heldOut
	for k := range folds {
		var learn []example
		for i := range list {
			if fold[i] != k {
				learn = append(learn, examples[i]...)
			}
		}
		s := *base
		s.model = quantise(fit(learn))
		seen := map[int]int{}
		for i, line := range list {
			if seen[line.Source]++; fold[i] != k || seen[line.Source] > 3 {
				continue
			}
			r := normalise(line.Text)
			h := s.rules.find(r)
			out = append(out, heldOut{line, h, s.judge(r, h)})
		}
	}
	return out
}

// folding says which part a sentence belongs to: all of a template to one, all that nearly repeat each other to one.
func folding(list []Sentence, folds int) []int {
	hand := 0
	for hand < len(list) && !list[hand].Templated {
		hand++
	}
	fold := groups(list[:hand])
	for _, s := range list[hand:] {
		fold = append(fold, s.Source)
	}
	for i := range fold {
		fold[i] = (fold[i]*7919 + 13) % folds
	}
	return fold
}

// tableOf counts held-out sentences twice: as found, and with only sure findings as High.
func tableOf(s *Scanner, list []heldOut) (all, sure tally) {
	for _, x := range list {
		found := s.combine(x.hits, x.verdict)
		source := "by hand"
		if x.line.Templated {
			source = "templates"
		}
		count(&all, x.line, top(found), source)
		count(&sure, x.line, sureTop(found), source)
	}
	return all, sure
}

// top is the level of the most urgent finding.
func top(found []Finding) Level {
	if len(found) == 0 {
		return None
	}
	return found[0].Level
}

// sureTop is the same where a High that is not sure counts as Check.
func sureTop(found []Finding) Level {
	for _, f := range found {
		if f.Level == High && f.Sure {
			return High
		}
	}
	return min(top(found), Check)
}

func count(sums *tally, line Sentence, got Level, source string) {
	sums.add("all", line.Level, got)
	sums.add("language "+line.Lang, line.Level, got)
	if line.Category != "" {
		sums.add("category "+string(line.Category), line.Level, got)
	}
	sums.add("style "+line.Style, line.Level, got)
	if source != "" {
		sums.add("source "+source, line.Level, got)
	}
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
