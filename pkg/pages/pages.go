// Package pages is what people see in a browser: HTML made on the server, complete without scripts. Pages ask the same
// store and readers as the API does. What strangers sent is only ever text in them: templates escape by context, and
// the Content-Security-Policy lets no script run but our own files.
package pages

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// Deps are what pages ask.
type Deps struct {
	Log       zerolog.Logger
	DB        *store.Store
	Queue     *queue.Queue
	Access    *access.Access
	Detail    *detail.Reader
	IngestURL string // under which clients reach ingest: for DSNs
	PublicURL string // under which people reach us, without a slash at its end; empty: the one they asked
	// Send gives ingest an event of a project with one of its keys, as a client would.
	Send func(ctx context.Context, key string, body []byte) error
	// TellEdges tells the edges of projects, keys and tokens that have just changed. It fails for nobody: they are told
	// again within a minute.
	TellEdges func(ctx context.Context)
	Dir       string // of standalone; empty elsewhere
}

// Pages are all pages. Safe for concurrent use.
type Pages struct {
	Deps
	assets    *assets
	templates templates
	headers   headers
}

// New returns the pages, with every template read.
func New(deps Deps) (*Pages, error) {
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	templates, err := readTemplates(assets)
	if err != nil {
		return nil, err
	}
	return &Pages{Deps: deps, assets: assets, templates: templates, headers: headers{seen: map[[2]int64]*header{}}}, nil
}

// A Route is one page or form.
type Route struct {
	Method, Path, Name string            // Name labels the metrics
	Need               access.Permission // Anybody: also who is not signed in
	Stream             bool              // it is answered bit by bit and has no time limit
	Handle             func(*Request) error
}

// A Request is one that may be answered: whoever sent it may do so.
type Request struct {
	HTTP    echo.Context
	Viewer  *access.Viewer // nil where nobody is signed in, on routes that need nobody
	Project *store.Project // that the path names; nil where it names none
	Params  *web.Params    // of the query
}

// Org is the organization that the request is about.
func (r *Request) Org() int64 { return r.Viewer.Organization }

// Form reads the body of a form, at most 64 KiB; the fields are read like parameters.
func (r *Request) Form() (*web.Params, error) { return web.ReadForm(r.HTTP.Request()) }

// To sends the browser on to a page of ours after a form.
func (r *Request) To(path string) error {
	return r.HTTP.Redirect(http.StatusSeeOther, path)
}

// Routes returns all routes. Each noun's stand with their handlers.
func (p *Pages) Routes() []Route {
	var all []Route
	for _, routes := range [][]Route{
		p.signInRoutes(), p.accountRoutes(),
		p.assetRoutes(), p.homeRoutes(), p.issuesRoutes(), p.dashboardRoutes(), p.releasesRoutes(),
		p.newProjectRoutes(), p.settingsRoutes(), p.dropRoutes(), p.deadLetterRoutes(),
		p.memberRoutes(), p.tokenRoutes(), p.auditRoutes(), p.systemRoutes(),
		p.issueRoutes(), p.eventRoutes(), p.tailRoutes(), p.startRoutes(), p.feedbackRoutes(),
	} {
		all = append(all, routes...)
	}
	return all
}
