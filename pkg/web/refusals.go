// Package web holds what all requests and answers of the read side have in common, of programs and of people:
// how parameters are read, and which errors become which answers.
package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// What can be wrong with a request, beside the errors of the store.
var (
	ErrParameter = errors.New("bad parameter")
	ErrMember    = errors.New("bad member of the body")
	ErrNoToken   = errors.New("no good token")
	ErrScope     = errors.New("token may not do this")
	ErrNoRoute   = errors.New("no such route")
	ErrMethod    = errors.New("method not allowed")
	ErrBody      = errors.New("body broke off")
	ErrTooLarge  = errors.New("body too large")
	ErrMedia     = errors.New("body of another type")
	ErrTooMany   = errors.New("too many at once")
	ErrBusy      = errors.New("too much under way")
	ErrIngest    = errors.New("ingest does not answer")

	ErrPassword    = errors.New("wrong e-mail or password")
	ErrTries       = errors.New("too many tries")
	ErrCrossOrigin = errors.New("asked for by a page of another origin")
)

// StatusGone is what nobody receives: the client has hung up (as nginx counts it).
const StatusGone = 499

// A Refusal is how the read side answers one kind of trouble.
type Refusal struct {
	Err     error  // matched by errors.Is; nil matches anything
	Status  int    // of the answer
	Code    string // error in the body
	Message string // for people, always the same
	Retry   time.Duration
}

// refusals is the one place where errors become answers; the first that matches counts.
var refusals = []Refusal{
	{Err: ErrParameter, Status: http.StatusBadRequest, Code: "invalid", Message: "A parameter is not valid"},
	{Err: ErrMember, Status: http.StatusBadRequest, Code: "invalid", Message: "A member of the body is not valid"},
	{Err: ErrBody, Status: http.StatusBadRequest, Code: "invalid", Message: "The body can't be read"},
	{Err: ErrNoToken, Status: http.StatusUnauthorized, Code: "unauthorized", Message: "A good token is needed"},
	{Err: ErrScope, Status: http.StatusForbidden, Code: "forbidden", Message: "The token may not do this"},
	{Err: ErrCrossOrigin, Status: http.StatusForbidden, Code: "cross_origin", Message: "A page of another origin asked for this"},
	{Err: ErrPassword, Status: http.StatusForbidden, Code: "password", Message: "E-mail or password is wrong"},
	{Err: ErrTries, Status: http.StatusTooManyRequests, Code: "tries", Message: "Too many tries in vain; wait before the next"},
	{Err: ErrBusy, Status: http.StatusServiceUnavailable, Code: "busy", Message: "The process has too much under way", Retry: 5 * time.Second},
	{Err: store.ErrForbidden, Status: http.StatusForbidden, Code: "forbidden", Message: "Only somebody who may do more may do this"},
	{Err: ErrNoRoute, Status: http.StatusNotFound, Code: "not_found", Message: "There is no such route"},
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Message: "There is no such thing"},
	{Err: store.ErrExists, Status: http.StatusConflict, Code: "exists", Message: "It exists already"},
	{Err: ErrMethod, Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "The route doesn't take this method"},
	{Err: ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "The request is over a limit"},
	{Err: ErrMedia, Status: http.StatusUnsupportedMediaType, Code: "unsupported_media_type", Message: "The body has not the type that the route takes"},
	{Err: ErrTooMany, Status: http.StatusTooManyRequests, Code: "too_many", Message: "Too many requests", Retry: 10 * time.Second},
	{Err: store.ErrInvalid, Status: http.StatusBadRequest, Code: "invalid", Message: "A parameter is not valid"},
	{Err: context.Canceled, Status: StatusGone, Code: "gone", Message: "The client hung up"},
	{Err: store.ErrTimeout, Status: http.StatusServiceUnavailable, Code: "timeout", Message: "The answer took too long; a shorter time from and to may help", Retry: 5 * time.Second},
	{Err: store.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The database doesn't answer", Retry: 5 * time.Second},
	{Err: queue.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The queue doesn't answer", Retry: 5 * time.Second},
	{Err: ErrIngest, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "Ingest doesn't answer", Retry: 5 * time.Second},
	{Err: nil, Status: http.StatusInternalServerError, Code: "internal", Message: "Something is wrong on our side"},
}

// Refusals returns every answer that is not a 2xx, for the documentation.
func Refusals() []Refusal { return append([]Refusal(nil), refusals...) }

// A RefusedError is one of the errors above with what this request's client should know.
type RefusedError struct {
	Kind   error
	Detail string            // holds nothing that the client sent but names of parameters
	Fields map[string]string // by parameter, for mittens' clients
	Wait   time.Duration     // before the next try; 0: what the table says
}

func (e *RefusedError) Error() string { return e.Kind.Error() + ": " + e.Detail }

func (e *RefusedError) Unwrap() error { return e.Kind }

// WrongParam refuses a parameter.
func WrongParam(name, want string) *RefusedError {
	return &RefusedError{Kind: ErrParameter, Detail: name + ": want " + want, Fields: map[string]string{name: "want " + want}}
}

// Refused is an error of a kind with a detail, which holds nothing that the client sent.
func Refused(kind error, detail string) error { return &RefusedError{Kind: kind, Detail: detail} }

// RefusalOf returns the row of the table for err.
func RefusalOf(err error) Refusal {
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			err = ErrNoRoute
		case http.StatusMethodNotAllowed:
			err = ErrMethod
		}
	}
	for _, r := range refusals {
		if r.Err == nil || errors.Is(err, r.Err) {
			return r
		}
	}
	return Refusal{} // never: the last row matches anything
}
