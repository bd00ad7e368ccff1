package query

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A request is one that may be answered: its token is good, and bound to the project where it is bound.
type request struct {
	http    echo.Context
	token   store.Token
	project int64 // the one the request is about; 0 where it is about all
	mask    mask
	params  *params
}

func (r *request) ctx() context.Context { return r.http.Request().Context() }

// begin checks a request's token, which must have a scope, and reads what all routes have in common. A project that the token may
// not see is ErrNotFound, like one that isn't there.
func (a *API) begin(c echo.Context, scope string) (*request, error) {
	rt := a.routes[c.Path()]
	token, err := a.authenticate(c.Request().Context(), c.Request().Header.Get("Authorization"), rt.logs)
	if err != nil {
		return nil, err
	}
	if !token.May(scope) {
		return nil, refused(errScope, "scope "+scope+" is needed")
	}
	if rt.logs && token.ProjectID == 0 {
		return nil, refused(errScope, "a token of one project is needed here")
	}
	r := &request{http: c, token: token, project: token.ProjectID}
	if id := c.Param("project"); id != "" {
		if r.project, err = strconv.ParseInt(id, 10, 64); err != nil || r.project <= 0 {
			return nil, store.ErrNotFound
		}
		if token.ProjectID != 0 && token.ProjectID != r.project {
			return nil, store.ErrNotFound
		}
	}
	if r.params, err = readParams(c.Request().URL.RawQuery); err != nil {
		return nil, err
	}
	// The query beats the header: it is what people see.
	text := r.params.text("fields")
	if text == "" {
		text = c.Request().Header.Get("X-Fields")
	}
	if r.mask, err = parseMask(text); err != nil {
		return nil, err
	}
	return r, nil
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
	day = r.params.day()
	if err := r.params.done(); err != nil {
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
	list, err := json.Marshal(elements)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	envelope := map[string]json.RawMessage{name: r.mask.apply(list), "next": json.RawMessage("null")}
	if next != "" {
		envelope["next"] = json.RawMessage(strconv.Quote(next)) // base64url needs no escapes
	}
	return a.answer(r.http, http.StatusOK, nil, envelope)
}
