package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// runningDemo is `sosin demo` as somebody starts it who has nothing configured.
type runningDemo struct {
	address string // what it says to open
	out     *paper
	stop    func() // as Ctrl-C does; returns once it has ended
}

// paper is what a program prints on.
type paper struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

var addressToOpen = regexp.MustCompile(`Open this in a browser:\s+(http://\S+/)\s`)

// lastLine ends what the demo prints.
const lastLine = "Stop with Ctrl-C"

// startDemo runs the command line and returns when it has printed what to open. It must end with status 0, also while
// pages are open.
func startDemo(t *testing.T) *runningDemo {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d := &runningDemo{out: &paper{}}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--listen=127.0.0.1:0", "--redis-url="}, streams{d.out, d.out})
	}()
	d.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case status := <-ended:
			if status != 0 {
				t.Errorf("the demo ended with status %d:\n%s", status, d.out)
			}
		case <-time.After(15 * time.Second):
			t.Error("the demo did not end within 15 s of Ctrl-C")
		}
	})
	t.Cleanup(d.stop)
	if !eventually(stepLimit, func() bool { return strings.Contains(d.out.String(), lastLine) }) {
		t.Fatalf("the demo did not say what to open:\n%s", d.out)
	}
	found := addressToOpen.FindStringSubmatch(d.out.String())
	if found == nil {
		t.Fatalf("the demo printed no address to open:\n%s", d.out)
	}
	d.address = found[1]
	return d
}

const nothingKept = "NOTHING IS KEPT"

// The whole walk, in three languages by Telegram and by SMS, each on a demo of its own with a real redis-server.
func TestTheDemoWalkedByPersonCounsellorAndCoordinator(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	browser := openBrowser(t)
	for _, lane := range []struct {
		channel channelName
		size    size // of everybody's window: one lane works on phones, one on laptops
	}{{onTelegram, laptopSize}, {onSMS, phoneSize}} {
		t.Run(string(lane.channel), func(t *testing.T) {
			t.Parallel()
			d := startDemo(t)
			if strings.Contains(d.out.String(), nothingKept) {
				t.Errorf("a redis-server is installed, and the demo does not use it:\n%s", d.out)
			}
			s := newScene(t, browser, d, lane.size)
			for _, lang := range []string{"et", "ru", "en"} {
				s.walk(lane.channel, lang)
			}
			s.clean()
			d.stop() // with all pages open
		})
	}
}

// Somebody without Redis gets the same demo, is told that nothing is kept, and finds nothing left behind.
func TestTheDemoWithoutARedisServer(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	browser := openBrowser(t)
	left := t.TempDir()
	t.Setenv("PATH", t.TempDir())
	t.Setenv("TMPDIR", left)
	d := startDemo(t)
	if !strings.Contains(d.out.String(), nothingKept) {
		t.Errorf("there is no redis-server, and the demo does not say that nothing is kept:\n%s", d.out)
	}
	s := newScene(t, browser, d, laptopSize)
	s.blind = true
	s.walk(onTelegram, "en")
	// Somebody types another name of this machine, and presses a door twice.
	w := newWindow(t, browser, "typed-localhost", laptopSize)
	for range 2 {
		w.open(strings.Replace(d.address, "127.0.0.1", "localhost", 1))
		w.click(`a.door[href$="/door/counsellor"]`)
		w.sees("the console is live", `document.querySelector("#live.on") && document.querySelector("#queue p")`)
	}
	w.clean()
	s.clean()
	d.stop()
	if files, err := os.ReadDir(left); err != nil || len(files) > 0 {
		t.Errorf("the demo left behind: %v %v", files, err)
	}
}
