package drill

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The traces here are made up. Each promise has one that keeps it and some that break it: a drill that cannot see a
// broken promise would tell an operator that all is well.

var began = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// story makes a trace: each event 100 ms after the one before.
func story(events ...Event) Trace {
	at := began
	for i := range events {
		if events[i].At.IsZero() {
			at = at.Add(100 * time.Millisecond)
		} else {
			at = at.Add(events[i].At.Sub(time.Time{}))
		}
		events[i].At = at
	}
	return Trace{Persona: "calm", Lang: "en", Channel: Telegram, Duty: Played, Events: events}
}

func says(m Meaning) Event { return Event{Kind: Wrote, Means: m, Answer: true} }

func bot(key, text string) Event { return Event{Kind: Heard, Keys: []string{key}, Text: text} }

func human(text string) Event { return Event{Kind: Heard, Text: text} }

// after puts a pause before an event.
func after(d time.Duration, e Event) Event { e.At = time.Time{}.Add(d); return e }

func on(channel string, t Trace) Trace { t.Channel = channel; return t }

func with(duty Duty, t Trace) Trace { t.Duty = duty; return t }

var (
	hello   = bot("lang.choose", "Hello!")
	safety  = bot("safety.check", "Can you write?")
	welcome = bot("welcome.who_we_are", "This is free support. 116 006. 112.")
	menu    = bot("menu.main", "Where shall we start?")
	danger  = bot("danger.now", "Call 112. Support: 116 006.")
	queue   = bot("queue.waiting", "You are in the queue. No answer by 14:30? Call 116 006.")
	decoy   = bot("exit.decoy", "OK, thank you!")
	erased  = bot("delete.done", "Deleted.")
)

func TestEachPromiseIsSeenBroken(t *testing.T) {
	for name, c := range map[string]struct {
		trace  Trace
		broken promise // empty: none
	}{
		"an evening as it should be": {story(says(0), hello, says(0), safety, says(Yes), welcome, menu, says(Asks), queue,
			bot("counsellor.joined", "Hello! This is Kadri."), human("I am here."), says(0), human("Yes?"), says(Leave), decoy), ""},

		"a service named before yes":       {story(says(0), hello, says(0), bot("safety.check", "Victim support. Can you write?")), neutral},
		"a service named on a button":      {story(says(0), Event{Kind: Heard, Keys: []string{"lang.choose"}, Text: "Hello!", Offers: []Offer{{Digit: "1", Label: "Насилие"}}}), neutral},
		"a number before yes":              {story(says(0), bot("lang.choose", "Hello! 116 006")), neutral},
		"112 before yes":                   {story(says(0), bot("lang.choose", "Hello! 112")), neutral},
		"numbers in danger before yes":     {story(says(0), hello, says(Danger), danger), ""},
		"numbers in an error before yes":   {story(says(0), bot("static.fallback", "116 006, 112")), ""},
		"a number after leaving and back":  {story(says(Yes), welcome, says(Leave), decoy, says(0), bot("lang.choose", "Hello! 116 006")), neutral},
		"somebody else's first word after": {story(says(Danger), danger, says(Leave), decoy, says(0), hello), ""},
		"a counsellor's words before yes":  {story(says(0), hello, human("I am here.")), neutral},

		"danger without 116 006": {story(says(Danger), bot("danger.now", "Call 112.")), numbers},
		"danger without 112":     {story(says(Danger), bot("danger.now", "Support: 116 006.")), numbers},
		"the word for numbers":   {story(says(Yes), menu, says(Numbers), bot("info.numbers", "116 111")), numbers},

		"0 without a line":             {story(says(Yes), menu, says(Leave)), leaving},
		"0 and a second line":          {story(says(Yes), menu, says(Leave), decoy, bot("queue.noted", "Added.")), leaving},
		"0 and a line hours later":     {story(says(Yes), menu, says(Leave), decoy, after(3*time.Hour, bot("ping.neutral", "Now?"))), leaving},
		"0 and a counsellor afterward": {story(says(Yes), menu, says(Leave), decoy, human("Are you there?")), leaving},
		"0 and something before it":    {story(says(Yes), menu, says(Leave), bot("queue.noted", "Added."), decoy), leaving},
		"0 and words on their way":     {story(says(Yes), menu, says(Leave), human("Take your time."), decoy), ""},
		"0 in the middle of a flood": {story(says(Yes), queue, says(Hurried), says(Hurried), says(Leave), bot("queue.noted", "Added."),
			bot("queue.noted", "Added."), decoy), ""},

		"erased and still talking": {story(says(Yes), menu, says(0), says(Erase), erased, bot("menu.main", "Menu")), erasing},
		"erased without a word":    {story(says(Yes), menu, says(Erase)), erasing},
		"erased and found":         {story(says(Yes), menu, says(Erase), erased, after(time.Minute, human("Hello?"))), erasing},

		"a message before any":          {story(hello), quiet},
		"a reminder nobody asked for":   {story(says(Yes), menu, after(time.Minute, bot("menu.main", "Still there?"))), quiet},
		"an answer that took long":      {story(says(Yes), after(8*time.Second, menu)), ""},
		"a counsellor after long":       {story(says(Yes), menu, after(time.Minute, bot("counsellor.joined", "Kadri.")), human("I am here.")), ""},
		"two answers, each in its time": {story(says(Yes), says(Hurried), menu, after(time.Minute, bot("queue.noted", "Added."))), ""},

		"a message lost":                 {story(says(Yes), menu, says(0), says(0), queue), answered},
		"an answer twice":                {story(says(Yes), menu, menu), once},
		"a double tap answered twice":    {story(says(Yes), Event{Kind: Wrote, Means: Again}, menu, menu), once},
		"a double tap answered once":     {story(says(Yes), Event{Kind: Wrote, Means: Again}, welcome, menu), ""},
		"three at once, answered thrice": {story(says(Yes), says(Hurried), says(Hurried), bot("queue.noted", "A"), bot("queue.noted", "A"), bot("queue.noted", "A")), ""},
		"two at once, answered thrice":   {story(says(Yes), says(Hurried), bot("queue.noted", "A"), bot("queue.noted", "A"), bot("queue.noted", "A")), once},

		"a queue without a time":          {story(says(Yes), menu, says(Asks), bot("queue.waiting", "In the queue. 116 006")), until},
		"a queue under another name":      {story(says(Yes), menu, says(Asks), bot("queue.new", "Wait. 116 006")), until},
		"a queue without what to do then": {story(says(Yes), menu, says(Asks), bot("queue.waiting", "Until 14:30")), until},
		"a counsellor at once":            {story(says(Yes), menu, says(Asks), bot("queue.x", "116 006"), bot("counsellor.joined", "Kadri")), ""},
		"nobody, and told so":             {with(Nobody, story(says(Yes), menu, says(Asks), bot("queue.nobody", "Nobody is on duty. 116 006"))), ""},

		"a reader promised by flag":  {with(Nobody, story(says(Yes), Event{Kind: Heard, Keys: []string{"queue.x"}, Text: "Added.", Promises: true})), reader},
		"a reader promised in words": {with(Nobody, story(says(Yes), bot("menu.main", "Консультант увидит это."))), reader},
		"a reader who is there":      {story(says(Yes), bot("queue.noted", "Added. A worker will answer here.")), ""},

		"an SMS of three segments":    {on(SMS, story(says(Yes), bot("menu.main", strings.Repeat("a", 307)))), segments},
		"an SMS of two segments":      {on(SMS, story(says(Yes), bot("menu.main", strings.Repeat("a", 306)))), ""},
		"a long message by Telegram":  {story(says(Yes), bot("menu.main", strings.Repeat("a", 307))), ""},
		"a counsellor's long message": {on(SMS, story(says(Yes), human(strings.Repeat("a", 400)))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, b := range Check(c.trace) {
				got = append(got, b.Promise)
			}
			switch {
			case c.broken == "" && len(got) > 0:
				t.Errorf("nothing is wrong here, and the drill says %q", got)
			case c.broken != "" && !slices.Contains(got, string(c.broken)):
				t.Errorf("broken: %q; the drill says %q", c.broken, got)
			}
		})
	}
}

// What was on its way when the person wrote is no second answer to what they wrote then.
func TestALineThatCrossedIsNoSecondAnswer(t *testing.T) {
	tr := story(says(Yes), welcome, says(0), menu, menu)
	tr.Events[3].At = tr.Events[2].At.Add(-time.Millisecond)
	if got := Check(tr); len(got) != 0 {
		t.Errorf("a line that crossed is called broken: %v", got)
	}
	tr.Events[3].At = tr.Events[2].At.Add(time.Millisecond)
	if got := Check(tr); len(got) != 1 {
		t.Errorf("%d breaches of an answer that came twice: %v", len(got), got)
	}
}

// A person whose phone is searched must look like one who never wrote.
func TestKnownAndUnknownAreCompared(t *testing.T) {
	first := Event{Kind: Wrote, Situation: "a first word"}
	told := func(text string) Trace { return story(first, bot("lang.choose", text)) }
	s := Sameness{}
	for i, c := range []struct {
		trace  Trace
		broken int
	}{{told("Hello!"), 0}, {told("Hello!"), 0}, {told("Welcome back!"), 1}, {on(SMS, told("Hello! 1 Eesti")), 0}, {story(first), 0}} {
		if got := s.Check(c.trace); len(got) != c.broken {
			t.Errorf("%d: %d breaches, want %d: %v", i, len(got), c.broken, got)
		}
	}
}

func TestTranscriptsAreCompared(t *testing.T) {
	said := []spoken{{"ca1.1", false}, {"ca1.2", false}, {"ca1.3", false}}
	byMany := []spoken{{"ca1.1", false}, {"ca1.2", true}, {"ca1.3", true}}
	for name, c := range map[string]struct {
		said   []spoken
		tokens []string
		broken int
	}{
		"all":             {said, []string{"ca1.1", "ca1.2", "ca1.3"}, 0},
		"words of before": {said, []string{"ca1.0", "ca1.1", "ca1.2", "ca1.3"}, 0},
		"lost":            {said, []string{"ca1.1", "ca1.3"}, 1},
		"twice":           {said, []string{"ca1.1", "ca1.2", "ca1.2", "ca1.3"}, 1},
		"out of order":    {said, []string{"ca1.1", "ca1.3", "ca1.2"}, 1},
		"sent at once":    {byMany, []string{"ca1.1", "ca1.3", "ca1.2"}, 0},
		"somebody else":   {said, []string{"ca1.1", "ca1.2", "ca1.3", "ca2.1"}, 1},
		"nothing":         {said, nil, 3},
	} {
		if got := checkTranscript(Trace{}, c.said, c.tokens); len(got) != c.broken {
			t.Errorf("%s: %d breaches, want %d: %v", name, len(got), c.broken, got)
		}
	}
}

func TestACounsellorsWordsAreFollowed(t *testing.T) {
	person := func(token string) *Person { return &Person{token: token, name: "calm"} }
	her, other := person("ca1"), person("ca2")
	gone := person("ca3")
	gone.trace = story(says(Leave), decoy)
	for name, c := range map[string]struct {
		to      *Person
		taken   bool
		arrives []*Person
		broken  int
	}{
		"arrives":             {her, true, []*Person{her}, 0},
		"never arrives":       {her, true, nil, 1},
		"was refused":         {her, false, nil, 0},
		"twice":               {her, true, []*Person{her, her}, 1},
		"at somebody else":    {her, true, []*Person{other}, 1},
		"the person has left": {gone, true, nil, 0},
		"nobody knows whose":  {nil, true, []*Person{other}, 0},
	} {
		r := &replies{}
		text, taken := r.next("I am here.", c.to)
		if c.taken {
			taken()
		}
		for _, p := range c.arrives {
			r.heard(p.token, text)
		}
		if got := r.check(); len(got) != c.broken {
			t.Errorf("%s: %d breaches, want %d: %v", name, len(got), c.broken, got)
		}
	}
}

func TestAddressesAreFoundInPages(t *testing.T) {
	for page, want := range map[string]int{
		`{"ticket":"t1","text":"hello"}`:           0,
		`{"from":900000007}`:                       1,
		`{"at":1790000000070000,"x":"9000000071"}`: 0,
		`<a href="tel:+37200000007">`:              1,
		`+372 0000 0007`:                           1,
		`%2B37200000007`:                           1,
		`Dear Drillperson,`:                        1,
		`900000007 900000007`:                      1,
	} {
		var a addresses
		a.guard(Trace{Persona: "calm"}, []string{"900000007", Name})
		a.guard(Trace{Persona: "calm", Channel: SMS}, []string{"+37200000007"})
		a.search([]byte(page))
		if got, pages := a.result(); len(got) != want || pages != 1 {
			t.Errorf("%s: %d found in %d pages, want %d", page, len(got), pages, want)
		}
	}
}

// What is printed is sent around: no words, no number, no id.
func TestABreachIsOneLineThatNamesNobody(t *testing.T) {
	tr := on(SMS, story(says(0), bot("lang.choose", "canary 116 006 +37200000001"), bot("lang.choose", "canary 116 006 +37200000001")))
	all := lines(Check(tr))
	if len(all) == 0 {
		t.Fatal("nothing was found: the test is blind")
	}
	for _, line := range all {
		if strings.Contains(line, "canary") || strings.Contains(line, "+372") || strings.Contains(line, "\n") {
			t.Errorf("a breach quotes a person: %q", line)
		}
		if !strings.Contains(line, "calm, en, sms") {
			t.Errorf("a breach does not say whose it is: %q", line)
		}
	}
}
