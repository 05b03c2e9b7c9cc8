package risk

import "sosin/flows"

// Level says how urgent a finding is.
type Level int

// The levels, least urgent first.
const (
	None  Level = iota
	Check       // a counsellor should ask (danger.check)
	High        // somebody must look at once (danger text, N-27)
)

var levelNames = [...]string{None: "NONE", Check: "CHECK", High: "HIGH"}

// String is the level as the data files write it: NONE, CHECK or HIGH.
func (l Level) String() string {
	if l < None || l > High {
		return "NONE"
	}
	return levelNames[l]
}

func levelOf(name string) (Level, bool) {
	for l, n := range levelNames {
		if n == name {
			return Level(l), true
		}
	}
	return None, false
}

// Band is the queue band a finding of this level asks for; NoBand for None, so that nothing is ever lowered by it.
func (l Level) Band() flows.Band {
	switch l {
	case High:
		return flows.High
	case Check:
		return flows.Check
	default:
		return flows.NoBand
	}
}

// Category says what kind of danger it is; one danger text goes per category and hour.
type Category string

// The categories. Trafficking is never above Check (P-21: a counsellor decides); a weapon counts as Life.
const (
	Suicide     Category = "suicide"
	Life        Category = "life"
	Held        Category = "held"
	Child       Category = "child" // a child in danger (N-35)
	Trafficking Category = "trafficking"
	Violence    Category = "violence"
)

// categories in the order of the model's outputs, most urgent first: equal findings are listed in this order.
var categories = [...]Category{Suicide, Life, Held, Child, Violence, Trafficking}

func categoryIndex(c Category) int {
	for i, k := range categories {
		if k == c {
			return i
		}
	}
	return -1
}

// Finding is one danger found in a text. It holds nothing of the text, so it may be stored and shown.
type Finding struct {
	Level    Level
	Category Category
	Why      string // the id of the rule, or "model"; never the words

	// Sure says that of findings like this one about 95 in 100 were right on sentences held out in training; always
	// true of a strong rule's, never of a Check. A High that is not sure needs a person as soon, but may be asked about
	// (danger.check) instead of told.
	Sure bool
}
