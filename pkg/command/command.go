// Package command is the operator's tool `trivet`: one file a noun. Commands find the database and the
// queue by DATABASE_URL and NATS_URL, or in the data folder of a standalone on this machine.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/trivetlabs/trivet/pkg/service"
)

// A command is one thing trivet does. Its name may be two words.
type command struct {
	name    string
	args    string // of the command line behind the flags
	summary string
	flags   func(*flag.FlagSet) // declares its own flags into the call it closes over
	run     func(ctx context.Context, c *call) error
}

// A call is one run of a command.
type call struct {
	name string
	args []string
	json bool
	out  io.Writer
}

// errUsage asks for the help of the command.
var errUsage = errors.New("wrong arguments")

// commands returns every command in the order of the help.
func commands() []command {
	return slices.Concat(
		processCommands(),
		organizationCommands(),
		userCommands(),
		projectCommands(),
		settingsCommands(),
		keyCommands(),
		scriptCommands(),
		tokenCommands(),
		deadLetterCommands(),
		streamCommands(),
		replayCommands(),
	)
}

// Main runs the command line of the process and exits.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs one command line and returns the exit code: 0 done, 1 failed, 2 not understood.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" && len(args) == 1 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		help(stdout)
		return 0
	}
	if args[0] == "help" {
		args = append(slices.Clone(args[1:]), "-help")
	}
	cmd, rest, ok := find(args)
	if !ok && helpGroup(stdout, args) {
		return 0
	}
	if !ok {
		fmt.Fprintf(stderr, "trivet: no command %q; `trivet help` lists them\n", strings.Join(args[:min(2, len(args))], " "))
		return 2
	}
	c := &call{name: cmd.name, out: stdout}
	flags := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&c.json, "json", false, "print JSON")
	if cmd.flags != nil {
		cmd.flags(flags)
	}
	if err := parse(flags, rest, c); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			cmd.usage(stdout, flags)
			return 0
		}
		fmt.Fprintf(stderr, "trivet %s: %v\n", cmd.name, err)
		cmd.usage(stderr, flags)
		return 2
	}
	err := cmd.run(ctx, c)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "trivet %s: %v\n", cmd.name, err)
		cmd.usage(stderr, flags)
		return 2
	}
	fmt.Fprintf(stderr, "trivet %s: %v\n", cmd.name, err)
	return 1
}

// parse lets flags stand before and behind the other arguments.
func parse(flags *flag.FlagSet, args []string, c *call) error {
	for {
		if err := flags.Parse(args); err != nil {
			return err
		}
		if flags.NArg() == 0 {
			return nil
		}
		c.args = append(c.args, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func find(args []string) (cmd command, rest []string, ok bool) {
	for _, words := range []int{2, 1} {
		if len(args) < words {
			continue
		}
		name := strings.Join(args[:words], " ")
		for _, c := range commands() {
			if c.name == name {
				return c, args[words:], true
			}
		}
	}
	return command{}, nil, false
}

// helpGroup lists the commands of one noun, alone or with a flag that asks for help. It returns false when
// args is something else.
func helpGroup(w io.Writer, args []string) bool {
	noun := args[0] + " "
	if !slices.ContainsFunc(commands(), func(c command) bool { return strings.HasPrefix(c.name, noun) }) {
		return false
	}
	if len(args) > 1 && !slices.Contains([]string{"-h", "-help", "--help"}, args[1]) {
		return false
	}
	fmt.Fprintf(w, "usage: trivet %sCOMMAND [FLAGS] [ARGUMENTS]\n\n", noun)
	listCommands(w, noun)
	return true
}

// listCommands writes a line for each command whose name has the prefix.
func listCommands(w io.Writer, prefix string) {
	tabs := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range commands() {
		if strings.HasPrefix(c.name, prefix) {
			fmt.Fprintf(tabs, "  %s %s\t%s\n", c.name, c.args, c.summary)
		}
	}
	_ = tabs.Flush()
}

func help(w io.Writer) {
	fmt.Fprintf(w, "trivet %s: collects the errors of browsers\n\nusage: trivet COMMAND [FLAGS] [ARGUMENTS]\n\n", service.Version())
	listCommands(w, "")
	fmt.Fprint(w, "\n`trivet COMMAND -help` tells more; -json prints JSON.\n"+
		"Database and queue are found by DATABASE_URL and NATS_URL, else in STANDALONE_DIR/standalone.json (default ./data).\n")
}

func (cmd command) usage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintf(w, "usage: trivet %s [FLAGS] %s\n\n%s\n\nflags:\n", cmd.name, cmd.args, cmd.summary)
	flags.SetOutput(w)
	flags.PrintDefaults()
	flags.SetOutput(io.Discard)
}

// print writes v as JSON, or as what text makes of it for people.
func (c *call) print(v any, text func(w io.Writer)) error {
	if !c.json {
		tabs := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
		text(tabs)
		return tabs.Flush()
	}
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printable replaces control characters, so that what clients sent can't steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}
