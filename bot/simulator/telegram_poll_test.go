package simulator

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func updateIDs(t *testing.T, raw []byte) []int64 {
	t.Helper()
	var list []struct {
		ID int64 `json:"update_id"`
	}
	decode(t, raw, &list)
	var out []int64
	for _, u := range list {
		out = append(out, u.ID)
	}
	return out
}

// getUpdates: an update is confirmed by a higher offset, not by being read: a
// program that dies in between gets it again.
func TestPollConfirmsByOffset(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	a, b := tg.Write(writer, "one"), tg.Write(writer, "two")
	for range 2 {
		if got := updateIDs(t, must(t, tg, "getUpdates", nil)); len(got) != 2 || got[0] != a || got[1] != b {
			t.Fatalf("got %v, want %d and %d", got, a, b)
		}
	}
	if got := updateIDs(t, must(t, tg, "getUpdates", url.Values{"offset": {fmt.Sprint(a + 1)}})); len(got) != 1 || tg.Pending() != 1 {
		t.Errorf("after confirming one: %v, %d pending", got, tg.Pending())
	}
	tg.Write(writer, "three")
	if got := updateIDs(t, must(t, tg, "getUpdates", url.Values{"offset": {"-1"}, "limit": {"1"}})); len(got) != 1 || tg.Pending() != 1 {
		t.Errorf("negative offset: %v, %d pending", got, tg.Pending())
	}
}

func TestPollConflicts(t *testing.T) {
	tg, _ := newTelegram(t, nil)
	poll := func() chan telegramAnswer {
		ch := make(chan telegramAnswer, 1)
		go func() { ch <- ask(t, tg, "getUpdates", url.Values{"timeout": {"50"}}) }()
		waitFor(t, tg.Await, "the poll to wait", tg.Polling)
		return ch
	}
	first := poll()
	must(t, tg, "getUpdates", nil)
	if a := <-first; a.Code != 409 || !strings.Contains(a.Description, "other getUpdates") {
		t.Errorf("a second poller: %+v", a)
	}
	second := poll()
	setHook(t, tg, "https://helpline.example/")
	if a := <-second; a.Code != 409 || !strings.Contains(a.Description, "setWebhook") {
		t.Errorf("setWebhook while polling: %+v", a)
	}
	if a := ask(t, tg, "getUpdates", nil); a.Code != 409 || !strings.Contains(a.Description, "webhook is active") {
		t.Errorf("polling with a webhook: %+v", a)
	}
}

// Long polling: answers when something comes, else empty when its time is over.
func TestPollWaits(t *testing.T) {
	tg, clock := newTelegram(t, nil)
	answers := make(chan telegramAnswer, 1)
	wait := func() { answers <- ask(t, tg, "getUpdates", url.Values{"timeout": {"30"}}) }
	go wait()
	waitFor(t, tg.Await, "the poll to wait", tg.Polling)
	id := tg.Write(writer, "hello")
	if got := updateIDs(t, (<-answers).Result); len(got) != 1 || got[0] != id {
		t.Errorf("got %v, want %d", got, id)
	}
	must(t, tg, "getUpdates", url.Values{"offset": {fmt.Sprint(id + 1)}})
	go wait()
	waitFor(t, tg.Await, "the poll to wait", tg.Polling)
	clock.Advance(30 * time.Second)
	if a := <-answers; !a.OK || string(a.Result) != "[]" {
		t.Errorf("after the time-out: %s", a.Result)
	}
	go wait()
	tg.Close()
	if a := <-answers; !a.OK {
		t.Errorf("after Close: %+v", a)
	}
}
