package ingest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/trivetlabs/trivet/sdk/js"
)

func TestScriptsAreServedToAnyPage(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	newest := js.Newest()
	for _, tc := range []struct{ name, path, cache string }{
		{"the newest", "/trivet.js", "public, max-age=3600"},
		{"a version", "/" + newest.Name, "public, max-age=31536000, immutable"},
	} {
		for _, accept := range []string{"", "gzip, deflate, br, zstd", "br;q=0, gzip;q=0.5", "deflate", "br ; q=0.000,gzip; q=0"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				t.Run(tc.name+" by "+method+" to a client that takes "+accept, func(t *testing.T) {
					t.Parallel()
					w := load(t, e, method, tc.path, "Accept-Encoding", accept, "Origin", "https://shop.example")
					h := w.Header()
					if w.Code != http.StatusOK || h.Get("Cache-Control") != tc.cache || h.Get("Content-Type") != "application/javascript; charset=utf-8" {
						t.Errorf("%d %v", w.Code, h)
					}
					if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Vary") != "Accept-Encoding" ||
						h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("X-Content-Type-Options") != "nosniff" {
						t.Errorf("headers: %v", h)
					}
					if method == http.MethodHead {
						if w.Body.Len() != 0 || h.Get("Content-Length") == "" {
							t.Errorf("%d bytes, headers %v", w.Body.Len(), h)
						}
						return
					}
					if plain := decoded(t, h.Get("Content-Encoding"), w.Body); !bytes.Equal(plain, newest.Plain) {
						t.Errorf("got %d bytes, want %d", len(plain), len(newest.Plain))
					}
					if encoding := h.Get("Content-Encoding"); !strings.Contains(accept, encoding) || accept == "br;q=0, gzip;q=0.5" && encoding != "gzip" || strings.HasPrefix(accept, "br ;") && encoding != "" {
						t.Errorf("a client that takes %q got %q", accept, encoding)
					}
				})
			}
		}
	}
}

// load asks for a script: unlike answers to events, it is the same for every origin.
func load(t *testing.T, e *Edge, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func decoded(t *testing.T, encoding string, body io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = z
	}
	plain, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestAScriptThatTheClientHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	tag := load(t, e, http.MethodGet, "/trivet.js").Header().Get("ETag")
	if w := load(t, e, http.MethodGet, "/trivet.js", "If-None-Match", `W/"0.9.0", `+tag); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
		t.Errorf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if w := load(t, e, http.MethodGet, "/trivet.js", "If-None-Match", `W/"0.9.0"`); w.Code != http.StatusOK {
		t.Errorf("an old one: %d", w.Code)
	}
}

func TestAScriptNobodyPublishedIsNotThere(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for path, want := range map[string]int{"/trivet-0.0.1.js": 404, "/trivet-.js": 404, "/trivet-1.0.0.js/..": 404} {
		if w := call(t, e, http.MethodGet, path, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := call(t, e, http.MethodPost, "/trivet.js", "{}"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
