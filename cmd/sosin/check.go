package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sosin/flows"
	"sosin/locales"
)

type checkCmd struct {
	flowsConfig
	serviceConfig
	Costs bool `help:"Also print what every SMS costs with its longest values: encoding, units, segments."`
}

// Run proves what can be proved without running anything: flows and texts load, every text fits its channel, reads easily
// and promises nobody who may not be there.
func (c *checkCmd) Run(std streams) error {
	m, texts, err := loadContent(c.flowsConfig)
	if err != nil {
		return err
	}
	today, err := loadService(c.serviceConfig)
	if err != nil {
		return err
	}
	for _, f := range today.Expired(time.Now()) {
		fmt.Fprintln(std.err, "warning:", f)
	}
	prompts := withUnspoken(texts, m.Prompts())
	if c.Costs {
		writeCosts(std.out, smsCosts(texts, prompts))
	}
	if w := checkTexts(texts, prompts); len(w) > 0 {
		return w
	}
	writeUnsigned(std.out, texts)
	fmt.Fprintf(std.out, "%d states, %d texts in %d languages: no fault found\n", len(m.Definition().States), len(texts.Keys()), len(flows.Langs))
	return nil
}

// checkTexts gathers every fault of the texts: alone, as labels, and as prompts with their answers.
func checkTexts(texts *locales.Texts, prompts []flows.Message) wrongConfig {
	var w wrongConfig
	for _, f := range texts.Check(longestValues()) {
		w = append(w, f.String())
	}
	for _, f := range texts.CheckLabels(labels(prompts)) {
		w = append(w, f.String())
	}
	return append(w, checkPrompts(texts, prompts)...)
}

// labels lists what stands on buttons, each with the number before it.
func labels(prompts []flows.Message) []locales.Label {
	var out []locales.Label
	for _, m := range prompts {
		for _, ch := range m.Choices {
			out = append(out, locales.Label{Key: ch.Label, Typed: ch.Key})
		}
	}
	return out
}

// writeUnsigned notes who has still to read which texts. They work: it is no fault.
func writeUnsigned(out io.Writer, texts *locales.Texts) {
	for _, u := range texts.Unsigned() {
		which := strings.Join(u.Keys, " ")
		if u.All {
			which = "all"
		}
		fmt.Fprintf(out, "note: %s has not signed %d texts: %s\n", u.Signer, len(u.Keys), which)
		if len(u.Unknown) > 0 {
			fmt.Fprintf(out, "note: %s is to sign texts there are not: %s\n", u.Signer, strings.Join(u.Unknown, " "))
		}
	}
}
