package service

import (
	"regexp"
	"strings"
)

// Street-like texts, on folded text with its capitals (N-51). Go's \b is ASCII only, so the boundary is written out.
const edge = `(?:^|[^\pL\pN])`

// numbered end where a house number begins; what follows decides whether it is one.
var numbered = []*regexp.Regexp{
	// Estonian: Kase tänav 1, Kase tn. 1, Kase mnt 1, Kase puiestee 1
	regexp.MustCompile(edge + `(?i:tanav(?:a|at|al|ale|alt|as|asse)?|tan|tn|mnt|maantee(?:l|le|lt)?|pst|puiestee(?:l|le|lt)?|poik|valjak(?:u|ul|ule)?|allee(?:l|le)?)[\s.,-]*(?i:le|lt|l)?[\s.,]*(?i:nr|number|no)?[\s.,]*(\d)`),
	// Kase tee 1: "tee" is also "do", "tea" and "way", so a name must stand before it
	regexp.MustCompile(edge + `(\p{Lu}\pL+)\s+(?i:tee(?:l|le|lt)?)\s+(\d)`),
	// house and flat: maja 1, korter 1, krt 1, apt 1
	regexp.MustCompile(edge + `(?i:maja(?:s|st|sse)?|majanumber|korter(?:i|is|isse)?|krt|apartment|apt|flat|house)[\s.,]*(?i:nr|number|no|#)?[\s.,]*(\d)`),
	// Russian: дом 1, д. 1, кв. 1, квартира 1, подъезд 1
	regexp.MustCompile(edge + `(?:(?i:доме|дому|дом|квартир[аеуы]|кв|корпус|корп|подъезд[а-я]?)[\s.,]*|[дД]\.\s*)(?i:№|номер)?\s*(\d)`),
	regexp.MustCompile(edge + `(?i:тн|мнт|пст|тянав|маантее|пуйестее|шоссе|проспект[а-я]?|переул[а-я]+|бульвар[а-я]?|наб\.|пр-т)[\s.,]*(?:\pL+[\s.,]+){0,2}(?i:дом|д\.|№)?\s*(\d)`),
	regexp.MustCompile(edge + `(?i:улиц[аеуыи]|улице[йю])\s+(?:\p{Lu}[\pL-]*[\s.,]+){1,3}(?i:дом|д\.|№)?\s*(\d)`),
	regexp.MustCompile(edge + `\p{Lu}[\pL-]+\s+(?i:улиц[аеуыи]|тян\.?|ул\.?)[\s,]*(?i:дом|д\.|№)?\s*(\d)`),
	// English: Kase Street 1
	regexp.MustCompile(edge + `\p{Lu}[\pL-]+\s+(?i:street|str|road|avenue|boulevard|blvd|lane)[\s.,]*(?i:no|nr|number|#)?[\s.,]*(\d)`),
}

// complete are addresses as they stand.
var complete = []*regexp.Regexp{
	regexp.MustCompile(edge + `(?i:ул|бул|пер)\.\s*\pL`),
	regexp.MustCompile(edge + `(?i:ул)\s+\p{Lu}`),
	regexp.MustCompile(edge + `\d{1,4}[A-Za-z]?,?\s+(?:\p{Lu}[\pL-]+\s+){1,3}(?i:street|st|str|road|rd|avenue|ave|boulevard|blvd|lane)(?:$|[^\pL\pN])`),
	regexp.MustCompile(edge + `\d{5},?\s+\p{Lu}\pL{2}`), // a postal code before a town
}

// inTown is a name, a number and a place: "Kase 1, Tallinn". Whether the place is one, County knows.
var inTown = regexp.MustCompile(edge + `(\p{Lu}[\pL-]+)\s+\d{1,3}[A-Za-z]?(?:[-/]\d{1,3})?,\s*(\p{Lu}[\pL-]+)`)

var onMap = regexp.MustCompile(`(?i)goo\.gl/|maps\.|/maps|/karte|waze\.com|what3words|w3w\.co|openstreetmap|osm\.org|2gis\.|xgis\.|geo:-?\d|///\pL+\.\pL+\.\pL+|` +
	`\d{2}[.,]\d{3,}\s*°?\s*[NnEe]?\s*[,; ]\s*\d{2}[.,]\d{3,}`)

// measured follows a number that counts something, or tells the time, and so is no house number.
var measured = regexp.MustCompile(`^\d*(?:[.:]\d\d(?:$|\D)|\s*[-–]\s*\d{1,2}[.:]\d\d|\s*[%€$°]|\s*-?\s*(?i:` +
	// Estonian
	`min|minut\pL*|sek\pL*|h|tund\pL*|tunni\pL*|paev\pL*|oo|oo[ds]\pL*|nadal\pL*|kuu\pL*|aasta\pL*|kord\pL*|korra\pL*|inim\pL*|last|lapse\pL*|naist|naise\pL*|meest|eur\pL*|km|m|meetri\pL*|kraadi|tuba|toa|` +
	// Russian
	`мин\pL*|ч|час\pL*|д(?:ень|ня|ней|ни)|сут\pL*|ноч\pL*|недел\pL*|месяц\pL*|год\pL*|лет|раз\pL*|человек\pL*|дет\pL*|женщин\pL*|евро|км|м|кв|метр\pL*|градус\pL*|комнат\pL*|` +
	// English
	`minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|times?|people|persons?|women|children|kids|euros?|metres?|meters?|degrees?|rooms?` +
	`)(?:$|[^\pL\pN]))`)

// opening words begin a sentence with a capital and are no street's name.
var opening = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq("ma sa ta me te nad kui kas mis see siis ara palun nii kell klo ja at on the в к с") {
		words[w] = true
	}
	return words
}()

func (f *File) streetLike(text string) bool {
	for _, re := range complete {
		if re.MatchString(text) {
			return true
		}
	}
	for _, re := range numbered {
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			if len(m) > 4 && opening[strings.ToLower(text[m[2]:m[3]])] {
				continue
			}
			if houseNumber(text[m[len(m)-2]:]) {
				return true
			}
		}
	}
	for _, m := range inTown.FindAllStringSubmatch(text, -1) {
		if _, place := f.County(m[2]); place && !opening[strings.ToLower(m[1])] {
			return true
		}
	}
	return false
}

// houseNumber tells whether the digits that begin a text can be a house's.
func houseNumber(rest string) bool {
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	return digits <= 4 && !measured.MatchString(rest)
}
