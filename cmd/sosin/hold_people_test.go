package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sosin/bot"
	"sosin/bot/simulator"
	"sosin/flows"
	"sosin/locales"
)

// heard keeps, per person, what the providers took for them: what they were told.
type heard struct {
	telegram *simulator.Telegram
	twilio   *simulator.Twilio

	mu     sync.Mutex
	tg, tw int
	texts  map[string][]string // by chat id or number
}

func newHeard(tg *simulator.Telegram, tw *simulator.Twilio) *heard {
	return &heard{telegram: tg, twilio: tw, texts: map[string][]string{}}
}

// run follows both logs.
func (h *heard) run(ctx context.Context) error {
	var both sync.WaitGroup
	for _, await := range []func(context.Context, func() bool) error{h.telegram.Await, h.twilio.Await} {
		both.Go(func() { _ = await(ctx, func() bool { h.look(); return false }) }) // ends with the context
	}
	both.Wait()
	return nil
}

func (h *heard) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	log := h.telegram.Log()
	for _, c := range log[h.tg:] {
		if c.Method == "sendMessage" && c.Done {
			h.texts[c.Params["chat_id"]] = append(h.texts[c.Params["chat_id"]], c.Text())
		}
	}
	h.tg = len(log)
	rest := h.twilio.Log()
	for _, c := range rest[h.tw:] {
		if c.Operation == "create" && c.Done {
			h.texts[c.Params.Get("To")] = append(h.texts[c.Params.Get("To")], c.Params.Get("Body"))
		}
	}
	h.tw = len(rest)
}

func (h *heard) by(id string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.texts[id])
}

// human is one person with one phone.
type human struct {
	w       *world
	channel flows.Channel
	id      string // chat id or number
	chat    int64  // on Telegram
	oracle  *oracle
	want    []string // everything this person should have been told so far
}

var humans atomic.Int64

// human makes somebody nobody has met.
func (w *world) human(ch flows.Channel) *human {
	n := humans.Add(1)
	h := &human{w: w, channel: ch, oracle: newOracle(w, ch), chat: 900000000 + n, id: strconv.FormatInt(900000000+n, 10)}
	if ch == flows.SMS {
		h.chat, h.id = 0, fmt.Sprintf("+372000%05d", n)
		return h
	}
	w.telegram.AddUser(simulator.User{ID: h.chat, FirstName: "canary-name", Username: "canary_username"})
	return h
}

// write sends a message through the provider; what should be answered is added to want.
func (h *human) write(text string) {
	h.want = append(h.want, h.oracle.step(flows.Input{Text: flows.Tidy(text)})...)
	h.post(text)
}

func (h *human) post(text string) {
	if h.channel == flows.SMS {
		h.w.twilio.Write(h.id, text)
		return
	}
	h.w.telegram.Write(h.chat, text)
}

func (h *human) heard() []string { return h.w.said.by(h.id) }

// wait waits for everything that should have been answered so far; false if it does not come.
func (h *human) wait(within time.Duration) bool {
	return eventually(within, func() bool { return reached(h.heard(), h.want) == len(h.want) })
}

// reached is how many lines of want were heard, in order, whatever else came in between.
func reached(got, want []string) int {
	i := 0
	for _, line := range got {
		if i < len(want) && line == want[i] {
			i++
		}
	}
	return i
}

// say writes and waits for the answers, one message after another.
func (h *human) say(texts ...string) {
	h.w.Helper()
	for _, text := range texts {
		h.write(text)
		if !h.wait(30 * time.Second) {
			h.w.Fatalf("%s: a person wrote %q and was left without an answer\nheard: %q\nshould have: %q",
				h.channel, text, h.heard(), h.want)
		}
	}
}

// come walks in: a language, and yes, it is safe to write.
func (h *human) come() { h.w.Helper(); h.say("hello", "3", "1") }

// ask opens a ticket while nobody is on duty, and leaves words in it; when we may write first stays open.
func (h *human) ask(words string) { h.w.Helper(); h.come(); h.say("4", "1", words, "8") }

// verdict compares what was heard with what should have been: nothing lost, nothing wrong, and at most `twice` lines
// said a second time, each right after the first.
func (h *human) verdict(twice int) (again int, fault string) {
	got, want := h.heard(), h.want
	i := 0
	for _, line := range got {
		switch {
		case i < len(want) && line == want[i]:
			i++
		case slices.Contains(want[:i], line):
			again++
		default:
			return again, fmt.Sprintf("%s: a person was told the wrong thing: %q\nheard: %q\nshould have: %q", h.channel, line, got, want)
		}
	}
	switch {
	case i < len(want):
		return again, fmt.Sprintf("%s: a person never got %q\nheard: %q\nshould have: %q", h.channel, want[i], got, want)
	case again > twice:
		return again, fmt.Sprintf("%s: %d answers came twice, at most %d may\nheard: %q\nshould have: %q", h.channel, again, twice, got, want)
	}
	return again, ""
}

// crowd is n people nobody has met, some on each of these channels in turn.
func (w *world) crowd(n int, channels ...flows.Channel) []*human {
	out := make([]*human, n)
	for i := range out {
		out[i] = w.human(channels[i%len(channels)])
	}
	return out
}

// rounds are ways through the menus that come back to the main menu.
var rounds = [][]string{
	{"1", "9"}, {"1", "3", "8", "9"}, {"2", "2", "9"}, {"2", "3", "1", "9"}, {"3", "9"}, {"5", "1", "9"}, {"5", "3", "menu"}, {"6", "9"},
	{"7", "8"}, {"numbers"}, {"limits"}, {"complaint", "9"},
}

// walk comes in and goes n random rounds, one message after another, each when the one before was answered. It returns
// what this person lost.
func (h *human) walk(ctx context.Context, rng *rand.Rand, n int) string {
	way := []string{"hello", "3", "1"}
	for range n {
		way = append(way, rounds[rng.IntN(len(rounds))]...)
	}
	for _, text := range way {
		h.write(text)
		if !eventually(90*time.Second, func() bool {
			return ctx.Err() != nil || reached(h.heard(), h.want) == len(h.want)
		}) {
			return fmt.Sprintf("%s: a person wrote %q and was left without an answer\nheard: %q\nshould have: %q",
				h.channel, text, h.heard(), h.want)
		}
		if ctx.Err() != nil {
			return "stopped"
		}
	}
	return ""
}

// busy lets everybody walk at once. The function returned waits for all and reports what was lost.
func (w *world) busy(people []*human, seed uint64, n int) (finish func()) {
	ctx, cancel := context.WithCancel(context.Background())
	losses := make([]string, len(people))
	var all sync.WaitGroup
	for i, h := range people {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		all.Go(func() { losses[i] = h.walk(ctx, rng, n) })
	}
	w.Cleanup(func() { cancel(); all.Wait() })
	return func() {
		w.Helper()
		all.Wait()
		for _, loss := range losses {
			if loss != "" {
				w.Errorf("seed %d: %s", seed, loss)
			}
		}
	}
}

// answers is how many messages the providers have taken so far.
func (h *heard) answers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, list := range h.texts {
		n += len(list)
	}
	return n
}

// check compares what everybody heard with what they should have; it returns how many answers came twice.
func (w *world) check(people []*human, twice int) (again int) {
	w.Helper()
	for _, h := range people {
		n, fault := h.verdict(twice)
		again += n
		if fault != "" {
			w.Error(fault)
		}
	}
	return again
}

// oracle knows what a person should be told, from the pure flows alone.
type oracle struct {
	machine *flows.Machine
	texts   *locales.Texts
	channel flows.Channel
	service flows.Service
	c       flows.Conversation
	ticket  flows.TicketFacts
}

var offered = sync.OnceValues(func() (*flows.Machine, *locales.Texts) {
	m, texts, err := loadContent(flowsConfig{})
	if err != nil {
		panic(err)
	}
	return m, texts
})

func newOracle(w *world, ch flows.Channel) *oracle {
	m, texts := offered()
	f, err := loadService(serviceConfig{Service: w.service()})
	if err != nil {
		w.Fatalf("read the service file: %v", err)
	}
	return &oracle{machine: m, texts: texts, channel: ch, service: f.Today()}
}

func (o *oracle) step(in flows.Input) []string {
	out := o.machine.Step(o.c, in, flows.Facts{Now: time.Now(), Channel: o.channel, Service: o.service, Ticket: o.ticket})
	o.c = out.Conversation
	if out.Handoff.Act == flows.Open {
		o.ticket = flows.TicketFacts{Phase: flows.Waiting, Band: out.Handoff.Band}
	}
	var said []string
	for _, m := range out.Messages {
		r, err := bot.Render(o.texts, out.Lang, o.channel, m)
		if err != nil {
			panic(err)
		}
		said = append(said, r.Text)
	}
	return said
}

// text renders one line by its key, in English.
func (o *oracle) text(key string) string {
	s, err := o.texts.Say("en", key, string(o.channel), nil)
	if err != nil {
		panic(err)
	}
	return s
}

// update is a raw Telegram update: a message of this person.
func (h *human) update(id int64, text string, at time.Time) []byte {
	raw, err := json.Marshal(map[string]any{"update_id": id, "message": map[string]any{
		"message_id": id, "date": at.Unix(), "text": text,
		"from": map[string]any{"id": h.chat, "is_bot": false, "first_name": "canary-name", "username": "canary_username"},
		"chat": map[string]any{"id": h.chat, "type": "private", "first_name": "canary-name"},
	}})
	if err != nil {
		panic(err)
	}
	return raw
}

// tap is a raw Telegram update: this person presses a button.
func (h *human) tap(id int64, data string) []byte {
	raw, err := json.Marshal(map[string]any{"update_id": id, "callback_query": map[string]any{
		"id": strconv.FormatInt(id, 10), "data": data, "chat_instance": "1",
		"from": map[string]any{"id": h.chat, "is_bot": false, "first_name": "canary-name"},
	}})
	if err != nil {
		panic(err)
	}
	return raw
}

// answer is a program's answer to a webhook.
type answer struct {
	status int
	header http.Header
	body   string
}

// telegramPost hands an update to an instance as Telegram would.
func (p *program) telegramPost(raw []byte) answer {
	r, err := http.NewRequest(http.MethodPost, "http://"+p.public+"/telegram", bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", rigSecret)
	return p.do(r)
}

// smsPost hands a message to one of the program's SMS doors as Twilio would.
func (p *program) smsPost(path, sid, number, body string) answer {
	form := url.Values{"MessageSid": {sid}, "AccountSid": {rigSID}, "From": {number}, "To": {rigNumber}, "Body": {body},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}}
	r, err := http.NewRequest(http.MethodPost, "http://"+p.public+path, strings.NewReader(form.Encode()))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", simulator.Signature(rigAuth, rigPublic+path, form))
	return p.do(r)
}

func (p *program) do(r *http.Request) answer {
	resp, err := p.client.Do(r)
	if err != nil {
		return answer{}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}
}
