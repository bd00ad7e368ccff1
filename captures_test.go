package trivet

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// capturesKey is the key in testdata/captures; the test's project has it, so that every byte stays as it was.
const capturesKey = "a1b2c3d4e5f60718293a4b5c6d7e8f90"

// A capture is one request of a real client.
type capture struct {
	Request struct {
		Method  string      `json:"method"`
		Target  string      `json:"target"`
		Headers [][2]string `json:"headers"`
		Body    []byte      `json:"body_base64"`
	} `json:"request"`
	Response struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
	} `json:"response"`
}

// TestCapturesComeBack posts every capture byte for byte to the edge, checks that its client gets the answer
// it expects, and reads each error back from the API as pkg/protocol's golden file says.
func TestCapturesComeBack(t *testing.T) {
	t.Parallel()
	s := startSystem(t, capturesKey)
	paths, err := filepath.Glob("testdata/captures/*.json")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c capture
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatal(err)
			}
			if !c.belongsHere() {
				return
			}
			id := s.send(t, &c)
			golden, err := os.ReadFile(filepath.Join("pkg/protocol/testdata/golden", name+".json"))
			if err == nil {
				s.compare(t, id, golden, &c)
			}
		})
	}
}

// belongsHere leaves out what comes with later protocols: forms, pixels and the report dialog.
func (c *capture) belongsHere() bool {
	return c.Request.Method == http.MethodOptions || c.Request.Method == http.MethodPost && !bytes.HasPrefix(c.Request.Body, []byte("message="))
}

// send posts a capture and returns the id in the answer.
func (s *system) send(t *testing.T, c *capture) (id string) {
	t.Helper()
	target := strings.Replace(c.Request.Target, "/beacon", "/api/1/events", 1)
	req, err := http.NewRequestWithContext(t.Context(), c.Request.Method, s.ingest.URL+target, bytes.NewReader(c.Request.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range c.Request.Headers {
		if !strings.EqualFold(h[0], "Host") && !strings.EqualFold(h[0], "Content-Length") && !strings.EqualFold(h[0], "Connection") {
			req.Header.Add(h[0], h[1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	origin, allowed := req.Header.Get("Origin"), resp.Header.Get("Access-Control-Allow-Origin")
	if origin == "" {
		origin = "*"
	}
	if allowed != origin {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", allowed, origin)
	}
	if resp.Header.Get("Retry-After") != "" {
		t.Error("a Retry-After would silence the SDK")
	}
	if c.Request.Method == http.MethodOptions {
		if resp.StatusCode != http.StatusNoContent {
			t.Errorf("preflight: %d", resp.StatusCode)
		}
		return ""
	}
	var answer, expected struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("answer %d, %v", resp.StatusCode, err)
	}
	if err := json.Unmarshal([]byte(c.Response.Body), &expected); err == nil && expected.ID != "" && answer.ID != expected.ID {
		t.Errorf("answered id %q, want %q", answer.ID, expected.ID)
	}
	return answer.ID
}

// moving are the fields that a replay can't have as the golden file has them.
var moving = []string{"id", "received_at", "day", "issue_id", "raw"}

// compare reads an event back and holds it against its golden file.
func (s *system) compare(t *testing.T, id string, golden []byte, c *capture) {
	t.Helper()
	var want struct{ Event map[string]any }
	if err := json.Unmarshal(golden, &want); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	queuetest.Eventually(t, "event "+id, func() bool { return s.get(t, "/api/v1/projects/1/events/"+id, &got) == http.StatusOK })
	if raw, _ := got["raw"].(string); raw == "" || !bytes.Contains(c.Request.Body, []byte(raw)) && c.header("Content-Encoding") == "" {
		t.Errorf("raw is not what was sent: %q", raw)
	}
	if want.Event["occurred_at"] == want.Event["received_at"] { // the client sent no time
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
	if diff := cmp.Diff(want.Event, got); diff != "" {
		t.Error(diff)
	}
}

func (c *capture) header(name string) string {
	for _, h := range c.Request.Headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}
