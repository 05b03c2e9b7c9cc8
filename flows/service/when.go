package service

import (
	"fmt"
	"time"
	"unicode/utf8"

	"sosin/flows"
)

// wording is how a language says when. Each form fits the texts as content they stand in: Estonian and Russian adessive and
// accusative of time, English with its preposition.
type wording struct {
	today, tomorrow string
	weekdays        [7]string // by time.Weekday
	months          [12]string
	date            string // day, month
	clock           string // when, hour, minute
}

var wordings = map[flows.Lang]wording{
	flows.Estonian: {
		today: "täna", tomorrow: "homme", date: "%d. %s", clock: "%s kell %d.%02d",
		weekdays: [7]string{"pühapäeval", "esmaspäeval", "teisipäeval", "kolmapäeval", "neljapäeval", "reedel", "laupäeval"},
		months: [12]string{"jaanuaril", "veebruaril", "märtsil", "aprillil", "mail", "juunil", "juulil", "augustil",
			"septembril", "oktoobril", "novembril", "detsembril"},
	},
	flows.Russian: {
		today: "сегодня", tomorrow: "завтра", date: "%d %s", clock: "%s в %d:%02d",
		weekdays: [7]string{"в воскресенье", "в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу"},
		months: [12]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября",
			"ноября", "декабря"},
	},
	flows.English: {
		today: "today", tomorrow: "tomorrow", date: "on %d %s", clock: "%s at %d:%02d",
		weekdays: [7]string{"on Sunday", "on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday"},
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
			"November", "December"},
	},
}

// NextOpenText says when the desk opens next, in the one grammatical form the texts expect of {next_open}: today, tomorrow, a
// weekday up to six days ahead, then a date. It is "" when the desk is open now or no opening is known: no text that
// promises one may then be sent.
func (f *File) NextOpenText(desk string, now time.Time, lang flows.Lang) string {
	if f.Open(desk, now) {
		return ""
	}
	at, ok := f.NextOpen(desk, now)
	if !ok {
		return ""
	}
	return When(at, now, lang)
}

// When says an instant as [File.NextOpenText] does, seen from now.
func When(at, now time.Time, lang flows.Lang) string {
	w, day := wordings[lang], dateOf(at)
	var said string
	switch ahead := dateOf(now).daysTo(day); {
	case ahead == 0:
		said = w.today
	case ahead == 1:
		said = w.tomorrow
	case ahead > 1 && ahead < 7:
		said = w.weekdays[day.weekday()]
	default:
		said = fmt.Sprintf(w.date, day.day, w.months[day.month-1])
	}
	local := at.In(flows.Tallinn)
	return fmt.Sprintf(w.clock, said, local.Hour(), local.Minute())
}

// LongestNextOpen returns the longest text NextOpenText can give, for the proof that every SMS fits.
func LongestNextOpen(lang flows.Lang) string {
	longest := ""
	now := date{2027, time.January, 1}
	for ahead := range 366 {
		said := When(now.plus(ahead).at(23*60+59), now.at(0), lang)
		if utf8.RuneCountInString(said) > utf8.RuneCountInString(longest) {
			longest = said
		}
	}
	return longest
}
