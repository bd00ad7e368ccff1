// Command with-postgres runs a command with TEST_DATABASE_URL set to a throwaway PostgreSQL server, stops
// the server and exits as the command did. A TEST_DATABASE_URL that is set already is kept. Without a command it
// prints the URL and keeps the server until it is interrupted. With --check it only tells where the server binaries are.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/postgres"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "with-postgres: %v\n", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	// Taken at once: an interrupt while the server starts must not leave its folder behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) == 1 && args[0] == "--check" {
		found, err := postgres.Find()
		if err != nil {
			return 1, err
		}
		fmt.Printf("PostgreSQL %d in %s\n", found.Major, found.Dir)
		return 0, nil
	}
	url := os.Getenv("TEST_DATABASE_URL")
	if url == "" {
		server, end, err := postgres.Throwaway(ctx, zerolog.New(os.Stderr).Level(zerolog.WarnLevel))
		if err != nil {
			return 1, err
		}
		defer end()
		url = server.URL("postgres")
	}
	if len(args) == 0 {
		fmt.Printf("export TEST_DATABASE_URL='%s'\n", url)
		<-ctx.Done()
		return 0, nil
	}
	return command(ctx, args, url)
}

// command runs the rest of the command line and returns its exit code. The terminal sends an interrupt to
// the command as well as to us; sent on once more it is harmless, and it reaches the command when only we were told.
func command(ctx context.Context, args []string, url string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), "TEST_DATABASE_URL="+url)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1), nil // -1 when a signal ended it
	case err != nil:
		return 1, err
	}
	return 0, nil
}
