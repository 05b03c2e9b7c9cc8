package staff

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sosin/flows"
)

// Role is what an account may do. Routes name the roles they serve; everything else is denied.
type Role string

// The roles.
const (
	Counsellor  Role = "counsellor"  // takes people, reads and answers only what they hold
	Coordinator Role = "coordinator" // reads anonymous statistics and who is on duty; never a text
	Admin       Role = "admin"       // keeps accounts; reads neither chats nor statistics
)

// Roles lists every role.
var Roles = []Role{Counsellor, Coordinator, Admin}

// Skills lists what a counsellor can be able to do, in the words of the service file (N-18). "female" is the counsellor's
// own statement that she may be given to people who ask for a woman (N-13); "child_qualified" that somebody under 18 may
// be given to her or him (P-15).
var Skills = []string{"female", "child_qualified", "trafficking", "sexual_violence", "crisis", "casework", "psych",
	"child_psych", "legal"}

// The faults of what was asked for an account. They name no account.
var (
	ErrNoAccount = errors.New("staff: no such account")
	ErrNameTaken = errors.New("staff: the name is taken")
	ErrName      = errors.New("staff: a name has 2 to 16 letters, digits, spaces, dots or hyphens and begins with a letter")
	ErrRole      = errors.New("staff: the role is counsellor, coordinator or admin")
	ErrLang      = errors.New("staff: the languages are et, ru and en")
	ErrSkill     = errors.New("staff: the skills are " + strings.Join(Skills, ", "))
	ErrLastAdmin = errors.New("staff: this is the last admin who can sign in")
	ErrConflict  = errors.New("staff: the account was changed in between; try again")
)

// Account is one member of staff. The name is a working alias; there is no e-mail and no real name.
type Account struct {
	ID       string // random, 128 bit
	Name     string // sign-in name, also the alias a person is told
	Role     Role
	Desks    []string     // none: every desk
	Langs    []flows.Lang // languages served; none: every language
	Skills   []string     // of Skills; none: no special one
	Password string       // argon2id, PHC string format
	TOTP     []byte       // secret; the store seals it
	Step     int64        // last TOTP step used: a code serves once (RFC 6238 section 5.2)
	Disabled bool
	Created  time.Time
	Version  int64 // grows with each change that must end open sessions
}

// Session is one signed-in browser. The store keeps it under the SHA-256 of its token, never the token.
type Session struct {
	Staff   string // account id
	Version int64  // the account's version when it was opened
	Created time.Time
	Seen    time.Time // the last time the member of staff did something; not the page on its own
	Device  bool      // no session: only the mark of a browser that has signed in to this account before
}

// NameKey is what names are compared by: "Mari", "MARI" and "mari " are one. The store finds accounts by it.
func NameKey(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(name), " ")))
}

// Spec is what is asked for a new account.
type Spec struct {
	Name   string
	Role   Role
	Desks  []string     // none: every desk
	Langs  []flows.Lang // none: every language
	Skills []string     // none: no special one
}

// maxName is the longest alias the texts are proved to fit with ([flows.Longest]), in runes.
const maxName = 16

// check returns the spec tidied, or ErrName, ErrRole, ErrLang, ErrSkill.
func (s Spec) check() (Spec, error) {
	s.Name = norm.NFC.String(strings.Join(strings.Fields(s.Name), " "))
	n := utf8.RuneCountInString(s.Name)
	first, _ := utf8.DecodeRuneInString(s.Name)
	allowed := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .-", r) }
	if n < 2 || n > maxName || !unicode.IsLetter(first) || strings.ContainsFunc(s.Name, func(r rune) bool { return !allowed(r) }) {
		return s, ErrName
	}
	if !slices.Contains(Roles, s.Role) {
		return s, ErrRole
	}
	for _, l := range s.Langs {
		if !slices.Contains(flows.Langs, l) {
			return s, ErrLang
		}
	}
	for _, skill := range s.Skills {
		if !slices.Contains(Skills, skill) {
			return s, ErrSkill
		}
	}
	s.Desks = slices.DeleteFunc(slices.Clone(s.Desks), func(d string) bool { return strings.TrimSpace(d) == "" })
	return s, nil
}
