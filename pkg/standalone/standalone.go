// Package standalone is Trivet on one machine in one command: an embedded queue, a private Postgres and
// the three roles, run by the same code as on a cluster.
package standalone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/postgres"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/embedded"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/worker"
)

// Settings of standalone itself.
type Settings struct {
	Dir      string `default:"data" desc:"folder of everything standalone keeps: queue, database, standalone.json"`
	NATSAddr string `split_words:"true" default:"127.0.0.1:0" desc:"listener of the embedded queue; port 0 takes a free one, which standalone.json tells"`
}

// Config is everything: standalone's own settings and those of the roles.
type Config struct {
	Standalone Settings
	Ingest     ingest.Config
	Worker     worker.Config
	Query      query.Config
}

// Defaults of the listeners: nobody but this machine, until an *_ADDR says otherwise.
const (
	ingestAddr = "127.0.0.1:8080"
	queryAddr  = "127.0.0.1:8081"
	OpsAddr    = "127.0.0.1:9464"
)

// maxStreamBytes bounds the queue on a small machine; less where the disk is small.
const maxStreamBytes = 10 << 30

// Run starts everything, tells what was started by calling ready once every role is ready, and stops
// everything in reverse when ctx ends or a role fails.
func Run(ctx context.Context, env service.Env, cfg Config, ready func(Info)) error {
	dir, err := filepath.Abs(cfg.Standalone.Dir)
	if err != nil {
		return fmt.Errorf("find data folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	info, err := loadInfo(dir)
	if err != nil {
		return err
	}
	stopDatabase, died, err := startDatabase(ctx, env.Log, dir, &cfg, &info)
	if err != nil {
		return err
	}
	defer stopDatabase()
	nats, err := embedded.Start(embedded.Config{
		Dir: filepath.Join(dir, "nats"), Addr: cfg.Standalone.NATSAddr, Password: info.NATSPassword, MaxStore: 1 << 40,
	})
	if err != nil {
		return err
	}
	defer nats.Close() // after every role has returned
	info.NATSURL = nats.URL()
	if err := listen(ctx, &cfg, &info); err != nil {
		return err
	}
	if err := setUp(ctx, env.Role("provision"), cfg, dir, &info); err != nil {
		return err
	}
	queueGuard := &guard{nats: nats, dir: dir, log: env.Log}
	env.Health.Check("nats", queueGuard.check)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return queueGuard.run(ctx) })
	group.Go(func() error { return ingest.Run(ctx, env, cfg.Ingest) })
	group.Go(func() error { return worker.Run(ctx, env, cfg.Worker) })
	group.Go(func() error { return query.Run(ctx, env, cfg.Query) })
	group.Go(func() error { return announce(ctx, env, info, ready) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-died:
			return errors.New("the private Postgres ended; its log is in the data folder, and a restart starts it again")
		}
	})
	return group.Wait()
}

// lock keeps a second standalone off the same folder.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: another standalone is running on it", dir)
	}
	return func() { _ = f.Close() }, nil
}

// startDatabase uses DATABASE_URL, or starts the private server.
func startDatabase(ctx context.Context, log zerolog.Logger, dir string, cfg *Config, info *Info) (stop func(), died <-chan struct{}, err error) {
	url := cfg.Worker.Store.URL
	stop, never := func() {}, make(chan struct{})
	died = never
	if url == "" {
		server, err := postgres.Start(ctx, postgres.Config{Dir: filepath.Join(dir, "postgres"), Log: log})
		if err != nil {
			return nil, nil, err
		}
		if err := server.CreateDatabase(ctx, "trivet"); err != nil {
			server.Close()
			return nil, nil, err
		}
		url, stop, died = server.URL("trivet"), server.Close, server.Done()
	}
	info.DatabaseURL = url
	cfg.Worker.Store.URL, cfg.Query.Store.URL = url, url
	return stop, died, nil
}

// listen fixes the addresses of the listeners, so that standalone.json can tell them before they are bound.
func listen(ctx context.Context, cfg *Config, info *Info) error {
	for _, l := range []struct {
		env, fallback string
		addr, url     *string
	}{
		{"INGEST_ADDR", ingestAddr, &cfg.Ingest.Addr, &info.IngestURL},
		{"QUERY_ADDR", queryAddr, &cfg.Query.Addr, &info.QueryURL},
	} {
		if os.Getenv(l.env) == "" {
			*l.addr = l.fallback
		}
		addr, err := fixPort(ctx, *l.addr)
		if err != nil {
			return fmt.Errorf("%s: %w", l.env, err)
		}
		*l.addr = addr
		*l.url = "http://" + dialable(addr)
	}
	if cfg.Ingest.TLSCert != "" {
		info.IngestURL = "https" + info.IngestURL[len("http"):]
	}
	if cfg.Ingest.PublicURL == "" {
		cfg.Ingest.PublicURL = info.IngestURL
	}
	if os.Getenv("QUERY_INGEST_URL") == "" {
		cfg.Query.IngestURL = info.IngestURL
		if cfg.Ingest.TLSCert != "" { // no certificate is for 127.0.0.1
			cfg.Query.IngestURL = cfg.Ingest.PublicURL
		}
	}
	info.PublicURL, cfg.Query.Dir = cfg.Ingest.PublicURL, cfg.Standalone.Dir
	cfg.Query.IngestPublicURL = cfg.Ingest.PublicURL
	cfg.Ingest.Queue.URL, cfg.Worker.Queue.URL, cfg.Query.Queue.URL = info.NATSURL, info.NATSURL, info.NATSURL
	return nil
}

// fixPort replaces port 0 by a free one. Somebody else may take it before the role binds it; then the role
// fails and says so.
func fixPort(ctx context.Context, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port != "0" {
		return addr, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err = net.SplitHostPort(l.Addr().String())
	return net.JoinHostPort(host, port), err
}

// dialable returns what a program on this machine calls for a listener's address.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// setUp provisions database and queue, and on the first start makes an organization, a project, a key and
// a token.
func setUp(ctx context.Context, env service.Env, cfg Config, dir string, info *Info) error {
	db, err := store.Open(ctx, env, cfg.Worker.Store)
	if err != nil {
		return err
	}
	defer db.Close()
	q, err := queue.Open(ctx, env, cfg.Worker.Queue)
	if err != nil {
		return err
	}
	defer q.Close()
	limits := queue.Limits{Replicas: 1, MaxBytes: streamBytes(dir)}
	if state, err := q.State(ctx, queue.Events); err == nil && state.MaxBytes > 0 {
		limits.MaxBytes = state.MaxBytes // what was chosen at the first start stays
	}
	// The embedded server fsyncs before it confirms: there is nothing to ask it.
	if err := provision.Run(ctx, env.Log.Level(zerolog.ErrorLevel), provision.Config{Store: cfg.Worker.Store, Stream: limits}, db, q); err != nil {
		return err
	}
	if err := info.firstProject(ctx, db); err != nil {
		return err
	}
	if err := info.setupLink(ctx, db, cmp.Or(cfg.Query.PublicURL, info.QueryURL)); err != nil {
		return err
	}
	if _, err := provision.SyncDirectory(ctx, db, q); err != nil {
		return err
	}
	return info.save(dir)
}

// streamBytes is 10 GiB or a quarter of the free disk, whichever is less.
func streamBytes(dir string) int64 { return max(min(maxStreamBytes, freeBytes(dir)/4), minFree) }

// announce waits until every role is there and everything is ready.
func announce(ctx context.Context, env service.Env, info Info, ready func(Info)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, checks := env.Health.Report(); ok && everyRole(checks) {
			ready(info)
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// everyRole tells whether each role has reported a check.
func everyRole(checks map[string]string) bool {
	for _, role := range []string{"ingest.", "worker.", "query."} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(checks)), func(name string) bool { return strings.HasPrefix(name, role) }) {
			return false
		}
	}
	return true
}
