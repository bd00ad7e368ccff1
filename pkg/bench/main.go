// Command bench measures the whole pipeline on this machine in one run: a bare Echo handler, our ingest, raw
// COPY, our worker, a naive design and everything end to end, interleaved in rounds, so that ratios stand even where
// absolute rates drift. It listens on 127.0.0.1 only, is bounded in count and time, ends what it started and leaves
// a Markdown table and bench.json behind. It asserts nothing about time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// roles are what this program becomes when it starts itself again, so that each side of a measurement has a
// process, and a CPU account, of its own. Their one argument is JSON.
var roles = map[string]func(ctx context.Context, argument string) error{
	"role-echo":         serveEcho,
	"role-nats":         serveNATS,
	"role-naive-edge":   serveNaiveEdge,
	"role-naive-worker": runNaiveWorker,
	"role-load":         runLoad,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := start(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string) error {
	if len(args) == 2 {
		if role, ok := roles[args[0]]; ok {
			return role(ctx, args[1])
		}
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.plan.Limit)
	defer cancel()
	return run(ctx, o)
}

// options are the command line.
type options struct {
	rounds int
	phases []string
	out    string // of the results; made when missing
	root   string // of the module
	data   string // of streams and tables: on the disk that is to be measured
	plan   plan

	other    string // a worker to compare with
	profiles bool
}

// phases in the order in which a round runs them.
var phases = []string{"http", "protocols", "read", "copy", "worker", "naive", "e2e", "answers"}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 3, "rounds; every round measures everything once")
	quick := flags.Bool("quick", false, "one round with small counts, under two minutes: shows that it works, not how fast")
	flags.StringVar(&o.out, "out", "", "folder for bench.md, bench.json and the logs (default: a new temporary one)")
	flags.StringVar(&o.data, "data", "", "folder for streams and tables, emptied at the end (default: a new temporary one)")
	flags.StringVar(&o.root, "root", ".", "folder of the module, where cmd/ingest and cmd/worker are built")
	only := flags.String("only", strings.Join(phases, ","), "phases to run")
	flags.StringVar(&o.other, "other-worker", "", "a worker binary of another revision, to drain the same in turns with this tree's")
	flags.BoolVar(&o.profiles, "profile", false, "take CPU profiles of ingest and worker at the end-to-end rate, which cost a little of it")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.phases = strings.Split(*only, ",")
	for _, p := range o.phases {
		if !slices.Contains(phases, p) {
			return o, fmt.Errorf("-only: no phase %q; there are %s", p, strings.Join(phases, ", "))
		}
	}
	o.plan = full
	if *quick {
		o.plan, o.rounds = quickPlan, 1
	}
	if flags.NArg() > 0 || o.rounds < 1 || o.rounds > 20 {
		return o, errors.New("want no arguments, and 1 to 20 rounds")
	}
	return o, nil
}

// run prepares, measures every round and reports. Results so far are written also when a later round fails.
func run(ctx context.Context, o options) error {
	b, closeAll, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer closeAll()
	before := machineTime()
	for round := range o.rounds {
		b.round = round + 1
		for _, phase := range o.phases {
			b.say("round %d of %d: %s", b.round, o.rounds, phase)
			if err = b.measure(ctx, phase); err != nil {
				err = fmt.Errorf("%s: %w", phase, err)
				break
			}
		}
		if err != nil {
			break
		}
	}
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	b.report.Finished, b.report.Machine["steal"] = time.Now().UTC(), machineTime().since(before)
	return errors.Join(err, b.publish(os.Stdout))
}

// publish writes the results to the output folder and the table to w.
func (b *bench) publish(w io.Writer) error {
	text := b.report.markdown()
	encoded, err := b.report.json()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.out, "bench.md"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := os.WriteFile(filepath.Join(b.out, "bench.json"), encoded, 0o600); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\nResults: %s\n", text, b.out)
	return err
}
