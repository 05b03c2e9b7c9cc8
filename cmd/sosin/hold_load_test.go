package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"sosin/flows"
)

const loadSeed = 20260612

// TestRedisKilledUnderLoadLosesNoAcknowledgedUpdate follows each person's conversation to its end while redis-server
// dies, with SIGKILL, in the middle of it. What the provider was told is safe must be there. The program lives on and
// knows what it sent, so nothing may come twice.
func TestRedisKilledUnderLoadLosesNoAcknowledgedUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ready()
	people, kills, rounds := w.crowd(16, flows.Telegram), 2, 4
	if long() {
		people, kills, rounds = w.crowd(40, flows.Channels...), 40, 60
	}
	finish := w.busy(people, loadSeed, rounds)
	for i := range kills {
		target := w.said.answers() + 50 + 20*i
		eventually(20*time.Second, func() bool { return w.said.answers() >= target })
		w.redis.kill()
		w.redis.start()
	}
	finish()
	w.until(30*time.Second, "everything is settled", w.idle)
	w.check(people, 0)
	refusals(w)
}

// refusals: while the store is in doubt an update is refused with 503, never with anything else.
func refusals(w *world) {
	w.Helper()
	n := 0
	for _, d := range w.telegram.Deliveries() {
		switch d.Status {
		case http.StatusOK, 0:
		case http.StatusServiceUnavailable:
			n++
		default:
			w.Errorf("an update was answered with %d", d.Status)
		}
		if d.Dropped {
			w.Errorf("Telegram gave an update up: a person's message is lost")
		}
	}
	w.Logf("%d updates were refused and came again", n)
}

// TestTwoInstancesKeepEachPersonsOrder: everybody writes faster than they are answered, the updates go to two instances
// in turn, and one of them dies on the way. Lost otherwise: answers that arrive in an order in which they mean nothing.
func TestTwoInstancesKeepEachPersonsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.ready()
	w.ready()
	n, times := 12, 1
	if long() {
		n, times = 40, 40
	}
	people := w.crowd(n, flows.Telegram)
	for _, h := range people {
		h.come()
	}
	for i := range times {
		hurry(people)
		target := w.said.answers() + 4*n
		eventually(20*time.Second, func() bool { return w.said.answers() >= target })
		if i%2 == 0 {
			a.kill()
		}
		hurry(people)
		for _, h := range people {
			if !h.wait(60 * time.Second) {
				t.Fatalf("an instance died and a person was left without an answer\nheard: %q\nshould have: %q", h.heard(), h.want)
			}
		}
		w.until(30*time.Second, "everything is settled", w.idle)
		if i%2 == 0 {
			a = w.ready()
		}
	}
	again := w.check(people, times)
	t.Logf("%d of %d answers came twice: those under way when an instance died", again, w.said.answers())
}

// hurry lets everybody write several messages without waiting.
func hurry(people []*human) {
	for _, text := range []string{"numbers", "limits", "complaint"} {
		for _, h := range people {
			h.write(text)
		}
	}
}

// TestTheLanesOfAKilledInstanceGoOn: an instance dies with a person's answer in its hands. Another one sends it within
// 15 seconds, and what was written meanwhile comes after it.
func TestTheLanesOfAKilledInstanceGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.ready()
	h := w.human(flows.Telegram)
	h.come()
	w.until(20*time.Second, "everything is settled", w.idle)
	b := w.ready()
	b.leave() // the next update is A's
	dead := make(chan struct{})
	w.doors.arm(func() { a.kill(); close(dead) }, nil)
	h.write("numbers")
	select {
	case <-dead:
	case <-time.After(20 * time.Second):
		t.Fatal("the instance never came to sending; the test is blind")
	}
	died := time.Now()
	w.mu.Lock()
	w.programs = append(w.programs, b)
	w.mu.Unlock()
	h.write("limits")
	if !h.wait(30 * time.Second) {
		t.Fatalf("nobody took over from the dead instance\nheard: %q\nshould have: %q", h.heard(), h.want)
	}
	if took := time.Since(died); took > 15*time.Second {
		t.Errorf("a person waited %v for the answer that a dead instance held; 15 s are promised", took)
	}
	w.until(20*time.Second, "everything is settled", w.idle)
	w.check([]*human{h}, 0)
}

// TestAShutdownUnderLoadLosesNothing: the operator restarts the service while people write. Nobody notices: every update
// is answered 200 or not at all, every send under way is finished and written down, nothing comes twice.
func TestAShutdownUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.ready()
	people, restarts, rounds := w.crowd(16, flows.Telegram), 3, 6
	if long() {
		people, restarts, rounds = w.crowd(40, flows.Telegram), 60, 120
	}
	finish := w.busy(people, loadSeed+1, rounds)
	for range restarts {
		target := w.said.answers() + 40
		eventually(20*time.Second, func() bool { return w.said.answers() >= target })
		if status := p.terminate(20 * time.Second); status != 0 {
			t.Fatalf("the program stopped with status %d:\n%s", status, p.said())
		}
		if n := w.redis.db.ZCard(context.Background(), w.redis.key("due")).Val(); n != 0 {
			t.Errorf("the program stopped and left %d people's answers lying for 12 s", n)
		}
		p = w.ready()
	}
	finish()
	w.until(30*time.Second, "everything is settled", w.idle)
	w.check(people, 0)
	for _, d := range w.telegram.Deliveries() {
		if d.Status != http.StatusOK && d.Status != 0 {
			t.Errorf("during the restart an update was answered with %d", d.Status)
		}
	}
}
