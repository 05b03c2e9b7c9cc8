// Command sosin introduces the parts to each other: configuration, subcommands, wiring, goroutines.
//
//	sosin demo      everything on one machine, nothing to configure
//	sosin serve     the service
//	sosin check     proofs about flows and texts
//	sosin flows     pictures of the flows
//	sosin staff     accounts
//	sosin stats     export of a published month
//	sosin keys      the key file
//	sosin doctor    what is wrong with this installation, each line with the mend
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"sosin/handoff/staff"
)

// exitWrong is the status for wrong configuration or usage; nothing was opened then.
const exitWrong = 2

type cli struct {
	Demo   demoCmd   `cmd:"" help:"Everything on one machine, nothing to configure; prints what to open."`
	Serve  serveCmd  `cmd:"" help:"The service."`
	Check  checkCmd  `cmd:"" help:"Prove things about flows and texts."`
	Flows  flowsCmd  `cmd:"" help:"Pictures of the flows."`
	Staff  staffCmd  `cmd:"" help:"Accounts of staff."`
	Stats  statsCmd  `cmd:"" help:"Statistics."`
	Keys   keysCmd   `cmd:"" help:"The key file."`
	Doctor doctorCmd `cmd:"" help:"What is wrong with this installation, each line with the mend; exit 1 if anything is."`
	Drill  drillCmd  `cmd:"" help:"Simulated people against the real program: training, load, end-to-end test; exit 1 if a promise was broken."`
}

// streams are where a subcommand reads and writes, so that tests can run it.
type streams struct {
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// run parses and runs one command line and returns the exit status.
func run(ctx context.Context, args []string, std streams) int {
	forgetEmpty()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("sosin"), kong.Description("A helpline people write to without saying who they are."),
		kong.Writers(std.out, std.err), kong.UsageOnError(), kong.Exit(func(int) {}), kong.Vars{"skills": strings.Join(staff.Skills, ", ")},
	)
	if err != nil {
		fmt.Fprintln(std.err, "sosin:", err)
		return 1
	}
	k, err := parser.Parse(args)
	if err != nil {
		if asksForHelp(args) {
			return 0
		}
		fmt.Fprintln(std.err, "sosin:", err)
		return exitWrong
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(std)
	if asksForHelp(args) {
		return 0
	}
	return status(k.Run(), std)
}

// forgetEmpty takes a variable of ours that is set to nothing, as container files do, for one that is not set. Kong would
// take it for a value: an empty path becomes the current folder.
func forgetEmpty() {
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); value == "" && strings.HasPrefix(name, "SOSIN_") {
			_ = os.Unsetenv(name)
		}
	}
}

func asksForHelp(args []string) bool {
	for _, a := range args {
		if a == "--help" || a == "-h" {
			return true
		}
	}
	return false
}

// status says an error, one line per fault, and gives the exit status it stands for.
func status(err error, std streams) int {
	var wrong wrongConfig
	var quiet exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return int(quiet)
	case errors.As(err, &wrong):
		fmt.Fprintln(std.err, wrong.Error())
		return exitWrong
	default:
		fmt.Fprintln(std.err, "sosin:", err)
		return 1
	}
}

// exitStatus ends the program with a status after everything was already said.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit %d", int(e)) }
