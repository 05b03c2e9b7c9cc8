package main

import (
	"fmt"
	"time"

	"sosin/flows"
)

type checkCmd struct {
	flowsConfig
	serviceConfig
}

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
	today, err := loadService(c.serviceConfig)
	if err != nil {
		return err
	}
	for _, f := range today.Expired(time.Now()) {
		fmt.Fprintln(std.err, "warning:", f)
	}
	prompts := m.Prompts()
	if w := checkPrompts(texts, prompts); len(w) > 0 {
		return w
	}
	fmt.Fprintf(std.out, "%d states, %d texts in %d languages: no fault found\n", len(m.Definition().States), len(texts.Keys()), len(flows.Langs))
	return nil
}
