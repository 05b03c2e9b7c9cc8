package simulator

import (
	"testing"
	"time"
)

// The bot says "until 23:30" in its own zone; a phone beside it that showed another would make that a riddle.
func TestThePhonesShowTheZoneTheyAreGiven(t *testing.T) {
	zone := time.FixedZone("two hours ahead", 2*60*60)
	at := time.Date(2026, 11, 21, 21, 30, 0, 0, time.UTC)
	tg := NewTelegram(TelegramConfig{Token: token, Insecure: true, Clock: NewManualClock(at)})
	t.Cleanup(tg.Close)
	tg.AddUser(User{ID: firstUser + 1, FirstName: "canary-name"})
	tg.Write(firstUser+1, "hello")
	p := &Phones{Telegram: tg, Zone: zone}
	if got := p.state(visitor{user: firstUser + 1}).Telegram.Messages[0].Time; got != "23:30" {
		t.Errorf("the phone shows %q at 23:30", got)
	}
}
