//go:build ignore

// Command train makes data/model.bin from data/training.tsv and data/templates-*.txt; run it with "go generate" in the
// folder above.
package main

import (
	"fmt"
	"os"

	"sosin/flows/risk"
)

func main() {
	if err := run("data", "data/model.bin"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	sentences, err := risk.ReadTraining(os.DirFS(from))
	if err != nil {
		return err
	}
	weights, err := risk.Train(sentences)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, weights.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the model: %w", err)
	}
	return nil
}
