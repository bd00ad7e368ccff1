package query

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5/static"

	"github.com/trivetlabs/trivet/pkg/store"
)

//go:embed swagger
var swaggerFiles embed.FS

// swaggerPolicy is that of pages but for inline styles, which Swagger UI makes.
const swaggerPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// A swaggerFile is one file of the page at /docs.
type swaggerFile struct {
	plain, gzip []byte // gzip is nil where it comes as it is
	tag         string // changes with its content
}

// readSwagger reads the files that the page needs, by name: index.html, which is the page, and those it names.
func readSwagger() (map[string]swaggerFile, error) {
	files := map[string]swaggerFile{}
	for _, name := range []string{"index.html", "start.js"} {
		plain, err := swaggerFiles.ReadFile("swagger/" + name)
		if err != nil {
			return nil, fmt.Errorf("read Swagger UI: %w", err)
		}
		files[name] = swaggerFile{plain: plain, tag: contentTag(plain)}
	}
	for _, name := range []string{"swagger-ui.css", "swagger-ui-bundle.js"} {
		packed, err := static.FS.ReadFile(name + ".gz")
		if err != nil {
			return nil, fmt.Errorf("read Swagger UI: %w", err)
		}
		files[name] = swaggerFile{gzip: packed, tag: contentTag(packed)}
	}
	return files, nil
}

func contentTag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

func (a *API) showSwagger(c echo.Context) error {
	name := c.Param("file")
	if name == "" {
		name = "index.html"
		c.Response().Header().Set("Content-Security-Policy", swaggerPolicy)
	}
	file, ok := a.swagger[name]
	if !ok {
		return store.ErrNotFound
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache") // kept, and asked for again by its tag
	h.Set("ETag", file.tag)
	h.Set("Vary", "Accept-Encoding")
	if c.Request().Header.Get("If-None-Match") == file.tag {
		return c.NoContent(http.StatusNotModified)
	}
	kind, body := mime.TypeByExtension(path.Ext(name)), file.plain
	switch {
	case file.gzip == nil:
	case strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = file.gzip
	default: // no browser, so that nobody waits for it
		r, err := gzip.NewReader(bytes.NewReader(file.gzip))
		if err != nil {
			return fmt.Errorf("read Swagger UI: %w", err)
		}
		if body, err = io.ReadAll(r); err != nil {
			return fmt.Errorf("read Swagger UI: %w", err)
		}
	}
	return c.Blob(http.StatusOK, kind, body)
}
