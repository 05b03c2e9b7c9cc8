package locales

import (
	"slices"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// countVar is the variable that chooses the plural form.
const countVar = "count"

// formOther is the form every text has; a text that has no other is plain.
const formOther = "other"

// forms are the plural categories of CLDR, in its order.
var forms = []string{"zero", "one", "two", "few", "many", formOther}

var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: formOther,
}

// probed is how many whole numbers are looked at to learn a language's forms.
// The rules of CLDR for our languages look at the last two digits only.
const probed = 200

// formOf is the plural category of a whole number. A large one is cut down to
// fit an int anywhere: the rules look at its last digits and whether it is small.
func formOf(lang string, n int64) string {
	const large = 1_000_000
	if n > large {
		n = large + n%large
	}
	return formNames[plural.Cardinal.MatchPlural(language.Make(lang), int(n), 0, 0, 0, 0)]
}

// formsOf lists the categories a language has: those of whole numbers, and
// that of fractions (in Russian the only use of "other").
func formsOf(lang string) []string {
	seen := map[string]bool{
		formNames[plural.Cardinal.MatchPlural(language.Make(lang), 1, 1, 1, 5, 5)]: true,
	}
	for n := range int64(probed) {
		seen[formOf(lang, n)] = true
	}
	return slices.DeleteFunc(slices.Clone(forms), func(f string) bool { return !seen[f] })
}

// namesOneNumber says whether a form stands for a single number, so that a text
// may spell it out ("one person") instead of showing the count. Estonian and
// English "one" is 1; Russian "one" is also 21 and 101.
func namesOneNumber(lang, form string) bool {
	numbers := 0
	for n := range int64(probed) {
		if formOf(lang, n) == form {
			numbers++
		}
	}
	return numbers == 1
}

// widestCounts returns, for each form of the language that a whole number up to
// longest can take, the largest such number: no other has more digits.
func widestCounts(lang string, longest int64) []int64 {
	var counts []int64
	seen := map[string]bool{}
	look := func(n int64) {
		if f := formOf(lang, n); !seen[f] {
			seen[f] = true
			counts = append(counts, n)
		}
	}
	for n := longest; n >= 0 && n > longest-probed; n-- {
		look(n)
	}
	for n := min(longest, probed); n >= 0; n-- {
		look(n)
	}
	return counts
}
