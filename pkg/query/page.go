package query

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/pages"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/web"
)

// pageRoutes adds what people see.
func (a *API) pageRoutes(env service.Env, cfg Config) (err error) {
	a.pages, err = pages.New(pages.Deps{
		Log: env.Log, DB: a.db, Queue: a.queue, Access: a.access, Detail: a.detail, IngestURL: cmp.Or(cfg.IngestPublicURL, cfg.IngestURL), Dir: cfg.Dir,
		PublicURL: a.links, Send: a.forward.send, TellEdges: a.tellEdges,
	})
	if err != nil {
		return err
	}
	for _, r := range a.pages.Routes() {
		rt := a.add(r.Method, r.Path, "page_"+r.Name, func(c echo.Context) error { return a.page(c, r) })
		rt.page, rt.stream = true, r.Stream
	}
	return nil
}

// pagePolicy is the Content-Security-Policy of pages: our own files and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// page lets a request for a page through to its handler.
func (a *API) page(c echo.Context, route pages.Route) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", pagePolicy)
	// Without a referrer browsers hide the origin of our own forms, too, by which older ones are told from strangers'.
	h.Set("Referrer-Policy", "same-origin")
	r, err := a.pageRequest(c, route.Need)
	if errors.Is(err, web.ErrNoToken) {
		return signInFirst(c)
	}
	if err != nil {
		return err
	}
	if r.Viewer != nil && !route.Stream && !strings.HasPrefix(route.Path, "/static/") {
		done, err := a.shares.take(c.Request().Context(), r.Viewer)
		if err != nil {
			return err
		}
		defer done()
	}
	return route.Handle(r)
}

// signInFirst sends who is not signed in to where they can, and from there back.
func signInFirst(c echo.Context) error {
	to := "/sign-in"
	if c.Request().Method == http.MethodGet {
		to += "?next=" + url.QueryEscape(c.Request().URL.RequestURI())
	}
	if c.Request().Header.Get("HX-Request") == "true" { // what asks for a part of a page can't show another one in it
		c.Response().Header().Set("HX-Redirect", "/sign-in")
		return c.NoContent(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// viewerKey is where the context holds who asks, so that a page about an error has its header.
const viewerKey = "viewer"

// pageRequest finds out who asks for a page and whether they may.
func (a *API) pageRequest(c echo.Context, need access.Permission) (*pages.Request, error) {
	r := &pages.Request{HTTP: c}
	project, err := pathProject(c)
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	r.Viewer, err = a.access.Identify(ctx, c.Request(), project, false)
	if err != nil && (need != access.Anybody || !errors.Is(err, web.ErrNoToken)) {
		return nil, err
	}
	c.Set(viewerKey, r.Viewer)
	// Signing in and out, too: else a stranger's page could sign somebody in as somebody else.
	if r.Viewer == nil || r.Viewer.Token == nil {
		if err := a.access.CheckOrigin(c.Request()); err != nil {
			return nil, err
		}
	}
	if !r.Viewer.May(need) {
		return nil, web.Refused(web.ErrScope, string(need)+" is needed")
	}
	if project != 0 {
		found, err := a.db.OwnProject(ctx, r.Viewer.Organization, project)
		if err != nil {
			return nil, err
		}
		r.Project = &found
	}
	if r.Params, err = web.ReadParams(c.Request().URL.RawQuery); err == nil {
		r.Params.Text("said") // any page may begin with what a form has done
	}
	return r, err
}
