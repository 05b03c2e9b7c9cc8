package locales

import "strings"

// place is where a key begins in a text file, counted from 1; column counts
// bytes, which before a key are only blanks and brackets.
type place struct{ line, column int }

// formKey names a key inside the table of an id.
type formKey struct{ id, form string }

// places finds where each id (form "") and each plural form begins. The TOML
// decoder does not tell; a fault without a line is of no use to a translator
// with three hundred texts. The source has been decoded before, so it is valid
// TOML; on anything else places finds less, it never fails.
func places(src string) map[formKey]place {
	s := scanner{src: src, found: map[formKey]place{}}
	for s.skipBlank(); s.pos < len(s.src); s.skipBlank() {
		if s.src[s.pos] == '[' {
			s.header()
		} else {
			s.assignment()
		}
	}
	return s.found
}

// scanner walks over TOML, one key and value at a time.
type scanner struct {
	src   string
	pos   int
	table string // id of the table we are in
	found map[formKey]place
}

// skipBlank moves to the next key or header.
func (s *scanner) skipBlank() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		case '#':
			s.skipLine()
		default:
			return
		}
	}
}

func (s *scanner) skipLine() {
	if n := strings.IndexByte(s.src[s.pos:], '\n'); n >= 0 {
		s.pos += n + 1
		return
	}
	s.pos = len(s.src)
}

func (s *scanner) header() {
	for s.pos < len(s.src) && strings.IndexByte("[ \t", s.src[s.pos]) >= 0 {
		s.pos++
	}
	at := s.pos
	s.table = s.key()
	s.record(formKey{id: s.table}, at)
	s.skipLine()
}

func (s *scanner) assignment() {
	at := s.pos
	k := formKey{id: s.key()}
	if s.table != "" {
		k = formKey{id: s.table, form: k.id}
	}
	s.record(k, at)
	if n := strings.IndexAny(s.src[s.pos:], "=\n"); n >= 0 {
		s.pos += n + 1
		if s.src[s.pos-1] == '=' {
			s.value()
		}
		return
	}
	s.pos = len(s.src)
}

// record keeps the first place: TOML forbids a second.
func (s *scanner) record(k formKey, pos int) {
	if _, known := s.found[k]; known {
		return
	}
	before := s.src[:pos]
	s.found[k] = place{
		line:   strings.Count(before, "\n") + 1,
		column: pos - strings.LastIndexByte(before, '\n'),
	}
}

// key reads the first part of a key: quoted, or bare up to a dot.
func (s *scanner) key() string {
	rest := s.src[s.pos:]
	if rest == "" {
		return ""
	}
	if q := rest[0]; q == '"' || q == '\'' {
		start := s.pos
		s.quoted()
		return strings.Trim(s.src[start:s.pos], string(q))
	}
	n := strings.IndexAny(rest, ".=] \t\r\n")
	if n < 0 {
		n = len(rest)
	}
	s.pos += n
	return rest[:n]
}

// value skips a value, over as many lines as its quotes and brackets take.
func (s *scanner) value() {
	for depth := 0; s.pos < len(s.src); {
		switch s.src[s.pos] {
		case '"', '\'':
			s.quoted()
			continue
		case '#':
			s.skipLine()
			if depth == 0 {
				return
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '\n':
			if depth <= 0 {
				return
			}
		}
		s.pos++
	}
}

// quoted skips any of the four kinds of TOML string.
func (s *scanner) quoted() {
	q := s.src[s.pos : s.pos+1]
	long := strings.HasPrefix(s.src[s.pos:], q+q+q)
	end := q
	if long {
		end = q + q + q
	}
	for s.pos += len(end); s.pos < len(s.src); s.pos++ {
		switch {
		case q == `"` && s.src[s.pos] == '\\':
			s.pos++
		case !long && s.src[s.pos] == '\n':
			return
		case strings.HasPrefix(s.src[s.pos:], end):
			s.pos += len(end)
			// One or two quotes may stand right before the closing three.
			for extra := 0; long && extra < 2 && strings.HasPrefix(s.src[s.pos:], q); extra++ {
				s.pos++
			}
			return
		}
	}
	s.pos = min(s.pos, len(s.src))
}
