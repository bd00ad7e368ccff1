package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/kelseyhightower/envconfig"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/standalone"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/sdk/js"
)

func processCommands() []command {
	var environment bool
	envFlag := func(f *flag.FlagSet) {
		f.BoolVar(&environment, "env", false, "list the environment variables and exit")
	}
	return []command{
		{
			name: "standalone", summary: "run everything on this machine: queue, database, ingest, worker, query", flags: envFlag,
			run: func(ctx context.Context, c *call) error {
				if environment {
					return service.Usage(c.out, "", &standalone.Config{})
				}
				return runStandalone(ctx, c)
			},
		},
		{
			name: "provision", summary: "make or update tables, streams, consumers and the directory of keys; safe to repeat", flags: envFlag,
			run: func(ctx context.Context, c *call) error {
				if environment {
					return service.Usage(c.out, "provision", &provision.Config{})
				}
				return runProvision(ctx, c)
			},
		},
		{name: "health", args: "URL", summary: "ask a process whether it is ready; URL is its ops listener or any page", run: runHealth},
		{
			name: "version", summary: "print the version",
			run: func(_ context.Context, c *call) error {
				return c.print(map[string]string{"version": service.Version()}, func(w io.Writer) { fmt.Fprintln(w, service.Version()) })
			},
		},
	}
}

func runStandalone(ctx context.Context, c *call) error {
	if len(c.args) > 0 {
		return errUsage
	}
	var cfg standalone.Config
	if err := envconfig.Process("", &cfg); err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	return service.Run(ctx, "standalone", standalone.OpsAddr, func(ctx context.Context, env service.Env) error {
		return standalone.Run(ctx, env, cfg, func(info standalone.Info) {
			_ = c.print(info, func(w io.Writer) { welcome(w, info, cfg.Standalone.Dir) }) // a closed terminal stops nothing
		})
	})
}

// welcome tells what to do with a Trivet that has just become ready.
func welcome(w io.Writer, info standalone.Info, dir string) {
	script := js.Newest()
	fmt.Fprint(w, "\nTrivet is ready.\n\n")
	if info.SetupURL != "" {
		fmt.Fprintf(w, "  Make yourself its owner, by this link that works once and for a day (`trivet setup` makes another):\n    %s\n\n", info.SetupURL)
	} else {
		fmt.Fprintf(w, "  Look at it:\n    %s\n\n", info.QueryURL)
	}
	fmt.Fprintf(w, `  Give this DSN to any Sentry SDK of a page:
    %[1]s

  Or load our own script in a page without one:
    %[8]s

  Send a first error:
    curl '%[2]s/api/%[3]d/events?key=%[4]s' -d '{"type":"TypeError","message":"it works","stack":"TypeError: it works\n    at checkout (https://shop.example/app.js:1:17)"}'

  Read it back:
    curl -H 'Authorization: Bearer %[5]s' '%[6]s/api/v1/projects/%[3]d/events'

  Addresses, key and token are kept in %[7]s/standalone.json. Stop with Ctrl-C; everything stays.

`, info.DSN, info.IngestURL, info.ProjectID, info.PublicKey, info.Token, info.QueryURL, dir, script.Tag(info.PublicURL, info.PublicKey))
}

func runProvision(ctx context.Context, c *call) error {
	var cfg provision.Config
	if err := envconfig.Process("provision", &cfg); err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	p, err := findPlace()
	if err != nil {
		return err
	}
	if cfg.Store.URL == "" {
		cfg.Store.URL = p.database
	}
	if os.Getenv("NATS_URL") == "" && p.nats != "" {
		cfg.Queue.URL = p.nats
	}
	env := environment()
	env.Log = service.NewLogger(os.Stderr, "provision", zerolog.InfoLevel)
	db, err := store.Open(ctx, env, cfg.Store)
	if err != nil {
		return err
	}
	defer db.Close()
	q, err := queue.Open(ctx, env, cfg.Queue)
	if err != nil {
		return err
	}
	defer q.Close()
	if err := provision.Run(ctx, env.Log, cfg, db, q); err != nil {
		return err
	}
	secret, err := db.NewSetupLink(ctx)
	if err != nil {
		return err
	}
	v := struct {
		Provisioned bool   `json:"provisioned"`
		SetupURL    string `json:"setup_url,omitempty"`
	}{true, ""}
	if secret != "" {
		v.SetupURL = p.query + access.LinkPath(store.LinkSetup, secret)
	}
	return c.print(v, func(w io.Writer) {
		fmt.Fprintln(w, "database and queue are provisioned")
		if v.SetupURL != "" {
			fmt.Fprintf(w, "nobody can sign in yet; this link makes the first owner, once and for a day:\n%s\n", v.SetupURL)
		}
	})
}

// healthTimeout is short: a process that takes longer to say that it is ready is not.
const healthTimeout = 5 * time.Second

func runHealth(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.args[0], http.NoBody)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if req.URL.Path == "" || req.URL.Path == "/" {
		req.URL.Path = "/readyz"
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if err := c.print(map[string]any{"status": resp.StatusCode, "body": string(body)}, func(w io.Writer) {
		fmt.Fprintf(w, "%d %s\n", resp.StatusCode, printable(strings.TrimSpace(string(body))))
	}); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New("not ready")
	}
	return nil
}
