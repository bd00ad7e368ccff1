//go:build browser

package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelseyhightower/envconfig"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/standalone"
	"github.com/trivetlabs/trivet/pkg/store"
)

// startup bounds the making of a database and the start of everything.
const startup = 3 * time.Minute

// the is what all tests share: a standalone Trivet, a browser, and the bundles of the clients.
var the struct {
	info         standalone.Info
	organization int64
	token        string
	db           *store.Store
	queue        *queue.Queue
	browser      *driver
	bundles      string // folder
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintf(os.Stderr, "browser tests: %v\n", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir, err := os.MkdirTemp("", "trivet-browser-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	the.bundles = filepath.Join(dir, "bundles")
	if err := bundle(ctx, the.bundles); err != nil {
		return 0, err
	}
	stop, err := startTrivet(ctx, filepath.Join(dir, "data"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if the.browser, err = startDriver(ctx); err != nil {
		return 0, fmt.Errorf("start the browser: %w", err)
	}
	defer the.browser.close()
	return m.Run(), nil
}

// startTrivet runs standalone in this process on free ports.
func startTrivet(ctx context.Context, dir string) (stop func() error, err error) {
	for name, value := range map[string]string{"STANDALONE_DIR": dir, "INGEST_ADDR": "127.0.0.1:0", "QUERY_ADDR": "127.0.0.1:0"} {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	var cfg standalone.Config
	if err := envconfig.Process("", &cfg); err != nil {
		return nil, err
	}
	env := service.Env{
		Log:     zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, NoColor: true}).Level(zerolog.WarnLevel),
		Metrics: prometheus.NewRegistry(), Health: service.NewHealth(),
	}
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan standalone.Info, 1), make(chan error, 1)
	go func() { ended <- standalone.Run(ctx, env, cfg, func(info standalone.Info) { ready <- info }) }()
	stop = func() error { //nolint:contextcheck // what it closes drains when the context has ended
		if the.queue != nil {
			the.queue.Close()
		}
		if the.db != nil {
			the.db.Close()
		}
		cancel()
		return <-ended
	}
	select {
	case the.info = <-ready:
	case err := <-ended:
		cancel()
		return nil, errors.Join(errors.New("standalone ended"), err)
	case <-time.After(startup):
		return nil, errors.Join(errors.New("standalone was never ready"), stop())
	}
	if err := connect(ctx); err != nil {
		return nil, errors.Join(err, stop())
	}
	return stop, nil
}

// connect opens what projects are made with, and a token to read them all.
func connect(ctx context.Context) (err error) {
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	if the.db, err = store.Open(ctx, env, store.Config{URL: the.info.DatabaseURL, MaxConns: 2}); err != nil {
		return err
	}
	if the.queue, err = queue.Open(ctx, env, queue.Config{URL: the.info.NATSURL}); err != nil {
		return err
	}
	if err := the.queue.WaitConnected(ctx); err != nil {
		return err
	}
	organization, err := the.db.Organization(ctx, "default")
	if err != nil {
		return err
	}
	the.organization = organization.ID
	_, the.token, err = the.db.CreateToken(ctx, store.Token{OrganizationID: organization.ID, Scopes: []string{store.ScopeRead}})
	return err
}

// A project is one test's own.
type project struct {
	t   *testing.T
	id  int64
	key string
}

func newProject(t *testing.T) *project {
	t.Helper()
	slug := fmt.Sprintf("p%d", time.Now().UnixNano())
	made, err := the.db.CreateProject(t.Context(), store.Project{OrganizationID: the.organization, Slug: slug, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	key, err := the.db.CreateKey(t.Context(), made.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provision.SyncDirectory(t.Context(), the.db, the.queue); err != nil {
		t.Fatal(err)
	}
	return &project{t, made.ID, key.PublicKey}
}
