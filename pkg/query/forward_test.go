package query

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An edge stands in for ingest: it tells what reached it and answers as it is told.
func edge(t *testing.T, status int, answer string) (url string, got chan *http.Request) {
	t.Helper()
	got = make(chan *http.Request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		got <- r
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

func TestNewLogsArePassedOnToIngest(t *testing.T) {
	t.Parallel()
	url, got := edge(t, http.StatusCreated, `{"id":"1","content":"x","meta":null}`)
	b := newBenchWith(t, "postgres://127.0.0.1:1/none", url)
	h := http.Header{
		"Authorization": {"Basic key"}, "Content-Type": {"application/json"}, "Origin": {"https://shop.example"}, "User-Agent": {"UA"},
		"X-Forwarded-For": {"203.0.113.9"}, "Cookie": {"c=d"}, requestIDHeader: {"id-1"},
	}
	w := b.do(http.MethodPost, "/api/v1/logs?key=k", h, strings.NewReader(`{"content":"x"}`))
	if w.Code != http.StatusCreated || w.Body.String() != `{"id":"1","content":"x","meta":null}` || w.Header().Get("Access-Control-Allow-Origin") != "https://shop.example" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("answer: %d %s %v", w.Code, w.Body, w.Header())
	}
	r := <-got
	body, _ := io.ReadAll(r.Body)
	if r.URL.String() != "/api/v1/logs?key=k" || string(body) != `{"content":"x"}` {
		t.Errorf("ingest got %s %s", r.URL, body)
	}
	for name, want := range map[string]string{
		"Authorization": "Basic key", "Origin": "https://shop.example", "User-Agent": "UA", "Cookie": "",
		"X-Forwarded-For": "203.0.113.9, 192.0.2.1", requestIDHeader: "id-1",
	} {
		if r.Header.Get(name) != want {
			t.Errorf("ingest got %s %q, want %q", name, r.Header.Get(name), want)
		}
	}
}

func TestIngestsAnswersComeBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		status, want int
	}{
		{"bad input", 400, 400},
		{"no key", 401, 401},
		{"over the rate", 429, 429},
		{"not now", 503, 503},
		{"a fault behind us", 500, 503},
		{"a gateway", 502, 503},
		{"a redirect", 302, 503},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url, _ := edge(t, tc.status, `{"message":"m"}`)
			b := newBenchWith(t, "postgres://127.0.0.1:1/none", url)
			if w := b.do(http.MethodPost, "/api/v1/logs", nil, strings.NewReader("{}")); w.Code != tc.want {
				t.Errorf("%d became %d, want %d", tc.status, w.Code, tc.want)
			}
		})
	}
}

func TestBodiesThatCanNotBePassedOn(t *testing.T) {
	t.Parallel()
	url, _ := edge(t, http.StatusCreated, "{}")
	b := newBenchWith(t, "postgres://127.0.0.1:1/none", url)
	big := strings.Repeat("a", maxForward+1)
	refusal(t, b.do(http.MethodPost, "/api/v1/logs", nil, strings.NewReader(big)), http.StatusRequestEntityTooLarge)
	refusal(t, b.do(http.MethodPost, "/api/v1/logs", nil, io.MultiReader(strings.NewReader(big))), http.StatusRequestEntityTooLarge)
	broken := io.MultiReader(strings.NewReader("{"), errorReader{})
	refusal(t, b.do(http.MethodPost, "/api/v1/logs", nil, broken), http.StatusBadRequest)

	page := http.Header{"Origin": {"https://shop.example"}}
	w := b.do(http.MethodPost, "/api/v1/logs", page, strings.NewReader(big))
	if w.Header().Get("Access-Control-Allow-Origin") != "https://shop.example" || w.Header().Get("Vary") != "Origin" {
		t.Errorf("the page can't read that its log is too large: %v", w.Header())
	}

	away := newBenchWith(t, "postgres://127.0.0.1:1/none", "http://127.0.0.1:1")
	w = away.do(http.MethodPost, "/api/v1/logs", nil, strings.NewReader("{}"))
	if refusal(t, w, http.StatusServiceUnavailable); w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "127.0.0.1") {
		t.Errorf("ingest away: %v %s", w.Header(), w.Body)
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
