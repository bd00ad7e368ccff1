// Package service is what every process shares: Main, the environment, the logger, the ops listener and
// the way a process stops. It knows nothing of events, queues or databases.
package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/kelseyhightower/envconfig"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"
)

// Env is what a process gives to its roles.
type Env struct {
	Log     zerolog.Logger
	Metrics prometheus.Registerer // labelled with the role once Role has run
	Health  *Health
}

// Role returns the Env of one role: its log lines carry the name and its metrics the label. Only the Run
// of a role calls it: labelling twice panics.
func (e Env) Role(name string) Env {
	return Env{
		Log:     e.Log.With().Str("role", name).Logger(),
		Metrics: prometheus.WrapRegistererWith(prometheus.Labels{"role": name}, e.Metrics),
		Health:  e.Health.part(name),
	}
}

// process is the configuration of every process, beside its role's own.
type process struct {
	LogLevel string `envconfig:"LOG_LEVEL" default:"info" desc:"debug, info, warn or error"`
	OpsAddr  string `envconfig:"OPS_ADDR" default:":9464" desc:"listener of /metrics, /livez, /readyz, /version and /debug/pprof; never expose it"`
}

// Settings returns the configuration that every process has, for documentation.
func Settings() any { return &process{} }

// Main is a whole process: it reads the configuration C of run from the environment (prefix: the role's
// name), serves the ops listener, turns SIGINT and SIGTERM into the end of the context, and exits with 1
// when run fails. "-help" prints the environment variables.
func Main[C any](name string, run func(context.Context, Env, C) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := start(ctx, name, run); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func start[C any](ctx context.Context, name string, run func(context.Context, Env, C) error) error {
	var cfg C
	if len(os.Args) > 1 {
		if strings.HasPrefix(os.Args[1], "-v") {
			fmt.Println(Version())
			return nil
		}
		return Usage(os.Stdout, name, &cfg)
	}
	if err := envconfig.Process(name, &cfg); err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	return Run(ctx, name, "", func(ctx context.Context, env Env) error { return run(ctx, env, cfg) })
}

// Run serves the ops listener around run. It is Main for callers that have their configuration and their
// context already. opsAddr is where the listener goes unless OPS_ADDR says otherwise; "" is OPS_ADDR's default.
func Run(ctx context.Context, name, opsAddr string, run func(context.Context, Env) error) error {
	var p process
	if err := envconfig.Process("", &p); err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if opsAddr != "" && os.Getenv("OPS_ADDR") == "" {
		p.OpsAddr = opsAddr
	}
	return p.run(ctx, name, run)
}

func (p process) run(ctx context.Context, name string, run func(context.Context, Env) error) error {
	level, err := zerolog.ParseLevel(p.LogLevel)
	if err != nil {
		return fmt.Errorf("LOG_LEVEL: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo())
	env := Env{Log: NewLogger(os.Stderr, name, level), Metrics: registry, Health: NewHealth()}
	ops, err := Serve(ctx, env.Log, Server{Name: "ops", Addr: p.OpsAddr, Handler: opsHandler(registry, env.Health)})
	if err != nil {
		return err
	}
	defer ops.Close()
	env.Log.Info().Str("version", Version()).Str("ops_addr", ops.Addr()).Msg("started")
	err = run(ctx, env)
	if err != nil && ctx.Err() == nil {
		env.Log.Error().Err(err).Msg("stopped by an error")
		return err
	}
	env.Log.Info().Msg("stopped")
	return nil
}

// NewLogger returns the logger of a process: JSON lines in UTC.
func NewLogger(w io.Writer, name string, level zerolog.Level) zerolog.Logger {
	zerolog.TimeFieldFormat = time.RFC3339Nano
	zerolog.TimestampFunc = func() time.Time { return time.Now().UTC() }
	return zerolog.New(w).Level(level).With().Timestamp().Str("process", name).Logger()
}

// usageFormat is one line a variable; the name that all roles share stands before the role's own, which wins.
const usageFormat = `{{range .}}{{if and .Alt (ne .Alt .Key)}}{{.Alt}} or {{end}}{{usage_key .}}	{{usage_default .}}	{{usage_description .}}
{{end}}`

// Usage prints the environment variables of a process with their defaults. cfg is a pointer to its
// configuration.
func Usage(w io.Writer, name string, cfg any) error {
	fmt.Fprintf(w, "%s is configured by environment variables alone:\n\n", name)
	tabs := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tabs, "VARIABLE\tDEFAULT\tMEANING")
	if err := envconfig.Usagef(name, cfg, tabs, usageFormat); err != nil {
		return fmt.Errorf("print usage: %w", err)
	}
	if err := envconfig.Usagef("", &process{}, tabs, usageFormat); err != nil {
		return fmt.Errorf("print usage: %w", err)
	}
	if err := tabs.Flush(); err != nil {
		return fmt.Errorf("print usage: %w", err)
	}
	return flag.ErrHelp
}
