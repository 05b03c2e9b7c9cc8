package handoff

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sosin/flows"
	"sosin/flows/service"
)

var noon = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func partners(time.Time) []Partner { return Partners(service.Example(), noon) }

// ready is a house in which mari's person is there and can be asked.
func ready() *house {
	h := open()
	h.loaded.Chat.Desk, h.loaded.Chat.CanWrite, h.loaded.Chat.Safe = "prostitution", true, true
	h.loaded.Conversation.Lang = flows.Russian
	h.loaded.Facts.Now = noon
	h.out.Messages = []flows.Message{{Text: "handover.consent"}}
	return h
}

// A person is asked in their own language, by the name in the service file, and both the question and who asked it stand
// in the transcript (N-61).
func TestConsentIsAskedByTheNameInTheServiceFile(t *testing.T) {
	for id, name := range map[string]string{"desk:violence": "Центр поддержки женщин", "provider:sak_tartu": "TÜ Kliinikum"} {
		h := ready()
		h.out.Record = []flows.Entry{{From: flows.Bot, Text: "handover.consent"}}
		if err := h.desk().AskConsent(t.Context(), mari, "tid", id); err != nil {
			t.Fatal(err)
		}
		h.want(t, "audit ask consent m tid", "load", "consent Mari "+name, "commit")
		last := h.kept.Record[len(h.kept.Record)-1]
		if len(h.kept.Record) != 2 || last.From != flows.Event || last.Text != ConsentAsked || last.By != "Mari" ||
			last.Args["provider"] != name || last.At != noon.UnixMilli() {
			t.Errorf("%s: the transcript gets %+v", id, h.kept.Record)
		}
	}
}

// Nothing that was typed, and nobody who is not in the file, is named to a person in our name.
func TestConsentNamesNobodyElse(t *testing.T) {
	for _, id := range []string{"", "violence", "desk:", "desk:invented", "provider:invented", "TÜ Kliinikum", "desk:prostitution", "desk:general"} {
		h := ready()
		if err := h.desk().AskConsent(t.Context(), mari, "tid", id); !errors.Is(err, ErrPartner) || slices.Contains(h.did, "commit") {
			t.Errorf("%q: %v, %q", id, err, h.did)
		}
	}
	h := ready()
	past := h.desk()
	past.Partners = func(time.Time) []Partner { return Partners(service.Example(), noon.AddDate(2, 0, 0)) }
	if err := past.AskConsent(t.Context(), mari, "tid", "provider:sak_tartu"); !errors.Is(err, ErrPartner) {
		t.Errorf("an organisation nobody has verified lately: %v", err)
	}
}

// A question nobody can answer now would be answered by the next thing they say.
func TestConsentIsAskedOnlyWhileThePersonIsThere(t *testing.T) {
	for name, change := range map[string]func(*Chat){
		"silent":       func(c *Chat) { c.CanWrite = false },
		"not safe":     func(c *Chat) { c.Safe = false },
		"not answered": func(c *Chat) { c.Phase = flows.Claimed },
		"words wait":   func(c *Chat) { c.Held = 1 },
		"unreachable":  func(c *Chat) { c.Dead = true },
	} {
		h := ready()
		change(&h.loaded.Chat)
		if err := h.desk().AskConsent(t.Context(), mari, "tid", "desk:violence"); !errors.Is(err, ErrAway) || slices.Contains(h.did, "commit") {
			t.Errorf("%s: %v, %q", name, err, h.did)
		}
	}
	h := ready()
	h.out.Messages = nil // the flows do not ask: a question of their own stands
	if err := h.desk().AskConsent(t.Context(), mari, "tid", "desk:violence"); !errors.Is(err, ErrAway) || slices.Contains(h.did, "commit") {
		t.Errorf("the flows asked nothing: %v, %q", err, h.did)
	}
	h = ready()
	h.loaded.Chat.Holder = "other"
	if err := h.desk().AskConsent(t.Context(), mari, "tid", "desk:violence"); !errors.Is(err, ErrNotFound) {
		t.Errorf("somebody else's person: %v", err)
	}
}

func TestPartnersOf(t *testing.T) {
	h := ready()
	var ids []string
	for _, p := range h.desk().PartnersOf(h.loaded.Chat, noon) {
		ids = append(ids, p.ID)
		for _, lang := range flows.Langs {
			if p.Name[lang] == "" {
				t.Errorf("%s has no name in %s", p.ID, lang)
			}
		}
	}
	want := []string{"desk:violence", "provider:sak_tallinn", "provider:sak_ida_viru", "provider:sak_parnu", "provider:sak_tartu"}
	if !slices.Equal(ids, want) {
		t.Errorf("partners %q, want %q", ids, want)
	}
}
