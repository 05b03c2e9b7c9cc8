package drill

import "slices"

// Persona is a kind of person and what they do.
type Persona struct {
	Name string
	// About says in one line whom a counsellor meets.
	About string
	// Langs are the languages it can be played in; none: all.
	Langs []string
	play  func(*Person)
}

// Personas are all of them. Each script reads like the story of somebody's evening; the words they use are in words.go.
var Personas = []Persona{
	{"calm", "Knows what she wants: reads the numbers, asks for a person, talks, says thank you.", nil, calmly},
	{"danger", "Is in danger now and says so before anything else.", nil, inDanger},
	{"threatened", "Writes in her own words what was said to her.", nil, threatened},
	{"silent", "Asks for a person and then cannot write any more.", nil, silently},
	{"abuser", "Somebody else takes the phone, looks and tries; then she has it back.", nil, abuserTakesThePhone},
	{"child", "A child with simple words.", nil, asAChild},
	{"freetext", "Never presses a button and never types a number.", nil, inFreeText},
	{"translit", "Writes Russian in Latin letters.", []string{"ru"}, inLatinLetters},
	{"flood", "Pours everything out at once, without waiting.", nil, inAFlood},
	{"doubletap", "Presses everything twice.", nil, withDoubleTaps},
	{"returning", "Leaves with 0 whenever somebody comes in, and comes back.", nil, leavingAndComingBack},
	{"erasing", "Wants everything gone.", nil, wantingItGone},
}

// Speaks says whether a persona is played in a language.
func (p Persona) Speaks(lang string) bool { return len(p.Langs) == 0 || slices.Contains(p.Langs, lang) }

func calmly(p *Person) {
	p.comesIn()
	p.control("numbers", Numbers)
	p.asks(false)
	p.says("story")
	if p.meets() {
		p.tells("more")
		p.tells("thanks")
		p.partsWays()
	}
	p.watches()
}

func inDanger(p *Person) {
	p.greets()
	p.language()
	p.inDanger()
	p.says("fear")
	p.sos()
	if p.meets() {
		p.tells("fear")
		p.sos()
		p.tells("thanks")
		p.partsWays()
	}
	p.leaves()
}

func threatened(p *Person) {
	p.comesIn()
	text, token := p.mine(p.words("threat"))
	p.send(text, Event{Means: Danger, Answer: true, Token: token})
	p.reads()
	p.says("more")
	if p.meets() {
		p.tells("thanks")
		p.partsWays()
	}
	p.watches()
}

func silently(p *Person) {
	p.greets()
	p.language()
	p.watches()
	p.yes()
	p.asks(true)
	p.watches()
	p.watches()
}

func abuserTakesThePhone(p *Person) {
	p.comesIn()
	p.asks(false)
	p.says("story")
	p.leaves() // somebody comes in
	p.watches()

	p.greets() // he writes
	p.language()
	p.writes(p.words("who"))
	p.control("numbers", 0) // before a yes this is a word like any other
	p.control("menu", 0)
	p.no()
	p.watches()
	p.greets()
	p.leaves()
	p.watches()

	p.comesBack() // it is she again, and her place was kept
	p.says("more")
	if p.meets() {
		p.tells("thanks")
		p.partsWays()
	}
	p.watches()
}

func asAChild(p *Person) {
	p.comesIn()
	p.control("numbers", Numbers)
	p.sees("116 111", numbers)
	p.asks(true)
	p.says("child")
	if p.meets() {
		p.tells("childmore")
		p.tells("thanks")
		p.partsWays()
	}
}

func inFreeText(p *Person) {
	p.greets()
	p.types(p.words("language"), 0)
	p.types(p.words("yes"), Yes)
	p.says("story") // to a menu: the program asks in simpler words
	p.says("more")  // again: it must reach a person
	p.means(Asks)
	if p.meets() {
		p.tells("thanks")
		p.partsWays()
	}
	p.leaves()
}

func inLatinLetters(p *Person) {
	p.send("privet", Event{Answer: true, Situation: "somebody writes a first word"})
	p.reads()
	p.types("russkij", 0)
	p.types("da", Yes)
	p.says("latin")
	p.types("nomera", Numbers)
	p.types("chelovek", Asks)
	p.leavesWord(p.since())
	p.says("latinmore")
	if p.meets() {
		p.tells("latin")
		p.partsWays()
	}
	p.types("vyhod", Leave)
}

func inAFlood(p *Person) {
	p.comesIn()
	p.asks(false)
	for range 4 {
		p.hurries("story")
		p.hurries("more")
	}
	p.reads()
	if p.meets() {
		p.tells("thanks")
		p.partsWays()
		p.leaves()
		p.comesIn()
		p.asks(true)
	}
	for range 4 {
		p.hurries("more")
	}
	p.leaves() // in the middle of it
	p.watches()
}

func withDoubleTaps(p *Person) {
	p.greets()
	p.tapsTwice("lang." + p.lang)
	p.find("answer.yes")
	p.picks("answer.yes", Yes|Again)
	p.find("menu.main.person")
	p.reads()
	p.asks(true)
	p.says("story")
	if p.meets() {
		p.tells("more")
		p.partsWays()
		p.leaves()
		p.watches()
		p.comesIn()
		p.tapsTwice("menu.main.person")
		p.reads()
	}
	p.watches()
}

func leavingAndComingBack(p *Person) {
	p.comesIn()
	p.leaves()
	p.watches()
	p.comesIn()
	p.asks(false)
	p.says("story")
	p.leaves()
	p.watches()
	p.comesBack() // her place was kept
	p.says("more")
	if p.meets() {
		p.leaves() // out of the chat, which is kept too
		p.watches()
		p.comesBack()
		p.tells("more")
		p.partsWays()
	}
	p.watches()
}

func wantingItGone(p *Person) {
	p.send(controls["delete"][p.lang], Event{Answer: true, Situation: "a stranger asks to erase"})
	p.reads()
	p.firstOf(Erase)
	p.comesIn()
	p.asks(true)
	p.says("story")
	if p.meets() {
		p.tells("more")
	}
	p.erases()
	p.watches()
	p.send(controls["delete"][p.lang], Event{Answer: true, Situation: "a stranger asks to erase"})
	p.reads()
	p.firstOf(Erase)
	p.watches()
	p.greets()
	p.leaves()
}
