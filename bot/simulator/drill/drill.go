package drill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sosin/locales"
)

// Config is what a drill is made of.
type Config struct {
	Exchange Exchange
	Texts    *locales.Texts
	// Personas, Langs and Channels are what is played; empty: all.
	Personas, Langs, Channels []string
	// People is how many write at once; 0: one of each persona, language and channel.
	People int
	// For keeps going: whoever is done is replaced by somebody new until this time is over. 0: each plays once.
	For time.Duration
	// Seed makes who comes, and how each thinks and chooses, the same again.
	Seed uint64

	// Duty says who is on duty.
	Duty Duty
	// Accounts sign in to the Console (empty for doors): with Played they answer all the time, with Nobody they come when
	// everybody has written, and read.
	Accounts []Account
	Console  string
	// Pages are more addresses of pages that staff see; each is opened at the end with the first account, and any that
	// a Door leads to is opened by itself.
	Pages []string

	// Think is the least time a person takes before writing; at most it takes twice that. Default 250 ms.
	Think time.Duration
	// Patience is how long an answer of the program may take. Default 30 s.
	Patience time.Duration
	// CounsellorWithin is how long a person waits for a counsellor. Default 10 minutes.
	CounsellorWithin time.Duration

	// Out gets the report, and while the drill runs a line of progress every Every (none if 0).
	Out   io.Writer
	Every time.Duration
}

// Drill is one run. Make it with New.
type Drill struct {
	cfg       Config
	book      *book
	tally     tally
	replies   replies
	addresses addresses
	start     time.Time

	mu     sync.Mutex
	people map[string]*Person // by token, while they matter
	broke  []Breach
	same   Sameness
	next   int
}

// New makes a drill. It fails on an unknown persona, language or channel, and if nothing is left to play.
func New(cfg Config) (*Drill, error) {
	cfg.fill()
	for _, list := range []struct {
		what         string
		asked, known []string
	}{
		{"persona", cfg.Personas, names()}, {"language", cfg.Langs, locales.Langs}, {"channel", cfg.Channels, locales.Channels},
	} {
		for _, a := range list.asked {
			if !slices.Contains(list.known, a) {
				return nil, fmt.Errorf("drill: no %s %q; there are: %v", list.what, a, list.known)
			}
		}
	}
	b, err := newBook(cfg.Texts)
	if err != nil {
		return nil, err
	}
	d := &Drill{cfg: cfg, book: b, people: map[string]*Person{}, same: Sameness{}}
	if len(d.cast()) == 0 {
		return nil, errors.New("drill: nobody of these personas speaks these languages")
	}
	return d, nil
}

func (c *Config) fill() {
	c.Think = orElse(c.Think, 250*time.Millisecond)
	c.Patience = orElse(c.Patience, 30*time.Second)
	c.CounsellorWithin = orElse(c.CounsellorWithin, 10*time.Minute)
	if c.Out == nil {
		c.Out = io.Discard
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

func names() (all []string) {
	for _, p := range Personas {
		all = append(all, p.Name)
	}
	return all
}

// part is what one person plays.
type part struct {
	persona       Persona
	lang, channel string
}

// cast is one of each persona, language and channel that was asked for.
func (d *Drill) cast() (all []part) {
	has := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	for _, p := range Personas {
		for _, lang := range locales.Langs {
			for _, channel := range locales.Channels {
				if has(d.cfg.Personas, p.Name) && has(d.cfg.Langs, lang) && has(d.cfg.Channels, channel) && p.Speaks(lang) {
					all = append(all, part{p, lang, channel})
				}
			}
		}
	}
	return all
}

// People is how many write at once.
func (d *Drill) People() int { return cmp.Or(d.cfg.People, len(d.cast())) }

// Run plays until everybody is done, or the time is over, or ctx ends, and reports. It returns the promises broken; an
// error means that the drill itself could not go on.
func (d *Drill) Run(ctx context.Context) ([]Breach, error) {
	d.start = time.Now()
	running, stop := context.WithCancel(ctx)
	defer stop()
	g, all := errgroup.WithContext(running)
	g.Go(func() error { return quietly(d.cfg.Exchange.Run(all)) })
	g.Go(func() error { return d.progress(all) })
	g.Go(func() error {
		defer stop()
		return d.play(all)
	})
	if err := g.Wait(); err != nil && ctx.Err() == nil {
		return d.broke, err
	}
	d.finish(ctx.Err() != nil)
	return d.broke, nil
}

// quietly takes the end of a drill for no fault.
func quietly(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// play brings in the staff and then the people.
func (d *Drill) play(ctx context.Context) error {
	if d.cfg.Duty == Nobody { // the staff comes when all is over, and reads what was left for them
		if err := d.crowd(ctx); err != nil || ctx.Err() != nil {
			return quietly(err)
		}
		return d.work(ctx, func(context.Context) error { return nil })
	}
	return d.work(ctx, d.crowd)
}

// work has the staff, if the drill plays it, on duty for as long as people write and somebody waits.
func (d *Drill) work(ctx context.Context, people func(context.Context) error) error {
	desks, err := d.staff(ctx)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	g, all := errgroup.WithContext(ctx)
	for _, desk := range desks {
		c := &counsellor{d: d, desk: desk, mute: d.cfg.Duty == Nobody, chats: map[string]*held{}}
		g.Go(func() error { return c.run(all, done) })
	}
	g.Go(func() error {
		defer close(done)
		return people(all)
	})
	if err := g.Wait(); err != nil || ctx.Err() != nil {
		return quietly(err)
	}
	return d.lookAround(ctx, desks)
}

// dutySeen is how long the program may go on believing that nobody is on duty (promise 6: at most 5 s stale).
const dutySeen = 5 * time.Second

// staff signs everybody in and puts them on duty before the first person writes.
func (d *Drill) staff(ctx context.Context) (desks []*desk, err error) {
	for _, a := range d.cfg.Accounts {
		desk, err := signIn(ctx, d.cfg.Console, a, d.addresses.search)
		if err != nil {
			return nil, err
		}
		if err := desk.ask(ctx, "/desk/duty", map[string]any{"on": true}, nil); err != nil {
			return nil, fmt.Errorf("go on duty: %w", err)
		}
		desks = append(desks, desk)
	}
	if d.cfg.Duty == Played && d.cfg.Console == "" { // somebody may have asked it before we came
		select {
		case <-time.After(dutySeen):
		case <-ctx.Done():
		}
	}
	return desks, nil
}

// lookAround opens the pages that staff see, once everything has happened.
func (d *Drill) lookAround(ctx context.Context, desks []*desk) error {
	if len(desks) == 0 {
		return nil
	}
	for _, address := range d.cfg.Pages {
		if err := desks[0].page(ctx, address); err != nil {
			return err
		}
	}
	return desks[0].page(ctx, desks[0].base+"/desk")
}

// arriveWithin spreads the first arrivals.
const arriveWithin = time.Second

// crowd plays everybody.
func (d *Drill) crowd(ctx context.Context) error {
	cast := d.cast()
	rng := rand.New(rand.NewPCG(d.cfg.Seed, 0))
	people := d.People()
	if people != len(cast) {
		rng.Shuffle(len(cast), func(i, k int) { cast[i], cast[k] = cast[k], cast[i] })
	}
	end := time.Now().Add(d.cfg.For)
	g, ctx := errgroup.WithContext(ctx)
	for i := range people {
		mine := rand.New(rand.NewPCG(d.cfg.Seed, uint64(i)+1))
		g.Go(func() error {
			for turn := 0; turn == 0 || time.Now().Before(end) && ctx.Err() == nil; turn++ {
				if err := d.one(ctx, cast[(i+turn*people)%len(cast)], mine); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// one plays one part from the first word to the last.
func (d *Drill) one(ctx context.Context, part part, rng *rand.Rand) error {
	p := &Person{d: d, ctx: ctx, rng: rng, name: part.persona.Name, lang: part.lang, via: part.channel, news: make(chan struct{}, 1),
		trace: Trace{Persona: part.persona.Name, Lang: part.lang, Channel: part.channel, Duty: d.cfg.Duty}}
	d.enrol(p)
	phone, err := d.cfg.Exchange.Phone(ctx, part.channel, p.hear)
	if err != nil {
		return quietly(err)
	}
	defer phone.Hang()
	p.phone = phone
	d.addresses.guard(p.trace, phone.Secrets())
	d.tally.came(p.name)
	if p.pause(time.Duration(rng.Int64N(int64(arriveWithin)))) {
		part.persona.play(p)
	}
	d.leave(p)
	if p.err != nil && !errors.Is(p.err, errStuck) && !errors.Is(p.err, errOver) {
		return quietly(p.err)
	}
	return nil
}

// enrol gives a person the mark of their words.
func (d *Drill) enrol(p *Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	p.token = fmt.Sprintf("%s%d", p.name[:2], d.next)
	d.people[p.token] = p
}

// person is who has this mark; nil for nobody.
func (d *Drill) person(token string) *Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.people[token]
}

// leave checks a person's whole trace.
func (d *Drill) leave(p *Person) {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	t := p.copy()
	d.tally.left(p.name)
	if errors.Is(p.err, errOver) {
		return // half a conversation proves nothing
	}
	d.broken(Check(t)...)
	d.mu.Lock()
	d.broke = append(d.broke, d.same.Check(t)...)
	d.mu.Unlock()
	p.forget()
}

// forget lets go of what was heard; when it was, is still wanted. A load of hours has many people.
func (p *Person) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.trace.Events {
		e := &p.trace.Events[i]
		*e = Event{At: e.At, Kind: e.Kind, Means: e.Means, Token: e.Token}
	}
}

func (d *Drill) broken(b ...Breach) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broke = append(d.broke, b...)
}

// finish adds what can only be said at the end, and reports. What was cut short has words that are still on their way.
func (d *Drill) finish(cut bool) {
	if cut {
		fmt.Fprintln(d.cfg.Out, "\nStopped before everybody was done.")
	} else {
		d.broken(d.replies.check()...)
		d.broken(d.unread()...)
	}
	found, pages := d.addresses.result()
	d.broken(found...)
	d.report(pages, cut)
}
