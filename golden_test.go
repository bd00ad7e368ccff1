package trivet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// filtered is what the scrubber puts in the place of a secret.
const filtered = "[Filtered]"

// moving are the fields that a replay can't have as the golden file has them.
var moving = []string{"id", "received_at", "day", "issue_id", "raw"}

// compare reads an event back and holds it against its golden file.
func (s *system) compare(t *testing.T, id, golden string, c *capture) {
	t.Helper()
	var got map[string]any
	queuetest.Eventually(t, "event "+id, func() bool { return s.get(t, "/api/v1/projects/1/events/"+id, &got) == http.StatusOK })
	if raw, _ := got["raw"].(string); raw == "" || !strings.Contains(raw, filtered) && !bytes.Contains(c.Request.Body, []byte(raw)) && c.header("Content-Encoding") == "" {
		t.Errorf("raw is not what was sent: %q", raw)
	}
	if diff := difference(t, golden, got); diff != "" {
		t.Error(diff)
	}
}

// compareAll reads all events of a protocol back and finds each golden file among them, once.
func (s *system) compareAll(t *testing.T, protocol string, goldens []string) {
	t.Helper()
	var list struct{ Events []struct{ ID string } }
	queuetest.Eventually(t, fmt.Sprintf("%d events of %s", len(goldens), protocol), func() bool {
		return s.get(t, "/api/v1/projects/1/events?limit=100&protocol="+protocol, &list) == http.StatusOK && len(list.Events) >= len(goldens)
	})
	if len(list.Events) != len(goldens) {
		t.Errorf("%d events, want %d", len(list.Events), len(goldens))
	}
	for _, golden := range goldens {
		nearest := ""
		found := slices.IndexFunc(list.Events, func(e struct{ ID string }) bool {
			var got map[string]any
			s.get(t, "/api/v1/projects/1/events/"+e.ID, &got)
			diff := difference(t, golden, got)
			if nearest == "" || len(diff) < len(nearest) {
				nearest = diff
			}
			return diff == ""
		})
		if found < 0 {
			t.Error(nearest)
			continue
		}
		list.Events = slices.Delete(list.Events, found, found+1)
	}
}

// checkMessages looks for events by what they say.
func (s *system) checkMessages(t *testing.T, protocol string, messages ...string) {
	t.Helper()
	for _, message := range messages {
		queuetest.Eventually(t, "the message "+message, func() bool {
			var list struct{ Events []struct{ Message string } }
			s.get(t, "/api/v1/projects/1/events?limit=100&protocol="+protocol, &list)
			found := 0
			for _, e := range list.Events {
				if e.Message == message {
					found++
				}
			}
			return found == 1
		})
	}
}

// difference tells where an event is not as its golden file says. What was scrubbed may be anything there.
func difference(t *testing.T, golden string, got map[string]any) string {
	t.Helper()
	var want struct{ Event map[string]any }
	if err := json.Unmarshal([]byte(golden), &want); err != nil {
		t.Fatal(err)
	}
	got = maps.Clone(got)
	// A client that sends no time of its own, or an age, has none that a replay could repeat.
	if want.Event["occurred_at"] == want.Event["received_at"] || want.Event["protocol"] == "report" {
		delete(want.Event, "occurred_at")
		delete(got, "occurred_at")
	}
	if user, ok := want.Event["user"].(map[string]any); ok && user["ip_address"] == "192.0.2.7" { // the sender's address
		user["ip_address"] = "127.0.0.1"
	}
	for _, field := range moving {
		delete(want.Event, field)
		delete(got, field)
	}
	return cmp.Diff(want.Event, got, scrubbed)
}

// scrubbed takes for equal whatever the scrubber has marked.
var scrubbed = cmp.FilterValues(func(a, b any) bool { return isFiltered(a) || isFiltered(b) }, cmp.Comparer(func(_, _ any) bool { return true }))

func isFiltered(value any) bool {
	text, ok := value.(string)
	return ok && strings.Contains(text, filtered)
}
