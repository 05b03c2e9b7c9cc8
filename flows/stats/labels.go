package stats

import (
	"embed"
	"strings"

	"github.com/BurntSushi/toml"

	"sosin/flows"
)

//go:embed labels
var labelFiles embed.FS

// labels are the staff-facing names by language and label key.
var labels = mustReadLabels()

func mustReadLabels() map[flows.Lang]map[string]string {
	all := map[flows.Lang]map[string]string{}
	for _, lang := range flows.Langs {
		words := map[string]string{}
		if _, err := toml.DecodeFS(labelFiles, "labels/"+string(lang)+".toml", &words); err != nil {
			panic("stats: labels of " + string(lang) + ": " + err.Error()) // embedded: a test would have failed
		}
		all[lang] = words
	}
	return all
}

// Label is the staff-facing name of a label key in a language. An unknown key (a desk or a flow of one's own) is its own
// name, without the kind of thing it is; an unknown language is English.
func Label(lang flows.Lang, key string) string {
	words, ok := labels[lang]
	if !ok {
		words = labels[flows.English]
	}
	if text, ok := words[key]; ok {
		return text
	}
	if _, name, ok := strings.Cut(key, "."); ok {
		return name
	}
	return key
}

// Labels binds a language: what CSV, Funnel and Handoff ask for.
func Labels(lang flows.Lang) func(key string) string {
	return func(key string) string { return Label(lang, key) }
}
