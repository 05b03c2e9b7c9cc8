package risk

import (
	"fmt"
	"math/bits"
	"strings"
)

// figures count how readings compare with labels.
type figures struct {
	high, highFound       int // labelled HIGH; of these found as High
	danger, dangerFound   int // labelled HIGH or CHECK; of these found as Check or High
	harmless, falseHigh   int // labelled NONE; of these found as High
	falseAny              int // labelled NONE; of these found at all
	called, calledRightly int // found as High; of these labelled HIGH
}

func (f *figures) add(want, got Level) {
	if want == High {
		f.high++
		f.highFound += one(got == High)
	}
	if want == None {
		f.harmless++
		f.falseHigh += one(got == High)
		f.falseAny += one(got != None)
	} else {
		f.danger++
		f.dangerFound += one(got != None)
	}
	if got == High {
		f.called++
		f.calledRightly += one(want == High)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// share prints part/whole with its percentage; "-" where there is nothing to divide by.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d %.1f%%", part, whole, 100*float64(part)/float64(whole))
}

func rate(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// tally collects figures under names, in the order first met.
type tally struct {
	order []string
	by    map[string]*figures
}

func (t *tally) add(name string, want, got Level) {
	if t.by == nil {
		t.by = map[string]*figures{}
	}
	if t.by[name] == nil {
		t.by[name] = &figures{}
		t.order = append(t.order, name)
	}
	t.by[name].add(want, got)
}

// columns of the printed table.
var columns = []string{"HIGH found", "CHECK+ found", "HIGH right", "false HIGH", "false CHECK+"}

// table is the printed form; first-run.txt holds it too, so its columns are parsed by [parseTable].
func (t *tally) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s | %-17s | %-17s | %-17s | %-17s | %s\n", "", columns[0], columns[1], columns[2], columns[3], columns[4])
	for _, name := range t.order {
		f := t.by[name]
		fmt.Fprintf(&b, "%-24s | %-17s | %-17s | %-17s | %-17s | %s\n", name,
			share(f.highFound, f.high), share(f.dangerFound, f.danger), share(f.calledRightly, f.called),
			share(f.falseHigh, f.harmless), share(f.falseAny, f.harmless))
	}
	return b.String()
}

// groups puts sentences that nearly repeat each other into one group, so that cross-validation never asks about a
// sentence whose twin it has learnt. Likeness is the Jaccard measure of letter quadruples in the skeleton.
func groups(list []Sentence) []int {
	marks := make([][16]uint64, len(list))
	parent := make([]int, len(list))
	for i, s := range list {
		parent[i] = i
		text := " " + strings.Join(normalise(s.Text).words, " ") + " "
		for j := 0; j+4 <= len(text); j++ {
			h := uint32(2166136261)
			for _, c := range []byte(text[j : j+4]) {
				h = (h ^ uint32(c)) * 16777619
			}
			h ^= h >> 15
			marks[i][h>>6&15] |= 1 << (h & 63)
		}
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for i := range marks {
		for j := range i {
			if likeness(&marks[i], &marks[j]) > 0.5 {
				parent[root(i)] = root(j)
			}
		}
	}
	for i := range parent {
		parent[i] = root(i)
	}
	return parent
}

func likeness(a, b *[16]uint64) float64 {
	both, any := 0, 0
	for i := range a {
		both += bits.OnesCount64(a[i] & b[i])
		any += bits.OnesCount64(a[i] | b[i])
	}
	return float64(both) / float64(max(any, 1))
}
