package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sosin/bot/simulator"
)

// Received is a message as it arrives on a phone.
type Received struct {
	At      time.Time
	Text    string
	Buttons []string // labels, Telegram only
	ID      int      // of the Telegram message
}

// Phone is one person's phone, with one way to write.
type Phone interface {
	// Write sends a text.
	Write(ctx context.Context, text string) error
	// Tap presses a button, by its label, under a Telegram message.
	Tap(ctx context.Context, message int, label string) error
	// Secrets are what the staff must never see: the id or number, and the name.
	Secrets() []string
	// Hang ends it: nothing is heard any more.
	Hang()
}

// Exchange hands out phones that nobody has used before.
type Exchange interface {
	// Phone calls heard for each message that arrives, one after another.
	Phone(ctx context.Context, channel string, heard func(Received)) (Phone, error)
	// Run carries what arrives until ctx ends.
	Run(ctx context.Context) error
}

// Inside is the exchange of a drill that holds the stand-ins itself. It follows their logs, so a person more costs the
// others nothing.
type Inside struct {
	Telegram *simulator.Telegram
	Twilio   *simulator.Twilio

	mu     sync.Mutex
	people int64
	lines  map[string]func(Received) // by chat id or number
}

// The ids and numbers belong to nobody; the number of the helpline itself ends in 000000.
const (
	firstUser    = 900_000_000
	numberFormat = "+37200%06d"
	// Name is what every person of a drill is called on Telegram: seen anywhere else, it has leaked.
	Name = "Drillperson"
)

// Phone implements Exchange. It never fails.
func (x *Inside) Phone(_ context.Context, channel string, heard func(Received)) (Phone, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.lines == nil {
		x.lines = map[string]func(Received){}
	}
	x.people++
	p := &insidePhone{x: x, user: firstUser + x.people}
	p.id = strconv.FormatInt(p.user, 10)
	if channel == SMS {
		p.user, p.id = 0, fmt.Sprintf(numberFormat, x.people)
	} else {
		x.Telegram.AddUser(simulator.User{ID: p.user, FirstName: Name, Username: Name + "_" + p.id, LanguageCode: "en"})
	}
	x.lines[p.id] = heard
	return p, nil
}

// Run implements Exchange.
func (x *Inside) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	calls, requests := 0, 0
	g.Go(func() error {
		return x.Telegram.Await(ctx, func() bool {
			log := x.Telegram.LogFrom(calls)
			calls += len(log)
			for _, c := range log {
				x.sent(c)
			}
			return false
		})
	})
	g.Go(func() error {
		return x.Twilio.Await(ctx, func() bool {
			log := x.Twilio.LogFrom(requests)
			requests += len(log)
			for _, c := range log {
				if c.Operation == "create" && c.Done {
					x.ring(c.Params.Get("To"), Received{At: c.At, Text: c.Params.Get("Body")})
				}
			}
			return false
		})
	})
	return g.Wait()
}

func (x *Inside) sent(c simulator.Call) {
	if c.Method != "sendMessage" || !c.Done {
		return
	}
	var result struct {
		ID int `json:"message_id"`
	}
	var markup struct {
		Rows [][]struct{ Text string } `json:"inline_keyboard"`
	}
	_ = json.Unmarshal(c.Result, &result)                         // the stand-in's own answer
	_ = json.Unmarshal([]byte(c.Params["reply_markup"]), &markup) // it was valid, or the call were not done
	got := Received{At: c.At, Text: c.Text(), ID: result.ID}
	for _, row := range markup.Rows {
		for _, b := range row {
			got.Buttons = append(got.Buttons, b.Text)
		}
	}
	x.ring(c.Params["chat_id"], got)
}

func (x *Inside) ring(id string, got Received) {
	x.mu.Lock()
	heard := x.lines[id]
	x.mu.Unlock()
	if heard != nil {
		heard(got)
	}
}

type insidePhone struct {
	x    *Inside
	user int64 // 0: SMS
	id   string
}

func (p *insidePhone) Write(_ context.Context, text string) error {
	if p.user == 0 {
		p.x.Twilio.Write(p.id, text)
	} else {
		p.x.Telegram.Write(p.user, text)
	}
	return nil
}

func (p *insidePhone) Tap(_ context.Context, message int, label string) error {
	p.x.Telegram.Tap(p.user, message, label)
	return nil
}

func (p *insidePhone) Secrets() []string {
	if p.user == 0 {
		return []string{p.id}
	}
	return []string{p.id, Name}
}

func (p *insidePhone) Hang() {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	delete(p.x.lines, p.id)
}
