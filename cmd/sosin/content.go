package main

import (
	"errors"
	"io/fs"
	"os"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/locales"
)

// loadContent loads flows and texts together, the embedded ones or those of a folder, and refuses them with every fault.
func loadContent(c flowsConfig) (*flows.Machine, *locales.Texts, error) {
	var flowFiles, textFiles fs.FS = library.Files, locales.Embedded()
	if c.Flows != "" {
		flowFiles, textFiles = os.DirFS(c.Flows), os.DirFS(c.Flows)
	}
	texts, err := locales.Load(textFiles)
	if err != nil {
		return nil, nil, content(err)
	}
	m, err := flows.Load(flowFiles, texts)
	if err != nil {
		return nil, nil, content(err)
	}
	return m, texts, nil
}

// content turns faults in data files into a wrong configuration: one line each, exit 2.
func content(err error) error {
	var flowFaults flows.Faults
	var textFaults locales.Faults
	if errors.As(err, &flowFaults) || errors.As(err, &textFaults) {
		return wrongConfig{err.Error()}
	}
	return err
}
