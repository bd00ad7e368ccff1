package ingest

import (
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/queue"
)

// What can be wrong with a request, beside event.ErrInvalid, event.ErrTooLarge and the queue's errors.
var (
	errNoKey       = errors.New("no key")
	errUnknownKey  = errors.New("unknown key")
	errRevoked     = errors.New("revoked key")
	errProject     = errors.New("key of another project")
	errOrigin      = errors.New("origin not allowed")
	errEncoding    = errors.New("unsupported content encoding")
	errSlow        = errors.New("body came too slowly")
	errProjectRate = errors.New("project over its rate")
	errClientRate  = errors.New("client over its rate")
	errBusy        = errors.New("too much in hand")
	errNotFound    = errors.New("no such route")
	errMethod      = errors.New("method not allowed")
	errInternal    = errors.New("internal error")
)

// A Refusal is how the edge answers one kind of trouble.
type Refusal struct {
	Err     error  // matched by errors.Is; nil matches anything
	Status  int    // of the answer
	Dropped bool   // a browser's own reports are answered 204 all the same: it would send them again for nothing
	Logs    int    // its status on /api/v1/logs where mittens' contract wants another; 0: the same
	Code    string // error in the body, and the outcome in ingest_requests_total
	Message string // for people, always the same
	// Retry is the least Retry-After of a 503; up to as much again is added at random, so that clients
	// don't come back all at once. Never sent to Sentry's SDKs. Zero: none, or computed (429).
	Retry time.Duration
}

// refusals is the one place where errors become answers; the first that matches counts.
var refusals = []Refusal{
	{Err: event.ErrInvalid, Status: http.StatusBadRequest, Dropped: true, Code: "invalid", Message: "The body can't be read"},
	{Err: errNoKey, Status: http.StatusUnauthorized, Code: "no_key", Message: "No key was given"},
	{Err: errUnknownKey, Status: http.StatusForbidden, Logs: http.StatusUnauthorized, Code: "unknown_key", Message: "The key is unknown"},
	{Err: errRevoked, Status: http.StatusForbidden, Code: "revoked_key", Message: "The key was revoked"},
	{Err: errProject, Status: http.StatusForbidden, Code: "wrong_project", Message: "The key belongs to another project"},
	{Err: errOrigin, Status: http.StatusForbidden, Dropped: true, Code: "wrong_origin", Message: "The project takes no events from this origin"},
	{Err: errNotFound, Status: http.StatusNotFound, Code: "not_found", Message: "There is no such route"},
	{Err: errMethod, Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "The route doesn't take this method"},
	{Err: errSlow, Status: http.StatusRequestTimeout, Dropped: true, Code: "timeout", Message: "The body didn't arrive in time"},
	{Err: event.ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Dropped: true, Code: "too_large", Message: "The request is over a limit"},
	{Err: queue.ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Dropped: true, Code: "too_large", Message: "The request is over a limit"},
	{Err: errEncoding, Status: http.StatusUnsupportedMediaType, Dropped: true, Code: "unsupported_encoding", Message: "Content-Encoding must be one of gzip, deflate, br, zstd"},
	{Err: errProjectRate, Status: http.StatusTooManyRequests, Dropped: true, Code: "project_rate", Message: "The project sends more events than it may"},
	{Err: errClientRate, Status: http.StatusTooManyRequests, Dropped: true, Code: "client_rate", Message: "This address sends more requests than it may"},
	{Err: queue.ErrFull, Status: http.StatusServiceUnavailable, Code: "full", Message: "The queue is full", Retry: 30 * time.Second},
	{Err: errBusy, Status: http.StatusServiceUnavailable, Code: "busy", Message: "Too many requests are under way", Retry: 2 * time.Second},
	{Err: queue.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The queue doesn't answer", Retry: 5 * time.Second},
	{Err: nil, Status: http.StatusInternalServerError, Code: "internal", Message: "Something is wrong on our side"},
}

// Refusals returns every answer that is not a 2xx, for the documentation.
func Refusals() []Refusal { return append([]Refusal(nil), refusals...) }

// Outcomes returns the codes of all refusals, each once.
func Outcomes() []string {
	var codes []string
	seen := map[string]bool{}
	for _, r := range refusals {
		if !seen[r.Code] {
			seen[r.Code] = true
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// A refusedError is one of the errors above with what this request's client should know.
type refusedError struct {
	kind   error
	detail string            // holds nothing that the client sent
	wait   time.Duration     // of a 429: until the next request would be taken
	fields map[string]string // of a 400 on /api/v1/logs
}

func (e *refusedError) Error() string { return e.kind.Error() + ": " + e.detail }

func (e *refusedError) Unwrap() error { return e.kind }

func refused(kind error, detail string) error { return &refusedError{kind: kind, detail: detail} }

// refusalOf returns the row of the table for err.
func refusalOf(err error) *Refusal {
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			err = errNotFound
		case http.StatusMethodNotAllowed:
			err = errMethod
		}
	}
	for i := range refusals {
		if r := &refusals[i]; r.Err == nil || errors.Is(err, r.Err) {
			return r
		}
	}
	return nil // never: the last row matches anything
}

// refuse answers an error and returns the outcome. rt is nil where the request reached no route.
func (e *Edge) refuse(c echo.Context, rt *route, err error) string {
	row := refusalOf(err)
	if c.Response().Committed {
		return row.Code
	}
	var own *refusedError
	if !errors.As(err, &own) {
		own = &refusedError{kind: err}
		if row.Status == http.StatusBadRequest || row.Status == http.StatusRequestEntityTooLarge {
			own.detail = err.Error() // of sentry and native, which say where and quote nothing
		}
	}
	status, message, fields := row.Status, row.Message, own.fields
	logs := rt != nil && rt.logs
	if logs && row.Logs != 0 {
		status = row.Logs
	}
	if logs && status == http.StatusBadRequest {
		message = "Input payload validation failed"
		if fields == nil {
			fields = map[string]string{"content": own.detail}
		}
	}
	h := c.Response().Header()
	h["X-Sentry-Error"] = []string{headline(message, own.detail)}
	if row.Dropped && rt != nil && rt.reports {
		c.Response().WriteHeader(http.StatusNoContent)
		return row.Code
	}
	h["Content-Type"] = jsonType
	retryAfter(h, row, own.wait, rt != nil && rt.sdk)
	out := append(make([]byte, 0, 256), `{"error":`...)
	out = jsonx.AppendString(out, row.Code)
	out = jsonx.AppendString(append(out, `,"message":`...), message)
	out = jsonx.AppendString(append(out, `,"detail":`...), own.detail)
	if logs {
		out = appendFields(append(out, `,"errors":`...), fields)
	}
	out = append(out, '}', '\n')
	c.Response().WriteHeader(status)
	_, _ = c.Response().Write(out) // a client that went away is no error of ours
	return row.Code
}

// headline is what a person sees who looks at the headers only.
func headline(message, detail string) string {
	if detail == "" {
		return message
	}
	return message + ": " + detail
}

// retryAfter sets the headers that say when to come back. 429 means drop what you have and be silent about
// errors for so long; 503 means send it again, which Sentry's SDKs never do.
func retryAfter(h http.Header, row *Refusal, wait time.Duration, sdk bool) {
	switch {
	case row.Status == http.StatusTooManyRequests:
		seconds := strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
		h["Retry-After"] = []string{seconds}
		h["X-Sentry-Rate-Limits"] = []string{seconds + ":error:project:" + row.Code}
	case row.Retry > 0 && !sdk:
		wait = row.Retry + rand.N(row.Retry) // jitter, not a secret
		h["Retry-After"] = []string{strconv.Itoa(int(wait.Seconds()))}
	}
}

func appendFields(dst []byte, fields map[string]string) []byte {
	dst = append(dst, '{')
	for name, text := range fields {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(jsonx.AppendString(dst, name), ':')
		dst = jsonx.AppendString(dst, text)
	}
	return append(dst, '}')
}
