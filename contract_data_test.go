package trivet

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
)

// fill gives the system something of every kind that the API tells of.
func (s *system) fill(t *testing.T) {
	t.Helper()
	const thrown = `{"id":"%032x","type":"%s","message":"%s is undefined","level":"%s","release":"shop@1.4.%d","environment":"production","url":"https://shop.example/cart",
		"user":{"id":"%d"},"tags":{"plan":"pro"},"breadcrumbs":[{"message":"clicked","category":"ui"}],"meta":{"cart":3},
		"stack":"TypeError: x is undefined\n    at inner (https://shop.example/app.js:10:5)\n    at outer (https://shop.example/app.js:20:1)"}`
	for i := range 30 {
		level := []string{"error", "fatal", "warning"}[i%3]
		s.post(t, "/events", "application/json", fmt.Sprintf(thrown, i+1, []string{"TypeError", "RangeError", "Oops"}[i%3], "x", level, i%4, i%7), http.StatusOK)
	}
	s.post(t, "/events", "application/json", `{"message":"ResizeObserver loop limit exceeded","type":"Error"}`, http.StatusOK)
	s.post(t, "/security", "application/csp-report", `{"csp-report":{"document-uri":"https://shop.example/","violated-directive":"script-src","blocked-uri":"https://evil.example/x.js"}}`, http.StatusNoContent)

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("message", "with a file")
	file, err := w.CreateFormFile("log", "console.log")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write([]byte("what the console said"))
	_ = w.Close()
	s.post(t, "/events", w.FormDataContentType(), form.String(), http.StatusOK)

	const envelope = "{\"dsn\":\"\"}\n{\"type\":\"%s\"}\n%s"
	s.post(t, "/envelope", "application/x-sentry-envelope", fmt.Sprintf(envelope, "session", `{"sid":"5f1d3f2e0b3a4c7e9d1a2b3c4d5e6f70","init":true,"status":"ok","errors":0,"started":"2026-05-22T10:00:00Z","attrs":{"release":"shop@1.4.2","environment":"production"}}`), http.StatusOK)
	s.post(t, "/envelope", "application/x-sentry-envelope", fmt.Sprintf(envelope, "feedback", `{"contexts":{"feedback":{"message":"the cart is empty","name":"Ann","contact_email":"ann@example.com"}}}`), http.StatusOK)
	s.post(t, "/envelope", "application/x-sentry-envelope", fmt.Sprintf(envelope, "client_report", `{"discarded_events":[{"reason":"ratelimit_backoff","category":"error","quantity":3}]}`), http.StatusOK)
	for _, content := range []string{"first", "second", strings.Repeat("long ", 100)} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.query.URL+"/api/v1/logs", strings.NewReader(fmt.Sprintf(`{"content":%q}`, content)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Basic "+s.key)
		if status, body := do(t, req); status != http.StatusCreated {
			t.Fatalf("log: %d %s", status, body)
		}
	}
	for _, reason := range []string{"rejected", "invalid", "corrupt"} {
		if err := s.queue.Bury(t.Context(), queue.DeadLetter{Project: s.projectID, Pack: event.NewID(time.Now()), EventID: event.NewID(time.Now()), Reason: reason, Error: "refused"}); err != nil {
			t.Fatal(err)
		}
	}
	s.fillPeople(t)
	project := fmt.Sprintf("/api/v1/projects/%d", s.projectID)
	queuetest.Eventually(t, "everything to be written", func() bool {
		var stats struct{ Totals struct{ Events int } }
		var feedback struct{ Feedback []any }
		var filtered struct{ Filtered []any }
		s.get(t, project+"/stats", &stats)
		s.get(t, project+"/feedback", &feedback)
		s.get(t, project+"/filtered", &filtered)
		return stats.Totals.Events >= 35 && len(feedback.Feedback) > 0 && len(filtered.Filtered) > 0
	})
}

// fillPeople gives the organization members, and somebody who may become one.
func (s *system) fillPeople(t *testing.T) {
	t.Helper()
	operator := store.Actor{Kind: store.ActorOperator}
	for i := range 60 { // some are left when all requests to remove one are through
		email := fmt.Sprintf("member%d@example.com", i)
		_, secret, err := s.db.Invite(t.Context(), s.organizationID, operator, email, "member")
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		if _, err := s.db.Join(t.Context(), secret, store.NewUser{Name: fmt.Sprintf("Member %d", i), PasswordHash: "none"}); err != nil {
			t.Fatal(err)
		}
	}
}

// post sends something to the edge.
func (s *system) post(t *testing.T, path, kind, body string, want int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("%s/api/%d%s?sentry_key=%s", s.ingest.URL, s.projectID, path, s.key), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if status, answer := do(t, req); status != want {
		t.Fatalf("%s: %d %s", path, status, answer)
	}
}

// organizations returns the system's own and another, which has a project too.
func (s *system) organizations(t *testing.T) (own, other int64) {
	t.Helper()
	o, err := s.db.CreateOrganization(t.Context(), "stranger", "")
	if err != nil {
		t.Fatal(err)
	}
	return s.organizationID, o.ID
}
