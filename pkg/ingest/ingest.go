// Package ingest is the edge: it takes errors from browsers and answers once they are on disk in the
// queue. It promises that a 2xx is never lost, that every answer can be read by a page of any site, and
// that no client can make it grow. It is thin: what an event means is the worker's business.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
)

// Config is the edge's configuration.
type Config struct {
	Addr           string `default:":8080" desc:"listener that browsers post to"`
	TLSCert        string `split_words:"true" desc:"certificate file; with INGEST_TLS_KEY the listener speaks HTTPS"`
	TLSKey         string `split_words:"true" desc:"private key file of INGEST_TLS_CERT"`
	PublicURL      string `split_words:"true" desc:"URL under which browsers reach this listener; DSNs are shown with it"`
	Queue          queue.Config
	ProjectRate    float64          `split_words:"true" default:"1000" desc:"events a second of one project, and what comes beside them, ten times that in a burst; 0: no limit"`
	ClientRate     float64          `split_words:"true" default:"100" desc:"requests a second of one address (IPv6: /64), ten times that in a burst; 0: no limit"`
	TrustedProxies []string         `split_words:"true" desc:"CIDRs, comma separated, whose X-Forwarded-For tells the client's address"`
	TunnelPath     string           `split_words:"true" default:"/tunnel" desc:"path for the tunnel option of Sentry's SDKs, the key being in the body; empty: none"`
	Lanes          int              `default:"2" desc:"packs that may be under way to the queue at once"`
	MaxWaiting     int64            `split_words:"true" default:"16777216" desc:"bytes of events that may wait for the queue; over it clients are told 503"`
	Bound          func(url string) `ignored:"true"` // told the listener's URL once it is served; nil: nobody asks
}

// validate refuses what would make every request, or every large one, fail later.
func (c Config) validate() error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("INGEST_TLS_CERT and INGEST_TLS_KEY belong together")
	case c.MaxWaiting < maxText+1<<20:
		return fmt.Errorf("INGEST_MAX_WAITING must be %d or more, or the largest request never fits", maxText+1<<20)
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Host == "") {
		return errors.New("INGEST_PUBLIC_URL must be like https://host[:port][/path]")
	}
	return nil
}

// Run serves the edge until ctx ends, then answers what it has taken.
func Run(ctx context.Context, env service.Env, cfg Config) error {
	env = env.Role("ingest")
	if err := cfg.validate(); err != nil {
		return err
	}
	served := env.Health.Starting("listener") // the directory may be there before it
	q, err := queue.Open(ctx, env, cfg.Queue)
	if err != nil {
		return err
	}
	defer q.Close()
	if err := q.AnswerHealth(env.Health.Condition); err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	directory := q.WatchDirectory(watching, env)
	defer directory.Wait()
	defer stop()
	env.Health.Check("directory", directory.Ready)
	edge, err := New(env, cfg, Deps{Directory: directory, Publisher: q})
	if err != nil {
		return err
	}
	defer edge.Close()
	listener, err := service.Serve(ctx, env.Log, service.Server{Name: "ingest", Addr: cfg.Addr, Handler: edge, Certificate: cfg.TLSCert, Key: cfg.TLSKey})
	if err != nil {
		return err
	}
	defer listener.Close()
	defer env.Health.Drain()
	cfg.bound(listener.URL())
	served()
	return listener.Wait(ctx)
}

func (c Config) bound(url string) {
	if c.Bound != nil {
		c.Bound(url)
	}
}

// A Directory knows keys and write tokens by their names in package project. Lookup must cost no I/O.
type Directory interface {
	Lookup(name string) (project.Entry, bool)
}

// Deps is what the edge works with. Now is the clock of rates and receipts, nil for the real one.
type Deps struct {
	Directory Directory
	Publisher Publisher
	Now       func() time.Time
}

// An Edge is the handler of all that browsers send. Close it after its listener.
type Edge struct {
	echo     *echo.Echo
	log      zerolog.Logger
	deps     Deps
	tunnel   string
	proxies  service.Proxies
	bodies   *bodies
	limits   limits
	lanes    *lanes
	discards *discards
	metrics  metrics
	routes   map[string]map[string]*route // by method, by Echo's pattern
}

// New returns an Edge: every route it serves stands here.
func New(env service.Env, cfg Config, deps Deps) (*Edge, error) {
	e, err := newEdge(env, cfg, deps)
	if err != nil {
		return nil, err
	}
	envelope := &route{name: "envelope", protocol: event.Sentry, split: splitEnvelope, sdk: true, keyInBody: true, files: true}
	tunnel := &route{name: "tunnel", protocol: event.Sentry, split: splitEnvelope, sdk: true, keyInBody: true, files: true}
	store := &route{name: "store", protocol: event.Sentry, split: splitStore, sdk: true}
	storeImage := &route{name: "store", protocol: event.Sentry, split: splitStoreImage, sdk: true, inQuery: true, gif: true}
	dialog := &route{name: "dialog", protocol: event.Sentry, split: splitDialog, inQuery: true, keyInDSN: true}
	comments := &route{name: "dialog", protocol: event.Sentry, split: splitComments, keyInDSN: true}
	events := &route{name: "events", protocol: event.Native, split: splitNative, files: true}
	pixel := &route{name: "pixel", protocol: event.Native, split: splitPixel, inQuery: true, gif: true}
	logs := &route{name: "logs", protocol: event.Logs, split: splitLog, status: http.StatusCreated, logs: true}
	reports := &route{name: "reports", protocol: event.Report, split: splitReports, status: http.StatusNoContent, reports: true, swells: true}
	faro := &route{name: "faro", protocol: event.Faro, split: splitFaro, status: http.StatusAccepted, swells: true}
	otlp := &route{name: "otlp", protocol: event.OTLP, split: splitOTLP, empty: true, swells: true}

	e.post("/api/:project/envelope", envelope)
	e.post("/api/:project/store", store)
	e.post("/api/store", store)
	e.get("/api/:project/store", storeImage)
	e.get("/api/embed/error-page", dialog)
	e.post("/api/embed/error-page", comments)
	e.post("/api/:project/events", events)
	e.post("/t/:key", events)
	e.get("/api/:project/pixel.gif", pixel)
	e.post("/api/v1/logs", logs)
	e.post("/api/:project/security", reports)
	e.post("/api/:project/csp-report", reports)
	e.post("/api/:project/reports", reports)
	e.post("/api/:project/nel", reports)
	e.post("/collect", faro)
	e.post("/collect/:key", faro)
	e.post("/api/:project/otlp/v1/logs", otlp)
	e.post("/api/:project/integration/otlp/v1/logs", otlp)
	if e.tunnel != "" {
		e.post(e.tunnel, tunnel)
	}
	e.serveScripts()
	return e, nil
}

// newEdge returns an Edge without routes, its lanes running.
func newEdge(env service.Env, cfg Config, deps Deps) (*Edge, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	trusted, err := service.ParseProxies("INGEST_TRUSTED_PROXIES", cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	if cfg.TunnelPath != "" && (cfg.TunnelPath[0] != '/' || strings.ContainsAny(cfg.TunnelPath, ":*")) {
		return nil, errors.New("INGEST_TUNNEL_PATH must start with / and hold neither : nor *")
	}
	e := &Edge{
		echo: echo.New(), log: env.Log, deps: deps, tunnel: strings.TrimRight(cfg.TunnelPath, "/"), proxies: trusted,
		bodies: newBodies(), limits: newLimits(cfg.ProjectRate, cfg.ClientRate), metrics: newMetrics(env.Metrics), routes: map[string]map[string]*route{},
	}
	e.lanes = startLanes(env, cfg, deps.Publisher)
	e.discards = startDiscards(e.lanes, deps.Now)
	e.echo.HTTPErrorHandler = func(err error, c echo.Context) { e.refuse(c, nil, err) }
	e.echo.Pre(e.frame)
	return e, nil
}

// accept is all that happens to a request. What is neither an error of an application nor belongs to one
// (traces, replays) is counted and answered like the rest, and not kept.
func (e *Edge) accept(c echo.Context, rt *route) (err error) {
	r := e.begin(c, rt)
	defer r.end(&err)
	if err := r.identify(); err != nil {
		return err
	}
	if err := r.admit(); err != nil {
		return err
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	b, err := r.split(text)
	if err != nil {
		return err
	}
	if err := r.body.beside(b.files); err != nil {
		return err
	}
	r.charge(len(b.records))
	records := r.encode(b.records)
	r.release() // before the wait: what waits for the queue is bounded apart
	if err := e.lanes.commit(records, len(b.records)); err != nil {
		return err
	}
	e.metrics.events[rt.protocol].Add(float64(b.events()))
	return r.answer(c, &b)
}

// ServeHTTP takes one request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.echo.ServeHTTP(w, r) }

// Close publishes what still waits and returns when that is done or given up.
func (e *Edge) Close() {
	e.discards.close()
	e.lanes.close()
}

// Routes returns method and path of every route, sorted, for the documentation.
func (e *Edge) Routes() []string {
	var out []string
	for _, r := range e.echo.Routes() {
		out = append(out, r.Method+" "+r.Path)
	}
	slices.Sort(out)
	return out
}
