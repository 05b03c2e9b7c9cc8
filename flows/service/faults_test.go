package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sosin/flows"
)

// An operator who edits the service file must be told where the mistake is and how to mend it; a mistake that is let
// through is a desk nobody opens or a phone nobody answers. Each case is the embedded example with one edit; § in the new
// text marks the place the fault must name.
func TestFaultsAreNamedWithTheirPlace(t *testing.T) {
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			data, line, column := planted(t, c)
			_, err := load(data)
			var got flows.Faults
			if !errors.As(err, &got) {
				t.Fatalf("loaded as if nothing were wrong: %v", err)
			}
			want := fmt.Sprintf("service.yaml:%d:%d: %s", line, column, c.want)
			lines := strings.Split(err.Error(), "\n")
			if !slices.Contains(lines, want) {
				t.Errorf("want %s\n got %s", want, err)
			}
			if len(lines) > 1+c.more {
				t.Errorf("one mistake, %d faults:\n%s", len(lines), err)
			}
		})
	}
}

// edit is one mistake: old, which stands once in the file, becomes new.
type edit struct {
	old, new string
	want     string // "what; mend"
	more     int    // further faults that follow from the same mistake
}

// example is the embedded file.
var example = func() []byte {
	raw, err := Files.ReadFile(ExampleName)
	if err != nil {
		panic(err)
	}
	return raw
}()

func planted(t *testing.T, c edit) (data string, line, column int) {
	t.Helper()
	raw := string(example)
	if strings.Count(raw, c.old) != 1 {
		t.Fatalf("%q stands %d times in the example", c.old, strings.Count(raw, c.old))
	}
	raw = strings.Replace(raw, c.old, c.new, 1)
	before, after, ok := strings.Cut(raw, "§")
	if !ok {
		t.Fatal("the case marks no place")
	}
	line = 1 + strings.Count(before, "\n")
	column = 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:]))
	return before + after, line, column
}

func load(data string) (*File, error) {
	return Load(fstest.MapFS{"service.yaml": {Data: []byte(data)}}, "service.yaml")
}

// with is the example with edits, which must load.
func with(t testing.TB, pairs ...string) *File {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(string(example), pairs[i]) != 1 {
			t.Fatalf("%q does not stand once in the example", pairs[i])
		}
	}
	f, err := load(strings.NewReplacer(pairs...).Replace(string(example)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	generalHours = "hours: {mon-fri: 09:00-17:00}\n    languages: [et, ru, en]\n    overflow: violence\n\n  # Counselling"
	oneDay       = "hours: {%s}\n    languages: [et, ru, en]\n    overflow: violence\n\n  # Counselling"
)

func hoursEdit(h string) string { return fmt.Sprintf(oneDay, h) }

var faults = map[string]edit{
	"bad YAML": {old: "workday: 09", new: "§\tworkday: 09",
		want: "is not valid YAML; check indentation, quotes and colons near this line"},
	"second document": {old: "workday: 09", new: "§---\nworkday: 09", more: 9,
		want: "a second document begins here and would be ignored; keep everything in one, without a line of ---"},
	"unknown section": {old: "workday: 09", new: "§workdya: 09",
		want: "unknown field workdya; known here: complaint, counties, desks, features, free_sms, holidays, links, never_send, numbers, providers, workday"},
	"missing section": {old: "# The service file", new: "§desks_: {}\n# The service file", more: 99,
		want: "unknown field desks_; known here: complaint, counties, desks, features, free_sms, holidays, links, never_send, numbers, providers, workday"},
	"section twice": {old: "free_sms: unknown", new: "free_sms: unknown\n§free_sms: free",
		want: "free_sms stands here twice; keep one of them"},
	"not a mapping": {old: "holidays: {}", new: "holidays: §[]",
		want: "a list of `name: value` lines is expected here; write one name and value per line"},
	"alias": {old: "workday: 09:00-17:00", new: "workday: &w 09:00-17:00\nfree_sms: §*w", more: 1,
		want: "a single value is expected here; write one value, without a list or an alias"},
	"not a list": {old: "languages: [et, ru]\n", new: "languages: §{et: ru}\n",
		want: "a list is expected here; write [one, two]"},
	"empty value": {old: "workday: 09:00-17:00", new: `workday: §""`,
		want: "a value is missing here; write it, or leave the line out"},

	"desk id": {old: "  prostitution:\n", new: "  §Prostitution 1:\n",
		want: "a desk's id is a word of small letters; use a to z, digits, - and _, 32 at most"},
	"no general desk": {old: "desks:\n  general:", new: "desks:\n  §everyone:",
		want: "there is no desk general; add one: it takes whoever has not said what it is about"},
	"desk without hours": {old: "  violence:\n", new: "  §night: {title: {et: a, ru: b, en: c}, where: east, languages: et}\n  violence:\n",
		want: "night has no hours; add a line hours:"},
	"title without Russian": {old: "{et: Üldine, ru: Общий, en: General}", new: "§{et: Üldine, en: General}",
		want: "has no ru; write it in et, ru and en"},
	"title in Finnish": {old: "{et: Üldine, ru", new: "{et: Üldine, §fi: Yleinen, ru",
		want: "unknown field fi; known here: en, et, ru"},
	"unknown place": {old: "where: [harju]", new: "where: [§harjumaa]",
		want: "unknown county harjumaa; use everywhere, a region (north south east west) or a county's id such as ida-viru"},
	"everywhere and somewhere": {old: "  violence:\n", new: "  night: {title: {et: a, ru: b, en: c}, where: §[everywhere, tartu], hours: always, languages: et}\n  violence:\n",
		want: "everywhere stands beside a county; keep one of them"},
	"unknown language": {old: "languages: [et, ru]\n", new: "languages: [et, §fi]\n",
		want: "unknown language fi; use one of: et, ru, en"},
	"unknown skill": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    skills: [female, §kind]\n",
		want: "unknown skill kind; use one of: female, child_qualified, trafficking, sexual_violence, crisis, casework, psych, child_psych, legal"},
	"holiday flag": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    on_holidays: §maybe\n", more: 1,
		want: "true or false is expected here; write true or false"},
	"always and holidays": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    on_holidays: §false\n",
		want: "always includes holidays; leave on_holidays out"},
	"unknown overflow": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    overflow: §nights\n",
		want: "there is no desk nights; name one that stands under desks"},
	"overflow in a circle": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    overflow: §general\n", more: 1,
		want: "the overflow leads back to violence; leave one of them out"},
	"on-call number in the file": {old: "languages: [et, ru]\n", new: "languages: [et, ru]\n    on_call: §\"+37200000001\"\n",
		want: "the on-call number does not stand in this file; name where it is kept: env:SOSIN_ON_CALL, or file:/ and a path"},

	"hours word": {old: "hours: always", new: "hours: §daily", want: "unknown word for hours daily; use one of: always"},
	"no hours":   {old: "hours: always", new: "hours: §{}", want: "no hours stand here; write always, or a line such as mon-fri: 09:00-17:00"},
	"unknown day": {old: generalHours, new: hoursEdit("§mon-fry: 09:00-17:00"),
		want: "unknown day mon-fry; use mon tue wed thu fri sat sun, mon-fri or mon,wed"},
	"day twice": {old: generalHours, new: hoursEdit("mon-fri: 09:00-17:00, §fri: 09:00-16:00"),
		want: "fri has hours in two lines; keep one line for each day"},
	"not a time": {old: generalHours, new: hoursEdit("mon-fri: §9-17"),
		want: "a time from-to is expected here; write it as 09:00-17:00"},
	"no such hour": {old: generalHours, new: hoursEdit("mon-fri: §09:00-24:30"),
		want: "a day has no such hour; use 00:00 to 24:00"},
	"empty span": {old: generalHours, new: hoursEdit("mon-fri: §09:00-09:00"),
		want: "begins and ends at the same time; for the whole day write 00:00-24:00"},
	"overlap": {old: generalHours, new: hoursEdit("mon-fri: §[09:00-13:00, 12:00-17:00]"),
		want: "two times overlap; join them into one"},
	"span twice": {old: generalHours, new: hoursEdit("mon-fri: [09:00-13:00, §09:00-13:00]"),
		want: "this stands in the list twice; keep one of them"},
	"working day over midnight": {old: "workday: 09:00-17:00", new: "workday: §17:00-09:00",
		want: "a working day does not run over midnight; write it as 09:00-17:00"},

	"holiday that is one": {old: "holidays: {}", new: "holidays: {add: {§2027-12-24: x}}",
		want: "is a public holiday already; leave the line out: public holidays are computed"},
	"no holiday to remove": {old: "holidays: {}", new: "holidays: {remove: [§2027-12-23]}",
		want: "is no public holiday; leave it out, or correct the date"},
	"no date": {old: "holidays: {}", new: "holidays: {remove: [§24.12.2027]}",
		want: "a date is expected here; write it as year-month-day, such as 2027-12-24"},
	"no such date": {old: "holidays: {}", new: "holidays: {add: {§2027-02-30: x}}",
		want: "a date is expected here; write it as year-month-day, such as 2027-12-24"},

	"no crisis line": {old: "numbers:\n  112: ", new: "numbers:\n  §110: ",
		want: "there is no number 112; add it: it comes in every danger and at every closed door"},
	"crisis line runs out": {old: "  116111: {text: \"116 111\", source: Social Insurance Board press release 22.11.2023, valid_until: lasting}",
		new:  "  §116111: {text: \"116 111\", source: x, valid_until: 2027-06-30}",
		want: "number 116111 may not be empty or run out; write its text, and valid_until: lasting"},
	"not a phone": {old: `text: "+372 660 7320"`, new: `text: §"call us"`,
		want: `this is not a telephone number; use digits and blanks, such as 116 006, or leave it empty ("")`},
	"number without a source": {old: `  emotional_support: {text: "", source: hours differ between sources, `, new: `  §emotional_support: {text: "", `,
		want: "emotional_support has no source; add a line source:"},
	"number without an end": {old: `source: hours differ between sources, valid_until: 2027-06-30}`, new: `source: x, valid_until: §soon}`,
		want: "a date is expected here; write it as year-month-day, such as 2027-12-24"},
	"link": {old: "url: palunabi.ee", new: "url: §the page",
		want: `this is not a web address; write it as example.ee or https://example.ee/page, or leave it empty ("")`},
	"provider without a place": {old: "  sak_parnu:\n    {name: Pärnu Haigla, what: sak, where: [parnu],", new: "  §sak_parnu:\n    {name: Pärnu Haigla, what: sak,",
		want: "sak_parnu has no where; add a line where:"},
	"e-mail": {old: `email: ""`, new: `email: §nobody`,
		want: `this is not an e-mail address; write it as name@example.ee, or leave it empty ("")`},

	"unknown feature": {old: "  group: false", new: "  §groups: false",
		want: "unknown feature groups; use one of: " + strings.Join(Features, ", ")},
	"feature without its number": {old: "  trafficking_line: false", new: "  §trafficking: true",
		want: "unknown feature trafficking; use one of: " + strings.Join(Features, ", ")},

	"unknown county": {old: "  saare: {", new: "  §saaremaa: {", more: 1,
		want: "unknown county saaremaa; use one of: " + strings.Join(CountyIDs, ", ")},
	"missing county": {old: "counties:\n  harju: {region: north, towns: [Tallinn, Таллинн, Таллин, Tallin, Maardu, Маарду, Keila, Кейла, Paldiski, Палдиски]}\n  ida-viru",
		new: "counties:\n  §ida-viru", more: 1, want: "county harju is missing; give all 15, each with its region"},
	"county without a region": {old: "  rapla: {region: west}", new: "  §rapla: {}", want: "rapla has no region; add a line region:"},
	"unknown region":          {old: "  rapla: {region: west}", new: "  rapla: {region: §centre}", want: "unknown region centre; use one of: north, south, east, west"},
	"town of another county": {old: "  rapla: {region: west}", new: "  rapla: {region: west, towns: [§Tartu]}",
		want: "Tartu is not understood as rapla; leave it out: it names another county too, or none"},

	"shelter name too short": {old: "names: []", new: "names: [§ö]", want: "this is too short to be looked for; write three letters or more"},
	"allowed street without a house": {old: "Puusepa 8]", new: "§Puusepa]",
		want: "this is no address; write the street and the house number, such as Ristiku 1"},
	"bad pattern": {old: "patterns: []", new: "patterns: [§'kase(']",
		want: "this is not a pattern that can be used; write a regular expression that does not match an empty text"},
	"pattern that stops everything": {old: "patterns: []", new: "patterns: [§'k*']",
		want: "this is not a pattern that can be used; write a regular expression that does not match an empty text"},
	"SMS price": {old: "free_sms: unknown", new: "free_sms: §maybe", want: "unknown choice maybe; use one of: unknown, free, charged"},
}

func TestAFeatureNeedsTheFactBehindIt(t *testing.T) {
	_, err := load(strings.NewReplacer("trafficking_line: false", "trafficking_line: true", `"+372 660 7320"`, `""`).Replace(string(example)))
	if err == nil || !strings.Contains(err.Error(), "trafficking_line is on, but number trafficking is empty; write the number, or turn it off") {
		t.Errorf("an offer with no number behind it is loaded: %v", err)
	}
}

func TestAFileThatIsNotThereOrEmptyIsAFault(t *testing.T) {
	_, err := Load(fstest.MapFS{}, "service.yaml")
	if want := "service.yaml:1:1: cannot be read; check the path and the file's permissions"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for data, want := range map[string]string{
		"":             "service.yaml:1:1: is not valid YAML; check indentation, quotes and colons near this line",
		"features: {}": "service.yaml:1:1: section desks is missing; add it as in the embedded example",
	} {
		if _, err := load(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", data, err, want)
		}
	}
}

// What stands under never_send, and an on-call number, must not travel into a log by way of a fault.
func TestFaultsDoNotRepeatSecrets(t *testing.T) {
	for name, c := range map[string][2]string{
		"on-call number": {"languages: [et, ru]\n", "languages: [et, ru]\n    on_call: canary-secret\n"},
		"pattern":        {"patterns: []", "patterns: ['canary-secret(']"},
		"bad YAML":       {"names: []", "names: [canary-secret"},
		"name twice":     {"names: []", "names: [canary-secret, canary-secret]"},
	} {
		_, err := load(strings.Replace(string(example), c[0], c[1], 1))
		if err == nil {
			t.Errorf("%s: loaded as if nothing were wrong", name)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the fault repeats it: %v", name, err)
		}
	}
}

// Whatever is written, it is refused with places or it loads; it never breaks the program that must take messages.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{string(example), "", "---\n---\n", "{desks: {a: {hours: {mon-: 1}, where: [x, *y]}}}", "numbers: {112: {text: 1, valid_until: 2027-99-01}}",
		"never_send: {names: [a b c], patterns: ['(?P<'], allowed: ['- 1', '6 6']}", "counties: {harju: {region: north, towns: ['а', '66', 'х.*']}}",
		"holidays: {add: {x: }, remove: [[]]}", "workday: 24:00-00:00", "? {a: b}\n: [c]", "&a [*a]"} {
		f.Add(seed)
	}
	now := clock(f, "2026-11-16 10:00")
	f.Fuzz(func(t *testing.T, data string) {
		file, err := load(data)
		var all flows.Faults
		if err != nil && !errors.As(err, &all) {
			t.Fatalf("%v is no list of faults", err)
		}
		for _, fault := range all {
			if fault.File == "" || fault.Line < 1 || fault.Column < 1 || fault.What == "" || fault.Mend == "" {
				t.Fatalf("fault without a place, a reason or a mend: %v", fault)
			}
		}
		if err != nil {
			return
		}
		for _, d := range file.Desks() {
			file.NextOpen(d.ID, now)
			file.Closes(d.ID, now)
		}
		file.Expired(now)
		file.Blocked("Kase tn 5")
		if got, ok := file.Number(Emergency, now); !ok || got == "" {
			t.Error("loaded without 112")
		}
	})
}
