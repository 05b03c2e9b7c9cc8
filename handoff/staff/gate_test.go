package staff

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (o office) try(cred Credentials, code string) Try {
	return Try{Name: cred.Name, Password: cred.Password, Code: code, From: "192.0.2.1"}
}

func TestACounsellorSignsInAndOut(t *testing.T) {
	o := newOffice(t)
	acc, cred := o.add(t, "Mari", Counsellor)
	grant, err := o.gate.SignIn(t.Context(), Try{Name: " MARI ", Password: cred.Password, Code: o.code(t, cred)[:3] + " " + o.code(t, cred)[3:], From: "192.0.2.1"})
	if err != nil {
		t.Fatalf("the right password and code were refused: %v", err)
	}
	who, err := o.gate.Who(t.Context(), grant.Session, true)
	if err != nil || who.ID != acc.ID {
		t.Fatalf("signed in, yet not known: %v", err)
	}
	if who.Password != "" || who.TOTP != nil {
		t.Error("password hash or secret reach the pages")
	}
	if err := o.gate.SignOut(t.Context(), grant.Session); err != nil {
		t.Fatal(err)
	}
	if _, err := o.gate.Who(t.Context(), grant.Session, true); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session outlives signing out: %v", err)
	}
}

func TestEveryWrongSignInGetsTheSameAnswer(t *testing.T) {
	o := newOffice(t)
	_, cred := o.add(t, "Mari", Counsellor)
	gone, goneCred := o.add(t, "Liis", Counsellor)
	if err := o.accounts.Disable(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	code := o.code(t, cred)
	for name, try := range map[string]Try{
		"unknown name":   {Name: "Nobody", Password: cred.Password, Code: code},
		"wrong password": {Name: cred.Name, Password: cred.Password + "x", Code: code},
		"empty password": {Name: cred.Name, Code: code},
		"wrong code":     o.try(cred, "000000"),
		"no code":        o.try(cred, ""),
		"old code":       o.try(cred, codeAt(t, cred.TOTP, o.now.Add(-90*time.Second))),
		"disabled":       o.try(goneCred, o.code(t, goneCred)),
	} {
		try.From = "192.0.2.2"
		if _, err := o.gate.SignIn(t.Context(), try); err != ErrRefused {
			t.Errorf("%s: %v, want the one refusal", name, err)
		}
	}
}

func TestACodeServesOnce(t *testing.T) {
	o := newOffice(t)
	_, cred := o.add(t, "Mari", Counsellor)
	code := o.code(t, cred)
	results := make(chan error, 4)
	var group sync.WaitGroup
	for range cap(results) {
		group.Go(func() {
			_, err := o.gate.SignIn(t.Context(), o.try(cred, code))
			results <- err
		})
	}
	group.Wait()
	close(results)
	in := 0
	for err := range results {
		if err == nil {
			in++
		} else if !errors.Is(err, ErrRefused) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Fatalf("%d came in with one code (RFC 6238 section 5.2)", in)
	}
	if _, err := o.gate.SignIn(t.Context(), o.try(cred, codeAt(t, cred.TOTP, o.now.Add(-30*time.Second)))); !errors.Is(err, ErrRefused) {
		t.Error("a code older than the last one used was taken")
	}
	o.pass(30 * time.Second)
	if _, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred))); err != nil {
		t.Errorf("the next code was refused: %v", err)
	}
}

func TestChangingAnAccountDoesNotMakeAUsedCodeGoodAgain(t *testing.T) {
	o := newOffice(t)
	acc, cred := o.add(t, "Mari", Counsellor)
	code := o.code(t, cred)
	if _, err := o.gate.SignIn(t.Context(), o.try(cred, code)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(o.accounts.Disable(t.Context(), acc.ID), o.accounts.Enable(t.Context(), acc.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := o.gate.SignIn(t.Context(), o.try(cred, code)); !errors.Is(err, ErrRefused) {
		t.Error("the used code came in a second time")
	}
}

// T20: ten thousand guesses over a hundred addresses.
func TestAGuesserIsStoppedAndTheirVictimStillGetsIn(t *testing.T) {
	o := newOffice(t)
	_, cred := o.add(t, "Mari", Counsellor)
	first, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
	if err != nil || first.Device == "" {
		t.Fatalf("no mark of the known device: %v", err)
	}
	for _, name := range []string{"Mari", "Nobody"} {
		checked := 0
		for n := range 10_000 {
			_, err := o.gate.SignIn(t.Context(), Try{Name: name, Password: "guess", Code: "123456", From: fmt.Sprintf("198.51.100.%d", n%100), Device: "forged"})
			switch {
			case errors.Is(err, ErrRefused):
				checked++
			case !errors.Is(err, ErrThrottled):
				t.Fatal(err)
			}
		}
		if checked > perName {
			t.Errorf("%s: %d guesses were checked within the hour, want at most %d", name, checked, perName)
		}
	}
	o.pass(30 * time.Second)
	try := o.try(cred, o.code(t, cred))
	if _, err := o.gate.SignIn(t.Context(), try); !errors.Is(err, ErrThrottled) {
		t.Errorf("an unknown browser got a try beyond the limit: %v", err)
	}
	try.Device = first.Device
	grant, err := o.gate.SignIn(t.Context(), try)
	if err != nil {
		t.Fatalf("the victim is locked out of their own browser: %v", err)
	}
	if grant.Device != "" {
		t.Error("a known device got a second mark")
	}
}

func TestAKnownDeviceHasLimitedTriesToo(t *testing.T) {
	o := newOffice(t)
	_, cred := o.add(t, "Mari", Counsellor)
	first, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for range perDevice + 1 {
		_, last = o.gate.SignIn(t.Context(), Try{Name: "Mari", Password: "guess", From: "192.0.2.9", Device: first.Device})
	}
	if !errors.Is(last, ErrThrottled) {
		t.Errorf("a stolen device mark gives unlimited tries: %v", last)
	}
}

func TestADeviceMarkIsOfOneAccountAndSignsNobodyIn(t *testing.T) {
	o := newOffice(t)
	mari, cred := o.add(t, "Mari", Counsellor)
	liis, _ := o.add(t, "Liis", Counsellor)
	grant, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.gate.Who(t.Context(), grant.Device, false); !errors.Is(err, ErrNoSession) {
		t.Error("a device mark passes for a session")
	}
	if ok, _ := o.gate.knows(t.Context(), grant.Device, liis); ok {
		t.Error("the mark counts for another account")
	}
	if _, err := o.accounts.Reset(t.Context(), mari.ID); err != nil {
		t.Fatal(err)
	}
	fresh, _ := o.Account(t.Context(), mari.ID)
	if ok, _ := o.gate.knows(t.Context(), grant.Device, fresh); ok {
		t.Error("the mark outlives a reset")
	}
}

func TestASessionEndsInTime(t *testing.T) {
	for name, c := range map[string]struct {
		steps  int
		each   time.Duration
		active bool
		alive  bool
	}{
		"in use":               {20, 20 * time.Minute, true, true},
		"twelve hours in use":  {36, 20 * time.Minute, true, false},
		"idle half an hour":    {1, 30 * time.Minute, false, false},
		"page open, no hand":   {6, 5 * time.Minute, false, false},
		"idle just not enough": {1, 29 * time.Minute, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			_, cred := o.add(t, "Mari", Counsellor)
			grant, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
			if err != nil {
				t.Fatal(err)
			}
			for range c.steps {
				o.pass(c.each)
				_, err = o.gate.Who(t.Context(), grant.Session, c.active)
			}
			if alive := err == nil; alive != c.alive {
				t.Errorf("alive %v, want %v (%v)", alive, c.alive, err)
			}
		})
	}
}

func TestAChangedAccountLosesItsSessions(t *testing.T) {
	for name, change := range map[string]func(office, string) error{
		"disabled": func(o office, id string) error { return o.accounts.Disable(t.Context(), id) },
		"reset":    func(o office, id string) error { _, err := o.accounts.Reset(t.Context(), id); return err },
		"disabled and enabled again": func(o office, id string) error {
			return errors.Join(o.accounts.Disable(t.Context(), id), o.accounts.Enable(t.Context(), id))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			acc, cred := o.add(t, "Mari", Counsellor)
			grant, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
			if err != nil {
				t.Fatal(err)
			}
			if err := change(o, acc.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := o.gate.Who(t.Context(), grant.Session, true); !errors.Is(err, ErrNoSession) {
				t.Errorf("the session lives on: %v", err)
			}
		})
	}
}

func TestASessionThatWasEndedIsNotTouchedBackToLife(t *testing.T) {
	o := newOffice(t)
	_, cred := o.add(t, "Mari", Counsellor)
	grant, err := o.gate.SignIn(t.Context(), o.try(cred, o.code(t, cred)))
	if err != nil {
		t.Fatal(err)
	}
	o.pass(5 * time.Minute)
	g := *o.gate
	g.Clock = endsSession{o, grant.Session}
	if _, err := g.Who(t.Context(), grant.Session, true); !errors.Is(err, ErrNoSession) {
		t.Errorf("signed out between read and touch, and still in: %v", err)
	}
	if _, err := o.gate.Who(t.Context(), grant.Session, false); !errors.Is(err, ErrNoSession) {
		t.Errorf("the touch brought the session back: %v", err)
	}
}

func TestADoorOpensOnceAndOnlyInTheDemo(t *testing.T) {
	o := newOffice(t)
	acc, _ := o.add(t, "Mari", Counsellor)
	token, err := o.gate.Door(t.Context(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.gate.Who(t.Context(), token, false); !errors.Is(err, ErrNoSession) {
		t.Error("a door's token passes for a session")
	}
	if _, err := o.gate.Enter(t.Context(), token); err != nil {
		t.Fatalf("the door is shut: %v", err)
	}
	if _, err := o.gate.Enter(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("the door opened twice: %v", err)
	}
	late, err := o.gate.Door(t.Context(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.pass(DoorLife)
	if _, err := o.gate.Enter(t.Context(), late); !errors.Is(err, ErrNoSession) {
		t.Errorf("an old link still opens: %v", err)
	}
	real := *o.gate
	real.Doors = nil
	if _, err := real.Door(t.Context(), acc.ID); !errors.Is(err, ErrNoDoors) {
		t.Errorf("doors outside the demo: %v", err)
	}
	if _, err := real.Enter(t.Context(), token); !errors.Is(err, ErrNoDoors) {
		t.Errorf("doors outside the demo: %v", err)
	}
}

func TestNoTokenNameOrAddressIsUsedAsAKey(t *testing.T) {
	o := newOffice(t)
	acc, cred := o.add(t, "Canary-name", Counsellor)
	grant, err := o.gate.SignIn(t.Context(), Try{Name: cred.Name, Password: cred.Password, Code: o.code(t, cred), From: "203.0.113.77"})
	if err != nil {
		t.Fatal(err)
	}
	door, err := o.gate.Door(t.Context(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.hashes) < 5 {
		t.Fatalf("only %d keys were seen", len(o.hashes))
	}
	for _, key := range o.hashes {
		for _, secret := range []string{grant.Session, grant.Device, door, "anary", "203.0.113.77"} {
			if strings.Contains(strings.ToLower(key), strings.ToLower(secret)) {
				t.Errorf("key %q shows what it stands for", key)
			}
		}
	}
}

func TestRemoteCountsAHomeAsOne(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7:4711":              "192.0.2.7",
		"[::ffff:192.0.2.7]:4711":     "192.0.2.7",
		"192.0.2.7":                   "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:4711": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":        "2001:db8:1:2::/64",
		"fe80::1%eth0":                "fe80::/64",
		"@":                           "unknown",
	} {
		if got := Remote(addr); got != want {
			t.Errorf("Remote(%q) = %q, want %q", addr, got, want)
		}
	}
}
