package library_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
	"sosin/flows/library"
	"sosin/locales"
)

var update = flag.Bool("update", false, "rewrite the golden conversations")

// Golden conversations are read by people: a counsellor can correct them. A script is written once, in testdata/*.talk,
// and played in every language on both channels; what was said is kept in testdata/said/.
//
//	> text          the person writes
//	>> 1            the person taps the button that begins with this
//	{yes}           a word that differs by language (see spoken)
//	= 31m           time passes
//	= duty on|off   a counsellor's heartbeat
//	= claim         the counsellor takes the ticket
//	= lost          the counsellor goes away, the ticket is back at the head of the queue
//	: text          the counsellor answers
//	: close code    the counsellor closes
//	= photo, blocked, undelivered
func TestGoldenConversations(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts to play")
	}
	texts := loadTexts(t)
	m := loadFlows(t, texts)
	for _, script := range scripts {
		raw, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(script), ".talk")
		for _, lang := range flows.Langs {
			for _, ch := range flows.Channels {
				t.Run(fmt.Sprintf("%s/%s/%s", name, lang, ch), func(t *testing.T) {
					said := play(t, m, texts, lang, ch, string(raw))
					compare(t, filepath.Join("testdata", "said", fmt.Sprintf("%s.%s.%s.txt", name, lang, ch)), said)
				})
			}
		}
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run `go test ./flows/library -update` and read what it wrote", err)
	}
	if string(want) == got {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s:%d differs\nwant %q\n got %q", file, i+1, line(a, i), line(b, i))
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

func loadTexts(t testing.TB) *locales.Texts {
	t.Helper()
	texts, err := locales.Load(locales.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func loadFlows(t testing.TB, texts *locales.Texts) *flows.Machine {
	t.Helper()
	m, err := flows.Load(library.Files, texts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// spoken are words a script says in the person's language.
var spoken = map[string]map[flows.Lang]string{
	"yes":    {flows.Estonian: "jah", flows.Russian: "да", flows.English: "yes"},
	"no":     {flows.Estonian: "ei", flows.Russian: "нет", flows.English: "no"},
	"lang":   {flows.Estonian: "1", flows.Russian: "2", flows.English: "3"},
	"person": {flows.Estonian: "inimene", flows.Russian: "человек", flows.English: "person"},
	"menu":   {flows.Estonian: "menüü", flows.Russian: "меню", flows.English: "menu"},
	"delete": {flows.Estonian: "kustuta", flows.Russian: "удалить", flows.English: "delete"},
	"stop":   {flows.Estonian: "loobu", flows.Russian: "стоп", flows.English: "stop"},
	"start":  {flows.Estonian: "alusta", flows.Russian: "старт", flows.English: "start"},
	"nums":   {flows.Estonian: "numbrid", flows.Russian: "номера", flows.English: "numbers"},
	"limits": {flows.Estonian: "erandid", flows.Russian: "исключения", flows.English: "limits"},
	"compl":  {flows.Estonian: "kaebus", flows.Russian: "жалоба", flows.English: "complaint"},
	"switch": {flows.Estonian: "keel", flows.Russian: "язык", flows.English: "language"},
	"sos":    {flows.Estonian: "appi", flows.Russian: "сос", flows.English: "sos"},
	"worry":  {flows.Estonian: "ma kardan koju minna", flows.Russian: "мне страшно идти домой", flows.English: "i am afraid to go home"},
	"hello":  {flows.Estonian: "tere", flows.Russian: "здравствуйте", flows.English: "hello"},
	"answer": {flows.Estonian: "Olen siin. Mis on juhtunud?", flows.Russian: "Я здесь. Что случилось?", flows.English: "I am here. What has happened?"},
}

// talk is one conversation being played: the person, the counsellor, and a ticket as the store would keep it.
type talk struct {
	t     *testing.T
	m     *flows.Machine
	texts *locales.Texts
	lang  flows.Lang
	ch    flows.Channel
	c     flows.Conversation
	f     flows.Facts
	last  flows.Message
	out   strings.Builder
}

func play(t *testing.T, m *flows.Machine, texts *locales.Texts, lang flows.Lang, ch flows.Channel, script string) string {
	k := &talk{t: t, m: m, texts: texts, lang: lang, ch: ch}
	k.f = flows.Facts{Now: time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC), Channel: ch, Duty: map[string]bool{}}
	for _, l := range strings.Split(strings.TrimSpace(script), "\n") {
		for word, in := range spoken {
			l = strings.ReplaceAll(l, "{"+word+"}", in[lang])
		}
		k.line(l)
	}
	return k.out.String()
}

func (k *talk) line(l string) {
	fmt.Fprintln(&k.out, l)
	switch {
	case l == "" || strings.HasPrefix(l, "#"):
	case strings.HasPrefix(l, ">> "):
		k.person(flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: k.last.State, Turn: k.last.Turn, Key: l[3:]}})
	case strings.HasPrefix(l, "> "):
		k.person(flows.Input{Kind: flows.Typed, Text: flows.Tidy(l[2:])})
	case strings.HasPrefix(l, ": close "):
		k.apply(k.m.End(k.c, l[8:], k.f))
	case strings.HasPrefix(l, ": "):
		k.apply(k.m.Reply(k.c, "Kadri", l[2:], k.f))
	case strings.HasPrefix(l, "= "):
		k.event(l[2:])
	default:
		k.t.Fatalf("cannot read the line %q", l)
	}
}

func (k *talk) event(e string) {
	switch e {
	case "duty on", "duty off":
		for _, desk := range []string{flows.AnyDesk, "violence", "prostitution"} {
			k.f.Duty[desk] = e == "duty on"
		}
	case "claim":
		k.f.Ticket.Phase = flows.Claimed
	case "lost":
		k.f.Ticket.Phase = flows.Lost
	case "photo":
		k.person(flows.Input{Kind: flows.Media})
	case "blocked":
		k.person(flows.Input{Kind: flows.Blocked})
	case "undelivered":
		k.f.Undelivered = true
	default:
		d, err := time.ParseDuration(e)
		if err != nil {
			k.t.Fatalf("cannot read the event %q", e)
		}
		k.f.Now = k.f.Now.Add(d)
	}
}

func (k *talk) person(in flows.Input) {
	k.f.Now = k.f.Now.Add(10 * time.Second)
	k.apply(k.m.Step(k.c, in, k.f))
	k.f.Undelivered = false
}

func (k *talk) apply(out flows.Outcome) {
	k.c = out.Conversation
	if out.Cancel || out.Release {
		k.f.Held = nil
	}
	k.f.Held = append(k.f.Held, out.Hold...)
	for _, m := range out.Messages {
		k.said(out.Lang, m)
	}
	if len(out.Hold) > 0 {
		fmt.Fprintf(&k.out, "    (held until the person says yes: %d)\n", len(out.Hold))
	}
	k.ticket(out)
	if out.Erase {
		fmt.Fprintln(&k.out, "    (erased)")
		k.f.Ticket = flows.TicketFacts{}
	}
}

func (k *talk) ticket(out flows.Outcome) {
	h := out.Handoff
	switch h.Act {
	case flows.Open:
		k.f.Ticket = flows.TicketFacts{Phase: flows.Waiting, Band: h.Band}
	case flows.Answer:
		k.f.Ticket.Phase = flows.Live
	case flows.Close:
		k.f.Ticket = flows.TicketFacts{}
	case flows.NoAct:
		return
	}
	band := ""
	if h.Band == flows.High {
		band = ", HIGH"
	}
	fmt.Fprintf(&k.out, "    (ticket: %s%s)\n", h.Act, band)
}

func (k *talk) said(lang flows.Lang, m flows.Message) {
	text, err := bot.Render(k.texts, lang, k.ch, m)
	if err != nil {
		k.t.Fatal(err)
	}
	for i, l := range strings.Split(text.Text, "\n") {
		lead := "    "
		if i == 0 {
			lead = "  < "
		}
		fmt.Fprintln(&k.out, lead+l)
	}
	for _, b := range text.Buttons {
		fmt.Fprintf(&k.out, "    [%s]\n", b.Label)
	}
	if len(m.Choices) > 0 {
		k.last = m
	}
	if k.ch == flows.SMS && !locales.Fits(text.Text, locales.MaxSegments) && m.Words == "" {
		k.t.Errorf("%s does not fit two SMS segments in %s", m.Text, lang)
	}
}
