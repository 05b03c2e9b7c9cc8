package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sosin/flows"
	"sosin/flows/inspect"
)

// flowsCmd is what can be done with flows beside checking them.
type flowsCmd struct {
	Draw drawCmd `cmd:"" help:"Draw them: a map of all flows, and a picture of each."`
}

type drawCmd struct {
	flowsConfig
	Out    string `help:"Folder to write into; made if there is none." default:"./sosin-flows" type:"path"`
	Format string `help:"svg, for any browser, or mermaid, for editors and wikis." enum:"svg,mermaid" default:"svg"`
	Lang   string `help:"Language of the texts shown: et, ru or en." enum:"et,ru,en" default:"et"`
}

// Run writes one file for each picture and says which.
func (c *drawCmd) Run(std streams) error {
	m, texts, err := loadContent(c.flowsConfig)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return wrongConfig{"--out: the folder cannot be made; choose one that can be written to"}
	}
	for _, p := range inspect.Pictures(m, texts, flows.Lang(c.Lang)) {
		name, drawn := p.Name+".svg", p.SVG
		if c.Format == "mermaid" {
			name, drawn = p.Name+".mmd", p.Mermaid
		}
		file := filepath.Join(c.Out, name)
		if err := os.WriteFile(file, drawn(), 0o644); err != nil {
			return wrongConfig{"--out: " + name + " cannot be written; choose a folder that can be written to"}
		}
		fmt.Fprintln(std.out, file)
	}
	return nil
}
