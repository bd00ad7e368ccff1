package trivet

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// TestJourney is the whole of Trivet: an error leaves a browser, and somebody finds it, by the API and on a page. doc.go
// names the functions it passes.
func TestJourney(t *testing.T) {
	t.Parallel()
	s := startSystem(t, "")

	// A page throws twice in the same place, and its SDK sends both, the second one two times. What a browser only
	// grumbled about comes with them, and a password in an address.
	const thrown = `{"exception":{"values":[{"type":"TypeError","value":"cart is undefined","stacktrace":{"frames":[{"function":"checkout","filename":"https://shop.example/app.js","lineno":7,"colno":1,"in_app":true}]}}]},"release":"shop@1.4.2","user":{"id":17},"request":{"url":"https://shop.example/cart?password=hunter2"}}`
	const noise = `{"platform":"javascript","exception":{"values":[{"type":"Error","value":"ResizeObserver loop limit exceeded"}]}}`
	for _, sent := range [][2]string{
		{"11111111111111111111111111111111", thrown},
		{"22222222222222222222222222222222", thrown},
		{"22222222222222222222222222222222", thrown},
		{"33333333333333333333333333333333", noise},
	} {
		id, raw := sent[0], sent[1]
		envelope := fmt.Sprintf("{\"event_id\":\"%s\"}\n{\"type\":\"event\"}\n%s", id, raw)
		target := fmt.Sprintf("%s/api/%d/envelope/?sentry_key=%s", s.ingest.URL, s.projectID, s.key)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(envelope))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://shop.example")
		req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
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

	// Somebody looks for it: by where it was thrown and what its title says, and for what it is not.
	for q, want := range map[string]int{`is:unresolved release:shop@1.4.2 stack:checkout "is undefined"`: 1, `stack:checkout -release:shop@1.4.2`: 0} {
		s.get(t, project+"/issues?q="+url.QueryEscape(q), &issues)
		if len(issues.Issues) != want {
			t.Errorf("%s found %+v, want %d", q, issues.Issues, want)
		}
	}

	// The page says the same, without a script.
	page, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/projects/%d/issues?q=stack:checkout", s.query.URL, s.projectID), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	page.Header.Set("Authorization", "Bearer "+s.token)
	if status, body := do(t, page); status != http.StatusOK || !strings.Contains(string(body), "cart is undefined") {
		t.Errorf("the page of issues: %d %s", status, body)
	}

	// One of them in full, with the bytes the client sent, scrubbed.
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
	if len(full.Exceptions) != 1 || full.Exceptions[0].Frames[0].Function != "checkout" || full.Exceptions[0].Frames[0].Line != 7 || !strings.HasPrefix(full.Raw, `{"exception"`) || strings.Contains(full.Raw, "hunter2") {
		t.Errorf("event: %+v", full)
	}

	// Why it is in its issue.
	var why struct {
		Explanation struct {
			Parts []struct{ Name, Value string }
		}
	}
	s.get(t, project+"/events/22222222222222222222222222222222/grouping", &why)
	if got := fmt.Sprint(why.Explanation.Parts); got != "[{type TypeError} {frame checkout(app)}]" {
		t.Errorf("grouped by %s", got)
	}

	// The noise is no event, but somebody can see what was dropped.
	var filtered struct {
		Filtered []struct{ Reason, Title string }
	}
	queuetest.Eventually(t, "the noise", func() bool {
		s.get(t, project+"/filtered", &filtered)
		return len(filtered.Filtered) > 0
	})
	if got := fmt.Sprint(filtered.Filtered); got != "[{harmless Error: ResizeObserver loop limit exceeded}]" {
		t.Errorf("filtered: %s", got)
	}
}
