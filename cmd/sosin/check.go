package main

import (
	"fmt"

	"sosin/flows"
)

type checkCmd struct{ flowsConfig }

// Run proves what can be proved without running anything: flows and texts load, and every text fits its channel.
func (c *checkCmd) Run(std streams) error {
	m, texts, err := loadContent(c.flowsConfig)
	if err != nil {
		return err
	}
	if faults := texts.Check(flows.Longest()); len(faults) > 0 {
		var w wrongConfig
		for _, f := range faults {
			w = append(w, f.String())
		}
		return w
	}
	prompts := m.Prompts()
	if w := checkPrompts(texts, prompts); len(w) > 0 {
		return w
	}
	fmt.Fprintf(std.out, "%d states, %d texts in %d languages: no fault found\n", len(m.Definition().States), len(texts.Keys()), len(flows.Langs))
	return nil
}
