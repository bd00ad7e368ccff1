package ingest

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A route is what requests of one kind have in common.
type route struct {
	name      string // label of the metrics, one of routeNames
	protocol  event.Protocol
	split     func(r *request, text []byte) (batch, error)
	status    int  // of an answer to what was taken; 0: 200
	sdk       bool // Sentry's SDKs post here: a Retry-After with a 503 would silence them for every kind of event
	keyInBody bool // the key may be in the envelope's dsn
	keyInDSN  bool // the key may be in the query's dsn
	logs      bool // mittens' contract: tokens are taken and errors have its shape
	reports   bool // browsers post their own reports here, and send again what isn't answered 2xx
	inQuery   bool // the query is what is split; a body isn't read
	files     bool // files may come beside events
	empty     bool // a body of no bytes says something: a protobuf message without fields
	gif       bool // answered with an image: a page that runs no script asks for one
	swells    bool // what is cut from a body can be many times its size: only a few are cut at once
}

// routeNames are the names of all routes, for the metrics.
var routeNames = []string{"envelope", "tunnel", "store", "dialog", "events", "pixel", "logs", "reports", "faro", "otlp", routeScript}

// routeScript is the name of the routes that serve trivet.js.
const routeScript = "script"

func (e *Edge) get(path string, rt *route) {
	e.serve(http.MethodGet, path, rt, func(c echo.Context) error { return e.accept(c, rt) })
}

func (e *Edge) post(path string, rt *route) {
	e.serve(http.MethodPost, path, rt, func(c echo.Context) error { return e.accept(c, rt) })
}

// serve adds a route with a handler of its own.
func (e *Edge) serve(method, path string, rt *route, handler echo.HandlerFunc) {
	if e.routes[method] == nil {
		e.routes[method] = map[string]*route{}
	}
	e.routes[method][path] = rt
	e.echo.Add(method, path, handler)
}
