package main

import (
	_ "embed"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed doctor_words.txt
var tellingFile string

// telling are the words of the file, each as its parts.
var telling = readTelling(tellingFile)

func readTelling(file string) (out [][]string) {
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, strings.Fields(line))
		}
	}
	return out
}

// revealing returns the word of a text that tells a stranger what this is, folded; "" if there is none.
func revealing(text string) string {
	for _, words := range [][]string{wordsOf(text), wordsOf(apart(text))} {
		for at := range words {
			for _, entry := range telling {
				if n := begins(words[at:], entry); n > 0 {
					return strings.Join(words[at:at+n], " ")
				}
			}
		}
	}
	return ""
}

// begins counts the words an entry takes at the beginning of these; 0 if it does not stand there.
func begins(words, entry []string) int {
	if len(entry) > 1 {
		for i, part := range entry {
			if i == len(words) || !strings.HasPrefix(words[i], part) {
				return 0
			}
		}
		return len(entry)
	}
	whole, exact := strings.CutPrefix(entry[0], "=")
	if exact && words[0] == whole || !exact && strings.Contains(words[0], whole) {
		return 1
	}
	return 0
}

// wordsOf folds a text: small letters, without marks, and what is neither letter nor digit parts words.
func wordsOf(text string) []string {
	bare := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return strings.FieldsFunc(strings.ToLower(bare), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// apart parts what is written together, as in usernames: NaisteTugi24 becomes Naiste Tugi 24.
func apart(text string) string {
	var out []rune
	for _, r := range text {
		if n := len(out); n > 0 {
			last := out[n-1]
			if unicode.IsLower(last) && unicode.IsUpper(r) || unicode.IsLetter(last) && unicode.IsDigit(r) {
				out = append(out, ' ')
			}
		}
		out = append(out, r)
	}
	return string(out)
}
