package stats

// The invented walks through the branches of the embedded flows.

func (s *seeder) violence() {
	s.desk = "violence"
	s.enter("violence", "menu")
	switch p := s.r.IntN(100); {
	case p < 42:
		s.county()
		s.woman(64)
	case p < 58:
		s.shelter()
	case p < 72:
		s.children()
	case p < 79:
		s.enter("violence", "sexual")
		s.woman(40)
	case p < 88:
		s.enter("violence", "lawyer")
		s.choose("violence", "want", s.oneOf("lawyer", "lawyer", "psychologist"))
		s.woman(70)
	case p < 94:
		s.county()
		s.enter("violence", "centre_phone")
	default:
		s.enter("violence", "everyone")
		s.person(50)
	}
}

func (s *seeder) woman(percent int) {
	if !s.chance(percent) {
		return
	}
	s.enter("violence", "woman")
	s.choose("violence", "woman", s.oneOf("only", "only", "rather", "rather", "any", "any", "any"))
	s.person(96)
}

// seedCounties are counties with their region, and nothing for who skips the question; what stands there more often is picked
// more often.
var seedCounties = [][2]string{{"harju", "north"}, {"harju", "north"}, {"harju", "north"}, {"ida-viru", "east"}, {"ida-viru", "east"},
	{"laane-viru", "east"}, {"tartu", "south"}, {"tartu", "south"}, {"voru", "south"}, {"parnu", "west"}, {"saare", "west"}, {}}

var seedRegions = []string{"north", "north", "north", "east", "east", "south", "west", "remote", "unknown"}

// county asks where help is wanted; its region is counted with it.
func (s *seeder) county() {
	s.enter("county", "ask")
	place := seedCounties[s.places.IntN(len(seedCounties))]
	if place[0] == "" {
		return
	}
	s.choose("county", "county", place[0])
	s.choose("county", "region", place[1])
}

func (s *seeder) shelter() {
	s.enter("shelter", "offer")
	if !s.chance(55) {
		s.choose("shelter", "shelter", "not_today")
		return
	}
	s.choose("shelter", "shelter", "now")
	s.enter("shelter", "now")
	s.county()
	if s.chance(82) {
		s.enter("shelter", "queued")
		s.chat()
		return
	}
	s.enter("shelter", "nobody_centre")
}

func (s *seeder) children() {
	s.enter("violence", "children")
	answer := s.oneOf("danger", "worry", "worry", "advice", "advice", "advice")
	s.choose("violence", "children", answer)
	if answer == "advice" {
		s.person(90)
		return
	}
	s.enter("danger", "child")
	s.danger()
}

func (s *seeder) prostitution() {
	s.desk = "prostitution"
	s.enter("prostitution", "menu")
	percent := 70
	switch p := s.r.IntN(100); {
	case p < 36:
	case p < 54:
		s.enter("prostitution", "health")
		percent = 35
	case p < 70:
		s.enter("prostitution", "money")
		percent = 40
	case p < 84:
		s.enter("prostitution", "help")
		wish := s.oneOf("lawyer", "psychologist", "support")
		if wish == "support" {
			s.enter("prostitution", "support")
		}
		s.choose("prostitution", "want", wish)
	case p < 94:
		s.enter("prostitution", "out")
		wish := s.oneOf("out", "out", "after")
		if wish == "after" {
			s.enter("prostitution", "after")
		}
		s.choose("prostitution", "want", wish)
	default:
		s.enter("prostitution", "group")
		s.choose("prostitution", "want", "group")
	}
	if s.chance(percent) {
		s.enter("prostitution", "region")
		s.choose("prostitution", "region", seedRegions[s.places.IntN(len(seedRegions))])
		s.person(94)
	}
}

func (s *seeder) force() {
	s.enter("force", "intro")
	if !s.chance(74) {
		s.choose("force", "trafficking", "refused")
		s.person(90)
		return
	}
	s.choose("force", "trafficking", "started")
	yes := false
	for _, question := range []string{"documents", "debt", "movement", "threats", "pay"} {
		s.enter("force", question)
		if s.chance(22) {
			yes = true
			s.choose("force", "trafficking", "any_yes")
		}
		if s.chance(3) {
			return
		}
	}
	if !yes {
		s.enter("force", "none")
		return
	}
	s.desk = "prostitution"
	s.enter("force", "offer")
	s.person(70)
}

func (s *seeder) young() {
	s.enter("young", "ask")
	if !s.chance(70) {
		return
	}
	s.choose("young", "age", "under18")
	s.enter("young", "help")
	switch {
	case s.chance(15):
		s.enter("danger", "child")
		s.danger()
	case s.chance(70):
		s.person(100)
	case s.chance(60):
		s.enter("young", "nobody")
	}
}

func (s *seeder) info() {
	s.enter("info", "menu")
	s.enter("info", s.oneOf("name", "name", "rights", "bystander"))
	if s.chance(20) {
		s.person(60)
	}
}

func (s *seeder) own() {
	s.enter("own", "menu")
	switch {
	case s.chance(45):
		s.choose("own", "own", "code")
		s.enter("own", "code", "code_given", "word")
	case s.chance(55):
		s.choose("own", "own", "wipe")
		s.enter("own", "wipe_ask", "wiped")
	default:
		s.enter("own", "times", "times_kept")
	}
}

// person asks for one at the desk, if the person gets that far.
func (s *seeder) person(percent int) {
	if !s.chance(percent) {
		return
	}
	if s.chance(4) {
		s.count("danger", s.oneOf("violence", "violence", "trafficking", "suicide"), "check")
	}
	if s.chance(78) {
		s.enter("queue", "join", s.oneOf("waiting", "waiting_measured"))
		s.meanwhile()
		s.chat()
		return
	}
	s.enter("queue", s.oneOf("nobody", "closed"))
	switch {
	case s.chance(50):
		s.enter("queue", "message", "message_left", "message_times", "message_kept", "away_quietly")
		s.chat()
	case s.chance(60):
		s.enter("queue", "later")
	}
}

func (s *seeder) meanwhile() {
	switch {
	case s.desk == "violence" && s.chance(40):
		s.enter("risk", "intro")
		if !s.chance(65) {
			s.choose("risk", "risk", "refused")
			return
		}
		s.choose("risk", "risk", "started")
		s.enter("risk", "kind")
		if s.chance(22) {
			s.choose("risk", "risk", "grave")
			s.enter("danger", "now", "queued")
			return
		}
		s.enter("risk", "often", "last", "who", "children", "around", "effect", "thanks")
	case s.chance(8):
		s.enter("wishes", "menu", "saved")
	}
}

func (s *seeder) chat() {
	s.count("handoff", s.desk, "asked")
	if !s.chance(86) {
		return
	}
	s.count("handoff", s.desk, "answered")
	s.enter("chat", "live")
	if s.chance(18) {
		s.enter("chat", "ping", "release")
	}
	if s.chance(12) {
		answer := s.oneOf("yes", "yes", "yes", "no", "question")
		s.enter("chat", "consent", "consent_"+answer)
		s.choose("chat", "consent", answer)
	}
	s.count("handoff", s.desk, "closed")
	if s.chance(84) {
		s.feedback()
	}
}

func (s *seeder) feedback() {
	s.enter("chat", "feedback")
	if s.chance(88) {
		s.choose("chat", "feedback", s.oneOf("yes", "yes", "yes", "partly", "no"))
		s.enter("chat", "more")
	}
	if s.chance(10) {
		s.enter("chat", "said")
	}
	s.enter("later", "offer")
	switch {
	case s.chance(15):
		s.choose("later", "followup", "accepted")
		s.enter("later", "day", "hour", "agreed")
		if s.chance(60) {
			s.enter("later", "hello")
			s.choose("later", "followup", "held")
		}
	case s.chance(60):
		s.choose("later", "followup", "declined")
		s.enter("later", "no_thanks")
	}
}
