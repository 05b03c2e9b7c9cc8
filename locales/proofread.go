package locales

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"
	"unicode"
)

// typographic are the signs a word processor puts in by itself. Each of them
// turns an SMS into UCS-2 with 70 characters instead of 160.
const typographic = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb" + // quotes
	"\u2010\u2011\u2012\u2013\u2014\u2015\u2212" + // hyphens, dashes, minus
	"\u2026\u00a0\u202f\u2009" // ellipsis, hard and narrow blanks

// problem is a fault that does not know its place.
type problem struct{ what, mend string }

// proofread looks at one text by itself.
func proofread(id, text string) []problem {
	if strings.TrimSpace(text) == "" {
		return []problem{{fmt.Sprintf("%q is empty", id), "write the text"}}
	}
	var found []problem
	if badEdges(text) {
		found = append(found, problem{fmt.Sprintf("%q has white space at its beginning or at the end of a line", id),
			"remove it; close the quotes right after the last character"})
	}
	if i := strings.IndexFunc(text, hidden); i >= 0 {
		found = append(found, problem{fmt.Sprintf("%q holds an invisible character %U", id, []rune(text[i:])[0]), "remove it"})
	}
	if strings.HasSuffix(id, "."+Telegram) {
		return found
	}
	if i := strings.IndexAny(text, typographic); i >= 0 {
		r := []rune(text[i:])[0]
		found = append(found, problem{fmt.Sprintf("%q is sent by SMS and holds %q (%U)", id, r, r),
			"use straight quotes, hyphens, three dots and plain blanks"})
	}
	return found
}

func badEdges(text string) bool {
	if strings.TrimLeftFunc(text, unicode.IsSpace) != text {
		return true
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRightFunc(line, unicode.IsSpace) != line {
			return true
		}
	}
	return strings.HasSuffix(text, "\n")
}

// hidden finds characters nobody sees while editing: controls other than the
// line feed, and format characters such as the zero-width blank.
func hidden(r rune) bool {
	return r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r))
}

var errTemplate = errors.New("not a valid template")

// variables lists, sorted and once each, the names a text uses as {{.name}}.
// Conditions, functions, nested fields and comments are refused: a translator
// cannot see what they do to another language's grammar, and [Texts.Check]
// could not know that it has rendered the longest of all outcomes.
func variables(text string) ([]string, error) {
	trees := map[string]*parse.Tree{}
	tree := parse.New("text")
	tree.Mode = parse.ParseComments | parse.SkipFuncCheck
	if _, err := tree.Parse(text, "{{", "}}", trees); err != nil || len(trees) > 1 {
		return nil, errTemplate
	}
	var names []string
	for _, node := range tree.Root.Nodes {
		if _, isText := node.(*parse.TextNode); isText {
			continue
		}
		name, ok := variable(node)
		if !ok {
			return nil, errTemplate
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func variable(node parse.Node) (string, bool) {
	action, ok := node.(*parse.ActionNode)
	if !ok || len(action.Pipe.Decl) > 0 || len(action.Pipe.Cmds) != 1 || len(action.Pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	field, ok := action.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return "", false
	}
	return field.Ident[0], true
}
