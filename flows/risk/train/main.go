//go:build ignore

// Command train makes data/model.bin from data/training.tsv; run it with "go generate" in the folder above.
package main

import (
	"fmt"
	"os"

	"sosin/flows/risk"
)

func main() {
	if err := run("data/training.tsv", "data/model.bin"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("reading training data: %w", err)
	}
	sentences, err := risk.ReadSentences(string(data))
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
