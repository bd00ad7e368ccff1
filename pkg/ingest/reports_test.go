package ingest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
)

const (
	reportsURL = "/api/7/reports/?sentry_key=" + goodKey
	cspReport  = `{"csp-report":{"document-uri":"https://a.example/","effective-directive":"img-src","blocked-uri":"https://evil.example/x"}}`
)

// networkError is a report of Network Error Logging.
func networkError(age int, kind string) string {
	return fmt.Sprintf(`{"age":%d,"type":"network-error","url":"https://a.example/x","user_agent":"B/1","body":{"type":%q,"phase":"application","status_code":200}}`, age, kind)
}

func TestBrowsersOwnReports(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	const api, origin = "application/reports+json", "https://a.example"
	for _, tc := range []struct {
		name, target, kind, body string
		want, kept               int
	}{
		{"report-uri", "/api/7/security/?sentry_key=" + goodKey, "application/csp-report", cspReport, 204, 1},
		{"its other name", "/api/7/csp-report/?sentry_key=" + goodKey, "application/csp-report; charset=utf-8", cspReport, 204, 1},
		{"no type", reportsURL, "", cspReport, 204, 1},
		{"report-to", reportsURL, api, `[` + networkError(1, "http.error") + `,` + networkError(1, "http.error") + `,{"type":"crash","body":{}}]`, 204, 3},
		{"loads that worked are counted", "/api/7/nel/?sentry_key=" + goodKey, api, `[` + networkError(1, "ok") + `,` + networkError(1, "http.error") + `]`, 204, 1},
		{"a type nobody knows", reportsURL, api, `[{"type":"from the future","body":{"a":1}}]`, 204, 1},
		{"nothing", reportsURL, api, `[]`, 204, 0},
		{"no JSON", reportsURL, api, `no`, 204, 0},
		{"an empty body", reportsURL, api, ``, 204, 0},
		{"too many", reportsURL, api, "[" + strings.Repeat(`{"type":"x"},`, 1000) + `{"type":"x"}]`, 204, 0},
		{"one over 1 MiB beside another", reportsURL, api, `[{"type":"x","body":{"a":"` + string(noise(maxEvent)) + `"}},{"type":"x"}]`, 204, 1},
		{"one among junk", reportsURL, api, `[null,[],{},{"type":"x"},"x"]`, 204, 1},
		{"another page's", "/api/8/reports/?sentry_key=" + shopKey, api, `[{"type":"x"}]`, 204, 0},
		{"an unknown key", "/api/7/reports/?sentry_key=" + unknownKey, api, `[]`, 403, 0},
		{"a revoked key", "/api/7/reports/?sentry_key=" + revokedKey, api, `[]`, 403, 0},
		{"another project", "/api/8/reports/?sentry_key=" + goodKey, api, `[]`, 403, 0},
		{"no key", "/api/7/reports/", api, `[]`, 401, 0},
		{"no project", "/api/reports/?sentry_key=" + goodKey, api, `[]`, 404, 0},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body, "Content-Type", tc.kind, "Origin", origin)
		if w.Code != tc.want || tc.want == 204 && (w.Body.Len() > 0 || w.Header().Get("Content-Type") != "") {
			t.Errorf("%s: %d %s, want %d", tc.name, w.Code, w.Body, tc.want)
		}
		if got := stored(); len(got) != tc.kept {
			t.Errorf("%s: kept %d, want %d", tc.name, len(got), tc.kept)
		}
	}
}

func TestReportsOfAProjectOverItsRateAreDropped(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.ProjectRate = 0.1
	e := open(t, cfg, Deps{Publisher: publish(takeAll), Now: func() time.Time { return time.Unix(1.8e9, 0) }})
	for i := range 3 {
		w := call(t, e, http.MethodPost, reportsURL, `[{"type":"crash"}]`)
		if limited := w.Header().Get("X-Sentry-Error") != ""; w.Code != 204 || limited != (i > 0) {
			t.Errorf("request %d: %d, limited: %v", i, w.Code, limited)
		}
	}
}

func TestBrowsersSendReportsAgainWhenWeCanNotKeepThem(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: full})
	if w := call(t, e, http.MethodPost, reportsURL, `[{"type":"crash"}]`); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// full refuses all.
var full = publish(func(context.Context, queue.Pack) error { return queue.ErrFull })

func TestAReportSentAgainIsTheSame(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	start := time.Date(2026, 11, 21, 12, 0, 0, 500_000_000, time.UTC)
	send := func(after time.Duration, body string, headers ...string) (ids []event.ID) {
		t.Helper()
		e.deps.Now = func() time.Time { return start.Add(after) }
		if w := call(t, e, http.MethodPost, reportsURL, body, headers...); w.Code != 204 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, r := range stored() {
			ids = append(ids, r.ID)
			if !r.Fallback && r.Day != event.DayOf(start) {
				t.Errorf("day %v", r.Day)
			}
		}
		return ids
	}
	twice := "[" + networkError(100, "http.error") + "," + networkError(100, "http.error") + "]"
	later := "[" + networkError(60_100, "http.error") + "," + networkError(60_100, "http.error") + "]"
	first, again := send(0, twice), send(time.Minute, later)
	if len(first) != 2 || first[0] == first[1] {
		t.Fatalf("two equal reports are %v", first)
	}
	if len(again) != 2 || again[0] != first[0] || again[1] != first[1] {
		t.Errorf("sent again: %v, not %v", again, first)
	}
	for name, other := range map[string][]event.ID{
		"another browser": send(0, twice, "User-Agent", "other"),
		"a second later":  send(time.Second, twice),
		"another report":  send(0, "["+networkError(100, "tcp.closed")+"]"),
	} {
		if len(other) == 0 || other[0] == first[0] {
			t.Errorf("%s: the same report", name)
		}
	}
	if one, two := send(0, cspReport), send(0, cspReport); one[0] == two[0] {
		t.Error("reports without an age are taken for one")
	}
}
