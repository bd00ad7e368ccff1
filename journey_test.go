package trivet

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// TestJourney is the whole of Trivet in one screen: an error leaves a browser and is read back. doc.go names
// the functions it passes.
func TestJourney(t *testing.T) {
	t.Parallel()
	s := startSystem(t, "")

	// A page throws twice in the same place, and its SDK sends both, the second one two times.
	for _, id := range []string{"11111111111111111111111111111111", "22222222222222222222222222222222", "22222222222222222222222222222222"} {
		envelope := `{"event_id":"` + id + `"}
{"type":"event"}
{"exception":{"values":[{"type":"TypeError","value":"cart is undefined","stacktrace":{"frames":[{"function":"checkout","filename":"https://shop.example/app.js","lineno":7,"colno":1,"in_app":true}]}}]},"release":"shop@1.4.2","user":{"id":17}}`
		url := fmt.Sprintf("%s/api/%d/envelope/?sentry_key=%s", s.ingest.URL, s.projectID, s.key)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(envelope))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://shop.example")
		if status, body := do(t, req); status != http.StatusOK || string(body) != `{"id":"`+id+`"}` {
			t.Fatalf("the edge answered %d %s", status, body)
		}
	}

	// Both errors are there, once each, and are one issue of one user.
	project := fmt.Sprintf("/api/v1/projects/%d", s.projectID)
	var events struct {
		Events []struct{ ID, Type, Message, Release string }
	}
	queuetest.Eventually(t, "two events", func() bool {
		s.get(t, project+"/events", &events)
		return len(events.Events) >= 2
	})
	if e := events.Events[0]; len(events.Events) != 2 || e.Type != "TypeError" || e.Message != "cart is undefined" || e.Release != "shop@1.4.2" {
		t.Errorf("events: %+v", events)
	}
	var issues struct {
		Issues []struct {
			Title         string
			Events, Users int
		}
	}
	s.get(t, project+"/issues", &issues)
	if len(issues.Issues) != 1 || issues.Issues[0].Title != "TypeError: cart is undefined" || issues.Issues[0].Events != 2 || issues.Issues[0].Users != 1 {
		t.Errorf("issues: %+v", issues)
	}

	// One of them in full, with the bytes the client sent.
	var full struct {
		Raw        string
		Exceptions []struct {
			Frames []struct {
				Function string
				Line     int `json:"lineno"`
			}
		}
	}
	s.get(t, project+"/events/22222222222222222222222222222222", &full)
	if len(full.Exceptions) != 1 || full.Exceptions[0].Frames[0].Function != "checkout" || full.Exceptions[0].Frames[0].Line != 7 || !strings.HasPrefix(full.Raw, `{"exception"`) {
		t.Errorf("event: %+v", full)
	}
}
