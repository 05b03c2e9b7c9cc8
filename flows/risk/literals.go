package risk

import "regexp/syntax"

// maxLiterals bounds the alternatives considered for one pattern.
const maxLiterals = 96

// requiredLiterals gives strings one of which every match of expr holds, each at least headBytes long; nil if there
// is no such set. It prefers the set whose shortest string is longest.
func requiredLiterals(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	best := bestRun(re.Simplify())
	if shortest(best) < headBytes {
		return nil
	}
	return best
}

// bestRun is the set for one node: of an alternation every branch's, of a concatenation the best of its parts.
func bestRun(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return bestRun(re.Sub[0])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			some := bestRun(sub)
			if shortest(some) < headBytes {
				return nil
			}
			all = append(all, some...)
		}
		return all
	case syntax.OpConcat:
		return bestPart(re.Sub)
	}
	exact, _ := exactly(re)
	return exact
}

// bestPart looks at the runs of neighbours that can be spelled out, and at each part that cannot.
func bestPart(subs []*syntax.Regexp) []string {
	var best []string
	better := func(list []string) {
		if shortest(list) > shortest(best) {
			best = list
		}
	}
	run := []string{""}
	for _, sub := range subs {
		exact, ok := exactly(sub)
		if !ok {
			better(bestRun(sub))
			run = []string{""}
			continue
		}
		if run = cross(run, exact); run == nil {
			run = exact
		}
		better(run)
	}
	return best
}

// exactly gives all strings re can match, if they are few.
func exactly(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{string(re.Rune)}, re.Flags&syntax.FoldCase == 0
	case syntax.OpCapture:
		return exactly(re.Sub[0])
	case syntax.OpCharClass:
		return classRunes(re.Rune)
	case syntax.OpQuest:
		some, ok := exactly(re.Sub[0])
		return append([]string{""}, some...), ok && len(some) < maxLiterals
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			some, ok := exactly(sub)
			if all = cross(all, some); !ok || all == nil {
				return nil, false
			}
		}
		return all, true
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			some, ok := exactly(sub)
			if all = append(all, some...); !ok || len(all) > maxLiterals {
				return nil, false
			}
		}
		return all, true
	}
	return nil, false
}

func classRunes(ranges []rune) ([]string, bool) {
	var all []string
	for i := 0; i+1 < len(ranges); i += 2 {
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			if all = append(all, string(c)); len(all) > 12 {
				return nil, false
			}
		}
	}
	return all, true
}

// cross joins every string of a with every one of b; nil if they would be too many.
func cross(a, b []string) []string {
	if len(a)*len(b) > maxLiterals {
		return nil
	}
	var all []string
	for _, s := range a {
		for _, t := range b {
			all = append(all, s+t)
		}
	}
	return all
}

func shortest(list []string) int {
	if len(list) == 0 {
		return 0
	}
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}
