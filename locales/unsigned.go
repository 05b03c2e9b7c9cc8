package locales

import (
	"io/fs"
	"slices"
	"strings"
)

// unsignedFile names who has still to read which texts before they may go live.
const unsignedFile = "unsigned.toml"

// signer is somebody with the texts that wait for their signature, as the file has them: keys, "anon.*" for every key
// that begins with "anon.", or "*" for all.
type signer struct {
	name     string
	patterns []string
}

// Unsigned is what one signer has not signed yet. The texts work; nobody who has to answer for them has read them.
type Unsigned struct {
	Signer string
	Keys   []string // sorted
	All    bool     // every key there is
	// Unknown are entries no text answers to: a text that was renamed, or is not written yet.
	Unknown []string
}

func readUnsigned(fsys fs.FS) ([]signer, Faults, error) {
	l, faults, err := readLists(fsys, unsignedFile)
	var out []signer
	for _, name := range l.names() {
		out = append(out, signer{name, l.ids[name]})
	}
	return out, faults, err
}

// Unsigned lists, by signer, the texts that are not signed, as unsigned.toml beside the texts says. Without that file
// nothing is unsigned; a signer with an empty list has signed everything and is left out.
func (t *Texts) Unsigned() []Unsigned {
	var out []Unsigned
	for _, s := range t.unsigned {
		u := Unsigned{Signer: s.name}
		for _, p := range s.patterns {
			keys := t.matching(p)
			u.Keys = append(u.Keys, keys...)
			if len(keys) == 0 {
				u.Unknown = append(u.Unknown, p)
			}
		}
		slices.Sort(u.Keys)
		u.Keys = slices.Compact(u.Keys)
		u.All = len(u.Keys) == len(t.keys)
		if len(s.patterns) > 0 {
			out = append(out, u)
		}
	}
	return out
}

func (t *Texts) matching(pattern string) []string {
	prefix, open := strings.CutSuffix(pattern, "*")
	var keys []string
	for _, key := range t.keys {
		if key == pattern || open && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys
}
