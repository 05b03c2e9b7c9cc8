package locales

import (
	"fmt"
	"slices"
	"testing"
)

// CLDR, language plural rules: the forms a translator must write.
func TestFormsOf(t *testing.T) {
	for lang, want := range map[string][]string{
		"et": {"one", "other"}, "en": {"one", "other"}, "ru": {"one", "few", "many", "other"},
	} {
		if got := formsOf(lang); !slices.Equal(got, want) {
			t.Errorf("formsOf(%s) = %q, want %q", lang, got, want)
		}
	}
}

// Load asks for the forms of x/text, go-i18n picks by rules of its own: if they
// parted, a person would get an error in place of a text.
func TestPluralRulesAgree(t *testing.T) {
	const et = `"a.both" = { one = "one {{.count}}", other = "other {{.count}}" }`
	const ru = `"a.both" = { one = "one {{.count}}", few = "few {{.count}}", many = "many {{.count}}", other = "other {{.count}}" }`
	texts := mustLoad(t, et, ru, et)
	for _, lang := range Langs {
		for _, n := range append(numbers(1200), 1_000_001, 10_000_000, 10_000_001, 12_345_678_912) {
			got, err := texts.Say(lang, "a", SMS, map[string]any{"count": n})
			if want := fmt.Sprintf("%s %d", formOf(lang, n), n); err != nil || got != want {
				t.Fatalf("%s %d: %q, %v; want %q", lang, n, got, err, want)
			}
		}
	}
}

func numbers(n int64) []int64 {
	var all []int64
	for i := range n {
		all = append(all, i)
	}
	return all
}

// The check must try "991 minuta" and not stop at "1 minuta".
func TestWidestCounts(t *testing.T) {
	for _, c := range []struct {
		lang    string
		longest int64
		want    []int64
	}{
		{"ru", 999, []int64{999, 994, 991}},
		{"ru", 119, []int64{119, 104, 101}},
		{"ru", 0, []int64{0}},
		{"et", 999, []int64{999, 1}},
		{"en", 1, []int64{1, 0}},
	} {
		if got := widestCounts(c.lang, c.longest); !slices.Equal(got, c.want) {
			t.Errorf("widestCounts(%s, %d) = %v, want %v", c.lang, c.longest, got, c.want)
		}
	}
}
