package inspect

import (
	"slices"
	"strings"

	"sosin/flows"
	"sosin/flows/service"
)

// today: what flows ask of the service file is something it can say: a feature it knows, a county it knows. Anything else is
// never offered, and nobody would notice.
func today(p *prover) {
	for _, name := range p.names {
		s := p.state(name)
		for _, ch := range s.Choices {
			p.knownGuard(ch.Pos, ch.When)
			if county := ch.Set["county"]; county != "" && service.CountyName(county, flows.Estonian) == "" {
				p.add(ch.Pos, "there is no county "+county, "use an id of the service file")
			}
		}
		for _, w := range p.ways[name] {
			for _, g := range w.When {
				p.knownGuard(w.Pos, g)
			}
		}
	}
}

func (p *prover) knownGuard(at flows.Pos, g string) {
	name, _ := guard(g)
	if feature, ok := strings.CutPrefix(name, "feature."); ok && !slices.Contains(service.Features, feature) {
		p.add(at, "the service file knows no feature "+feature, "use one of: "+strings.Join(service.Features, ", "))
	}
}
