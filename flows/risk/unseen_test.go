package risk

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the figures of a first run, once: a file that exists is never written again")

// unseenSet is a body of sentences written without sight of the scanner, and what was measured on it first.
type unseenSet struct {
	folder   string
	firstRun string // the figures of the first run: the result
	tuned    string // the figures of the scanner as it is now, which may not get worse
	frozen   string // the data and weights it was made with
}

var unseenSets = []unseenSet{
	{"testdata/unseen", "testdata/first-run.txt", "testdata/tuned.txt", "testdata/frozen.txt"},
	{"testdata/unseen-2", "testdata/first-run-2.txt", "testdata/tuned-2.txt", "testdata/frozen-2.txt"},
}

// TestUnseen measures the scanner on sentences written without sight of it. The first run is the result and is kept.
// Once data or weights have changed the figures are marked "tuned": they say what the scanner does now, which may not get
// worse in any figure, and nothing more about unseen wording. A set nobody has measured is left alone unless
// -update asks for its first run: a glance at its figures would already be tuning.
func TestUnseen(t *testing.T) {
	for _, set := range unseenSets {
		t.Run(filepath.Base(set.folder), func(t *testing.T) {
			_, err := os.ReadFile(set.firstRun)
			if os.IsNotExist(err) && (!*update || !exists(set.folder)) {
				t.Skip("not there, or not measured yet: -update makes the first run")
			}
			frozen, noFreeze := os.ReadFile(set.frozen)
			if noFreeze != nil {
				t.Fatal("freeze data and weights before looking at unseen sentences:", noFreeze)
			}
			state := "as frozen"
			if fingerprint(t) != string(frozen) {
				state = "tuned"
			}
			if os.IsNotExist(err) && state != "as frozen" {
				t.Fatal("data, weights or thresholds are not those frozen for the first run")
			}
			table := unseenTable(t, set.folder)
			if os.IsNotExist(err) {
				err = os.WriteFile(set.firstRun, []byte(table), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("data and weights: %s\n%s", state, table)
			tuned, err := os.ReadFile(set.tuned)
			if os.IsNotExist(err) && *update {
				tuned, err = []byte(table), os.WriteFile(set.tuned, []byte(table), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range worse(string(tuned), table) {
				t.Error(fault)
			}
		})
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// unseenTable holds two rows for all, each language, category and style: what was found, and under "sure" what is left
// if only a High that is sure counts as one.
func unseenTable(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.tsv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no unseen sentences", err)
	}
	var sums, sure tally
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list, err := ReadSentences(string(data))
		if err != nil {
			t.Fatal(name, err)
		}
		for _, line := range list {
			found := scanner.Scan(line.Text)
			count(&sums, line, top(found), "")
			count(&sure, line, sureTop(found), "")
		}
	}
	for _, name := range sure.order {
		sums.order = append(sums.order, "sure, "+name)
		sums.by["sure, "+name] = sure.by[name]
	}
	return sums.table()
}

// fingerprint is the content of a frozen file: the SHA-256 of all data and weights, and the thresholds.
func fingerprint(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, name := range frozenFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), filepath.ToSlash(name))
	}
	fmt.Fprintf(&b, "thresholds %+v\n", chosen)
	return b.String()
}

// worse lists the figures of a table that are below those before (false alarms: above).
func worse(first, now string) (faults []string) {
	was, is := parseTable(first), parseTable(now)
	for name, old := range was {
		cells, ok := is[name]
		if !ok {
			faults = append(faults, fmt.Sprintf("%q is missing", name))
			continue
		}
		for i, title := range columns {
			falseAlarm := strings.HasPrefix(title, "false")
			if falseAlarm && cells[i] > old[i]+1e-9 || !falseAlarm && cells[i] < old[i]-1e-9 {
				faults = append(faults, fmt.Sprintf("%s, %s: %.1f%%, was %.1f%% before", name, title, 100*cells[i], 100*old[i]))
			}
		}
	}
	return faults
}

// parseTable reads what [tally.table] prints: row name to the share in each column; "-" counts as 0.
func parseTable(table string) map[string][]float64 {
	rows := map[string][]float64{}
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[1:] {
		cells := strings.Split(line, "|")
		shares := make([]float64, len(columns))
		for i := range shares {
			var part, whole float64
			if n, _ := fmt.Sscanf(strings.TrimSpace(cells[i+1]), "%g/%g", &part, &whole); n == 2 {
				shares[i] = part / whole
			}
		}
		rows[strings.TrimSpace(cells[0])] = shares
	}
	return rows
}

// A ratchet that does not catch is a promise nobody keeps.
func TestTheRatchetCatches(t *testing.T) {
	var first, same, missed, alarm tally
	for range 10 {
		for _, s := range []*tally{&first, &same, &missed, &alarm} {
			s.add("all", High, High)
			s.add("all", None, None)
		}
	}
	missed.add("all", High, None)
	alarm.add("all", None, High)
	for name, c := range map[string]struct {
		now  tally
		want bool
	}{"the same": {same, false}, "one more missed": {missed, true}, "one more false alarm": {alarm, true}} {
		if got := len(worse(first.table(), c.now.table())) > 0; got != c.want {
			t.Errorf("%s: caught %v", name, got)
		}
	}
	if len(worse(first.table(), "header\n")) == 0 {
		t.Error("a missing row is not caught")
	}
}

var freeze = flag.Bool("freeze", false, "write what data and weights are now, before the first run on unseen sentences")

// Whoever changes data, weights or thresholds after the freeze must be told that the first run's figures are not theirs.
func TestFrozen(t *testing.T) {
	now := fingerprint(t)
	for _, set := range unseenSets {
		was, err := os.ReadFile(set.frozen)
		if os.IsNotExist(err) && *freeze {
			was, err = []byte(now), os.WriteFile(set.frozen, []byte(now), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if string(was) != now {
			t.Logf("%s: data, weights or thresholds have changed since: later figures are tuned", set.frozen)
		}
		if strings.Count(string(was), "\n") < 5 {
			t.Errorf("%s is incomplete", set.frozen)
		}
	}
}
