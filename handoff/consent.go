package handoff

import (
	"context"
	"slices"
	"time"

	"sosin/flows"
	"sosin/flows/service"
)

// Partner is somebody a person can be handed over to: another desk of ours, or an organisation of the service file.
type Partner struct {
	ID   string
	Desk string                // the desk's id, when it is one of ours
	Name map[flows.Lang]string // as the person is told it
}

// ConsentAsked is the line of a transcript that says who asked for a consent, and to whom the person would be handed over
// (N-61). Its text is the console's own: only staff read it.
const ConsentAsked = "event.consent_asked"

// Partners lists the desks of a service file, but not the one for who has not said what it is about, then its
// organisations that have not run out.
func Partners(f *service.File, now time.Time) []Partner {
	var out []Partner
	for _, d := range f.Desks() {
		if d.ID != flows.AnyDesk {
			out = append(out, Partner{ID: "desk:" + d.ID, Desk: d.ID, Name: d.Title})
		}
	}
	for _, p := range f.Organisations(now) {
		name := map[flows.Lang]string{}
		for _, lang := range flows.Langs {
			name[lang] = p.Name
		}
		out = append(out, Partner{ID: "provider:" + p.ID, Name: name})
	}
	return out
}

// PartnersOf lists whom the person of this chat can be handed over to: everybody but the desk they are at.
func (d *Desk) PartnersOf(c Chat, now time.Time) []Partner {
	return slices.DeleteFunc(d.Partners(now), func(p Partner) bool { return p.Desk != "" && p.Desk == c.Desk })
}

// AskConsent asks the person whether their code and what was agreed may be given to a partner (P-12, N-61). The partner is
// named by id, out of PartnersOf: nothing that was typed is asked in our name. ErrPartner, ErrAway.
func (d *Desk) AskConsent(ctx context.Context, m Member, id, partner string) error {
	return d.act(ctx, m, id, "ask consent", func(l Loaded) (flows.Outcome, error) {
		all := d.PartnersOf(l.Chat, l.Facts.Now)
		i := slices.IndexFunc(all, func(p Partner) bool { return p.ID == partner })
		switch {
		case i < 0:
			return flows.Outcome{}, ErrPartner
		case !l.Chat.There():
			return flows.Outcome{}, ErrAway
		}
		name := all[i].Name[l.Conversation.Lang]
		out := d.Flows.Consent(l.Conversation, m.Alias, name, l.Facts)
		if len(out.Messages) == 0 { // a question of their own stands
			return flows.Outcome{}, ErrAway
		}
		out.Record = append(out.Record, flows.Entry{From: flows.Event, At: l.Facts.Now.UnixMilli(), Text: ConsentAsked,
			Args: map[string]string{"provider": name}, By: m.Alias})
		return out, nil
	})
}

// There tells whether the person can be asked something in the live chat now: they are here, have said that it is safe,
// and no words of ours wait for their yes.
func (c Chat) There() bool {
	return c.Phase == flows.Live && c.CanWrite && c.Safe && c.Held == 0 && !c.Dead
}
