package library_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sosin/flows"
	"sosin/locales"
)

// world is one person, one ticket, the staff around it and what is true that day, moved at random.
type world struct {
	*rapid.T
	m      *flows.Machine
	texts  *locales.Texts
	c      flows.Conversation
	f      flows.Facts
	day    *anyDay
	last   flows.Message
	behind flows.Behind // what stands behind the one return code there is
	due    bool         // a message is to be written at a time the person chose
	pings  int          // since the person's last message
	trail  []string
}

// anyDay is a service file drawn by chance: centres of their own in one county, closed or open, with facts or without.
type anyDay struct {
	own, closed, daytime bool
	have                 map[string]bool
}

// anyDesks are the desks such a file may have; the last is Tartu's own centre.
var anyDesks = []string{flows.AnyDesk, "prostitution", "violence", "violence-tartu"}

func (d *anyDay) DeskFor(topic, county string, _ flows.Lang) string {
	if d.own && topic == "violence" && county == "tartu" {
		return "violence-tartu"
	}
	return topic
}

func (d *anyDay) NextOpen(desk string, _ time.Time, _ flows.Lang) string {
	if d.closed && desk != "violence" {
		return "canary-morning"
	}
	return ""
}

func (d *anyDay) Daytime(time.Time) bool { return d.daytime }

func (d *anyDay) County(typed string) (string, bool) { return "tartu", typed == "Tartus" }

func (d *anyDay) Feature(name string) bool { return d.have[name] }

func (d *anyDay) Fact(id string, _ time.Time) string {
	if d.have[id] {
		return "canary-" + id
	}
	return ""
}

// canaryCode is the return code there is; danger in free text is written as "!high.suicide", "!check.life" and so on.
var canaryCode, _ = flows.ReturnCode("7K3P9XQ2MP")

func canaryScan(text string) (hits []flows.Hit, minor bool) {
	for _, word := range strings.Fields(text) {
		level, category, ok := strings.Cut(strings.TrimPrefix(word, "!"), ".")
		if band := map[string]flows.Band{"high": flows.High, "check": flows.Check}[level]; ok && word[0] == '!' && band != flows.NoBand {
			hits = append(hits, flows.Hit{Band: band, Category: category})
		}
	}
	return hits, strings.Contains(text, "!minor")
}

// watched are the flows with that scan.
func watched(t testing.TB) (*flows.Machine, *locales.Texts) {
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	m.Watch(canaryScan)
	return m, texts
}

func newWorld(t *rapid.T, m *flows.Machine, texts *locales.Texts) *world {
	w := &world{T: t, m: m, texts: texts, day: &anyDay{have: map[string]bool{}}}
	for _, name := range []string{"group", "trafficking_line", "international_protection", "trafficking", "complaint", "free_sms", "ntk.tartu"} {
		w.day.have[name] = rapid.Bool().Draw(t, name)
	}
	w.day.own, w.day.closed, w.day.daytime = rapid.Bool().Draw(t, "own"), rapid.Bool().Draw(t, "closed"), rapid.Bool().Draw(t, "daytime")
	w.f = flows.Facts{Now: time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC), Duty: map[string]bool{}, Wait: map[string]time.Duration{},
		Service: w.day, Fresh: canaryCode, Channel: rapid.SampledFrom(flows.Channels).Draw(t, "channel")}
	w.behind = flows.Behind{Found: rapid.Bool().Draw(t, "behind"), Live: rapid.IntRange(0, 3).Draw(t, "behind live") == 0,
		Conversation: flows.Conversation{Lang: flows.Russian, Code: true, Words: []string{"canary-words"}}}
	if rapid.Bool().Draw(t, "behind open") {
		w.behind.Ticket.Phase = flows.Waiting
	}
	if w.behind.Live {
		w.behind.Ticket.Phase = flows.Live
	}
	return w
}

func (w *world) fail(format string, args ...any) {
	w.Fatalf("%s\nthe way here:\n%s", fmt.Sprintf(format, args...), strings.Join(w.trail, "\n"))
}

// wander does up to n things and holds each against check.
func (w *world) wander(n int, check func(in flows.Input, out flows.Outcome)) {
	things := []string{"person", "person", "person", "person", "yes", "time", "duty", "staff", "ticket", "word", "waits", "call"}
	for range rapid.IntRange(1, n).Draw(w.T, "length") {
		switch rapid.SampledFrom(things).Draw(w.T, "what") {
		case "person":
			w.step(w.input(), check)
		case "yes": // the way in, which chance would seldom find
			for _, key := range []string{"2", "1", "3"} {
				w.step(flows.Input{Kind: flows.Typed, Text: key}, check)
			}
		case "word": // a code word, and a duress word
			for _, text := range []string{"9", "6", "2", "1", "sinine rebane", "1", "punane vihmavari"} {
				w.step(flows.Input{Kind: flows.Typed, Text: text}, check)
			}
		case "time":
			w.f.Now = w.f.Now.Add(time.Duration(rapid.SampledFrom([]int{5, 60, 540, 660, 1700, 1900, 90000}).Draw(w.T, "seconds")) * time.Second)
		case "duty":
			w.duty()
		case "waits":
			w.f.Wait = map[string]time.Duration{rapid.SampledFrom(anyDesks).Draw(w.T, "desk"): time.Duration(rapid.IntRange(0, 90).Draw(w.T, "wait")) * time.Minute}
		case "staff":
			w.staff()
		case "call":
			w.call()
		case "ticket":
			w.claimOrLose()
		}
	}
}

// duty: somebody comes on duty, with skills; or the shift ends.
func (w *world) duty() {
	if rapid.IntRange(0, 2).Draw(w.T, "shift ends") == 0 {
		w.f.Duty = map[string]bool{}
		return
	}
	w.f.Duty = maps.Clone(w.f.Duty)
	desk, woman, child := rapid.SampledFrom(anyDesks).Draw(w.T, "desk"), rapid.Bool().Draw(w.T, "woman"), rapid.Bool().Draw(w.T, "child")
	for _, d := range []string{desk, flows.AnyDesk} {
		w.f.Duty[d] = true
		w.f.Duty[flows.DutyKey(d, woman, child)] = true
		w.f.Duty[flows.DutyKey(d, woman, false)] = true
		w.f.Duty[flows.DutyKey(d, false, child)] = true
	}
}

var anyWords = []string{"1", "2", "3", "4", "5", "6", "7", "9", "8", "0", "1 2", "35", "jah", "нет", "inimene", "menu", "numbers", "delete", "stop", "start", "112",
	"keel", "kood", "vaikus", "puhasta", "piirid", "kaebus", "qwzx", "ma ei tea", "Tartus", "22", "!high.suicide", "!check.suicide", "!check.life", "!high.child jah",
	"!high.held", "!minor", "sinine rebane", "punane vihmavari", canaryCode, "00000 00000", "lost my keys"}

func (w *world) input() flows.Input {
	in := flows.Input{Kind: rapid.SampledFrom([]flows.Kind{flows.Typed, flows.Typed, flows.Typed, flows.Typed, flows.Tapped, flows.Media, flows.Edited, flows.Blocked, flows.Resumed}).Draw(w.T, "kind")}
	in.Text = rapid.SampledFrom(anyWords).Draw(w.T, "text")
	if n := len(w.last.Choices); n > 0 && rapid.Bool().Draw(w.T, "an answer") {
		in.Text = w.last.Choices[rapid.IntRange(0, n-1).Draw(w.T, "which")].Key
	}
	if in.Kind == flows.Tapped {
		in.Tap = flows.Tap{State: w.last.State, Turn: w.last.Turn - rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(w.T, "stale"), Key: in.Text}
		in.Text = ""
	}
	if late := rapid.SampledFrom([]int{0, 0, 0, 0, 90, 700, 2400}).Draw(w.T, "late"); late > 0 && w.f.Channel == flows.Telegram && in.Kind == flows.Typed {
		in.At = w.f.Now.Add(-time.Duration(late) * time.Second)
	}
	return in
}

// step plays one input. A provider or a second message may have come in between.
func (w *world) step(in flows.Input, check func(flows.Input, flows.Outcome)) {
	w.f.Now = w.f.Now.Add(time.Second)
	w.f.Undelivered = rapid.IntRange(0, 9).Draw(w.T, "undelivered") == 0
	w.f.Raced = rapid.IntRange(0, 9).Draw(w.T, "raced") == 0
	w.play(in, check)
}

func (w *world) play(in flows.Input, check func(flows.Input, flows.Outcome)) {
	w.f.Behind = flows.Behind{}
	if code, _ := flows.ReturnCode(in.Text); in.Kind == flows.Typed && code == canaryCode || w.c.Pending == canaryCode {
		w.f.Behind = w.behind
	}
	out := w.m.Step(w.c, in, w.f)
	w.trail = append(w.trail, fmt.Sprintf("%d %q %v in %s, ticket %q -> %v in %s", in.Kind, in.Text, in.Tap, w.c.State, w.f.Ticket.Phase, keys(out), out.Conversation.State))
	for _, msg := range out.Messages { // promise 6: what a text names is there
		for name, v := range msg.Args {
			if v == "" || v == "0" {
				w.fail("%s is said with no %s", msg.Text, name)
			}
		}
	}
	check(in, out)
	if in.Kind != flows.Blocked {
		w.pings = 0
	}
	w.apply(out)
}

func (w *world) claimOrLose() {
	switch w.f.Ticket.Phase {
	case flows.Waiting, flows.Lost:
		w.f.Ticket.Phase = flows.Claimed
	case flows.Claimed:
		w.f.Ticket.Phase = flows.Waiting
	case flows.Live:
		w.f.Ticket.Phase = flows.Lost
	}
}

// staff answers, asks for consent or closes, and holds what follows against promise 2.
func (w *world) staff() {
	if !w.f.Ticket.Open() {
		return
	}
	silent, shut := !w.c.Present(w.f.Now), w.c.Stopped || w.c.Shop
	act := rapid.SampledFrom([]string{"answer", "answer", "answer", "close", "consent"}).Draw(w.T, "act")
	var out flows.Outcome
	switch act {
	case "answer":
		out = w.m.Reply(w.c, "Kadri", "canary-answer", w.f)
	case "close":
		out = w.m.End(w.c, "done", w.f)
	case "consent":
		out = w.m.Consent(w.c, "Kadri", "canary-provider", w.f)
	}
	w.trail = append(w.trail, fmt.Sprintf("staff %s, silent %v, shut %v -> %v", act, silent, shut, keys(out)))
	w.unasked(out)
	for _, msg := range out.Messages {
		switch {
		case msg.Class == flows.FromPing:
			if act != "answer" {
				w.fail("%s rang the phone", act)
			}
		case silent, w.c.State == "":
			w.fail("%s %s went to somebody silent for ten minutes, or who had left", act, msg.Text)
		case msg.Words != "" && len(w.f.Held) > 0:
			w.fail("words overtook others that are held")
		case out.NotAfter.After(time.UnixMilli(w.c.Last).Add(flows.Present)):
			w.fail("%s may still be sent to somebody silent for ten minutes", msg.Text)
		}
	}
	if act == "answer" && len(out.Messages) == 0 && len(out.Hold) == 0 || silent && act == "answer" && len(out.Hold) == 0 {
		w.fail("a counsellor's words are neither sent nor held")
	}
	w.apply(out)
}

// call: the time has come that the person chose. Only the one neutral question may go.
func (w *world) call() {
	if !w.due {
		return
	}
	here := w.c.Present(w.f.Now)
	out := w.m.Call(w.c, w.f)
	w.trail = append(w.trail, fmt.Sprintf("the time chosen, here %v -> %v", here, keys(out)))
	w.due = false
	w.unasked(out)
	for _, msg := range out.Messages {
		if msg.Class != flows.FromPing || here {
			w.fail("%s was written at the time chosen, here %v", msg.Text, here)
		}
	}
	w.apply(out)
}

// unasked: nobody wrote, so at most one neutral question goes, and none to somebody who asked for silence or who shows the
// chat to somebody else.
func (w *world) unasked(out flows.Outcome) {
	for _, msg := range out.Messages {
		if msg.Class != flows.FromPing {
			continue
		}
		w.pings++
		if key := strings.TrimPrefix(msg.Text, "any."); key != "ping.neutral" {
			w.fail("%s is no neutral question", msg.Text)
		}
	}
	if w.pings > 1 {
		w.fail("asked %d times whether now is a good time", w.pings)
	}
	if (w.c.Stopped || w.c.Shop) && len(out.Messages) > 0 {
		w.fail("wrote to somebody who asked for silence")
	}
}

func (w *world) apply(out flows.Outcome) {
	w.c = out.Conversation
	if out.Take != "" {
		w.f.Ticket = w.behind.Ticket
		w.behind = flows.Behind{}
	}
	if out.Cancel || out.Release || out.Erase {
		w.f.Held = nil
	}
	w.due = out.Later != nil || w.due && !out.Cancel && !out.Erase
	w.f.Held = append(slices.Clone(w.f.Held), out.Hold...)
	for _, msg := range out.Messages {
		if len(msg.Choices) > 0 {
			w.last = msg
		}
	}
	switch out.Handoff.Act {
	case flows.Open:
		w.f.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: out.Handoff.Band}
	case flows.Answer:
		w.f.Ticket.Phase = flows.Live
	case flows.Close:
		w.f.Ticket = flows.TicketFacts{}
	}
	if out.Erase {
		w.f.Ticket = flows.TicketFacts{}
	}
}

func keys(out flows.Outcome) []string {
	said := []string{}
	for _, m := range out.Messages {
		if m.Words != "" {
			m.Text = "(words)"
		}
		said = append(said, m.Text)
	}
	return said
}

// desk is where this conversation belongs, by the service file of that day.
func (w *world) desk(c flows.Conversation) string {
	place := c.Answers["county"]
	if place == "" {
		place = c.Answers["region"]
	}
	if c.Answers["elsewhere"] == "yes" {
		place = ""
	}
	return w.day.DeskFor(c.Desk(), place, c.Lang)
}

// somebody: a counsellor with what this person needs is on duty at their desk.
func (w *world) somebody(c flows.Conversation) bool {
	return w.f.Duty[flows.DutyKey(w.desk(c), c.Woman(), c.Minor())]
}
