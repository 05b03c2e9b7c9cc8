package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sosin/bot"
	"sosin/flows"
	"sosin/store"
	"sosin/store/seal"
)

// BenchmarkSosin measures the whole program as its own process on a real Redis with an append-only file, between a
// generator and a stand-in provider in this process, all on the same two cores: an update posted until its answer is
// seen at the provider. Beside it, in the same run, the ceiling: bare load, commit and settle calls that replay the
// arguments recorded from real turns on the same Redis. Run it with `make bench`.
//
// RapidPro's pipeline on such a machine: 58 turns/s at 64 people (p50 1.14 s), 179 ms for an idle person, 21 ms of CPU
// a turn at 16. We do less per message: no relational history, no trace of HTTP calls.
func BenchmarkSosin(b *testing.B) {
	if b.N > 1 {
		b.Skip("one round measures")
	}
	binary := filepath.Join(b.TempDir(), "sosin")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	fmt.Printf("%d processors, %s, SHA-256 at %.0f MB/s on one of them\n", runtime.NumCPU(), runtime.Version(), pace())
	for _, fsync := range []string{"always", "everysec"} {
		benchRun(b, binary, fsync)
	}
}

// pace is how fast this machine is just now: shared machines differ by a factor of two from hour to hour, and only runs
// of the same pace can be compared.
func pace() float64 {
	block, begin, n := make([]byte, 1<<20), time.Now(), 0
	for ; time.Since(begin) < time.Second; n++ {
		sum := sha256.Sum256(block)
		block[0] = sum[0]
	}
	return float64(n) / time.Since(begin).Seconds()
}

func benchRun(b *testing.B, binary, fsync string) {
	r := newBenchRig(b, binary, fsync)
	defer r.close()
	ceiling := map[int]float64{}
	for _, people := range []int{1, 16, 64} {
		ceiling[people] = r.ceiling(b, people)
	}
	fmt.Printf("\nappendfsync %s\n%-22s %10s %9s %9s %12s %12s %9s\n", fsync, "", "turns/s", "p50 ms", "p99 ms", "CPU ms/turn", "ceiling/s", "share")
	for _, people := range []int{1, 16, 64} {
		m := r.load(people, 0, benchFor())
		fmt.Printf("%-22s %10.0f %9.2f %9.2f %12.3f %12.0f %8.0f%%\n", fmt.Sprintf("%d people", people),
			m.rate, m.p(50), m.p(99), m.cpu, ceiling[people], 100*m.rate/ceiling[people])
	}
	m := r.load(3, 577*time.Millisecond, benchFor())
	fmt.Printf("%-22s %10.0f %9.2f %9.2f %12.3f\n", "3 people, now and then", m.rate, m.p(50), m.p(99), m.cpu)
	if fsync == "always" {
		fmt.Printf("bytes per idle conversation after eight answered menu turns: %.0f\n", r.idle(b))
	}
	if wrong := r.wrong.Load(); wrong > 0 {
		b.Errorf("%d answers were missing or wrong", wrong)
	}
}

func benchFor() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("SOSIN_BENCH_FOR")); err == nil {
		return d
	}
	return 5 * time.Second
}

// benchRig is Redis, the program, a provider and a generator.
type benchRig struct {
	dir      string
	socket   string
	redis    *exec.Cmd
	program  *exec.Cmd
	db       *redis.Client
	api      *httptest.Server
	url      string
	http     *http.Client
	mu       sync.RWMutex
	answered map[int64]chan struct{}
	update   atomic.Int64
	message  atomic.Int64
	people   int64
	wrong    atomic.Int64
}

const benchToken, benchSecret = "900000001:bench-token-not-real-0000000000000000", "bench-secret"

func newBenchRig(b *testing.B, binary, fsync string) *benchRig {
	b.Helper()
	r := &benchRig{dir: b.TempDir(), answered: map[int64]chan struct{}{}, people: 900_000_000}
	r.socket = filepath.Join(r.dir, "r.sock")
	r.redis = exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket, "--dir", r.dir, "--appendonly", "yes",
		"--appendfsync", fsync, "--save", "", "--maxmemory-policy", "noeviction")
	start(b, r.redis)
	r.db = redis.NewClient(&redis.Options{Network: "unix", Addr: r.socket})
	await(b, "redis", func() bool { return r.db.Ping(context.Background()).Err() == nil })
	r.api = httptest.NewServer(http.HandlerFunc(r.provider))
	r.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	keys := filepath.Join(r.dir, "keys")
	ring, err := seal.New(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	if err := seal.Write(keys, ring); err != nil {
		b.Fatal(err)
	}
	addr, ops := freePort(b), freePort(b)
	r.url = "http://" + addr
	r.program = exec.Command(binary, "serve")
	r.program.Env = append(os.Environ(), "SOSIN_LISTEN="+addr, "SOSIN_OPS_LISTEN="+ops, "SOSIN_PUBLIC_URL=http://"+addr,
		"SOSIN_DATA="+r.dir, "SOSIN_KEYS="+keys, "SOSIN_REDIS_URL=unix://"+r.socket, "SOSIN_TELEGRAM_TOKEN="+benchToken,
		"SOSIN_TELEGRAM_SECRET="+benchSecret, "SOSIN_TELEGRAM_API="+r.api.URL)
	if os.Getenv("SOSIN_BENCH_LOG") != "" {
		r.program.Stderr = os.Stderr
	}
	start(b, r.program)
	await(b, "the program", func() bool {
		resp, err := r.http.Get("http://" + ops + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return r
}

func start(b *testing.B, c *exec.Cmd) {
	b.Helper()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
}

func freePort(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func await(b *testing.B, what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	b.Fatalf("%s did not start", what)
}

func (r *benchRig) close() {
	_ = r.program.Process.Signal(os.Interrupt)
	_ = r.program.Wait()
	_ = r.db.Close()
	_ = r.redis.Process.Kill()
	_ = r.redis.Wait()
	r.api.Close()
}

// provider is as cheap as a Bot API can be: it finds the chat, tells whoever waits, and answers.
func (r *benchRig) provider(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	w.Header().Set("Content-Type", "application/json")
	if !strings.HasSuffix(q.URL.Path, "/sendMessage") {
		_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
		return
	}
	chat := formValue(body, "chat_id")
	fmt.Fprintf(w, `{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"private"}}}`, r.message.Add(1), time.Now().Unix(), chat)
	r.mu.RLock()
	ch := r.answered[chat]
	r.mu.RUnlock()
	if ch != nil {
		ch <- struct{}{}
	}
}

func formValue(body []byte, name string) int64 {
	lead := []byte("name=\"" + name + "\"\r\n\r\n")
	i := bytes.Index(body, lead)
	if i < 0 {
		return 0
	}
	rest := body[i+len(lead):]
	n, _ := strconv.ParseInt(string(rest[:max(bytes.IndexByte(rest, '\r'), 0)]), 10, 64)
	return n
}

// person is one who writes, waits for the answer, and writes again.
type person struct {
	r    *benchRig
	id   int64
	seen chan struct{}
	turn int
}

func (r *benchRig) person() *person {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.people++
	p := &person{r: r, id: r.people, seen: make(chan struct{}, 8)}
	r.answered[p.id] = p.seen
	return p
}

func (r *benchRig) leave(p *person) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.answered, p.id)
}

// walk is what a person writes in turn, and how many answers come: the way in, then menus round and round.
func (p *person) next() (text string, answers int) {
	defer func() { p.turn++ }()
	switch p.turn {
	case 0:
		return "hello", 1
	case 1:
		return "3", 1
	case 2:
		return "1", 2
	}
	return []string{"1", "9", "2", "9"}[(p.turn-3)%4], 1
}

// say posts one update and waits for its answers. It returns how long the first took.
func (p *person) say() time.Duration {
	text, answers := p.next()
	body := fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":%d,"text":%q,"chat":{"id":%d,"type":"private"},"from":{"id":%d,"is_bot":false}}}`,
		p.r.update.Add(1), p.r.message.Add(1), time.Now().Unix(), text, p.id, p.id)
	req, _ := http.NewRequest(http.MethodPost, p.r.url+"/telegram", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", benchSecret)
	begin := time.Now()
	resp, err := p.r.http.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.r.wrong.Add(1)
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	var took time.Duration
	for i := range answers {
		select {
		case <-p.seen:
		case <-time.After(20 * time.Second):
			p.r.wrong.Add(1)
		}
		if i == 0 {
			took = time.Since(begin)
		}
	}
	return took
}

type measure struct {
	rate float64
	cpu  float64 // ms of program and Redis a turn
	took []time.Duration
}

func (m *measure) p(percent int) float64 {
	if len(m.took) == 0 {
		return 0
	}
	return float64(m.took[(len(m.took)-1)*percent/100].Microseconds()) / 1000
}

// load lets people write for a while; each has come in before the clock starts.
func (r *benchRig) load(people int, pause, d time.Duration) *measure {
	crowd := make([]*person, people)
	var in sync.WaitGroup
	for i := range crowd {
		crowd[i] = r.person()
		in.Add(1)
		go func() {
			defer in.Done()
			for range 7 {
				crowd[i].say()
			}
		}()
	}
	in.Wait()
	m := &measure{}
	var mu sync.Mutex
	var all sync.WaitGroup
	cpu, begin := r.cpu(), time.Now()
	for _, p := range crowd {
		all.Add(1)
		go func() {
			defer all.Done()
			var took []time.Duration
			for time.Since(begin) < d {
				took = append(took, p.say())
				if pause > 0 {
					time.Sleep(pause)
				}
			}
			mu.Lock()
			m.took = append(m.took, took...)
			mu.Unlock()
			r.leave(p)
		}()
	}
	all.Wait()
	slices.Sort(m.took)
	n := float64(len(m.took))
	m.rate = n / time.Since(begin).Seconds()
	m.cpu = (r.cpu() - cpu).Seconds() * 1000 / n
	return m
}

// cpu is what program and Redis have used so far.
func (r *benchRig) cpu() time.Duration {
	var sum time.Duration
	for _, pid := range []int{r.program.Process.Pid, r.redis.Process.Pid} {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		u, _ := strconv.ParseInt(f[11], 10, 64)
		s, _ := strconv.ParseInt(f[12], 10, 64)
		sum += time.Duration(u+s) * 10 * time.Millisecond
	}
	return sum
}

// idle is the growth of used_memory for each of 20,000 people who answered eight menus and went.
func (r *benchRig) idle(b *testing.B) float64 {
	const crowd, together, turns = 20_000, 64, 3 + 8
	before := r.memory(b)
	var next atomic.Int64
	var all sync.WaitGroup
	for range together {
		all.Add(1)
		go func() {
			defer all.Done()
			for next.Add(1) <= crowd {
				p := r.person()
				for range turns {
					p.say()
				}
				r.leave(p)
			}
		}()
	}
	all.Wait()
	await(b, "the lanes to be empty", func() bool { return r.db.ZCard(context.Background(), "{sosin}due").Val() == 0 })
	return float64(r.memory(b)-before) / crowd
}

func (r *benchRig) memory(b *testing.B) int64 {
	b.Helper()
	info, err := r.db.InfoMap(context.Background(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	n, _ := strconv.ParseInt(info["Memory"]["used_memory"], 10, 64)
	return n
}

// call is one script call of a recorded turn.
type call struct {
	name string
	keys []string
	args []any
}

// ceiling records real turns of so many people, empties their namespace, and replays the very calls as fast as Redis and
// the client allow.
func (r *benchRig) ceiling(b *testing.B, people int) float64 {
	const turns = 120
	opts, err := store.Options("unix://" + r.socket)
	if err != nil {
		b.Fatal(err)
	}
	recorder := redis.NewUniversalClient(opts) // a store puts its hook on its client: the replay has one of its own
	defer func() { _ = recorder.Close() }()
	tapes := r.record(b, recorder, people, turns)
	db := redis.NewUniversalClient(opts)
	defer func() { _ = db.Close() }()
	keys := db.Keys(context.Background(), "{ceiling}*").Val()
	for _, k := range keys {
		db.Del(context.Background(), k)
	}
	sha := map[string]string{}
	for _, name := range []string{"load", "commit", "settle"} {
		raw, err := os.ReadFile("../../store/scripts/" + name + ".lua")
		if err != nil {
			b.Fatal(err)
		}
		sha[name] = db.ScriptLoad(context.Background(), string(raw)).Val()
	}
	begin := time.Now()
	var all sync.WaitGroup
	for _, tape := range tapes {
		all.Add(1)
		go func() {
			defer all.Done()
			for _, c := range tape {
				if err := db.EvalSha(context.Background(), sha[c.name], c.keys, c.args...).Err(); err != nil {
					r.wrong.Add(1)
				}
			}
		}()
	}
	all.Wait()
	return float64(people*turns) / time.Since(begin).Seconds()
}

// record steps real turns in this process, in a namespace of its own, and keeps every script call by person.
func (r *benchRig) record(b *testing.B, db redis.UniversalClient, people, turns int) [][]call {
	ring, err := seal.New(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	m, texts, err := loadContent(flowsConfig{})
	if err != nil {
		b.Fatal(err)
	}
	tapes := make([][]call, people)
	for i := range people {
		st := store.New(db, "ceiling", ring)
		st.Trace = func(name string, keys []string, args []any) { tapes[i] = append(tapes[i], call{name, keys, args}) }
		done := make(chan struct{}, 4)
		line := &inlineSender{lanes: st, texts: texts, done: done}
		e := &bot.Engine{Store: st, Flows: m, Send: line, Texts: texts, Log: slog.New(slog.DiscardHandler), Metrics: noMetrics{},
			Today:  func(context.Context, flows.Lang) (bot.Today, error) { return bot.Today{}, nil },
			Outage: &bot.Outage{Now: time.Now, Send: func(bot.Address, bot.Outbound) {}}}
		p := &person{id: int64(800_000_000 + i)}
		for t := range turns {
			text, _ := p.next()
			in := bot.Inbound{Address: bot.NewAddress(flows.Telegram, strconv.FormatInt(p.id, 10)), Update: fmt.Sprintf("tg:%d-%d", i, t),
				Message: strconv.Itoa(t + 1), Input: flows.Input{Text: text, At: time.Now()}}
			if err := e.Receive(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
	return tapes
}

// inlineSender settles at once, as if the provider took no time.
type inlineSender struct {
	lanes bot.Lanes
	texts bot.Texts
	done  chan struct{}
	id    int
}

func (s *inlineSender) Deliver(l bot.Lease) {
	for next := &l; next != nil; {
		s.id += 2
		var err error
		if next, err = s.lanes.Settle(context.Background(), *next, bot.Result{Verdict: bot.Sent, Message: strconv.Itoa(1000 + s.id)}); err != nil {
			return
		}
	}
}

func (s *inlineSender) Once(bot.Address, bot.Outbound) {}

type noMetrics struct{}

func (noMetrics) Turn(flows.Channel, string, time.Duration) {}
func (noMetrics) Attempt(flows.Channel, string)             {}
