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

var firstRun = flag.Bool("first-run", false, "write testdata/first-run.txt, once: after that it is never written again")

const (
	firstRunFile = "testdata/first-run.txt"
	frozenFile   = "testdata/frozen.txt"
)

// TestUnseen measures the scanner on sentences written without sight of it. The first run is the result and is kept;
// a later run may not be worse in any figure. Once data or weights have changed its figures are marked "tuned": they
// then say that nothing was lost, and nothing more about unseen wording.
func TestUnseen(t *testing.T) {
	frozen, err := os.ReadFile(frozenFile)
	if err != nil {
		t.Fatal("freeze data and weights before looking at unseen sentences:", err)
	}
	state := "as frozen"
	if fingerprint(t) != string(frozen) {
		state = "tuned"
	}
	table := unseenTable(t)
	first, err := os.ReadFile(firstRunFile)
	if os.IsNotExist(err) && *firstRun && state == "as frozen" {
		if err := os.WriteFile(firstRunFile, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		first = []byte(table)
	} else if err != nil {
		t.Fatal(err)
	}
	if table != string(first) {
		state = "tuned"
	}
	t.Logf("data and weights: %s\n%s", state, table)
	for _, fault := range worse(string(first), table) {
		t.Error(fault)
	}
}

func unseenTable(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("testdata/unseen/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no unseen sentences", err)
	}
	var sums tally
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
			addAll(&sums, scanner, line)
		}
	}
	return sums.table()
}

// fingerprint is the content of testdata/frozen.txt: the SHA-256 of all data and weights, and the thresholds.
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

// worse lists the figures of a table that are below those of the first run (false alarms: above).
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
				faults = append(faults, fmt.Sprintf("%s, %s: %.1f%%, was %.1f%% in the first run", name, title, 100*cells[i], 100*old[i]))
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

var freeze = flag.Bool("freeze", false, "write testdata/frozen.txt, before the first run on unseen sentences")

// Whoever changes data, weights or thresholds after the freeze must be told that the first run's figures are not theirs.
func TestFrozen(t *testing.T) {
	now := fingerprint(t)
	was, err := os.ReadFile(frozenFile)
	if os.IsNotExist(err) && *freeze {
		if err := os.WriteFile(frozenFile, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if string(was) != now {
		t.Log("data, weights or thresholds have changed since the first run: its figures are not theirs, later ones are tuned")
	}
	if strings.Count(string(was), "\n") < 5 {
		t.Errorf("%s is incomplete", frozenFile)
	}
}
