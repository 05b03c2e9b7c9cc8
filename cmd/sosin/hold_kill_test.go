package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"sosin/flows"
	"sosin/handoff"
)

// killPoint is one place at which the program dies while it handles one message.
type killPoint struct {
	name   string
	arm    func(w *world, die func())
	window bool // the provider has the answer and the store does not know: on Telegram it may come once more
}

func atWire(script string, after bool) func(*world, func()) {
	return func(w *world, die func()) { w.wire.arm(point{script, after}, die) }
}

var killPoints = []killPoint{
	{"before the load is answered", atWire("load", true), false},
	{"before the commit reaches Redis", atWire("commit", false), false},
	{"before the commit is answered", atWire("commit", true), false},
	{"before the provider takes the answer", func(w *world, die func()) { w.doors.arm(die, nil) }, false},
	{"after the provider took the answer", func(w *world, die func()) { w.doors.arm(nil, die) }, true},
	{"before the settle reaches Redis", atWire("settle", false), true},
	{"before the settle is answered", atWire("settle", true), false},
}

// TestAProgramKilledAtAnyStepLosesNothing kills the program with SIGKILL at each step of one message of a person who
// waits in the queue, and starts it again on the same data. Lost otherwise: a cry for help that was acknowledged and is
// nowhere, or a person who writes and never hears anything.
func TestAProgramKilledAtAnyStepLosesNothing(t *testing.T) {
	t.Parallel()
	places := make(chan struct{}, 5)
	var all sync.WaitGroup
	for _, k := range killPoints {
		for _, ch := range flows.Channels {
			all.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				t.Run(string(ch)+" "+k.name, func(t *testing.T) { killAt(t, k, ch) })
			})
		}
	}
	all.Wait()
}

const lastWords = "canary: I can write again this evening"

func killAt(t *testing.T, k killPoint, ch flows.Channel) {
	w := newWorld(t, nil)
	p := w.ready()
	h := w.human(ch)
	h.ask("canary: I would like some advice")
	w.until(20*time.Second, "all answers so far are settled", w.idle)
	dead := make(chan struct{})
	k.arm(w, func() { p.kill(); close(dead) })
	h.write(lastWords)
	select {
	case <-dead:
	case <-time.After(20 * time.Second):
		t.Fatal("the program never came to this point; the test is blind")
	}
	w.passJobs()
	w.ready()
	if !h.wait(40 * time.Second) {
		t.Fatalf("a person wrote, the program died and came back, and they never hear anything\nheard: %q\nshould have: %q", h.heard(), h.want)
	}
	w.until(40*time.Second, "the answer is settled after the restart", w.idle)
	h.say("numbers") // the state went on
	w.until(20*time.Second, "everything is settled", w.idle)
	twice := 0
	if k.window && ch == flows.Telegram { // Twilio can be asked whether it has it
		twice = 1
	}
	again, fault := h.verdict(twice)
	if fault != "" {
		t.Error(fault)
	}
	transcriptAfter(w, again)
}

// transcriptAfter is what a counsellor who takes the person then reads: their words once, and an honest mark.
func transcriptAfter(w *world, again int) {
	w.Helper()
	chat := w.take(handoff.Member{ID: "canary-staff", Alias: "Kadri"})
	words, mark := 0, ""
	for i, line := range chat.Log {
		if line.Words == lastWords {
			words++
			if i+1 < len(chat.Log) {
				mark = chat.Log[i+1].Delivery
			}
		}
	}
	if words != 1 {
		w.Errorf("the counsellor reads the person's last words %d times, not once", words)
	}
	if again > 0 && mark != "unsure" {
		w.Errorf("an answer went out twice and the counsellor reads %q beside it, not \"unsure\"", mark)
	}
	if mark != "sent" && mark != "unsure" {
		w.Errorf("the answer went out and the counsellor reads %q beside it", mark)
	}
}

// take goes on duty and opens the next chat.
func (w *world) take(m handoff.Member) handoff.Chat {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	a := w.inside()
	if err := a.store.OnDuty(ctx, m); err != nil {
		w.Fatalf("go on duty: %v", err)
	}
	id, err := a.desk.Take(ctx, m)
	if err != nil {
		w.Fatalf("a person waits and nobody can take them: %v", err)
	}
	chat, err := a.desk.Read(ctx, m, id)
	if err != nil {
		w.Fatalf("a taken chat cannot be read: %v", err)
	}
	return chat
}
