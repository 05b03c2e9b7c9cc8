package inspect

import "sosin/flows"

// guardedValues: a text with a value that is not always known is said only behind the guard that knows it (promise 6): no
// waiting time that nobody measured, no number that nobody verified.
func guardedValues(p *prover) {
	p.behind(func(key string) (string, string) {
		for _, v := range p.Texts.Vars(key) {
			if g := flows.GuardOf(v); g != "" {
				return g, "needs {{." + v + "}}"
			}
		}
		return "", ""
	})
}
