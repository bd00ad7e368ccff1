package query

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

func keys(v any) string {
	return strings.Join(slices.Sorted(maps.Keys(v.(map[string]any))), " ")
}

func TestListsHaveTheShapeWePromise(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	id := s.store(s.record(event.Native, time.Now(), nativeError))[0]

	events := object(t, b.get(s.path("/events"), s.token))
	e := events["events"].([]any)[0].(map[string]any)
	if got, want := keys(e), "browser culprit day environment handled id issue_id level message occurred_at os project_id protocol received_at release type url"; got != want {
		t.Errorf("event has %s, want %s", got, want)
	}
	if keys(events) != "events next" || events["next"] != nil || e["id"] != id || e["type"] != "TypeError" || e["level"] != "error" || e["browser"] != "Firefox 140" {
		t.Errorf("events: %v", events)
	}
	if at := e["received_at"].(string); !strings.HasSuffix(at, "Z") {
		t.Errorf("received_at %s is not UTC", at)
	}
	issues := object(t, b.get(s.path("/issues"), s.token))
	i := issues["issues"].([]any)[0].(map[string]any)
	if got, want := keys(i), "assignee_id culprit events first_release first_seen id ignored_events ignored_until ignored_users last_release last_seen level merged_into project_id regressed_at regressions resolved_at resolved_release status title type users"; got != want {
		t.Errorf("issue has %s, want %s", got, want)
	}
	if i["id"] != e["issue_id"] || i["events"] != 1.0 || i["status"] != "unresolved" {
		t.Errorf("issues: %v", issues)
	}
	one := object(t, b.get(s.path("/issues/"+i["id"].(string)), s.token))
	sum := 0.0
	for _, h := range one["hours"].([]any) {
		sum += h.(map[string]any)["events"].(float64)
	}
	if sum != 1 || one["title"] != i["title"] {
		t.Errorf("issue: %v", one)
	}
	stats := object(t, b.get(s.path("/stats"), s.token))
	if diff := cmp.Diff(map[string]any{"events": 1.0, "duplicates": 0.0, "filtered": 0.0, "expired": 0.0, "dead_lettered": 0.0}, stats["totals"]); diff != "" || stats["step"] != "hour" {
		t.Errorf("stats: %s", diff)
	}
	projects := object(t, b.get("/api/v1/projects", s.wide))
	if p := projects["projects"].([]any); len(p) != 1 || p[0].(map[string]any)["id"] != float64(s.project) {
		t.Errorf("projects: %v", projects)
	}
}

func TestAnEventIsShownInFull(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	id := s.store(s.record(event.Native, time.Now(), nativeError))[0]
	row := object(t, b.get(s.path("/events"), s.token))["events"].([]any)[0].(map[string]any)
	full := object(t, b.get(s.path("/events/"+id), s.token))
	for name, value := range row {
		if diff := cmp.Diff(value, full[name]); diff != "" {
			t.Errorf("%s is not as in the list: %s", name, diff)
		}
	}
	frames := full["exceptions"].([]any)[0].(map[string]any)["frames"].([]any)
	last := frames[len(frames)-1].(map[string]any)
	if len(frames) != 2 || last["function"] != "inner" || last["lineno"] != 10.0 {
		t.Errorf("frames: %v", frames)
	}
	if full["raw"] != nativeError || full["raw_encoding"] != nil {
		t.Errorf("raw: %v", full["raw"])
	}
	if len(full["breadcrumbs"].([]any)) != 1 || full["tags"].(map[string]any)["plan"] != "pro" || full["user"].(map[string]any)["id"] != "7" {
		t.Errorf("full: %v", full)
	}
	dayed := object(t, b.get(s.path("/events/"+strings.ToUpper(id)+"?day="+row["day"].(string)), s.token))
	if dayed["id"] != id {
		t.Errorf("by day: %v", dayed)
	}
	refusal(t, b.get(s.path("/events/"+id+"?day=1999-12-31"), s.token), http.StatusNotFound)
}

func TestWhatCanNotBeReadIsShownAsFarAsItCan(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	record := s.record(event.Native, time.Now(), nativeError)
	e := &event.Event{ID: record.ID, ProjectID: s.project, Day: record.Day, Received: record.Received, Occurred: record.Received, Protocol: event.Native, Level: event.Error, Type: "Odd"}
	record.Raw = []byte("\xff\x00 no JSON")
	newer := s.record(event.Native, time.Now(), "{}")
	newer.Protocol = "of the future"
	later := *e
	later.ID = newer.ID
	broken := *e
	broken.ID = event.NewID(time.Now())
	s.write(s.row(e, record.Append(nil)), s.row(&later, newer.Append(nil)), s.row(&broken, []byte("no record\n")))

	full := object(t, b.get(s.path("/events/"+e.ID.String()), s.token))
	if full["type"] != "Odd" || full["raw"] != "/wAgbm8gSlNPTg==" || full["raw_encoding"] != "base64" || len(full["exceptions"].([]any)) != 0 {
		t.Errorf("not UTF-8: %v", full)
	}
	full = object(t, b.get(s.path("/events/"+later.ID.String()), s.token))
	if full["type"] != "Odd" || full["raw"] != "{}" {
		t.Errorf("a newer protocol: %v", full)
	}
	full = object(t, b.get(s.path("/events/"+broken.ID.String()), s.token))
	if full["type"] != "Odd" || full["raw"] != nil {
		t.Errorf("a broken record: %v", full)
	}
}

func TestPagesGiveEachEventOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	at, want := time.Now().Add(-time.Minute), []string{}
	for i := range 25 {
		r := s.record(event.Native, at, fmt.Sprintf(`{"type":"E","message":"m%d"}`, i))
		want = append(want, s.store(r)...)
	}
	var got []string
	path := s.path("/events?limit=10")
	for pages := 1; ; pages++ {
		page := object(t, b.get(path, s.token))
		for _, e := range page["events"].([]any) {
			got = append(got, e.(map[string]any)["id"].(string))
		}
		if page["next"] == nil {
			if pages != 3 {
				t.Errorf("%d pages, want 3", pages)
			}
			break
		}
		path = s.path("/events?limit=10&cursor=" + page["next"].(string))
	}
	slices.Sort(want)
	slices.Reverse(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
