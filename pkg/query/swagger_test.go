package query

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// ask is bench.do for what is no JSON.
func (b *bench) ask(path string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, r)
	return w
}

func TestSwaggerUIComesFromHereAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page := b.ask("/docs/")
	policy := page.Header().Get("Content-Security-Policy")
	if page.Code != http.StatusOK || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") || !strings.Contains(policy, "script-src 'self';") {
		t.Fatalf("the page: %d %v", page.Code, page.Header())
	}
	if inline := regexp.MustCompile(`(?i)<style|style=|<script>| on\w+=|https?:`).FindString(page.Body.String()); inline != "" {
		t.Errorf("the page holds %q", inline)
	}
	named := regexp.MustCompile(`(?:src|href)="(/docs/[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1)
	if len(named) != 3 {
		t.Errorf("the page names %v", named)
	}
	for _, m := range named {
		plain := b.ask(m[1])
		packed := b.ask(m[1], "Accept-Encoding", "br, gzip")
		body := packed.Body.String()
		if packed.Header().Get("Content-Encoding") == "gzip" {
			r, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			inflated, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			body = string(inflated)
		}
		if plain.Code != http.StatusOK || plain.Body.Len() == 0 || plain.Body.String() != body {
			t.Errorf("%s: %d, %d bytes and %d bytes", m[1], plain.Code, plain.Body.Len(), len(body))
		}
		if again := b.ask(m[1], "If-None-Match", plain.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d", m[1], again.Code)
		}
	}
	for _, path := range []string{"/docs/nosuch.js", "/docs/..", "/docs/index.html/x", "/docs/swagger-ui.css.gz"} {
		if w := b.ask(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
