package console

import (
	"embed"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed words
var wordFiles embed.FS

// words are the staff's texts in one language. Only staff read them; what people are told stands in package locales.
type words map[string]string

func loadWords() (map[string]words, error) {
	all := map[string]words{}
	for _, lang := range pageLangs {
		w := words{}
		if _, err := toml.DecodeFS(wordFiles, "words/"+lang+".toml", (*map[string]string)(&w)); err != nil {
			return nil, fmt.Errorf("console: words of %s: %w", lang, err)
		}
		all[lang] = w
	}
	return all, nil
}

// say returns a text with {name} replaced: arguments come in pairs. An unknown key shows itself; a test keeps the
// catalogues complete.
func (w words) say(key string, args ...string) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, "{"+args[i]+"}", args[i+1])
	}
	return text
}

// label names something the data files may extend: without a text of ours it shows its own id.
func (w words) label(prefix, id string) string {
	if text, ok := w[prefix+"."+id]; ok {
		return text
	}
	return id
}
