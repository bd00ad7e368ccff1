package query

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/faro"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/report"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// page asks for a page as a browser would, but with a token.
func (s *site) page(path, token string) *httptest.ResponseRecorder {
	return s.send(http.MethodGet, path, token, nil)
}

// post sends a form.
func (s *site) post(path, token string, form url.Values) *httptest.ResponseRecorder {
	return s.send(http.MethodPost, path, token, form)
}

func (s *site) send(method, path, token string, form url.Values) *httptest.ResponseRecorder {
	s.b.t.Helper()
	r := httptest.NewRequestWithContext(s.b.t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Authorization", "Bearer "+token)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.b.api.ServeHTTP(w, r)
	return w
}

// shown returns a good page.
func (s *site) shown(path string) string {
	s.b.t.Helper()
	w := s.page(path, s.wide)
	if w.Code != http.StatusOK {
		s.b.t.Fatalf("%s: %d: %s", path, w.Code, textOf(w.Body.String()))
	}
	return w.Body.String()
}

var (
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	whiteSpace = regexp.MustCompile(`\s+`)
)

// textOf is what people read of a page, its white space folded.
func textOf(page string) string {
	return fold1(html.UnescapeString(anyTag.ReplaceAllString(page, " ")))
}

func fold1(s string) string { return strings.TrimSpace(whiteSpace.ReplaceAllString(s, " ")) }

// captured makes records of what real clients sent, by the name of the capture.
func (s *site) captured(t *testing.T) map[string][]pack.Record {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d captures: %v", len(paths), err)
	}
	all := map[string][]pack.Record{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Request struct {
				Method, Path string
				Body         []byte `json:"body_base64"`
			}
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		protocol, raws := split(t, c.Request.Path, c.Request.Body)
		for _, raw := range raws {
			name := filepath.Base(path)
			all[name] = append(all[name], s.record(protocol, time.Now(), string(raw)))
		}
	}
	return all
}

// split takes a request apart as the edge does; what holds no event gives none.
func split(t *testing.T, path string, body []byte) (protocol event.Protocol, raws [][]byte) {
	t.Helper()
	switch {
	case len(body) == 0 || body[0] != '{' && body[0] != '[':
	case strings.HasSuffix(path, "/envelope/"):
		protocol = event.Sentry
		env, err := sentry.ParseEnvelope(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range env.Items {
			if item.Type == "event" {
				raws = append(raws, item.Payload)
			}
		}
	case strings.Contains(path, "/collect"):
		protocol = event.Faro
		signals, err := faro.Split(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, signal := range signals.Errors {
			raws = append(raws, signal.Raw)
		}
	case strings.HasSuffix(path, "/security/"), strings.HasSuffix(path, "/reports/"):
		protocol = event.Report
		reports, _, err := report.Split(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			raws = append(raws, r.Raw)
		}
	case strings.Contains(path, "beacon") || strings.Contains(path, "/events"):
		protocol = event.Native
		var err error
		if raws, err = native.Split(body); err != nil {
			t.Fatal(err)
		}
	}
	return protocol, raws
}
