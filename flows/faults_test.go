package flows_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sosin/flows"
	"sosin/flows/library"
	"sosin/locales"
)

// A coordinator who edits a flow must be told where the mistake is and how to mend it; a mistake that is let through
// shows itself to somebody who asked for help. Each case is the real library with one edit; § in the new text marks the
// place the fault must name.
func TestFaultsInFlowsAreNamedWithTheirPlace(t *testing.T) {
	texts := embeddedTexts(t)
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			files, line, column := planted(t, c)
			_, err := flows.Load(files, texts)
			var got flows.Faults
			if !errors.As(err, &got) {
				t.Fatalf("loaded as if nothing were wrong: %v", err)
			}
			place := fmt.Sprintf("%s:%d:%d: ", c.file, line, column)
			if c.nowhere {
				place = ".:1:1: "
			}
			lines := strings.Split(err.Error(), "\n")
			if !slices.Contains(lines, place+c.want) {
				t.Errorf("want %s\n got %s", place+c.want, err)
			}
			if len(lines) > 1+c.more {
				t.Errorf("one mistake, %d faults:\n%s", len(lines), err)
			}
		})
	}
}

// edit is one mistake: old, which stands once in the file, becomes new.
type edit struct {
	file, old, new string
	want           string // "what; mend"
	nowhere        bool   // the fault is in no line
	more           int    // further faults that follow from the same mistake
}

const (
	knownFile   = "known here: closed, code, consent, controls, duress, flow, hits, home, live, locked, lost, national, ping, start, states, unknown, words"
	knownState  = "known here: again, aside, choices, danger, does, end, handoff, live, many, notice, open, reads, remember, route, say, set, text, then, ticket, unknown"
	knownChoice = "known here: also, count, hide, label, raise, safe, say, set, to, when, words"
	knownGuards = "use one of: anyone, centre, code_live, code_word, desk, duty, held, hours, language, live, locked, measured, safe, telegram, waiting, word, answer=value, feature.name, fact.id, not ..."
	knownValues = "use one of: alias, centre, code, complaint, date, next_open, provider, soon, trafficking_line, until, wait"
)

var faults = map[string]edit{
	"bad YAML": {file: "leave.yaml", old: "    say: [exit.decoy]", new: "§\tsay: [exit.decoy]",
		want: "is not valid YAML; check indentation, quotes and colons near this line"},
	"not a mapping": {file: "leave.yaml", old: "\nstates:\n", new: "\nstates: §[]\nwords:\n", more: 3,
		want: "a list of `name: value` lines is expected here; write one name and value per line"},
	"unknown field in a file": {file: "leave.yaml", old: "flow: leave", new: "flow: leave\n§hoem: now",
		want: "unknown field hoem; " + knownFile},
	"unknown field in a state": {file: "leave.yaml", old: "    say: [exit.decoy]", new: "    say: [exit.decoy]\n    §sya: [exit.decoy]",
		want: "unknown field sya; " + knownState},
	"unknown field in a choice": {file: "entry.yaml", old: "{label: safety.danger, to: danger.now}", new: "{label: safety.danger, to: danger.now, §two: menu.main}",
		want: "unknown field two; " + knownChoice},
	"unknown field in a way": {file: "queue.yaml", old: "{when: duty, to: join}", new: "{when: duty, to: join, §unless: live}",
		want: "unknown field unless; known here: say, to, when"},
	"unknown field in a handoff": {file: "queue.yaml", old: "join:\n    handoff: {band: rest}", new: "join:\n    handoff: {band: rest, §woman: true}",
		want: "unknown field woman; known here: band, desk, note"},
	"unknown field in a control word": {file: "controls.yaml", old: "    open: leave.now", new: "    open: leave.now\n    §closed: leave.now",
		want: "unknown field closed; known here: always, live, open, to, words"},
	"doubled key": {file: "leave.yaml", old: "    say: [exit.decoy]", new: "    say: [exit.decoy]\n    §say: [exit.decoy]",
		want: "say stands here twice; keep one of them"},
	"state doubled in a file": {file: "leave.yaml", old: "  stopped_quietly:", new: "  §stopped:",
		want: "stopped stands here twice; keep one of them"},
	"state doubled in two files": {file: "leave.yaml", old: "  stopped_quietly:", new: "  §chat.live:\n    ticket: true\n\n  stopped_quietly:",
		want: "state chat.live is already defined in chat.yaml; give it another name"},
	"state named back": {file: "menu.yaml", old: "states:\n", new: "states:\n  §back:\n    end: true\n",
		want: "back is not a name: it means the way back; give the state another name"},
	"a file without a flow name": {file: "erase.yaml", old: "flow: erase\n\nstates:", new: "§states:",
		want: "a file with states has no flow name; begin it with `flow: name`", more: 99},
	"one word expected": {file: "leave.yaml", old: "flow: leave", new: "flow: §[leave]",
		want: "one word is expected here; write a single value", more: 99},
	"true or false expected": {file: "leave.yaml", old: "  stopped:\n    end: true", new: "  stopped:\n    end: §yes",
		want: "true or false is expected here; write true or leave the line out"},
	"a list expected": {file: "leave.yaml", old: "say: [exit.decoy]", new: "say: §{exit: decoy}",
		want: "a list is expected here; write [one, two]"},
	"unknown band": {file: "queue.yaml", old: "join:\n    handoff: {band: rest}", new: "join:\n    handoff: {band: §urgent}",
		want: "unknown band urgent; use high, check, shelter, trafficking, violence or rest"},
	"unknown effect": {file: "erase.yaml", old: "  done:\n    end: true\n    does: [erase]", new: "  done:\n    end: true\n    does: §[eraze]",
		want: "unknown effect eraze; use leave, stop, erase, release, code, wipe, later, anew, unlock or no_word"},
	"unknown language": {file: "entry.yaml", old: "eesti keel, estonian], set: {lang: et}, to: safety", new: "eesti keel, estonian], set: {lang: §ee}, to: safety",
		want: "unknown language ee; use et, ru or en"},
	"unknown reach of a control word": {file: "controls.yaml", old: "vykhod]\n    live: all", new: "vykhod]\n    live: §everything",
		want: "unknown reach everything in a live chat; use all or words, or leave the line out"},

	"unknown target of a choice": {file: "entry.yaml", old: "to: danger.now}", new: "to: §danger.nwo}",
		want: `this arc names the state "danger.nwo", which does not exist; define it or correct the name`},
	"unknown target of then": {file: "chat.yaml", old: "  release:\n    does: [release]\n    then: released", new: "  §release:\n    does: [release]\n    then: life",
		want: `this arc names the state "chat.life", which does not exist; define it or correct the name`},
	"unknown target of a route": {file: "queue.yaml", old: "{when: duty, to: unknown_passed_on}", new: "§{when: duty, to: passed_on}",
		want: `this arc names the state "queue.passed_on", which does not exist; define it or correct the name`},
	"unknown target of a control word": {file: "controls.yaml", old: "open: leave.now", new: "open: §leave.nwo",
		want: `this arc names the state "leave.nwo", which does not exist; define it or correct the name`},
	"unknown guard": {file: "queue.yaml", old: "{when: duty, to: join}", new: "§{when: onduty, to: join}",
		want: "unknown guard onduty; " + knownGuards},
	"last way guarded": {file: "queue.yaml", old: "      - {to: unknown_kept}", new: "      - §{when: safe, to: unknown_kept}",
		want: "the last way out has a guard, so some people would be stuck; add a line `- {to: state}` after it"},
	"unguarded way before the last": {file: "queue.yaml", old: "{when: duty, to: unknown_passed_on}", new: "§{to: unknown_passed_on}",
		want: "this way is always taken, those after it never; add `when:` or move it to the end"},
	"routes in a circle": {file: "queue.yaml", old: "      - {when: duty, to: unknown_passed_on}", new: "      - §{when: duty, to: unknown}",
		want: "routes lead in a circle through queue.unknown; end the circle at a state that says something"},
	"states that lead on in a circle": {file: "chat.yaml", old: "  release:\n    does: [release]\n    then: released", new: "  §release:\n    does: [release]\n    then: release",
		want: "state chat.release leads on to itself without an answer in between; end the circle at a state that asks something"},
	"then back": {file: "chat.yaml", old: "  release:\n    does: [release]\n    then: released", new: "  §release:\n    does: [release]\n    then: back",
		want: "`then: back` would move on before anybody could answer; name a state, or offer an answer with `to: back`"},
	"an answer that is a control word": {file: "entry.yaml", old: "      0: {label: safety.leave}", new: "      §0: {label: safety.leave, to: not_now}",
		want: "0 is the control word for leave everywhere; leave `to` out here, or choose another digit"},
	"a word of an answer that is a control word": {file: "chat.yaml", old: "2: {label: answer.partly, also: [", new: "§2: {label: answer.partly, also: [exit, ",
		want: "the word exit is the control word for leave everywhere; choose another word"},
	"an answer that leads nowhere": {file: "entry.yaml", old: "3: {label: safety.danger, to: danger.now}", new: "§3: {label: safety.danger}",
		want: "answer 3 leads nowhere; add `to: state`"},
	"a word with two meanings in a state": {file: "chat.yaml", old: "2: {label: answer.partly, also: [", new: "§2: {label: answer.partly, also: [jah, ",
		want: "the word jah already answers 1 here; give each word one answer in a state"},
	"a control word with two meanings": {file: "controls.yaml", old: "  start:\n    words: [start,", new: "  §start:\n    words: [stop, start,",
		want: "the word stop already means stop; give each control word one meaning"},
	"missing word list": {file: "chat.yaml", old: "count: feedback.no, to: more}\n      8: {label: answer.skip, words: skip,", new: "count: feedback.no, to: more}\n      §8: {label: answer.skip, words: skpi,",
		want: "there is no word list skpi; define it under `words:`"},
	"missing text of a state": {file: "leave.yaml", old: "  now:\n    open: true\n    end: true\n    does: [leave]\n    say: [exit.decoy]", new: "  §now:\n    open: true\n    end: true\n    does: [leave]\n    say: [exit.decoi]",
		want: "there is no text exit.decoi; add it to et.toml, ru.toml and en.toml"},
	"missing text of an answer": {file: "entry.yaml", old: "3: {label: safety.danger,", new: "§3: {label: safety.dnager,",
		want: "there is no text safety.dnager; add it to et.toml, ru.toml and en.toml"},
	"missing text on the way": {file: "controls.yaml", old: "to: {to: back, say: [info.numbers]}", new: "to: §{to: back, say: [info.nubers]}",
		want: "there is no text info.nubers; add it to et.toml, ru.toml and en.toml"},
	"a state without a way on": {file: "leave.yaml", old: "  stopped:\n    end: true\n", new: "  §stopped:\n",
		want: "state leave.stopped has no way on; give it choices, text, then, ticket or end"},
	"answers without a question": {file: "chat.yaml", old: "  feedback:\n    say: [chat.closed]\n", new: "  §feedback:\n",
		want: "state chat.feedback offers answers but says nothing; give it `say:`; the answers stand under its last text"},

	"no start": {file: "entry.yaml", old: "start: language\n", new: "", nowhere: true,
		want: "no file has `start:`; write it into the flow whose state it names"},
	"no home": {file: "menu.yaml", old: "home: main\n", new: "", nowhere: true,
		want: "no file has `home:`; write it into the flow whose state it names"},
	"no live": {file: "chat.yaml", old: "live: live\n", new: "", nowhere: true,
		want: "no file has `live:`; write it into the flow whose state it names"},
	"no ping": {file: "chat.yaml", old: "ping: ping\n", new: "", nowhere: true,
		want: "no file has `ping:`; write it into the flow whose state it names"},
	"no closed": {file: "chat.yaml", old: "closed: feedback\n", new: "", nowhere: true,
		want: "no file has `closed:`; write it into the flow whose state it names"},
	"unknown start": {file: "entry.yaml", old: "start: language\n", new: "start: langauge\n", nowhere: true,
		want: "`start:` names the state \"entry.langauge\", which does not exist; define it or correct the name"},
	"home is the way back": {file: "menu.yaml", old: "home: main\n", new: "home: back\n", nowhere: true,
		want: "`home:` names the state \"back\", which does not exist; define it or correct the name"},
	"two homes": {file: "queue.yaml", old: "flow: queue\n", new: "flow: queue\nhome: §nobody\n",
		want: "`home:` is already given in another file; keep one of them"},
	"live is a route": {file: "chat.yaml", old: "live: live\n", new: "live: returned\n", nowhere: true,
		want: "`live:` names a state that only routes; name one that a person can stay in"},
	"no lost": {file: "chat.yaml", old: "lost: lost\n", new: "", nowhere: true,
		want: "no file has `lost:`; write it into the flow whose state it names"},
	"no consent": {file: "chat.yaml", old: "consent: consent\n", new: "", nowhere: true,
		want: "no file has `consent:`; write it into the flow whose state it names"},
	"no duress": {file: "own.yaml", old: "duress: shop\n", new: "", nowhere: true,
		want: "no file has `duress:`; write it into the flow whose state it names"},
	"no locked": {file: "own.yaml", old: "locked: ask_word\n", new: "", nowhere: true,
		want: "no file has `locked:`; write it into the flow whose state it names"},
	"unknown state behind the duress word": {file: "own.yaml", old: "duress: shop\n", new: "duress: shoop\n", nowhere: true,
		want: "`duress:` names the state \"own.shoop\", which does not exist; define it or correct the name"},
	"the code word is asked in a route": {file: "own.yaml", old: "locked: ask_word\n", new: "locked: moved_on\n", nowhere: true,
		want: "`locked:` names a state that only routes; name one that a person can stay in"},
	"two states that ask for consent": {file: "own.yaml", old: "locked: ask_word\n", new: "locked: ask_word\nconsent: §menu\n",
		want: "`consent:` is already given in another file; keep one of them"},
	"no way for grave danger in free text": {file: "danger.yaml", old: "  high: [{when: language, to: now}, {to: unspoken}]\n", new: "", nowhere: true,
		want: "no file says where danger of level high leads; write `hits: {high: state}`"},
	"no way for a worry in free text": {file: "danger.yaml", old: "  check: ask\n", new: "", nowhere: true,
		want: "no file says where danger of level check leads; write `hits: {check: state}`"},
	"unknown level of danger": {file: "danger.yaml", old: "  check: ask\n", new: "  check: ask\n  §hihg.held: held\n",
		want: "unknown level hihg; begin with high or check, as in high.suicide"},
	"unknown target of danger": {file: "danger.yaml", old: "  check: ask\n", new: "  check: §aks\n",
		want: `this arc names the state "danger.aks", which does not exist; define it or correct the name`},
	"danger only for some": {file: "danger.yaml", old: "  check: ask\n", new: "  check: §{when: safe, to: ask}\n",
		want: "the last way out has a guard, so some people would be stuck; add a line `- {to: state}` after it"},
	"hits that are no list of names": {file: "danger.yaml", old: "  high.child: [{when: language, to: child}, {to: unspoken}]\n", new: "  high.child: [{when: language, §too: child}, {to: unspoken}]\n",
		want: "unknown field too; known here: say, to, when"},
	"no way for a return code": {file: "own.yaml", old: "code:\n  - {when: code_live, to: code_live}\n  - {when: code_word, to: code_word}\n  - {to: moved}\n", new: "", nowhere: true,
		want: "no file says where a return code leads; write `code: state`"},
	"unknown target of a return code": {file: "own.yaml", old: "  - {to: moved}\n", new: "  - §{to: moveed}\n",
		want: `this arc names the state "own.moveed", which does not exist; define it or correct the name`},
	"national is no number": {file: "force.yaml", old: "national: true", new: "national: §1",
		want: "true or false is expected here; write true or leave the line out"},
	"remember neither true nor false": {file: "young.yaml", old: "    remember: true\n", new: "    remember: §always\n",
		want: "true or false is expected here; write true or leave the line out"},
	"always neither true nor false": {file: "controls.yaml", old: "vykhod]\n    live: all\n    always: true", new: "vykhod]\n    live: all\n    always: §all",
		want: "true or false is expected here; write true or leave the line out"},
	"unknown reading": {file: "county.yaml", old: "reads: county", new: "reads: §town",
		want: "unknown reading town; use county, word, new_word or new_duress"},
	"counties are read and none is offered": {file: "shelter.yaml", old: "  offer:\n", new: "  §offer:\n    reads: county\n",
		want: "state shelter.offer reads counties and offers none; give it choices with `set: {county: ...}`"},
	"a word is read and leads nowhere": {file: "own.yaml", old: "  duress_new:\n    reads: new_duress\n    say: [duress.new]\n    choices:\n      8: {label: answer.skip, words: skip, to: menu}\n    text: duress_kept\n",
		new:  "  §duress_new:\n    reads: new_duress\n    say: [duress.new]\n    choices:\n      8: {label: answer.skip, words: skip, to: menu}\n",
		want: "state own.duress_new reads new_duress and leads nowhere; add `text:`"},
	"missing text of a notice": {file: "young.yaml", old: "  ask:\n    remember: true\n    notice: age.ask", new: "  §ask:\n    remember: true\n    notice: age.aks",
		want: "there is no text age.aks; add it to et.toml, ru.toml and en.toml"},
	"missing text of a note": {file: "entry.yaml", old: "  interpreter_wanted:\n    handoff: {band: rest, note: event.interpreter}", new: "  §interpreter_wanted:\n    handoff: {band: rest, note: event.interpret}",
		want: "there is no text event.interpret; add it to et.toml, ru.toml and en.toml"},
	"unknown target of several answers": {file: "risk.yaml", old: "    many: often\n", new: "    many: §oftn\n",
		want: `this arc names the state "risk.oftn", which does not exist; define it or correct the name`},
	"several answers lead on for some": {file: "risk.yaml", old: "    many: often\n", new: "    many: §{when: safe, to: often}\n",
		want: "the last way out has a guard, so some people would be stuck; add a line `- {to: state}` after it"},
	"one of several answers where a state takes one": {file: "risk.yaml", old: "4: {label: risk.q4.parent, to: children}", new: "§4: {label: risk.q4.parent}",
		want: "answer 4 leads nowhere; add `to: state`"},
	"unknown band of an answer": {file: "risk.yaml", old: "1: {label: risk.q2b.day, raise: violence", new: "1: {label: risk.q2b.day, raise: §grave",
		want: "unknown band grave; use high, check, shelter, trafficking, violence or rest"},
	"unknown channel of a hidden answer": {file: "county.yaml", old: "11: {label: county.harju, hide: sms", new: "11: {label: county.harju, hide: §fax",
		want: "unknown channel fax; use telegram or sms"},
	"an answer offered by an unknown guard": {file: "own.yaml", old: "2: {label: own.word, when: telegram", new: "§2: {label: own.word, when: telegramm",
		want: "unknown guard telegramm; " + knownGuards},
	"an answer offered by an unnamed feature": {file: "prostitution.yaml", old: "6: {label: menu.prostitution.group, when: feature.group", new: "§6: {label: menu.prostitution.group, when: feature.",
		want: "unknown guard feature.; " + knownGuards},
	"the opposite of an unknown guard": {file: "queue.yaml", old: "{when: not hours, to: closed}", new: "§{when: not hour, to: closed}",
		want: "unknown guard not hour; " + knownGuards},
	"a guard that asks for no answer": {file: "queue.yaml", old: "- {when: under18=yes, to: young.nobody}", new: "- §{when: under18=, to: young.nobody}",
		want: "unknown guard under18=; " + knownGuards},
	"unknown language set by a state": {file: "force.yaml", old: "  offer:\n    set: {desk: prostitution}", new: "  offer:\n    set: {desk: prostitution, lang: §ee}",
		want: "unknown language ee; use et, ru or en"},
	"set is no list of names": {file: "force.yaml", old: "  offer:\n    set: {desk: prostitution}", new: "  offer:\n    set: §[desk, prostitution]",
		want: "a list of `name: value` lines is expected here; write one name and value per line"},
	"an effect that is no effect of a phone": {file: "later.yaml", old: "does: [later]", new: "does: §[latr]",
		want: "unknown effect latr; use leave, stop, erase, release, code, wipe, later, anew, unlock or no_word"},
}

// planted is the library with one mistake in it, and where it stands.
func planted(t *testing.T, c edit) (files fstest.MapFS, line, column int) {
	t.Helper()
	files = copied(t)
	old := string(files[c.file].Data)
	if n := strings.Count(old, c.old); n != 1 {
		t.Fatalf("%q stands %d times in %s", c.old, n, c.file)
	}
	text := strings.Replace(old, c.old, c.new, 1)
	before, after, marked := strings.Cut(text, "§")
	if marked == c.nowhere {
		t.Fatal("a case needs either a mark or `nowhere`")
	}
	files[c.file] = &fstest.MapFile{Data: []byte(before + after)}
	return files, strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}

// copied is the library as files that can be changed.
func copied(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(library.Files, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("the library has no files")
	}
	for _, name := range names {
		raw, err := library.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	return files
}

func embeddedTexts(t testing.TB) *locales.Texts {
	t.Helper()
	texts, err := locales.Load(locales.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// oddTexts are the real texts, but for one that is gone or asks for a variable no step knows.
type oddTexts struct {
	*locales.Texts
	gone, asks string
}

func (o oddTexts) Has(key string) bool { return key != o.gone && o.Texts.Has(key) }

func (o oddTexts) Vars(key string) []string {
	if key == o.asks {
		return []string{"moon"}
	}
	return o.Texts.Vars(key)
}

func TestATextMayAskOnlyForWhatAStepKnows(t *testing.T) {
	files, line, column := planted(t, edit{file: "leave.yaml", old: "  stopped:", new: "  §stopped:"})
	_, err := flows.Load(files, oddTexts{Texts: embeddedTexts(t), asks: "stop.done"})
	want := fmt.Sprintf("leave.yaml:%d:%d: text stop.done asks for {{.moon}}, which no step knows; "+knownValues, line, column)
	if err == nil || err.Error() != want {
		t.Errorf("want %s\n got %v", want, err)
	}
}

// A folder of flows brings its own texts. What the code says by itself stands in no flow, so nothing else would miss it
// before somebody needs it.
func TestTextsTheCodeSaysItselfAreRequired(t *testing.T) {
	for _, key := range []string{"unknown.input", "media.unsupported", "counsellor.joined", "event.left", "event.closed",
		"many.more", "event.duress", "event.moved", "event.no_word", "event.code_while_live", "event.later_called",
		"event.risk.high.suicide", "event.risk.check.trafficking"} {
		_, err := flows.Load(library.Files, oddTexts{Texts: embeddedTexts(t), gone: key})
		want := ".:1:1: there is no text " + key + "; add it to et.toml, ru.toml and en.toml"
		if err == nil || err.Error() != want {
			t.Errorf("want %s\n got %v", want, err)
		}
	}
}

func TestAnEmptyFolderIsNoHelpline(t *testing.T) {
	_, err := flows.Load(fstest.MapFS{}, embeddedTexts(t))
	if want := ".:1:1: no flow files here; put *.yaml files in this folder"; err == nil || err.Error() != want {
		t.Errorf("want %s\n got %v", want, err)
	}
}

// All mistakes are named at once and in the order of the files: mending one per start would take an evening.
func TestEveryFaultIsNamedAtOnceAndOnce(t *testing.T) {
	files := copied(t)
	for _, name := range []string{"unknown guard", "an answer that leads nowhere", "missing text on the way", "missing word list"} {
		c := faults[name]
		files[c.file].Data = []byte(strings.Replace(string(files[c.file].Data), c.old, strings.Replace(c.new, "§", "", 1), 1))
	}
	_, err := flows.Load(files, embeddedTexts(t))
	if err == nil {
		t.Fatal("loaded as if nothing were wrong")
	}
	var order []string
	for _, line := range strings.Split(err.Error(), "\n") {
		order = append(order, line[:strings.IndexByte(line, ':')])
	}
	if got := strings.Join(order, " "); got != "chat.yaml controls.yaml entry.yaml queue.yaml" {
		t.Errorf("faults in %s\n%v", got, err)
	}
}

// FuzzDecode: whatever somebody saves in a flow file, they get faults and never a crash or a hang.
func FuzzDecode(f *testing.F) {
	files := copied(f)
	for _, file := range files {
		f.Add(file.Data)
	}
	for _, odd := range []string{"", "a", "[]", "states: {x: {then: back}}", "flow: [a]\nstates:\n  a: 1\n", "start: back\nhome: back",
		"flow: a\nstates:\n  x: {route: [{when: live, to: x}, {when: duty, to: x}, {to: x}]}\n  y: {then: x}", "a: &a [*a]", "controls: {x: {words: ['!']}}"} {
		f.Add([]byte(odd))
	}
	texts := embeddedTexts(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		mine := fstest.MapFS{}
		for name, file := range files {
			mine[name] = file
		}
		mine["leave.yaml"] = &fstest.MapFile{Data: raw}
		for _, fsys := range []fs.FS{mine, fstest.MapFS{"one.yaml": {Data: raw}}} {
			_, err := flows.Load(fsys, texts)
			var named flows.Faults
			if err != nil && (!errors.As(err, &named) || len(named) == 0) {
				t.Fatalf("not a list of faults: %v", err)
			}
			for _, fault := range named {
				if fault.Line < 1 || fault.Column < 1 || fault.What == "" || fault.Mend == "" {
					t.Fatalf("a fault without place or mend: %s", fault)
				}
			}
		}
	})
}
