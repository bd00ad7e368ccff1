package trivet

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
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
// it expects, and reads each error back from the API, once, as pkg/protocol's golden file says.
func TestCapturesComeBack(t *testing.T) {
	t.Parallel()
	s := startSystem(t, capturesKey)
	paths, err := filepath.Glob("testdata/captures/*.json")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	unnamed := map[string][]string{} // goldens of events whose id the answer doesn't tell, by protocol
	t.Run("sent", func(t *testing.T) {
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".json")
			var c capture
			if err := json.Unmarshal([]byte(readFile(t, path)), &c); err != nil {
				t.Fatal(err)
			}
			if protocol := c.unnamed(); protocol != "" {
				unnamed[protocol] = append(unnamed[protocol], goldens(t, name)...)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				id := s.send(t, &c)
				for _, golden := range goldens(t, name) {
					if id != "" {
						s.compare(t, id, golden, &c)
					}
				}
			})
		}
	})
	for protocol, want := range unnamed {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			s.compareAll(t, protocol, want)
		})
	}
	s.checkMessages(t, "native", "form beacon", "img beacon")
}

// unnamed returns the protocol of a capture whose client is not told its events' ids.
func (c *capture) unnamed() string {
	switch {
	case c.Request.Method != http.MethodPost:
		return ""
	case strings.HasPrefix(c.Request.Target, "/collect"):
		return "faro"
	case strings.Contains(c.Request.Target, "/security/"), strings.Contains(c.Request.Target, "/reports/"):
		return "report"
	}
	return ""
}

// goldens returns the golden files of a capture's events, in their order.
func goldens(t *testing.T, name string) (all []string) {
	t.Helper()
	const folder = "pkg/protocol/testdata/golden"
	file := filepath.Join(folder, name+".json")
	for n := 2; ; n++ {
		if _, err := os.Stat(file); err != nil {
			return all
		}
		all = append(all, readFile(t, file))
		file = filepath.Join(folder, name+"."+strconv.Itoa(n)+".json")
	}
}

// target is where a capture is sent: Faro's key and the path of plain beacons are what people choose.
func (c *capture) target() string {
	beacon := "/api/1/events"
	if c.Request.Method == http.MethodGet {
		beacon = "/api/1/pixel.gif"
	}
	return strings.Replace(c.Request.Target, "/beacon", beacon, 1)
}

// send posts a capture and returns the id in the answer, "" where there is none.
func (s *system) send(t *testing.T, c *capture) (id string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), c.Request.Method, s.ingest.URL+c.target(), bytes.NewReader(c.Request.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range c.Request.Headers {
		if !strings.EqualFold(h[0], "Host") && !strings.EqualFold(h[0], "Content-Length") && !strings.EqualFold(h[0], "Connection") {
			req.Header.Add(h[0], h[1])
		}
	}
	if c.unnamed() == "faro" {
		req.Header.Set("X-Api-Key", capturesKey)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
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
	status, kind := c.expects()
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != status || !strings.HasPrefix(got, kind) {
		t.Fatalf("answer %d %q %s, want %d %q", resp.StatusCode, got, body, status, kind)
	}
	if kind != "application/json" {
		return ""
	}
	var answer, expected struct{ ID string }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("answer %s: %v", body, err)
	}
	if err := json.Unmarshal([]byte(c.Response.Body), &expected); err == nil && expected.ID != "" && answer.ID != expected.ID {
		t.Errorf("answered id %q, want %q", answer.ID, expected.ID)
	}
	return answer.ID
}

// expects returns status and type of the answer that a capture's client takes for a success.
func (c *capture) expects() (status int, kind string) {
	switch {
	case c.Request.Method == http.MethodOptions, c.unnamed() == "report":
		return http.StatusNoContent, ""
	case c.unnamed() == "faro":
		return http.StatusAccepted, "text/plain"
	case c.Request.Method == http.MethodPost:
		return http.StatusOK, "application/json"
	case strings.Contains(c.target(), "/pixel.gif"):
		return http.StatusOK, "image/gif"
	default: // the report dialog
		return http.StatusOK, "text/javascript"
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
