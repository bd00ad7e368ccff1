// Package queue is the only one that talks to NATS: packs into JetStream and out of it, dead letters, and
// the directory of keys. It promises that a published pack is on disk when Publish returns nil, and that a
// pack is delivered until it is acknowledged. It doesn't know what is in a pack.
package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
)

// Config tells where NATS is.
type Config struct {
	URL   string `envconfig:"NATS_URL" default:"nats://127.0.0.1:4222" desc:"NATS servers, comma separated; user and password may stand in them"`
	Creds string `envconfig:"NATS_CREDS" desc:"file with NATS user credentials"`
}

// A Queue is one connection. Safe for concurrent use.
type Queue struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	log      zerolog.Logger
	metrics  metrics
	followed struct {
		sync.Mutex
		once  sync.Once
		until map[int64]time.Time // by project
		count atomic.Int64        // of until
	}
}

type metrics struct {
	reconnects  prometheus.Counter
	published   *prometheus.CounterVec // result: ok, duplicate, full, too_large, unavailable
	publishTime prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) metrics {
	with := promauto.With(reg)
	m := metrics{
		reconnects:  with.NewCounter(prometheus.CounterOpts{Name: "queue_reconnects_total", Help: "Times the connection to NATS came back."}),
		published:   with.NewCounterVec(prometheus.CounterOpts{Name: "queue_publishes_total", Help: "Messages given to JetStream, by what came of it."}, []string{"result"}),
		publishTime: with.NewHistogram(prometheus.HistogramOpts{Name: "queue_publish_seconds", Help: "From publishing a message to its PubAck.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 13)}),
	}
	for _, result := range []string{"ok", "duplicate", "full", "too_large", "unavailable"} {
		m.published.WithLabelValues(result)
	}
	return m
}

// Open returns a Queue at once, also while NATS is away: the connection is made, and made again, in the
// background for ever. Only a configuration that can't work is an error.
func Open(_ context.Context, env service.Env, cfg Config) (*Queue, error) {
	q := &Queue{log: env.Log.With().Str("component", "queue").Logger()}
	q.metrics = newMetrics(env.Metrics)
	options := []nats.Option{
		nats.Name("trivet"),
		nats.MaxReconnects(-1),          // the default gives up after 60 tries and closes for good
		nats.RetryOnFailedConnect(true), // start order doesn't matter
		nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond),
		nats.ReconnectBufSize(-1), // a buffered publish could be delivered after its sender was told 503
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.ConnectHandler(func(nc *nats.Conn) { q.log.Info().Str("server", nc.ConnectedUrlRedacted()).Msg("connected to NATS") }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil: we closed it
				q.log.Warn().Err(err).Msg("connection to NATS lost; reconnecting")
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			q.metrics.reconnects.Inc()
			q.log.Info().Str("server", nc.ConnectedUrlRedacted()).Msg("connected to NATS again")
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrSlowConsumer) { // a follower of the tail, who may miss some
				q.log.Debug().Err(err).Msg("a reader of the tail is slow")
				return
			}
			q.log.Warn().Err(err).Msg("NATS reported an error")
		}),
	}
	if cfg.Creds != "" {
		options = append(options, nats.UserCredentials(cfg.Creds))
	}
	var err error
	if q.nc, err = nats.Connect(cfg.URL, options...); err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	// Only now: a scrape may come at any time, and it reads the connection.
	promauto.With(env.Metrics).NewGaugeFunc(prometheus.GaugeOpts{Name: "queue_connected", Help: "1 while the connection to NATS is up."}, func() float64 {
		if q.nc.IsConnected() {
			return 1
		}
		return 0
	})
	if q.js, err = jetstream.New(q.nc, jetstream.WithDefaultTimeout(apiTimeout)); err != nil {
		q.nc.Close()
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return q, nil
}

// apiTimeout bounds a JetStream management call.
const apiTimeout = 10 * time.Second

// Close sends what is buffered (acknowledgements) and closes the connection.
func (q *Queue) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if !q.nc.IsConnected() {
		q.nc.Close()
		return
	}
	if err := q.nc.FlushWithContext(ctx); err != nil {
		q.log.Debug().Err(err).Msg("last acknowledgements may not have arrived; their packs come again")
	}
	q.nc.Close()
}

// Connected reports nil while the connection is up.
func (q *Queue) Connected() error {
	if !q.nc.IsConnected() {
		return fmt.Errorf("not connected to NATS (%s)", q.nc.Status())
	}
	return nil
}

// WaitConnected returns nil once the connection is up.
func (q *Queue) WaitConnected(ctx context.Context) error {
	for !q.nc.IsConnected() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for NATS: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
