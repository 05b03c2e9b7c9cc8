package flows

import (
	"sort"
	"strings"
)

// A guard is a fact an author may ask for with `when:`. Guards read; they never change anything. Besides the names below an
// author may write
//
//	not <guard>       the opposite
//	<answer>=<value>  what was answered: county=tartu, woman=only
//	feature.<name>    something optional is offered (service file)
//	fact.<id>         a number or link is there and verified for today (service file)
var guards = map[string]func(Conversation, Facts) bool{
	// duty: the heartbeat of a counsellor who can be given to this person is fresh at the desk they ask for. Only behind it
	// may a text say or imply that a person reads (promise 6).
	"duty": func(c Conversation, f Facts) bool {
		return f.Duty[DutyKey(f.desk(c), c.Woman(), c.Minor())]
	},
	// desk: the same, whatever wishes the person has.
	"desk": func(c Conversation, f Facts) bool { return f.Duty[f.desk(c)] },
	// anyone: somebody is on duty who may take a HIGH of this person: wishes and desks fall away for it after a minute, but
	// not the training for children.
	"anyone": func(c Conversation, f Facts) bool {
		return f.Duty[DutyKey(f.desk(c), false, c.Minor())] || f.Duty[DutyKey(AnyDesk, false, c.Minor())]
	},
	// hours: the desk is open now by its hours, whoever is there.
	"hours": func(c Conversation, f Facts) bool { return f.Service.NextOpen(f.desk(c), f.Now, c.Lang) == "" },
	// measured: a waiting time has been measured at the desk.
	"measured": func(c Conversation, f Facts) bool { return f.Wait[f.desk(c)] > 0 },
	// centre: a telephone number of the women's support centre in the chosen county is verified for today.
	"centre": func(c Conversation, f Facts) bool { return f.centre(c) != "" },
	// waiting: there is an open ticket nobody has answered yet.
	"waiting": func(c Conversation, f Facts) bool {
		return f.Ticket.Open() && f.Ticket.Phase != Live && !c.Locked
	},
	// live: a counsellor has answered and holds the chat.
	"live": func(c Conversation, f Facts) bool { return f.Ticket.Phase == Live && !c.Locked },
	// held: a counsellor's words wait for this person's yes.
	"held": func(c Conversation, f Facts) bool { return len(f.Held) > 0 && !c.Locked },
	// safe: the person has said that it is safe to write.
	"safe": func(c Conversation, _ Facts) bool { return c.Safe },
	// language: a language has been chosen.
	"language": func(c Conversation, _ Facts) bool { return c.Lang != "" },
	// locked: a code word protects this conversation and has not been said since it was left.
	"locked": func(c Conversation, _ Facts) bool { return c.Locked },
	// word: a code word protects this conversation.
	"word": func(c Conversation, _ Facts) bool { return c.Word != "" },
	// code_live: the chat behind the return code is going on somewhere else at this moment.
	"code_live": func(_ Conversation, f Facts) bool { return f.Behind.Live },
	// code_word: a code word protects the conversation behind the return code, and it has not been said yet.
	"code_word": func(c Conversation, f Facts) bool { return f.Behind.Conversation.Word != "" && c.Pending != "" },
	// telegram: the person writes by Telegram.
	"telegram": func(_ Conversation, f Facts) bool { return f.Channel == Telegram },
}

// AnyDesk is the desk of a person who has not said what it is about; every counsellor answers there.
const AnyDesk = "general"

// Desk is what this conversation is about, by what was chosen so far: the topic a desk of the service file serves.
func (c Conversation) Desk() string {
	if d := c.Answers["desk"]; d != "" {
		return d
	}
	return AnyDesk
}

// Woman tells whether only a woman may answer (N-13).
func (c Conversation) Woman() bool { return c.Answers["woman"] == "only" }

// Minor tells whether the person said that they are under 18 (P-15, N-20).
func (c Conversation) Minor() bool { return c.Answers["under18"] == "yes" }

// desk is where this conversation belongs: by topic, the county help is wanted in or else the region (P-49), and language.
// Somebody who does not want the centre of their own county gets the one that serves everywhere.
func (f Facts) desk(c Conversation) string {
	place := c.Answers["county"]
	if place == "" {
		place = c.Answers["region"]
	}
	if c.Answers["elsewhere"] == "yes" {
		place = ""
	}
	if d := f.Service.DeskFor(c.Desk(), place, c.Lang); d != "" {
		return d
	}
	return c.Desk()
}

func (f Facts) centre(c Conversation) string {
	if county := c.Answers["county"]; county != "" {
		return f.Service.Fact("ntk."+county, f.Now)
	}
	return ""
}

// knownGuard tells whether an author may write this guard.
func knownGuard(g string) bool {
	g = strings.TrimPrefix(g, "not ")
	if _, ok := guards[g]; ok {
		return true
	}
	for _, kind := range []string{"feature.", "fact."} {
		if name, ok := strings.CutPrefix(g, kind); ok {
			return name != ""
		}
	}
	k, v, ok := strings.Cut(g, "=")
	return ok && k != "" && v != ""
}

// holds tells whether a guard holds.
func holds(g string, c Conversation, f Facts) bool {
	if rest, ok := strings.CutPrefix(g, "not "); ok {
		return !holds(rest, c, f)
	}
	if check, ok := guards[g]; ok {
		return check(c, f)
	}
	if name, ok := strings.CutPrefix(g, "feature."); ok {
		return f.Service.Feature(name)
	}
	if id, ok := strings.CutPrefix(g, "fact."); ok {
		return f.Service.Fact(id, f.Now) != ""
	}
	k, v, _ := strings.Cut(g, "=")
	return c.Answers[k] == v
}

func guardNames() []string {
	names := make([]string, 0, len(guards)+4)
	for n := range guards {
		names = append(names, n)
	}
	sort.Strings(names)
	return append(names, "answer=value", "feature.name", "fact.id", "not ...")
}
