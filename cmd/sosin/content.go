package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/flows/risk"
	"sosin/flows/service"
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
	m.Watch(risk.New().Hits)
	return m, texts, nil
}

// loadService loads the service file, the embedded example or the one named, and refuses it with every fault.
func loadService(c serviceConfig) (*service.File, error) {
	if c.Service == "" {
		return service.Example(), nil
	}
	dir, name := filepath.Split(c.Service)
	if dir == "" {
		dir = "."
	}
	f, err := service.Load(os.DirFS(dir), name)
	if err != nil {
		return nil, content(err)
	}
	return f, nil
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
