package risk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
)

// perTemplate bounds the sentences made from one template: enough for every choice to be seen, few enough that a
// template with many choices does not outweigh the others.
const perTemplate = 12

// ReadTraining reads all the model learns from: training.tsv, one sentence a line, and what templates-*.txt in the
// folder add to it.
func ReadTraining(folder fs.FS) ([]Sentence, error) {
	data, err := fs.ReadFile(folder, "training.tsv")
	if err != nil {
		return nil, fmt.Errorf("reading training data: %w", err)
	}
	list, err := ReadSentences(string(data))
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(folder, "templates-*.txt")
	if err != nil {
		return nil, fmt.Errorf("finding templates: %w", err)
	}
	after := len(list)
	known := map[string]bool{}
	for _, s := range list {
		known[strings.ToLower(s.Text)] = true
	}
	for _, name := range names {
		if data, err = fs.ReadFile(folder, name); err != nil {
			return nil, fmt.Errorf("reading templates: %w", err)
		}
		made, err := ReadTemplates(string(data), after)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, s := range made {
			if key := strings.ToLower(s.Text); !known[key] {
				known[key] = true
				list = append(list, s)
			}
		}
		after += strings.Count(string(data), "\n") + 1
	}
	return list, nil
}

// ReadTemplates makes sentences from templates. A line "# lang level category style" holds for the lines below it; in
// those, {a|b|} stands for one of its choices, and choices may hold choices. The same text gives the same sentences.
// All sentences of a template bear its Source: the line, counted from after. An error names the line, never the text.
func ReadTemplates(text string, after int) ([]Sentence, error) {
	var list []Sentence
	var head Sentence
	random := rand.New(rand.NewPCG(trainSeed, uint64(len(text))))
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			like, err := ReadSentences(strings.Join(append(strings.Fields(title), ""), "\t"))
			if err != nil {
				return nil, fmt.Errorf("templates: line %d: %w", n+1, err)
			}
			head = like[0]
			continue
		}
		parts, err := parseTemplate(line)
		if err != nil || head.Lang == "" {
			return nil, fmt.Errorf("templates: line %d: %w", n+1, errors.Join(err, errTemplate))
		}
		for _, made := range expand(parts, random) {
			s := head
			s.Source, s.Text, s.Templated = after+n+1, made, true
			list = append(list, s)
		}
	}
	return list, nil
}

var errTemplate = errors.New("choices are not closed, or no heading above")

// part is a piece of a template: literal text, or one of several choices.
type part struct {
	text    string
	choices [][]part
}

func parseTemplate(line string) ([]part, error) {
	parts, rest, err := parseParts(line, 0)
	if err == nil && rest != "" {
		err = errTemplate
	}
	return parts, err
}

// parseParts reads until the end or, inside choices, until a bar or a closing brace.
func parseParts(line string, depth int) (parts []part, rest string, err error) {
	for line != "" {
		switch c := line[0]; {
		case c == '{':
			var p part
			if p, line, err = parseChoices(line[1:], depth+1); err != nil {
				return nil, "", err
			}
			parts = append(parts, p)
		case depth > 0 && (c == '|' || c == '}'):
			return parts, line, nil
		default:
			end := strings.IndexAny(line, "{|}")
			if end < 0 {
				end = len(line)
			}
			if end == 0 {
				return nil, "", errTemplate
			}
			parts = append(parts, part{text: line[:end]})
			line = line[end:]
		}
	}
	return parts, "", nil
}

func parseChoices(line string, depth int) (p part, rest string, err error) {
	for {
		var one []part
		if one, line, err = parseParts(line, depth); err != nil {
			return part{}, "", err
		}
		p.choices = append(p.choices, one)
		switch {
		case line == "":
			return part{}, "", errTemplate
		case line[0] == '}':
			return p, line[1:], nil
		}
		line = line[1:]
	}
}

// expand makes at most perTemplate different sentences.
func expand(parts []part, random *rand.Rand) []string {
	var list []string
	seen := map[string]bool{}
	for range 3 * perTemplate {
		var b strings.Builder
		choose(&b, parts, random)
		text := strings.Join(strings.Fields(b.String()), " ")
		text = strings.TrimRight(strings.ReplaceAll(text, " ,", ","), ", ")
		if text != "" && !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
		if len(list) == perTemplate {
			break
		}
	}
	return list
}

func choose(b *strings.Builder, parts []part, random *rand.Rand) {
	for _, p := range parts {
		b.WriteString(p.text)
		if len(p.choices) > 0 {
			choose(b, p.choices[random.IntN(len(p.choices))], random)
		}
	}
}
