package query

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
)

// metrics are the read side's.
type metrics struct {
	requests map[string]map[string]prometheus.Counter // route, status: 2xx, 4xx, 5xx
	seconds  map[string]prometheus.Observer           // route
	short    prometheus.Counter                       // searches
}

const (
	routeOther      = "other" // of requests that reached none
	requestIDHeader = "X-Request-Id"
	maxRequestID    = 64
)

func newMetrics(reg prometheus.Registerer, routes map[string]*route) metrics {
	with := promauto.With(reg)
	requests := with.NewCounterVec(prometheus.CounterOpts{Name: "query_requests_total", Help: "Requests answered, by route and class of status."}, []string{"route", "status"})
	seconds := with.NewHistogramVec(prometheus.HistogramOpts{
		Name: "query_request_seconds", Help: "From a request's header to its answer, by route.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
	}, []string{"route"})
	m := metrics{
		requests: map[string]map[string]prometheus.Counter{}, seconds: map[string]prometheus.Observer{},
		short: with.NewCounter(prometheus.CounterOpts{
			Name: "query_searches_short_total", Help: "Pages of events that were answered before they were full: few events match, and somebody waits.",
		}),
	}
	names := []string{routeOther}
	for _, rt := range routes {
		names = append(names, rt.name)
	}
	for _, name := range names {
		m.seconds[name] = seconds.WithLabelValues(name)
		m.requests[name] = map[string]prometheus.Counter{}
		for _, class := range []string{"2xx", "4xx", "5xx"} {
			m.requests[name][class] = requests.WithLabelValues(name, class)
		}
	}
	return m
}

func statusClass(status int) string {
	switch {
	case status >= 500:
		return "5xx"
	case status >= 400:
		return "4xx"
	}
	return "2xx"
}

// headers are on every answer: it is data, it is nobody else's, and no browser may run or keep it.
var headers = map[string]string{
	"X-Content-Type-Options":  "nosniff",
	"Cache-Control":           "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
}

// frame is around every request, known route or not: the headers each answer has, panics,
// and one place where errors become answers, lines and counts.
func (a *API) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		id := requestID(c.Request().Header, start)
		for name, value := range headers {
			c.Response().Header().Set(name, value)
		}
		c.Response().Header().Set(requestIDHeader, id)
		c.Request().URL.Path, c.Request().URL.RawPath = fold(c.Request().URL.Path), ""

		err := a.guard(c, next)
		rt, name := a.routes[c.Path()], routeOther
		if rt != nil {
			name = rt.name
		}
		if err != nil {
			a.refuse(c, rt, err)
		}
		status := c.Response().Status
		a.metrics.requests[name][statusClass(status)].Inc()
		a.metrics.seconds[name].Observe(time.Since(start).Seconds())
		a.line(c, name, id, start, err)
		return nil
	}
}

// fold returns the plain form of a path: single slashes, none at the end.
func fold(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if path = trimSlash(path); path == "" {
		return "/"
	}
	return path
}

// line writes the log line of a request: ours to look at when it is a 5xx, else for debugging.
func (a *API) line(c echo.Context, route, id string, start time.Time, err error) {
	status, level := c.Response().Status, zerolog.DebugLevel
	if status >= 500 {
		level = zerolog.WarnLevel
	}
	line := a.log.WithLevel(level).Str("request_id", id).Str("route", route).Str("method", c.Request().Method).
		Int("status", status).Dur("took_ms", time.Since(start)).Err(err)
	var p *panicError
	if errors.As(err, &p) {
		line = line.Bytes("stack", p.stack)
	}
	line.Msg("request answered")
}

// A panicError is a bug of ours that one request met.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprint("panic: ", p.value) }

func (a *API) guard(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if failure, ok := p.(error); ok && errors.Is(failure, http.ErrAbortHandler) {
			panic(p)
		}
		err = &panicError{p, debug.Stack()}
	}()
	return next(c)
}

// requestID returns the id that a proxy in front gave, when it is fit for a log line, or a new one.
func requestID(h http.Header, now time.Time) string {
	id := h.Get(requestIDHeader)
	bad := strings.ContainsFunc(id, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
	})
	if id == "" || len(id) > maxRequestID || bad {
		return event.NewID(now).String()
	}
	return id
}

// retryAfter is when a client may come back after a 503, up to twice as late so that not all come at once.
func retryAfter(h http.Header, wait time.Duration) {
	if wait > 0 {
		wait += rand.N(wait) // jitter, not a secret
		h.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
}
