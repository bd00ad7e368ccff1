package query

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestSessionsAreRatedByRelease(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	hour := time.Now().UTC().Truncate(time.Hour)
	put := func(s *site, release, environment string, ago int, sessions, errored, crashed int64) {
		t.Helper()
		b.exec("insert into release_hours (project_id, release, environment, hour, sessions, errored, crashed) values ($1, $2, $3, $4, $5, $6, $7)",
			s.project, release, environment, hour.Add(-time.Duration(ago)*time.Hour), sessions, errored, crashed)
	}
	put(s, "web@1", "production", 0, 6, 3, 2)
	put(s, "web@1", "staging", 0, 2, 0, 0)
	put(s, "web@1", "production", 2, 2, 0, 0)
	put(s, "web@2", "production", 1, 100, 0, 0)
	put(s, "web@3", "production", 1, 0, 1, 1) // its beginning was not told
	put(other, "web@1", "production", 0, 1000, 1000, 1000)

	got := object(t, b.get(s.path("/sessions"), s.token))
	releases := got["releases"].([]any)
	if len(releases) != 3 || got["more"] != false || got["step"] != "hour" {
		t.Fatalf("got %v", got)
	}
	second := releases[1].(map[string]any)
	if releases[0].(map[string]any)["release"] != "web@2" || second["release"] != "web@1" {
		t.Errorf("the release with most sessions is not first: %v", releases)
	}
	if second["sessions"] != 10.0 || second["errored"] != 3.0 || second["crashed"] != 2.0 || second["crash_free_rate"] != 0.8 || len(second["series"].([]any)) != 2 {
		t.Errorf("web@1: %v", second)
	}
	if p := second["series"].([]any)[1].(map[string]any); p["time"] != hour.Format(time.RFC3339) || p["sessions"] != 8.0 || p["crash_free_rate"] != 0.75 {
		t.Errorf("its last hour: %v", p)
	}
	if third := releases[2].(map[string]any); third["crash_free_rate"] != nil || third["crashed"] != 1.0 {
		t.Errorf("a release without a beginning: %v", third)
	}
	one := object(t, b.get(s.path("/sessions?release=web@1&environment=staging&step=day"), s.token))["releases"].([]any)
	if len(one) != 1 || one[0].(map[string]any)["sessions"] != 2.0 {
		t.Errorf("one environment: %v", one)
	}
	none := object(t, b.get(s.path("/sessions?release=web@9"), s.token))
	if len(none["releases"].([]any)) != 0 {
		t.Errorf("an unknown release: %v", none)
	}
	for _, query := range []string{"step=minute", "step=year", "from=2020-01-01&to=2026-01-01", "release=a&release=b"} {
		refusal(t, b.get(s.path("/sessions?"+query), s.token), http.StatusBadRequest)
	}
	refusal(t, b.get(s.path("/sessions"), other.wide), http.StatusNotFound)
}

func TestReleasesThatAClientInventsDoNotFillAnAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	b.exec(`insert into release_hours (project_id, release, environment, hour, sessions, errored, crashed)
		select $1, 'r' || i, '', date_trunc('hour', now()), i, 0, 0 from generate_series(1, 150) i`, s.project)
	got := object(t, b.get(s.path("/sessions"), s.token))
	if releases := got["releases"].([]any); len(releases) != 100 || got["more"] != true || releases[0].(map[string]any)["release"] != "r150" {
		t.Errorf("%d releases, more %v", len(releases), got["more"])
	}
}

func TestDropsAreCountedByWhomAndWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	minute := time.Now().UTC().Truncate(time.Minute).Add(-5 * time.Minute)
	put := func(s *site, ago int, source, reason, category string, quantity int64) {
		t.Helper()
		b.exec("insert into drops (project_id, minute, source, reason, category, quantity) values ($1, $2, $3, $4, $5, $6)",
			s.project, minute.Add(-time.Duration(ago)*time.Minute), source, reason, category, quantity)
	}
	put(s, 0, "filter", "extension", "error", 2)
	put(s, 1, "filter", "extension", "error", 3)
	put(s, 1, "client", "before_send", "error", 7)
	put(s, 1, "filter", "ignored", "error", 0) // a replay took them back
	put(other, 0, "filter", "extension", "error", 100)
	b.exec("insert into project_minutes (project_id, minute, filtered) values ($1, $2, 5)", s.project, minute)

	got := object(t, b.get(s.path("/drops?step=minute"), s.token))
	want := []any{
		map[string]any{"source": "client", "reason": "before_send", "category": "error", "quantity": 7.0},
		map[string]any{"source": "filter", "reason": "extension", "category": "error", "quantity": 5.0},
	}
	if diff := cmp.Diff(want, got["totals"]); diff != "" || len(got["series"].([]any)) != 3 {
		t.Errorf("series %v, totals %s", got["series"], diff)
	}
	if day := object(t, b.get(s.path("/drops?step=day"), s.token)); cmp.Diff(want, day["totals"]) != "" {
		t.Errorf("by day: %v", day["totals"])
	}
	if stats := object(t, b.get(s.path("/stats"), s.token)); stats["totals"].(map[string]any)["filtered"] != 5.0 {
		t.Errorf("stats: %v", stats["totals"])
	}
	if none := object(t, b.get(s.path("/drops?from=2026-01-01&to=2026-01-02"), s.token)); len(none["totals"].([]any)) != 0 || len(none["series"].([]any)) != 0 {
		t.Errorf("none: %v", none)
	}
	refusal(t, b.get(s.path("/drops?step=week"), s.token), http.StatusBadRequest)
	refusal(t, b.get(s.path("/drops"), other.wide), http.StatusNotFound)
}

func TestWhatFiltersDroppedCanBeLookedAt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	now := time.Now().UTC()
	sample := func(reason string, ago time.Duration, record []byte) string {
		t.Helper()
		rec := s.record(event.Native, now.Add(-ago), nativeError)
		if record == nil {
			record = rec.Append(nil)
		}
		b.exec("insert into filtered_samples (project_id, reason, event_id, received_at, title, record) values ($1, $2, $3, $4, $5, $6)",
			s.project, reason, [16]byte(rec.ID), rec.Received, "TypeError: x is undefined", record)
		return rec.ID.String()
	}
	first, second := sample("extension", 0, nil), sample("extension", time.Hour, nil)
	broken := sample("crawler", 2*time.Hour, []byte("no record"))

	all := object(t, b.get(s.path("/filtered"), s.token))["filtered"].([]any)
	if len(all) != 3 || keys(all[0]) != "id reason received_at title" || all[0].(map[string]any)["id"] != first {
		t.Fatalf("all: %v", all)
	}
	page := object(t, b.get(s.path("/filtered?reason=extension&limit=1"), s.token))
	rest := object(t, b.get(s.path("/filtered?reason=extension&limit=1&cursor="+page["next"].(string)), s.token))
	if got := rest["filtered"].([]any); len(got) != 1 || got[0].(map[string]any)["id"] != second || rest["next"] != nil {
		t.Errorf("second page: %v", rest)
	}
	full := object(t, b.get(s.path("/filtered/extension/"+first), s.token))
	if full["reason"] != "extension" || full["type"] != "TypeError" || full["raw"] != nativeError || len(full["exceptions"].([]any)) != 1 || full["title"] == "" {
		t.Errorf("in full: %v", full)
	}
	if got := object(t, b.get(s.path("/filtered/crawler/"+broken), s.token)); got["message"] != "TypeError: x is undefined" || got["raw"] != nil {
		t.Errorf("a record that can't be read: %v", got)
	}
	for _, path := range []string{"/filtered/crawler/" + first, "/filtered/extension/x", "/filtered/nothing/" + first} {
		refusal(t, b.get(s.path(path), s.token), http.StatusNotFound)
	}
	refusal(t, b.get(s.path("/filtered?reason=nothing"), s.token), http.StatusBadRequest)
	refusal(t, b.get(s.path("/filtered"), other.token), http.StatusNotFound)
	refusal(t, b.get(s.path("/filtered/extension/"+first), other.wide), http.StatusNotFound)
}

func TestAnEventSaysWhyItIsInItsIssue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	rec := s.record(event.Native, time.Now(), nativeError)
	id := s.store(rec)[0] // under a fingerprint of the fixture's own
	path := s.path("/events/" + id + "/grouping")
	got := object(t, b.get(path, s.token))
	row := object(t, b.get(s.path("/events/"+id), s.token))
	if got["issue_id"] != row["issue_id"] || got["fingerprint"] != row["issue_id"] || got["version"] != 1.0 || got["current"] != false {
		t.Errorf("got %v", got)
	}
	why := got["explanation"].(map[string]any)
	if why["fingerprint"] == got["fingerprint"] || why["version"] != float64(grouping.Version) {
		t.Errorf("explanation: %v", why)
	}
	b.exec("update events set fingerprint = $1 where event_id = $2", why["fingerprint"], id)
	if got = object(t, b.get(path, s.token)); got["current"] != true || got["version"] != 0.0 {
		t.Errorf("with today's fingerprint: %v", got)
	}
	admin := s.makeToken(s.project, store.ScopeAdmin)
	object(t, b.put(s.path("/settings"), admin, `{"grouping":{"rules":[{"type":"TypeError","fingerprint":["all"]}]}}`))
	_ = object(t, b.get(path, s.token))
	refusal(t, b.get(path, other.wide), http.StatusNotFound)
	refusal(t, b.get(s.path("/events/"+fmt.Sprintf("%032x", 7)+"/grouping"), s.token), http.StatusNotFound)
}
