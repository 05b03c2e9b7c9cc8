package inspect_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sosin/flows"
	"sosin/flows/inspect"
)

var update = flag.Bool("update", false, "rewrite testdata/faults.golden")

// seed is a small change that breaks one rule: in a flow (old and new) or in a text (its id and its new words).
type seed struct{ file, old, new string }

// seeds are what somebody may do to flows and texts without meaning harm, by what a person would lose by it.
var seeds = []struct {
	name  string
	seeds []seed
}{
	{"a state nothing leads to", []seed{{"prostitution.yaml", "{label: out.left, to: after}", "{label: out.left, to: support}"}}},
	{"a way whose guards exclude each other", []seed{{"info.yaml", "- {when: fact.free_sms, to: cost_nothing}\n      - {to: cost_unknown}", "- {when: not telegram, to: cost_nothing}\n      - {to: cost_unknown}"}}},
	{"two states that only lead to each other", []seed{{"menu.yaml", "{label: menu.main.own, to: own.menu}", "{label: menu.main.own, to: maze}"},
		{"menu.yaml", "states:\n", "states:\n  maze:\n    say: [menu.own]\n    choices:\n      1: {label: own.language, to: mirror}\n  mirror:\n    say: [menu.info]\n    choices:\n      1: {label: own.language, to: maze}\n"}}},
	{"no person within two messages", []seed{{"own.yaml", "{label: word.forgotten, words: skip, to: anew}", "{label: word.forgotten, words: skip, to: leave.now}"}}},
	{"no word for the numbers anywhere", []seed{{"controls.yaml", "to: {to: back, say: [info.numbers]}", "to: {to: back, say: [info.ntk]}"}}},
	{"no word for the numbers while the code word is asked", []seed{{"controls.yaml", "    always: true\n    to: {to: back, say: [info.numbers]}", "    to: {to: back, say: [info.numbers]}"}}},
	{"0 that does not leave a live chat", []seed{{"controls.yaml", "выход, exit, vyhod, vykhod]\n    live: all", "выход, exit, vyhod, vykhod]\n    live: words"}}},
	{"0 that leaves with a line that is not neutral", []seed{{"controls.yaml", "open: leave.now\n    to: leave.now", "open: leave.now\n    to: queue.later"}}},
	{"no language but at the beginning", []seed{{"controls.yaml", "    live: words\n    open: entry.language", "    open: entry.language"}}},
	{"a menu item that only comes back", []seed{{"info.yaml", "{label: menu.info.centre, say: [info.ntk, info.ntk.more], to: menu}", "{label: menu.info.centre, to: menu}"}}},
	{"an answer in the queue that is met with silence", []seed{{"queue.yaml", "1: {label: pref.female.wait.any, set: {woman: rather}, count: woman.anyone, to: anyone}", "1: {label: pref.female.wait.any, set: {woman: rather}, count: woman.anyone, to: back}"}}},
	{"a digit that is no answer", []seed{{"en.toml", "word.new", "Write one or two words. Skip: 7."}}},
	{"a word in capitals that means nothing", []seed{{"et.toml", "queue.kept", "Lisatud. Ootad edasi. Kustutamiseks kirjuta HÄVITA. 116 006."}}},
	{"a word in capitals in a text that ends before yes", []seed{{"en.toml", "stop.quietly", "All right. MENU brings it back."}}},
	{"a text nobody says", []seed{{"prostitution.yaml", "say: [info.support_person], ", ""}}},
	{"an SMS of three segments", []seed{{"ru.toml", "queue.nobody", "Сейчас здесь никого нет, и так бывает часто: нас мало. Мы вернемся. Поговорить сразу: 116 006 (круглосуточно) или palunabi.ee. В опасности: 112. Здесь тоже."}}},
	{"a text in all languages at once that is too long", []seed{{"en.toml", "any.delete.confirm_quietly", "Kas kustutan kogu vestluse? Удалить всю переписку? Delete all of this chat? Seda ei saa tagasi. Вернуть нельзя. It cannot be undone at all."}}},
	{"a name too long for a button", []seed{{"own.yaml", "{label: own.wipe, to: wipe}", "{label: own.wipe, to: a_name_that_goes_on_and_on_until_no_button_of_telegram_carries_it}"},
		{"own.yaml", "  wipe:\n", "  a_name_that_goes_on_and_on_until_no_button_of_telegram_carries_it:\n    say: [menu.own]\n    choices:\n      1: {label: own.wipe, to: wipe}\n  wipe:\n"}}},
	{"a text before yes that names the service", []seed{{"en.toml", "safety.check", "Hello! Do you want help right now?"}}},
	{"a number before yes", []seed{{"et.toml", "exit.decoy", "Selge, 116 006!"}}},
	{"a state that speaks before yes and is not open", []seed{{"entry.yaml", "  nearest:\n    open: true\n", "  nearest:\n"}}},
	{"a danger text for somebody who has not said danger", []seed{{"chat.yaml", "    text: entry.safety\n", "    text: danger.now\n"}}},
	{"a question with consequences and no notice", []seed{{"young.yaml", "    remember: true\n    notice: age.ask\n", "    remember: true\n"}}},
	{"a question that can come before its notice", []seed{{"menu.yaml", "to: force.intro}", "to: force.documents}"}}},
	{"a queue text that promises a reader to whoever comes", []seed{{"queue.yaml", "- {when: duty, to: place_here}", "- {when: desk, to: place_here}"}}},
	{"a promise said on the way", []seed{{"chat.yaml", "- {when: duty, to: live, say: [chat.back]}", "- {when: live, to: live, say: [chat.back]}"}}},
	{"a promise that is said again an hour later", []seed{{"queue.yaml", "    say: [queue.waiting, queue.meanwhile]\n    again: place\n", "    say: [queue.waiting, queue.meanwhile]\n"}}},
	{"words that end the contact", []seed{{"own.yaml", "unknown: word_new", "unknown: leave.stopped"}}},
	{"danger in words that ends the contact", []seed{{"danger.yaml", "check.suicide: ask_suicide", "check.suicide: queue.later"}}},
	{"a waiting time nobody measured", []seed{{"queue.yaml", "- {when: measured, to: waiting_measured}", "- {when: desk, to: waiting_measured}"}}},
	{"an answer nobody can know", []seed{{"county.yaml", "{label: county.harju, hide: sms, set: {county: harju}, count: county.harju, to: chosen}", "{label: county.harju, hide: sms, to: chosen}"}}},
	{"answers of which none may be listed", []seed{{"own.yaml", "8: {label: word.forgotten, words: skip, to: anew}", "8: {label: word.forgotten, words: skip, when: word, to: anew}"}}},
	{"a closed door that takes no message", []seed{{"young.yaml", "{label: queue.nobody.message, to: queue.message}", "{label: queue.nobody.message, to: queue.later}"}}},
	{"a closed door without the crisis line", []seed{{"en.toml", "young.nobody", "Nobody trained for children is on duty here now. Right now: 116 111, free, 24h. In danger: 112."}}},
	{"danger without 112", []seed{{"ru.toml", "danger.child", "Детская линия: 116 111 (бесплатно). Поддержка: 116 006."}}},
	{"an end without the crisis line", []seed{{"et.toml", "stop.done", "Me ei kirjuta sulle enam. Tagasi: ALUSTA. Andmete kustutamine: KUSTUTA."}}},
	{"a failure without the crisis line", []seed{{"en.toml", "static.fallback", "Oht/Опасность/Danger: 112"}}},
	{"a feature the service file does not know", []seed{{"prostitution.yaml", "when: feature.group", "when: feature.choir"}}},
	{"a county there is not", []seed{{"county.yaml", "set: {county: hiiu}", "set: {county: hiiumaa}"}}},
}

// Every rule is broken once, and the check says where and how to mend it. The golden file is for reading: it holds, for each
// seed, the new faults with the line they point at. Line numbers are left out there, so that it does not change with every
// line of the library; that they are right is seen from the line shown.
func TestEverySeededFaultIsFound(t *testing.T) {
	clean := files(t)
	before := map[string]bool{}
	for _, f := range inspect.Check(subject(t, clean)) {
		before[shown(clean, f)] = true
	}
	var out strings.Builder
	for _, s := range seeds {
		folder := files(t)
		for _, e := range s.seeds {
			if strings.HasSuffix(e.file, ".toml") {
				reword(t, folder, e.file, e.old, e.new)
			} else {
				change(t, folder, e.file, e.old, e.new)
			}
		}
		fmt.Fprintf(&out, "## %s\n\n", s.name)
		n := 0
		for _, f := range inspect.Check(subject(t, folder)) {
			if line := shown(folder, f); !before[line] {
				if n++; n <= 6 {
					out.WriteString(line)
				}
			}
		}
		if n > 6 {
			fmt.Fprintf(&out, "(and %d more)\n\n", n-6)
		}
		if n == 0 {
			t.Errorf("%s: no fault was found", s.name)
		}
	}
	golden(t, "testdata/faults.golden", out.String())
}

var lineNumber = regexp.MustCompile(`([a-z]+\.(?:yaml|toml)):[0-9]+:`)

// shown is a fault without its line number, over the line it points at, with a mark under the column.
func shown(folder fstest.MapFS, f flows.Fault) string {
	lines := strings.Split(string(folder[f.File].Data), "\n")
	if f.Line < 1 || f.Line > len(lines) {
		return f.String() + "\n    (there is no such line)\n\n"
	}
	at := lines[f.Line-1]
	mark := strings.Repeat(" ", min(f.Column, len(at)+1)-1) + "^"
	if runes := []rune(at); len(runes) > 100 {
		at = string(runes[:100]) + "..."
	}
	return lineNumber.ReplaceAllString(f.String(), "$1:-:") + "\n    " + at + "\n    " + mark + "\n\n"
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the tests with -update and read what they wrote", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
