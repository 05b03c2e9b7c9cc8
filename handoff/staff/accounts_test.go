package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sosin/flows"
)

func TestWhatMayBeAnAccount(t *testing.T) {
	for name, c := range map[string]struct {
		spec Spec
		want error
	}{
		"plain":           {Spec{Name: "Mari", Role: Counsellor}, nil},
		"cyrillic":        {Spec{Name: "Ольга", Role: Coordinator, Langs: []flows.Lang{"ru"}}, nil},
		"sixteen":         {Spec{Name: strings.Repeat("M", 16), Role: Admin}, nil},
		"seventeen":       {Spec{Name: strings.Repeat("M", 17), Role: Admin}, ErrName},
		"one letter":      {Spec{Name: "M", Role: Admin}, ErrName},
		"empty":           {Spec{Role: Admin}, ErrName},
		"markup":          {Spec{Name: "<b>Mari", Role: Admin}, ErrName},
		"turned around":   {Spec{Name: "Ma\u202eri", Role: Admin}, ErrName},
		"invisible":       {Spec{Name: "Ma\u200bri", Role: Admin}, ErrName},
		"a formula":       {Spec{Name: "-Mari", Role: Admin}, ErrName},
		"line break":      {Spec{Name: "Ma\x00ri", Role: Admin}, ErrName},
		"no such role":    {Spec{Name: "Mari", Role: "root"}, ErrRole},
		"no such tongue":  {Spec{Name: "Mari", Role: Admin, Langs: []flows.Lang{"fi"}}, ErrLang},
		"no such skill":   {Spec{Name: "Mari", Role: Counsellor, Skills: []string{"female", "tarot"}}, ErrSkill},
		"every skill":     {Spec{Name: "Mari", Role: Counsellor, Skills: Skills}, nil},
		"spaces tidied":   {Spec{Name: "  Mari   K. ", Role: Admin}, nil},
		"desks, one void": {Spec{Name: "Mari", Role: Counsellor, Desks: []string{"", "violence"}}, nil},
	} {
		o := newOffice(t)
		acc, _, err := o.accounts.Add(t.Context(), c.spec)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && !slices.Equal(acc.Skills, c.spec.Skills) {
			t.Errorf("%s: has the skills %v", name, acc.Skills)
		}
		if err == nil && (strings.Contains(acc.Name, "  ") || len(acc.Desks) > 1 || len(acc.ID) != 32) {
			t.Errorf("%s: not tidied", name)
		}
	}
}

func TestTwoAccountsCannotBeMistakenForEachOther(t *testing.T) {
	o := newOffice(t)
	o.add(t, "Mari K", Counsellor)
	for _, name := range []string{"mari k", "MARI  K", "Ｍari K"} {
		if _, _, err := o.accounts.Add(t.Context(), Spec{Name: name, Role: Admin}); !errors.Is(err, ErrNameTaken) {
			t.Errorf("%q was taken for a new name: %v", name, err)
		}
	}
}

func TestTheLastAdminCannotBeShutOut(t *testing.T) {
	o := newOffice(t)
	first, _ := o.add(t, "Anu", Admin)
	if err := o.accounts.Disable(t.Context(), first.ID); !errors.Is(err, ErrLastAdmin) {
		t.Fatalf("nobody is left to keep accounts: %v", err)
	}
	o.add(t, "Ene", Admin)
	if err := o.accounts.Disable(t.Context(), first.ID); err != nil {
		t.Error(err)
	}
	if err := o.accounts.Disable(t.Context(), "unknown"); !errors.Is(err, ErrNoAccount) {
		t.Error(err)
	}
}

func TestAResetReplacesPasswordAndCode(t *testing.T) {
	o := newOffice(t)
	acc, old := o.add(t, "Mari", Counsellor)
	fresh, err := o.accounts.Reset(t.Context(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, cred := range map[string]Credentials{
		"old password": {Name: "Mari", Password: old.Password, TOTP: fresh.TOTP},
		"old secret":   {Name: "Mari", Password: fresh.Password, TOTP: old.TOTP},
	} {
		if _, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred))); !errors.Is(err, ErrRefused) {
			t.Errorf("%s still works: %v", name, err)
		}
	}
	if _, err := o.gate.SignIn(t.Context(), o.try(fresh, o.code(t, fresh))); err != nil {
		t.Errorf("the new ones do not work: %v", err)
	}
}

func TestTheListIsSortedAndBare(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"mari", "Anu", "Ene"} {
		o.add(t, name, Counsellor)
	}
	all, err := o.accounts.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, a := range all {
		names += a.Name + " "
		if a.Password != "" || a.TOTP != nil {
			t.Error("a hash or secret leaves the package")
		}
	}
	if names != "Anu Ene mari " {
		t.Errorf("order: %s", names)
	}
}

func TestCredentialsShowThemselvesOnlyAsJSON(t *testing.T) {
	cred := Credentials{Name: "Mari", Password: "canary-password", TOTP: "CANARYSECRET"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "cred", cred)
	for _, shown := range []string{fmt.Sprint(cred), fmt.Sprintf("%+v", cred), fmt.Sprintf("%#v", cred), fmt.Sprintf("%v", &cred), log.String()} {
		if strings.Contains(strings.ToLower(shown), "canary") {
			t.Errorf("%q shows a secret", shown)
		}
	}
	raw, err := json.Marshal(cred)
	if err != nil || string(raw) != `{"name":"Mari","password":"canary-password","totp_secret":"CANARYSECRET"}` {
		t.Errorf("%s %v: what sosin staff add --json prints has changed", raw, err)
	}
}

func TestAnAppCanEnrol(t *testing.T) {
	secret := newTOTP()
	u, err := url.Parse(EnrolURL("Sosin", "Mari K.", SecretText(secret)))
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Sosin:Mari K." || u.Query().Get("secret") != SecretText(secret) || u.Query().Get("issuer") != "Sosin" {
		t.Errorf("not in Key URI format: %s", u.Redacted())
	}
	now := time.Unix(59, 0)
	for offset, want := range map[time.Duration]bool{0: true, -30 * time.Second: true, 30 * time.Second: true, -60 * time.Second: false, 60 * time.Second: false} {
		at := now.Add(offset)
		step, ok := codeStep(secret, codeAt(t, SecretText(secret), at), now)
		if ok != want || ok && step != at.Unix()/30 {
			t.Errorf("offset %v: step %d %v, want %v", offset, step, ok, want)
		}
	}
	// RFC 6238 appendix B, SHA-1, cut to six digits.
	if _, ok := codeStep([]byte("12345678901234567890"), "287082", now); !ok {
		t.Error("the RFC's own code is refused")
	}
}
