package query

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// seeds writes n events, each an issue of its own, with times a second apart.
func (s *site) seeds(n int, change func(i int, e *event.Event)) {
	at := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	var rows []store.Row
	for i := range n {
		received := at.Add(time.Duration(i) * time.Second)
		e := &event.Event{
			ID: event.NewID(received), ProjectID: s.project, Day: event.DayOf(received), Received: received, Occurred: received, Protocol: event.Native,
			Level: event.Error, Type: fmt.Sprint("Kind", i), Message: "is undefined", Release: "web@1", Browser: "Chrome 140", URL: "https://shop.example/",
		}
		if change != nil {
			change(i, e)
		}
		rows = append(rows, s.row(e, nil))
	}
	s.write(rows...)
}

func query(path, q string, more ...string) string {
	v := url.Values{"q": {q}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return path + "?" + v.Encode()
}

func TestListsAreSearched(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	s.seeds(5, func(i int, e *event.Event) {
		if i == 3 {
			e.Level = event.Fatal
		}
	})
	for path, name := range map[string]string{s.path("/issues"): "issues", "/api/v1/issues": "issues", s.path("/events"): "events"} {
		for q, want := range map[string]int{"": 5, "undefined": 5, "level:fatal": 1, "-level:fatal kind*": 4, "nothing": 0} {
			got := object(t, b.get(query(path, q), s.wide))
			if n := len(got[name].([]any)); n != want {
				t.Errorf("%s %s: %d, want %d", path, q, n, want)
			}
			if _, there := got["searched_to"]; there {
				t.Errorf("%s %s: it says how far it looked, and looked through all", path, q)
			}
		}
	}
	if got := object(t, b.get("/api/v1/issues", other.wide)); len(got["issues"].([]any)) != 0 {
		t.Error("issues of another organization are listed")
	}
	if got := object(t, b.get("/api/v1/issues", s.token)); len(got["issues"].([]any)) != 5 {
		t.Error("a token of one project doesn't list its issues")
	}
}

func TestWrongSearchesAreToldTheirPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	for _, tc := range []struct {
		path, q string
		at      int
	}{
		{"/issues", "is:opn", 3},
		{"/issues", "é leve:error", 2},
		{"/issues", `x "y`, 2},
		{"/issues", "x handled:true", 2},
		{"/issues", "assigned:me", 0},
		{"/events", "x é is:new", 4},
		{"/events/export", "is:new", 0},
		{"/issues", strings.Repeat("x", 1025), 1024},
	} {
		w := b.get(query(s.path(tc.path), tc.q), s.token)
		p := refusal(t, w, http.StatusBadRequest)
		if p.At == nil || *p.At != tc.at || !strings.HasPrefix(p.Detail, fmt.Sprintf("q: at character %d: ", tc.at+1)) {
			t.Errorf("%s %s: %s", tc.path, tc.q, w.Body)
		}
	}
}

func TestNeighboursAndSuggestions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	s.seeds(4, nil)
	var events []map[string]any
	for _, e := range object(t, b.get(s.path("/events"), s.token))["events"].([]any) {
		events = append(events, e.(map[string]any))
	}
	path := s.path("/events/" + events[1]["id"].(string) + "/neighbours")
	got := object(t, b.get(path, s.token))
	if diff := cmp.Diff(map[string]any{"previous": events[0], "next": events[2]}, got); diff != "" {
		t.Error(diff)
	}
	got = object(t, b.get(query(path, "type:Kind0", "day", events[1]["day"].(string)), s.token))
	if diff := cmp.Diff(map[string]any{"previous": nil, "next": events[3]}, got); diff != "" {
		t.Error(diff)
	}
	if w := b.get(path, other.wide); w.Code != http.StatusNotFound {
		t.Errorf("another organization: %d", w.Code)
	}
	if w := b.get(s.path("/events/"+strings.Repeat("a", 32)+"/neighbours"), s.token); w.Code != http.StatusNotFound {
		t.Errorf("an event that is not there: %d", w.Code)
	}
	got = object(t, b.get(s.path("/suggest?field=browser&prefix=chr"), s.token))
	if diff := cmp.Diff(map[string]any{"values": []any{"Chrome 140"}}, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"?field=foo", "?limit=1000", "?field=user&x=1"} {
		refusal(t, b.get(s.path("/suggest"+bad), s.token), http.StatusBadRequest)
	}
}

func TestExportsAreWholeAndGoOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	s.seeds(1200, nil)
	for _, name := range []string{"events", "issues"} {
		path := s.path("/" + name + "/export")
		w := b.raw(path, s.token)
		if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="`+name+`.ndjson"` || w.Header().Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("%s, %s", got, w.Header().Get("Content-Type"))
		}
		lines := strings.Split(strings.TrimSuffix(w.Body.String(), "\n"), "\n")
		ids, cursor := map[string]bool{}, ""
		for i, line := range lines {
			var e struct{ ID, Cursor string }
			if err := json.Unmarshal([]byte(line), &e); err != nil || e.Cursor == "" {
				t.Fatalf("%s: %v", line, err)
			}
			if ids[e.ID] = true; i == 999 {
				cursor = e.Cursor
			}
		}
		if len(ids) != 1200 || len(lines) != 1200 {
			t.Errorf("%s: %d lines of %d", name, len(lines), len(ids))
		}
		rest := b.raw(path+"?fields=id&cursor="+cursor, s.token).Body.String()
		if n := strings.Count(rest, "\n"); n != 200 || !strings.HasPrefix(rest, `{"id":"`) || strings.Contains(rest, "type") {
			t.Errorf("%s: %d lines behind the cursor", name, n)
		}
		if w := b.raw(query(path, "nothing"), s.token); w.Code != 200 || w.Body.Len() != 0 {
			t.Errorf("of nothing: %d %s", w.Code, w.Body)
		}
		if w := b.raw(path, other.wide); w.Code != http.StatusNotFound {
			t.Errorf("another organization: %d", w.Code)
		}
		for _, bad := range []string{"?format=xml", "?cursor=x", "?q=is:", "?from=x", "?limit=5"} {
			refusal(t, b.get(path+bad, s.token), http.StatusBadRequest)
		}
	}
}

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	texts := []string{`=HYPERLINK("https://evil.example","x")`, "+1", "-1", "@sum", "\tx", "\rx", "a\nb,\"c\"", "x=1"}
	s.seeds(len(texts), func(i int, e *event.Event) { e.Message, e.Release = texts[i], texts[i] })
	w := b.raw(s.path("/events/export?format=csv"), s.token)
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Error(got)
	}
	text := w.Body.String()
	if !strings.HasSuffix(text, "\r\n") {
		t.Error("lines don't end as RFC 4180 wants it")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(texts)+1 || rows[0][0] != "id" || rows[0][len(rows[0])-1] != "cursor" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	found := map[string]bool{}
	for _, row := range rows[1:] {
		for i, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("%s: %q", rows[0][i], c)
			}
			found[c] = true
		}
	}
	for _, want := range []string{`'=HYPERLINK("https://evil.example","x")`, "'+1", "'-1", "'@sum", "x=1"} {
		if !found[want] {
			t.Errorf("%q is nowhere", want)
		}
	}
}

func TestAnExportEndsWhenItsClientHangsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	s.seeds(3000, nil)
	w := &hangsUp{header: http.Header{}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.path("/events/export"), nil)
	r.Header.Set("Authorization", "Bearer "+s.token)
	broken := func() (broken any) {
		defer func() { broken = recover() }()
		b.api.ServeHTTP(w, r)
		return nil
	}()
	if err, _ := broken.(error); !errors.Is(err, http.ErrAbortHandler) || w.writes != 2 {
		t.Errorf("%v after %d writes, want it broken off by the second", broken, w.writes)
	}
}

// hangsUp takes one write.
type hangsUp struct {
	header http.Header
	writes int
}

func (w *hangsUp) Header() http.Header { return w.header }
func (w *hangsUp) WriteHeader(int)     {}
func (w *hangsUp) Write(b []byte) (int, error) {
	if w.writes++; w.writes > 1 {
		return 0, http.ErrHandlerTimeout
	}
	return len(b), nil
}

// raw asks for what is not JSON.
func (b *bench) raw(path, token string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, r)
	return w
}
