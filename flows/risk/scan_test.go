package risk

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var scanner = New()

func level(text string) Level {
	found := scanner.Scan(text)
	if len(found) == 0 {
		return None
	}
	return found[0].Level
}

// fixtureLevels say what each category of the fixtures must reach. Trafficking may not be more than Check.
var fixtureLevels = map[string]Level{"suicide": High, "weapon": High, "threat_life": High, "child_danger": High, "being_held": High, "trafficking": Check}

// A person who says the plainest words there are would be overlooked.
func TestFixturesAreFound(t *testing.T) {
	for _, f := range fixtures(t).Positive {
		if f.Category == "under18" {
			if _, ok := scanner.Minor(f.Text); !ok {
				t.Errorf("%q: not seen as under 18", f.Text)
			}
			continue
		}
		if got, want := level(f.Text), fixtureLevels[f.Category]; got < want {
			t.Errorf("%q: %v, want %v: %+v", f.Text, got, want, scanner.Explain(f.Text))
		}
	}
}

// Somebody who asks for the opening hours would be told to call 112.
func TestHarmlessFixturesAreNotFound(t *testing.T) {
	for _, text := range fixtures(t).Negative {
		if got := scanner.Scan(text); len(got) > 0 {
			t.Errorf("%q: %v: %+v", text, got, scanner.Explain(text))
		}
	}
}

type fixtureFile struct {
	Positive []struct{ Category, Text string }
	Negative []string
}

func fixtures(t *testing.T) fixtureFile {
	t.Helper()
	data, err := os.ReadFile("testdata/fixtures.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixtureFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Positive) < 100 || len(f.Negative) < 40 {
		t.Fatalf("fixtures are missing: %d positive, %d negative", len(f.Positive), len(f.Negative))
	}
	return f
}

// P-21, DESIGN.md section 5: trafficking is a level of its own and never pushes past people whose life is in danger.
func TestTraffickingIsNeverHigh(t *testing.T) {
	for _, text := range []string{"they sold me and took my passport", "меня заставляют отработать долг", "mind müüdi teisele mehele"} {
		for _, f := range scanner.Scan(text) {
			if f.Category == Trafficking && f.Level > Check {
				t.Errorf("%q: %+v", text, f)
			}
		}
	}
}

// Under 18 is a badge, not an urgency: an age alone must not move anybody up the queue.
func TestMinorIsNotADanger(t *testing.T) {
	if why, ok := scanner.Minor("olen 16 aastane"); !ok || !strings.HasPrefix(why, "minor/") {
		t.Errorf("Minor = %q, %v", why, ok)
	}
	for _, f := range scanner.Scan("olen 16 aastane") {
		if f.Category == minor {
			t.Errorf("minor is listed as a danger: %+v", f)
		}
	}
	if _, ok := scanner.Minor("olen 34 aastane"); ok {
		t.Error("34 is taken for under 18")
	}
}

// One harmless phrase must not hide a danger said in the same breath.
func TestAMaskNeverSilencesAnotherHit(t *testing.T) {
	for _, text := range []string{
		"killing time before he kills me, he has a knife",
		"умираю со смеху, а у него нож",
		"Tapa linnas, ta tahab mind tappa",
	} {
		if level(text) != High {
			t.Errorf("%q: %+v", text, scanner.Explain(text))
		}
	}
}

// A danger at the end of a long story counts as much as one said alone.
func TestDangerInALongMessage(t *testing.T) {
	story := strings.Repeat("täna oli pikk päev ja ma käisin poes ning pärast vaatasin telekat. ", 20)
	if got := level(story + "ta tapab mu ära"); got != High {
		t.Errorf("at the end of a long message: %v", got)
	}
}

// Whoever reads the findings must see the most urgent one first, once for each category, without any of the words.
func TestFindingsAreSortedAndHoldNoWords(t *testing.T) {
	text := "he has a knife and wants to kill me, they took my passport, i want to die"
	found := scanner.Scan(text)
	if len(found) < 3 {
		t.Fatalf("%+v", found)
	}
	seen := map[Category]bool{}
	for i, f := range found {
		if seen[f.Category] || f.Level == None || i > 0 && f.Level > found[i-1].Level {
			t.Errorf("order or repetition: %+v", found)
		}
		seen[f.Category] = true
		if f.Why != byModel && !slices.ContainsFunc(scanner.rules.rules, func(r rule) bool { return r.id == f.Why }) {
			t.Errorf("%+v is explained neither by a rule's id nor by the model", f)
		}
	}
}

// The same words must be found however they are typed.
func TestSpellings(t *testing.T) {
	for _, text := range []string{
		"я хочу умереть", "Я ХОЧУ УМЕРЕТЬ!!!", "ya hochu umeret", "ja xo4u umeret'", "я xoчy yмepeть", "я хо\u200bчу уме\u00adреть",
		"ma v6tsin k6ik tabletid", "tahan surrrra", "Ｉ ｗａｎｔ ｔｏ ｄｉｅ", "APPPPI",
	} {
		if level(text) != High {
			t.Errorf("%q: %v %+v", text, level(text), scanner.Explain(text))
		}
	}
}

// A strong rule may not be lowered by anything the model thinks.
func TestTheModelNeverLowersAStrongRule(t *testing.T) {
	calm := verdict{level: [outLevels]float64{1, 0, 0}}
	for i, r := range scanner.rules.rules {
		got := scanner.combine(hits{rules: []int{i}}, calm)
		if r.strong != (len(got) == 1 && got[0].Level == r.level) {
			t.Errorf("%s (strong %v): %+v", r.id, r.strong, got)
		}
	}
}

// Scan runs on whatever anybody sends: it may not fail, and not say more than the design allows.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"", " ", "\xff\xfe", "ta tapab mu ära", "я хочу умереть", "6", "'''", "ﷺﷺ", "a\u0301", strings.Repeat("нож ", 3000), "٣٤", "4to ty"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, finding := range scanner.Scan(text) {
			if finding.Level < Check || finding.Level > High || categoryIndex(finding.Category) < 0 || finding.Category == Trafficking && finding.Level == High || finding.Why == "" {
				t.Errorf("%+v", finding)
			}
		}
		scanner.Minor(text)
		r := normalise(text)
		if !utf8.ValidString(r.plain) || strings.Contains(r.plain, "  ") || !strings.HasPrefix(r.plain, " ") || !strings.HasSuffix(r.plain, " ") {
			t.Errorf("reading %q", r.plain)
		}
	})
}

// A message as long as the provider allows must not hold up the others: nothing after 4096 runes is looked at.
func TestOnlyTheFirstRunesAreLookedAt(t *testing.T) {
	filler := strings.Repeat("а ", maxRunes/2)
	if got, want := normalise(filler+"нож").plain, normalise(filler).plain; got != want {
		t.Error("text after the limit is looked at")
	}
	if !strings.Contains(normalise(filler[:len(filler)-30]+"нож").plain, " нож ") {
		t.Error("text before the limit is not looked at")
	}
}

func BenchmarkScan(b *testing.B) {
	text := "ma ei tea mida teha, ta tuli öösel purjus koju ja ütles et kui ma ära lähen siis ta leiab mu üles"
	b.ReportAllocs()
	for b.Loop() {
		scanner.Scan(text)
	}
}

func BenchmarkScanLongest(b *testing.B) {
	text := strings.Repeat("он пришёл домой поздно и ничего не сказал ", 98)
	b.ReportAllocs()
	for b.Loop() {
		scanner.Scan(text)
	}
}
