package console

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sosin/flows/service"
	"sosin/handoff/staff"
)

func TestARefusedAccountIsSaidWithItsMend(t *testing.T) {
	w := newWorld(t)
	admin := w.session(staff.Admin)
	words := w.console.words["et"]
	for name, c := range map[string]struct {
		path, form, key string
		status          int
	}{
		"bad name":   {"/accounts/add", "name=%3Cb%3E&role=counsellor", "accounts.error.name", http.StatusUnprocessableEntity},
		"no role":    {"/accounts/add", "name=Uus", "accounts.error.role", http.StatusUnprocessableEntity},
		"bad tongue": {"/accounts/add", "name=Uus&role=admin&lang=xx", "accounts.error.lang", http.StatusUnprocessableEntity},
		"bad skill":  {"/accounts/add", "name=Uus&role=counsellor&skill=tarot", "accounts.error.skill", http.StatusUnprocessableEntity},
		"taken":      {"/accounts/add", "name=MARI&role=counsellor", "accounts.error.taken", http.StatusConflict},
		"last admin": {"/accounts/disable", "account=" + w.accounts[staff.Admin].ID, "accounts.error.last", http.StatusConflict},
		"gone":       {"/accounts/reset", "account=nobody", "accounts.error.gone", http.StatusNotFound},
	} {
		res := w.ask("POST", c.path, c.form, admin)
		body := text(t, res)
		if res.StatusCode != c.status || !strings.Contains(body, words[c.key]) {
			t.Errorf("%s: %d, and not %q", name, res.StatusCode, words[c.key])
		}
	}
	if body := text(t, w.ask("POST", "/accounts/add", "name=%3Cb%3E&role=admin&desks=violence", admin)); !strings.Contains(body, `value="&lt;b&gt;"`) || !strings.Contains(body, `value="violence"`) {
		t.Error("what was typed is lost")
	}
}

// A skill decides who is given to whom: it must arrive as it was ticked, and be known to the service file.
func TestSkillsAreTicked(t *testing.T) {
	if !slices.Equal(staff.Skills, service.Skills) {
		t.Errorf("accounts know %v, the service file %v", staff.Skills, service.Skills)
	}
	w := newWorld(t)
	admin := w.session(staff.Admin)
	form := text(t, w.ask("POST", "/accounts/add", "name=%3Cb%3E&role=counsellor&skill=female", admin))
	if !strings.Contains(form, `name="skill" value="female" checked>`) || strings.Contains(form, `value="legal" checked`) {
		t.Error("what was ticked is lost when something else is refused")
	}
	if res := w.ask("POST", "/accounts/add", "name=Olga&role=counsellor&skill=female&skill=child_qualified", admin); res.StatusCode != http.StatusOK {
		t.Fatalf("%d", res.StatusCode)
	}
	acc, err := w.AccountByName(t.Context(), "olga")
	if err != nil || !slices.Equal(acc.Skills, []string{"female", "child_qualified"}) || !member(acc).Has(service.ChildQualified) || member(acc).Has(service.Legal) {
		t.Errorf("the account has %v (%v)", acc.Skills, err)
	}
	for lang, words := range w.console.words {
		page := text(t, w.ask("GET", "/accounts", nil, admin, &http.Cookie{Name: languageCookie, Value: lang}))
		if !strings.Contains(page, words["skill.female"]+", "+words["skill.child_qualified"]) {
			t.Errorf("%s: the list does not show the skills", lang)
		}
	}
}

func TestAResetShowsWhatNowSignsIn(t *testing.T) {
	w := newWorld(t)
	old := w.session(staff.Counsellor)
	page := text(t, w.ask("POST", "/accounts/reset", "account="+w.accounts[staff.Counsellor].ID, w.session(staff.Admin)))
	field := func(id string) string {
		found := regexp.MustCompile(`id="` + id + `">([^<]+)<`).FindStringSubmatch(page)
		if found == nil {
			t.Fatalf("no %s on the page", id)
		}
		return found[1]
	}
	w.creds[staff.Counsellor] = staff.Credentials{Name: field("name"), Password: field("password"), TOTP: field("totp")}
	if res := w.ask("POST", "/sign-in", w.form(staff.Counsellor).Encode()); res.Header.Get("Location") != "/desk" {
		t.Errorf("the new credentials do not sign in: %d", res.StatusCode)
	}
	if res := w.ask("GET", "/desk", nil, old); res.StatusCode == http.StatusOK {
		t.Error("the old session lives on")
	}
	if !strings.Contains(page, `<path d="M`) {
		t.Error("no QR code")
	}
	if log := w.log.String(); strings.Contains(log, field("password")) || strings.Contains(log, field("totp")) {
		t.Error("credentials in the log")
	}
}

func TestTheListShowsNoSecret(t *testing.T) {
	w := newWorld(t)
	page := text(t, w.ask("GET", "/accounts", nil, w.session(staff.Admin)))
	for role, cred := range w.creds {
		if !strings.Contains(page, cred.Name) {
			t.Errorf("%s is not listed", role)
		}
		if strings.Contains(page, cred.TOTP) || strings.Contains(page, "argon2") || strings.Contains(page, cred.Password) {
			t.Errorf("a secret of the %s is on the page", role)
		}
	}
}
