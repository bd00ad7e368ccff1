package query

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

func logs(t *testing.T, w *httptest.ResponseRecorder) (list []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d: %s (%v)", w.Code, w.Body, err)
	}
	return list
}

func basic(value string) http.Header { return http.Header{"Authorization": {value}} }

func TestLogsAreListedAndShownAsMittensDoes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	long := strings.Repeat("long ", 4000)
	first, second := s.log("first"), s.log(long)
	s.store(s.record(event.Native, time.Now(), nativeError))
	list := logs(t, b.do(http.MethodGet, "/api/v1/logs", basic("Basic "+s.token), nil))
	want := []map[string]any{
		{"id": second, "content": long, "meta": map[string]any{"level": "warning"}},
		{"id": first, "content": "first", "meta": map[string]any{"level": "warning"}},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	h := basic("Basic " + s.token)
	h.Set("X-Fields", "id")
	if got := strings.TrimSpace(b.do(http.MethodGet, "/api/v1/logs", h, nil).Body.String()); got != `[{"id":"`+second+`"},{"id":"`+first+`"}]` {
		t.Errorf("X-Fields: %s", got)
	}
	if got := object(t, b.do(http.MethodGet, "/api/v1/logs/"+first, basic(s.token), nil)); got["content"] != "first" || len(got) != 3 {
		t.Errorf("details: %v", got)
	}
	plain := s.store(s.record(event.Logs, time.Now(), `{"content":"no meta"}`))[0]
	if got := object(t, b.do(http.MethodGet, "/api/v1/logs/"+plain, basic(s.token), nil)); got["meta"] != nil {
		t.Errorf("no meta: %v", got)
	}
}

func TestLogsLinkTheirNextPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	for _, content := range []string{"a", "b", "c", "d", "e"} {
		s.log(content)
	}
	var got string
	path := "/api/v1/logs?limit=2&fields=content"
	for path != "" {
		w := b.get(path, s.token)
		for _, l := range logs(t, w) {
			got += l["content"].(string)
		}
		path = strings.TrimSuffix(strings.TrimPrefix(w.Header().Get("Link"), "<"), `>; rel="next"`)
	}
	if got != "edcba" {
		t.Errorf("got %s, want edcba", got)
	}
}

func TestALogThatIsNoneIsNotFoundInMittensWords(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	native := s.store(s.record(event.Native, time.Now(), nativeError))[0]
	for _, id := range []string{native, event.NewID(time.Now()).String(), "1", "x", "%00"} {
		if p := refusal(t, b.get("/api/v1/logs/"+id, s.token), http.StatusNotFound); p.Message != "Log not found" || p.Errors == nil {
			t.Errorf("%s: %+v", id, p)
		}
	}
}
