package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"sosin/flows"
	"sosin/flows/inspect"
	"sosin/locales"
)

// smsCost is what one text costs as SMS at most, in one language.
type smsCost struct {
	key   string
	lang  flows.Lang
	state string // the state whose answers stand under it, if it has any
	locales.Cost
}

// smsCosts renders every text that is sent by SMS with its longest values, and a prompt with the answers under it, in the
// state where they are longest. Labels are no messages of their own, and the lines for staff (event.) are never sent. The
// dearest come first.
func smsCosts(s inspect.Subject, prompts []flows.Message) []smsCost {
	said := map[string][]flows.Message{}
	label := map[string]bool{}
	for _, m := range prompts {
		said[m.Text] = append(said[m.Text], m)
		for _, ch := range m.Choices {
			label[ch.Label] = true
		}
	}
	var out []smsCost
	for _, key := range s.Texts.Keys() {
		if strings.HasPrefix(key, "event.") || label[key] && said[key] == nil {
			continue
		}
		for _, lang := range flows.Langs {
			out = append(out, dearest(s, lang, key, said[key]))
		}
	}
	slices.SortFunc(out, func(a, b smsCost) int {
		return cmp.Or(cmp.Compare(b.Segments, a.Segments), cmp.Compare(b.Units, a.Units), strings.Compare(a.key, b.key), strings.Compare(string(a.lang), string(b.lang)))
	})
	return out
}

// dearest compares a text by itself with the prompts it is in.
func dearest(s inspect.Subject, lang flows.Lang, key string, prompts []flows.Message) smsCost {
	out := smsCost{key: key, lang: lang}
	for _, m := range append([]flows.Message{{Text: key}}, prompts...) {
		longest, err := s.Longest(lang, flows.SMS, m)
		if err != nil {
			continue // told as a fault by the proofs
		}
		if cmp.Or(cmp.Compare(longest.Segments, out.Segments), cmp.Compare(longest.Units, out.Units)) > 0 {
			out.Cost, out.state = longest.Cost, m.State
		}
	}
	return out
}

// writeCosts prints a line for each text and language, and one for all.
func writeCosts(out io.Writer, costs []smsCost) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "segments\tunits\tencoding\tlanguage\ttext\tanswers of")
	segments, ucs2 := 0, 0
	for _, c := range costs {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\n", c.Segments, c.Units, c.Encoding, c.lang, c.key, cmp.Or(c.state, "-"))
		segments += c.Segments
		if c.Encoding == locales.UCS2 {
			ucs2++
		}
	}
	_ = t.Flush() // a broken pipe shows at the next line
	fmt.Fprintf(out, "total: %d SMS, %d segments; %d in %s, %d in %s\n", len(costs), segments, len(costs)-ucs2, locales.GSM7, ucs2, locales.UCS2)
}
