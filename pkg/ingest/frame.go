package ingest

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/trivetlabs/trivet/pkg/event"
)

// metrics are the edge's, but for those of the lanes.
type metrics struct {
	requests map[string]map[string]prometheus.Counter // route, outcome: accepted, preflight or a refusal's code
	seconds  prometheus.Histogram
	events   map[event.Protocol]prometheus.Counter
	items    map[string]prometheus.Counter            // type
	dropped  map[string]map[string]prometheus.Counter // type, reason
}

// Routes of requests that reached none, and outcomes beside the refusals' codes.
const (
	routeOther        = "other"
	outcomeAccepted   = "accepted"
	outcomePreflight  = "preflight"
	requestIDHeader   = "X-Request-Id"
	maxRequestID      = 64
	maxAllowedHeaders = 4 << 10
)

func newMetrics(reg prometheus.Registerer) metrics {
	with := promauto.With(reg)
	m := metrics{
		requests: map[string]map[string]prometheus.Counter{},
		seconds: with.NewHistogram(prometheus.HistogramOpts{
			Name: "ingest_request_seconds", Help: "From a request's first byte to its answer, preflights left out.", Buckets: prometheus.ExponentialBuckets(0.00025, 2, 15),
		}),
		events:  map[event.Protocol]prometheus.Counter{},
		items:   map[string]prometheus.Counter{},
		dropped: map[string]map[string]prometheus.Counter{},
	}
	requests := with.NewCounterVec(prometheus.CounterOpts{Name: "ingest_requests_total", Help: "Requests answered, by route and outcome."}, []string{"route", "outcome"})
	for _, route := range append(routeNames, routeOther) {
		m.requests[route] = map[string]prometheus.Counter{}
		for _, outcome := range append(Outcomes(), outcomeAccepted) {
			m.requests[route][outcome] = requests.WithLabelValues(route, outcome)
		}
	}
	m.requests[routeOther][outcomePreflight] = requests.WithLabelValues(routeOther, outcomePreflight)
	events := with.NewCounterVec(prometheus.CounterOpts{Name: "ingest_events_total", Help: "Events accepted: they are on disk in the queue."}, []string{"protocol"})
	for _, p := range event.Protocols() {
		m.events[p] = events.WithLabelValues(p.String())
	}
	items := with.NewCounterVec(prometheus.CounterOpts{Name: "ingest_items_total", Help: "Items of envelopes received, by type, and what other protocols send beside errors; errors and what belongs to them are kept."}, []string{"type"})
	for _, name := range itemTypes {
		m.items[name] = items.WithLabelValues(name)
	}
	dropped := with.NewCounterVec(prometheus.CounterOpts{Name: "ingest_items_dropped_total", Help: "Items of a kind that is kept, dropped while their request was taken, by type and reason."}, []string{"type", "reason"})
	for _, name := range sidecarTypes {
		m.dropped[name] = map[string]prometheus.Counter{}
		for _, reason := range dropReasons {
			m.dropped[name][reason] = dropped.WithLabelValues(name, reason)
		}
	}
	return m
}

// frame is around every request, known route or not: the headers each answer has, preflights, the path in
// its plain form, panics, and one place where errors become answers.
func (e *Edge) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		r, h := c.Request(), c.Response().Header()
		id := requestID(r.Header, start)
		h[requestIDHeader] = []string{id}
		openToAll(r.Header, h)
		r.URL.Path, r.URL.RawPath = fold(r.URL.Path, e.tunnel), ""
		if r.Method == http.MethodOptions {
			preflight(r.Header, h)
			e.metrics.requests[routeOther][outcomePreflight].Inc()
			return c.NoContent(http.StatusNoContent)
		}
		rt, outcome := e.handle(c, next, id)
		e.metrics.requests[rt][outcome].Inc()
		e.metrics.seconds.Observe(time.Since(start).Seconds())
		return nil
	}
}

// handle runs the handler and answers its error or panic.
func (e *Edge) handle(c echo.Context, next echo.HandlerFunc, id string) (name, outcome string) {
	err := e.guard(c, next, id)
	rt := e.routes[c.Request().Method][c.Path()]
	name = routeOther
	if rt != nil {
		name = rt.name
	}
	if err == nil {
		return name, outcomeAccepted
	}
	outcome = e.refuse(c, rt, err)
	e.log.Debug().Str("request_id", id).Str("route", name).Str("outcome", outcome).Err(err).Msg("request refused")
	return name, outcome
}

func (e *Edge) guard(c echo.Context, next echo.HandlerFunc, id string) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if failure, ok := p.(error); ok && errors.Is(failure, http.ErrAbortHandler) {
			panic(p)
		}
		e.log.Error().Str("request_id", id).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("request not handled; its client was told 500")
		err = errInternal
	}()
	return next(c)
}

// Values of headers that are the same on every answer, shared because headers are only read.
var (
	anyOrigin      = []string{"*"}
	yes            = []string{"true"}
	exposed        = []string{"Retry-After, X-Sentry-Rate-Limits, X-Sentry-Error, X-Request-Id, X-Faro-Session-Status"}
	varyOrigin     = []string{"Origin"}
	noSniff        = []string{"nosniff"}
	jsonType       = []string{"application/json"}
	allowedMethods = []string{"GET, POST, OPTIONS"}
	oneHour        = []string{"3600"}
)

// openToAll lets a page of any origin read the answer. sendBeacon sends with credentials, for which
// browsers want the exact origin; cookies are never read, so that this gives nothing away.
func openToAll(in, out http.Header) {
	if origin := in["Origin"]; len(origin) > 0 && origin[0] != "" {
		out["Access-Control-Allow-Origin"] = origin[:1:1]
		out["Access-Control-Allow-Credentials"] = yes
		out["Vary"] = varyOrigin
	} else {
		out["Access-Control-Allow-Origin"] = anyOrigin
	}
	out["Access-Control-Expose-Headers"] = exposed
	out["X-Content-Type-Options"] = noSniff
}

// preflight allows what is asked for: SDKs can be told to send headers of any name.
func preflight(in, out http.Header) {
	out["Access-Control-Allow-Methods"] = allowedMethods
	out["Access-Control-Max-Age"] = oneHour
	if asked := in.Get("Access-Control-Request-Headers"); asked != "" && len(asked) <= maxAllowedHeaders {
		out["Access-Control-Allow-Headers"] = []string{asked}
	}
}

// fold returns the plain form of a path: single slashes, none at the end, and nothing before the last
// /api/, where the path of a DSN stands, or before the other routes that clients are given. The tunnel's path
// is its own.
func fold(path, tunnel string) string {
	if strings.Contains(path, "//") {
		folded := make([]byte, 0, len(path))
		for i := range len(path) {
			if path[i] != '/' || i == 0 || path[i-1] != '/' {
				folded = append(folded, path[i])
			}
		}
		path = string(folded)
	}
	path = strings.TrimSuffix(path, "/")
	if path == tunnel {
		return path
	}
	last := strings.LastIndexByte(path, '/')
	if last <= 0 {
		return path
	}
	parent := strings.LastIndexByte(path[:last], '/')
	switch {
	case path[last:] == "/collect", strings.HasPrefix(path[last:], "/trivet"):
		return path[last:]
	case parent >= 0 && (path[parent:last] == "/collect" || path[parent:last] == "/t"):
		return path[parent:]
	}
	if i := strings.LastIndex(path, "/api/"); i > 0 {
		return path[i:]
	}
	return path
}

// requestID returns the id that a proxy in front gave, when it is fit for a log line, or a new one.
func requestID(h http.Header, now time.Time) string {
	id := h.Get(requestIDHeader)
	if id == "" || len(id) > maxRequestID {
		return event.NewID(now).String()
	}
	for i := range len(id) {
		c := id[i] | 0x20
		if (c < 'a' || c > 'z') && (id[i] < '0' || id[i] > '9') && !strings.ContainsRune("-_.", rune(id[i])) {
			return event.NewID(now).String()
		}
	}
	return id
}
