package drill

import (
	"bytes"
	"strings"
	"sync"
)

// addresses looks for ids, numbers and names of people in what the staff's pages show. Pages are kept only until they
// have been searched.
type addresses struct {
	mu     sync.Mutex
	secret map[string]Trace // whose it is
	found  []Breach
	pages  int
	seen   map[string]bool
}

// guard adds what must not be seen. A number is looked for without its sign too, as a page might write it.
func (a *addresses) guard(t Trace, secrets []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.secret == nil {
		a.secret, a.seen = map[string]Trace{}, map[string]bool{}
	}
	for _, s := range secrets {
		a.secret[strings.TrimPrefix(s, "+")] = Trace{Persona: t.Persona, Lang: t.Lang, Channel: t.Channel}
	}
}

// search looks through one page or answer of the console.
func (a *addresses) search(page []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages++
	a.match(runs(page, digit))
	a.match(runs(page, letter))
	a.match(runs(spaceless(page), digit)) // a number written in groups
}

func (a *addresses) match(words []string) {
	for _, w := range words {
		if t, is := a.secret[w]; is && !a.seen[w] {
			a.seen[w] = true
			a.found = append(a.found, t.breach(nameless, "the console shows an id, a number or a name"))
		}
	}
}

// result is what was found, and in how many pages was looked.
func (a *addresses) result() ([]Breach, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.found, a.pages
}

// shortest is the length from which a run of digits can be an id or a number.
const shortest = 7

// runs are the longest runs of one kind of character.
func runs(page []byte, of func(byte) bool) (all []string) {
	for i := 0; i < len(page); {
		k := i
		for k < len(page) && of(page[k]) {
			k++
		}
		if k-i >= shortest {
			all = append(all, string(page[i:k]))
		}
		i = k + 1
	}
	return all
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// spaceless takes out what people write between groups of digits.
func spaceless(page []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, page)
}
