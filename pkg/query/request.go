package query

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A request is one that may be answered: whoever sent it may do so.
type request struct {
	http    echo.Context
	viewer  *access.Viewer
	project int64 // the one the request is about; 0 where it is about all the viewer may see
	mask    mask
	params  *web.Params
}

func (r *request) ctx() context.Context { return r.http.Request().Context() }

// org is the organization that the request is about.
func (r *request) org() int64 { return r.viewer.Organization }

// begin finds out who sent a request and whether they may, and reads what all routes have in common. A project that
// they may not see is ErrNotFound, like one that isn't there.
func (a *API) begin(c echo.Context, need access.Permission) (*request, error) {
	rt := a.routes[c.Path()]
	project, err := pathProject(c)
	if err != nil {
		return nil, err
	}
	viewer, err := a.access.Identify(c.Request().Context(), c.Request(), project, rt.logs)
	if err != nil {
		return nil, err
	}
	if !viewer.May(need) {
		return nil, web.Refused(web.ErrScope, string(need)+" is needed")
	}
	if rt.logs && viewer.Project == 0 {
		return nil, web.Refused(web.ErrScope, "a token of one project is needed here")
	}
	r := &request{http: c, viewer: viewer, project: cmp.Or(project, viewer.Project)}
	if r.params, err = web.ReadParams(c.Request().URL.RawQuery); err != nil {
		return nil, err
	}
	// The query beats the header: it is what people see.
	text := r.params.Text("fields")
	if text == "" {
		text = c.Request().Header.Get("X-Fields")
	}
	if r.mask, err = parseMask(text); err != nil {
		return nil, err
	}
	return r, nil
}

// pathProject reads the number of the project in the path, 0 where it has none.
func pathProject(c echo.Context) (int64, error) {
	text := c.Param("project")
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, store.ErrNotFound
	}
	return id, nil
}

// pathID reads an id of the path. What has not its form is not there.
func (r *request) pathID(name string) (event.ID, error) {
	id, err := event.ParseID(r.http.Param(name))
	if err != nil {
		return id, store.ErrNotFound
	}
	return id, nil
}

// pathDay reads an id of the path and the parameter day, nil where it is not told, which must be the only one.
func (r *request) pathDay(name string) (id event.ID, day *event.Day, err error) {
	day = r.params.Day()
	if err := r.params.Done(); err != nil {
		return id, nil, err
	}
	id, err = r.pathID(name)
	return id, day, err
}

// answer writes v as JSON, trimmed by m. Nothing is written before all of it is known to be good.
func (a *API) answer(c echo.Context, status int, m mask, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	return write(c, status, m.apply(body))
}

func write(c echo.Context, status int, body []byte) error {
	h := c.Response().Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	c.Response().WriteHeader(status)
	_, _ = c.Response().Write(append(body, '\n')) // a client that went away is no error of ours
	return nil
}

// answerList writes {"<name>":[…],"next":…}. The mask is of the elements.
func answerList[T any](a *API, r *request, name string, elements []T, next string) error {
	return answerSearched(a, r, name, elements, next, nil)
}

// answerSearched is answerList with how far back a search has looked, nil where it has found a page.
func answerSearched[T any](a *API, r *request, name string, elements []T, next string, searched *time.Time) error {
	if elements == nil {
		elements = []T{} // an empty list is one
	}
	list, err := json.Marshal(elements)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	envelope := map[string]json.RawMessage{name: r.mask.apply(list), "next": json.RawMessage("null")}
	if next != "" {
		envelope["next"] = json.RawMessage(strconv.Quote(next)) // base64url needs no escapes
	}
	if searched != nil {
		envelope["searched_to"] = json.RawMessage(strconv.Quote(searched.UTC().Format(time.RFC3339Nano)))
	}
	return a.answer(r.http, http.StatusOK, nil, envelope)
}
