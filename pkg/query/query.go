// Package query is the read side: it lists and shows what the worker wrote, over HTTP, to programs with a token and to
// people who are signed in, who may also decide about issues and change projects, keys and members. It promises that nobody
// sees or changes another organization's rows, that every list has an end, and that what strangers sent is only ever data
// in its answers. It writes no event and no counter.
package query

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/pages"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

// Config is the read side's configuration.
type Config struct {
	Addr      string `default:":8081" desc:"listener of the pages and the API"`
	PublicURL string `split_words:"true" desc:"URL under which people reach this listener: links are made with it, and cookies are for https alone where it is https"`
	IngestURL string `split_words:"true" default:"http://127.0.0.1:8080" desc:"where POST /api/v1/logs is passed on to; ingest must trust this role's address (INGEST_TRUSTED_PROXIES) to see the client's"`
	// Without it DSNs on pages are made with IngestURL.
	IngestPublicURL string           `envconfig:"INGEST_PUBLIC_URL" desc:"URL under which browsers reach ingest; DSNs and snippets on pages are made with it, else with QUERY_INGEST_URL"`
	Dir             string           `ignored:"true"` // of standalone: whose disk /system measures; empty elsewhere
	Bound           func(url string) `ignored:"true"` // told the listener's URL once it is served; nil: nobody asks
	TrustedProxies  []string         `split_words:"true" desc:"CIDRs of proxies whose X-Forwarded-For is believed"`
	Store           store.Config
	Queue           queue.Config
}

// Run serves pages and API until ctx ends.
func Run(ctx context.Context, env service.Env, cfg Config) error {
	env = env.Role("query")
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
	if err := q.AnswerHealth(env.Health.Condition); err != nil {
		return err
	}
	api, err := New(env, cfg, db, q) //nolint:contextcheck // each request brings its own
	if err != nil {
		return err
	}
	database := newWatch(env, db)
	listener, err := service.Serve(ctx, env.Log, service.Server{Name: "query", Addr: cfg.Addr, Handler: api})
	if err != nil {
		return err
	}
	defer listener.Close()
	defer api.Close() // or the listener would wait for streams that have no end
	defer env.Health.Drain()
	if cfg.Bound != nil {
		cfg.Bound(listener.URL())
	}
	// Everything that runs beside the listener is one line here.
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return listener.Wait(ctx) })
	g.Go(func() error { database.run(ctx); return nil })
	g.Go(func() error { return provision.KeepDirectory(ctx, env.Log, db, q) })
	g.Go(func() error { return api.access.Sweep(ctx) })
	return g.Wait()
}

// An API is the handler of all routes. Safe for concurrent use.
type API struct {
	echo    *echo.Echo
	log     zerolog.Logger
	db      *store.Store
	queue   *queue.Queue
	access  *access.Access
	detail  *detail.Reader
	forward *forwarder
	links   string // what relative links begin with
	dir     string // see Config
	pages   *pages.Pages
	streams *streams
	shares  *shares // of connections to the database, but for streams
	exports *shares
	metrics metrics
	routes  map[string]*route // by Echo's pattern
	// operations are the routes by method, in the order in which they were added, and described is what /openapi.json answers.
	operations []*operation
	described  []byte
	swagger    map[string]swaggerFile // by name
}

// A route is what requests of one kind have in common.
type route struct {
	name   string // label of the metrics
	page   bool   // people see it: errors are pages, and who is not signed in is asked to
	stream bool   // it is answered bit by bit and has no time limit
	logs   bool   // mittens' contract: Basic is taken, a token of one project needed, and errors have its shape
}

// requestTimeout bounds a request from its first byte to its answer.
const requestTimeout = 10 * time.Second

// New returns the API. Its routes stand with their handlers, a function for each noun.
func New(env service.Env, cfg Config, db *store.Store, q *queue.Queue) (*API, error) {
	links, err := parsePublicURL(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	forward, err := newForwarder(cfg.IngestURL)
	if err != nil {
		return nil, err
	}
	let, err := access.New(env, db, access.Config{PublicURL: cfg.PublicURL, TrustedProxies: cfg.TrustedProxies})
	if err != nil {
		return nil, err
	}
	a := &API{
		echo: echo.New(), log: env.Log, db: db, queue: q, access: let, detail: detail.New(env.Log, db), forward: forward, links: links, dir: cfg.Dir, streams: newStreams(env.Metrics),
		shares: newShares(int(cfg.Store.MaxConns) / 2), exports: newShares(1), routes: map[string]*route{},
	}
	a.echo.HTTPErrorHandler = func(err error, c echo.Context) { a.refuse(c, nil, err) }
	a.echo.Pre(a.frame)

	a.add(http.MethodGet, "/api/v1/health", "health", a.health).doc(doc{what: "Whether the process answers", gives: ""})
	a.eventRoutes()
	a.issueRoutes()
	a.triageRoutes()
	a.chartRoutes()
	a.tailRoutes()
	a.organizationRoutes()
	a.memberRoutes()
	a.projectRoutes()
	a.keyRoutes()
	a.deadLetterRoutes()
	a.systemRoutes()
	a.logRoutes()
	a.documentRoutes()
	if err := a.pageRoutes(env, cfg); err != nil {
		return nil, err
	}
	if a.described, err = a.document(); err != nil {
		return nil, err
	}
	if a.swagger, err = readSwagger(); err != nil {
		return nil, err
	}

	a.metrics = newMetrics(env.Metrics, a.routes)
	return a, nil
}

// on adds a route that needs a permission. What it returns is to be told what the route is for: see doc.
func (a *API) on(method, path, name string, need access.Permission, handle func(*request) error) *operation {
	o := a.add(method, path, name, func(c echo.Context) error {
		r, err := a.begin(c, need)
		if err != nil {
			return err
		}
		if !a.routes[path].stream {
			done, err := a.shares.take(r.ctx(), r.viewer)
			if err != nil {
				return err
			}
			defer done()
		}
		return handle(r)
	})
	o.need, o.handle = need, handle
	return o
}

// get adds a route that needs to read.
func (a *API) get(path, name string, handle func(*request) error) *operation {
	return a.on(http.MethodGet, path, name, access.Read, handle)
}

// add adds a route that asks nobody who they are.
func (a *API) add(method, path, name string, handle echo.HandlerFunc) *operation {
	rt := a.routes[path]
	if rt == nil {
		rt = &route{name: name}
		a.routes[path] = rt
	}
	a.echo.Add(method, path, func(c echo.Context) error {
		if rt.stream {
			// The listener's deadline for reading would end the request's context. A recorder has none.
			_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Time{})
			return handle(c)
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return handle(c)
	})
	o := &operation{route: rt, method: method, path: path}
	a.operations = append(a.operations, o)
	return o
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Close ends the streams that run. Nothing else has to be closed.
func (a *API) Close() { a.streams.end() }

// health says that the process answers, in mittens' words. What it waits for is told by the ops listener.
func (a *API) health(c echo.Context) error { return a.answer(c, http.StatusOK, nil, "OK") }

// Routes returns method and path of every route, sorted, for the documentation.
func (a *API) Routes() []string {
	var out []string
	for _, r := range a.echo.Routes() {
		out = append(out, r.Method+" "+r.Path)
	}
	slices.Sort(out)
	return out
}
