package library_test

import (
	"slices"
	"strings"

	"sosin/bot"
	"sosin/flows"
	"sosin/locales"
)

// apply does what the store and the senders would do with an outcome, and writes down what people see of it.
func (k *talk) apply(out flows.Outcome) {
	k.said = nil
	k.c = out.Conversation
	if out.Take != "" {
		k.take(out.Take)
	}
	if out.Cancel {
		k.later = nil
	}
	if out.Cancel || out.Release {
		k.held = nil
	}
	k.held = append(slices.Clone(k.held), out.Hold...)
	if out.Forget && k.ch == flows.Telegram {
		k.printf("    (their message is deleted within two minutes)")
	}
	for _, m := range out.Messages {
		k.says(out.Lang, m)
	}
	if len(out.Hold) > 0 {
		k.printf("    (held until the person says yes)")
	}
	if out.Code != "" {
		k.code, k.codes[out.Code] = flows.ShowReturnCode(out.Code), k.phone
	}
	if out.Later != nil {
		k.later = out.Later
		k.printf("    (to be written to at %s)", out.Later.At.In(flows.Tallinn).Format("Monday 02.01 15:04"))
	}
	if out.Wipe {
		k.printf("    (the thread is cleared)")
	}
	k.queue(out)
	if out.Erase {
		k.printf("    (erased)")
		*k.phone = phone{}
	}
}

// take: what the code leads to is here now; the other phone is a stranger's.
func (k *talk) take(code string) {
	other := k.codes[code]
	k.ticket, k.got, k.h, k.later = other.ticket, other.got, other.h, other.later
	*other = phone{}
	k.codes[code] = k.phone
	k.printf("    (moved here from the other phone)")
}

// queue shows what the staff get: the ticket when it opens or changes, what was told before, and what happened.
func (k *talk) queue(out flows.Outcome) {
	if out.Handoff.Act == flows.Open {
		k.ticket, k.h, k.got = flows.TicketFacts{Phase: flows.Waiting}, flows.Handoff{}, ""
		k.told(out.Record)
	}
	for _, e := range out.Record {
		if e.From == flows.Event {
			k.printf("    [staff see: %s]", k.entry(e))
		}
	}
	switch out.Handoff.Act {
	case flows.NoAct:
		return
	case flows.Answer:
		k.ticket.Phase = flows.Live
	case flows.Close:
		k.ticket, k.got = flows.TicketFacts{}, ""
		k.printf("    [ticket: closed]")
		return
	case flows.Leave:
		k.printf("    [ticket: left; kept]")
	case flows.Return:
		k.printf("    [ticket: back]")
	}
	k.changed(out.Handoff)
}

func (k *talk) changed(h flows.Handoff) {
	if h.Desk != "" {
		k.h.Desk, k.h.Woman, k.h.Minor = h.Desk, h.Woman, h.Minor
	}
	if h.Band != flows.NoBand && (k.h.Band == flows.NoBand || h.Band < k.h.Band) {
		k.h.Band = h.Band
	}
	k.ticket.Band = k.h.Band
	got := "desk " + k.h.Desk + ", " + map[flows.Band]string{flows.High: "HIGH", flows.Check: "CHECK", flows.Shelter: "shelter",
		flows.Trafficking: "trafficking", flows.Violence: "violence", flows.Rest: "rest"}[k.h.Band]
	if k.h.Woman {
		got += ", only a woman"
	}
	if k.h.Minor {
		got += ", under 18"
	}
	if k.c.Answers["interpreter"] == "yes" {
		got += ", interpreter"
	}
	if got != k.got {
		k.got = got
		k.printf("    [ticket: %s]", got)
	}
}

// told is what the person said or chose before there was a ticket.
func (k *talk) told(record []flows.Entry) {
	var told []string
	for i, e := range record {
		if e.From != flows.Person {
			continue
		}
		answer := k.entry(e)
		if i > 0 && record[i-1].From == flows.Bot && e.Text != "" { // chosen before: with the question
			answer = k.entry(record[i-1]) + " " + answer
		}
		told = append(told, answer)
	}
	if len(told) > 0 {
		k.printf("    [staff read: %s]", strings.Join(told, " | "))
	}
}

// entry is a line of the transcript as a counsellor of the person's language sees it.
func (k *talk) entry(e flows.Entry) string {
	if e.Words != "" {
		return e.Words
	}
	args := map[string]any{}
	for name, v := range e.Args {
		args[name] = v
	}
	text, err := k.texts.Say(string(k.lang), e.Text, string(k.ch), args)
	if err != nil {
		k.t.Fatal(err)
	}
	return text
}

func (k *talk) says(lang flows.Lang, m flows.Message) {
	text, err := bot.Render(k.texts, lang, k.ch, m)
	if err != nil {
		k.t.Fatal(err)
	}
	brief := ""
	if m.Brief && k.ch == flows.Telegram {
		brief = "\n(deleted within two minutes)"
	}
	k.printf("  < %s", strings.ReplaceAll(text.Text+brief, "\n", "\n    "))
	for _, b := range text.Buttons {
		k.printf("    [%s]", b.Label)
	}
	if len(m.Choices) > 0 {
		k.prev, k.last = k.last, m
	}
	id := m.Text
	if m.Words != "" {
		id = "(words)"
	}
	k.said = append(k.said, id)
	if k.ch == flows.SMS && !locales.Fits(text.Text, locales.MaxSegments) && m.Words == "" {
		k.t.Errorf("%s does not fit two SMS segments in %s", m.Text, lang)
	}
}
