package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	textHeader = "sosin-keys 1"
	textRemark = "# Whoever has this file and a copy of Redis can read everything. Keep it off the Redis host;\n" +
		"# never edit it. \"sosin keys rotate\" adds months; copy the file to every host after that.\n"
	sumName = "sum"
	sumSize = 8
)

// Faults of a key file's text. They name no line's content: a damaged line may
// hold key material anywhere.
var (
	errHeader   = errors.New("does not begin as a key file of this version")
	errCut      = errors.New("is cut short: its last line is not the checksum")
	errSum      = errors.New("checksum does not match: it was altered or damaged")
	errEqual    = errors.New("two keys are equal")
	errConsec   = errors.New("months are not consecutive")
	errLine     = errors.New("is not a name and a key")
	errName     = errors.New("names an unknown key")
	errLength   = errors.New("key is not 32 bytes of base64")
	errWeak     = errors.New("key is all zeros")
	errRepeated = errors.New("repeats a key's name")
)

var keyBase64 = base64.StdEncoding.Strict()

// text writes the ring as the package comment draws it.
func (r *Ring) text() []byte {
	var b bytes.Buffer
	b.WriteString(textHeader + "\n" + textRemark)
	for id, raw := range r.all() {
		b.WriteString(id + " " + keyBase64.EncodeToString(raw[:]) + "\n")
	}
	b.WriteString(sumName + " " + textSum(b.Bytes()) + "\n")
	return b.Bytes()
}

func textSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:sumSize])
}

// parse reads what text writes. Faults of a line come before the checksum's, as
// they say more.
func parse(data []byte) (*Ring, error) {
	if err := permitted(); err != nil {
		return nil, err
	}
	lines := strings.Split(string(data), "\n")
	if lines[0] != textHeader {
		return nil, errHeader
	}
	end := len(lines) - 2 // the checksum's line; an empty string follows its LF
	if end < 1 || lines[end+1] != "" || !strings.HasPrefix(lines[end], sumName+" ") {
		return nil, errCut
	}
	keys, err := parseKeys(lines[1:end])
	if err != nil {
		return nil, err
	}
	body := len(data) - len(lines[end]) - 1
	if lines[end] != sumName+" "+textSum(data[:body]) {
		return nil, errSum
	}
	return assemble(keys)
}

// parseKeys returns the keys of the lines between header and checksum by name.
func parseKeys(lines []string) (map[string]*[keySize]byte, error) {
	keys := make(map[string]*[keySize]byte, len(lines))
	for i, line := range lines {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, raw, err := parseLine(line)
		if err == nil && keys[name] != nil {
			err = errRepeated
		}
		if err != nil {
			return nil, fmt.Errorf("line %d %w", i+2, err)
		}
		keys[name] = raw
	}
	return keys, nil
}

func parseLine(line string) (string, *[keySize]byte, error) {
	name, encoded, ok := strings.Cut(line, " ")
	if !ok {
		return "", nil, errLine
	}
	if _, isMonth := parseMonth(name); !isMonth && name != namePepper && name != nameStaff && name != nameWeb {
		return "", nil, errName
	}
	raw, err := keyBase64.DecodeString(encoded)
	if err != nil || len(raw) != keySize || strings.ContainsAny(encoded, "\r\n") {
		return "", nil, errLength
	}
	key := (*[keySize]byte)(raw)
	if *key == [keySize]byte{} {
		return "", nil, errWeak
	}
	return name, key, nil
}

// assemble makes the ring, if every key is there and no two are the same.
func assemble(keys map[string]*[keySize]byte) (*Ring, error) {
	for _, name := range []string{namePepper, nameStaff, nameWeb} {
		if keys[name] == nil {
			return nil, fmt.Errorf("key %q is not there", name)
		}
	}
	r := newRing(keys[namePepper], keys[nameStaff], keys[nameWeb])
	seen := make(map[[keySize]byte]bool, len(keys))
	for name, raw := range keys {
		if seen[*raw] {
			return nil, errEqual
		}
		seen[*raw] = true
		if m, ok := parseMonth(name); ok {
			r.months = append(r.months, newMonthKey(m, raw))
		}
	}
	slices.SortFunc(r.months, func(a, b monthKey) int { return int(a.month) - int(b.month) })
	for i, k := range r.months {
		if k.month != r.months[0].month+month(i) { // fewer months than bytes in the file
			return nil, errConsec
		}
	}
	return r, nil
}
