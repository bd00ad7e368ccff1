package ingest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/sdk/js"
)

// How long a script may be kept: the newest changes, a version never does.
const (
	cacheNewest  = "public, max-age=3600"
	cacheVersion = "public, max-age=31536000, immutable"
)

// serveScripts adds the routes of our own script: the newest as /trivet.js, and every version under its own
// name for ever, for pages name it with its hash.
func (e *Edge) serveScripts() {
	scripts := js.Scripts()
	rt := &route{name: routeScript}
	for i := range scripts {
		e.serveScript(rt, "/"+scripts[i].Name, &scripts[i], cacheVersion)
	}
	e.serveScript(rt, "/"+js.Name, &scripts[len(scripts)-1], cacheNewest)
}

func (e *Edge) serveScript(rt *route, path string, s *js.Script, cache string) {
	handler := func(c echo.Context) error { return answerScript(c, s, cache) }
	e.serve(http.MethodGet, path, rt, handler)
	e.serve(http.MethodHead, path, rt, handler)
}

// answerScript sends a script to a page of any origin, in the best encoding its browser takes.
func answerScript(c echo.Context, s *js.Script, cache string) error {
	h := c.Response().Header()
	// Not the headers of answers to events: a cache in between must be able to give one copy to all.
	h["Access-Control-Allow-Origin"] = anyOrigin
	h.Del("Access-Control-Allow-Credentials")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", cache)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // or pages under COEP can't load it
	h.Set("ETag", `W/"`+s.Version+`"`)                    // weak: the same for each encoding
	if asked := c.Request().Header.Get("If-None-Match"); strings.Contains(asked, `"`+s.Version+`"`) {
		return c.NoContent(http.StatusNotModified)
	}
	body := s.Plain
	switch accepted := c.Request().Header.Get("Accept-Encoding"); {
	case accepts(accepted, "br"):
		body = s.Brotli
		h.Set("Content-Encoding", "br")
	case accepts(accepted, "gzip"):
		body = s.Gzip
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", "application/javascript; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method != http.MethodHead {
		_, _ = c.Response().Write(body) // a client that went away is no error of ours
	}
	return nil
}

// accepts tells whether an Accept-Encoding names an encoding and doesn't refuse it by q=0 (RFC 9110 §12.5.3).
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}
