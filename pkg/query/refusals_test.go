package query

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
)

func TestBadParametersAreNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	for _, tc := range []struct{ in, want string }{
		{"/events?limit=0", "limit"},
		{"/events?limit=101", "limit"},
		{"/events?limit=x", "limit"},
		{"/events?limit=99999999999999999999", "limit"},
		{"/events?from=yesterday", "from"},
		{"/events?from=2026-01-02&to=2026-01-01", "from"},
		{"/events?level=bad", "level"},
		{"/events?protocol=smtp", "protocol"},
		{"/events?handled=maybe", "handled"},
		{"/events?issue=1", "issue"},
		{"/events?cursor=x", "cursor"},
		{"/events?relase=web@1", "relase"},
		{"/events?%3Cscript%3E=1", "of that name"},
		{"/events?type=a&type=b", "type"},
		{"/events?release=%00", "release"},
		{"/events?release=%ff", "release"},
		{"/events?url=" + strings.Repeat("a", 2049), "url"},
		{"/events?fields=id,user{id", "fields"},
		{"/events?fields=,", "fields"},
		{"/events?fields=" + strings.Repeat("a{", 9) + "b" + strings.Repeat("}", 9), "fields"},
		{"/events?a=%zz", "query string"},
		{"/issues?sort=title", "sort"},
		{"/issues?status=done", "status"},
		{"/stats?step=week", "step"},
		{"/stats?step=minute&from=2020-01-01", "step"},
		{"/events/" + event.NewID(time.Now()).String() + "?day=today", "day"},
	} {
		p := refusal(t, b.get(s.path(tc.in), s.token), http.StatusBadRequest)
		if !strings.Contains(p.Detail, tc.want) {
			t.Errorf("%s: detail %q does not name %s", tc.in, p.Detail, tc.want)
		}
	}
	if w := b.get(s.path("/events?type=&from=2026-01-01T00:00:00Z&limit=1"), s.token); w.Code != http.StatusOK {
		t.Errorf("good parameters: %d %s", w.Code, w.Body)
	}
}

func TestTroubleHasOneForm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	b.api.add(http.MethodGet, "/panic", routeOther, func(echo.Context) error { panic("a bug") })
	for _, path := range []string{"/nothing", "/api/v1/nothing", "/api/v1/projects/x/events", "/api/v1/projects/-1/events", "/api/v1/projects/99999999999999999999/events", s.path("/events/1"), s.path("/issues/x")} {
		refusal(t, b.get(path, s.token), http.StatusNotFound)
	}
	refusal(t, b.do(http.MethodDelete, s.path("/events"), nil, nil), http.StatusMethodNotAllowed)
	w := b.get("/panic", s.token)
	if p := refusal(t, w, http.StatusInternalServerError); p.Error != "internal" || strings.Contains(w.Body.String(), "bug") {
		t.Errorf("panic: %s", w.Body)
	}
	if strings.Count(b.log.String(), "a bug") != 1 || strings.Contains(b.log.String(), s.token) {
		t.Errorf("log: %s", b.log)
	}
	for name, want := range headers {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestRequestIDsAreTakenWhenTheyAreSane(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tc := range []struct {
		in   string
		kept bool
	}{{"proxy-1.a_B", true}, {"", false}, {"line\nbreak", false}, {strings.Repeat("a", 65), false}, {"ü", false}} {
		got := b.do(http.MethodGet, "/api/v1/health", http.Header{requestIDHeader: {tc.in}}, nil).Header().Get(requestIDHeader)
		if (got == tc.in) != tc.kept || got == "" {
			t.Errorf("%q became %q", tc.in, got)
		}
	}
}

func TestWithoutTheDatabaseClientsAreToldToComeBack(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, "postgres://nobody:secret@127.0.0.1:1/none", "http://127.0.0.1:1")
	w := b.get("/api/v1/projects", "trv_"+strings.Repeat("0", 64))
	if p := refusal(t, w, http.StatusServiceUnavailable); p.Error != "unavailable" || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "127.0.0.1") {
		t.Errorf("%s", w.Body)
	}
	if w := b.do(http.MethodGet, "/api/v1/health", nil, nil); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `"OK"` {
		t.Errorf("health: %d %s", w.Code, w.Body)
	}
}

func TestMetricsStandAtZeroBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	families, err := b.metric.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range families {
		got[f.GetName()] = len(f.GetMetric())
	}
	names := map[string]bool{routeOther: true}
	for _, rt := range b.api.routes {
		names[rt.name] = true
	}
	want := map[string]int{"query_requests_total": len(names) * 3, "query_request_seconds": len(names), "query_sign_ins_total": 4}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
