package query

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/pages"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// problem is the body of every answer that is not a 2xx.
type problem struct {
	Error   string            `json:"error"`
	Message string            `json:"message"`
	Detail  string            `json:"detail"`
	Errors  map[string]string `json:"errors,omitzero"` // on /api/v1/logs
	At      *int              `json:"at,omitempty"`    // the character of q that a search goes wrong at, from 0
}

// refuse answers an error. rt is nil where the request reached no route.
func (a *API) refuse(c echo.Context, rt *route, err error) {
	if c.Response().Committed {
		return
	}
	row := web.RefusalOf(err)
	p := problem{Error: row.Code, Message: row.Message}
	var own *web.RefusedError
	var invalid *store.InvalidError
	var searched *search.Error
	switch {
	case errors.As(err, &own):
		p.Detail = own.Detail
	case errors.As(err, &invalid):
		own = web.WrongParam(invalid.What, invalid.Want)
		p.Detail = own.Detail
	case errors.As(err, &searched):
		at := place(c.QueryParam("q"), searched)
		p.At, p.Detail = &at, fmt.Sprintf("q: at character %d: %s", at+1, searched.Problem)
	}
	if own != nil && own.Wait > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(own.Wait.Seconds()))))
	}
	if rt != nil && rt.page {
		viewer, _ := c.Get(viewerKey).(*access.Viewer)
		_ = a.pages.Refuse(&pages.Request{HTTP: c, Viewer: viewer}, row, p.Detail)
		return
	}
	if rt != nil && rt.logs {
		p.Errors = map[string]string{}
		if own != nil && own.Fields != nil {
			p.Errors = own.Fields
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
