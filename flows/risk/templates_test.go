package risk

import (
	"strings"
	"testing"
)

// A template that is read wrongly would teach the model sentences nobody writes.
func TestTemplates(t *testing.T) {
	list, err := ReadTemplates("# et NONE none lookalike\n{a|b{c|d}} {x|}, e\n# en HIGH life direct\nplain", 10)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Sentence{}
	for _, s := range list {
		got[s.Text] = s
	}
	for _, want := range []string{"a x, e", "bc x, e", "bd x, e", "a, e", "bc, e", "bd, e"} {
		if s := got[want]; s.Lang != "et" || s.Level != None || s.Source != 12 || !s.Templated {
			t.Errorf("%q: %+v", want, s)
		}
	}
	if s := got["plain"]; len(got) != 7 || s.Level != High || s.Category != Life || s.Source != 14 {
		t.Errorf("%d sentences, %+v", len(got), s)
	}
	for name, text := range map[string]string{
		"no heading":   "text",
		"not closed":   "# et NONE none lookalike\n{a|b",
		"stray brace":  "# et NONE none lookalike\na}",
		"bad heading":  "# et LOW none lookalike\na",
		"half heading": "# et NONE\na",
	} {
		if _, err := ReadTemplates(text, 0); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "text") && name == "no heading" {
			t.Errorf("%s: the error holds the text", name)
		}
	}
}

// The same training data must give the same model on every machine.
func TestTemplatesGiveTheSameSentencesAgain(t *testing.T) {
	one, two := trainingSentences(t), trainingSentences(t)
	if len(one) != len(two) {
		t.Fatal(len(one), len(two))
	}
	for i := range one {
		if one[i] != two[i] {
			t.Fatalf("sentence %d differs", i)
		}
	}
}

// False alarms come from ordinary messages the model has never met, people overlooked from danger it has never met.
func TestTemplatesWidenTheTraining(t *testing.T) {
	var ordinary, danger int
	for _, s := range trainingSentences(t) {
		if !s.Templated {
			continue
		}
		if s.Level == None {
			ordinary++
		} else {
			danger++
		}
	}
	if ordinary < 4000 || danger < 1500 {
		t.Errorf("%d ordinary sentences, %d of danger", ordinary, danger)
	}
}

// A finding that is sure sends the danger text at once: nothing but a strong rule or a model far above its threshold may say so.
func TestOnlyHighIsSure(t *testing.T) {
	for _, s := range trainingSentences(t) {
		for _, f := range scanner.Scan(s.Text) {
			if f.Sure && f.Level != High {
				t.Fatalf("%+v", f)
			}
		}
	}
	for i, r := range scanner.rules.rules {
		calm := verdict{level: [outLevels]float64{1, 0, 0}}
		if got := scanner.combine(hits{rules: []int{i}}, calm); len(got) == 1 && got[0].Sure != (r.strong && r.level == High) {
			t.Errorf("%s alone: %+v", r.id, got[0])
		}
	}
}
