package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/flows/inspect"
	"sosin/flows/service"
	"sosin/locales"
)

type checkCmd struct {
	flowsConfig
	serviceConfig
	Costs bool `help:"Also print what every SMS costs with its longest values: encoding, units, segments."`
}

// Run proves what can be proved about flows, texts and service file without running anything (package inspect), and prints
// every fault on a line of its own.
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
	s := subjectOf(m, texts, textFiles(c.flowsConfig), today)
	if c.Costs {
		writeCosts(std.out, smsCosts(s, inspect.Prompts(m, texts)))
	}
	if faults := inspect.Check(s); len(faults) > 0 {
		return content(faults)
	}
	writeUnsigned(std.out, texts)
	fmt.Fprintf(std.out, "%d states, %d texts in %d languages: no fault found\n", len(m.Definition().States), len(texts.Keys()), len(flows.Langs))
	return nil
}

// subjectOf is what the proofs look at, shown as the channels show it.
func subjectOf(m *flows.Machine, texts *locales.Texts, files fs.FS, today *service.File) inspect.Subject {
	return inspect.Subject{Flows: m, Texts: texts, Sources: files, Service: today, Elsewhere: []string{outageText, brokenText},
		Render: func(lang flows.Lang, ch flows.Channel, msg flows.Message) (string, []string, error) {
			out, err := bot.Render(texts, lang, ch, msg)
			var data []string
			for _, b := range out.Buttons {
				data = append(data, b.Data)
			}
			return out.Text, data, err
		}}
}

// What the program says by itself: while the store is away, and to somebody whose message broke a step.
const outageText, brokenText = "static.fallback", "system.error"

// textFiles is the folder the texts are read from.
func textFiles(c flowsConfig) fs.FS {
	if c.Flows != "" {
		return os.DirFS(c.Flows)
	}
	return locales.Embedded()
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
