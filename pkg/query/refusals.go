package query

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/store"
)

// What can be wrong with a request, beside the errors of the store.
var (
	errParameter = errors.New("bad parameter")
	errMember    = errors.New("bad member of the body")
	errNoToken   = errors.New("no good token")
	errScope     = errors.New("token may not do this")
	errNoRoute   = errors.New("no such route")
	errMethod    = errors.New("method not allowed")
	errBody      = errors.New("body broke off")
	errTooLarge  = errors.New("body too large")
	errIngest    = errors.New("ingest does not answer")
)

// statusGone is what nobody receives: the client has hung up (as nginx counts it).
const statusGone = 499

// A Refusal is how the API answers one kind of trouble.
type Refusal struct {
	Err     error  // matched by errors.Is; nil matches anything
	Status  int    // of the answer
	Code    string // error in the body
	Message string // for people, always the same
	Retry   time.Duration
}

// refusals is the one place where errors become answers; the first that matches counts.
var refusals = []Refusal{
	{Err: errParameter, Status: http.StatusBadRequest, Code: "invalid", Message: "A parameter is not valid"},
	{Err: errMember, Status: http.StatusBadRequest, Code: "invalid", Message: "A member of the body is not valid"},
	{Err: errBody, Status: http.StatusBadRequest, Code: "invalid", Message: "The body can't be read"},
	{Err: errNoToken, Status: http.StatusUnauthorized, Code: "unauthorized", Message: "A good token is needed"},
	{Err: errScope, Status: http.StatusForbidden, Code: "forbidden", Message: "The token may not do this"},
	{Err: errNoRoute, Status: http.StatusNotFound, Code: "not_found", Message: "There is no such route"},
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Message: "There is no such thing"},
	{Err: errMethod, Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "The route doesn't take this method"},
	{Err: errTooLarge, Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "The request is over a limit"},
	{Err: store.ErrInvalid, Status: http.StatusBadRequest, Code: "invalid", Message: "A parameter is not valid"},
	{Err: context.Canceled, Status: statusGone, Code: "gone", Message: "The client hung up"},
	{Err: store.ErrTimeout, Status: http.StatusServiceUnavailable, Code: "timeout", Message: "The answer took too long; a shorter time from and to may help", Retry: 5 * time.Second},
	{Err: store.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The database doesn't answer", Retry: 5 * time.Second},
	{Err: errIngest, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "Ingest doesn't answer", Retry: 5 * time.Second},
	{Err: nil, Status: http.StatusInternalServerError, Code: "internal", Message: "Something is wrong on our side"},
}

// Refusals returns every answer that is not a 2xx, for the documentation.
func Refusals() []Refusal { return append([]Refusal(nil), refusals...) }

// A refusedError is one of the errors above with what this request's client should know.
type refusedError struct {
	kind   error
	detail string            // holds nothing that the client sent but names of parameters
	fields map[string]string // by parameter, for mittens' clients
}

func (e *refusedError) Error() string { return e.kind.Error() + ": " + e.detail }

func (e *refusedError) Unwrap() error { return e.kind }

// wrongParam refuses a parameter.
func wrongParam(name, want string) *refusedError {
	return &refusedError{kind: errParameter, detail: name + ": want " + want, fields: map[string]string{name: "want " + want}}
}

func refused(kind error, detail string) error { return &refusedError{kind: kind, detail: detail} }

// refusalOf returns the row of the table for err.
func refusalOf(err error) Refusal {
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			err = errNoRoute
		case http.StatusMethodNotAllowed:
			err = errMethod
		}
	}
	for _, r := range refusals {
		if r.Err == nil || errors.Is(err, r.Err) {
			return r
		}
	}
	return Refusal{} // never: the last row matches anything
}

// problem is the body of every answer that is not a 2xx.
type problem struct {
	Error   string            `json:"error"`
	Message string            `json:"message"`
	Detail  string            `json:"detail"`
	Errors  map[string]string `json:"errors,omitzero"` // on /api/v1/logs
}

// refuse answers an error. rt is nil where the request reached no route.
func (a *API) refuse(c echo.Context, rt *route, err error) {
	if c.Response().Committed {
		return
	}
	row := refusalOf(err)
	p := problem{Error: row.Code, Message: row.Message}
	var own *refusedError
	var invalid *store.InvalidError
	switch {
	case errors.As(err, &own):
		p.Detail = own.detail
	case errors.As(err, &invalid):
		own = wrongParam(invalid.What, invalid.Want)
		p.Detail = own.detail
	}
	if rt != nil && rt.logs {
		p.Errors = map[string]string{}
		if own != nil && own.fields != nil {
			p.Errors = own.fields
		}
		if errors.Is(err, store.ErrNotFound) {
			p.Message = "Log not found"
		}
	}
	h := c.Response().Header()
	headline := p.Message
	if p.Detail != "" {
		headline += ": " + p.Detail
	}
	h.Set("X-Sentry-Error", headline)
	retryAfter(h, row.Retry)
	if row.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="trivet"`)
	}
	_ = a.answer(c, row.Status, nil, p) // a client that went away is no error of ours
}
