package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sosin/flows"
	"sosin/flows/service"
	"sosin/handoff"
)

// shift is a store that knows who is on duty.
type shift struct {
	duties []handoff.Duty
	asked  []string // desks whose waiting time was asked for
	reads  int
	away   error
}

func (s *shift) Duties(context.Context) ([]handoff.Duty, error) {
	s.reads++
	return s.duties, s.away
}

func (s *shift) Waits(_ context.Context, desks []string) (map[string]time.Duration, error) {
	s.asked = desks
	return map[string]time.Duration{"violence": time.Minute}, nil
}

func (s *shift) Now(context.Context) (time.Time, error) { return time.Unix(1800000000, 0), nil }

// Promise 6: what a person and a counsellor's turn are told is the same, and at most five seconds old.
func TestDutyIsTheSameAtBothDoorsAndNeverStale(t *testing.T) {
	until := time.Unix(1800000030, 0)
	s := &shift{duties: []handoff.Duty{{Member: handoff.Member{ID: "a", Langs: []flows.Lang{flows.Russian}, Skills: []string{service.Female}}, Until: until}}}
	d := &duty{shifts: s, desks: []string{"violence"}, service: service.Example().Today()}
	turn, err := d.forTurn(t.Context(), flows.Russian)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := d.forDesk(t.Context(), flows.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if !turn.Duty["violence+female"] || turn.Duty["violence+child_qualified"] || turn.Wait["violence"] != time.Minute || turn.Service == nil {
		t.Errorf("a person's turn is told %+v", turn)
	}
	if !desk.Duty["violence+female"] || desk.Wait["violence"] != time.Minute || desk.Service == nil {
		t.Errorf("a counsellor's turn is told %+v", desk)
	}
	if other, _ := d.forTurn(t.Context(), flows.English); len(other.Duty) != 0 {
		t.Errorf("somebody who speaks only Russian is said to be there in English: %v", other.Duty)
	}
	if s.reads != 1 || !slices.Equal(s.asked, []string{"violence"}) {
		t.Errorf("the store was asked %d times, for %v", s.reads, s.asked)
	}
	s.duties = nil
	d.at = d.at.Add(-dutyFor)
	if turn, err = d.forTurn(t.Context(), flows.Russian); err != nil || len(turn.Duty) != 0 {
		t.Errorf("they went home, and are said to be there: %v %v", turn.Duty, err)
	}
	s.away = errors.New("away")
	d.at = d.at.Add(-dutyFor)
	if _, err = d.forTurn(t.Context(), flows.Russian); err == nil {
		t.Error("with the store away, what was known before is still told")
	}
}

// A person sent to any desk finds it counted: those of the service file, and those the flows name.
func TestDesksOfFileAndFlows(t *testing.T) {
	m, _, err := loadContent(flowsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got := desksOf(service.Example(), m)
	for _, want := range append(m.Desks(), "general", "prostitution", "violence") {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
	seen := slices.Clone(got)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(got) {
		t.Errorf("one stands twice: %v", got)
	}
}
